package vault

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"sekisho"
	"sekisho/blob"
	"sekisho/ledger"
)

// journal writes ledger rows: many callers share one frame and one fdatasync.
type journal struct {
	log  *blob.Log
	in   chan *pending
	stop chan struct{} // closed by close
	once sync.Once
	done sync.WaitGroup

	mu    sync.Mutex // guards what follows
	edge  ledger.Edge
	marks []mark        // where frames begin, every so often
	grown chan struct{} // closed and renewed when entries were added
}

// mark remembers that the frame at Pos begins with entry First.
type mark struct {
	first uint64
	pos   blob.Pos
}

// markEvery is how many entries lie between two marks.
const markEvery = 1024

type pending struct {
	rows []byte
	done chan error
}

// mostRows bounds a frame, and so what one failed write can leave undone.
const mostRows = 1 << 16

// openJournal opens the log and replays it: the tree grows again from the rows, and what does not fit is Corrupt.
func openJournal(dir string) (*journal, error) {
	log, err := blob.Open(dir, blob.Options{})
	if err != nil {
		return nil, err
	}
	j := &journal{log: log, in: make(chan *pending), stop: make(chan struct{}), grown: make(chan struct{})}
	err = log.Scan(blob.Pos{}, func(at blob.Pos, frame []byte) error {
		j.mark(at)
		_, err := j.edge.Replay(frame)
		return err
	})
	if err != nil {
		return nil, errors.Join(sekisho.E("vault.ledger", sekisho.Corrupt, err), log.Close())
	}
	j.done.Go(j.run)
	return j, nil
}

func (j *journal) mark(at blob.Pos) {
	if n := len(j.marks); n == 0 || j.edge.Size >= j.marks[n-1].first+markEvery {
		j.marks = append(j.marks, mark{j.edge.Size, at})
	}
}

var errClosed = errors.New("the ledger is closed")

// append returns nil when the rows are on disk, in order and together.
func (j *journal) append(rows []byte) error {
	p := &pending{rows, make(chan error, 1)}
	select {
	case j.in <- p:
		return <-p.done
	case <-j.stop:
		return errClosed
	}
}

// close waits for what is under way.
func (j *journal) close() error {
	j.once.Do(func() { close(j.stop) })
	j.done.Wait()
	return j.log.Close()
}

func (j *journal) run() {
	var batch []*pending
	var rows, frame []byte
	for {
		select {
		case first := <-j.in:
			batch, rows = append(batch[:0], first), append(rows[:0], first.rows...)
		case <-j.stop:
			return
		}
		batch, rows = j.gather(batch, rows)
		var err error
		frame, err = j.write(frame[:0], rows)
		for _, p := range batch {
			p.done <- err
		}
	}
}

// gather takes what waits meanwhile; it never waits itself, so that one caller alone pays one fdatasync and no more.
func (j *journal) gather(batch []*pending, rows []byte) ([]*pending, []byte) {
	runtime.Gosched() // let those who were just answered ask again
	for len(rows) < mostRows*ledger.RowLen {
		select {
		case p := <-j.in:
			batch, rows = append(batch, p), append(rows, p.rows...)
		default:
			return batch, rows
		}
	}
	return batch, rows
}

// write makes one frame durable. The tree grows only when that succeeded, so that after a full disk the ledger goes on
// where it stands on disk.
func (j *journal) write(frame, rows []byte) ([]byte, error) {
	grown := j.edge.Clone()
	frame = grown.Frame(frame, rows)
	at, err := j.log.Append([][]byte{frame})
	if err != nil {
		return frame, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mark(at[0])
	j.edge = grown
	close(j.grown)
	j.grown = make(chan struct{})
	return frame, nil
}

func (j *journal) size() (uint64, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.edge.Size, j.grown
}

var errEnough = errors.New("enough")

// read gives at most n rows from entry first on.
func (j *journal) read(first uint64, n int) ([]byte, error) {
	j.mu.Lock()
	at, found := slices.BinarySearchFunc(j.marks, first, func(m mark, f uint64) int {
		return int(min(max(int64(m.first)-int64(f), -1), 1))
	})
	if !found {
		at--
	}
	if at < 0 {
		j.mu.Unlock()
		return nil, nil
	}
	m := j.marks[at]
	j.mu.Unlock()
	var out []byte
	next := m.first
	err := j.log.Scan(m.pos, func(_ blob.Pos, frame []byte) error {
		rows := frame[ledger.FrameHead:]
		for ; len(rows) > 0; rows = rows[ledger.RowLen:] {
			if next >= first {
				out = append(out, rows[:ledger.RowLen]...)
			}
			if next++; len(out) >= n*ledger.RowLen {
				return errEnough
			}
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, err
}

// check replays the whole log from disk.
func (j *journal) check() (ledger.Edge, error) {
	want, _ := j.size()
	var e ledger.Edge
	err := j.log.Scan(blob.Pos{}, func(_ blob.Pos, frame []byte) error {
		_, err := e.Replay(frame)
		return err
	})
	if err == nil && e.Size < want {
		err = fmt.Errorf("%w: %d entries on disk, %d were written", ledger.ErrBroken, e.Size, want)
	}
	return e, err
}

// wait returns when there is more than size entries or d has passed.
func (j *journal) wait(size uint64, d time.Duration) {
	end := time.After(d)
	for {
		now, grown := j.size()
		if now > size {
			return
		}
		select {
		case <-grown:
		case <-end:
			return
		}
	}
}
