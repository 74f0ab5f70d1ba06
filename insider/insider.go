// Package insider ranks the people of a contract by how far what they do with mail is from what they usually do, and from what their
// colleagues do: for an auditor, who looks into it. It decides nothing, and nobody is stopped by it. All of it are numbers of days; no
// subject, no word and no name of a file is among them. Each part of a score says why it is there, with its numbers.
package insider

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Day are the numbers of one person and day. A day begins at midnight UTC.
type Day struct {
	Day          int64    `json:"day"`                     // days since 1970
	Sent         uint64   `json:"sent,omitempty"`          // mails to somebody outside
	Recipients   uint64   `json:"recipients,omitempty"`    // of these mails, outside
	Bytes        uint64   `json:"bytes,omitempty"`         // of these mails
	Attached     uint64   `json:"attached,omitempty"`      // of these mails, with attachments
	Private      uint64   `json:"private,omitempty"`       // of these mails, to his own name at a free mail service
	PrivateBytes uint64   `json:"privateBytes,omitempty"`  // of these
	Onward       uint64   `json:"onward,omitempty"`        // mails that his own filter sent on to the outside
	OnwardOwn    uint64   `json:"onwardPrivate,omitempty"` // of these, to his own name at a free mail service
	Read         uint64   `json:"read,omitempty"`          // mails fetched whole from his mailbox
	ReadBytes    uint64   `json:"readBytes,omitempty"`     // of these
	Looked       uint64   `json:"looked,omitempty"`        // mails kept back that he looked into as part of his duty
	Hours        []uint64 `json:"hours,omitempty"`         // mails sent by himself, by hour of the day, UTC: 24, or none
}

// Add adds the numbers of another part of the day.
func (d *Day) Add(o Day) {
	d.Sent += o.Sent
	d.Recipients += o.Recipients
	d.Bytes += o.Bytes
	d.Attached += o.Attached
	d.Private += o.Private
	d.PrivateBytes += o.PrivateBytes
	d.Onward += o.Onward
	d.OnwardOwn += o.OnwardOwn
	d.Read += o.Read
	d.ReadBytes += o.ReadBytes
	d.Looked += o.Looked
	for i, n := range o.Hours {
		d.At(i, n)
	}
}

// At counts mails at an hour of the day.
func (d *Day) At(hour int, n uint64) {
	if len(d.Hours) < 24 {
		d.Hours = append(d.Hours, make([]uint64, 24-len(d.Hours))...)
	}
	if hour >= 0 && hour < 24 {
		d.Hours[hour] += n
	}
}

// Person is somebody with his days, in any order; days without numbers may be missing.
type Person struct {
	Account   uint64
	Leaves    int64 // his announced last day, in days since 1970; 0: none
	Suspended bool
	Days      []Day
}

// Standing is a person's place in the ranking.
type Standing struct {
	Account uint64  `json:"account"`
	Score   float64 `json:"score" doc:"0 to 100: the sum of its parts"`
	Parts   []Part  `json:"parts"`
	Leaves  int64   `json:"-"`
	Sums    Day     `json:"-"` // of the time that was looked at
}

// Part is one reason of a score.
type Part struct {
	Kind   string  `json:"kind" doc:"private, onward, volume, bytes, attachments, hours, reading, looking, leaving, bytes-total, attachments-total, reading-total"`
	Points float64 `json:"points"`
	Value  float64 `json:"value" doc:"what was counted"`
	Usual  float64 `json:"usual" doc:"what is usual for him, or for his colleagues where that is more"`
	Day    int64   `json:"day,omitempty" doc:"days since 1970: of the highest value, or the last day of somebody who leaves"`
	Bytes  uint64  `json:"bytes,omitempty"`
}

// History is how many days before the time looked at are taken for usual, at most. Least is what a part must come to to be named.
const (
	History    = 90
	leastPoint = 2
)

// Rank orders people by what was unusual in the days before today, and today: the highest score first. Who has nothing unusual is
// left out.
func Rank(people []Person, today int64, days int) []Standing {
	days = max(days, 1)
	list := make([]standing, len(people))
	for i := range people {
		list[i] = gather(&people[i], today, int64(days))
	}
	for _, m := range measures {
		m.compare(list)
	}
	var out []Standing
	for i := range list {
		s := &list[i]
		s.private(days)
		s.onward(days)
		s.hours()
		s.leaving(today)
		for _, p := range s.Parts {
			s.Score += p.Points
		}
		s.Score = math.Round(min(s.Score, 100)*10) / 10
		slices.SortStableFunc(s.Parts, func(a, b Part) int { return cmp.Compare(b.Points, a.Points) })
		if len(s.Parts) > 0 {
			out = append(out, s.Standing)
		}
	}
	slices.SortStableFunc(out, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Account, b.Account))
	})
	return out
}

// standing is a place while it is worked out.
type standing struct {
	Standing
	person *Person
	now    []Day // the days looked at, each of them
	before []Day // the days before, each since he is known
	then   Day   // sums of before
}

// gather lays a person's days out, with those that are missing: a day on which nothing was done is a day.
func gather(p *Person, today, days int64) standing {
	s := standing{Standing: Standing{Account: p.Account, Leaves: p.Leaves}, person: p}
	oldest := today - days - History + 1
	all := make([]Day, days+History)
	first := days + History
	for i := range p.Days {
		if at := p.Days[i].Day - oldest; at >= 0 && at < days+History {
			all[at].Add(p.Days[i])
			first = min(first, at)
		}
	}
	for i := range all {
		all[i].Day = oldest + int64(i)
	}
	s.now = all[max(first, History):]
	s.before = all[min(first, History):History]
	for _, d := range s.now {
		s.Sums.Add(d)
	}
	for _, d := range s.before {
		s.then.Add(d)
	}
	return s
}

// add names a part, when it weighs something.
func (s *standing) add(p Part) {
	p.Points = math.Round(p.Points*10) / 10
	if p.Points >= leastPoint {
		s.Parts = append(s.Parts, p)
	}
}

func (s *standing) has(kind string) bool {
	return slices.ContainsFunc(s.Parts, func(p Part) bool { return p.Kind == kind })
}

// measure is a number of a day of which the highest value, or the sum, is compared with the usual.
type measure struct {
	kind   string
	of     func(*Day) float64
	floor  float64 // below that nothing is much
	weight float64 // points for each doubling
	most   float64 // points
	total  bool    // the sum: a little more every day
}

func bytesOf(d *Day) float64    { return float64(d.Bytes) }
func attachedOf(d *Day) float64 { return float64(d.Attached) }
func readOf(d *Day) float64     { return float64(d.Read) }

var measures = [...]measure{
	{"volume", func(d *Day) float64 { return float64(d.Recipients) }, 30, 8, 30, false},
	{"bytes", bytesOf, 20 << 20, 8, 30, false},
	{"attachments", attachedOf, 10, 7, 25, false},
	{"reading", readOf, 300, 9, 35, false},
	{"looking", func(d *Day) float64 { return float64(d.Looked) }, 20, 9, 30, false},
	{"bytes-total", bytesOf, 60 << 20, 8, 25, true},
	{"attachments-total", attachedOf, 30, 7, 20, true},
	{"reading-total", readOf, 1000, 9, 25, true},
}

// found is what a measure has of one person.
type found struct {
	value, usual float64
	day          int64
}

// above is by how many doublings the value is above the usual.
func (f *found) above(floor float64) float64 { return math.Log2((f.value + floor) / (f.usual + floor)) }

// compare gives points by how many doublings each person's highest day is above what his own highest days were before, or his sum above what
// was to be expected, less what is so for half of his colleagues too, as in a busy month.
func (m *measure) compare(list []standing) {
	all := make([]found, len(list))
	above := make([]float64, len(list))
	peers := 0.0
	if !m.total {
		highest := make([]float64, len(list))
		for i := range list {
			highest[i] = top(list[i].before, m.of)
			all[i] = list[i].highest(m.of, highest[i])
		}
		peers = quantile(highest, 0.75)
	}
	for i := range list {
		switch {
		case m.total:
			all[i] = list[i].sum(m.of)
		case len(list[i].before) < hardly: // his colleagues say what is usual
			all[i].usual = max(all[i].usual, peers)
		}
		above[i] = all[i].above(m.floor)
	}
	common := max(quantile(above, 0.5), 0)
	for i, f := range all {
		if more := above[i] - common; more > 0.7 && !(m.total && list[i].has(strings.TrimSuffix(m.kind, "-total"))) { // one cause counts once
			list[i].add(Part{Kind: m.kind, Points: min(m.weight*more, m.most), Value: f.value, Usual: f.usual, Day: f.day})
		}
	}
}

// Who is known for less than hardly days is compared with his colleagues; sums are compared where enough days are known.
const hardly, enough = 14, 28

// highest is the highest of the days looked at.
func (s *standing) highest(of func(*Day) float64, usual float64) found {
	f := found{usual: usual}
	for i := range s.now {
		if v := of(&s.now[i]); v > f.value {
			f.value, f.day = v, s.now[i].Day
		}
	}
	return f
}

// sum is the sum of the days looked at, and what was to be expected from those before.
func (s *standing) sum(of func(*Day) float64) (f found) {
	if len(s.before) < enough {
		return f
	}
	for i := range s.now {
		f.value += of(&s.now[i])
	}
	for i := range s.before {
		f.usual += of(&s.before[i])
	}
	f.usual *= float64(len(s.now)) / float64(len(s.before))
	return f
}

// top is what the highest days come to: the middle of the two highest, and no less than three times the usual spread above the median.
// One odd day before does not make the next one usual; what is done once in a month is.
func top(days []Day, of func(*Day) float64) float64 {
	if len(days) == 0 {
		return 0
	}
	x := make([]float64, len(days))
	for i := range days {
		x[i] = of(&days[i])
	}
	slices.Sort(x)
	middle := quantile(x, 0.5)
	spread := make([]float64, len(x))
	for i := range x {
		spread[i] = math.Abs(x[i] - middle)
	}
	high := x[len(x)-1]
	if n := len(x); n > 35 {
		high = (x[n-1] + x[n-2]) / 2
	}
	return max(high, middle+3*1.4826*quantile(spread, 0.5))
}

// quantile is the value below which a part of x lies; 0 without any.
func quantile(x []float64, part float64) float64 {
	if len(x) == 0 {
		return 0
	}
	x = slices.Sorted(slices.Values(x))
	return x[min(int(part*float64(len(x))), len(x)-1)]
}
