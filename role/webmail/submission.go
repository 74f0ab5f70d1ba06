package webmail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/mail/jmap"
	"sekisho/wire"
)

// mostDelay is how many seconds a submission can be held back before it goes out.
const mostDelay = 120

// sent is what is kept of a submission (RFC 8621 section 7).
type sent struct {
	IdentityID string               `json:"identityId"`
	EmailID    string               `json:"emailId"`
	ThreadID   string               `json:"threadId"`
	From       string               `json:"from"`
	Rcpt       []string             `json:"rcpt"`
	SendAt     time.Time            `json:"sendAt"`
	Canceled   bool                 `json:"canceled"`
	Trace      uint64               `json:"trace"`
	Status     map[string]delivered `json:"status"`
}

// delivered is a recipient's DeliveryStatus.
type delivered struct {
	Reply     string `json:"smtpReply"`
	Delivered string `json:"delivered"`
	Displayed string `json:"displayed"`
}

type envelopeAddress struct {
	Email      string          `json:"email"`
	Parameters json.RawMessage `json:"parameters"`
}

type newSubmission struct {
	IdentityID string `json:"identityId"`
	EmailID    string `json:"emailId"`
	Envelope   *struct {
		MailFrom envelopeAddress   `json:"mailFrom"`
		RcptTo   []envelopeAddress `json:"rcptTo"`
	} `json:"envelope"`
	SendAt *time.Time `json:"sendAt"`
}

type submissionSetArgs struct {
	AccountID string                     `json:"accountId"`
	IfInState *string                    `json:"ifInState"`
	Create    map[string]json.RawMessage `json:"create"`
	Update    map[string]json.RawMessage `json:"update"`
	Destroy   []string                   `json:"destroy"`
	OnUpdate  map[string]json.RawMessage `json:"onSuccessUpdateEmail"`
	OnDestroy []string                   `json:"onSuccessDestroyEmail"`
}

// object shows a submission.
func (s *sent) object(id string, now time.Time) map[string]any {
	undo := "final"
	switch {
	case s.Canceled:
		undo = "canceled"
	case now.Before(s.SendAt):
		undo = "pending"
	}
	to := []any{}
	for _, r := range s.Rcpt {
		to = append(to, map[string]any{"email": r, "parameters": nil})
	}
	return map[string]any{"id": id, "identityId": s.IdentityID, "emailId": s.EmailID, "threadId": s.ThreadID, "undoStatus": undo, "sendAt": utc(s.SendAt), "deliveryStatus": s.Status,
		"envelope":   map[string]any{"mailFrom": map[string]any{"email": s.From, "parameters": nil}, "rcptTo": to},
		"dsnBlobIds": []string{}, "mdnBlobIds": []string{}, "trace": sekisho.TraceID(s.Trace).String()}
}

func (t *turn) submissionGet(a *getArgs) (any, error) {
	ids, err := a.ids()
	if err != nil {
		return nil, err
	}
	list, modseq, err := t.items(submissions(), nil, 0)
	if err != nil {
		return nil, err
	}
	out := getAnswer{AccountID: t.account(), State: itemState(modseq), List: []any{}, NotFound: []string{}}
	if a.IDs == nil {
		for _, x := range list {
			ids = append(ids, itemID(x.id))
		}
	}
	for _, id := range ids {
		i := slices.IndexFunc(list, func(x item) bool { return itemID(x.id) == t.made(id) })
		var s sent
		if i < 0 || json.Unmarshal(list[i].data, &s) != nil {
			out.NotFound = append(out.NotFound, id)
			continue
		}
		o, err := only(s.object(itemID(list[i].id), t.w.config.Clock()), a.Properties)
		if err != nil {
			return nil, err
		}
		out.List = append(out.List, o)
	}
	return out, nil
}

func (t *turn) submissionChanges(a *changesArgs) (any, error) {
	return t.itemChanges(submissions(), a)
}

type submissionFilter struct {
	EmailIDs   []string   `json:"emailIds"`
	ThreadIDs  []string   `json:"threadIds"`
	Identities []string   `json:"identityIds"`
	Undo       *string    `json:"undoStatus"`
	Before     *time.Time `json:"before"`
	After      *time.Time `json:"after"`
}

func (t *turn) submissionQuery(a *queryArgs) (any, error) {
	var f submissionFilter
	if !none(a.Filter) {
		if err := jmap.Decode(a.Filter, &f); err != nil {
			return nil, err
		}
	}
	for _, c := range a.Sort {
		if c.Property != "sendAt" && c.Property != "emailId" && c.Property != "threadId" {
			return nil, jmap.Fail("unsupportedSort", "no order by %.60q", c.Property)
		}
	}
	list, modseq, err := t.items(submissions(), nil, 0)
	if err != nil {
		return nil, err
	}
	now := t.w.config.Clock()
	ids := []string{}
	for _, x := range slices.Backward(list) {
		var s sent
		if json.Unmarshal(x.data, &s) != nil {
			continue
		}
		o := s.object(itemID(x.id), now)
		if f.EmailIDs != nil && !contains(f.EmailIDs, s.EmailID) || f.ThreadIDs != nil && !contains(f.ThreadIDs, s.ThreadID) || f.Identities != nil && !contains(f.Identities, s.IdentityID) ||
			f.Undo != nil && *f.Undo != o["undoStatus"] || f.Before != nil && !s.SendAt.Before(*f.Before) || f.After != nil && s.SendAt.Before(*f.After) {
			continue
		}
		ids = append(ids, itemID(x.id))
	}
	return a.page(t, itemState(modseq), ids)
}

func (t *turn) submissionSet(a *submissionSetArgs) (any, error) {
	if err := tooMany(len(a.Create) + len(a.Update) + len(a.Destroy)); err != nil {
		return nil, err
	}
	list, modseq, err := t.items(submissions(), nil, 0)
	if err != nil {
		return nil, err
	}
	out := newSet(t)
	out.OldState = itemState(modseq)
	if a.IfInState != nil && *a.IfInState != out.OldState {
		return nil, jmap.Fail("stateMismatch", "the submissions have changed")
	}
	emails := map[string]string{} // submission, also as "#k": its email
	for _, k := range keys(a.Create) {
		id, s, e := t.submit(a.Create[k])
		if e != nil {
			out.NotCreated[k] = e
			continue
		}
		t.created[k], emails["#"+k], emails[id] = id, s.EmailID, s.EmailID
		o := s.object(id, t.w.config.Clock())
		out.Created[k] = map[string]any{"id": id, "threadId": s.ThreadID, "undoStatus": o["undoStatus"], "sendAt": o["sendAt"], "deliveryStatus": s.Status, "envelope": o["envelope"], "trace": o["trace"]}
	}
	for _, id := range keys(a.Update) {
		s, e := t.undo(list, t.made(id), a.Update[id])
		if e != nil {
			out.NotUpdated[id] = e
			continue
		}
		out.Updated[id], emails[id] = nil, s.EmailID
	}
	t.forgetSubmissions(list, a.Destroy, out, emails)
	if _, modseq, err = t.items(submissions(), []sekisho.MessageID{1}, 0); err != nil {
		return nil, err
	}
	out.NewState = itemState(modseq)
	return t.afterwards(a, out, emails)
}

// forgetSubmissions removes what is kept of submissions; what was sent stays sent.
func (t *turn) forgetSubmissions(list []item, ids []string, out *setAnswer, emails map[string]string) {
	for _, id := range ids {
		i := slices.IndexFunc(list, func(x item) bool { return itemID(x.id) == id })
		var s sent
		if i < 0 {
			out.NotDestroyed[id] = &setError{Type: "notFound"}
			continue
		}
		if json.Unmarshal(list[i].data, &s) == nil {
			emails[id] = s.EmailID
		}
		if _, err := wire.StoreItemSet.Ask(t.ctx, t.w.peers.Store, wire.ItemSet{Pass: t.ticket.Pass, Kind: submissions().name, Remove: []sekisho.MessageID{list[i].id}}); err != nil {
			out.NotDestroyed[id] = t.setErrorOf(err)
			continue
		}
		out.Destroyed = append(out.Destroyed, id)
	}
}

// afterwards changes the emails of submissions that succeeded, as an Email/set of the same call (RFC 8621 section 7.5).
func (t *turn) afterwards(a *submissionSetArgs, out *setAnswer, emails map[string]string) (any, error) {
	q := emailSetArgs{AccountID: t.account(), Update: map[string]json.RawMessage{}}
	for _, k := range keys(a.OnUpdate) {
		if id := emails[k]; id != "" {
			q.Update[id] = a.OnUpdate[k]
		}
	}
	for _, k := range a.OnDestroy {
		if id := emails[k]; id != "" {
			q.Destroy = append(q.Destroy, id)
		}
	}
	if len(q.Update)+len(q.Destroy) == 0 {
		return out, nil
	}
	x := jmap.Invocation{Name: "Email/set"}
	got, err := t.emailSet(&q)
	if err != nil {
		x.Name, got = "error", t.w.fail(err)
	}
	b, err := json.Marshal(got)
	x.Args = b
	return several{out, []jmap.Invocation{x}}, err
}

// submit sends a mail that is filed. It is durable with what becomes of it before the answer; if only the record of the
// submission cannot be kept, the answer says that the mail was sent.
func (t *turn) submit(raw json.RawMessage) (string, *sent, *setError) {
	var n newSubmission
	if err := jmap.Decode(raw, &n); err != nil {
		return "", nil, badProperty(err.Description, err.Arguments...)
	}
	id, ok := parseEmail(t.made(n.EmailID))
	if !ok {
		return "", nil, badProperty("no such email", "emailId")
	}
	from, e := t.identityAddress(n.IdentityID)
	if e != nil {
		return "", nil, e
	}
	now := t.w.config.Clock()
	s := &sent{IdentityID: n.IdentityID, EmailID: emailID(id), From: from, SendAt: now}
	if n.SendAt != nil && n.SendAt.After(now) {
		if n.SendAt.After(now.Add(mostDelay * time.Second)) {
			return "", nil, badProperty(fmt.Sprintf("at most %d seconds ahead", mostDelay), "sendAt")
		}
		s.SendAt = *n.SendAt
	}
	x, err := t.whole(id)
	if sekisho.KindOf(err) == sekisho.NotFound {
		return "", nil, badProperty("no such email", "emailId")
	}
	if err != nil {
		return "", nil, t.setErrorOf(err)
	}
	s.ThreadID = threadID(x.Thread)
	if n.Envelope != nil {
		s.From = n.Envelope.MailFrom.Email
		for _, r := range n.Envelope.RcptTo {
			s.Rcpt = append(s.Rcpt, r.Email)
		}
	} else {
		s.Rcpt = recipients(x)
	}
	return t.hand(x, s, now)
}

// recipients are the addresses that a mail's header names, each once.
func recipients(x *reading) (out []string) {
	seen := map[string]bool{}
	for _, list := range [][]sekisho.Address{x.mail.Summary.To, x.mail.Summary.Cc, x.mail.Summary.Bcc} {
		for _, a := range list {
			if low := strings.ToLower(a.String()); a.Host != "" && !seen[low] {
				seen[low] = true
				out = append(out, a.String())
			}
		}
	}
	return out
}

// hand gives the mail to gate.
func (t *turn) hand(x *reading, s *sent, now time.Time) (string, *sent, *setError) {
	if len(s.Rcpt) == 0 {
		return "", nil, &setError{Type: "noRecipients"}
	}
	if len(s.Rcpt) > 1000 {
		return "", nil, &setError{Type: "tooManyRecipients", Most: 1000}
	}
	raw, ok := x.mail.Cut(sekisho.Span{End: x.mail.Summary.Size})
	if !ok || len(x.mail.Summary.From) == 0 {
		return "", nil, &setError{Type: "invalidEmail", Properties: []string{"from"}, Description: "it has no sender"}
	}
	who, err := t.who()
	if err != nil {
		return "", nil, t.setErrorOf(err)
	}
	for _, a := range x.mail.Summary.From {
		if !mayWriteAs(who, a.String()) {
			return "", nil, &setError{Type: "forbiddenFrom", Description: a.String()}
		}
	}
	q := wire.Outgoing{Pass: t.ticket.Pass, Draft: x.Message, Login: who.Address, From: s.From, Rcpt: s.Rcpt, Raw: withoutBcc(raw), Client: t.q.Client}
	if s.SendAt.After(now) {
		q.Until = s.SendAt
	}
	got, err := wire.GateSubmit.Ask(t.ctx, t.w.peers.Gate, q)
	if sekisho.KindOf(err) == sekisho.Denied {
		return "", nil, &setError{Type: "forbiddenMailFrom"}
	}
	if err != nil {
		return "", nil, t.setErrorOf(err)
	}
	if got.Code != 250 {
		return "", nil, refusedBy(got)
	}
	s.Trace, s.Status = uint64(got.Trace), map[string]delivered{}
	if got.Until.After(s.SendAt) {
		s.SendAt = got.Until
	}
	for _, r := range got.Recipients {
		s.Status[r.Address] = delivered{Reply: "250 2.0.0 " + reply(r), Delivered: map[bool]string{true: "yes", false: "queued"}[r.Fate == wire.FateMailbox], Displayed: "unknown"}
	}
	id, err := t.record(0, 0, s)
	if err != nil {
		t.w.config.Log.Error("a submission was not recorded", "trace", got.Trace.String(), "error", err)
		return number('i', 1), s, nil // sent all the same: an error would have it sent again
	}
	return itemID(id), s, nil
}

// reply says in words what becomes of a mail.
func reply(r wire.SubmittedTo) string {
	if r.Fate == wire.FateMailbox || r.Fate == wire.FateQueue || r.Rule == "" {
		return r.Fate.String()
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' {
			return ' '
		}
		return c
	}, r.Fate.String()+" ("+r.Rule+") "+r.Reason)
}

func refusedBy(got wire.Submitted) *setError {
	var bad []string
	for _, r := range got.Recipients {
		if r.Code != 0 {
			bad = append(bad, r.Address)
		}
	}
	switch {
	case got.Code < 500:
		return &setError{Type: "rateLimit", Description: got.Text}
	case len(bad) > 0:
		return &setError{Type: "invalidRecipients", Description: got.Text, Recipients: bad}
	}
	return &setError{Type: "forbiddenToSend", Description: got.Text}
}

// record keeps what is known of a submission.
func (t *turn) record(id sekisho.MessageID, modseq uint64, s *sent) (sekisho.MessageID, error) {
	x, err := t.sealItem(submissions(), id, modseq, s)
	if err != nil {
		return 0, err
	}
	_, err = wire.StoreItemSet.Ask(t.ctx, t.w.peers.Store, wire.ItemSet{Pass: t.ticket.Pass, Kind: submissions().name, Put: []wire.Item{x}})
	return x.ID, err
}

// mayWriteAs compares an address with those of the account, as gate does with the envelope.
func mayWriteAs(who *wire.Identified, from string) bool {
	from = strings.ToLower(from)
	i := strings.LastIndexByte(from, '@')
	if i < 0 {
		return false
	}
	local, domain := from[:i], from[i:]
	if base, _, tagged := strings.Cut(local, "+"); tagged && base != "" {
		local = base
	}
	return slices.ContainsFunc(who.Identities, func(x string) bool {
		x = strings.ToLower(x)
		return x == from || x == local+domain || x == domain
	})
}

// withoutBcc removes the fields that only the sender's own copy has (RFC 8621 section 7.5).
func withoutBcc(raw []byte) []byte {
	fields, rest := header.Split(raw)
	var out bytes.Buffer
	for _, f := range fields {
		if !f.Is("Bcc") {
			out.Write(f.Raw)
		}
	}
	out.Write(rest)
	return out.Bytes()
}

// undo takes a submission back: exactly one of taking back and sending happens.
func (t *turn) undo(list []item, id string, raw json.RawMessage) (*sent, *setError) {
	var p struct {
		Undo *string `json:"undoStatus"`
	}
	if err := jmap.Decode(raw, &p); err != nil {
		return nil, badProperty(err.Description, err.Arguments...)
	}
	i := slices.IndexFunc(list, func(x item) bool { return itemID(x.id) == id })
	var s sent
	if i < 0 || json.Unmarshal(list[i].data, &s) != nil {
		return nil, &setError{Type: "notFound"}
	}
	if p.Undo == nil {
		return &s, nil
	}
	if *p.Undo != "canceled" {
		return nil, badProperty("only to canceled", "undoStatus")
	}
	if s.Canceled {
		return &s, nil
	}
	_, err := wire.StoreOwnDecide.Ask(t.ctx, t.w.peers.Store, wire.OwnDecision{Pass: t.ticket.Pass, What: "cancel", Trace: sekisho.TraceID(s.Trace)})
	if sekisho.KindOf(err) == sekisho.NotFound {
		return nil, &setError{Type: "cannotUnsend", Description: "it has gone out"}
	}
	if err != nil {
		return nil, t.setErrorOf(err)
	}
	s.Canceled = true
	if _, err := t.record(list[i].id, 0, &s); err != nil {
		t.w.config.Log.Error("a cancellation was not recorded", "error", err)
	}
	return &s, nil
}
