package exact

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"sekisho/search"
)

var key = Key(bytes.Repeat([]byte{7}, KeySize))

func set(t testing.TB, need int, rows ...[]string) *Set {
	t.Helper()
	m, err := NewMaker(key, len(rows[0]))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		m.Add(r)
	}
	b, err := m.Encode(need)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		for _, v := range r {
			if bytes.Contains(b, []byte(v)) {
				t.Fatalf("%q stands in the set", v)
			}
		}
	}
	s, err := Open(b, key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFind(t *testing.T) {
	s := set(t, 2, []string{"K-1029384", "山本 花子", "090-1234-5678", "hanako@mori.example"}, []string{"K-5647382", "Robert Brown", "03-5198-7061", "rb@mori.example"})
	for text, want := range map[string]bool{
		"顧客番号 K1029384 の山本花子様":                       true,
		"山本　花子,０９０－１２３４－５６７８":                        true,
		"Robert Brown, k 5647382":                    true,
		"Robert  BROWN (RB@mori.example)":            true,
		"山本花子様、いつもお世話になっております。":                      false,
		"k-1029385 hanako@example 090-1234-5679":     false,
		"Brown bread for Robert, 03-5198-7062":       false,
		"":                                           false,
		strings.Repeat("普通の文章 with words, 123. ", 9): false,
	} {
		if got, ok := s.Find(search.Fold(text)); ok != want {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

func TestAnotherKey(t *testing.T) {
	m, _ := NewMaker(key, 1)
	m.Add([]string{"secret-value"})
	b, _ := m.Encode(1)
	if _, err := Open(b, bytes.Repeat([]byte{8}, KeySize)); err == nil {
		t.Error("another key opened it")
	}
	if _, err := Open(b[:len(b)-1], key); err == nil {
		t.Error("a cut set was opened")
	}
}

// TestChance counts how often a set says yes to what it has not, and that it never says no to what it has.
func TestChance(t *testing.T) {
	for _, n := range []int{1, 2, 10, 1000, 200_000} {
		r := rand.New(rand.NewPCG(1, uint64(n)))
		sums := make([]uint64, n)
		for i := range sums {
			sums[i] = r.Uint64()
		}
		f, err := newFilter(append([]uint64(nil), sums...))
		if err != nil {
			t.Fatal(n, err)
		}
		for _, s := range sums {
			if !f.has(s) {
				t.Fatalf("of %d, one is not found", n)
			}
		}
		wrong := 0
		for range 1_000_000 {
			if f.has(r.Uint64()) {
				wrong++
			}
		}
		if wrong > 60 {
			t.Errorf("of %d: %d of 1,000,000 by chance", n, wrong)
		}
	}
}

func FuzzOpen(f *testing.F) {
	m, _ := NewMaker(key, 2)
	m.Add([]string{"value-one", "value-two"})
	b, _ := m.Encode(2)
	f.Add(b, "value-one value two")
	f.Fuzz(func(_ *testing.T, b []byte, t string) {
		if len(b) > 32 {
			fresh, _ := NewMaker(key, 1)
			head, _ := fresh.Encode(1)
			copy(b[16:32], head[16:32])
		}
		if s, err := Open(b, key); err == nil {
			s.Find(search.Fold(t))
		}
	})
}

// BenchmarkTen looks words up in a set of 10,000,000 values. "MB" is the size of the set.
func BenchmarkTen(b *testing.B) {
	const n = 10_000_000
	r := rand.New(rand.NewPCG(1, 2))
	sums := make([]uint64, n)
	for i := range sums {
		sums[i] = r.Uint64()
	}
	f, err := newFilter(sums)
	if err != nil {
		b.Fatal(err)
	}
	first := newBlock(sums)
	b.Run("filter", func(b *testing.B) {
		x, hits := uint64(1), 0
		for b.Loop() {
			x = x*6364136223846793005 + 1442695040888963407
			if f.has(x) {
				hits++
			}
		}
		b.ReportMetric(float64(len(f.table)+len(first))/1e6, "MB")
	})
	s := &Set{key: key, fast: key.fast(), need: 1, first: first, columns: []filter{*f}, most: 1, lengths: [16]byte{255, 255}}
	var t strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&t, "word%d ", i)
	}
	b.Run("text", func(b *testing.B) {
		text, before := t.String(), used()
		for b.Loop() {
			s.Find(text)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/token")
		b.ReportMetric(float64(used()-before)/float64(b.N)/10_000, "cpu-ns/token") // what others on the machine do counts less
	})
}

// used is the time of the processor that this process has taken, in nanoseconds.
func used() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
