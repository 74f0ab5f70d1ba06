package store

import (
	"context"
	"encoding/hex"
	"errors"
	"sort"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// mostSteps, and mostMails that are looked at, bound one count.
const (
	mostSteps = 1000
	mostMails = 200_000
)

const (
	countOf  = "SELECT contract, trace, message, at, data FROM trace WHERE contract = $1 AND at >= $2 AND at < $3 ORDER BY at DESC LIMIT 200001"
	countAll = "SELECT contract, trace, message, at, data FROM trace WHERE at >= $1 AND at < $2 ORDER BY at DESC LIMIT 200001"
)

// count answers StoreCount from the trace: numbers only, no name and no subject.
func (s *Store) count(ctx context.Context, by sekisho.Caller, q wire.CountQuery) (out wire.Counts, err error) {
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if q.Contract == 0 && !a.operator() {
		q.Contract = a.account.Contract
	}
	if q.Contract == 0 {
		err = s.forOperator(ctx, a, sekisho.ViewStatistics)
	} else {
		err = s.allow(ctx, a, about{right: sekisho.ViewStatistics, contract: q.Contract, what: "statistics", class: sekisho.ClassEnvelope})
	}
	if err != nil {
		return out, err
	}
	if q.Step < time.Minute || !q.From.Before(q.To) || q.To.Sub(q.From)/q.Step >= mostSteps {
		return out, sekisho.E("store.count", sekisho.Invalid, errors.New("steps of a minute or more, at most 1000 of them, and a time that goes forward"))
	}
	c := counting{from: q.From.Truncate(q.Step), step: q.Step, series: map[string][]uint64{}}
	for t := c.from; t.Before(q.To); t = t.Add(q.Step) {
		out.Starts = append(out.Starts, t)
	}
	c.n = len(out.Starts)
	key := countedKey{contract: q.Contract, step: q.Step}
	rest := c.known(&s.counted, key)
	query, args := countOf, []any{int64(q.Contract), db.Micros(rest), db.Micros(q.To)}
	if q.Contract == 0 {
		query, args = countAll, args[1:]
	}
	rows, err := readTraces(s.db.Reading(ctx), query, args...)
	if err != nil {
		return out, err
	}
	if len(rows) > mostMails {
		rows, out.Part = rows[:mostMails], true
	}
	for i := range rows {
		c.add(&rows[i])
	}
	if !out.Part {
		whole := c.n
		if q.To.Before(out.Starts[c.n-1].Add(q.Step)) {
			whole-- // the last step was not counted to its end
		}
		c.remember(&s.counted, key, whole, s.now())
	}
	out.Series = c.list()
	return out, nil
}

// counting sums up mails by step.
type counting struct {
	from   time.Time
	step   time.Duration
	n      int
	first  int // the first step that was not remembered
	series map[string][]uint64
}

func (c *counting) add(x *traceRow) {
	i := int(db.Time(x.at).Sub(c.from) / c.step)
	if i < 0 || i >= c.n {
		return
	}
	c.plus(i, "direction/"+x.data.Trace.Direction.String(), 1)
	for _, d := range x.data.For {
		c.plus(i, "fate/"+d.Fate.String(), 1)
	}
	seen := map[sekisho.Kind]bool{}
	for _, f := range x.data.Trace.Findings {
		if f.Score > 0 && !seen[f.Kind] {
			seen[f.Kind] = true
			c.plus(i, "kind/"+string(f.Kind), 1)
		}
	}
	c.plus(i, "milliseconds", uint64(max(x.data.Trace.Took.Milliseconds(), 0)))
}

func (c *counting) plus(i int, name string, n uint64) {
	s := c.series[name]
	if s == nil {
		s = make([]uint64, c.n)
		c.series[name] = s
	}
	s[i] += n
}

func (c *counting) list() (out []wire.Series) {
	for name, values := range c.series {
		out = append(out, wire.Series{Name: name, Values: values})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}
