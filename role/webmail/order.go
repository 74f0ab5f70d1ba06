package webmail

import (
	"slices"
	"strings"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/search"
	"sekisho/wire"
)

// sorts translates comparators for store; true when one of them needs to look into mails.
func sorts(list []comparator) (out []wire.EmailSort, bySummary bool, err error) {
	if len(list) > 4 {
		return nil, false, jmap.Fail("unsupportedSort", "at most 4 properties")
	}
	for _, c := range list {
		s := wire.EmailSort{By: c.Property, Up: c.up()}
		switch c.Property {
		case "receivedAt", "size":
		case "sentAt", "from", "to", "subject":
			bySummary = true
		case "hasKeyword":
			if c.Keyword == nil {
				return nil, false, jmap.Invalid("sort", "hasKeyword needs a keyword")
			}
			word, ok := flagOf(*c.Keyword)
			if !ok {
				return nil, false, jmap.Invalid("sort", "no keyword %.60q", *c.Keyword)
			}
			s.Word = word
		default:
			return nil, false, jmap.Fail("unsupportedSort", "no order by %.60q", c.Property)
		}
		out = append(out, s)
	}
	return out, bySummary, nil
}

// mostSorted is how many mails are opened to put them in order.
const mostSorted = 2000

// sortedQuery orders by what is inside of mails: all that were found are opened for it, so there must not be too many.
func (t *turn) sortedQuery(a *emailQueryArgs, q wire.EmailQuery) (any, error) {
	q.Sort, q.Position, q.Offset, q.Collapse, q.Limit = nil, 0, 0, false, mostSorted+1
	got, err := wire.StoreEmailQuery.Ask(t.ctx, t.w.peers.Store, q)
	if err != nil {
		return nil, err
	}
	if len(got.IDs) > mostSorted {
		return nil, jmap.Fail("unsupportedSort", "more than %d mails would have to be opened: sort by receivedAt or size, or narrow the filter", mostSorted)
	}
	list, err := t.opened(got.IDs, wire.Want{Summary: true})
	if err != nil {
		return nil, err
	}
	words := map[string]string{}
	slices.SortStableFunc(list, func(x, y reading) int {
		for _, c := range a.Sort {
			n := compareBy(&c, &x, &y, words)
			if !c.up() {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
	if a.Collapse {
		seen := map[uint64]bool{}
		list = slices.DeleteFunc(list, func(x reading) bool {
			was := seen[x.Thread]
			seen[x.Thread] = true
			return was
		})
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = emailID(list[i].Message)
	}
	g := queryArgs{Position: a.Position, Anchor: a.Anchor, Offset: a.Offset, Limit: a.Limit, Total: a.Total}
	return g.page(t, stateOf(got.Marks), ids)
}

func compareBy(c *comparator, x, y *reading, words map[string]string) int {
	fold := func(s string) string {
		f, known := words[s]
		if !known {
			f = search.Fold(s)
			words[s] = f
		}
		return f
	}
	a, b := x.mail.Summary, y.mail.Summary
	switch c.Property {
	case "sentAt":
		return a.Date.Compare(b.Date)
	case "receivedAt":
		return x.Internal.Compare(y.Internal)
	case "size":
		return int(x.Sealed.Size - y.Sealed.Size)
	case "from":
		return strings.Compare(fold(firstName(a.From)), fold(firstName(b.From)))
	case "to":
		return strings.Compare(fold(firstName(a.To)), fold(firstName(b.To)))
	case "subject":
		return strings.Compare(fold(bareSubject(a.Subject)), fold(bareSubject(b.Subject)))
	}
	word, _ := flagOf(*c.Keyword)
	has := func(r *reading) int {
		for _, s := range systemWords {
			if s.flag == word && r.Flags&s.bit != 0 {
				return 1
			}
		}
		if slices.ContainsFunc(r.Keywords, func(k string) bool { return strings.EqualFold(k, word) }) {
			return 1
		}
		return 0
	}
	return has(x) - has(y)
}

func firstName(list []sekisho.Address) string {
	for _, a := range list {
		if a.Host != "" {
			if a.Name != "" {
				return a.Name
			}
			return a.String()
		}
	}
	return ""
}

// bareSubject is a subject without "Re:" and "Fwd:".
func bareSubject(s string) string {
	for {
		low := strings.ToLower(s)
		cut := false
		for _, p := range []string{"re:", "fwd:", "fw:"} {
			if strings.HasPrefix(low, p) {
				s, cut = strings.TrimSpace(s[len(p):]), true
				break
			}
		}
		if !cut {
			return s
		}
	}
}

// opened gets and opens mails by number.
func (t *turn) opened(ids []sekisho.MessageID, want wire.Want) ([]reading, error) {
	var out []reading
	for part := range slices.Chunk(ids, mostGet) {
		got, err := wire.StoreEmails.Ask(t.ctx, t.w.peers.Store, wire.EmailFetch{Pass: t.ticket.Pass, IDs: part, Want: want})
		if err != nil {
			return nil, err
		}
		list := make([]reading, len(got.List))
		for i, e := range got.List {
			list[i] = reading{Email: e, blob: emailID(e.Message)}
		}
		if err := t.open(list); err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}
