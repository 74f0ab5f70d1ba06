package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// stepNotice: what senders of held mail are to be told, and what strangers ask the desk. A notice is there from the same
// transaction on as what it tells of, until post says that its mail is durable.
const stepNotice = `
CREATE TABLE notice (
	contract BIGINT NOT NULL,
	id BIGINT NOT NULL,
	message BIGINT NOT NULL,
	kind TEXT NOT NULL,
	mail BIGINT NOT NULL,
	at BIGINT NOT NULL,
	data BYTES NOT NULL,
	PRIMARY KEY (contract, id)
) CLUSTERED
;
CREATE UNIQUE INDEX notice_message ON notice (contract, message, kind)
;
CREATE INDEX notice_id ON notice (id)
;
CREATE TABLE inquiry (
	id BIGINT PRIMARY KEY,
	at BIGINT NOT NULL,
	domain TEXT NOT NULL,
	name TEXT NOT NULL,
	reply TEXT NOT NULL
)
;
CREATE INDEX kept_message ON kept (contract, message)
`

const (
	heldOf      = keptColumns + " WHERE contract = $1 AND message = $2 AND fate = $3 ORDER BY id"
	endedOf     = "SELECT at, recipient, what, who FROM event WHERE contract = $1 AND trace IN (SELECT trace FROM trace WHERE contract = $1 AND message = $2) ORDER BY id"
	noticeRead  = "SELECT contract, id, message, kind, mail, at, data FROM notice ORDER BY id LIMIT $1"
	noticeOne   = "SELECT id, data FROM notice WHERE contract = $1 AND message = $2 AND kind = $3"
	approversOf = "SELECT address FROM account WHERE contract = $1 AND role = $2 AND status = 1 ORDER BY address LIMIT 100" // mostTold
)

// mostTold is how many people are told of one thing; each of their mails has an id of its own.
const mostTold = 100

// noticeData is what a notice tells.
type noticeData struct {
	Trace      sekisho.TraceID
	Sender     string
	Recipients []string
	Reason     string
	Until      int64
	AtEnd      string
	Approve    bool
	By         string
	To         []string          `json:",omitempty"` // whom a rule asks; empty: by duty
	Lines      []wire.DigestLine `json:",omitempty"`
	More       int               `json:",omitempty"`
}

// tell notes that the sender of a held mail is to be told something: one notice for all recipients of the mail. A mail without a
// sender has nobody to tell.
func (t *txn) tell(r *keptRow, kind, by string) error { return t.tellPeople(r, kind, by, nil) }

// tellPeople is tell, to those whom a rule names.
func (t *txn) tellPeople(r *keptRow, kind, by string, to []string) error {
	if r.From == "" || r.Rule == undoRule {
		return nil // he asked for it himself
	}
	d := noticeData{Trace: r.Trace, Sender: r.From, Recipients: []string{r.Recipient}, Reason: r.Reason, Until: db.Micros(r.Until), AtEnd: r.AtEnd, Approve: r.Approve, By: by, To: to}
	var id int64
	var old []byte
	found, err := t.One([]any{&id, &old}, noticeOne, int64(r.Contract), int64(r.Message), kind)
	if err != nil {
		return err
	}
	if found {
		var before noticeData
		if err := json.Unmarshal(old, &before); err != nil {
			return sekisho.E("store.notice", sekisho.Corrupt, err)
		}
		d.Recipients = before.Recipients
		if !slices.Contains(d.Recipients, r.Recipient) {
			d.Recipients = append(d.Recipients, r.Recipient)
		}
		for _, a := range before.To {
			if !slices.Contains(d.To, a) {
				d.To = append(d.To, a)
			}
		}
	}
	data, err := json.Marshal(d)
	if err != nil {
		return sekisho.E("store.notice", sekisho.Internal, err)
	}
	t.told = append(t.told, t.s.wake)
	if found {
		_, err = t.Exec("UPDATE notice SET data = $3 WHERE contract = $1 AND id = $2", int64(r.Contract), id, data)
		return err
	}
	if id, err = t.take("notice", 1); err != nil {
		return err
	}
	_, err = t.Exec("INSERT INTO notice (contract, id, message, kind, mail, at, data) VALUES ($1, $2, $3, $4, 0, $5, $6)", int64(r.Contract), id, int64(r.Message), kind,
		db.Micros(t.s.now()), data)
	return err
}

// notices answers StoreNotices.
func (s *Store) notices(ctx context.Context, _ sekisho.Caller, q wire.NoticeQuery) (wire.Notices, error) {
	wait := time.NewTimer(min(q.Wait, time.Minute))
	defer wait.Stop()
	for {
		more := s.awake()
		var one int64
		found, err := s.db.One(ctx, []any{&one}, "SELECT 1 FROM notice LIMIT 1")
		if err != nil {
			return wire.Notices{}, err
		}
		if found {
			var out wire.Notices
			err := s.change(ctx, func(t *txn) (err error) { out.List, err = t.noticesDue(max(1, min(q.Most, 100))); return err })
			return out, err
		}
		select {
		case <-more:
		case <-wait.C:
			return wire.Notices{}, nil
		case <-ctx.Done():
			return wire.Notices{}, sekisho.E("store.notices", sekisho.Unavailable, ctx.Err())
		}
	}
}

// noticesDue lists the oldest notices. Each gets the id of its mail here, once.
func (t *txn) noticesDue(most int) (out []wire.NoticeDue, err error) {
	err = t.Each(func(scan func(...any) error) error {
		var n wire.NoticeDue
		var contract, id, message, mail, at int64
		var data []byte
		if err := scan(&contract, &id, &message, &n.Kind, &mail, &at, &data); err != nil {
			return err
		}
		var d noticeData
		if err := json.Unmarshal(data, &d); err != nil {
			return sekisho.E("store.notice", sekisho.Corrupt, err)
		}
		n.ID, n.Mail, n.Contract, n.Message = uint64(id), sekisho.MessageID(mail), sekisho.ContractID(contract), sekisho.MessageID(message)
		n.Trace, n.Sender, n.Recipients, n.Reason, n.Until, n.AtEnd, n.Approve, n.By = d.Trace, d.Sender, d.Recipients, d.Reason, db.Time(d.Until), d.AtEnd, d.Approve, d.By
		n.Lines, n.More, n.To = d.Lines, d.More, d.To
		n.At = db.Time(at)
		out = append(out, n)
		return nil
	}, noticeRead, int64(most))
	for i := range out {
		if err != nil {
			return nil, err
		}
		n := &out[i]
		if n.Mail == 0 {
			var id int64
			if id, err = t.take("message", mostTold); err != nil {
				return nil, err
			}
			n.Mail = sekisho.MessageID(id)
			if _, err = t.Exec("UPDATE notice SET mail = $3 WHERE contract = $1 AND id = $2", int64(n.Contract), int64(n.ID), id); err != nil {
				return nil, err
			}
		}
		if n.Kind == codeNotice {
			if n.Code, n.Until = t.s.codes.of(uint64(n.Message), t.s.now()); n.Code == "" {
				n.To = nil // it is not known any more: nobody is told
				continue
			}
		}
		if len(n.To) > 0 {
			n.To = n.To[:min(len(n.To), mostTold)]
			continue
		}
		switch n.To = []string{n.Sender}; n.Kind {
		case "approve", "remind":
			n.To, err = employed(t, n.Contract, n.Sender, "approver", "contract-admin", "admin")
		case "grant-asked", "grant-standing", "wanted":
			n.To, err = employed(t, n.Contract, n.Sender, "contract-admin", "admin")
		}
	}
	return out, err
}

// tellGrant notes that a customer's administrators are to be told of an operator's way into their data.
func (t *txn) tellGrant(g wire.Grant, kind string) error {
	return t.insertNotice(g.Contract, int64(g.ID), kind, noticeData{Sender: g.Who, Reason: g.Reason, Until: db.Micros(g.Until), By: g.By})
}

// tellWanted notes that administrators are to be told of a mail that somebody wants released ("wanted"), or he that it will not be
// ("unreleased"): one notice for each recipient.
func (t *txn) tellWanted(r *keptRow, kind string) error {
	return t.insertNotice(r.Contract, -int64(r.ID), kind, noticeData{Trace: r.Trace, Sender: r.Recipient, Recipients: []string{r.Recipient}, Reason: r.Reason, Until: db.Micros(r.Until)})
}

// insertNotice notes a notice that no other one joins.
func (t *txn) insertNotice(c sekisho.ContractID, message int64, kind string, d noticeData) error {
	data, err := json.Marshal(d)
	if err != nil {
		return sekisho.E("store.notice", sekisho.Internal, err)
	}
	id, err := t.take("notice", 1)
	if err != nil {
		return err
	}
	t.told = append(t.told, t.s.wake)
	_, err = t.Exec("INSERT INTO notice (contract, id, message, kind, mail, at, data) VALUES ($1, $2, $3, $4, 0, $5, $6)", int64(c), id, message, kind, db.Micros(t.s.now()), data)
	return err
}

// employed are the active people of the first of some duties that anybody has, but for one: who sent a mail does not decide about it.
func employed(r db.Reader, c sekisho.ContractID, sender string, duties ...string) ([]string, error) {
	for _, duty := range duties {
		var list []string
		err := r.Each(func(scan func(...any) error) error {
			var a string
			err := scan(&a)
			list = append(list, a)
			return err
		}, approversOf, int64(c), duty)
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(a string) bool { return strings.EqualFold(a, sender) })
		if len(list) > 0 {
			return list, nil
		}
	}
	return nil, nil
}

// noticed answers StoreNoticed.
func (s *Store) noticed(ctx context.Context, _ sekisho.Caller, q wire.Noticed) (wire.Nothing, error) {
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		var old []byte
		found, err := t.One([]any{&old}, "SELECT data FROM notice WHERE id = $1", int64(q.ID))
		if err == nil && !found {
			err = sekisho.E("store.noticed", sekisho.NotFound, errors.New("no such notice"))
		}
		if err != nil {
			return err
		}
		var d noticeData
		if err := json.Unmarshal(old, &d); err != nil {
			return sekisho.E("store.noticed", sekisho.Corrupt, err)
		}
		if q.Recipients == 0 || q.Recipients >= len(d.Recipients) {
			_, err = t.Exec("DELETE FROM notice WHERE id = $1", int64(q.ID))
			return err
		}
		d.Recipients = d.Recipients[q.Recipients:] // came while the mail was written: they are told in a mail of their own
		data, err := json.Marshal(d)
		if err != nil {
			return sekisho.E("store.noticed", sekisho.Internal, err)
		}
		t.told = append(t.told, t.s.wake)
		_, err = t.Exec("UPDATE notice SET data = $2, mail = 0 WHERE id = $1", int64(q.ID), data)
		return err
	})
}
