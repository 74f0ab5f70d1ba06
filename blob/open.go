package blob

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"slices"

	"sekisho"
)

var errStop = errors.New("enough")

// errTorn is an unreadable group with nothing readable after it.
var errTorn = errors.New("torn")

// Open opens the log in dir, making dir and the first segment when there is none. It reads the newest segment whole and
// cuts off a group that a crash left unfinished; older segments are looked at by Scan only. Errors: Corrupt names the
// file and the offset; Full; Unavailable.
func Open(dir string, o Options) (*Log, error) {
	if o.Size <= 0 {
		o.Size = 1 << 30
	}
	if o.Group <= 0 {
		o.Group = 16 << 20
	}
	if o.files <= 0 {
		o.files = mostOpen
	}
	if o.Open == nil {
		o.Open = OpenFile
	}
	l := &Log{dir: dir, opt: o, wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}), files: map[uint64]File{}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, openError(err)
	}
	numbers, err := l.list()
	if err != nil {
		return nil, err
	}
	if err := l.recover(numbers); err != nil {
		for _, f := range l.files {
			f.Close()
		}
		return nil, err
	}
	go l.run()
	return l, nil
}

func openError(err error) error {
	var known *sekisho.Error
	if errors.As(err, &known) {
		return err
	}
	if noSpace(err) {
		return sekisho.E("blob.open", sekisho.Full, err)
	}
	return sekisho.E("blob.open", sekisho.Unavailable, err)
}

// list gives the numbers of the segments, which must follow one another.
func (l *Log) list() ([]uint64, error) {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return nil, openError(err)
	}
	var numbers []uint64
	for _, e := range entries {
		if n, ok := segmentNumber(e.Name()); ok {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	for i, n := range numbers {
		if n != numbers[0]+uint64(i) {
			return nil, sekisho.E("blob.open", sekisho.Corrupt, fmt.Errorf("%s is missing", l.path(numbers[0]+uint64(i))))
		}
	}
	return numbers, nil
}

// recover finds the durable end.
func (l *Log) recover(numbers []uint64) error {
	for len(numbers) > 0 {
		last := numbers[len(numbers)-1]
		l.first, l.current, l.newest = numbers[0], last, last
		err := l.recoverLast(last)
		if !errors.Is(err, errUnborn) {
			return err
		}
		// The crash came while the segment was being made: no group was ever in it.
		if f := l.files[last]; f != nil {
			f.Close()
			delete(l.files, last)
		}
		if err := os.Remove(l.path(last)); err != nil {
			return openError(err)
		}
		numbers = numbers[:len(numbers)-1]
	}
	l.first, l.current, l.newest = 0, 0, 0
	return orOpenError(l.begin(1, 1))
}

func orOpenError(err error) error {
	if err == nil {
		return nil
	}
	return openError(err)
}

var errUnborn = errors.New("segment without a header")

func (l *Log) recoverLast(n uint64) error {
	l.end = segmentHead
	err := l.groups(n, func(salt, first uint64) { l.salt, l.seq = salt, first-1 }, func(start int64, g group, _ []byte) error {
		l.end, l.seq = start+groupHead+int64(g.size), g.seq
		return nil
	})
	if err != nil && !errors.Is(err, errTorn) {
		return err
	}
	f, ferr := l.file(n)
	if ferr != nil {
		return ferr
	}
	size, ferr := f.Size()
	if ferr != nil {
		return openError(ferr)
	}
	if size == l.end {
		return nil
	}
	if err := f.Truncate(l.end); err != nil {
		return openError(err)
	}
	return orOpenError(f.Fdatasync())
}

// groups calls f with every whole group of a segment: where it starts, its header, and its records, valid until f
// returns. head is told the segment's salt and the number of its first group. It ends with errTorn when what follows
// the last whole group is of no use, and with Corrupt when there is a later group behind the damage.
func (l *Log) groups(n uint64, head func(salt, first uint64), f func(start int64, g group, records []byte) error) error {
	file, err := l.file(n)
	if err != nil {
		return err
	}
	size, err := file.Size()
	if err != nil {
		return openError(err)
	}
	b := make([]byte, segmentHead)
	if size < segmentHead {
		return errUnborn
	}
	if err := l.readAt(Pos{n, 0}, b, 0); err != nil {
		return err
	}
	number, salt, seq, ok := getSegmentHead(b)
	if !ok && size == segmentHead {
		return errUnborn
	}
	if !ok || number != n {
		return l.damage(Pos{n, 0}, "not a header of this segment")
	}
	head(salt, seq)
	at := int64(segmentHead)
	var buf []byte
	for ; at < size; seq++ {
		g, body, err := l.readGroup(Pos{n, at}, size, salt, buf)
		if err != nil {
			return err
		}
		if body == nil || g.seq != seq || !whole(g, body) {
			return l.judge(n, at, size, salt, seq)
		}
		if err := f(at, g, body); err != nil {
			return err
		}
		at += groupHead + int64(g.size)
		buf = body
	}
	return nil
}

// readGroup reads the group at a place; body is nil when there is none that could be right.
func (l *Log) readGroup(at Pos, size int64, salt uint64, buf []byte) (group, []byte, error) {
	var b [groupHead]byte
	if at.Offset+groupHead > size {
		return group{}, nil, nil
	}
	if err := l.readAt(at, b[:], 0); err != nil {
		return group{}, nil, err
	}
	g, ok := getGroup(b[:], salt)
	if !ok || at.Offset+groupHead+int64(g.size) > size {
		return g, nil, nil
	}
	buf = slices.Grow(buf[:0], int(g.size)+1)[:g.size]
	return g, buf, l.readAt(at, buf, groupHead)
}

// whole checks every record of a group.
func whole(g group, b []byte) bool {
	for range g.count {
		if len(b) < recordHead {
			return false
		}
		size, sum, live := getRecordHead(b)
		b = b[recordHead:]
		if uint64(size) > uint64(len(b)) || live && crc32.Update(sumStart(size), castagnoli, b[:size]) != sum {
			return false
		}
		b = b[size:]
	}
	return len(b) == 0
}

// judge tells a torn tail from damage: whoever wrote a later group had been told that this one is durable.
func (l *Log) judge(n uint64, at, size int64, salt, seq uint64) error {
	const step = 1 << 20
	buf := make([]byte, step+groupHead)
	for from := at + 1; from < size; from += step {
		k := min(int64(len(buf)), size-from)
		if err := l.readAt(Pos{n, from}, buf[:k], 0); err != nil {
			return err
		}
		for i := 0; ; i++ {
			j := bytes.Index(buf[i:k], []byte(groupMagic))
			if j < 0 {
				break
			}
			i += j
			if g, ok := getGroup(buf[i:k], salt); ok && g.seq > seq {
				return l.damage(Pos{n, at}, fmt.Sprintf("group %d is damaged, group %d follows", seq, g.seq))
			}
		}
	}
	l.fmu.RLock()
	newest := l.newest
	l.fmu.RUnlock()
	if n != newest {
		return l.damage(Pos{n, at}, fmt.Sprintf("group %d is damaged, a later segment follows", seq))
	}
	return errTorn
}

// Scan calls f with every record that was not forgotten from the given position on, oldest first; the zero Pos is the beginning. The bytes are
// f's own. Records that are appended meanwhile may be missing. It ends with f's error, or with Corrupt, naming file and
// offset, when anything on the way does not check.
func (l *Log) Scan(from Pos, f func(p Pos, b []byte) error) error {
	var last uint64
	var end int64
	err := l.between(func() error { last, end = l.current, l.end; return nil })
	if err != nil {
		return err
	}
	l.fmu.RLock()
	first := max(l.first, from.Segment)
	l.fmu.RUnlock()
	next := uint64(0) // number of the group that must come next; 0: any
	for n := first; n <= last; n++ {
		if next, err = l.scanSegment(n, next, from, Pos{last, end}, f); err != nil {
			return err
		}
	}
	return nil
}

// scanSegment hands out the records of one segment and returns the number of the group that must follow it.
func (l *Log) scanSegment(n, next uint64, from, end Pos, f func(Pos, []byte) error) (uint64, error) {
	at := int64(segmentHead)
	var gap error
	err := l.groups(n, func(_, first uint64) {
		if next != 0 && first != next {
			gap = l.damage(Pos{n - 1, 0}, fmt.Sprintf("groups %d to %d are missing at its end", next, first-1))
		}
		next = first
	}, func(start int64, g group, b []byte) error {
		if gap != nil {
			return gap
		}
		if !(Pos{n, start}).Less(end) {
			return errStop
		}
		at, next = start+groupHead+int64(g.size), g.seq+1
		if n == from.Segment && at <= from.Offset {
			return nil
		}
		return each(n, start+groupHead, b, from, f)
	})
	switch {
	case gap != nil:
		return 0, gap
	case errors.Is(err, errTorn) && (Pos{n, at}).Less(end):
		return 0, l.damage(Pos{n, at}, "the last group is damaged")
	case errors.Is(err, errTorn), errors.Is(err, errStop):
		err = nil
	}
	return next, err
}

func each(n uint64, at int64, b []byte, from Pos, f func(Pos, []byte) error) error {
	for len(b) > 0 {
		size, _, live := getRecordHead(b)
		p := Pos{n, at}
		if live && !p.Less(from) {
			if err := f(p, bytes.Clone(b[recordHead:recordHead+size])); err != nil {
				return err
			}
		}
		b = b[recordHead+size:]
		at += recordHead + int64(size)
	}
	return nil
}

// End is the durable end: every record so far is before it, every later one is not.
func (l *Log) End() (Pos, error) {
	var p Pos
	err := l.between(func() error { p = Pos{l.current, l.end}; return nil })
	return p, err
}

// First is the oldest segment that is still there.
func (l *Log) First() uint64 {
	l.fmu.RLock()
	defer l.fmu.RUnlock()
	return l.first
}
