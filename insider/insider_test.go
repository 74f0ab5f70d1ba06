package insider

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// company makes people who work on weekdays from nine to six in Japan, each in his own measure.
func company(r *rand.Rand, people, days int) []Person {
	const today = 20_000
	var out []Person
	for i := range people {
		p := Person{Account: uint64(i + 1)}
		rate := 2 + r.ExpFloat64()*8
		for day := int64(today - days + 1); day <= today; day++ {
			if day%7 >= 5 {
				continue
			}
			p.Days = append(p.Days, workday(r, day, rate, 0))
		}
		out = append(out, p)
	}
	return out
}

// workday is an ordinary day; shift moves its hours.
func workday(r *rand.Rand, day int64, rate float64, shift int) Day {
	d := Day{Day: day}
	n := int(rate * (0.4 + 1.2*r.Float64()))
	for range n {
		d.Sent++
		d.Recipients += 1 + uint64(r.IntN(3))
		d.Bytes += uint64(r.ExpFloat64() * 200_000)
		if r.IntN(4) == 0 {
			d.Attached++
			d.Bytes += uint64(r.ExpFloat64() * 2_000_000)
		}
		d.At((r.IntN(9)+shift)%24, 1)
	}
	d.Read = uint64(20 + r.IntN(60))
	d.ReadBytes = d.Read * 80_000
	return d
}

func each(p *Person, from int64, f func(*Day)) {
	for i := range p.Days {
		if p.Days[i].Day >= from {
			f(&p.Days[i])
		}
	}
}

func TestInsidersAreFound(t *testing.T) {
	const today = 20_000
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		list := company(r, 200, 90)
		// the five
		each(&list[10], today-10, func(d *Day) { d.Private, d.Sent, d.PrivateBytes = 2, d.Sent+2, 3<<20 })
		each(&list[20], today-20, func(d *Day) { d.Onward, d.OnwardOwn = 25, 25 })
		list[30].Leaves = today + 12
		each(&list[30], today-3, func(d *Day) { d.Attached += 30; d.Recipients += 60; d.Bytes += 300 << 20 })
		each(&list[40], today-1, func(d *Day) { d.Read, d.ReadBytes = 6000, 600<<20 })
		each(&list[50], today-12, func(d *Day) { d.At(16, 3); d.Sent += 3; d.Attached += 3; d.Bytes += 120 << 20 }) // one in the morning
		// and three who do what they always do
		each(&list[60], 0, func(d *Day) {
			if d.Day%28 == 2 {
				d.Attached, d.Recipients, d.Bytes = 200, 200, 400<<20
			}
		})
		night := &list[70]
		night.Days = nil
		for day := int64(today - 89); day <= today; day++ {
			night.Days = append(night.Days, workday(r, day, 8, 13))
		}
		each(&list[80], 0, func(d *Day) {
			if d.Day%7 == 1 {
				d.Sent, d.Recipients = d.Sent+40, 3000
				d.At(1, 40)
			}
		})
		ranked := Rank(list, today, 30)
		var first []uint64
		for _, s := range ranked[:min(8, len(ranked))] {
			first = append(first, s.Account)
		}
		for _, a := range []uint64{11, 21, 31, 41, 51} {
			if !slices.Contains(first, a) {
				t.Errorf("seed %d: %d is not among the first eight: %v", seed, a, first)
			}
		}
		for _, a := range []uint64{61, 71, 81} {
			if slices.Contains(first, a) {
				t.Errorf("seed %d: %d does what he always does: %v", seed, a, first)
			}
		}
	}
}

// A little more every day is as much as a lot on one.
func TestTrickleIsFound(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 9))
		list := company(r, 200, 120)
		list[33].Days = nil
		for day := int64(20_000 - 119); day <= 20_000; day++ {
			list[33].Days = append(list[33].Days, workday(r, day, 8, 0))
		}
		each(&list[33], 20_000-29, func(d *Day) { d.Bytes += 14 << 20; d.Attached += 2 })
		ranked := Rank(list, 20_000, 30)
		at := slices.IndexFunc(ranked, func(s Standing) bool { return s.Account == 34 })
		if at < 0 || at > 4 || !slices.ContainsFunc(ranked[at].Parts, func(p Part) bool { return p.Kind == "bytes-total" }) {
			t.Errorf("seed %d: place %d", seed, at)
		}
	}
}

func TestBusyMonthIsNobodys(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	list := company(r, 50, 120)
	for i := range list {
		each(&list[i], 20_000-20, func(d *Day) { d.Recipients *= 6; d.Bytes *= 6; d.Attached *= 6 })
	}
	for _, s := range Rank(list, 20_000, 30) {
		if s.Score > 25 {
			t.Errorf("everybody sends more, and %d has %v", s.Account, s.Parts)
		}
	}
}

func TestNewcomerIsMeasuredByColleagues(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	list := company(r, 50, 120)
	list = append(list, Person{Account: 900, Days: []Day{workday(r, 19_999, 8, 0), workday(r, 20_000, 8, 0)}})
	for _, s := range Rank(list, 20_000, 30) {
		if s.Account == 900 && s.Score > 10 {
			t.Errorf("a newcomer has %v", s.Parts)
		}
	}
}

func TestScoreIsTheSumOfItsParts(t *testing.T) {
	p := Person{Account: 1, Suspended: true, Days: []Day{{Day: 100, Sent: 2, Private: 2, PrivateBytes: 1 << 20}, {Day: 100, Private: 1}}}
	got := Rank([]Person{p, {Account: 2}}, 100, 7)
	if len(got) != 1 || len(got[0].Parts) != 2 {
		t.Fatalf("%+v", got)
	}
	if s := got[0].Parts[0].Points + got[0].Parts[1].Points; s < got[0].Score-0.11 || s > got[0].Score+0.11 {
		t.Errorf("score %v, parts %v", got[0].Score, got[0].Parts)
	}
	if got[0].Sums.Private != 3 {
		t.Errorf("a day in two parts was not added up: %+v", got[0].Sums)
	}
	p.Leaves, p.Suspended = 120, false
	if got := Rank([]Person{p}, 100, 7); !slices.ContainsFunc(got[0].Parts, func(p Part) bool { return p.Kind == "leaving" && p.Day == 120 }) {
		t.Errorf("he leaves in three weeks: %+v", got)
	}
	p.Leaves = 100 + 400
	if got := Rank([]Person{p}, 100, 7); slices.ContainsFunc(got[0].Parts, func(p Part) bool { return p.Kind == "leaving" }) {
		t.Errorf("he leaves next year: %+v", got)
	}
}

func TestWords(t *testing.T) {
	for _, kind := range []string{"private", "onward", "volume", "bytes", "attachments", "hours", "reading", "looking", "leaving", "bytes-total", "attachments-total", "reading-total"} {
		p := Part{Kind: kind, Value: 5 << 20, Usual: 1 << 20, Day: 20_000}
		en, ja := p.Text("en"), p.Text("ja")
		if en == kind || ja == kind || en == ja {
			t.Errorf("%s has no words: %q, %q", kind, en, ja)
		}
		if kind != "leaving" && !strings.Contains(en, "5") || kind == "leaving" && !strings.Contains(en, "2024-10-04") {
			t.Errorf("%s without its number: %q", kind, en)
		}
	}
}

// BenchmarkRank ranks a large customer's people.
func BenchmarkRank(b *testing.B) {
	list := company(rand.New(rand.NewPCG(1, 4)), 10_000, 120)
	for b.Loop() {
		Rank(list, 20_000, 30)
	}
}
