package webmail

import (
	"slices"

	"sekisho"
	"sekisho/wire"
)

// Files that the person's mails left at the desk: who opened and downloaded them, and stopping that.

func shareID(m sekisho.MessageID) string { return number('w', uint64(m)) }

func (t *turn) shareGet(a *getArgs) (any, error) {
	ids, err := a.ids()
	if err != nil {
		return nil, err
	}
	got, err := wire.StoreShares.Ask(t.ctx, t.w.peers.Store, wire.ShareQuery{Pass: t.ticket.Pass, Most: 500})
	if err != nil {
		return nil, err
	}
	out := getAnswer{AccountID: t.account(), State: "0", List: []any{}, NotFound: []string{}}
	if a.IDs == nil {
		for _, x := range got.List {
			ids = append(ids, shareID(x.Message))
		}
	}
	for _, id := range ids {
		i := slices.IndexFunc(got.List, func(x wire.ShareRow) bool { return shareID(x.Message) == id })
		if i < 0 {
			out.NotFound = append(out.NotFound, id)
			continue
		}
		o, err := only(shareOf(&got.List[i]), a.Properties)
		if err != nil {
			return nil, err
		}
		out.List = append(out.List, o)
	}
	return out, nil
}

func shareOf(x *wire.ShareRow) map[string]any {
	to, events := []any{}, []any{}
	for i, a := range x.To {
		n := 0
		if i < len(x.Opened) {
			n = x.Opened[i]
		}
		to = append(to, map[string]any{"address": a, "opened": n})
	}
	for _, e := range x.Events {
		events = append(events, map[string]any{"at": utc(e.At), "to": e.Recipient, "what": e.What, "who": e.Who, "file": e.File})
	}
	return map[string]any{"id": shareID(x.Message), "trace": x.Trace.String(), "at": utc(x.At), "until": utc(x.Until), "state": x.State, "files": x.Files, "code": x.Code,
		"opens": x.Opens, "to": to, "events": events}
}

type shareSetArgs struct {
	AccountID string `json:"accountId"`
	Update    map[string]struct {
		State string `json:"state"`
	} `json:"update"`
}

// shareSet stops shares. One that is over stays so.
func (t *turn) shareSet(a *shareSetArgs) (any, error) {
	if err := tooMany(len(a.Update)); err != nil {
		return nil, err
	}
	out := newSet(t)
	out.OldState, out.NewState = "0", "0"
	for _, id := range keys(a.Update) {
		n, ok := parse('w', id)
		switch {
		case !ok || n >= 1<<63:
			out.NotUpdated[id] = &setError{Type: "notFound"}
			continue
		case a.Update[id].State != "stopped":
			out.NotUpdated[id] = badProperty("stopped", "state")
			continue
		}
		_, err := wire.StoreShareStop.Ask(t.ctx, t.w.peers.Store, wire.ShareQuery{Pass: t.ticket.Pass, Message: sekisho.MessageID(n)})
		switch sekisho.KindOf(err) {
		case 0:
			out.Updated[id] = nil
		case sekisho.NotFound:
			out.NotUpdated[id] = &setError{Type: "notFound"}
		default:
			out.NotUpdated[id] = t.setErrorOf(err)
		}
	}
	return out, nil
}
