// Package journal writes the ledger: rows of many callers share one frame and one fdatasync, full or old runs of rows become
// blocks, and checkpoints sign how far every stream has grown. How a directory looks is said in package book.
//
// What is durable when, and what a crash leaves behind:
//
//	a frame is torn                        it is cut off: nobody was answered
//	rows are in the log only               the log is replayed; every section vouches for the rows before it
//	NAME.block.new, checkpoint.new         removed: the rows are in the log, the checkpoint before is there
//	a block without its part of tree       the tree file is completed from the block
//	a block, and its rows in the log too   the rows in the log are passed over, its segments go with the next sealing
//	heads beyond the checkpoint            cut off: nobody was shown them
//	heads or a stream behind a checkpoint  Corrupt: the disk lost what it had promised, or somebody put files back
//
// The order within each step is fixed: rows, then answer; block, then its tree hashes, then the log lets go of the rows;
// rows, then heads, then heads.tree, then checkpoint, then whoever asks is shown it.
//
// Opening reads the write-ahead log and the newest head of each stream, not the history: that is for package book's Verifier.
package journal

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"sekisho"
	"sekisho/blob"
	"sekisho/ledger"
	"sekisho/ledger/block"
)

// Config is what a journal is told.
type Config struct {
	Dir    string
	Signer *ledger.Signer   // of checkpoints; nil: SignWith comes later, and no checkpoint before
	Clock  func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: nothing is logged

	Checkpoint time.Duration // how long after an entry it is under a checkpoint, at most; 0: 1 s
	Rows       int           // most rows of a block; 0: 65,536
	Age        time.Duration // rows of a busy stream are sealed at the latest when they are so old; 0: an hour
	Segment    int64         // bytes of a segment of the write-ahead log; 0: 64 MiB
	Disk       Disk          // nil: the real one
}

// Journal is an open ledger. All methods may be used from many goroutines.
type Journal struct {
	config Config
	log    *blob.Log
	wake   chan struct{} // tells run that there is something; holds one
	cut    chan func()   // done by run between two frames
	stop   chan struct{}
	once   sync.Once
	done   sync.WaitGroup
	parts  chan *part    // to be sealed
	dirty  chan struct{} // something was entered since the last checkpoint; holds one

	pruning sync.Mutex               // held while blocks go or holds change
	asking  sync.Mutex               // guards what follows
	next    *batch                   // gathers; nil when nothing waits
	full    []*batch                 // those that are, oldest first
	spare   map[ledger.Stream][]byte // buffers to be used again
	shut    bool

	signing sync.Mutex // held while a checkpoint is made; guards heads, signer, key
	heads   headLog
	signer  *ledger.Signer  // nil until known
	key     ledger.Verifier // of the checkpoints so far; no name when there is none

	mu      sync.Mutex // guards what follows, and everything in streams
	streams map[ledger.Stream]*stream
	waiting int // parts not sealed yet, open ones apart
	failure error
	note    []byte // newest checkpoint
	recent  ring
	grown   chan struct{} // closed and renewed when entries were added
}

// stream is one stream as far as it is in memory.
type stream struct {
	name   ledger.Stream
	blocks []uint64 // first rows of blocks
	sealed uint64   // rows in blocks
	closed []*part  // on their way into blocks, oldest first
	open   *part    // takes rows; nil when it must be begun
	edge   ledger.Edge
	headed uint64 // size at its last head since the start
	made   bool   // its directory is there; the sealer's own
}

// part is rows that become one block. Once closed it is not changed any more.
type part struct {
	stream *stream
	first  uint64
	key    [32]byte
	rows   []byte
	kept   []ledger.Hash // what these rows complete of the tree
	began  time.Time
	pos    blob.Pos // of its first frame
	blind  *ledger.Blinder
}

func (p *part) end() uint64 { return p.first + uint64(len(p.rows)/ledger.RowLen) }

// mostWaiting bounds how many parts may wait for being sealed, and so the memory: beyond, callers wait, and when blocks cannot
// be written at all, nothing is entered and so nothing is opened.
const mostWaiting = 16

// mostRows bounds a frame.
const mostRows = 1 << 16

// batch is entries that will be one frame.
type batch struct {
	n     int                      // rows
	rows  map[ledger.Stream][]byte // of the streams in order
	order []ledger.Stream
	done  chan struct{} // closed when err is known
	err   error
}

func (b *batch) take(entries []ledger.Entry) {
	b.n += len(entries)
	for _, e := range entries {
		s := e.Stream()
		rows := b.rows[s]
		if len(rows) == 0 {
			b.order = append(b.order, s)
		}
		b.rows[s] = e.Row(rows)
	}
}

var errClosed = errors.New("the ledger is closed")

// Append returns nil when the entries are durable, in order and together in one frame. Errors: Unavailable and Full; it is
// then not known whether they will be there after the journal was opened again, and nothing may be given out.
func (j *Journal) Append(entries ...ledger.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	j.asking.Lock()
	if j.shut {
		j.asking.Unlock()
		return sekisho.E("journal.append", sekisho.Unavailable, errClosed)
	}
	b := j.next
	if b != nil && b.n+len(entries) > mostRows {
		j.full, b = append(j.full, b), nil
	}
	if b == nil {
		b = &batch{rows: j.spare, done: make(chan struct{})}
		if j.next, j.spare = b, nil; b.rows == nil {
			b.rows = map[ledger.Stream][]byte{}
		}
	}
	b.take(entries)
	j.asking.Unlock()
	select {
	case j.wake <- struct{}{}:
	default:
	}
	<-b.done
	return b.err
}

// Close waits for what is under way, makes the last checkpoint and ends.
func (j *Journal) Close() error {
	var err error
	j.once.Do(func() {
		close(j.stop)
		j.done.Wait()
		err = errors.Join(j.checkpoint(), j.log.Close())
	})
	return err
}

// Size is the number of all entries of all streams.
func (j *Journal) Size() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.recent.next
}

// withDefaults fills what is zero.
func (c Config) withDefaults() Config {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Checkpoint == 0 {
		c.Checkpoint = time.Second
	}
	if c.Rows == 0 || c.Rows > block.Max {
		c.Rows = block.Max
	}
	if c.Age == 0 {
		c.Age = time.Hour
	}
	if c.Segment == 0 {
		c.Segment = 64 << 20
	}
	if c.Disk == nil {
		c.Disk = RealDisk{}
	}
	return c
}

// ring is the newest rows of all streams in the order in which they were entered.
type ring struct {
	next uint64 // number of the next one, counted over all streams
	n    uint64 // how many are remembered
	list []Recent
}

// mostRecent is how many the ring holds.
const mostRecent = 10_000

// Recent is one row as it was entered.
type Recent struct {
	Stream ledger.Stream
	Number uint64 // in its stream
	Row    [ledger.RowLen]byte
}

func (r *ring) add(s ledger.Stream, first uint64, rows []byte) {
	if r.list == nil {
		r.list = make([]Recent, mostRecent)
	}
	for ; len(rows) > 0; rows, first = rows[ledger.RowLen:], first+1 {
		r.list[r.next%mostRecent] = Recent{s, first, [ledger.RowLen]byte(rows[:ledger.RowLen])}
		r.next++
		r.n = min(r.n+1, mostRecent)
	}
}

// from is where the ring begins.
func (r *ring) from() uint64 { return r.next - r.n }

// Recent gives at most n of the newest rows of all streams, in the order in which they were entered, from the given place on
// (counted over all streams); last asks for the newest n instead. What is too old to be remembered is passed over: from says
// with what place the answer begins, next what to ask for the next time. It waits up to wait for something to come.
func (j *Journal) Recent(place uint64, n int, last bool, wait time.Duration) (list []Recent, from, next uint64) {
	end := time.After(wait)
	for {
		j.mu.Lock()
		r, grown := &j.recent, j.grown
		if last {
			place = r.next - min(r.next, uint64(n))
		}
		if place < r.next || wait <= 0 {
			from = min(max(place, r.from()), r.next)
			for at := from; at < r.next && len(list) < n; at++ {
				list = append(list, r.list[at%mostRecent])
			}
			j.mu.Unlock()
			return list, from, from + uint64(len(list))
		}
		j.mu.Unlock()
		select {
		case <-grown:
		case <-end:
			wait = 0
		case <-j.stop:
			wait = 0
		}
	}
}

// Info is one stream as it stands.
type Info struct {
	Stream        ledger.Stream
	First         uint64 // entries before are pruned
	Sealed, Size  uint64
	Root          ledger.Hash
	Blocks, Parts int
}

// Streams lists all streams, by name.
func (j *Journal) Streams() []Info {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []Info
	for _, s := range j.sorted() {
		i := Info{Stream: s.name, Sealed: s.sealed, Size: s.edge.Size, Root: s.edge.Root(), Blocks: len(s.blocks), Parts: len(s.closed)}
		i.First = j.view(s).First()
		out = append(out, i)
	}
	return out
}

// sorted is every stream by name. mu is held.
func (j *Journal) sorted() []*stream {
	var out []*stream
	for _, s := range j.streams {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *stream) int { return compare(a.name, b.name) })
	return out
}

func compare(a, b ledger.Stream) int {
	for _, d := range []int{int(a.Node) - int(b.Node), int(a.Role) - int(b.Role), int(a.Cell) - int(b.Cell)} {
		if d != 0 {
			return d
		}
	}
	return 0
}

// fault logs what went wrong beside the way of the rows; the same one only when it is new.
func (j *Journal) fault(what string, err error) {
	j.mu.Lock()
	known := j.failure != nil && err != nil && j.failure.Error() == err.Error()
	j.failure = err
	j.mu.Unlock()
	if err != nil && !known {
		j.config.Log.Error("ledger: "+what, "error", err)
	}
}

// Failure is why sealing or signing does not succeed at present; nil when all is well.
func (j *Journal) Failure() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.failure
}

func corrupt(format string, a ...any) error {
	return sekisho.E("journal.open", sekisho.Corrupt, fmt.Errorf(format, a...))
}
