package scope

import (
	"slices"
	"strconv"

	"sekisho"
	"sekisho/ledger"
	"sekisho/ledger/block"
)

// marks are the traces to look for, by number.
type marks struct {
	sessions, addresses, accounts map[uint64]trace
	ids                           []uint64 // of sessions, sorted
	narrow                        bool     // some have a window of their own
	span                          Span     // all windows together
	sieve                         [1 << 10]uint64
}

// trace is one mark, ready to be compared.
type trace struct {
	span Span
	weak Reason // why it does not confirm; 0 when it does
}

func (m *marks) any() bool { return len(m.sessions)+len(m.addresses)+len(m.accounts) > 0 }

func marksOf(in *Indicators) marks {
	m := marks{sessions: map[uint64]trace{}, addresses: map[uint64]trace{}, accounts: map[uint64]trace{}, span: in.window(Span{})}
	put := func(to map[uint64]trace, id uint64, x Mark) {
		t := trace{in.window(x.Span), x.reason()}
		to[id] = t
		m.narrow = m.narrow || x.Span != Span{}
		if m.span.From = min(m.span.From, t.span.From); t.span.To == 0 || m.span.To == 0 {
			m.span.To = 0
		} else {
			m.span.To = max(m.span.To, t.span.To)
		}
		h := sieve(id)
		m.sieve[h>>6] |= 1 << (h & 63)
	}
	for _, x := range in.Sessions {
		put(m.sessions, x.ID, x)
		m.ids = append(m.ids, x.ID)
	}
	for _, x := range in.Addresses {
		id, _ := strconv.ParseUint(x.Pseudonym, 16, 64) // checked when it was read
		put(m.addresses, id, x)
	}
	for _, x := range in.Accounts {
		put(m.accounts, x.ID, x)
	}
	slices.Sort(m.ids)
	return m
}

// sieve is a hash of 16 bits: most numbers that are no marks end at a bit that is not set.
func sieve(v uint64) uint64 { return v * 0x9e3779b97f4a7c15 >> 48 }

func (m *marks) maybe(v uint64) bool {
	h := sieve(v)
	return m.sieve[h>>6]>>(h&63)&1 != 0
}

// What a row is to the engine: reasons, and these bits above them.
const (
	inComponent Reason = endOfReasons << iota
	isMarked           // by a session or an address, of whatever strength
)

// exposes says whether a row of that kind gave something out. Of keys that are made only secrets of people are shown to who
// asked; signing keys never leave vault.
func exposes(k ledger.Kind, c sekisho.Class) bool {
	switch k {
	case ledger.KeyMade:
		return c == sekisho.ClassLogin
	case ledger.Opening, ledger.Login, ledger.PassedBy, ledger.Release, ledger.ConfigRead, ledger.Recovery, ledger.ArchiveOpen:
		return true
	}
	return false
}

// worker looks at blocks, one at a time.
type worker struct {
	e     *engine
	b     block.Block
	tally tally

	flags            []Reason // by asker
	column           []int    // by act: which of classes, or -1
	classes          []sekisho.Class
	pairs            []pair   // asker by class
	marked           []uint64 // by asker: the session, if it is marked
	found            []where
	contract, person []uint64
	actor            []uint64

	// Set only to look for the rows of one contract.
	only      uint64
	emit      func(Row) error
	canonical []byte // all rows of the block, once they are needed
}

// pair sums the rows of one asker and class in one block.
type pair struct {
	entries     uint32
	first, last uint16 // places in the block
	objects     uint64
	bytes       uint64
}

// where is a mark that occurs in a block.
type where struct {
	who int
	trace
	by Reason // BySession, ByAddress or ByAccount
	id uint64
}

func newWorker(e *engine) *worker { return &worker{e: e, tally: newTally()} }

// rows judges one block: by its dictionaries first, by its rows only if it can matter.
func (w *worker) rows(j job) error {
	b, e := &w.b, w.e
	first, end := b.First, b.First+uint64(b.Len())
	var watches []watch
	for _, x := range j.c.watches {
		if x.lo < end && x.hi > first || e.before(x, b.TimeMin, b.TimeMax) {
			watches = append(watches, x)
		}
	}
	if err := w.admitted(); err != nil {
		return err
	}
	w.found = w.found[:0]
	if e.marks.any() && (len(watches) > 0 || b.TimeMax >= uint64(e.marks.span.From) && b.TimeMin < e.marks.span.ends()) {
		if err := w.hunt(); err != nil {
			return err
		}
	}
	if some, err := w.concerns(); err != nil || !some || len(watches) == 0 && len(w.found) == 0 {
		return err
	}
	if err := w.sessions(); err != nil {
		return err
	}
	inside := func(x watch) bool {
		return !x.worker && x.span.has(b.TimeMin) && x.span.has(b.TimeMax) && x.lo <= first && x.hi >= end
	}
	whole := !slices.ContainsFunc(watches, func(x watch) bool { return !inside(x) }) && !slices.ContainsFunc(w.found, func(f where) bool {
		return !f.span.has(b.TimeMin) || !f.span.has(b.TimeMax)
	})
	process, err := b.Field(block.Process)
	if err != nil {
		return err
	}
	if w.actor, err = b.Field(block.Actor); err != nil {
		return err
	}
	for _, x := range watches {
		if x.process != 0 && (slices.Contains(process, uint64(x.process)) || x.worker && slices.Contains(w.actor, uint64(x.process))) {
			w.tally.processes[x.of] = true
		}
	}
	if w.contract, err = b.Field(block.Contract); err != nil {
		return err
	}
	if w.person, err = b.Field(block.Account); err != nil {
		return err
	}
	if err := w.acts(); err != nil {
		return err
	}
	if whole && w.emit == nil {
		w.judge(watches, process)
		if err := w.quick(j.c); err != nil {
			return err
		}
	} else if err := w.slow(j.c, watches, process); err != nil {
		return err
	}
	if e.graph.Life > 0 {
		return w.ticketed(j.c, watches, process)
	}
	return nil
}

// admitted notes the times of which the ledger itself says that entries may be missing.
func (w *worker) admitted() error {
	acts, err := w.b.Acts()
	if err != nil || !slices.ContainsFunc(acts, func(a block.What) bool {
		return a.Kind == ledger.Gap || a.Kind == ledger.Emergency || a.Flags&(ledger.FlagGap|ledger.FlagEmergency) != 0
	}) {
		return err
	}
	v, err := columnsOf(&w.b)
	if err != nil {
		return err
	}
	objects, err := w.b.Objects()
	if err != nil {
		return err
	}
	for i, k := range v.what {
		a, t, last := acts[k], v.times[i], uint64(0)
		if i > 0 {
			last = v.times[i-1]
		}
		switch {
		case a.Kind == ledger.Gap:
			w.tally.gaps = append(w.tally.gaps, stretch{span: Span{Instant(objects[i]), Instant(objects[i] + v.sizes[i] + 1)}, reason: ByGap})
		case a.Kind == ledger.Emergency: // how long it lasts is not known here
			w.tally.gaps = append(w.tally.gaps, stretch{span: Span{From: Instant(t)}, reason: ByEmergency})
		case a.Flags&ledger.FlagEmergency != 0:
			w.tally.gaps = append(w.tally.gaps, stretch{span: Span{Instant(t), Instant(t + 1)}, reason: ByEmergency})
		case a.Flags&ledger.FlagGap != 0:
			w.tally.gaps = append(w.tally.gaps, stretch{span: Span{Instant(last), Instant(t + 1)}, reason: ByGap})
		}
	}
	return nil
}

// hunt finds the marks in the dictionary.
func (w *worker) hunt() error {
	m := &w.e.marks
	if len(m.sessions) > 0 {
		session, err := w.b.Field(block.Session)
		if err != nil {
			return err
		}
		from, _ := slices.BinarySearch(m.ids, session[0])
		for _, id := range m.ids[from:] {
			if id > session[len(session)-1] {
				break
			}
			k, _ := slices.BinarySearch(session, id)
			for ; k < len(session) && session[k] == id; k++ {
				t := m.sessions[id]
				if w.e.reused[id] {
					t.weak |= ByReused
				}
				w.found = append(w.found, where{k, t, BySession, id})
			}
		}
	}
	for _, x := range []struct {
		field block.Field
		marks map[uint64]trace
		by    Reason
	}{{block.Address, m.addresses, ByAddress}, {block.Account, m.accounts, ByAccount}} {
		if len(x.marks) == 0 {
			continue
		}
		v, err := w.b.Field(x.field)
		if err != nil {
			return err
		}
		for k, id := range v {
			if m.maybe(id) {
				if t, marked := x.marks[id]; marked {
					w.found = append(w.found, where{k, t, x.by, id})
				}
			}
		}
	}
	for _, f := range w.found {
		w.tally.seen[seen{f.by, f.id}] = true
	}
	return nil
}

// sessions notes which accounts logged in under a marked session number.
func (w *worker) sessions() error {
	marked := slices.Grow(w.marked[:0], w.b.Whos())[:w.b.Whos()]
	clear(marked)
	w.marked = marked
	some := false
	for _, f := range w.found {
		if f.by == BySession {
			marked[f.who], some = f.id, true
		}
	}
	acts, err := w.b.Acts()
	if err != nil || !some || !slices.ContainsFunc(acts, func(a block.What) bool { return a.Kind == ledger.Login }) {
		return err
	}
	who, err := w.b.Who()
	if err != nil {
		return err
	}
	what, err := w.b.What()
	if err != nil {
		return err
	}
	account, err := w.b.Field(block.Account)
	if err != nil {
		return err
	}
	for i, k := range who {
		if marked[k] != 0 && acts[what[i]].Kind == ledger.Login {
			w.tally.logins[login{marked[k], account[k]}]++
		}
	}
	return nil
}

// acts gives each class that the block gave out a column.
func (w *worker) acts() error {
	acts, err := w.b.Acts()
	if err != nil {
		return err
	}
	w.column, w.classes = w.column[:0], w.classes[:0]
	for _, a := range acts {
		k := -1
		if exposes(a.Kind, a.Class) && a.Flags&ledger.FlagDenied == 0 && a.Class != sekisho.NoClass {
			if k = slices.Index(w.classes, a.Class); k < 0 {
				k = len(w.classes)
				w.classes = append(w.classes, a.Class)
			}
		}
		w.column = append(w.column, k)
	}
	return nil
}

// judge says what every row of each asker is; for blocks that lie in all windows.
func (w *worker) judge(watches []watch, process []uint64) {
	w.flags = slices.Grow(w.flags[:0], w.b.Whos())[:w.b.Whos()]
	clear(w.flags)
	for _, x := range watches {
		for k := range w.flags {
			if x.process == 0 || uint64(x.process) == process[k] {
				w.flags[k] |= component(x)
			}
		}
	}
	for _, f := range w.found {
		w.flags[f.who] |= mark(f)
	}
	for k, f := range w.flags {
		w.flags[k] = settle(f)
	}
}

// doubtShift is how much higher doubt of a component stands than doubt of a mark, until both are settled.
const doubtShift = 24

// component is what a row is by the component that it was given out to.
func component(x watch) Reason {
	if !x.sure {
		return inComponent | ByDoubt<<doubtShift
	}
	return inComponent
}

// mark is what a row is by a mark: what it confirms by, or what keeps it from confirming.
func mark(f where) Reason {
	switch {
	case f.by == ByAccount:
		return ByAccount
	case f.weak == 0:
		return isMarked | f.by
	}
	return isMarked | f.weak
}

// settle brings what was found of a row into its last form: a row that is confirmed has BySession or ByAddress, one that is
// exposed has neither; 0 is nothing.
func settle(f Reason) Reason {
	const trace = BySession | ByAddress
	doubt := f>>doubtShift&ByDoubt != 0 // of the component
	f &= inComponent | isMarked | (endOfReasons - 1)
	strong := f & trace
	switch {
	case f&inComponent != 0 && strong != 0 && !doubt:
		// A real user's session stays in doubt even from the intruder's address: the user may sit behind it.
		if f&(ByHijacked|ByReused) != 0 {
			return f &^ trace
		}
		return inComponent | strong
	case f&inComponent != 0:
		if doubt {
			f |= ByDoubt
		}
		if f&^(inComponent|isMarked|trace) == 0 {
			f |= ByComponent
		}
		return f &^ trace
	case f&ByAccount != 0: // a trace on a component that nobody named confirms nothing
		return f &^ trace
	}
	return f
}

// quick adds up a block by asker and class.
func (w *worker) quick(c *course) error {
	b := &w.b
	who, err := b.Who()
	if err != nil {
		return err
	}
	what, err := b.What()
	if err != nil {
		return err
	}
	counts, err := b.Counts()
	if err != nil {
		return err
	}
	sizes, err := b.Bytes()
	if err != nil {
		return err
	}
	n := len(w.classes)
	w.pairs = slices.Grow(w.pairs[:0], n*b.Whos())[:n*b.Whos()]
	clear(w.pairs)
	for i, k := range who {
		col := w.column[what[i]]
		if col < 0 || w.flags[k] == 0 {
			continue
		}
		t := &w.pairs[int(k)*n+col]
		if t.entries == 0 {
			t.first = uint16(i)
		}
		t.last = uint16(i)
		t.entries++
		t.objects += counts[i]
		t.bytes += sizes[i]
	}
	for k, f := range w.flags {
		if f != 0 {
			w.asker(c, k, f)
		}
	}
	return nil
}

// asker adds the sums of one asker to the levels that they belong to.
func (w *worker) asker(c *course, k int, f Reason) {
	t, n, l := &w.tally, len(w.classes), level(f)
	place := int32(-1)
	var near, wide uint8
	for col, class := range w.classes {
		p := &w.pairs[k*n+col]
		if p.entries == 0 {
			continue
		}
		if place < 0 {
			place = t.at(w.contract[k])
		}
		sum := Total{uint64(p.entries), p.objects, p.bytes, Ref{c.number, w.b.First + uint64(p.first)}, Ref{c.number, w.b.First + uint64(p.last)}}
		t.put(l, class, place, &sum, f)
		near |= t.crowds[l].bit(class)
		if l == Confirmed {
			t.put(Exposed, class, place, &sum, 0)
			wide |= t.crowds[Exposed].bit(class)
		}
	}
	if near != 0 {
		t.person(l, w.person[k], near)
	}
	if wide != 0 {
		t.person(Exposed, w.person[k], wide)
	}
}

// slow adds up a block row by row, for those at the edge of a window.
func (w *worker) slow(c *course, watches []watch, process []uint64) error {
	b := &w.b
	v, err := columnsOf(b)
	if err != nil {
		return err
	}
	acts, err := b.Acts()
	if err != nil {
		return err
	}
	found := map[uint16][]where{}
	for _, f := range w.found {
		found[uint16(f.who)] = append(found[uint16(f.who)], f)
	}
	for i, k := range v.who {
		col, t, seq := w.column[v.what[i]], v.times[i], b.First+uint64(i)
		if col < 0 {
			continue
		}
		var f Reason
		for _, x := range watches {
			if !w.given(x, k, acts[v.what[i]], process) || seq < x.lo || seq >= x.hi {
				continue
			}
			switch {
			case x.span.has(t):
				f |= component(x)
			case t+jitter < uint64(x.span.From) || t >= x.span.ends()+jitter:
				f |= component(x) | ByClock
			}
		}
		for _, m := range found[k] {
			if m.span.has(t) || f&ByClock != 0 {
				f |= mark(m)
			}
		}
		f = settle(f)
		if w.emit != nil {
			if f != 0 && w.contract[k] == w.only {
				if err := w.told(i, f); err != nil {
					return err
				}
			}
			continue
		}
		if f != 0 {
			at := Ref{c.number, seq}
			w.tally.row(f, w.classes[col], w.contract[k], w.person[k], Total{1, v.counts[i], v.sizes[i], at, at})
		}
	}
	return nil
}

// given says whether a row is one that a component got: its process asked, or, for the workers that mails pass through,
// theirs is the number in the row.
func (w *worker) given(x watch, who uint16, a block.What, process []uint64) bool {
	if x.worker {
		return a.Kind == ledger.PassedBy && w.actor[who] != 0 && (x.process == 0 || uint64(x.process) == w.actor[who])
	}
	return x.process == 0 || uint64(x.process) == process[who]
}

// rowColumns are the columns of a block that judging single rows needs.
type rowColumns struct {
	who, what            []uint16
	times, counts, sizes []uint64
}

func columnsOf(b *block.Block) (v rowColumns, err error) {
	if v.who, err = b.Who(); err != nil {
		return v, err
	}
	if v.what, err = b.What(); err != nil {
		return v, err
	}
	if v.times, err = b.Times(); err != nil {
		return v, err
	}
	if v.counts, err = b.Counts(); err != nil {
		return v, err
	}
	v.sizes, err = b.Bytes()
	return v, err
}

// ticketed notes the accounts that logged in at a component in time for their ticket to be good in the window, and what
// was leased to it just before.
func (w *worker) ticketed(c *course, watches []watch, process []uint64) error {
	acts, err := w.b.Acts()
	if err != nil || !slices.ContainsFunc(acts, func(a block.What) bool { return a.Kind == ledger.Login || a.Flags&ledger.FlagLease != 0 }) {
		return err
	}
	v, err := columnsOf(&w.b)
	if err != nil {
		return err
	}
	for i, k := range v.who {
		a, t := acts[v.what[i]], v.times[i]
		for _, x := range watches {
			if !w.given(x, k, a, process) || t+w.e.graph.Life < uint64(x.span.From) || t >= x.span.ends() {
				continue
			}
			if a.Kind == ledger.Login {
				w.tally.ticket(c.Role, w.contract[k], w.person[k])
			}
			if col := w.column[v.what[i]]; a.Flags&ledger.FlagLease != 0 && col >= 0 && t < uint64(x.span.From) {
				at := Ref{c.number, w.b.First + uint64(i)}
				w.tally.row(inComponent|ByLease, w.classes[col], w.contract[k], w.person[k], Total{1, v.counts[i], v.sizes[i], at, at})
			}
		}
	}
	return nil
}
