package journal

import (
	"crypto/rand"
	"fmt"
	"runtime"
	"slices"
	"time"

	"sekisho"
	"sekisho/blob"
	"sekisho/ledger"
)

// run is the only one who enters rows.
func (j *Journal) run() {
	w := writer{j: j}
	for {
		select {
		case <-j.wake:
			w.work()
		case f := <-j.cut:
			f()
		case <-j.stop:
			j.asking.Lock()
			j.shut = true
			j.asking.Unlock()
			w.work()
			return
		}
	}
}

// writer makes frames of batches.
type writer struct {
	j     *Journal
	batch *batch
	frame []byte
}

// work makes frames of all that waits.
func (w *writer) work() {
	for w.gather() {
		w.batch.err = w.write()
		rows := w.batch.rows
		close(w.batch.done)
		for s, b := range rows {
			rows[s] = b[:0]
		}
		w.j.asking.Lock()
		w.j.spare = rows
		w.j.asking.Unlock()
	}
}

// gather takes what waits. It sleeps for nobody, so that one caller alone pays one fdatasync and no more; but as long as others
// that were just answered come back when they are given the processor, it lets them: who misses this frame waits for two.
func (w *writer) gather() bool {
	j := w.j
	last := 0
	for idle := 0; idle < 2; {
		runtime.Gosched()
		j.asking.Lock()
		n := 0
		if j.next != nil {
			n = j.next.n
		}
		if idle++; n > last {
			idle = 0
		}
		if last = n; len(j.full) > 0 {
			idle = 2
		}
		j.asking.Unlock()
	}
	j.asking.Lock()
	defer j.asking.Unlock()
	if len(j.full) > 0 {
		w.batch, j.full = j.full[0], j.full[1:]
		return true
	}
	w.batch, j.next = j.next, nil
	return w.batch != nil
}

// growth is what a frame adds to one part.
type growth struct {
	part *part
	rows []byte
	kept []ledger.Hash
	edge ledger.Edge // of the stream, with these rows
	next bool        // the part is full then
}

// write makes one frame durable and then lets the streams grow; after an error they are as before.
func (w *writer) write() error {
	j := w.j
	if err := j.letSeal(); err != nil {
		return err
	}
	var list []*growth
	w.frame = w.frame[:0]
	for _, name := range w.batch.order {
		list = w.plan(name, w.batch.rows[name], list)
	}
	wait, err := j.log.Begin([][]byte{w.frame})
	if err != nil {
		return err
	}
	for _, g := range list { // while the disk works: sections carry the roots before their rows
		g.kept = g.edge.AddRows(g.part.blind, g.rows, nil)
	}
	at, err := wait()
	if err != nil {
		return err
	}
	j.commit(list, at[0])
	return nil
}

// letSeal waits while too many parts wait for the sealer; when the sealer does not succeed, nothing more is taken.
func (j *Journal) letSeal() error {
	for {
		j.mu.Lock()
		behind, failure := j.waiting > mostWaiting, j.failure
		j.mu.Unlock()
		if !behind {
			return nil
		}
		if failure != nil {
			return sekisho.E("journal.append", sekisho.Unavailable, fmt.Errorf("blocks cannot be written: %w", failure))
		}
		select {
		case <-time.After(time.Millisecond):
		case <-j.stop:
			return sekisho.E("journal.append", sekisho.Unavailable, errClosed)
		}
	}
}

// plan makes the sections of one stream's rows. A section never crosses the end of a part.
func (w *writer) plan(name ledger.Stream, rows []byte, list []*growth) []*growth {
	s := w.j.stream(name)
	p, edge := s.open, s.edge.Clone()
	for len(rows) > 0 {
		if p == nil {
			p = newPart(s, edge.Size)
		}
		room := w.j.config.Rows*ledger.RowLen - len(p.rows)
		k := min(len(rows), room)
		g := &growth{part: p, rows: rows[:k:k], edge: edge, next: k == room}
		w.frame = ledger.Section{Stream: name, First: edge.Size, Key: p.key, Root: edge.Root(), Rows: g.rows}.Append(w.frame)
		list = append(list, g)
		if rows = rows[k:]; len(rows) > 0 { // rare: the next section needs the root after this one
			after := edge.Clone()
			after.AddRows(p.blind, g.rows, nil)
			edge, p = after, nil
		}
	}
	return list
}

// stream finds a stream or makes it. Only run calls it.
func (j *Journal) stream(name ledger.Stream) *stream {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.streams[name]
	if s == nil {
		s = &stream{name: name}
		j.streams[name] = s
	}
	return s
}

func newPart(s *stream, first uint64) *part {
	p := &part{stream: s, first: first}
	rand.Read(p.key[:]) // never fails (crypto/rand)
	p.blind = ledger.NewBlinder(p.key)
	return p
}

// commit lets the streams grow by what is durable now.
func (j *Journal) commit(list []*growth, at blob.Pos) {
	now := j.config.Clock()
	var full []*part
	j.mu.Lock()
	for _, g := range list {
		s, p := g.part.stream, g.part
		if len(p.rows) == 0 {
			p.pos, p.began = at, now
		}
		j.recent.add(s.name, s.edge.Size, g.rows)
		p.rows = append(p.rows, g.rows...)
		p.kept = append(p.kept, g.kept...)
		s.edge, s.open = g.edge, p
		if g.next {
			full = append(full, j.closePart(s))
		}
	}
	close(j.grown)
	j.grown = make(chan struct{})
	j.mu.Unlock()
	j.queue(full)
	select {
	case j.dirty <- struct{}{}:
	default:
	}
}

// closePart takes the open part of a stream: its rows become a block. mu is held.
func (j *Journal) closePart(s *stream) *part {
	p := s.open
	p.rows = slices.Clip(p.rows)
	s.open, s.closed = nil, append(s.closed, p)
	j.waiting++
	return p
}

// queue hands parts to the sealer. The channel has room for all that may wait, and for the parts of one frame.
func (j *Journal) queue(parts []*part) {
	for _, p := range parts {
		select {
		case j.parts <- p:
		case <-j.stop: // the log has the rows: the next start seals them
		}
	}
}

func streamError(s *stream, err error) error { return fmt.Errorf("%s: %w", s.name, err) }
