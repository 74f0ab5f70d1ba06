// Package blob keeps records in an append-only log that survives crashes: numbered segment files in one directory.
//
// A record is some bytes and a checksum. Records that callers append at the same time are written together as one
// group: one write, one fdatasync, then all of them are answered. A group begins with a header that carries its number,
// its length and a checksum mixed with a random word of the segment, so that nothing inside a record can pass for a
// header. Because a group is started only after the one before is durable, the state after a crash is plain to read:
//
//	damage in the last group      nobody was told that it is durable: it is cut off
//	damage, then a later group    the disk lost what it had promised: an error that names file and offset
//
// A failed fdatasync is never tried again: the kernel may have dropped the pages and would answer "fine" the second
// time (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020). The log is then dead until
// it is opened anew. A full disk is different: the write itself is refused, the file is cut back to its last durable
// byte, the callers are told sekisho.Full, and the next append tries again.
//
// Space comes back in two ways: whole old segments are dropped, and single records are forgotten: marked, and their
// blocks given back to the file system by punching a hole, so that nothing ever moves.
//
// What it does not do: it does not encrypt, it does not know what is still needed (Drop, Cut and Forget are told so), and
// one directory belongs to one process.
package blob

import (
	"errors"
	"hash/crc32"
	"io"
	"os"
	"strconv"
	"sync"

	"sekisho"
)

// Pos is where a record is. It stays the same as long as the record exists. The zero Pos is before everything.
type Pos struct {
	Segment uint64 // number of the segment file, from 1
	Offset  int64  // of the record in the file
}

// Less says whether p is before q.
func (p Pos) Less(q Pos) bool {
	return p.Segment < q.Segment || p.Segment == q.Segment && p.Offset < q.Offset
}

// String is "segment:offset".
func (p Pos) String() string {
	return strconv.FormatUint(p.Segment, 10) + ":" + strconv.FormatInt(p.Offset, 10)
}

// Options of a log. The zero value is good.
type Options struct {
	Size  int64 // a segment that would grow beyond is closed and the next begun; 0: 1 GiB
	Group int64 // most bytes of one group, more waits for the next; 0: 16 MiB

	Open  Opener // nil: real files; tests put others there that fail, tear writes and lie
	files int    // most open segments; 0: mostOpen
}

// Log is an open log. All methods may be used from many goroutines.
type Log struct {
	dir  string
	opt  Options
	wake chan struct{} // tells run that there is work; holds one
	quit chan struct{}
	done chan struct{} // closed when run has ended

	mu   sync.Mutex // guards what follows
	next *batch     // gathers; nil when nothing waits
	more []*batch   // full ones, oldest first
	jobs []job      // things run does between two groups
	dead error      // set once: nothing can be appended any more
	shut bool

	fmu    sync.RWMutex // guards files, first and newest
	files  map[uint64]File
	first  uint64 // number of the oldest segment
	newest uint64 // number of the newest segment

	// Only run, and Open before it starts, touch what follows.
	current uint64 // number of the newest segment
	salt    uint64 // of the newest segment
	end     int64  // durable length of the newest segment
	seq     uint64 // number of the last durable group
	buf     []byte
}

// batch is one group in the making.
type batch struct {
	records []record
	size    int64 // bytes of all records with their heads
	done    chan struct{}
	at      []Pos // set before done is closed
	err     error // likewise
}

type record struct {
	pieces [][]byte
	size   uint32
	sum    uint32
}

// job is something that must not happen while a group is written.
type job struct {
	do   func() error
	done chan error
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Append adds records, each the concatenation of its pieces, and returns their positions when they are durable. All
// records of one call are in one group: after a crash all are there or none. The pieces must not change until it
// returns. Errors: Full, nothing was kept, it may be repeated when there is space; TooLarge; Unavailable, the log is
// dead or closed and it is not known whether the records will be there after it is opened again.
func (l *Log) Append(records ...[][]byte) ([]Pos, error) {
	wait, err := l.Begin(records...)
	if err != nil {
		return nil, err
	}
	return wait()
}

// Begin is Append in two steps, for a caller who has something to do while the disk works: the records are on their way when it
// returns, and wait returns what Append would. The pieces must not change until then.
func (l *Log) Begin(records ...[][]byte) (wait func() ([]Pos, error), err error) {
	list := make([]record, len(records))
	var size int64
	for i, pieces := range records {
		r, err := makeRecord(pieces)
		if err != nil {
			return nil, err
		}
		list[i] = r
		size += recordHead + int64(r.size)
	}
	if len(list) == 0 {
		return func() ([]Pos, error) { return nil, nil }, nil
	}
	if size > maxGroup {
		return nil, sekisho.E("blob.append", sekisho.TooLarge, nil)
	}
	l.mu.Lock()
	if err := l.dead; err != nil {
		l.mu.Unlock()
		return nil, err
	}
	if l.next != nil && l.next.size+size > l.opt.Group {
		l.more = append(l.more, l.next)
		l.next = nil
	}
	if l.next == nil {
		l.next = &batch{done: make(chan struct{})}
	}
	b := l.next
	from := len(b.records)
	b.records = append(b.records, list...)
	b.size += size
	l.mu.Unlock()
	l.kick()
	return func() ([]Pos, error) {
		<-b.done
		if b.err != nil {
			return nil, b.err
		}
		return b.at[from : from+len(list) : from+len(list)], nil
	}, nil
}

func makeRecord(pieces [][]byte) (record, error) {
	var size int64
	for _, p := range pieces {
		size += int64(len(p))
	}
	if size > maxGroup-recordHead {
		return record{}, sekisho.E("blob.append", sekisho.TooLarge, nil)
	}
	sum := sumStart(uint32(size))
	for _, p := range pieces {
		sum = crc32.Update(sum, castagnoli, p)
	}
	return record{pieces, uint32(size), sum}, nil
}

func (l *Log) kick() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Close waits for what was appended and ends the log.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.shut {
		l.mu.Unlock()
		return nil
	}
	l.shut = true
	l.mu.Unlock()
	close(l.quit)
	<-l.done
	l.fmu.Lock()
	defer l.fmu.Unlock()
	var err error
	for n, f := range l.files {
		if e := f.Close(); err == nil {
			err = e
		}
		delete(l.files, n)
	}
	return err
}

// Read returns n bytes of the record at p, from byte off of it on; n < 0 means up to its end. Only a whole record
// (off 0 and n < 0) is checked against its sum: shorter reads trust the disk, which is right for bytes that carry an
// authenticator of their own. Errors: NotFound when there is no such segment or the record was forgotten, Corrupt when
// the record does not check.
func (l *Log) Read(p Pos, off int64, n int) ([]byte, error) {
	if n >= 0 {
		b := make([]byte, n)
		return b, l.readAt(p, b, recordHead+off)
	}
	var head [recordHead]byte
	if err := l.readAt(p, head[:], 0); err != nil {
		return nil, err
	}
	size, sum, live := getRecordHead(head[:])
	if !live {
		return nil, sekisho.E("blob.read", sekisho.NotFound, nil)
	}
	if off > int64(size) || int64(size) > maxGroup {
		return nil, l.damage(p, "record of impossible length")
	}
	b := make([]byte, int64(size)-off)
	if err := l.readAt(p, b, recordHead+off); err != nil {
		return nil, err
	}
	if off == 0 && crc32.Update(sumStart(size), castagnoli, b) != sum {
		return nil, l.damage(p, "wrong sum")
	}
	return b, nil
}

// Len is the length of the record at p.
func (l *Log) Len(p Pos) (int64, error) {
	var head [recordHead]byte
	err := l.readAt(p, head[:], 0)
	size, _, _ := getRecordHead(head[:])
	return int64(size), err
}

// readAt fills b from off bytes behind p.
func (l *Log) readAt(p Pos, b []byte, off int64) error {
	for {
		f, err := l.file(p.Segment)
		if err != nil {
			return err
		}
		if _, err = f.ReadAt(b, p.Offset+off); errors.Is(err, os.ErrClosed) {
			continue // it was closed to make room for another; file tells when the log is
		}
		if err != nil {
			return l.readError(p, err)
		}
		return nil
	}
}

func (l *Log) readError(p Pos, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return l.damage(p, "the file ends before it")
	}
	return sekisho.E("blob.read", sekisho.Unavailable, err)
}

// file gives an open segment.
func (l *Log) file(n uint64) (File, error) {
	l.fmu.RLock()
	f := l.files[n]
	l.fmu.RUnlock()
	if f != nil {
		return f, nil
	}
	l.fmu.Lock()
	defer l.fmu.Unlock()
	if f = l.files[n]; f != nil {
		return f, nil
	}
	select {
	case <-l.done:
		return nil, sekisho.E("blob.read", sekisho.Unavailable, os.ErrClosed)
	default:
	}
	f, err := l.opt.Open(l.path(n), os.O_RDWR)
	if os.IsNotExist(err) {
		return nil, sekisho.E("blob.read", sekisho.NotFound, err)
	}
	if err != nil {
		return nil, sekisho.E("blob.read", sekisho.Unavailable, err)
	}
	l.files[n] = f
	l.makeRoom(n)
	return f, nil
}

// mostOpen is how many segments are kept open.
const mostOpen = 256

// makeRoom closes a segment when too many are open: any but the newest and the one just opened. fmu must be held.
func (l *Log) makeRoom(keep uint64) {
	if len(l.files) <= l.opt.files {
		return
	}
	for n, f := range l.files {
		if n != keep && n != l.newest {
			f.Close()
			delete(l.files, n)
			return
		}
	}
}
