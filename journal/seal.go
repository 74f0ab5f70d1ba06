package journal

import (
	"path/filepath"
	"time"

	"sekisho/ledger"
	"sekisho/ledger/block"
	"sekisho/ledger/book"
)

// sealer turns closed parts into blocks, one after another. What does not succeed is tried again: the rows are in the log
// and in memory.
func (j *Journal) sealer() {
	var encoder block.Encoder
	for {
		select {
		case p := <-j.parts:
			for {
				err := j.seal(&encoder, p)
				j.fault("a block could not be sealed", err)
				if err == nil {
					break
				}
				select {
				case <-time.After(5 * time.Second):
				case <-j.stop:
					return
				}
			}
		case <-j.stop:
			return
		}
	}
}

// seal makes a part's block durable, then its hashes, then lets the log go.
func (j *Journal) seal(encoder *block.Encoder, p *part) error {
	d, s := j.config.Disk, p.stream
	dir := j.streamDir(s.name)
	if !s.made { // only the sealer asks
		if err := j.makeDir(dir); err != nil {
			return streamError(s, err)
		}
		s.made = true
	}
	b, err := encoder.Encode(nil, block.Head{Stream: s.name, First: p.first, Key: p.key}, p.rows)
	if err != nil {
		return streamError(s, err)
	}
	if err := place(d, filepath.Join(dir, book.BlockName(p.first)), b); err != nil {
		return streamError(s, err)
	}
	if err := j.writeTree(s.name, p.first, p.kept); err != nil {
		return streamError(s, err)
	}
	j.mu.Lock()
	s.blocks = append(s.blocks, p.first)
	s.sealed = p.end()
	s.closed = s.closed[1:]
	j.waiting--
	j.mu.Unlock()
	return j.release()
}

func (j *Journal) streamDir(name ledger.Stream) string {
	return filepath.Join(j.config.Dir, book.Streams, name.String())
}

func (j *Journal) makeDir(dir string) error {
	d := j.config.Disk
	if err := d.Mkdir(dir); err != nil {
		return err
	}
	if err := d.SyncDir(filepath.Dir(dir)); err != nil {
		return err
	}
	return d.SyncDir(j.config.Dir)
}

// writeTree appends the hashes that rows from first on completed.
func (j *Journal) writeTree(name ledger.Stream, first uint64, kept []ledger.Hash) error {
	if len(kept) == 0 {
		return nil
	}
	var b []byte
	for _, h := range kept {
		b = append(b, h[:]...)
	}
	path := filepath.Join(j.streamDir(name), book.Tree)
	if err := patch(j.config.Disk, path, b, int64(ledger.Stored(first)*uint64(len(ledger.Hash{})))); err != nil {
		return err
	}
	if ledger.Stored(first) == 0 { // the file may be new
		return j.config.Disk.SyncDir(filepath.Dir(path))
	}
	return nil
}

// release drops the segments of the log that no unsealed part needs.
func (j *Journal) release() error {
	end, err := j.log.End()
	if err != nil {
		return err
	}
	need := end.Segment
	j.mu.Lock()
	for _, s := range j.streams {
		for _, p := range s.closed {
			need = min(need, p.pos.Segment)
		}
		if s.open != nil && len(s.open.rows) > 0 {
			need = min(need, s.open.pos.Segment)
		}
	}
	j.mu.Unlock()
	if need <= j.log.First() {
		return nil
	}
	return j.log.Drop(need)
}

// Times after which rows are sealed although their block is not full. Small blocks cost files, unsealed rows cost memory and
// time at the next start.
const (
	fewRows   = 1024           // less than that is not worth a block
	patience  = 24 * time.Hour // except after so long
	longLog   = 8              // or when the log has so many segments
	lookEvery = time.Minute
)

// closeOld closes parts that are old enough, between two frames.
func (j *Journal) closeOld() {
	first := j.log.First()
	end, err := j.log.End()
	if err != nil {
		return
	}
	long := end.Segment-first >= longLog
	now := j.config.Clock()
	done := make(chan struct{})
	do := func() {
		defer close(done)
		var old []*part
		j.mu.Lock()
		for _, s := range j.streams {
			p := s.open
			if p == nil || len(p.rows) == 0 {
				continue
			}
			age, rows := now.Sub(p.began), len(p.rows)/ledger.RowLen
			if age >= j.config.Age && rows >= fewRows || age >= patience || long && p.pos.Segment == first {
				old = append(old, j.closePart(s))
			}
		}
		j.mu.Unlock()
		j.queue(old)
	}
	select {
	case j.cut <- do:
		<-done
	case <-j.stop:
	}
}

// Seal makes blocks of all rows there are, and returns when they are durable. It serves tests and copies.
func (j *Journal) Seal() error {
	done := make(chan struct{})
	do := func() {
		defer close(done)
		var all []*part
		j.mu.Lock()
		for _, s := range j.sorted() {
			if s.open != nil && len(s.open.rows) > 0 {
				all = append(all, j.closePart(s))
			}
		}
		j.mu.Unlock()
		j.queue(all)
	}
	select {
	case j.cut <- do:
		<-done
	case <-j.stop:
		return errClosed
	}
	for {
		j.mu.Lock()
		waiting, failure := j.waiting, j.failure
		j.mu.Unlock()
		if waiting == 0 || failure != nil {
			return failure
		}
		select {
		case <-time.After(time.Millisecond):
		case <-j.stop:
			return errClosed
		}
	}
}
