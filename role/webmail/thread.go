package webmail

import (
	"sekisho/mail/jmap"
	"sekisho/wire"
)

func (t *turn) threadGet(a *getArgs) (any, error) {
	if a.IDs == nil {
		return nil, jmap.Fail("requestTooLarge", "ids are needed")
	}
	ids, err := a.ids()
	if err != nil {
		return nil, err
	}
	out := getAnswer{AccountID: t.account(), List: []any{}, NotFound: []string{}}
	q := wire.ThreadQuery{Pass: t.ticket.Pass}
	var known []string
	for _, id := range ids {
		if n, ok := parse('t', id); ok {
			q.Threads, known = append(q.Threads, n), append(known, id)
		} else {
			out.NotFound = append(out.NotFound, id)
		}
	}
	got, err := wire.StoreThreads.Ask(t.ctx, t.w.peers.Store, q)
	if err != nil {
		return nil, err
	}
	out.State = stateOf(got.Marks)
	for i, x := range got.List {
		if len(x.Messages) == 0 {
			out.NotFound = append(out.NotFound, known[i])
			continue
		}
		mails := make([]string, len(x.Messages))
		for j, m := range x.Messages {
			mails[j] = emailID(m)
		}
		o, err := only(map[string]any{"id": known[i], "emailIds": mails}, a.Properties)
		if err != nil {
			return nil, err
		}
		out.List = append(out.List, o)
	}
	return out, nil
}

// since asks store what changed after a state.
func (t *turn) since(a *changesArgs) (wire.EmailChanges, uint32, error) {
	most, err := a.most()
	if err != nil {
		return wire.EmailChanges{}, 0, err
	}
	marks, ok := marksOf(a.SinceState)
	if !ok {
		return wire.EmailChanges{}, 0, jmap.Fail("cannotCalculateChanges", "no such state")
	}
	got, err := wire.StoreEmailChanges.Ask(t.ctx, t.w.peers.Store, wire.EmailSince{Pass: t.ticket.Pass, Since: marks})
	if err == nil && got.Lost {
		err = jmap.Fail("cannotCalculateChanges", "too much has changed")
	}
	return got, most, err
}

func (t *turn) emailChanges(a *changesArgs) (any, error) {
	got, most, err := t.since(a)
	if err != nil {
		return nil, err
	}
	out := newChanges(t, a, stateOf(got.Marks))
	for _, m := range got.Created {
		out.Created = append(out.Created, emailID(m))
	}
	for _, m := range got.Updated {
		out.Updated = append(out.Updated, emailID(m))
	}
	for _, m := range got.Destroyed {
		out.Destroyed = append(out.Destroyed, emailID(m))
	}
	return out.within(most)
}

func (t *turn) threadChanges(a *changesArgs) (any, error) {
	got, most, err := t.since(a)
	if err != nil {
		return nil, err
	}
	out := newChanges(t, a, stateOf(got.Marks))
	for _, n := range got.Threads.Created {
		out.Created = append(out.Created, threadID(n))
	}
	for _, n := range got.Threads.Updated {
		out.Updated = append(out.Updated, threadID(n))
	}
	for _, n := range got.Threads.Destroyed {
		out.Destroyed = append(out.Destroyed, threadID(n))
	}
	return out.within(most)
}

// quotaGet tells how much of the account's space is used (RFC 9425). Without a limit there is no quota to show.
func (t *turn) quotaGet(a *getArgs) (any, error) {
	out := getAnswer{AccountID: t.account(), State: "0", List: []any{}, NotFound: []string{}}
	q, err := t.quota()
	if err != nil {
		return nil, err
	}
	if q != nil && (a.IDs == nil || contains(*a.IDs, "mail")) {
		o, err := only(q, a.Properties)
		if err != nil {
			return nil, err
		}
		out.List = append(out.List, o)
	}
	if a.IDs != nil {
		for _, id := range *a.IDs {
			if q == nil || id != "mail" {
				out.NotFound = append(out.NotFound, id)
			}
		}
	}
	return out, nil
}

func (t *turn) quota() (map[string]any, error) {
	who, err := t.who()
	if err != nil || who.Quota <= 0 {
		return nil, err
	}
	t.boxes = nil
	list, err := t.folders()
	if err != nil {
		return nil, err
	}
	used := int64(0)
	for _, m := range list {
		used += m.Size
	}
	return map[string]any{"id": "mail", "resourceType": "octets", "used": used, "hardLimit": who.Quota, "warnLimit": who.Quota / 10 * 9, "softLimit": nil,
		"scope": "account", "name": who.Address, "types": []string{"Mail"}, "description": nil}, nil
}

func (t *turn) quotaQuery(a *queryArgs) (any, error) {
	if !none(a.Filter) {
		return nil, jmap.Fail("unsupportedFilter", "there is one quota at most")
	}
	q, err := t.quota()
	if err != nil {
		return nil, err
	}
	ids := []string{}
	if q != nil {
		ids = append(ids, "mail")
	}
	return a.page(t, "0", ids)
}
