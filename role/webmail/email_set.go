package webmail

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/mailbox"
	"sekisho/wire"
)

type emailSetArgs struct {
	AccountID string                     `json:"accountId"`
	IfInState *string                    `json:"ifInState"`
	Create    map[string]json.RawMessage `json:"create"`
	Update    map[string]json.RawMessage `json:"update"`
	Destroy   []string                   `json:"destroy"`
}

func (t *turn) emailSet(a *emailSetArgs) (any, error) {
	if err := tooMany(len(a.Create) + len(a.Update) + len(a.Destroy)); err != nil {
		return nil, err
	}
	out := newSet(t)
	var unless []wire.Mark
	if a.IfInState != nil {
		var ok bool
		if unless, ok = marksOf(*a.IfInState); !ok {
			return nil, jmap.Fail("stateMismatch", "no such state")
		}
	}
	// A draft is saved by making the new one and destroying the old one in one request. So what can fail with the new one
	// comes before anything is destroyed; if it does fail, nothing is.
	ready := map[string]*mailbox.Filed{}
	for _, k := range keys(a.Create) {
		x, e := t.composeEmail(a.Create[k])
		if e != nil {
			out.NotCreated[k] = e
			continue
		}
		ready[k] = x
	}
	if len(out.NotCreated) > 0 {
		for _, id := range a.Destroy {
			out.NotDestroyed[id] = &setError{Type: "forbidden", Description: "kept, as what was to be created in the same request could not be"}
		}
		a.Destroy = nil
	}
	if err := t.changeEmails(a, unless, out); err != nil { // it checks the state
		return nil, err
	}
	for _, k := range keys(ready) {
		made, err := t.accept(ready[k])
		if err != nil {
			out.NotCreated[k] = t.setErrorOf(err)
			continue
		}
		t.created[k] = made.id
		out.Created[k] = made.object()
	}
	if len(a.Create) > 0 {
		t.boxes = nil
		got, err := wire.StoreEmails.Ask(t.ctx, t.w.peers.Store, wire.EmailFetch{Pass: t.ticket.Pass, Facts: true})
		if err != nil {
			return nil, err
		}
		out.NewState = stateOf(got.Marks)
	}
	return out, nil
}

// changeEmails carries out updates and destructions in one transaction.
func (t *turn) changeEmails(a *emailSetArgs, unless []wire.Mark, out *setAnswer) error {
	q := wire.EmailSet{Pass: t.ticket.Pass, Unless: unless}
	var asked []string
	for _, id := range keys(a.Update) {
		m, ok := parseEmail(t.made(id))
		if !ok {
			out.NotUpdated[id] = &setError{Type: "notFound"}
			continue
		}
		if slices.Contains(a.Destroy, id) {
			out.NotUpdated[id] = &setError{Type: "willDestroy"}
			continue
		}
		c, e := t.patch(a.Update[id])
		if e != nil {
			out.NotUpdated[id] = e
			continue
		}
		c.Message = m
		q.Changes, asked = append(q.Changes, c), append(asked, id)
	}
	updates := len(asked)
	for _, id := range a.Destroy {
		m, ok := parseEmail(t.made(id))
		if !ok {
			out.NotDestroyed[id] = &setError{Type: "notFound"}
			continue
		}
		q.Changes, asked = append(q.Changes, wire.EmailChange{Message: m, Destroy: true}), append(asked, id)
	}
	got, err := wire.StoreEmailSet.Ask(t.ctx, t.w.peers.Store, q)
	if err != nil {
		return err
	}
	if len(got.Refused) != len(asked) {
		return sekisho.E("webmail.email-set", sekisho.Internal, nil)
	}
	t.boxes = nil
	if slices.ContainsFunc(q.Changes, speaks) {
		t.teach()
	}
	out.OldState, out.NewState = stateOf(got.Before), stateOf(got.Marks)
	for i, id := range asked {
		e := refusal(sekisho.ErrorKind(got.Refused[i]))
		switch {
		case i < updates && e != nil:
			out.NotUpdated[id] = e
		case i < updates:
			out.Updated[id] = nil
		case e != nil:
			out.NotDestroyed[id] = e
		default:
			out.Destroyed = append(out.Destroyed, id)
		}
	}
	return nil
}

// speaks says whether a change may be a word about what the mail is.
func speaks(c wire.EmailChange) bool {
	return !c.Destroy && (c.Boxes || c.Keywords || len(c.Into) > 0 || len(c.Add) > 0)
}

// teach has learned what the person said of mails. It fails alone: what was said is kept, and learned with the next word.
func (t *turn) teach() {
	if err := t.access.Teach(t.ctx, t.w.peers.Inspect); err != nil {
		t.w.config.Log.Warn("not learned yet", "account", uint64(t.ticket.Account), "error", err)
	}
}

func refusal(k sekisho.ErrorKind) *setError {
	switch k {
	case 0:
		return nil
	case sekisho.NotFound:
		return &setError{Type: "notFound"}
	case sekisho.Invalid:
		return badProperty("no such mailbox, or none would be left", "mailboxIds")
	}
	return &setError{Type: "serverFail"}
}

// patch reads a PatchObject (RFC 8620 section 5.3): of an email only keywords and mailboxes change.
func (t *turn) patch(raw json.RawMessage) (wire.EmailChange, *setError) {
	var c wire.EmailChange
	var top map[string]json.RawMessage
	if err := json.Unmarshal(raw, &top); err != nil || top == nil {
		return c, &setError{Type: "invalidPatch", Description: "not an object"}
	}
	for _, key := range keys(top) {
		property, sub, nested := strings.Cut(key, "/")
		var err error
		switch {
		case property == "keywords" && nested:
			err = keywordPatch(top[key], sub, &c)
			if top["keywords"] != nil {
				return c, &setError{Type: "invalidPatch", Description: "keywords as a whole and in part"}
			}
		case property == "mailboxIds" && nested:
			err = t.mailboxPatch(top[key], sub, &c)
			if top["mailboxIds"] != nil {
				return c, &setError{Type: "invalidPatch", Description: "mailboxIds as a whole and in part"}
			}
		case key == "keywords":
			c.Keywords = true
			c.Set, err = keywordSet(top[key])
		case key == "mailboxIds":
			c.Boxes = true
			c.Into, err = t.mailboxSetOf(top[key])
		default:
			return c, badProperty("cannot be changed", key)
		}
		if err != nil {
			return c, badProperty(err.Error(), key)
		}
	}
	return c, nil
}

func yes(raw json.RawMessage) (bool, error) {
	switch strings.TrimSpace(string(raw)) {
	case "true":
		return true, nil
	case "null":
		return false, nil
	}
	return false, errors.New("true or null")
}

// keywordPatch takes one keyword of a patch.
func keywordPatch(raw json.RawMessage, word string, c *wire.EmailChange) error {
	on, err := yes(raw)
	if err != nil {
		return err
	}
	flag, ok := flagOf(strings.NewReplacer("~1", "/", "~0", "~").Replace(word))
	if !ok {
		return errors.New("no such keyword")
	}
	if on {
		c.Add = append(c.Add, flag)
	} else {
		c.Remove = append(c.Remove, flag)
	}
	return nil
}

// mailboxPatch takes one mailbox of a patch.
func (t *turn) mailboxPatch(raw json.RawMessage, id string, c *wire.EmailChange) error {
	in, err := yes(raw)
	if err != nil {
		return err
	}
	box, ok := parseBox(t.made(id))
	if !ok {
		return errors.New("no such mailbox")
	}
	if in {
		c.Into = append(c.Into, box)
	} else {
		c.OutOf = append(c.OutOf, box)
	}
	return nil
}

// keywordSet reads a whole keywords object.
func keywordSet(raw json.RawMessage) ([]string, error) {
	var m map[string]bool
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, errors.New("an object of keywords that are true")
	}
	if len(m) > 64 {
		return nil, errors.New("at most 64 keywords")
	}
	var out []string
	for _, k := range keys(m) {
		flag, ok := flagOf(k)
		if !ok || !m[k] {
			return nil, errors.New("no such keyword")
		}
		out = append(out, flag)
	}
	return out, nil
}

// mailboxSetOf reads a whole mailboxIds object.
func (t *turn) mailboxSetOf(raw json.RawMessage) ([]sekisho.MailboxID, error) {
	var m map[string]bool
	if err := json.Unmarshal(raw, &m); err != nil || len(m) == 0 {
		return nil, errors.New("an object of mailboxes that are true, at least one")
	}
	var out []sekisho.MailboxID
	for _, k := range keys(m) {
		id, ok := parseBox(t.made(k))
		if !ok || !m[k] {
			return nil, errors.New("no such mailbox")
		}
		out = append(out, id)
	}
	return out, nil
}
