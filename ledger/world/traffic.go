package world

import (
	"math/rand/v2"
	"sort"

	"sekisho"
	"sekisho/ledger"
)

// live is how many sessions are under way on a stream at a time.
const live = 1 << 11

// week is how long a process lives.
const week = 7 * day

type session struct {
	id, account, contract, address, object, dies uint64
}

// traffic makes the rows of one stream.
type traffic struct {
	w      *World
	r      *rand.Rand
	number uint64 // of the stream
	s      component
	next   uint64 // session
	pool   []session
	rows   []byte
	emit   func(rows []byte) error
	err    error
}

// Rows calls emit with the rows of stream number i, whole blocks of most rows and a last shorter one, in order of time. emit
// must not keep its argument. Streams may be made at the same time, from different goroutines.
func (w *World) Rows(i, most int, emit func(rows []byte) error) error {
	n := w.streams[i].rows
	g := &traffic{w: w, r: rand.New(rand.NewPCG(w.seed+uint64(i)*977, 3)), number: uint64(i), s: w.streams[i], emit: emit,
		rows: make([]byte, 0, most*ledger.RowLen), pool: make([]session, min(live, n/16+1))}
	script := w.script[i]
	step, now := float64(w.Days*day)/float64(n+1), float64(w.From)
	begun := uint64(0)
	for range n {
		now += step * 2 * g.r.Float64()
		t := min(uint64(now), w.end()-1)
		for len(script) > 0 && script[0].time <= t {
			g.act(script[0])
			script = script[1:]
		}
		if p := g.process(t); p != begun {
			begun = p
			clear(g.pool) // sessions end with their process
			g.push(ledger.Entry{Time: t, Kind: ledger.Start, Role: g.s.Role, Process: sekisho.Instance(p), Count: 1})
			continue
		}
		g.push(g.entry(t))
	}
	for _, a := range script {
		g.act(a)
	}
	if len(g.rows) > 0 && g.err == nil {
		g.err = emit(g.rows)
	}
	return g.err
}

// process is the process that a stream has at a time.
func (g *traffic) process(t uint64) uint64 {
	return 1 + g.number + (t-uint64(g.w.From))/week*uint64(len(g.w.streams))
}

func (g *traffic) push(e ledger.Entry) {
	if g.rows = e.Row(g.rows); len(g.rows) == cap(g.rows) && g.err == nil {
		g.err = g.emit(g.rows)
		g.rows = g.rows[:0]
	}
}

func (g *traffic) act(a act) {
	g.push(ledger.Entry{Time: a.time, Kind: a.kind, Role: g.s.Role, Process: sekisho.Instance(g.process(a.time)), Class: a.class,
		Contract: sekisho.ContractID(a.contract), Account: sekisho.AccountID(a.account), Session: sekisho.SessionID(a.session),
		Object: a.object, Count: a.count, Bytes: a.bytes, Address: a.address, Flags: a.flags})
}

// contractOf is the place of an account's contract.
func (w *World) contractOf(account uint64) int {
	return sort.Search(len(w.first), func(k int) bool { return w.first[k] > account }) - 1
}

// someone is an account that the stream serves at a time. A quarter of the accounts has most of the logins.
func (g *traffic) someone(t uint64) (account, contract uint64, ok bool) {
	for range 10_000 {
		a := 1 + g.r.Uint64N(g.w.Accounts)
		if g.r.IntN(10) < 7 {
			a = 1 + a/4*4%g.w.Accounts
		}
		k := g.w.contractOf(a)
		if (g.s.Role != sekisho.Reader || g.w.cell(k) == g.s.Cell) && (g.w.ends[k] == 0 || g.w.ends[k] > t) {
			return a, uint64(k + 1), true
		}
	}
	return 0, 0, false
}

// login begins a session in place of another one.
func (g *traffic) login(s *session, t uint64) ledger.Entry {
	a, c, ok := g.someone(t)
	if !ok { // nobody is left: the process has nothing to do
		*s = session{}
		return ledger.Entry{Time: t, Kind: ledger.Heartbeat, Role: g.s.Role, Process: sekisho.Instance(g.process(t)), Count: 1}
	}
	g.next++
	*s = session{id: uint64(g.w.From)<<20 + 1<<18 + g.next*uint64(len(g.w.streams)) + g.number, account: a, contract: c,
		address: g.w.pseudonym(a<<2+1<<32+g.r.Uint64N(2), t/day), object: g.r.Uint64N(1 << 30), dies: g.w.ends[c-1]}
	return g.of(s, t, ledger.Login, sekisho.ClassLogin, 1, 0)
}

func (g *traffic) of(s *session, t uint64, kind ledger.Kind, class sekisho.Class, count uint32, bytes uint64) ledger.Entry {
	e := ledger.Entry{Time: t, Kind: kind, Role: g.s.Role, Process: sekisho.Instance(g.process(t)), Class: class, Contract: sekisho.ContractID(s.contract),
		Account: sekisho.AccountID(s.account), Session: sekisho.SessionID(s.id), Object: s.object, Count: count, Bytes: bytes, Address: s.address}
	s.object += uint64(count)
	return e
}

// entry is one everyday row.
func (g *traffic) entry(t uint64) ledger.Entry {
	x := g.r.Uint32()
	s := &g.pool[g.r.IntN(len(g.pool))]
	if s.id == 0 || x&31 == 0 || s.dies != 0 && s.dies <= t {
		return g.login(s, t)
	}
	x >>= 5
	switch g.s.Role {
	case sekisho.Reader:
		switch k := x & 15; {
		case k < 5:
			n := 1 + x>>22
			return g.of(s, t, ledger.Opening, sekisho.ClassHeader, n, uint64(n)*(1500+uint64(x>>8&1023)))
		case k < 14:
			return g.of(s, t, ledger.Opening, sekisho.ClassBody, 1, 2000<<(x>>8&7)*uint64(1+x>>16&3))
		}
		return g.of(s, t, ledger.Opening, sekisho.ClassAttachment, 1, 100000+uint64(x>>8))
	case sekisho.Gate:
		e := g.of(s, t, ledger.PassedBy, sekisho.ClassTransit, 1+x&3, 3000<<(x>>8&7))
		e.Session, e.Account, e.Address, e.Actor = 0, 0, 0, 1<<32+uint64(x>>20&3)
		return e
	case sekisho.Post:
		e := g.of(s, t, ledger.Opening, sekisho.ClassBody, 1, 3000<<(x>>8&7))
		e.Session, e.Account, e.Address = 0, 0, 0
		return e
	}
	e := g.of(s, t, ledger.ConfigRead, sekisho.ClassConfig, 1, 0)
	e.Session, e.Account, e.Address, e.Actor = 0, 0, 0, 1001
	return e
}
