package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// candidate is one mail while a filter looks at it. In a question about one mailbox, at is its place there.
type candidate struct {
	a     *account
	at    spot
	spots []spot // all places; nil: not looked up yet
}

func (x *candidate) message() uint64 { return x.at.c.message[x.at.i] }

func (x *candidate) all() []spot {
	if x.spots == nil {
		x.spots = x.a.spots(x.message())
	}
	return x.spots
}

// judge decides about filters.
type judge struct {
	a       *account
	within  bool // the question is about one mailbox: a keyword counts where the mail is there, which costs no look elsewhere
	bits    map[string]uint8
	sets    map[*wire.EmailFilter]map[sekisho.MessageID]bool
	threads map[string]threadWords // by keyword
}

// threadWords says which threads have a mail with a keyword, and which one without.
type threadWords struct{ with, without map[uint64]bool }

const (
	deepFilter = 8
	wideFilter = 200
)

// checkFilter refuses filters that are too large or make no sense.
func checkFilter(f *wire.EmailFilter, deep int, n *int) error {
	if *n++; deep > deepFilter || *n > wideFilter {
		return sekisho.E("store.email-query", sekisho.TooMany, errors.New("the filter has too many conditions"))
	}
	switch f.Op {
	case "":
		if len(f.Of) > 0 {
			return sekisho.E("store.email-query", sekisho.Invalid, errors.New("conditions without an operator"))
		}
	case "and", "or", "not":
	default:
		return sekisho.E("store.email-query", sekisho.Invalid, errors.New("no such operator"))
	}
	for i := range f.Of {
		if err := checkFilter(&f.Of[i], deep+1, n); err != nil {
			return err
		}
	}
	return nil
}

func (j *judge) meets(f *wire.EmailFilter, x *candidate) bool {
	switch f.Op {
	case "and":
		return !slices.ContainsFunc(indexes(f.Of), func(i int) bool { return !j.meets(&f.Of[i], x) })
	case "or":
		return slices.ContainsFunc(indexes(f.Of), func(i int) bool { return j.meets(&f.Of[i], x) })
	case "not":
		return !slices.ContainsFunc(indexes(f.Of), func(i int) bool { return j.meets(&f.Of[i], x) })
	}
	c, i := x.at.c, x.at.i
	switch {
	case f.In != 0 && x.at.box.ID != f.In && !slices.ContainsFunc(x.all(), func(s spot) bool { return s.box.ID == f.In }),
		f.Is && !j.set(f)[sekisho.MessageID(c.message[i])],
		!f.After.IsZero() && c.internal[i] < db.Micros(f.After),
		!f.Until.IsZero() && c.internal[i] >= db.Micros(f.Until),
		c.size[i] < f.Min, f.Max > 0 && c.size[i] >= f.Max,
		f.File == 1 && !c.attached[i], f.File == 2 && c.attached[i],
		f.Has != "" && !j.has(x, f.Has), f.Lacks != "" && j.has(x, f.Lacks):
		return false
	case len(f.Not) > 0 && !slices.ContainsFunc(x.all(), func(s spot) bool { return !slices.Contains(f.Not, s.box.ID) }):
		return false
	}
	return j.threaded(f, c.thread[i])
}

func indexes[T any](list []T) []int {
	out := make([]int, len(list))
	for i := range out {
		out[i] = i
	}
	return out
}

func (j *judge) threaded(f *wire.EmailFilter, thread uint64) bool {
	return (f.All == "" || !j.words(f.All).without[thread]) && (f.Some == "" || j.words(f.Some).with[thread]) && (f.None == "" || !j.words(f.None).with[thread])
}

func (j *judge) set(f *wire.EmailFilter) map[sekisho.MessageID]bool {
	s := j.sets[f]
	if s == nil {
		s = make(map[sekisho.MessageID]bool, len(f.IDs))
		for _, id := range f.IDs {
			s[id] = true
		}
		j.sets[f] = s
	}
	return s
}

func (j *judge) words(word string) threadWords {
	w, known := j.threads[word]
	if !known {
		w = threadWords{map[uint64]bool{}, map[uint64]bool{}}
		for _, c := range j.a.columns {
			for i, t := range c.thread {
				if c.has(int32(i), word) {
					w.with[t] = true
				} else {
					w.without[t] = true
				}
			}
		}
		j.threads[word] = w
	}
	return w
}

// has says whether the mail has a keyword, in any of its places unless the question is about one mailbox.
func (j *judge) has(x *candidate, word string) bool {
	if x.at.c.bears(x.at.i, word, j.bit(word)) {
		return true
	}
	return !j.within && slices.ContainsFunc(x.all(), func(s spot) bool { return s.c.bears(s.i, word, j.bit(word)) })
}

// bit gives the bit of a system flag; 0 for keywords.
func (j *judge) bit(word string) uint8 {
	bit, known := j.bits[word]
	if !known {
		bit, _, _ = flagOf(word)
		j.bits[word] = bit
	}
	return bit
}

func (c *columns) has(i int32, word string) bool {
	bit, _, _ := flagOf(word)
	return c.bears(i, word, bit)
}

// bears is has for those who know the flag's bit already.
func (c *columns) bears(i int32, word string, bit uint8) bool {
	if bit != 0 {
		return c.flags[i]&bit != 0
	}
	for name, list := range c.keywords {
		if strings.EqualFold(name, word) {
			if _, has := slices.BinarySearch(list, c.uids[i]); has {
				return true
			}
		}
	}
	return false
}

// base gives the mailbox that every answer is in, if the filter says so; plain means that it says nothing else.
func base(f *wire.EmailFilter) (id sekisho.MailboxID, plain bool) {
	switch {
	case f.Op == "" && f.In != 0:
		only := *f
		only.In = 0
		return f.In, empty(&only)
	case f.Op == "and":
		for i := range f.Of {
			if id, _ = base(&f.Of[i]); id != 0 {
				return id, false
			}
		}
	}
	return 0, false
}

// emailQuery answers StoreEmailQuery.
func (s *Store) emailQuery(ctx context.Context, by sekisho.Caller, q wire.EmailQuery) (out wire.EmailList, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	n := 0
	if err := checkFilter(&q.Filter, 0, &n); err != nil {
		return out, err
	}
	for _, o := range q.Sort {
		if o.By != "receivedAt" && o.By != "size" && o.By != "hasKeyword" {
			return out, sekisho.E("store.email-query", sekisho.Invalid, errors.New("no such order"))
		}
	}
	if len(q.Sort) == 0 {
		q.Sort = []wire.EmailSort{{By: "receivedAt"}}
	}
	err = s.inAccount(ctx, k, func(a *account) error {
		out = wire.EmailList{Marks: a.marks()}
		found, err := a.find(&q)
		if err != nil {
			return err
		}
		return page(&q, found, &out)
	})
	return out, err
}

// listing is what a query found: n messages, at gives each.
type listing struct {
	n  int
	at func(i int) uint64
}

func (a *account) find(q *wire.EmailQuery) (listing, error) {
	id, plain := base(&q.Filter)
	byTime := len(q.Sort) == 1 && q.Sort[0].By == "receivedAt"
	if id != 0 && a.byID(id) == nil {
		return listing{}, noMailbox("")
	}
	if c := a.columns[id]; plain && byTime && !(q.Collapse && q.Sort[0].Up) {
		order := c.byTime()
		switch {
		case q.Collapse:
			order = c.newest()
		case !q.Sort[0].Up:
			return listing{len(order), func(i int) uint64 { return c.message[order[len(order)-1-i]] }}, nil
		}
		return listing{len(order), func(i int) uint64 { return c.message[order[i]] }}, nil
	}
	found := a.filter(q, id, byTime)
	if id == 0 || !byTime {
		slices.SortStableFunc(found, func(x, y spot) int { return order(q.Sort, x, y) })
	}
	if q.Collapse {
		seen := map[uint64]bool{}
		found = slices.DeleteFunc(found, func(x spot) bool {
			t := x.c.thread[x.i]
			was := seen[t]
			seen[t] = true
			return was
		})
	}
	return listing{len(found), func(i int) uint64 { return found[i].c.message[found[i].i] }}, nil
}

// filter gives the mails that meet the filter, each once; those of one mailbox in the order of receipt, if that is wanted.
func (a *account) filter(q *wire.EmailQuery, id sekisho.MailboxID, byTime bool) (out []spot) {
	j := &judge{a, id != 0, map[string]uint8{}, map[*wire.EmailFilter]map[sekisho.MessageID]bool{}, map[string]threadWords{}}
	seen := map[uint64]bool{}
	take := func(m *mailbox, c *columns, i int32) {
		x := candidate{a: a, at: spot{m, c, i}}
		if !j.meets(&q.Filter, &x) {
			return
		}
		if !seen[x.message()] {
			seen[x.message()] = true
			out = append(out, x.at)
		}
	}
	for _, m := range a.list {
		c := a.columns[m.ID]
		switch {
		case id != 0 && m.ID != id:
		case id != 0 && byTime && q.Sort[0].Up:
			for _, i := range c.byTime() {
				take(m, c, i)
			}
		case id != 0 && byTime:
			for _, i := range slices.Backward(c.byTime()) {
				take(m, c, i)
			}
		default:
			for i := range c.uids {
				take(m, c, int32(i))
			}
		}
	}
	return out
}

// order compares by all properties, then by message, newest first.
func order(sort []wire.EmailSort, x, y spot) int {
	for _, o := range sort {
		n := 0
		switch o.By {
		case "receivedAt":
			n = compare(x.c.internal[x.i], y.c.internal[y.i])
		case "size":
			n = compare(x.c.size[x.i], y.c.size[y.i])
		case "hasKeyword":
			n = compare(int64(truth(x.c.has(x.i, o.Word))), int64(truth(y.c.has(y.i, o.Word))))
		}
		if !o.Up {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return compare(y.c.message[y.i], x.c.message[x.i])
}

// page cuts what was asked for out of what was found (RFC 8620 section 5.5).
func page(q *wire.EmailQuery, found listing, out *wire.EmailList) error {
	from := q.Position
	if from < 0 {
		from = max(0, from+int64(found.n))
	}
	if q.Anchor != 0 {
		at := -1
		for i := range found.n {
			if found.at(i) == uint64(q.Anchor) {
				at = i
				break
			}
		}
		if at < 0 {
			return sekisho.E("store.email-query", sekisho.NotFound, errors.New("anchor"))
		}
		from = max(0, int64(at)+q.Offset)
	}
	from = min(from, int64(found.n))
	to := int64(found.n)
	if q.Limit > 0 {
		to = min(to, from+int64(q.Limit))
	}
	out.Position, out.Total = uint64(from), uint64(found.n)
	for i := from; i < to; i++ {
		out.IDs = append(out.IDs, sekisho.MessageID(found.at(int(i))))
	}
	return nil
}

// empty says whether a filter without an operator lets everything through.
func empty(f *wire.EmailFilter) bool {
	return !f.Is && f.In == 0 && len(f.Not) == 0 && f.After.IsZero() && f.Until.IsZero() && f.Min == 0 && f.Max == 0 && f.File == 0 &&
		f.Has+f.Lacks+f.All+f.Some+f.None == ""
}
