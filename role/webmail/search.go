package webmail

import (
	"cmp"
	"slices"
	"strings"

	"sekisho"
	"sekisho/search"
	"sekisho/wire"
)

// Looking for texts: the tokens of the account's index give candidates, opened mails confirm them. A few candidates are
// confirmed at once. When there are many, they are taken as they are, and only those on the page that is answered are
// confirmed: tokens are wrong seldom, and nobody reads a thousand results. A text too short for tokens leaves every mail as
// a candidate: then the newest mails are looked through.

const (
	fewCandidates = 200
	mostLooked    = 2000
)

// find gives the messages of a mailbox, or of all, that have all terms; loose means that they were not confirmed.
func (t *turn) find(scope sekisho.MailboxID, terms []term) (out []sekisho.MessageID, loose bool, err error) {
	boxes, err := t.folders()
	if err != nil {
		return nil, false, err
	}
	var tokens []uint32
	for _, x := range terms {
		if !strings.HasPrefix(x.field, "header:") {
			tokens = append(tokens, search.Query(x.text)...)
		}
	}
	slices.Sort(tokens)
	tokens = slices.Compact(tokens)
	for i := range boxes {
		if scope != 0 && boxes[i].ID != scope || boxes[i].Messages == 0 {
			continue
		}
		found, err := t.candidates(boxes[i].ID, tokens)
		if err != nil {
			return nil, false, err
		}
		out = append(out, found...)
	}
	slices.SortFunc(out, func(a, b sekisho.MessageID) int { return cmp.Compare(b, a) })
	out = slices.Compact(out)
	switch {
	case len(out) <= fewCandidates:
	case len(tokens) > 0:
		return out, true, nil
	default:
		out = out[:min(len(out), mostLooked)]
	}
	out, err = t.confirm(out, terms)
	return out, false, err
}

// candidates gives the messages of a mailbox that the tokens do not rule out.
func (t *turn) candidates(box sekisho.MailboxID, tokens []uint32) ([]sekisho.MessageID, error) {
	got, err := wire.StorePlaces.Ask(t.ctx, t.w.peers.Store, wire.PlaceQuery{Pass: t.ticket.Pass, Mailbox: box})
	if err != nil || len(got.UIDs) != len(got.Messages) {
		return nil, err
	}
	found := got.UIDs
	if len(tokens) > 0 {
		index, err := t.access.OpenIndex(t.ctx, box, got.UIDs)
		if err == nil {
			found, err = index.Find(t.ctx, tokens)
		}
		if err != nil {
			return nil, err
		}
	}
	out := make([]sekisho.MessageID, 0, len(found))
	i := 0
	for _, u := range found { // both ascend
		for got.UIDs[i] != u {
			i++
		}
		out = append(out, sekisho.MessageID(got.Messages[i]))
	}
	return out, nil
}

// confirm opens mails and keeps those that have all terms.
func (t *turn) confirm(ids []sekisho.MessageID, terms []term) (out []sekisho.MessageID, err error) {
	want := wire.Want{Summary: true}
	for _, x := range terms {
		want.Header = want.Header || strings.HasPrefix(x.field, "header:")
		want.Text = want.Text || x.field == "text" || x.field == "body"
	}
	for part := range slices.Chunk(ids, 256) {
		list, err := t.opened(part, want)
		if err != nil {
			return nil, err
		}
		for i := range list {
			if !slices.ContainsFunc(terms, func(x term) bool { return !list[i].meets(x) }) {
				out = append(out, list[i].Message)
			}
		}
	}
	return out, nil
}

// confirmPage drops from a page what only the tokens took for a result.
func (a *asked) confirmPage(ids []sekisho.MessageID) ([]sekisho.MessageID, error) {
	for _, terms := range a.loose {
		var err error
		if len(ids) > mostLooked {
			return ids, nil
		}
		if ids, err = a.confirm(ids, terms); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// meets compares as people read: without case and width.
func (x *reading) meets(w term) bool {
	s := x.mail.Summary
	if name, is := strings.CutPrefix(w.field, "header:"); is {
		for _, f := range x.header() {
			if f.Is(name) && strings.Contains(search.Fold(readable(f.Value())), w.text) {
				return true
			}
		}
		return false
	}
	has := func(lists ...[]sekisho.Address) bool {
		for _, l := range lists {
			for _, a := range l {
				if strings.Contains(search.Fold(a.Name+" <"+a.String()+">"), w.text) {
					return true
				}
			}
		}
		return false
	}
	subject := search.Fold(s.Subject)
	switch w.field {
	case "from":
		return has(s.From, s.Sender)
	case "to":
		return has(s.To)
	case "cc":
		return has(s.Cc)
	case "bcc":
		return has(s.Bcc)
	case "subject":
		return strings.Contains(subject, w.text)
	case "body": // the searchable text begins with the subject
		return strings.Contains(strings.TrimPrefix(strings.TrimPrefix(string(x.mail.Text), subject), "\n"), w.text)
	}
	return strings.Contains(subject, w.text) || has(s.From, s.Sender, s.To, s.Cc, s.Bcc) || strings.Contains(string(x.mail.Text), w.text)
}

type snippetArgs struct {
	AccountID string    `json:"accountId"`
	Filter    rawFilter `json:"filter"`
	EmailIDs  []string  `json:"emailIds"`
}

// snippet is a SearchSnippet (RFC 8621 section 5). Marks are the only HTML in it; everything else is escaped.
type snippet struct {
	EmailID string  `json:"emailId"`
	Subject *string `json:"subject"`
	Preview *string `json:"preview"`
}

func (t *turn) snippetGet(a *snippetArgs) (any, error) {
	if err := tooMany(len(a.EmailIDs)); err != nil {
		return nil, err
	}
	words, err := wordsOf(a.Filter, 0)
	if err != nil {
		return nil, err
	}
	out := struct {
		AccountID string    `json:"accountId"`
		List      []snippet `json:"list"`
		NotFound  []string  `json:"notFound"`
	}{t.account(), []snippet{}, []string{}}
	given := map[sekisho.MessageID]string{}
	var ids []sekisho.MessageID
	for _, id := range a.EmailIDs {
		if m, ok := parseEmail(id); ok && given[m] == "" {
			given[m] = id
			ids = append(ids, m)
		} else if !ok {
			out.NotFound = append(out.NotFound, id)
		}
	}
	list, err := t.opened(ids, wire.Want{Summary: true, Text: true})
	if err != nil {
		return nil, err
	}
	for i := range list {
		x := &list[i]
		delete(given, x.Message)
		text := strings.TrimPrefix(strings.TrimPrefix(string(x.mail.Text), search.Fold(x.mail.Summary.Subject)), "\n")
		s := snippet{EmailID: emailID(x.Message), Subject: marked(x.mail.Summary.Subject, words, 1000)}
		if s.Preview = marked(x.mail.Summary.Preview, words, 256); s.Preview == nil {
			s.Preview = marked(around(text, words), words, 256)
		}
		out.List = append(out.List, s)
	}
	for _, id := range given {
		out.NotFound = append(out.NotFound, id)
	}
	return out, nil
}
