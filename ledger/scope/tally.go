package scope

import (
	"cmp"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"sekisho"
)

// Ref names a row: the number of its stream in the manifest's list, and its place in it.
type Ref struct {
	Stream uint32 `json:"stream"`
	Row    uint64 `json:"row"`
}

func (r Ref) compare(o Ref) int {
	return cmp.Or(cmp.Compare(r.Stream, o.Stream), cmp.Compare(r.Row, o.Row))
}

// Total is what one contract lost of one class. Objects counts an object once for every time it was opened. First and Last
// are rows that show it; without Entries there are none.
type Total struct {
	Entries, Objects, Bytes uint64
	First, Last             Ref
}

func (t *Total) add(o Total) {
	switch {
	case o.Entries == 0:
		return
	case t.Entries == 0:
		*t = o
		return
	}
	if o.First.compare(t.First) < 0 {
		t.First = o.First
	}
	if o.Last.compare(t.Last) > 0 {
		t.Last = o.Last
	}
	t.Entries, t.Objects, t.Bytes = t.Entries+o.Entries, t.Objects+o.Objects, t.Bytes+o.Bytes
}

// tally is what workers add up.
type tally struct {
	index     map[uint64]int32 // contract -> place in ids and sums
	ids       []uint64
	sums      [levels][256]*sums
	seen      map[seen]bool
	logins    map[login]int // under marked sessions
	tickets   map[sekisho.Role]*granted
	processes map[int]bool // components whose process occurs
	holes     []hole
	gaps      []stretch // that the ledger itself admits, for all components
}

type seen struct {
	by Reason
	id uint64
}

type login struct{ session, account uint64 }

// hole is a block that turned out to be damaged while it was read.
type hole struct {
	course uint32
	stretch
	text string
}

// sums are those of one level and class.
type sums struct {
	total    []Total  // by contract
	why      []Reason // by contract
	accounts people
}

// granted are accounts with tickets.
type granted struct{ contracts, accounts people }

// people is a set of numbers under construction: they come in any order, many twice.
type people struct {
	set *roaring64.Bitmap
	new []uint64
}

func (p *people) add(a uint64) {
	if p.new = append(p.new, a); len(p.new) >= 1<<15 {
		p.flush()
	}
}

func (p *people) flush() *roaring64.Bitmap {
	if p.set == nil {
		p.set = roaring64.New()
	}
	slices.Sort(p.new)
	p.set.AddMany(slices.Compact(p.new))
	p.new = p.new[:0]
	return p.set
}

func newTally() tally {
	return tally{index: map[uint64]int32{}, seen: map[seen]bool{}, logins: map[login]int{}, tickets: map[sekisho.Role]*granted{}, processes: map[int]bool{}}
}

// at is the place of a contract.
func (t *tally) at(contract uint64) int32 {
	k, known := t.index[contract]
	if !known {
		k = int32(len(t.ids))
		t.index[contract] = k
		t.ids = append(t.ids, contract)
	}
	return k
}

// row adds rows of one asker and class to the levels that they belong to.
func (t *tally) row(f Reason, class sekisho.Class, contract, account uint64, sum Total) {
	k := t.at(contract)
	switch {
	case f&inComponent != 0 && f&(BySession|ByAddress) != 0:
		t.put(Confirmed, class, k, account, sum, f)
		t.put(Exposed, class, k, account, sum, 0)
	case f&(inComponent|ByAccount) != 0:
		t.put(Exposed, class, k, account, sum, f)
	default:
		t.put(Elsewhere, class, k, account, sum, f)
	}
}

func (t *tally) put(l Level, class sekisho.Class, k int32, account uint64, sum Total, why Reason) {
	s := t.sums[l][class]
	if s == nil {
		s = new(sums)
		t.sums[l][class] = s
	}
	for int(k) >= len(s.total) {
		s.total, s.why = append(s.total, Total{}), append(s.why, 0)
	}
	s.total[k].add(sum)
	s.why[k] |= why & (endOfReasons - 1)
	if account != 0 {
		s.accounts.add(account)
	}
}

func (t *tally) ticket(r sekisho.Role, contract, account uint64) {
	if t.tickets[r] == nil {
		t.tickets[r] = new(granted)
	}
	t.tickets[r].contracts.add(contract)
	t.tickets[r].accounts.add(account)
}

// add adds another worker's tally.
func (t *tally) add(o *tally) {
	for l := range o.sums {
		for class, s := range o.sums[l] {
			if s == nil {
				continue
			}
			for k := range s.total {
				if s.total[k].Entries > 0 || s.why[k] != 0 {
					t.put(Level(l), sekisho.Class(class), t.at(o.ids[k]), 0, s.total[k], s.why[k])
				}
			}
			to := &t.sums[l][class].accounts
			to.flush().Or(s.accounts.flush())
		}
	}
	for k := range o.seen {
		t.seen[k] = true
	}
	for k, n := range o.logins {
		t.logins[k] += n
	}
	for k := range o.processes {
		t.processes[k] = true
	}
	for r, g := range o.tickets {
		if t.tickets[r] == nil {
			t.tickets[r] = new(granted)
		}
		t.tickets[r].contracts.flush().Or(g.contracts.flush())
		t.tickets[r].accounts.flush().Or(g.accounts.flush())
	}
	t.holes, t.gaps = append(t.holes, o.holes...), append(t.gaps, o.gaps...)
}

// reused are the sessions under whose number more than one login stands.
func (t *tally) reused(marked map[uint64]trace) map[uint64]bool {
	n, out := map[uint64]int{}, map[uint64]bool{}
	for l, k := range t.logins {
		if n[l.session] += k; n[l.session] > 1 && marked[l.session].weak == 0 {
			out[l.session] = true
		}
	}
	return out
}
