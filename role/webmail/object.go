package webmail

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/search"
	"sekisho/wire"
)

// Contacts and templates are items that people make, change and remove; what may be in them is a struct.

// contact is one entry of an address book.
type contact struct {
	Name         string        `json:"name"`
	Emails       []contactMail `json:"emails"`
	Organization string        `json:"organization"`
	Note         string        `json:"note"`
	Groups       []string      `json:"groups"`
}

type contactMail struct {
	Address string `json:"address"`
	Label   string `json:"label"`
}

func (c *contact) check() *setError {
	if c.Name == "" && len(c.Emails) == 0 {
		return badProperty("a name or an address", "name")
	}
	if len(c.Emails) > 50 || len(c.Groups) > 50 || len(c.Note) > 20_000 || len(c.Name)+len(c.Organization) > 1000 {
		return &setError{Type: "tooLarge"}
	}
	for _, e := range c.Emails {
		if !strings.Contains(e.Address, "@") || strings.ContainsAny(e.Address, " \r\n<>") || len(e.Address) > 320 {
			return badProperty("not an address", "emails")
		}
	}
	return nil
}

// template is a text that is begun from.
type template struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	HTML    string `json:"html"`
	Text    string `json:"text"`
}

func (c *template) check() *setError {
	switch {
	case c.Name == "":
		return badProperty("missing", "name")
	case len(c.Name)+len(c.Subject) > 2000 || len(c.HTML)+len(c.Text) > 200<<10:
		return &setError{Type: "tooLarge"}
	}
	return nil
}

func contacts() kind { return kind{"contact", sekisho.ClassAddressbook} }

func templates() kind { return kind{"template", sekisho.ClassConfig} }

// checked is a struct of what may be in an item.
type checked[T any] interface {
	*T
	check() *setError
}

// objectGet answers Foo/get of a kind of items.
func objectGet[T any, P checked[T]](k func() kind) func(*turn, *getArgs) (any, error) {
	return func(t *turn, a *getArgs) (any, error) {
		ids, err := a.ids()
		if err != nil {
			return nil, err
		}
		list, modseq, err := t.items(k(), nil, 0)
		if err != nil {
			return nil, err
		}
		out := getAnswer{AccountID: t.account(), State: itemState(modseq), List: []any{}, NotFound: []string{}}
		if a.IDs == nil {
			for _, x := range list {
				ids = append(ids, itemID(x.id))
			}
		}
		byID := make(map[string]*item, len(list))
		for i := range list {
			byID[itemID(list[i].id)] = &list[i]
		}
		for _, id := range ids {
			x := byID[t.made(id)]
			var v T
			if x == nil || json.Unmarshal(x.data, &v) != nil {
				out.NotFound = append(out.NotFound, id)
				continue
			}
			o, err := only(shownAs(itemID(x.id), v), a.Properties)
			if err != nil {
				return nil, err
			}
			out.List = append(out.List, o)
		}
		return out, nil
	}
}

// shownAs gives a struct as an object with its id; lists that are nil are shown empty.
func shownAs(id string, v any) map[string]any {
	out := map[string]any{"id": id}
	r := reflect.ValueOf(v)
	for i := range r.NumField() {
		f := r.Field(i)
		if f.Kind() == reflect.Slice && f.IsNil() {
			f = reflect.MakeSlice(f.Type(), 0, 0)
		}
		out[r.Type().Field(i).Tag.Get("json")] = f.Interface()
	}
	return out
}

// objectSet answers Foo/set of a kind of items.
func objectSet[T any, P checked[T]](k func() kind) func(*turn, *setArgs) (any, error) {
	return func(t *turn, a *setArgs) (any, error) {
		if err := tooMany(len(a.Create) + len(a.Update) + len(a.Destroy)); err != nil {
			return nil, err
		}
		list, modseq, err := t.items(k(), nil, 0)
		if err != nil {
			return nil, err
		}
		out := newSet(t)
		out.OldState = itemState(modseq)
		if a.IfInState != nil && *a.IfInState != out.OldState {
			return nil, jmap.Fail("stateMismatch", "it has changed")
		}
		q := wire.ItemSet{Pass: t.ticket.Pass, Kind: k().name}
		if a.IfInState != nil {
			q.Unless = modseq
		}
		for _, key := range keys(a.Create) {
			var v T
			x, e := takeObject(t, k(), a.Create[key], P(&v), 0, 0)
			if e != nil {
				out.NotCreated[key] = e
				continue
			}
			q.Put = append(q.Put, x)
			t.created[key] = itemID(x.ID)
			out.Created[key] = map[string]any{"id": itemID(x.ID)}
		}
		for _, id := range keys(a.Update) {
			i := slices.IndexFunc(list, func(x item) bool { return itemID(x.id) == t.made(id) })
			var v T
			if i < 0 || json.Unmarshal(list[i].data, &v) != nil {
				out.NotUpdated[id] = &setError{Type: "notFound"}
				continue
			}
			x, e := takeObject(t, k(), a.Update[id], P(&v), list[i].id, list[i].modseq)
			if e != nil {
				out.NotUpdated[id] = e
				continue
			}
			q.Put = append(q.Put, x)
			out.Updated[id] = nil
		}
		for _, id := range a.Destroy {
			i := slices.IndexFunc(list, func(x item) bool { return itemID(x.id) == t.made(id) })
			if i < 0 {
				out.NotDestroyed[id] = &setError{Type: "notFound"}
				continue
			}
			q.Remove = append(q.Remove, list[i].id)
			out.Destroyed = append(out.Destroyed, id)
		}
		out.NewState = out.OldState
		if len(q.Put)+len(q.Remove) > 0 {
			done, err := wire.StoreItemSet.Ask(t.ctx, t.w.peers.Store, q)
			if err != nil {
				return nil, err
			}
			out.NewState = itemState(done.ModSeq)
		}
		return out, nil
	}
}

// takeObject reads what is given over what is there, checks and seals it.
func takeObject(t *turn, k kind, raw json.RawMessage, v interface{ check() *setError }, id sekisho.MessageID, modseq uint64) (wire.Item, *setError) {
	if err := jmap.Decode(raw, v); err != nil {
		return wire.Item{}, badProperty(err.Description, err.Arguments...)
	}
	if e := v.check(); e != nil {
		return wire.Item{}, e
	}
	x, err := t.sealItem(k, id, modseq, v)
	if err != nil {
		return x, t.setErrorOf(err)
	}
	return x, nil
}

func (t *turn) contactChanges(a *changesArgs) (any, error) { return t.itemChanges(contacts(), a) }

func (t *turn) templateChanges(a *changesArgs) (any, error) { return t.itemChanges(templates(), a) }

type contactFilter struct {
	Text  *string `json:"text"`
	Group *string `json:"group"`
}

// contactQuery finds contacts by a part of what is in them, by name.
func (t *turn) contactQuery(a *queryArgs) (any, error) {
	var f contactFilter
	if !none(a.Filter) {
		if err := jmap.Decode(a.Filter, &f); err != nil {
			return nil, err
		}
	}
	for _, c := range a.Sort {
		if c.Property != "name" {
			return nil, jmap.Fail("unsupportedSort", "by name only")
		}
	}
	list, modseq, err := t.items(contacts(), nil, 0)
	if err != nil {
		return nil, err
	}
	type entry struct{ name, id string }
	var found []entry
	for _, x := range list {
		var c contact
		if json.Unmarshal(x.data, &c) != nil || f.Group != nil && !contains(c.Groups, *f.Group) {
			continue
		}
		if f.Text != nil && !strings.Contains(search.Fold(string(x.data)), search.Fold(*f.Text)) {
			continue
		}
		found = append(found, entry{search.Fold(c.Name), itemID(x.id)})
	}
	slices.SortStableFunc(found, func(x, y entry) int { return strings.Compare(x.name, y.name) })
	if len(a.Sort) > 0 && !a.Sort[0].up() {
		slices.Reverse(found)
	}
	ids := make([]string, len(found))
	for i, e := range found {
		ids[i] = e.id
	}
	return a.page(t, itemState(modseq), ids)
}
