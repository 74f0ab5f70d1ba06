package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"sekisho"
	"sekisho/blob"
	"sekisho/ledger"
)

// run is the only one who enters rows.
func (j *Journal) run() {
	w := writer{j: j, rows: map[ledger.Stream][]byte{}}
	for {
		select {
		case p := <-j.in:
			w.take(p)
		case f := <-j.cut:
			f()
			continue
		case <-j.stop:
			return
		}
		w.gather()
		err := w.write()
		for _, p := range w.batch {
			p.done <- err
		}
		w.reset()
	}
}

// writer gathers what waits and makes one frame of it.
type writer struct {
	j     *Journal
	batch []*pending
	n     int                      // rows
	rows  map[ledger.Stream][]byte // of the streams in order
	order []ledger.Stream
	frame []byte
}

func (w *writer) take(p *pending) {
	w.batch = append(w.batch, p)
	w.n += len(p.entries)
	for _, e := range p.entries {
		s := e.Stream()
		b := w.rows[s]
		if len(b) == 0 {
			w.order = append(w.order, s)
		}
		w.rows[s] = e.Row(b)
	}
}

// gather takes what waits meanwhile; it never waits itself, so that one caller alone pays one fdatasync and no more.
func (w *writer) gather() {
	runtime.Gosched() // let those who were just answered ask again
	for w.n < mostRows {
		select {
		case p := <-w.j.in:
			w.take(p)
		default:
			return
		}
	}
}

func (w *writer) reset() {
	w.batch, w.order, w.n = w.batch[:0], w.order[:0], 0
	for s, b := range w.rows {
		w.rows[s] = b[:0]
	}
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
	j.mu.Lock()
	behind := j.waiting
	j.mu.Unlock()
	if behind > mostWaiting {
		return sekisho.E("journal.append", sekisho.Unavailable, errors.Join(errors.New("sealing is behind"), j.Failure()))
	}
	var list []*growth
	w.frame = w.frame[:0]
	for _, name := range w.order {
		list = w.plan(name, w.rows[name], list)
	}
	written := make(chan error, 1)
	var at []blob.Pos
	store := func() {
		var err error
		at, err = j.log.Append([][]byte{w.frame})
		written <- err
	}
	if w.n < 64 { // not worth another thread
		store()
		hash(list)
	} else { // the disk works while the tree is hashed: sections carry the roots before their rows
		go store()
		hash(list)
	}
	if err := <-written; err != nil {
		return err
	}
	j.commit(list, at[0])
	return nil
}

func hash(list []*growth) {
	for _, g := range list {
		g.kept = g.edge.AddRows(g.part.blind, g.rows, nil)
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
