package reader

import (
	"context"
	netmail "net/mail"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/mailbox"
	"sekisho/search"
	"sekisho/wire"
)

// hunt is one SEARCH under way. Each step only looks at what the cheaper steps before have left: numbers and flags cost
// nothing, dates and sizes ask store, tokens ask for the index, and only what remains is opened and compared, as tokens
// give candidates and IMAP's SEARCH means substrings (RFC 9051 section 6.4.4).
type hunt struct {
	*session
	ctx    context.Context
	facts  map[uint32]fact // dates and sizes of those that were asked for
	tokens *mailbox.Index  // nil: not read yet
}

type fact struct {
	internal time.Time
	size     int64
}

// Search answers SEARCH.
func (s *session) Search(kind imapserver.NumKind, c *imap.SearchCriteria, o *imap.SearchOptions) (*imap.SearchData, error) {
	ctx, cancel := s.command()
	defer cancel()
	h := &hunt{session: s, ctx: ctx, facts: map[uint32]fact{}}
	all := make([]int, len(s.box.uids))
	for i := range all {
		all[i] = i
	}
	found, err := h.match(all, c)
	if err != nil {
		return nil, s.failed(err)
	}
	if o != nil && o.ReturnSave {
		s.box.saved = nil
		for _, p := range found {
			s.box.saved = append(s.box.saved, s.box.uids[p])
		}
	}
	return s.box.answer(kind, found), nil
}

func (b *selected) answer(kind imapserver.NumKind, found []int) *imap.SearchData {
	d := &imap.SearchData{Count: uint32(len(found))}
	number := func(p int) uint32 { return uint32(p + 1) }
	if kind == imapserver.NumKindUID {
		number = func(p int) uint32 { return b.uids[p] }
	}
	var seqs imap.SeqSet
	var uids imap.UIDSet
	for i := 0; i < len(found); { // whole runs: a set of single numbers would be searched for its place each time
		j := i
		for j+1 < len(found) && number(found[j+1]) == number(found[j])+1 {
			j++
		}
		low, high := number(found[i]), number(found[j])
		if kind == imapserver.NumKindUID {
			uids = append(uids, imap.UIDRange{Start: imap.UID(low), Stop: imap.UID(high)})
		} else {
			seqs = append(seqs, imap.SeqRange{Start: low, Stop: high})
		}
		i = j + 1
	}
	if d.All = seqs; kind == imapserver.NumKindUID {
		d.All = uids
	}
	if len(found) > 0 {
		d.Min, d.Max = number(found[0]), number(found[len(found)-1])
	}
	return d
}

// match gives those of the places that meet all criteria, cheapest first.
func (h *hunt) match(places []int, c *imap.SearchCriteria) ([]int, error) {
	for _, set := range c.SeqNum {
		places = intersect(places, h.box.numbered(set))
	}
	for _, set := range c.UID {
		places = intersect(places, h.box.numbered(set))
	}
	places = h.byFlags(places, c)
	steps := []func([]int, *imap.SearchCriteria) ([]int, error){h.byFacts, h.byOthers, h.byContent}
	for _, step := range steps {
		if len(places) == 0 {
			return nil, nil
		}
		if err := h.ctx.Err(); err != nil { // a question can be made to take very long
			return nil, sekisho.E("reader.search", sekisho.TooMany, err)
		}
		var err error
		if places, err = step(places, c); err != nil {
			return nil, err
		}
	}
	return places, nil
}

// intersect keeps what is in both; both are ascending.
func intersect(a, b []int) []int {
	var out []int
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			out = append(out, a[i])
			i, j = i+1, j+1
		}
	}
	return out
}

func subtract(a, b []int) []int {
	var out []int
	for _, x := range a {
		if _, in := slices.BinarySearch(b, x); !in {
			out = append(out, x)
		}
	}
	return out
}

func filter(places []int, keep func(int) bool) []int {
	var out []int
	for _, p := range places {
		if keep(p) {
			out = append(out, p)
		}
	}
	return out
}

func (h *hunt) byFlags(places []int, c *imap.SearchCriteria) []int {
	if slices.ContainsFunc(c.Flag, func(f imap.Flag) bool { return strings.EqualFold(string(f), `\Recent`) }) {
		return nil // no message is ever recent (RFC 9051 has done away with it)
	}
	on, words := bits(c.Flag)
	off, notWords := bits(c.NotFlag)
	if on|off == 0 && len(words)+len(notWords) == 0 {
		return places
	}
	b := h.box
	return filter(places, func(p int) bool {
		if b.flags[p]&on != on || b.flags[p]&off != 0 {
			return false
		}
		has := func(w string) bool {
			return slices.ContainsFunc(b.words[b.uids[p]], func(x string) bool { return strings.EqualFold(x, w) })
		}
		return !slices.ContainsFunc(words, func(w string) bool { return !has(w) }) && !slices.ContainsFunc(notWords, has)
	})
}

// byFacts looks at INTERNALDATE and size, which store tells without any key.
func (h *hunt) byFacts(places []int, c *imap.SearchCriteria) ([]int, error) {
	if c.Since.IsZero() && c.Before.IsZero() && c.Larger == 0 && c.Smaller == 0 {
		return places, nil
	}
	if err := h.readFacts(places); err != nil {
		return nil, err
	}
	return filter(places, func(p int) bool {
		f, known := h.facts[h.box.uids[p]]
		return known && within(f.internal, c.Since, c.Before) && (c.Larger == 0 || f.size > c.Larger) && (c.Smaller == 0 || f.size < c.Smaller)
	}), nil
}

// within compares days and disregards time and zone (RFC 9051 section 6.4.4).
func within(t, since, before time.Time) bool {
	y, m, d := t.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return (since.IsZero() || !day.Before(midnight(since))) && (before.IsZero() || day.Before(midnight(before)))
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (h *hunt) readFacts(places []int) error {
	missing := filter(places, func(p int) bool { _, known := h.facts[h.box.uids[p]]; return !known })
	for part := range slices.Chunk(missing, 4096) {
		mails, err := h.fetch(h.ctx, h.box.uidsAt(part), wire.Want{})
		if err != nil {
			return err
		}
		for i := range mails {
			h.facts[uint32(mails[i].UID)] = fact{mails[i].Internal, mails[i].Sealed.Size}
		}
	}
	return nil
}

// byOthers looks at NOT and OR.
func (h *hunt) byOthers(places []int, c *imap.SearchCriteria) ([]int, error) {
	for i := range c.Not {
		out, err := h.match(places, &c.Not[i])
		if err != nil {
			return nil, err
		}
		places = subtract(places, out)
	}
	for i := range c.Or {
		a, err := h.match(places, &c.Or[i][0])
		if err != nil {
			return nil, err
		}
		b, err := h.match(subtract(places, a), &c.Or[i][1])
		if err != nil {
			return nil, err
		}
		both := append(slices.Clone(a), b...)
		slices.Sort(both)
		places = both
	}
	return places, nil
}

// byContent looks into mails.
func (h *hunt) byContent(places []int, c *imap.SearchCriteria) ([]int, error) {
	if len(c.Body)+len(c.Text)+len(c.Header) == 0 && c.SentSince.IsZero() && c.SentBefore.IsZero() {
		return places, nil
	}
	var err error
	for _, x := range c.Body {
		if places, err = h.candidates(places, x); err != nil {
			return nil, err
		}
	}
	for _, x := range c.Header {
		if strings.EqualFold(x.Key, "Subject") {
			if places, err = h.candidates(places, x.Value); err != nil {
				return nil, err
			}
		}
	}
	var maybe [][]int // per TEXT: where the body may have it
	for _, x := range c.Text {
		m, err := h.candidates(places, x)
		if err != nil {
			return nil, err
		}
		maybe = append(maybe, m)
	}
	var out []int
	for part := range slices.Chunk(places, together) {
		found, err := h.confirm(part, c, maybe)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// candidates keeps the places whose tokens do not rule the text out.
func (h *hunt) candidates(places []int, text string) ([]int, error) {
	q := search.Query(text)
	if len(q) == 0 || len(places) == 0 {
		return places, nil
	}
	if h.tokens == nil {
		t, err := h.access().OpenIndex(h.ctx, h.box.id, h.box.uids)
		if err != nil {
			return nil, err
		}
		h.tokens = t
	}
	found, err := h.tokens.Find(h.ctx, q)
	if err != nil {
		return nil, err
	}
	return filter(places, func(p int) bool { _, has := slices.BinarySearch(found, h.box.uids[p]); return has }), nil
}

// confirm opens headers of one batch and compares; texts are opened only where headers do not decide.
func (h *hunt) confirm(places []int, c *imap.SearchCriteria, maybe [][]int) ([]int, error) {
	mails, err := h.opened(places, wire.Want{Summary: true, Header: true})
	if err != nil {
		return nil, err
	}
	var sure, unsure []int
	for _, p := range places {
		m := mails[h.box.uids[p]]
		if m == nil || m.Summary == nil || !h.headers(m, c) {
			continue
		}
		rest := len(c.Body) > 0
		possible := true
		for i, x := range c.Text {
			if headerHas(m, x) {
				continue
			}
			rest = true
			if _, can := slices.BinarySearch(maybe[i], p); !can {
				possible = false
			}
		}
		switch {
		case !possible:
		case rest:
			unsure = append(unsure, p)
		default:
			sure = append(sure, p)
		}
	}
	texts, err := h.opened(unsure, wire.Want{Text: true})
	if err != nil {
		return nil, err
	}
	for _, p := range unsure {
		t, m := texts[h.box.uids[p]], mails[h.box.uids[p]]
		if t != nil && bodyHas(m, string(t.Text), c) {
			sure = append(sure, p)
		}
	}
	slices.Sort(sure)
	return sure, nil
}

func (h *hunt) opened(places []int, want wire.Want) (map[uint32]*mail, error) {
	if len(places) == 0 {
		return nil, nil
	}
	mails, err := h.fetch(h.ctx, h.box.uidsAt(places), want)
	if err != nil {
		return nil, err
	}
	if err := h.open(h.ctx, pointers(mails)); err != nil {
		return nil, err
	}
	out := make(map[uint32]*mail, len(mails))
	for i := range mails {
		out[uint32(mails[i].UID)] = &mails[i]
	}
	return out, nil
}

// bodyHas says whether the text has every BODY, and every TEXT that the header has not. The searchable text begins with
// the subject, which is no part of the body.
func bodyHas(m *mail, text string, c *imap.SearchCriteria) bool {
	body := text
	if s := search.Fold(m.Summary.Subject); s != "" {
		body = strings.TrimPrefix(strings.TrimPrefix(text, s), "\n")
	}
	for _, x := range c.Body {
		if !strings.Contains(body, search.Fold(x)) {
			return false
		}
	}
	for _, x := range c.Text {
		if !strings.Contains(text, search.Fold(x)) && !headerHas(m, x) {
			return false
		}
	}
	return true
}

// headerHas looks for text in the header as it was sent and as it is read.
func headerHas(m *mail, text string) bool {
	x := search.Fold(text)
	return strings.Contains(search.Fold(string(m.Header)), x) || strings.Contains(search.Fold(decoded(m.Summary)), x)
}

// decoded is what people read of a header.
func decoded(s *sekisho.Summary) string {
	var b strings.Builder
	b.WriteString(s.Subject + "\n")
	for _, list := range [][]sekisho.Address{s.From, s.Sender, s.ReplyTo, s.To, s.Cc, s.Bcc} {
		b.WriteString(joined(list))
	}
	return b.String()
}

func joined(list []sekisho.Address) string {
	var b strings.Builder
	for _, a := range list {
		b.WriteString(a.Name + " <" + a.String() + ">\n")
	}
	return b.String()
}

// headers checks HEADER, FROM and the like, and the sent date.
func (h *hunt) headers(m *mail, c *imap.SearchCriteria) bool {
	if !c.SentSince.IsZero() || !c.SentBefore.IsZero() {
		if d := sentDate(m); d.IsZero() || !within(d, c.SentSince, c.SentBefore) {
			return false
		}
	}
	for _, x := range c.Header {
		if !fieldHas(m, x.Key, x.Value) {
			return false
		}
	}
	return true
}

// sentDate is the Date field in its writer's zone, which decides the day; the summary knows the moment only.
func sentDate(m *mail) time.Time {
	fields, _ := header.Split(m.Header)
	v, _ := header.First(fields, "Date")
	if d, err := netmail.ParseDate(v); err == nil {
		return d
	}
	return m.Summary.Date
}

// fieldHas looks for text in one field; an empty text asks whether the field is there.
func fieldHas(m *mail, key, value string) bool {
	s := m.Summary
	fields, _ := header.Split(m.Header)
	there := slices.ContainsFunc(fields, func(f header.Field) bool { return f.Is(key) })
	if value == "" || !there {
		return there
	}
	x := search.Fold(value)
	var read string
	switch strings.ToLower(key) {
	case "subject":
		read = s.Subject
	case "from":
		read = joined(s.From)
	case "to":
		read = joined(s.To)
	case "cc":
		read = joined(s.Cc)
	case "bcc":
		read = joined(s.Bcc)
	}
	if strings.Contains(search.Fold(read), x) {
		return true
	}
	return slices.ContainsFunc(fields, func(f header.Field) bool { return f.Is(key) && strings.Contains(search.Fold(f.Value()), x) })
}
