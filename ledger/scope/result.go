package scope

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"sekisho"
)

// Set is a set of numbers of contracts or accounts. In JSON it is the portable form of a 64-bit roaring bitmap, in base64;
// equal sets have equal text.
type Set struct{ *roaring64.Bitmap }

func newSet() Set { return Set{roaring64.New()} }

// MarshalText writes the set.
func (s Set) MarshalText() ([]byte, error) {
	s.RunOptimize() // every part takes its smallest form, so the bytes follow from the numbers alone
	b, err := s.ToBytes()
	return []byte(base64.StdEncoding.EncodeToString(b)), err
}

// UnmarshalText reads what MarshalText writes.
func (s *Set) UnmarshalText(text []byte) error {
	b, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil {
		return err
	}
	s.Bitmap = roaring64.New()
	if err := s.UnmarshalBinary(b); err != nil {
		return fmt.Errorf("set: %w", err)
	}
	return s.Validate()
}

// Result is the scope of one incident. Its JSON is the manifest: see Manifest.
type Result struct {
	Type       string     `json:"type"` // "sekisho-scope"
	Engine     int        `json:"engine"`
	Title      string     `json:"title,omitempty"`
	Window     Span       `json:"window"`
	Verified   bool       `json:"verified"`   // every row was compared with the tree and the checkpoint first
	Checkpoint string     `json:"checkpoint"` // SHA-256 of the ledger's signed checkpoint; empty without one
	Indicators string     `json:"indicators"` // SHA-256 of the canonical indicators
	Marks      []Given    `json:"marks"`
	Graph      string     `json:"graph"`   // SHA-256 of the canonical graph
	Streams    []string   `json:"streams"` // what Ref counts
	Components []Covered  `json:"components"`
	Levels     []Layer    `json:"levels"` // reachable, exposed, confirmed, elsewhere
	Terminated Set        `json:"terminated"`
	Persons    [3]Persons `json:"persons"` // of the first three levels
	Unseen     []string   `json:"unseen"`  // marks that occur nowhere
	Notices    []string   `json:"notices"`
}

// Covered says what was looked at of one component on one stream. The rows from First up to but not Last are dense, but for
// what is missing: they are the proof of what is not affected.
type Covered struct {
	Component string    `json:"component"`
	Stream    string    `json:"stream"`
	Window    Span      `json:"window"`
	First     uint64    `json:"first"`
	Last      uint64    `json:"last"`
	Missing   []Missing `json:"missing"`
}

// Missing are rows that could not be looked at. Last is behind them; 0 when unknown.
type Missing struct {
	First  uint64   `json:"first"`
	Last   uint64   `json:"last"`
	Reason []string `json:"reason"`
}

// Persons are the people behind the numbers: own are accounts, outside are correspondents as far as the graph counts them.
type Persons struct {
	Own     uint64 `json:"own"`
	Outside uint64 `json:"outside"`
}

// Layer is one level.
type Layer struct {
	Level     string  `json:"level"`
	Contracts Set     `json:"contracts"` // of all classes together, without duplicates
	Accounts  Set     `json:"accounts"`
	Classes   []Class `json:"classes"` // in the classes' order; those without contracts are left out
}

// Class is one class of a level.
type Class struct {
	Class     ClassName `json:"class"`
	Contracts Set       `json:"contracts"`
	Accounts  Set       `json:"accounts"`
	Lines     []Line    `json:"lines"` // by contract; none in reachable

	why map[uint64]Reason
	sum map[uint64]Total
}

// Line is what is known of one contract and class.
type Line struct {
	Contract uint64 `json:"contract"`
	Entries  uint64 `json:"entries"`
	Objects  uint64 `json:"objects"` // each as often as it was opened
	Bytes    uint64 `json:"bytes"`
	First    Ref    `json:"first"` // evidence; meaningless without entries
	Last     Ref    `json:"last"`
	Reason   Reason `json:"reason"`
}

// class finds or makes a class of a layer under construction.
func (l *Layer) class(c sekisho.Class) *Class {
	i, found := slices.BinarySearchFunc(l.Classes, ClassName(c), func(x Class, n ClassName) int { return int(x.Class) - int(n) })
	if !found {
		l.Classes = slices.Insert(l.Classes, i, Class{Class: ClassName(c), Contracts: newSet(), Accounts: newSet(), why: map[uint64]Reason{}, sum: map[uint64]Total{}})
	}
	return &l.Classes[i]
}

// Class is a class of the level; nil when it does not occur.
func (l *Layer) Class(c sekisho.Class) *Class {
	for i := range l.Classes {
		if l.Classes[i].Class == ClassName(c) {
			return &l.Classes[i]
		}
	}
	return nil
}

func (c *Class) lose(contract *Contract, why Reason, accounts ...Run) {
	c.Contracts.Add(uint64(contract.ID))
	c.why[uint64(contract.ID)] |= why
	for _, r := range accounts {
		c.Accounts.AddRange(r[0], r[0]+r[1])
	}
}

// result turns the sums into sets and adds what no row shows.
func (e *engine) result(t *tally) (*Result, error) {
	r := &Result{Type: "sekisho-scope", Engine: Version, Title: e.in.Title, Window: e.in.window(Span{}), Terminated: newSet(),
		Unseen: []string{}, Components: []Covered{}, Marks: given(e.in), Verified: e.src.Proven}
	if b, err := e.src.Checkpoint(); err != nil {
		return nil, err
	} else if len(b) > 0 {
		h := sha256.Sum256(b)
		r.Checkpoint = hex.EncodeToString(h[:])
	}
	h, g := e.in.Hash(), e.graph.Hash()
	r.Indicators, r.Graph = hex.EncodeToString(h[:]), hex.EncodeToString(g[:])
	for l := range levels {
		r.Levels = append(r.Levels, Layer{Level: l.String(), Contracts: newSet(), Accounts: newSet()})
	}
	for _, c := range e.courses {
		r.Streams = append(r.Streams, c.String())
	}
	for l := Exposed; l < levels; l++ {
		people := t.crowds[l].flush()
		for class, s := range t.sums[l] {
			if s != nil {
				r.Levels[l].take(sekisho.Class(class), t.ids, s, people[sekisho.Class(class)])
			}
		}
	}
	if err := e.unmatched(t, r); err != nil {
		return nil, err
	}
	e.holes(t, r)
	e.reachable(t, r)
	e.leases(r)
	if err := e.stolen(r); err != nil {
		return nil, err
	}
	e.unexplained(r)
	e.finish(r)
	return r, nil
}

// take adds a class from the sums.
func (l *Layer) take(class sekisho.Class, ids []uint64, s *sums, people *roaring64.Bitmap) {
	c := l.class(class)
	if people != nil {
		c.Accounts.Or(people)
	}
	for k, t := range s.total {
		if t.Entries > 0 || s.why[k] != 0 {
			c.Contracts.Add(ids[k])
			c.sum[ids[k]], c.why[ids[k]] = t, s.why[k]
		}
	}
}

// unmatched lists the marks that occur nowhere. A process that occurs nowhere is an error: then nothing was watched.
func (e *engine) unmatched(t *tally, r *Result) error {
	for i, c := range e.in.Components {
		if c.Process != 0 && !t.processes[i] {
			return fmt.Errorf("component %d: no row of %s in its window: is the number right?", i+1, c)
		}
	}
	for what, x := range map[string]struct {
		marks map[uint64]trace
		by    Reason
	}{"session %d": {e.marks.sessions, BySession}, "address %016x": {e.marks.addresses, ByAddress}, "account %d": {e.marks.accounts, ByAccount}} {
		for id := range x.marks {
			if !t.seen[seen{x.by, id}] {
				r.Unseen = append(r.Unseen, fmt.Sprintf(what, id))
			}
		}
	}
	slices.Sort(r.Unseen)
	if n := len(r.Unseen); n > 0 {
		e.notices = append(e.notices, fmt.Sprintf("%d of the marks occur nowhere in the ledger in their windows: see unseen", n))
	}
	for _, id := range slices.Sorted(maps.Keys(e.reused)) {
		e.notices = append(e.notices, fmt.Sprintf("session %d was given out more than once: what it opened stays exposed", id))
	}
	return nil
}

// holes makes all that a watched stream could reach while rows are missing impossible to rule out.
func (e *engine) holes(t *tally, r *Result) {
	for _, h := range t.holes {
		c := e.courses[h.course]
		if len(c.watches) > 0 {
			c.missing = append(c.missing, h.stretch)
		}
		e.notices = append(e.notices, h.text)
	}
	order := func(a, b stretch) int {
		return cmp.Or(cmp.Compare(a.span.From, b.span.From), cmp.Compare(a.span.To, b.span.To), cmp.Compare(a.first, b.first), cmp.Compare(a.reason, b.reason))
	}
	slices.SortFunc(t.gaps, order)
	for _, c := range e.courses {
		slices.SortFunc(c.missing, order)
		for _, w := range c.watches {
			covered := Covered{e.in.Components[w.of].String(), c.String(), w.span, w.lo, w.hi, []Missing{}}
			for _, m := range append(slices.Clone(c.missing), t.gaps...) {
				at, some := w.span.and(m.span)
				if !some {
					continue
				}
				covered.Missing = append(covered.Missing, Missing{m.first, m.last, m.reason.Names()})
				e.graph.reach(c.Stream, w.role(c), at, func(k *Contract, class sekisho.Class, _ *Right) {
					r.Levels[Exposed].class(class).lose(k, m.reason, k.Accounts...)
				})
			}
			if len(covered.Missing) > 0 {
				e.notices = append(e.notices, fmt.Sprintf("%s: rows are missing in the window: what it could reach then cannot be ruled out", c))
			}
			r.Components = append(r.Components, covered)
		}
	}
}

// bound is a right that was bound to tickets.
type bound struct {
	role       sekisho.Role
	class      sekisho.Class
	unrecorded bool
}

// reachable asks the graph, for each component in its window.
func (e *engine) reachable(t *tally, r *Result) {
	reach, exposed := &r.Levels[Reachable], &r.Levels[Exposed]
	signed := e.signedIn(r)
	within := map[bound]*Class{} // what tickets could have opened
	for _, c := range e.courses {
		for _, w := range c.watches {
			e.graph.reach(c.Stream, w.role(c), w.span, func(k *Contract, class sekisho.Class, by *Right) {
				switch {
				case by.Bound == "":
					reach.class(class).lose(k, 0, k.Accounts...)
					if by.Unrecorded {
						exposed.class(class).lose(k, ByUnrecorded, k.Accounts...)
					}
				default:
					b := bound{w.role(c), class, by.Unrecorded}
					if within[b] == nil {
						within[b] = &Class{Contracts: newSet(), Accounts: newSet(), why: map[uint64]Reason{}}
					}
					within[b].lose(k, 0, k.Accounts...)
				}
				if c.Role == sekisho.Vault {
					exposed.class(class).lose(k, ByVault, k.Accounts...)
				}
			})
		}
	}
	for b, w := range within {
		ticketed(t, r, b, w, signed)
	}
}

// signedIn are the accounts of which rows of components show that they had a session there.
func (e *engine) signedIn(r *Result) *Class {
	out := &Class{Contracts: newSet(), Accounts: newSet()}
	for i := range r.Levels[Exposed].Classes {
		for k, t := range r.Levels[Exposed].Classes[i].sum {
			if t.Entries > 0 {
				out.Contracts.Add(k)
			}
		}
		out.Accounts.Or(r.Levels[Exposed].Classes[i].Accounts.Bitmap)
	}
	return out
}

// ticketed makes reachable what tickets could have opened: w is what they could have at most, and signed are accounts that
// had one, whether or not its login is known.
func ticketed(t *tally, r *Result, b bound, w, signed *Class) {
	contracts, accounts := signed.Contracts.Clone(), signed.Accounts.Clone()
	if g := t.tickets[b.role]; g != nil {
		contracts.Or(g.contracts)
		accounts.Or(g.accounts)
	}
	contracts.And(w.Contracts.Bitmap)
	accounts.And(w.Accounts.Bitmap)
	to := []*Class{r.Levels[Reachable].class(b.class)}
	if b.unrecorded && !contracts.IsEmpty() {
		x := r.Levels[Exposed].class(b.class)
		for k := range roaring64.Values(contracts) {
			x.why[k] |= ByUnrecorded
		}
		to = append(to, x)
	}
	for _, x := range to {
		x.Contracts.Or(contracts)
		x.Accounts.Or(accounts)
	}
}

// role is who was at work on a stream that is watched.
func (w watch) role(c *course) sekisho.Role {
	if w.worker {
		return sekisho.Inspect
	}
	return c.Role
}

// leases adds what components held beyond a request.
func (e *engine) leases(r *Result) {
	for _, l := range e.graph.Leases {
		for _, c := range e.courses {
			for _, w := range c.watches {
				if _, some := w.span.and(l.Span); some && c.String() == l.Stream {
					e.under(r, l.Contract, l.Account, l.Classes, ByLease)
				}
			}
		}
	}
}

// under makes what one key or lease opens reachable and exposed.
func (e *engine) under(r *Result, contract sekisho.ContractID, account sekisho.AccountID, classes []ClassName, why Reason) {
	for i := range e.graph.Contracts {
		k := &e.graph.Contracts[i]
		if k.ID != contract {
			continue
		}
		runs := k.Accounts
		if account != 0 {
			runs = []Run{{uint64(account), 1}}
		}
		for _, c := range classes {
			r.Levels[Reachable].class(sekisho.Class(c)).lose(k, 0, runs...)
			r.Levels[Exposed].class(sekisho.Class(c)).lose(k, why, runs...)
		}
	}
}

// stolen adds what keys and accounts that are out of hand open.
func (e *engine) stolen(r *Result) error {
	for _, m := range e.in.Keys {
		found := false
		for _, k := range e.graph.Keys {
			if k.ID != m.ID {
				continue
			}
			found = true
			if _, some := e.in.window(m.Span).and(k.Span); some {
				e.under(r, k.Contract, k.Account, k.Classes, ByKey)
			}
		}
		if !found {
			return fmt.Errorf("key %d: the graph knows no such key", m.ID)
		}
	}
	for _, m := range e.in.Accounts {
		k := e.owner(m.ID)
		if k == nil {
			return fmt.Errorf("account %d: no contract of the graph has it", m.ID)
		}
		e.graph.rights(sekisho.Reader, k, e.in.window(m.Span), func(k *Contract, class sekisho.Class, _ *Right) {
			r.Levels[Reachable].class(class).lose(k, 0, Run{m.ID, 1})
		})
	}
	return nil
}

func (e *engine) owner(account uint64) *Contract {
	for i := range e.graph.Contracts {
		if k := &e.graph.Contracts[i]; slices.ContainsFunc(k.Accounts, func(r Run) bool { return account >= r[0] && account-r[0] < r[1] }) {
			return k
		}
	}
	return nil
}

// unexplained finds what was exposed although the graph says that it could not be reached: then the graph is wrong, and is
// not believed.
func (e *engine) unexplained(r *Result) {
	for i := range r.Levels[Exposed].Classes {
		x := &r.Levels[Exposed].Classes[i]
		reach := r.Levels[Reachable].class(sekisho.Class(x.Class))
		contracts := roaring64.AndNot(x.Contracts.Bitmap, reach.Contracts.Bitmap)
		accounts := roaring64.AndNot(x.Accounts.Bitmap, reach.Accounts.Bitmap)
		if contracts.IsEmpty() && accounts.IsEmpty() {
			continue
		}
		e.notices = append(e.notices, fmt.Sprintf("the graph does not explain openings of class %s for %d contracts and %d accounts: it is incomplete, and reachable was widened",
			sekisho.Class(x.Class), contracts.GetCardinality(), accounts.GetCardinality()))
		for k := range roaring64.Values(contracts) {
			x.why[k] |= ByGraph
		}
		reach.Contracts.Or(contracts)
		reach.Accounts.Or(accounts)
	}
}

// finish writes the lines, the unions and the persons.
func (e *engine) finish(r *Result) {
	for l := range r.Levels {
		layer := &r.Levels[l]
		layer.Classes = slices.DeleteFunc(layer.Classes, func(c Class) bool { return c.Contracts.IsEmpty() })
		for i := range layer.Classes {
			c := &layer.Classes[i]
			layer.Contracts.Or(c.Contracts.Bitmap)
			layer.Accounts.Or(c.Accounts.Bitmap)
			c.Lines = []Line{}
			if Level(l) == Reachable {
				continue
			}
			for k := range roaring64.Values(c.Contracts.Bitmap) {
				t := c.sum[k]
				c.Lines = append(c.Lines, Line{k, t.Entries, t.Objects, t.Bytes, t.First, t.Last, c.why[k]})
			}
		}
	}
	end := r.Window.ends() - 1
	for i := range e.graph.Contracts {
		k := &e.graph.Contracts[i]
		if k.endedAt(end) {
			r.Terminated.Add(uint64(k.ID))
		}
		for l := Reachable; l <= Confirmed; l++ {
			r.Persons[l].Own = r.Levels[l].Accounts.GetCardinality()
			for _, c := range []sekisho.Class{sekisho.ClassEnvelope, sekisho.ClassHeader, sekisho.ClassBody, sekisho.ClassAttachment} {
				if x := r.Levels[l].Class(c); x != nil && x.Contracts.Contains(uint64(k.ID)) {
					r.Persons[l].Outside += k.Outside
					break
				}
			}
		}
	}
	slices.Sort(e.notices)
	r.Notices = append([]string{}, slices.Compact(e.notices)...)
}

// Check proves the invariants of a result: each level is a part of the one before, in every class.
func (r *Result) Check() error {
	if r.Type != "sekisho-scope" || len(r.Levels) != int(levels) {
		return fmt.Errorf("scope: not a manifest of this kind: %q with %d levels", r.Type, len(r.Levels))
	}
	for l := Exposed; l <= Confirmed; l++ {
		for _, c := range r.Levels[l].Classes {
			wide := r.Levels[l-1].Class(sekisho.Class(c.Class))
			if wide == nil || !roaring64.AndNot(c.Contracts.Bitmap, wide.Contracts.Bitmap).IsEmpty() ||
				!roaring64.AndNot(c.Accounts.Bitmap, wide.Accounts.Bitmap).IsEmpty() {
				return fmt.Errorf("scope: %s of class %s is no part of %s", l, sekisho.Class(c.Class), l-1)
			}
		}
	}
	return nil
}

// Verdict is what may be said of a contract and class, with the reasons: of the doubt, or of what confirmed it.
func (r *Result) Verdict(contract sekisho.ContractID, class sekisho.Class) (Verdict, Reason) {
	for _, x := range []struct {
		Level
		Verdict
	}{{Confirmed, Affected}, {Exposed, CannotRuleOut}, {Reachable, NotAffected}} {
		c := r.Levels[x.Level].Class(class)
		if c == nil || !c.Contracts.Contains(uint64(contract)) {
			continue
		}
		i, found := slices.BinarySearchFunc(c.Lines, uint64(contract), func(l Line, k uint64) int {
			switch {
			case l.Contract < k:
				return -1
			case l.Contract > k:
				return 1
			}
			return 0
		})
		if !found {
			return x.Verdict, 0
		}
		return x.Verdict, c.Lines[i].Reason
	}
	return NeverReachable, 0
}

// Covers says whether a row was there when the scope was computed. Of streams that were not watched, where only an account's
// own mark finds rows, all count.
func (r *Result) Covers(x Row) bool {
	watched := false
	for _, c := range r.Components {
		if c.Stream == x.Stream.String() {
			watched = true
			if x.Number < c.Last || x.Reason&ByLease != 0 {
				return true
			}
		}
	}
	return !watched
}
