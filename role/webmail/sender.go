package webmail

import (
	"encoding/json"
	"strings"

	"sekisho/mail/jmap"
	"sekisho/search"
	"sekisho/wire"
)

// sender is one line of the list of whom somebody allows and blocks.
type sender struct {
	Address string `json:"address"`
	Stance  string `json:"stance"` // "allow" or "block"
}

func senderID(id uint64) string { return number('s', id) }

func (t *turn) senders() (wire.Senders, error) {
	return wire.StoreSenders.Ask(t.ctx, t.w.peers.Store, wire.SenderQuery{Pass: t.ticket.Pass})
}

func senderObject(x wire.Sender) map[string]any {
	return map[string]any{"id": senderID(x.ID), "address": x.Address, "stance": x.Stance, "at": utc(x.At)}
}

// senderGet answers Sender/get. "off" says that the organisation lets nobody have such a list.
func (t *turn) senderGet(a *getArgs) (any, error) {
	ids, err := a.ids()
	if err != nil {
		return nil, err
	}
	got, err := t.senders()
	if err != nil {
		return nil, err
	}
	byID := map[string]wire.Sender{}
	for _, x := range got.List {
		byID[senderID(x.ID)] = x
		if a.IDs == nil {
			ids = append(ids, senderID(x.ID))
		}
	}
	out := getAnswer{AccountID: t.account(), State: itemState(got.ModSeq), List: []any{}, NotFound: []string{}}
	for _, id := range ids {
		x, known := byID[t.made(id)]
		if !known {
			out.NotFound = append(out.NotFound, id)
			continue
		}
		o, err := only(senderObject(x), a.Properties)
		if err != nil {
			return nil, err
		}
		out.List = append(out.List, o)
	}
	return struct {
		getAnswer
		Off bool `json:"off"`
	}{out, got.Off}, nil
}

type senderFilter struct {
	Text   *string `json:"text"`
	Stance *string `json:"stance"`
}

// senderQuery answers Sender/query, newest first.
func (t *turn) senderQuery(a *queryArgs) (any, error) {
	var f senderFilter
	if !none(a.Filter) {
		if err := jmap.Decode(a.Filter, &f); err != nil {
			return nil, err
		}
	}
	if len(a.Sort) > 0 {
		return nil, jmap.Fail("unsupportedSort", "newest first only")
	}
	got, err := t.senders()
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for _, x := range got.List {
		if (f.Stance == nil || *f.Stance == x.Stance) && (f.Text == nil || strings.Contains(search.Fold(x.Address), search.Fold(*f.Text))) {
			ids = append(ids, senderID(x.ID))
		}
	}
	return a.page(t, itemState(got.ModSeq), ids)
}

// senderSet answers Sender/set. Each change is carried out alone: what is wrong with one does not hinder the others.
func (t *turn) senderSet(a *setArgs) (any, error) {
	if err := tooMany(len(a.Create) + len(a.Update) + len(a.Destroy)); err != nil {
		return nil, err
	}
	got, err := t.senders()
	if err != nil {
		return nil, err
	}
	out := newSet(t)
	out.OldState = itemState(got.ModSeq)
	if a.IfInState != nil && *a.IfInState != out.OldState {
		return nil, jmap.Fail("stateMismatch", "the list has changed")
	}
	for _, key := range keys(a.Create) {
		id, e := t.putSender(a.Create[key], sender{}, 0)
		if e != nil {
			out.NotCreated[key] = e
			continue
		}
		t.created[key] = id
		out.Created[key] = map[string]any{"id": id}
	}
	known := map[string]wire.Sender{}
	for _, x := range got.List {
		known[senderID(x.ID)] = x
	}
	for _, id := range keys(a.Update) {
		x, there := known[t.made(id)]
		if !there {
			out.NotUpdated[id] = &setError{Type: "notFound"}
			continue
		}
		// A line that changes is a new one: it counts from then on.
		if _, e := t.putSender(a.Update[id], sender{Address: x.Address, Stance: x.Stance}, x.ID); e != nil {
			out.NotUpdated[id] = e
			continue
		}
		out.Updated[id] = nil
	}
	for _, id := range a.Destroy {
		x, there := known[t.made(id)]
		if !there {
			out.NotDestroyed[id] = &setError{Type: "notFound"}
			continue
		}
		if _, err := wire.StoreSenderSet.Ask(t.ctx, t.w.peers.Store, wire.SenderChange{Pass: t.ticket.Pass, Remove: []uint64{x.ID}}); err != nil {
			out.NotDestroyed[id] = t.setErrorOf(err)
			continue
		}
		out.Destroyed = append(out.Destroyed, id)
	}
	if got, err = t.senders(); err != nil {
		return nil, err
	}
	out.NewState = itemState(got.ModSeq)
	return out, nil
}

// putSender writes one line.
func (t *turn) putSender(raw json.RawMessage, x sender, id uint64) (string, *setError) {
	if err := jmap.Decode(raw, &x); err != nil {
		return "", badProperty(err.Description, err.Arguments...)
	}
	switch {
	case x.Stance != "allow" && x.Stance != "block":
		return "", badProperty("allow or block", "stance")
	case strings.HasPrefix(strings.TrimSpace(x.Address), "@"):
		return "", badProperty("an address; only an administrator can list a whole domain", "address")
	case !strings.Contains(x.Address, "@") || len(x.Address) > 320 || strings.ContainsAny(strings.TrimSpace(x.Address), " \r\n<>,"):
		return "", badProperty("not an address", "address")
	}
	got, err := wire.StoreSenderSet.Ask(t.ctx, t.w.peers.Store, wire.SenderChange{Pass: t.ticket.Pass, Put: []wire.Sender{{ID: id, Address: x.Address, Stance: x.Stance}}})
	if err != nil {
		return "", t.setErrorOf(err)
	}
	return senderID(got.IDs[0]), nil
}
