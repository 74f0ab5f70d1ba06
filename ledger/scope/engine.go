package scope

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"sekisho"
	"sekisho/ledger"
	"sekisho/ledger/block"
)

// Options are the caller's wishes. Workers and Progress do not change the result.
type Options struct {
	Workers  int                   // how many blocks at a time; 0: one
	Notices  []string              // what is known already, from reading the indicators: it belongs to the result
	Progress func(done, total int) // told after each block, from any goroutine; nil: nobody
}

// jitter is how far, in milliseconds, neighbouring rows may be out of order before the clock counts as having jumped.
const jitter = 60_000

// watch is one component's window on one stream.
type watch struct {
	span    Span
	process sekisho.Instance // 0: all of the stream's
	sure    bool
	worker  bool   // the component is a worker that mails pass through: rows of others name it
	of      int    // which component of the indicators
	lo, hi  uint64 // rows in the window, by their place: hi is behind the last
}

// stretch is where rows of a stream are missing: somewhere in span.
type stretch struct {
	span        Span
	reason      Reason
	first, last uint64 // the missing rows; last is behind them, 0 when unknown
}

// course is one stream with all that the engine knows of it.
type course struct {
	ledger.Stream
	number  uint32
	blocks  []uint64
	heads   []extent // of blocks; only where a component is watched
	watches []watch
	missing []stretch
}

// extent is what the head of a block says. n is 0 when the block is damaged.
type extent struct {
	n        uint64
	min, max uint64
}

// engine is one computation.
type engine struct {
	Options
	src     Source
	in      *Indicators
	graph   *Graph
	courses []*course
	marks   marks
	reused  map[uint64]bool // sessions that were given out twice
	notices []string
}

// Compute finds the scope of a breach. The error says what is wrong with indicators, graph or ledger; rows that are missing
// or cannot be read are no error: they make what they could hide impossible to rule out.
func Compute(src Source, in *Indicators, g *Graph, o Options) (*Result, error) {
	e := &engine{Options: o, src: src, in: in, graph: g, reused: map[uint64]bool{}}
	e.Workers, e.notices = max(1, e.Workers), slices.Concat(o.Notices, src.Faults)
	e.marks = marksOf(in)
	if err := e.list(); err != nil {
		return nil, err
	}
	t, err := e.scan()
	if err != nil {
		return nil, err
	}
	if again := t.reused(e.marks.sessions); len(again) > 0 {
		// A number that two logins got cannot say whose an opening was: look again with that in mind.
		e.reused = again
		if t, err = e.scan(); err != nil {
			return nil, err
		}
	}
	return e.result(t)
}

// list finds the streams and what is to be watched on them.
func (e *engine) list() error {
	streams, err := e.src.Streams()
	if err != nil {
		return err
	}
	known := map[ledger.Stream]*course{}
	for _, s := range streams {
		c := &course{Stream: s}
		if c.blocks, err = e.src.Blocks(s); err != nil {
			return err
		}
		known[s] = c
	}
	for _, p := range e.graph.Streams { // what was there must have left rows
		if s, err := ledger.ParseStream(p.Stream); err == nil && known[s] == nil {
			known[s] = &course{Stream: s}
		}
	}
	for _, c := range known {
		e.courses = append(e.courses, c)
	}
	slices.SortFunc(e.courses, func(a, b *course) int { return strings.Compare(a.String(), b.String()) })
	for i, c := range e.courses {
		c.number = uint32(i)
	}
	for i, c := range e.in.Components {
		found := false
		worker := c.role() == sekisho.Inspect
		for _, s := range e.courses {
			if worker || c.covers(s.Stream) {
				found = true
				s.watches = append(s.watches, watch{span: e.in.window(c.Span), process: c.Process, sure: sure(c.Confidence), worker: worker, of: i})
			}
		}
		if !found {
			return fmt.Errorf("component %d: neither ledger nor graph knows %s; there are %s", i+1, c, e.names())
		}
	}
	for _, c := range e.courses {
		if len(c.watches) > 0 {
			if err := e.survey(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// names lists the streams for messages.
func (e *engine) names() string {
	var out []string
	for _, c := range e.courses {
		out = append(out, c.String())
	}
	if len(out) > 12 {
		out = append(out[:12], fmt.Sprintf("and %d more", len(out)-12))
	}
	return strings.Join(out, ", ")
}

// survey reads the heads of a watched stream: what is missing, and which rows lie in the windows.
func (e *engine) survey(c *course) error {
	var b block.Block
	next, last := uint64(0), uint64(0) // the row that should come, and the latest time so far
	c.heads = make([]extent, len(c.blocks))
	for i, first := range c.blocks {
		h := &c.heads[i]
		f, err := e.src.Open(&b, c.Stream, first)
		switch {
		case errors.Is(err, block.ErrDamaged):
			e.notices = append(e.notices, err.Error())
			continue
		case err != nil:
			return err
		}
		f.Close()
		if first < next {
			return fmt.Errorf("%s: the block of row %d begins before the one in front of it ends, at %d", c, first, next)
		}
		h.n, h.min, h.max = uint64(b.Len()), b.TimeMin, b.TimeMax
		if first > next {
			reason := ByGap
			switch {
			case i > 0 && c.heads[i-1].n == 0:
				reason = ByDamage
			case next == 0 && i == 0:
				reason = ByRetention
			}
			c.missing = append(c.missing, stretch{Span{Instant(last), Instant(h.min + 1)}, reason, next, first})
		}
		if h.min+jitter < last {
			e.notices = append(e.notices, fmt.Sprintf("%s: the clock went back by %d s before row %d", c, (last-h.min)/1000, first))
		}
		next, last = first+h.n, max(last, h.max)
	}
	switch {
	case len(c.blocks) == 0:
		c.missing = append(c.missing, stretch{Span{}, ByGap, 0, 0})
	case c.heads[len(c.heads)-1].n == 0:
		c.missing = append(c.missing, stretch{Span{Instant(last), 0}, ByDamage, next, 0})
	case next < e.src.Sizes[c.Stream]:
		c.missing = append(c.missing, stretch{Span{Instant(last), 0}, ByGap, next, e.src.Sizes[c.Stream]})
	}
	if first, broken := e.src.Broken[c.Stream]; broken {
		c.missing = append(c.missing, stretch{Span{}, ByDamage, first, 0})
	}
	for i := range c.watches {
		if err := e.bounds(c, &c.watches[i]); err != nil {
			return err
		}
	}
	return nil
}

// bounds finds the first and the last row whose time is in the window: what lies between belongs to it, whatever its clock
// says.
func (e *engine) bounds(c *course, w *watch) error {
	var b block.Block
	edge := func(i int) (lo, hi uint64, err error) {
		h := c.heads[i]
		if h.n == 0 || h.max < uint64(w.span.From) || h.min >= w.span.ends() {
			return 0, 0, nil
		}
		if w.span.has(h.min) && w.span.has(h.max) {
			return c.blocks[i], c.blocks[i] + h.n, nil
		}
		f, err := e.src.Open(&b, c.Stream, c.blocks[i])
		if err != nil {
			return 0, 0, err
		}
		defer f.Close()
		times, err := b.Times()
		if err != nil {
			return 0, 0, fmt.Errorf("%s, block %d: %w", c, c.blocks[i], err)
		}
		for k, t := range times {
			if w.span.has(t) {
				if hi == 0 {
					lo = c.blocks[i] + uint64(k)
				}
				hi = c.blocks[i] + uint64(k) + 1
			}
		}
		return lo, hi, nil
	}
	for i := range c.heads {
		lo, hi, err := edge(i)
		if err != nil && !errors.Is(err, block.ErrDamaged) {
			return err
		}
		if hi > 0 {
			w.lo, w.hi = lo, hi
			break
		}
	}
	for i := len(c.heads) - 1; i >= 0 && w.hi > 0; i-- {
		_, hi, err := edge(i)
		if err != nil && !errors.Is(err, block.ErrDamaged) {
			return err
		}
		if hi > 0 {
			w.hi = hi
			break
		}
	}
	return nil
}

// job is one block to look at.
type job struct {
	c     *course
	block int
}

// jobs are the blocks that can matter: those in a window of a component, and all when there are marks to hunt for.
func (e *engine) jobs() []job {
	var out []job
	for _, c := range e.courses {
		for i, first := range c.blocks {
			if e.marks.any() || c.Role == sekisho.Vault { // vault enters what could not be entered
				out = append(out, job{c, i})
				continue
			}
			if c.heads == nil {
				continue
			}
			h := c.heads[i]
			if slices.ContainsFunc(c.watches, func(w watch) bool {
				return h.n == 0 || w.lo < first+h.n && w.hi > first || e.before(w, h.min, h.max)
			}) {
				out = append(out, job{c, i})
			}
		}
	}
	return out
}

// before says whether rows between two times can have left a ticket or a lease that was good in the window.
func (e *engine) before(w watch, low, high uint64) bool {
	return e.graph.Life > 0 && high+e.graph.Life >= uint64(w.span.From) && low < w.span.ends()
}

// scan looks at all blocks and adds up.
func (e *engine) scan() (*tally, error) {
	jobs := e.jobs()
	var next, done atomic.Int64
	workers := make([]*worker, e.Workers)
	failed := make([]error, e.Workers)
	var wg sync.WaitGroup
	for k := range workers {
		workers[k] = newWorker(e)
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(jobs) || failed[k] != nil {
					return
				}
				failed[k] = workers[k].look(jobs[i])
				if n := int(done.Add(1)); e.Progress != nil {
					e.Progress(n, len(jobs))
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	for _, w := range workers[1:] {
		workers[0].tally.add(&w.tally)
	}
	return &workers[0].tally, nil
}

// look opens a block and looks at its rows. Damage makes a hole in the stream, not an error.
func (w *worker) look(j job) error {
	f, err := w.e.src.Open(&w.b, j.c.Stream, j.c.blocks[j.block])
	if err == nil {
		err = w.rows(j)
		f.Close()
	}
	if !errors.Is(err, block.ErrDamaged) || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	lost := stretch{Span{}, ByDamage, j.c.blocks[j.block], 0}
	if j.c.heads != nil {
		h := j.c.heads[j.block]
		lost.last = lost.first + h.n
		if h.n > 0 {
			lost.span = Span{Instant(h.min), Instant(h.max + 1)}
		}
	}
	w.tally.holes = append(w.tally.holes, hole{j.c.number, lost, err.Error()})
	return nil
}
