package webmail

import (
	"strconv"

	"sekisho/mail/jmap"
	"sekisho/wire"
)

// The shared address book is the contract's: everybody of it reads it here, its administrators keep it at the console. So there is
// SharedContact/get and /query, and no /set. A shared contact has the members of a contact; its id is of another kind.

func sharedID(id uint64) string { return number('p', id) }

// sharedState names the state of the address book: that of the contract's directory.
func sharedState(version uint64) string { return "p" + strconv.FormatUint(version, 10) }

// mostShared is how many entries one answer has.
const mostShared = 500

// sharedGet answers SharedContact/get. Without ids it gives the first 500 by name.
func (t *turn) sharedGet(a *getArgs) (any, error) {
	ids, err := a.ids()
	if err != nil {
		return nil, err
	}
	q := wire.PartnerQuery{Pass: t.ticket.Pass, Most: mostShared}
	out := &getAnswer{AccountID: t.account(), List: []any{}, NotFound: []string{}}
	for _, id := range ids {
		if n, ok := parse('p', id); ok && n < 1<<63 {
			q.IDs = append(q.IDs, n)
		}
	}
	if a.IDs != nil && len(q.IDs) == 0 {
		q.Most = 1 // nothing but the state is wanted
	}
	got, err := wire.StorePartners.Ask(t.ctx, t.w.peers.Store, q)
	if err != nil {
		return nil, err
	}
	out.State = sharedState(got.Version)
	if a.IDs != nil && len(q.IDs) == 0 {
		got.List = nil
	}
	there := map[string]bool{}
	for _, p := range got.List {
		emails := []any{}
		for _, address := range p.Addresses {
			emails = append(emails, map[string]any{"address": address, "label": ""})
		}
		groups := append([]string{}, p.Groups...)
		x, err := only(map[string]any{"id": sharedID(p.ID), "name": p.Name, "emails": emails, "organization": p.Organization, "note": p.Note, "groups": groups}, a.Properties)
		if err != nil {
			return nil, err
		}
		there[sharedID(p.ID)] = true
		out.List = append(out.List, x)
	}
	for _, id := range ids {
		if !there[id] {
			out.NotFound = append(out.NotFound, id)
		}
	}
	return out, nil
}

// sharedAnswer is the answer of SharedContact/query. Groups are those whose name has the text that was looked for.
type sharedAnswer struct {
	queryAnswer
	Groups []sharedGroup `json:"groups"`
}

type sharedGroup struct {
	Name    string `json:"name"`
	Members uint64 `json:"members"`
}

// sharedQuery answers SharedContact/query: by a part of name, address, organisation or group, and by group; by name.
func (t *turn) sharedQuery(a *queryArgs) (any, error) {
	var f contactFilter
	if !none(a.Filter) {
		if err := jmap.Decode(a.Filter, &f); err != nil {
			return nil, err
		}
	}
	for _, c := range a.Sort {
		if c.Property != "name" || !c.up() {
			return nil, jmap.Fail("unsupportedSort", "by name, ascending, only")
		}
	}
	if a.Anchor != nil || a.Position < 0 || a.Position > 1<<31 {
		return nil, jmap.Invalid("position", "a position from the beginning, and no anchor")
	}
	q := wire.PartnerQuery{Pass: t.ticket.Pass, After: uint32(a.Position), Most: mostShared}
	if a.Limit != nil {
		q.Most = min(*a.Limit, mostShared)
	}
	if f.Text != nil {
		q.Text = *f.Text
	}
	if f.Group != nil {
		q.Group = *f.Group
	}
	out := &sharedAnswer{queryAnswer: queryAnswer{AccountID: t.account(), Position: uint64(a.Position), IDs: []string{}, Limit: &q.Most}, Groups: []sharedGroup{}}
	if len(q.Text) > longTerm || len(q.Group) > longTerm {
		return nil, jmap.Invalid("filter", "a text of at most %d bytes", longTerm)
	}
	got, err := wire.StorePartners.Ask(t.ctx, t.w.peers.Store, q)
	if err != nil {
		return nil, err
	}
	out.QueryState = sharedState(got.Version)
	for i, p := range got.List {
		if uint32(i) < q.Most {
			out.IDs = append(out.IDs, sharedID(p.ID))
		}
	}
	for _, g := range got.Groups {
		out.Groups = append(out.Groups, sharedGroup(g))
	}
	if a.Total {
		out.Total = &got.Total
	}
	return out, nil
}
