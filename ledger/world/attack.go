package world

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"sekisho"
	"sekisho/ledger"
	"sekisho/ledger/scope"
)

// Truth is what the intruder really read: in his own way, which a scope must find as confirmed, and in sessions of real
// users, which it can only find as exposed.
type Truth struct {
	Confirmed scope.Figures `json:"confirmed"`
	Hijacked  scope.Figures `json:"hijacked"`
}

// How many sessions and addresses the intruder has, and the numbers of the first session of each kind. Real sessions have
// larger numbers.
const (
	ownSessions  = 40
	ownAddresses = 12
	sharedCount  = 2 // of the addresses: he shares them with others
)

func (w *World) pseudonym(r uint64, d uint64) uint64 {
	x := rand.New(rand.NewPCG(w.seed^r*0x9e3779b97f4a7c15, d))
	return x.Uint64() | 1
}

// own is the pseudonym of one of his addresses at a time; it changes daily, as all do.
func (w *World) own(i int, t uint64) uint64 {
	p := w.pseudonym(uint64(i)+1000, t/day)
	w.addresses[p] = true
	if i < sharedCount {
		w.shared[p] = true
	}
	return p
}

// attack writes the script of the intruder and of the decoys.
func (w *World) attack(r *rand.Rand) {
	for i := range uint64(ownSessions) {
		w.sessions = append(w.sessions, uint64(w.From)<<20+i*7+1)
	}
	var found, hidden sums
	for _, h := range w.hits {
		w.hit(r, h, &found)
	}
	w.elsewhere(r)
	w.sharing(r)
	w.syncs(r)
	w.hijack(r, &hidden)
	for _, s := range w.script {
		slices.SortStableFunc(s, func(a, b act) int { return cmp.Compare(a.time, b.time) })
	}
	w.Truth = Truth{w.figures(found), w.figures(hidden)}
}

// taken is one of the readers taken over that served a contract.
func (w *World) taken(r *rand.Rand, contract int) int {
	var able []int
	for _, p := range w.Taken {
		if p.Cell == w.cell(contract) {
			able = append(able, w.reader(p))
		}
	}
	if len(able) == 0 {
		return -1
	}
	return able[r.IntN(len(able))]
}

// when is a time at which a contract could be read in a class; the last tenth of a day is left for what follows.
func (w *World) when(r *rand.Rand, contract int, c sekisho.Class) uint64 {
	until := w.end()
	if e := w.ends[contract]; e != 0 && !slices.Contains(w.Terminated.Reach, c.String()) {
		until = min(until, e)
	}
	room := until - uint64(w.From)
	return uint64(w.From) + r.Uint64N(max(1, room-min(room, day/10)))
}

// hit reads one class.
func (w *World) hit(r *rand.Rand, h hit, sum *sums) {
	for i, k := range h.contracts {
		n := uint64(1)
		if h.accounts != nil {
			n = h.accounts[i]
		}
		stream, t := w.taken(r, k), w.when(r, k, h.class)
		if last := w.ends[k]; last != 0 && !slices.Contains(w.Terminated.Reach, h.class.String()) {
			t = min(t, max(uint64(w.From), last-min(last, n*8+1)))
		}
		for a := range n {
			x := act{time: t, contract: uint64(k + 1), kind: ledger.Opening, class: h.class}
			if h.accounts != nil {
				x.account = w.first[k] + a
			}
			w.trace(r, &x)
			for left := h.objects; left > 0; left -= uint64(x.count) {
				x.count = uint32(min(left, 50))
				x.object = x.account<<20 + h.objects - left
				x.bytes = uint64(x.count) * (96 + r.Uint64N(4000))
				w.script[stream] = append(w.script[stream], x)
				sum.add(x)
			}
			t += r.Uint64N(3)
		}
	}
}

// trace gives an act one of the ways in which the intruder came: in his own session from an address of his, in it from one
// that nobody knows or that he shares, or in a session that nobody knows from an address of his.
func (w *World) trace(r *rand.Rand, x *act) {
	x.session = w.sessions[r.IntN(len(w.sessions))]
	switch r.IntN(4) {
	case 0:
		x.address = r.Uint64() | 1
	case 1:
		x.address = w.own(r.IntN(sharedCount), x.time)
	case 2:
		x.session, x.address = 1<<40+r.Uint64N(1<<30), w.own(sharedCount+r.IntN(ownAddresses-sharedCount), x.time)
	default:
		x.address = w.own(sharedCount+r.IntN(ownAddresses-sharedCount), x.time)
	}
	w.used[x.session] = true
}

// honest is a session of a real user of some contract at a time.
func (w *World) honest(r *rand.Rand) (act, int) {
	for {
		a := 1 + r.Uint64N(w.Accounts)
		k := w.contractOf(a)
		if w.ends[k] != 0 {
			continue
		}
		t := uint64(w.From) + r.Uint64N(w.Days*day-day/10)
		return act{time: t, session: 1<<41 + r.Uint64N(1<<40), address: w.pseudonym(a+1<<32, t/day), contract: uint64(k + 1), account: a,
			kind: ledger.Opening, class: sekisho.ClassBody, object: r.Uint64N(1 << 30), count: 1, bytes: 5000}, k
	}
}

// elsewhere are honest people behind his addresses on readers that are whole: a scope may only point to them.
func (w *World) elsewhere(r *rand.Rand) {
	for range w.Decoys.Elsewhere {
		x, k := w.honest(r)
		var whole []int
		for h := range w.Hosts {
			if p := (Place{h, w.cell(k)}); !slices.Contains(w.Taken, p) {
				whole = append(whole, w.reader(p))
			}
		}
		if len(whole) == 0 {
			continue
		}
		x.address = w.own(sharedCount+r.IntN(ownAddresses-sharedCount), x.time)
		s := whole[r.IntN(len(whole))]
		w.script[s] = append(w.script[s], x)
	}
}

// sharing are honest people behind an address that the intruder uses too, on the readers taken over.
func (w *World) sharing(r *rand.Rand) {
	for range w.Decoys.Shared {
		x, k := w.honest(r)
		if s := w.taken(r, k); s >= 0 {
			x.address = w.own(r.IntN(sharedCount), x.time)
			w.script[s] = append(w.script[s], x)
		}
	}
}

// syncs are mail programs that read a whole mailbox, on the readers taken over.
func (w *World) syncs(r *rand.Rand) {
	for range w.Decoys.Syncs {
		x, k := w.honest(r)
		s := w.taken(r, k)
		if s < 0 {
			continue
		}
		x.flags, x.count = ledger.FlagSync, 500
		for range 20 {
			x.bytes = uint64(x.count) * (1500 + r.Uint64N(900))
			w.script[s] = append(w.script[s], x)
			x.object += uint64(x.count)
			x.time += r.Uint64N(2000)
		}
	}
}

// hijack are sessions of real users in which the intruder reads too.
func (w *World) hijack(r *rand.Rand, sum *sums) {
	for range w.Decoys.Hijacked {
		x, k := w.honest(r)
		s := w.taken(r, k)
		if s < 0 {
			continue
		}
		w.borrowed = append(w.borrowed, x.session)
		for i := range 30 {
			y := x
			y.object, y.time = x.object+r.Uint64N(1000), x.time+r.Uint64N(day/24)
			if i%2 == 0 { // half of it is his
				y.address = w.own(sharedCount+r.IntN(ownAddresses-sharedCount), y.time)
				sum.add(y)
			}
			w.script[s] = append(w.script[s], y)
		}
	}
}

// Indicators are what the operator knows: which readers, when, and the intruder's sessions and addresses.
func (w *World) Indicators() *scope.Indicators {
	in := &scope.Indicators{Version: 1, Title: w.Title, Span: scope.Span{From: w.From, To: scope.Instant(w.end())}}
	for _, p := range w.Taken {
		in.Components = append(in.Components, scope.Component{Stream: w.streams[w.reader(p)].String()})
	}
	for _, s := range w.sessions {
		if w.used[s] {
			in.Sessions = append(in.Sessions, scope.Mark{ID: s})
		}
	}
	for _, s := range w.borrowed {
		in.Sessions = append(in.Sessions, scope.Mark{ID: s, Hijacked: true})
	}
	for a := range w.addresses {
		in.Addresses = append(in.Addresses, scope.Mark{Pseudonym: fmt.Sprintf("%016x", a), Shared: w.shared[a]})
	}
	slices.SortFunc(in.Addresses, func(a, b scope.Mark) int { return cmp.Compare(a.Pseudonym, b.Pseudonym) })
	return in
}

// sums are what was read, by class.
type sums map[sekisho.Class]*classSum

type classSum struct {
	contracts, accounts map[uint64]bool
	objects, bytes      uint64
}

func (s *sums) add(x act) {
	if *s == nil {
		*s = sums{}
	}
	c := (*s)[x.class]
	if c == nil {
		c = &classSum{contracts: map[uint64]bool{}, accounts: map[uint64]bool{}}
		(*s)[x.class] = c
	}
	c.contracts[x.contract] = true
	if x.account != 0 {
		c.accounts[x.account] = true
	}
	c.objects, c.bytes = c.objects+uint64(x.count), c.bytes+x.bytes
}

// figures brings sums into the form of a scope's summary.
func (w *World) figures(s sums) scope.Figures {
	out := scope.Figures{Classes: map[string]scope.Count{}}
	contracts, accounts := map[uint64]bool{}, map[uint64]bool{}
	for c, x := range s {
		out.Classes[c.String()] = scope.Count{Contracts: uint64(len(x.contracts)), Accounts: uint64(len(x.accounts)), Objects: x.objects, Bytes: x.bytes,
			Sets: &scope.Sets{Contracts: runs(x.contracts), Accounts: runs(x.accounts)}}
		out.Sum += uint64(len(x.contracts))
		for k := range x.contracts {
			contracts[k] = true
		}
		for a := range x.accounts {
			accounts[a] = true
		}
	}
	for k := range contracts {
		if e := w.ends[k-1]; e != 0 && e < w.end() {
			out.Terminated++
		}
	}
	out.Contracts, out.Accounts, out.Union = uint64(len(contracts)), uint64(len(accounts)), uint64(len(contracts))
	out.Active = out.Union - out.Terminated
	out.Sets = &scope.Sets{Contracts: runs(contracts), Accounts: runs(accounts)}
	return out
}

func runs(set map[uint64]bool) []scope.Run { return scope.RunsOf(slices.Collect(maps.Keys(set))) }
