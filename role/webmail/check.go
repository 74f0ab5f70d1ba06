package webmail

import (
	"slices"
	"strings"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/search"
	"sekisho/wire"
)

type checkArgs struct {
	AccountID string `json:"accountId"`
	EmailID   string `json:"emailId"`
}

// submissionCheck tells before sending what people overlook: who is outside, who is new, and an attachment that the text
// speaks of and that is not there.
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
	outside, first := []string{}, []string{}
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
		if got.First.IsZero() {
			first = append(first, r)
		}
	}
	names := []string{}
	for _, p := range sorted(&x.mail.Summary.Root).attached {
		names = append(names, partName(p.Part))
	}
	missing := len(names) == 0 && speaksOfAttachment(ownWords(string(x.mail.Text)))
	return map[string]any{"accountId": t.account(), "outside": outside, "first": first, "missingAttachment": missing, "attachments": names}, nil
}

// ownWords leaves out what is quoted from the mail that is answered.
func ownWords(text string) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "-----") || strings.HasPrefix(line, "_____") {
			break
		}
		if !strings.HasPrefix(strings.TrimSpace(line), ">") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// speaksOfAttachment looks for the words with which people announce attachments.
func speaksOfAttachment(text string) bool {
	text = search.Fold(text)
	for _, w := range []string{"attached", "attachment", "enclosed", "添付", "同封"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
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
