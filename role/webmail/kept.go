package webmail

import (
	"slices"
	"strings"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/seal"
	"sekisho/search"
	"sekisho/wire"
)

// What is kept from somebody (quarantine) and what of his is kept back (hold).

func keptID(id uint64) string { return number('k', id) }

func (t *turn) kept(id uint64, whole bool) ([]wire.Kept, error) {
	got, err := wire.StoreOwnKept.Ask(t.ctx, t.w.peers.Store, wire.OwnKept{Pass: t.ticket.Pass, ID: id, Whole: whole})
	return got.Kept, err
}

type keptQueryArgs struct {
	AccountID string `json:"accountId"`
	Filter    struct {
		Fate *string `json:"fate"`
		Text *string `json:"text"`
	} `json:"filter"`
	Position int64   `json:"position"`
	Limit    *uint32 `json:"limit"`
	Total    bool    `json:"calculateTotal"`
}

func (t *turn) keptQuery(a *keptQueryArgs) (any, error) {
	if f := a.Filter.Fate; f != nil && *f != "quarantine" && *f != "hold" {
		return nil, jmap.Invalid("filter/fate", "quarantine or hold")
	}
	list, err := t.kept(0, false)
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for _, k := range list {
		if a.Filter.Fate != nil && k.Fate.String() != *a.Filter.Fate {
			continue
		}
		if a.Filter.Text != nil && !strings.Contains(search.Fold(k.From+" "+k.Recipient+" "+k.Rule+" "+k.Reason), search.Fold(*a.Filter.Text)) {
			continue
		}
		ids = append(ids, keptID(k.ID))
	}
	q := queryArgs{Position: a.Position, Limit: a.Limit, Total: a.Total}
	return q.page(t, "0", ids)
}

func (t *turn) keptGet(a *getArgs) (any, error) {
	ids, err := a.ids()
	if err != nil {
		return nil, err
	}
	list, err := t.kept(0, true)
	if err != nil {
		return nil, err
	}
	subjects, err := t.subjects(list)
	if err != nil {
		return nil, err
	}
	out := getAnswer{AccountID: t.account(), State: "0", List: []any{}, NotFound: []string{}}
	if a.IDs == nil {
		for _, k := range list {
			ids = append(ids, keptID(k.ID))
		}
	}
	for _, id := range ids {
		i := slices.IndexFunc(list, func(k wire.Kept) bool { return keptID(k.ID) == id })
		if i < 0 {
			out.NotFound = append(out.NotFound, id)
			continue
		}
		k := &list[i]
		o, err := only(map[string]any{"id": id, "fate": k.Fate.String(), "from": k.From, "recipient": k.Recipient, "subject": subjects[k.ID], "rule": k.Rule, "reason": k.Reason, "arrived": utc(k.Arrived),
			"until": utc(k.Until), "atEnd": k.AtEnd, "size": k.Size, "findings": found(k), "mayRelease": mayRelease(k), "asked": k.Wanted}, a.Properties)
		if err != nil {
			return nil, err
		}
		out.List = append(out.List, o)
	}
	return out, nil
}

type keptSetArgs struct {
	AccountID string `json:"accountId"`
	Update    map[string]struct {
		Do string `json:"do"`
	} `json:"update"`
}

// keptSet decides about what is kept. Of two who decide at the same time one is told that it is gone.
func (t *turn) keptSet(a *keptSetArgs) (any, error) {
	if err := tooMany(len(a.Update)); err != nil {
		return nil, err
	}
	out := newSet(t)
	out.OldState, out.NewState = "0", "0"
	for _, id := range keys(a.Update) {
		if e := t.decide(id, a.Update[id].Do); e != nil {
			out.NotUpdated[id] = e
		} else {
			out.Updated[id] = nil
		}
	}
	return out, nil
}

func (t *turn) decide(id, do string) *setError {
	n, ok := parse('k', id)
	if !ok || n >= 1<<63 {
		return &setError{Type: "notFound"}
	}
	list, err := t.kept(n, true)
	if err != nil {
		return t.setErrorOf(err)
	}
	if len(list) != 1 {
		return &setError{Type: "notFound"}
	}
	quarantine := list[0].Fate == wire.FateQuarantine
	q := wire.OwnDecision{Pass: t.ticket.Pass, ID: n}
	switch {
	case quarantine && do == "discard":
		q.What = "delete"
	case quarantine && do == "block":
		q.What, q.List = "delete", "block"
	case quarantine && do == "ask":
		q.What = "ask"
	case quarantine && (do == "release" || do == "allow"):
		if do == "allow" {
			q.List = "allow"
		}
		if !mayRelease(&list[0]) {
			return &setError{Type: "forbidden", Description: "only an administrator can release it"}
		}
		box, e := t.releaseBox(&list[0])
		if e != nil {
			return e
		}
		q.What, q.Box = "release", box
	case !quarantine && do == "send":
		q.What = "send"
	case !quarantine && (do == "cancel" || do == "discard"):
		q.What = "cancel"
	default:
		return badProperty("release, allow, ask, discard, block for quarantine; send, cancel for hold", "do")
	}
	_, err = wire.StoreOwnDecide.Ask(t.ctx, t.w.peers.Store, q)
	switch sekisho.KindOf(err) {
	case 0:
		return nil
	case sekisho.NotFound:
		return &setError{Type: "notFound"}
	case sekisho.Denied:
		if q.List != "" {
			return &setError{Type: "forbidden", Description: "the organisation allows no lists of one's own"}
		}
		return &setError{Type: "forbidden", Description: "somebody else decides about it"}
	}
	return t.setErrorOf(err)
}

// mayRelease says whether somebody may release a mail to himself: not what could harm others too.
func mayRelease(k *wire.Kept) bool {
	if k.Fate != wire.FateQuarantine || len(k.Box) == 0 {
		return false
	}
	return !sekisho.Dangerous(k.Findings)
}

func found(k *wire.Kept) []any {
	out := []any{}
	for _, f := range k.Findings {
		out = append(out, map[string]any{"kind": f.Kind, "name": f.Name, "detail": f.Evidence})
	}
	return out
}

// subjects opens the subjects of quarantined mails; those of held mails are in the sender's own copy.
func (t *turn) subjects(list []wire.Kept) (map[uint64]string, error) {
	out := map[uint64]string{}
	q := wire.OpenOwn{Session: t.ticket.Session, Secret: t.ticket.Secret}
	var of []*wire.Kept
	for i := range list {
		if k := &list[i]; len(k.Box) > 0 && len(k.Subject) > 0 && len(of) < mostGet {
			q.Boxes = append(q.Boxes, wire.MessageBox{Message: k.Message, Key: wire.QuarantineKey, Sealed: k.Box})
			of = append(of, k)
		}
	}
	if len(of) == 0 {
		return out, nil
	}
	got, err := wire.VaultOwnKept.Ask(t.ctx, t.w.peers.Vault, q)
	if err != nil {
		return nil, err
	}
	for i, k := range of {
		if i >= len(got.Messages) || len(got.Messages[i].Keys) != 1 {
			continue
		}
		c, err := seal.NewCipher(got.Messages[i].Keys[0], k.Message)
		if err != nil {
			continue
		}
		if s, err := c.Open(seal.Subject, k.Subject); err == nil {
			out[k.ID] = string(s)
		}
	}
	return out, nil
}

// releaseBox has vault make the box with which a quarantined mail opens in its recipient's mailbox.
func (t *turn) releaseBox(k *wire.Kept) (*wire.Box, *setError) {
	got, err := wire.VaultOwnKept.Ask(t.ctx, t.w.peers.Vault, wire.OpenOwn{Session: t.ticket.Session, Secret: t.ticket.Secret, Release: true,
		Boxes: []wire.MessageBox{{Message: k.Message, Key: wire.QuarantineKey, Sealed: k.Box}}})
	if err != nil {
		return nil, t.setErrorOf(err)
	}
	if len(got.Messages) != 1 || len(got.Messages[0].Wrapped) == 0 {
		return nil, &setError{Type: "forbidden", Description: "it does not open for this account"}
	}
	return &wire.Box{Account: t.ticket.Account, Key: wire.WrappedKey, Sealed: got.Messages[0].Wrapped}, nil
}
