package webmail

import (
	"encoding/json"
	"time"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/mailbox"
	"sekisho/wire"
)

// filed is an email that was made.
type filedEmail struct {
	id, thread string
	size       int64
}

func (f *filedEmail) object() map[string]any {
	return map[string]any{"id": f.id, "blobId": f.id, "threadId": f.thread, "size": f.size}
}

// keep files a mail in mailboxes with keywords: summarised by inspect, sealed to the account, durable.
func (t *turn) keep(raw []byte, boxes []sekisho.MailboxID, flags []string, at time.Time) (*filedEmail, error) {
	x, err := t.prepare(raw, boxes, flags, at)
	if err != nil {
		return nil, err
	}
	return t.accept(x)
}

// prepare does everything of keep that can fail for a reason of the mail's own, and changes nothing.
func (t *turn) prepare(raw []byte, boxes []sekisho.MailboxID, flags []string, at time.Time) (*mailbox.Filed, error) {
	owner, err := t.owner()
	if err != nil {
		return nil, err
	}
	list, err := t.folders()
	if err != nil {
		return nil, err
	}
	x, err := t.w.filer().Seal(t.ctx, owner, raw)
	if err != nil {
		return nil, err
	}
	for _, id := range boxes {
		m := byID(list, boxID(id))
		if m == nil {
			return nil, sekisho.E("webmail.file", sekisho.NotFound, nil)
		}
		x.Arrival.Deliveries = append(x.Arrival.Deliveries, wire.Delivery{Recipient: t.self.Address, Fate: wire.FateMailbox, Action: "append", Account: t.ticket.Account,
			Mailbox: m.Name, Internal: at, Flags: flags})
	}
	return &x, nil
}

// accept makes it durable.
func (t *turn) accept(x *mailbox.Filed) (*filedEmail, error) {
	if _, err := t.w.filer().Accept(t.ctx, *x); err != nil {
		return nil, err
	}
	t.boxes = nil
	return &filedEmail{emailID(x.Arrival.Sealed.ID), threadID(x.Arrival.Sealed.Thread), x.Arrival.Sealed.Size}, nil
}

// place reads mailboxIds and keywords of something that is to be filed.
func (t *turn) place(mailboxes, keywords json.RawMessage) (boxes []sekisho.MailboxID, flags []string, e *setError) {
	boxes, err := t.mailboxSetOf(mailboxes)
	if err != nil {
		return nil, nil, badProperty(err.Error(), "mailboxIds")
	}
	list, err := t.folders()
	if err != nil {
		return nil, nil, t.setErrorOf(err)
	}
	for _, id := range boxes {
		if byID(list, boxID(id)) == nil {
			return nil, nil, badProperty("no such mailbox", "mailboxIds")
		}
	}
	if !none(keywords) {
		if flags, err = keywordSet(keywords); err != nil {
			return nil, nil, badProperty(err.Error(), "keywords")
		}
	}
	return boxes, flags, nil
}

type importArgs struct {
	AccountID string                     `json:"accountId"`
	IfInState *string                    `json:"ifInState"`
	Emails    map[string]json.RawMessage `json:"emails"`
}

type importEmail struct {
	BlobID     string          `json:"blobId"`
	MailboxIDs json.RawMessage `json:"mailboxIds"`
	Keywords   json.RawMessage `json:"keywords"`
	ReceivedAt *time.Time      `json:"receivedAt"`
}

type importAnswer struct {
	AccountID  string               `json:"accountId"`
	OldState   string               `json:"oldState"`
	NewState   string               `json:"newState"`
	Created    map[string]any       `json:"created"`
	NotCreated map[string]*setError `json:"notCreated"`
}

func (t *turn) emailState() (string, error) {
	got, err := wire.StoreEmails.Ask(t.ctx, t.w.peers.Store, wire.EmailFetch{Pass: t.ticket.Pass, Facts: true})
	return stateOf(got.Marks), err
}

func (t *turn) emailImport(a *importArgs) (any, error) {
	if err := tooMany(len(a.Emails)); err != nil {
		return nil, err
	}
	out := &importAnswer{AccountID: t.account(), Created: map[string]any{}, NotCreated: map[string]*setError{}}
	var err error
	if out.OldState, err = t.emailState(); err != nil {
		return nil, err
	}
	if a.IfInState != nil && *a.IfInState != out.OldState {
		return nil, jmap.Fail("stateMismatch", "the mails have changed")
	}
	for _, k := range keys(a.Emails) {
		made, e := t.importOne(a.Emails[k])
		if e != nil {
			out.NotCreated[k] = e
			continue
		}
		t.created[k] = made.id
		out.Created[k] = made.object()
	}
	out.NewState, err = t.emailState()
	return out, err
}

func (t *turn) importOne(raw json.RawMessage) (*filedEmail, *setError) {
	var x importEmail
	if err := jmap.Decode(raw, &x); err != nil {
		return nil, badProperty(err.Description, err.Arguments...)
	}
	boxes, flags, e := t.place(x.MailboxIDs, x.Keywords)
	if e != nil {
		return nil, e
	}
	b, _, err := t.blob(t.made(x.BlobID))
	if sekisho.KindOf(err) == sekisho.NotFound {
		return nil, badProperty("no such blob", "blobId")
	}
	if err != nil {
		return nil, t.setErrorOf(err)
	}
	at := t.w.config.Clock()
	if x.ReceivedAt != nil {
		at = *x.ReceivedAt
	}
	if len(b) == 0 {
		return nil, &setError{Type: "invalidEmail", Description: "it is empty"}
	}
	made, err := t.keep(b, boxes, flags, at)
	if err != nil {
		return nil, t.setErrorOf(err)
	}
	return made, nil
}

type parseArgs struct {
	AccountID      string    `json:"accountId"`
	BlobIDs        []string  `json:"blobIds"`
	Properties     *[]string `json:"properties"`
	BodyProperties *[]string `json:"bodyProperties"`
	FetchText      bool      `json:"fetchTextBodyValues"`
	FetchHTML      bool      `json:"fetchHTMLBodyValues"`
	FetchAll       bool      `json:"fetchAllBodyValues"`
	MostBytes      uint32    `json:"maxBodyValueBytes"`
}
