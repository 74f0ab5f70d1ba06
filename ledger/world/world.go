package world

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"sekisho"
	"sekisho/ledger"
	"sekisho/ledger/scope"
)

const day = 86_400_000 // milliseconds

// World is who exists, and what the intruder did.
type World struct {
	Shape
	seed    uint64
	streams []component
	first   []uint64        // number of each contract's first account; contract k has number k+1; one more at the end
	ends    []uint64        // when each contract ended, milliseconds; 0: it did not
	hits    []hit           // classes in order
	heads   [][]ledger.Head // by stream, while it is written
	script  [][]act         // what the intruder and his decoys did, by stream, in order of time

	sessions, borrowed []uint64        // his own, and those of real users
	shared             map[uint64]bool // pseudonyms that honest people use too
	addresses          map[uint64]bool // all of his pseudonyms
	used               map[uint64]bool // sessions in which he did something
	Truth              Truth
}

// component is one stream.
type component struct {
	ledger.Stream
	share float64 // of the everyday rows
	rows  uint64  // how many those are
}

// hit is one class with the contracts that were hit, by place, and how many accounts of each.
type hit struct {
	class     sekisho.Class
	contracts []int
	accounts  []uint64
	objects   uint64
}

// act is one row of the intruder or of somebody who is easily taken for him.
type act struct {
	time, session, address, contract, account, object, bytes uint64
	count                                                    uint32
	kind                                                     ledger.Kind
	class                                                    sekisho.Class
	flags                                                    uint8
}

// New makes the world of a shape. seed and events, if not 0, replace the shape's.
func New(s *Shape, seed, events uint64) (*World, error) {
	w := &World{Shape: *s, seed: cmp.Or(seed, s.Seed, 1), shared: map[uint64]bool{}, addresses: map[uint64]bool{}, used: map[uint64]bool{}}
	w.Events = cmp.Or(events, s.Events, 1_000_000)
	w.components()
	r := rand.New(rand.NewPCG(w.seed, 1))
	if err := w.choose(r); err != nil {
		return nil, err
	}
	if err := w.people(r); err != nil {
		return nil, err
	}
	w.attack(rand.New(rand.NewPCG(w.seed, 2)))
	rows := uint64(0)
	for _, s := range w.script {
		rows += uint64(len(s))
	}
	if rows > w.Events {
		return nil, fmt.Errorf("the intruder of this shape alone leaves %d rows: ask for at least as many events, not %d", rows, w.Events)
	}
	w.spread(w.Events - rows)
	return w, nil
}

func (w *World) end() uint64 { return uint64(w.From) + w.Days*day }

// components lists the streams: readers of every host and cell, half as many gates, and the rest.
func (w *World) components() {
	add := func(share float64, role sekisho.Role, hosts, cells uint16) {
		for h := range hosts {
			for c := range cells {
				w.streams = append(w.streams, component{ledger.Stream{Node: h, Role: role, Cell: c}, share / float64(hosts) / float64(cells), 0})
			}
		}
	}
	add(.70, sekisho.Reader, w.Hosts, w.Cells)
	add(.19, sekisho.Gate, (w.Hosts+1)/2, 1)
	add(.09, sekisho.Post, (w.Hosts+3)/4, 1)
	add(.02, sekisho.Admin, 1, 1)
	w.script = make([][]act, len(w.streams))
}

// reader is the place of a reader in the list of streams.
func (w *World) reader(p Place) int { return int(p.Host)*int(w.Cells) + int(p.Cell) }

func (w *World) cell(contract int) uint16 { return uint16(contract % int(w.Cells)) }

// choose picks the contracts that are hit, so that their classes overlap as the union says.
func (w *World) choose(r *rand.Rand) error {
	var able []int
	for _, k := range r.Perm(int(w.Contracts)) {
		if slices.ContainsFunc(w.Taken, func(p Place) bool { return p.Cell == w.cell(k) }) {
			able = append(able, k)
		}
	}
	if uint64(len(able)) < w.Union {
		return fmt.Errorf("shape: the compromised cells have %d contracts, %d are to be hit", len(able), w.Union)
	}
	for _, name := range slices.Sorted(maps.Keys(w.Hits)) {
		h := w.Hits[name]
		c, err := class(name)
		if err != nil {
			return err
		}
		w.hits = append(w.hits, hit{class: c, contracts: make([]int, h.Contracts), objects: max(1, h.Objects)})
	}
	slices.SortStableFunc(w.hits, func(a, b hit) int { return cmp.Compare(len(b.contracts), len(a.contracts)) })
	used := 0
	for _, h := range w.hits {
		fresh := min(len(h.contracts), int(w.Union)-used)
		copy(h.contracts, able[used:used+fresh])
		for i, k := range r.Perm(used)[:len(h.contracts)-fresh] {
			h.contracts[fresh+i] = able[k]
		}
		used += fresh
		slices.Sort(h.contracts)
	}
	slices.SortFunc(w.hits, func(a, b hit) int { return cmp.Compare(a.class, b.class) })
	return nil
}

// people gives every contract its accounts and its end: sizes are log-normal, scaled to what the shape says.
func (w *World) people(r *rand.Rand) error {
	weight := make([]float64, w.Contracts)
	for k := range weight {
		weight[k] = math.Exp(r.NormFloat64()*1.3 + 5)
	}
	// The class with the most accounts is hit in all accounts of its contracts, so it decides their sizes.
	var widest *hit
	for i := range w.hits {
		if n := w.Hits[w.hits[i].class.String()].Accounts; n > 0 && (widest == nil || n > w.Hits[widest.class.String()].Accounts) {
			widest = &w.hits[i]
		}
	}
	size := make([]uint64, w.Contracts)
	var group [2][]int
	for k := range size {
		g := 0
		if widest != nil && slices.Contains(widest.contracts, k) {
			g = 1
		}
		group[g] = append(group[g], k)
	}
	hitAccounts := uint64(0)
	if widest != nil {
		hitAccounts = w.Hits[widest.class.String()].Accounts
	}
	if rest := w.Accounts - hitAccounts; rest < uint64(len(group[0])) || len(group[0]) == 0 && rest > 0 {
		return fmt.Errorf("shape: %d accounts are left for %d contracts", rest, len(group[0]))
	}
	for g, total := range []uint64{w.Accounts - hitAccounts, hitAccounts} {
		for i, n := range scaled(weight, group[g], total, nil) {
			size[group[g][i]] = n
		}
	}
	w.first = make([]uint64, w.Contracts+1)
	w.first[0] = 1
	for k, n := range size {
		w.first[k+1] = w.first[k] + n
	}
	for i := range w.hits {
		h := &w.hits[i]
		n := w.Hits[h.class.String()].Accounts
		if n == 0 {
			continue
		}
		room := uint64(0)
		most := make([]uint64, len(h.contracts))
		for j, k := range h.contracts {
			most[j] = size[k]
			room += size[k]
		}
		if n > room {
			return fmt.Errorf("shape: %s: its contracts have %d accounts, %d are to be hit", h.class, room, n)
		}
		h.accounts = scaled(weight, h.contracts, n, most)
	}
	w.finish(r)
	return nil
}

// finish ends contracts: before the window only those of which nothing was hit that their end would have put out of reach.
func (w *World) finish(r *rand.Rand) {
	w.ends = make([]uint64, w.Contracts)
	alive := map[int]bool{}
	for _, h := range w.hits {
		for _, k := range h.contracts {
			alive[k] = alive[k] || !slices.Contains(w.Terminated.Reach, h.class.String())
		}
	}
	for k := range w.ends {
		switch x := r.Float64(); {
		case x < w.Terminated.Before && !alive[k]:
			w.ends[k] = uint64(w.From) - 1 - r.Uint64N(300*day)
		case x >= w.Terminated.Before && x < w.Terminated.Before+w.Terminated.During:
			w.ends[k] = uint64(w.From) + 1 + r.Uint64N(w.Days*day-1)
		}
	}
}

// scaled turns the weights of some contracts into whole numbers from 1 up to most (nil: no bound) that add up to total.
func scaled(weight []float64, of []int, total uint64, most []uint64) []uint64 {
	sum := 0.0
	for _, k := range of {
		sum += weight[k]
	}
	limit := func(i int) uint64 {
		if most == nil {
			return math.MaxUint64
		}
		return most[i]
	}
	out, have := make([]uint64, len(of)), uint64(0)
	for i, k := range of {
		out[i] = min(limit(i), max(1, uint64(weight[k]/sum*float64(total))))
		have += out[i]
	}
	for i := 0; have != total && len(out) > 0; i = (i + 1) % len(out) {
		if have < total && out[i] < limit(i) {
			out[i]++
			have++
		} else if have > total && out[i] > 1 {
			out[i]--
			have--
		}
	}
	return out
}

// spread gives every stream its number of everyday rows.
func (w *World) spread(rows uint64) {
	left := rows
	for i := range w.streams {
		n := uint64(float64(rows) * w.streams[i].share)
		if i == len(w.streams)-1 {
			n = left
		}
		left -= min(left, n)
		w.streams[i].rows = n
	}
}

// Streams are the names of the streams.
func (w *World) Streams() []ledger.Stream {
	var out []ledger.Stream
	for _, s := range w.streams {
		out = append(out, s.Stream)
	}
	return out
}

// Graph is who could reach what.
func (w *World) Graph() *scope.Graph {
	all := scope.Span{From: scope.Instant(uint64(w.From) - 400*day)}
	g := &scope.Graph{Version: 1, Span: all}
	for k := range int(w.Contracts) {
		c := scope.Contract{ID: sekisho.ContractID(k + 1), Accounts: []scope.Run{{w.first[k], w.first[k+1] - w.first[k]}}}
		c.Status = []scope.Standing{{Status: "active", Span: all}}
		if end := scope.Instant(w.ends[k]); end != 0 {
			c.Status[0].To = end
			c.Status = append(c.Status, scope.Standing{Status: "terminated", Span: scope.Span{From: end}})
		}
		g.Contracts = append(g.Contracts, c)
	}
	served := make([][]scope.Run, w.Cells)
	for k := range int(w.Contracts) {
		if w.Cells > 1 {
			served[w.cell(k)] = append(served[w.cell(k)], scope.Run{uint64(k + 1), 1})
		}
	}
	for _, s := range w.streams {
		p := scope.Pin{Stream: s.String(), Span: all}
		if s.Role == sekisho.Reader {
			p.Contracts = served[s.Cell]
		}
		g.Streams = append(g.Streams, p)
	}
	names := func(c ...sekisho.Class) []scope.ClassName {
		var out []scope.ClassName
		for _, x := range c {
			out = append(out, scope.ClassName(x))
		}
		return out
	}
	living := []string{"active", "suspended"}
	g.Rights = []scope.Right{
		{Role: "reader", Status: living, Span: all, Classes: names(sekisho.ClassDirectory, sekisho.ClassLogin, sekisho.ClassHeader, sekisho.ClassBody,
			sekisho.ClassAttachment, sekisho.ClassIndex, sekisho.ClassCredential)},
		{Role: "gate", Status: living, Span: all, Classes: names(sekisho.ClassDirectory, sekisho.ClassLogin, sekisho.ClassTransit)},
		{Role: "post", Status: living, Span: all, Classes: names(sekisho.ClassHeader, sekisho.ClassBody, sekisho.ClassTransit)},
		{Role: "admin", Status: living, Span: all, Classes: names(sekisho.ClassDirectory, sekisho.ClassHeader, sekisho.ClassBody, sekisho.ClassConfig)},
	}
	if len(w.Terminated.Reach) > 0 {
		r := scope.Right{Role: "reader", Status: []string{"terminated"}, Span: all}
		for _, name := range w.Terminated.Reach {
			c, _ := class(name) // checked when it was read
			r.Classes = append(r.Classes, scope.ClassName(c))
		}
		g.Rights = append(g.Rights, r)
	}
	return g
}
