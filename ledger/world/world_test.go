package world

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"sekisho/ledger"
	"sekisho/ledger/book"
	"sekisho/ledger/scope"
)

// memory writes a world into memory.
func memory(t testing.TB, w *World) fstest.MapFS {
	t.Helper()
	var mu sync.Mutex
	fs := fstest.MapFS{}
	err := w.Write(func(name string, data []byte) error {
		mu.Lock()
		defer mu.Unlock()
		fs[name] = &fstest.MapFile{Data: append([]byte{}, data...)}
		return nil
	}, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

// compute finds the scope from the files alone.
func compute(t testing.TB, fs fstest.MapFS) *scope.Result {
	t.Helper()
	in, notices, err := scope.ParseIndicators(fs["indicators.json"].Data)
	if err != nil {
		t.Fatal(err, notices)
	}
	src := scope.Source{FS: fs}
	g, err := src.Graph()
	if err != nil {
		t.Fatal(err)
	}
	r, err := scope.Compute(src, in, g, scope.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	return r
}

func truth(t testing.TB, fs fstest.MapFS) Truth {
	t.Helper()
	x, err := ParseTruth(fs["truth/truth.json"].Data)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func shipped(t testing.TB, name string) *Shape {
	t.Helper()
	b, _ := Shipped(name)
	s, err := ParseShape(b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestVerified: the ledger of a world is whole, from its rows to its checkpoint.
func TestVerified(t *testing.T) {
	w, err := New(shipped(t, "cells.json"), 5, 200_000)
	if err != nil {
		t.Fatal(err)
	}
	fs := memory(t, w)
	b, err := book.Open(fs, func(func([]byte) error) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	key, err := ledger.ParseVerifier(strings.TrimSpace(string(fs[book.Key].Data)))
	if err != nil {
		t.Fatal(err)
	}
	v := book.NewVerifier(b, &key, nil)
	for v.Step() {
	}
	r := v.Report()
	if len(r.Faults) > 0 || !r.Signed || r.Entries != 200_000 {
		t.Errorf("%d entries, signed %v, %v", r.Entries, r.Signed, r.Faults)
	}
}

// TestPublishedCase finds the published case again, number by number and set by set.
func TestPublishedCase(t *testing.T) {
	w, err := New(shipped(t, "published-case.json"), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	fs := memory(t, w)
	r := compute(t, fs)
	s := r.Summary(true)
	for _, d := range truth(t, fs).Compare(s) {
		t.Error(d)
	}
	if s.Reachable.Contracts != 6493 || s.Reachable.Accounts != 4072650 {
		t.Errorf("reachable: %d contracts, %d accounts", s.Reachable.Contracts, s.Reachable.Accounts)
	}
	c := s.Confirmed
	if c.Classes["login"].Contracts != 132 || c.Classes["login"].Accounts != 311288 || c.Classes["body"].Contracts != 6 ||
		c.Classes["credential"].Contracts != 488 || c.Union != 586 || c.Sum != 626 || c.Terminated == 0 || c.Terminated+c.Active != 586 {
		t.Errorf("confirmed: %+v", c.Classes)
	}
	if s.Reachable.Classes["login"].Contracts >= 6493 || s.Reachable.Classes["credential"].Contracts != 6493 {
		t.Error("contracts that had ended before must be reachable in some classes only")
	}
	if len(r.Unseen) > 0 || s.Elsewhere.Contracts == 0 {
		t.Errorf("unseen %v, elsewhere %d", r.Unseen, s.Elsewhere.Contracts)
	}
	for _, n := range r.Notices {
		t.Error("notice: ", n)
	}
	t.Logf("reachable %d, exposed %d contracts and %d accounts, confirmed %d", s.Reachable.Contracts, s.Exposed.Contracts, s.Exposed.Accounts, c.Contracts)
}

// TestCells sees that cells bound what is reachable.
func TestCells(t *testing.T) {
	w, err := New(shipped(t, "cells.json"), 5, 300_000)
	if err != nil {
		t.Fatal(err)
	}
	fs := memory(t, w)
	s := compute(t, fs).Summary(true)
	for _, d := range truth(t, fs).Compare(s) {
		t.Error(d)
	}
	// Two cells of 16 hold 812 contracts; those that had ended before are out of reach.
	if n := s.Reachable.Contracts; n < 812*85/100 || n > 812 {
		t.Errorf("two cells of 16 reach %d of 6,493 contracts", n)
	}
}

// randomShape is any small world.
func randomShape(r *rand.Rand) Shape {
	s := Shape{Title: "random", Seed: r.Uint64(), From: 1722643200000, Days: 1 + r.Uint64N(60), Hosts: 1 + uint16(r.IntN(3)), Cells: 1 + uint16(r.IntN(4))}
	s.Contracts = 20 + r.Uint64N(100)
	s.Accounts = s.Contracts * (1 + r.Uint64N(30))
	s.Terminated = Terminated{Before: r.Float64() * .3, During: r.Float64() * .3}
	if r.IntN(2) == 0 {
		s.Terminated.Reach = []string{"credential", "directory"}
	}
	for h := range s.Hosts {
		for c := range s.Cells {
			if r.IntN(3) == 0 {
				s.Taken = append(s.Taken, Place{h, c})
			}
		}
	}
	if len(s.Taken) == 0 {
		s.Taken = []Place{{0, 0}}
	}
	s.Hits = map[string]Hit{}
	sum, most := uint64(0), uint64(0)
	for _, c := range []string{"login", "body", "header", "credential", "attachment"} {
		if r.IntN(2) == 0 && len(s.Hits) > 0 {
			continue
		}
		k := 1 + r.Uint64N(3)
		h := Hit{Contracts: k, Objects: r.Uint64N(120)}
		if c != "credential" {
			h.Accounts = k
		}
		s.Hits[c] = h
		sum, most = sum+k, max(most, k)
	}
	s.Union = most + r.Uint64N(sum-most+1)
	s.Decoys = Decoys{r.IntN(5), r.IntN(5), r.IntN(5), r.IntN(5)}
	s.Events = 20_000
	return s
}

// TestRandomWorlds: for any world and any script of the intruder, confirmed is what he read, exposed holds it, and his cells
// bound it; a second computation, with another number of workers, gives the same bytes.
func TestRandomWorlds(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for i := range 60 {
		shape := randomShape(r)
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			w, err := New(&shape, 0, 0)
			if err != nil {
				t.Skip(err) // not every choice of numbers makes a world
			}
			fs := memory(t, w)
			result := compute(t, fs)
			s := result.Summary(true)
			for _, d := range truth(t, fs).Compare(s) {
				t.Errorf("%s: %+v", d, shape)
			}
			for _, run := range s.Exposed.Sets.Contracts {
				for k := run[0]; k < run[0]+run[1]; k++ {
					if w.taken(rand.New(rand.NewPCG(1, 1)), int(k-1)) < 0 {
						t.Errorf("contract %d is in no cell that was taken over: %+v", k, shape)
					}
				}
			}
			a, err := result.Manifest()
			if err != nil {
				t.Fatal(err)
			}
			in, _, _ := scope.ParseIndicators(fs["indicators.json"].Data)
			again, err := scope.Compute(scope.Source{FS: fs}, in, w.Graph(), scope.Options{Workers: 5})
			if err != nil {
				t.Fatal(err)
			}
			if b, _ := again.Manifest(); string(a) != string(b) {
				t.Error("a second computation gives another manifest")
			}
			if _, err := scope.ParseManifest(a); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestShapeErrors(t *testing.T) {
	for name, change := range map[string]func(*Shape){
		"no window":       func(s *Shape) { s.Days = 0 },
		"few accounts":    func(s *Shape) { s.Accounts = 5 },
		"no host":         func(s *Shape) { s.Taken[0].Host = 99 },
		"union too small": func(s *Shape) { s.Union = 487 },
		"union too large": func(s *Shape) { s.Union = 627 },
		"class":           func(s *Shape) { s.Hits["nothing"] = Hit{Contracts: 1} },
		"hits":            func(s *Shape) { s.Hits["body"] = Hit{Contracts: 6, Accounts: 5} },
		"shares":          func(s *Shape) { s.Terminated.Before = 1.5 },
		"nobody hit":      func(s *Shape) { s.Hits = nil },
	} {
		s := shipped(t, "published-case.json")
		change(s)
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseShape(b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := New(shipped(t, "published-case.json"), 0, 1000); err == nil {
		t.Error("a world with fewer rows than the intruder leaves was made")
	}
}

func FuzzParseShape(f *testing.F) {
	for _, name := range []string{"published-case.json", "cells.json"} {
		b, _ := Shipped(name)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ParseShape(b); err == nil && s.check() != nil {
			t.Error("accepted what does not check")
		}
	})
}
