package scope

import (
	"cmp"
	"encoding/binary"
	"math/bits"
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

func (t *Total) add(o *Total) {
	switch {
	case o.Entries == 0:
		return
	case t.Entries == 0:
		*t = *o
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
	near      []int32          // the same for small numbers: place + 1
	ids       []uint64
	sums      [levels][256]*sums
	crowds    [levels]crowd
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
	total []Total  // by contract
	why   []Reason // by contract
}

// granted are contracts and accounts with tickets.
type granted struct{ contracts, accounts *roaring64.Bitmap }

// crowd are sets of accounts under construction, one for each class of a level. Numbers come in any order, many twice, and
// are dense: so a page has a byte for each, with a bit for each class. When there are too many pages, as with numbers that
// are not dense, or more than eight classes, what is there goes into the sets at once.
type crowd struct {
	sets  map[sekisho.Class]*roaring64.Bitmap
	bits  []sekisho.Class // what the bits mean
	pages map[uint64]*page
	last  uint64 // number of the page used last, and the page
	page  *page
}

type page [1 << 16]uint8

// mostPages bounds the memory of sets under construction: 16 MiB.
const mostPages = 256

// bit is the bit of a class.
func (c *crowd) bit(class sekisho.Class) uint8 {
	i := slices.Index(c.bits, class)
	if i < 0 {
		if len(c.bits) == 8 {
			c.flush()
			c.bits = c.bits[:0]
		}
		i = len(c.bits)
		c.bits = append(c.bits, class)
	}
	return 1 << i
}

// add adds an account to the classes of the bits.
func (c *crowd) add(account uint64, bits uint8) {
	if n := account >> 16; c.page == nil || c.last != n {
		c.turn(n)
	}
	c.page[account&0xffff] |= bits
}

// turn makes page n the one in use.
func (c *crowd) turn(n uint64) {
	if c.pages == nil {
		c.pages = map[uint64]*page{}
	}
	x := c.pages[n]
	if x == nil {
		if len(c.pages) == mostPages {
			c.flush()
		}
		x = new(page)
		c.pages[n] = x
	}
	c.last, c.page = n, x
}

// flush gives the sets.
func (c *crowd) flush() map[sekisho.Class]*roaring64.Bitmap {
	if c.sets == nil {
		c.sets = map[sekisho.Class]*roaring64.Bitmap{}
	}
	var list [8][]uint64 // by bit
	for _, class := range c.bits {
		if c.sets[class] == nil {
			c.sets[class] = roaring64.New()
		}
	}
	for n, x := range c.pages {
		for k := 0; k < len(x); k += 8 {
			if binary.LittleEndian.Uint64(x[k:]) == 0 {
				continue
			}
			for i, b := range x[k : k+8] {
				for ; b != 0; b &= b - 1 {
					bit := bits.TrailingZeros8(b)
					list[bit] = append(list[bit], n<<16|uint64(k+i))
				}
			}
		}
		for i, class := range c.bits {
			c.sets[class].AddMany(list[i])
			list[i] = list[i][:0]
		}
	}
	clear(c.pages)
	c.page = nil
	return c.sets
}

// join adds the sets of another crowd.
func (c *crowd) join(o *crowd) {
	to := c.flush()
	for class, set := range o.flush() {
		if to[class] == nil {
			to[class] = roaring64.New()
		}
		to[class].Or(set)
	}
}

func newTally() tally {
	return tally{index: map[uint64]int32{}, seen: map[seen]bool{}, logins: map[login]int{}, tickets: map[sekisho.Role]*granted{}, processes: map[int]bool{}}
}

// at is the place of a contract.
func (t *tally) at(contract uint64) int32 {
	if contract < uint64(len(t.near)) && t.near[contract] != 0 {
		return t.near[contract] - 1
	}
	k, known := t.index[contract]
	if !known {
		k = int32(len(t.ids))
		t.index[contract] = k
		t.ids = append(t.ids, contract)
		if contract < 1<<20 {
			if n := int(contract) + 1 - len(t.near); n > 0 {
				t.near = append(t.near, make([]int32, n)...)
			}
			t.near[contract] = k + 1
		}
	}
	return k
}

// level is the nearest level that a row belongs to; what is confirmed is exposed too.
func level(f Reason) Level {
	switch {
	case f&inComponent != 0 && f&(BySession|ByAddress) != 0:
		return Confirmed
	case f&(inComponent|ByAccount) != 0:
		return Exposed
	}
	return Elsewhere
}

// row adds one row to the levels that it belongs to.
func (t *tally) row(f Reason, class sekisho.Class, contract, account uint64, sum Total) {
	l := level(f)
	t.put(l, class, t.at(contract), &sum, f)
	t.person(l, account, t.crowds[l].bit(class))
	if l == Confirmed {
		t.put(Exposed, class, t.at(contract), &sum, 0)
		t.person(Exposed, account, t.crowds[Exposed].bit(class))
	}
}

func (t *tally) person(l Level, account uint64, bits uint8) {
	if account != 0 {
		t.crowds[l].add(account, bits)
	}
}

func (t *tally) put(l Level, class sekisho.Class, k int32, sum *Total, why Reason) {
	s := t.sums[l][class]
	if s == nil {
		s = new(sums)
		t.sums[l][class] = s
	}
	if n := int(k) + 1 - len(s.total); n > 0 {
		s.total, s.why = append(s.total, make([]Total, n)...), append(s.why, make([]Reason, n)...)
	}
	s.total[k].add(sum)
	s.why[k] |= why & (endOfReasons - 1)
}

func (t *tally) ticket(r sekisho.Role, contract, account uint64) {
	if t.tickets[r] == nil {
		t.tickets[r] = &granted{roaring64.New(), roaring64.New()}
	}
	t.tickets[r].contracts.Add(contract)
	t.tickets[r].accounts.Add(account)
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
					t.put(Level(l), sekisho.Class(class), t.at(o.ids[k]), &s.total[k], s.why[k])
				}
			}
		}
		t.crowds[l].join(&o.crowds[l])
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
			t.tickets[r] = &granted{roaring64.New(), roaring64.New()}
		}
		t.tickets[r].contracts.Or(g.contracts)
		t.tickets[r].accounts.Or(g.accounts)
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
