package blob

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"

	"sekisho"
)

// direct is the size from which a piece is written from where it is instead of being copied into the group's buffer.
const direct = 128 << 10

// run is the only writer. It ends when the log is closed, after it has written what was appended before.
func (l *Log) run() {
	defer close(l.done)
	for {
		select {
		case <-l.wake:
			l.work()
		case <-l.quit:
			l.work()
			l.die(sekisho.E("blob.append", sekisho.Unavailable, os.ErrClosed))
			l.work()
			return
		}
	}
}

// work does everything that waits now.
func (l *Log) work() {
	for {
		l.mu.Lock()
		jobs := l.jobs
		l.jobs = nil
		var b *batch
		if len(l.more) > 0 {
			b, l.more = l.more[0], l.more[1:]
		} else {
			b, l.next = l.next, nil
		}
		dead := l.dead
		l.mu.Unlock()
		for _, j := range jobs {
			if dead != nil {
				j.done <- dead
			} else {
				j.done <- j.do()
			}
		}
		if b == nil {
			return
		}
		if b.err = dead; dead == nil {
			b.err = l.commit(b)
		}
		close(b.done)
		runtime.Gosched() // those just answered append again at once: let them join the next group
	}
}

func (l *Log) die(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead == nil {
		l.dead = err
	}
}

// between runs do while no group is being written.
func (l *Log) between(do func() error) error {
	j := job{do, make(chan error, 1)}
	l.mu.Lock()
	if l.dead != nil {
		defer l.mu.Unlock()
		return l.dead
	}
	l.jobs = append(l.jobs, j)
	l.mu.Unlock()
	l.kick()
	return <-j.done
}

// commit makes one group durable. The order must not change: bytes, fdatasync, only then the new end.
func (l *Log) commit(b *batch) error {
	total := groupHead + b.size
	if l.end+total > l.opt.Size && l.end > segmentHead {
		if err := l.begin(l.current+1, l.seq+1); err != nil {
			return l.failed(err)
		}
	}
	f, err := l.file(l.current)
	if err != nil {
		l.die(err)
		return err
	}
	if err := l.write(f, b); err != nil {
		return l.failed(err)
	}
	if err := f.Fdatasync(); err != nil {
		kind := sekisho.Unavailable
		if noSpace(err) {
			kind = sekisho.Full
		}
		err = sekisho.E("blob.append", kind, fmt.Errorf("fdatasync of %s failed, the log must be opened anew: %w", l.path(l.current), err))
		l.die(err)
		return err
	}
	l.end += total
	l.seq++
	return nil
}

// failed handles a write that was refused: when the disk is full the file is cut back and the log goes on.
func (l *Log) failed(err error) error {
	kind := sekisho.Unavailable
	if noSpace(err) {
		kind = sekisho.Full
	}
	out := sekisho.E("blob.append", kind, err)
	f, ferr := l.file(l.current)
	if ferr == nil {
		ferr = f.Truncate(l.end)
	}
	if kind != sekisho.Full || ferr != nil {
		l.die(out)
	}
	return out
}

// write puts a group behind the durable end and notes the positions.
func (l *Log) write(f File, b *batch) error {
	out := output{f: f, at: l.end, buf: l.buf[:0]}
	defer func() { l.buf = out.buf[:0] }()
	out.buf = group{uint32(b.size), l.seq + 1, uint32(len(b.records))}.put(out.buf, l.salt)
	b.at = make([]Pos, len(b.records))
	at := l.end + groupHead
	for i, r := range b.records {
		b.at[i] = Pos{l.current, at}
		at += recordHead + int64(r.size)
		out.buf = r.putHead(out.buf)
		for _, p := range r.pieces {
			if err := out.add(p); err != nil {
				return err
			}
		}
	}
	return out.flush()
}

// output gathers small pieces and writes large ones as they are.
type output struct {
	f   File
	at  int64
	buf []byte
}

func (o *output) add(p []byte) error {
	if len(p) < direct {
		o.buf = append(o.buf, p...)
		if len(o.buf) < 4*direct {
			return nil
		}
		return o.flush()
	}
	if err := o.flush(); err != nil {
		return err
	}
	_, err := o.f.WriteAt(p, o.at)
	o.at += int64(len(p))
	return err
}

func (o *output) flush() error {
	if len(o.buf) == 0 {
		return nil
	}
	_, err := o.f.WriteAt(o.buf, o.at)
	o.at += int64(len(o.buf))
	o.buf = o.buf[:0]
	return err
}

// begin makes a new segment the current one. Its header and its name are durable before anything is written to it.
// A half-made file from an earlier try is overwritten: it never held a group.
func (l *Log) begin(number, first uint64) error {
	var word [8]byte
	rand.Read(word[:])
	salt := binary.LittleEndian.Uint64(word[:])
	f, err := l.opt.Open(l.path(number), os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	undo := func(err error) error {
		f.Close()
		os.Remove(l.path(number))
		return err
	}
	if _, err := f.WriteAt(putSegmentHead(number, salt, first), 0); err != nil {
		return undo(err)
	}
	if err := f.Fdatasync(); err != nil {
		return undo(err)
	}
	if err := syncDir(l.dir); err != nil {
		return undo(err)
	}
	l.fmu.Lock()
	l.files[number], l.newest = f, number
	if l.first == 0 {
		l.first = number
	}
	l.makeRoom(number)
	l.fmu.Unlock()
	l.current, l.salt, l.end = number, salt, segmentHead
	return nil
}

// Forget gives up records: they are marked, and when that is durable, the space of their bytes is given back as far as
// the file system can (whole blocks). They must be positions that Append gave. Forgetting twice is harmless. The bytes of
// a forgotten record may still be read in part until it returns, and by Read with a length also afterwards, as zeros.
func (l *Log) Forget(records ...Pos) error {
	bySegment := map[uint64][]Pos{}
	for _, p := range records {
		bySegment[p.Segment] = append(bySegment[p.Segment], p)
	}
	for n, list := range bySegment {
		f, err := l.file(n)
		if sekisho.KindOf(err) == sekisho.NotFound {
			continue // the segment was dropped
		}
		if err == nil {
			err = forget(f, list)
		}
		if errors.Is(err, os.ErrClosed) { // closed meanwhile to make room for another
			if f, err = l.file(n); err == nil {
				err = forget(f, list)
			}
		}
		if err != nil {
			return sekisho.E("blob.forget", sekisho.Unavailable, fmt.Errorf("%s: %w", l.path(n), err))
		}
	}
	return nil
}

// forget marks, makes the marks durable, then punches: a hole under an unmarked record would be damage.
func forget(f File, list []Pos) error {
	size := make([]int64, len(list))
	for i, p := range list {
		var head [recordHead]byte
		if _, err := f.ReadAt(head[:], p.Offset); err != nil {
			return err
		}
		n, _, _ := getRecordHead(head[:])
		size[i] = int64(n)
		if _, err := f.WriteAt([]byte{head[3] | forgotten>>24}, p.Offset+3); err != nil {
			return err
		}
	}
	if err := f.Fdatasync(); err != nil {
		return err
	}
	for i, p := range list {
		if size[i] == 0 {
			continue
		}
		if err := f.Punch(p.Offset+recordHead, size[i]); err != nil {
			return err
		}
	}
	return nil
}

// Drop removes all segments before the given one, except the newest: what they held is no longer needed.
func (l *Log) Drop(before uint64) error {
	return l.between(func() error {
		for n := l.first; n < before && n < l.current; n++ {
			if err := os.Remove(l.path(n)); err != nil && !os.IsNotExist(err) {
				return sekisho.E("blob.drop", sekisho.Unavailable, err)
			}
			l.fmu.Lock()
			if f := l.files[n]; f != nil {
				f.Close()
				delete(l.files, n)
			}
			l.first = n + 1
			l.fmu.Unlock()
		}
		return syncDir(l.dir)
	})
}

// Cut removes every group after the one that holds the record at last; the zero Pos removes everything. It serves a
// caller that keeps its references elsewhere and knows that nothing refers to what follows. It is durable when it returns.
func (l *Log) Cut(last Pos) error {
	return l.between(func() error { return l.cut(last) })
}

func (l *Log) cut(last Pos) error {
	target := max(last.Segment, l.first)
	if target > l.current {
		return sekisho.E("blob.cut", sekisho.NotFound, fmt.Errorf("no record at %s", last))
	}
	at, end, seq, salt := int64(segmentHead), int64(segmentHead), uint64(0), uint64(0)
	err := l.groups(target, func(s uint64, first uint64) { salt, seq = s, first-1 }, func(start int64, g group, _ []byte) error {
		if last.Segment < target || start > last.Offset {
			return errStop
		}
		at, end, seq = start, start+groupHead+int64(g.size), g.seq
		return nil
	})
	if err != nil && err != errStop {
		return err
	}
	if last.Segment == target && (last.Offset < at || last.Offset >= end) {
		return sekisho.E("blob.cut", sekisho.NotFound, fmt.Errorf("no record at %s", last))
	}
	for n := l.current; n > target; n-- {
		l.fmu.Lock()
		if f := l.files[n]; f != nil {
			f.Close()
			delete(l.files, n)
		}
		l.fmu.Unlock()
		if err := os.Remove(l.path(n)); err != nil && !os.IsNotExist(err) {
			return sekisho.E("blob.cut", sekisho.Unavailable, err)
		}
		if err := syncDir(l.dir); err != nil {
			return sekisho.E("blob.cut", sekisho.Unavailable, err)
		}
		l.current = n - 1
		l.fmu.Lock()
		l.newest = l.current
		l.fmu.Unlock()
	}
	f, err := l.file(target)
	if err != nil {
		return err
	}
	l.current, l.salt, l.end, l.seq = target, salt, end, seq
	if err = f.Truncate(end); err == nil {
		err = f.Fdatasync()
	}
	if err != nil {
		err = sekisho.E("blob.cut", sekisho.Unavailable, err)
		l.die(err)
	}
	return err
}
