package webmail

import (
	"slices"
	"strings"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/mail/missend"
	"sekisho/search"
	"sekisho/wire"
)

type checkArgs struct {
	AccountID string `json:"accountId"`
	EmailID   string `json:"emailId"`
}

// submissionCheck tells before sending what people overlook: who is outside, who is new, whose address resembles that of
// somebody else, which organisations see each other, and an attachment that the text speaks of and that is not there.
func (t *turn) submissionCheck(a *checkArgs) (any, error) {
	id, ok := parseEmail(t.made(a.EmailID))
	if !ok {
		return nil, jmap.Fail("notFound", "no such email")
	}
	list, err := t.opened([]sekisho.MessageID{id}, wire.Want{Summary: true, Text: true})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, jmap.Fail("notFound", "no such email")
	}
	x := &list[0]
	who, err := t.who()
	if err != nil {
		return nil, err
	}
	outside, first, similar := []string{}, []string{}, []any{}
	var usual wire.Correspondents
	for _, r := range recipients(x) {
		domain := r[strings.LastIndexByte(r, '@')+1:]
		if slices.ContainsFunc(who.Domains, func(d string) bool { return strings.EqualFold(d, domain) }) {
			continue
		}
		outside = append(outside, r)
		got, err := wire.StoreOwnTrace.Ask(t.ctx, t.w.peers.Store, wire.OwnTrace{Pass: t.ticket.Pass, Message: id, From: r})
		if err != nil {
			return nil, err
		}
		if !got.First.IsZero() {
			continue
		}
		first = append(first, r)
		if len(first) == 1 {
			if usual, err = wire.StoreCorrespondents.Ask(t.ctx, t.w.peers.Store, wire.CorrespondentQuery{Pass: t.ticket.Pass}); err != nil {
				return nil, err
			}
		}
		if n, ok := missend.Similar(r, usual.Addresses); ok {
			similar = append(similar, map[string]any{"address": n.Typed, "meant": n.Meant, "reason": string(n.Reason)})
		}
	}
	rare, apart, err := t.unusual(outside)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, p := range sorted(&x.mail.Summary.Root).attached {
		names = append(names, partName(p.Part))
	}
	missing := len(names) == 0 && missend.SpeaksOfAttachment(search.Fold(missend.OwnWords(string(x.mail.Text))))
	// Two organisations often work on one thing; three, or a new one beside an old one, are looked at again.
	organisations := missend.Organisations(outside)
	if len(organisations) < 2 || len(organisations) == 2 && len(first) == 0 {
		organisations = []string{}
	}
	elsewhere, err := t.elsewhere(string(x.mail.Text), names, outside)
	if err != nil {
		return nil, err
	}
	return map[string]any{"accountId": t.account(), "rare": rare, "apart": apart, "elsewhere": elsewhere, "outside": outside, "first": first, "similar": similar, "organisations": organisations,
		"missingAttachment": missing, "attachments": names}, nil
}

// unusual gives recipients whom hardly anybody has written to, and organisations that were never written to together.
func (t *turn) unusual(outside []string) (rare []string, apart []any, err error) {
	rare, apart = []string{}, []any{}
	if len(outside) == 0 {
		return rare, apart, nil
	}
	got, err := wire.StoreHabit.Ask(t.ctx, t.w.peers.Store, wire.HabitQuery{Pass: t.ticket.Pass, Outside: outside})
	for _, p := range got.Apart {
		apart = append(apart, []string{p.One, p.Other})
	}
	return append(rare, got.Rare...), apart, err
}

// elsewhere gives the organisations of the shared address book that the text or the name of a file is addressed to although the mail does
// not go there: somebody else's estimate, most often.
func (t *turn) elsewhere(text string, files, outside []string) ([]string, error) {
	if len(outside) == 0 {
		return []string{}, nil
	}
	got, err := wire.StorePartners.Ask(t.ctx, t.w.peers.Store, wire.PartnerQuery{Pass: t.ticket.Pass, Most: 500})
	if err != nil {
		return nil, err
	}
	known := map[string][]string{}
	for _, p := range got.List {
		if name := search.Fold(p.Organization); name != "" {
			known[name] = append(known[name], missend.Organisations(p.Addresses)...)
		}
	}
	folded := search.Fold(missend.OwnWords(text) + "\n" + strings.Join(files, "\n"))
	return append([]string{}, missend.Elsewhere(folded, known, missend.Organisations(outside))...), nil
}

type directoryArgs struct {
	AccountID string `json:"accountId"`
	Filter    struct {
		Text string `json:"text"`
	} `json:"filter"`
	Limit *uint32 `json:"limit"`
}

// directoryQuery finds people and groups of the account's own contract.
func (t *turn) directoryQuery(a *directoryArgs) (any, error) {
	limit := uint32(20)
	if a.Limit != nil {
		limit = min(*a.Limit, 100)
	}
	list := []any{}
	if limit > 0 && len(a.Filter.Text) <= longTerm {
		got, err := wire.StorePeople.Ask(t.ctx, t.w.peers.Store, wire.PeopleQuery{Pass: t.ticket.Pass, Text: a.Filter.Text, Most: limit})
		if err != nil {
			return nil, err
		}
		for _, e := range got.List {
			list = append(list, map[string]any{"name": e.Name, "address": e.Address, "group": e.Group})
		}
	}
	return map[string]any{"accountId": t.account(), "list": list}, nil
}
