package book

import (
	"fmt"
	"io/fs"

	"sekisho/ledger"
)

// HeadLog is the head log of a ledger.
type HeadLog struct {
	Size  uint64 // heads
	heads file
	tree  file
}

// NewHeadLog is the head log in a directory, of which the first size heads count.
func NewHeadLog(fsys fs.FS, size uint64) *HeadLog {
	return &HeadLog{Size: size, heads: file{fsys: fsys, name: Heads}, tree: file{fsys: fsys, name: HeadsTree}}
}

// headRun is how many heads are read at once.
const headRun = 1024

// Each calls f with the heads from to to.
func (l *HeadLog) Each(from, to uint64, f func(index uint64, h ledger.Head) error) error {
	buf := make([]byte, headRun*ledger.HeadLen)
	for from < to {
		n := min(to-from, headRun)
		if err := l.heads.read(buf[:n*ledger.HeadLen], int64(from*ledger.HeadLen)); err != nil {
			return err
		}
		for i := range n {
			h, err := ledger.ParseHead(buf[i*ledger.HeadLen : (i+1)*ledger.HeadLen])
			if err != nil {
				return Fault{Heads, from + i, err.Error()}
			}
			if err := f(from+i, h); err != nil {
				return err
			}
		}
		from += n
	}
	return nil
}

// Last calls f with the heads below to, newest first, until it says stop.
func (l *HeadLog) Last(to uint64, f func(index uint64, h ledger.Head) (stop bool)) error {
	for to > 0 {
		from := to - min(to, headRun)
		var list []ledger.Head
		if err := l.Each(from, to, func(_ uint64, h ledger.Head) error { list = append(list, h); return nil }); err != nil {
			return err
		}
		for i := len(list) - 1; i >= 0; i-- {
			if f(from+uint64(i), list[i]) {
				return nil
			}
		}
		to = from
	}
	return nil
}

// Node is the hash of a full subtree of the head log's tree (ledger.Nodes).
func (l *HeadLog) Node(level int, index uint64) (ledger.Hash, error) {
	if level >= ledger.Kept && ledger.Place(level, index) < ledger.Stored(l.Size) {
		return l.tree.hash(ledger.Place(level, index))
	}
	if (index+1)<<level > l.Size {
		return ledger.Hash{}, fmt.Errorf("the head log has %d heads", l.Size)
	}
	var e ledger.Edge
	err := l.Each(index<<level, (index+1)<<level, func(_ uint64, h ledger.Head) error {
		e.Add(ledger.Leaf(h.Append(nil), nil))
		return nil
	})
	return e.Root(), err
}

// Close closes the files that are kept open.
func (l *HeadLog) Close() error {
	err := l.heads.close()
	if e := l.tree.close(); err == nil {
		err = e
	}
	return err
}

// Prove makes the proof of a row under a checkpoint, whose size is given too. The newest head below it that has the row is
// used. An entry that no checkpoint signs yet cannot be proven.
func Prove(l *HeadLog, s *Stream, number uint64, note []byte, size uint64) (ledger.Proof, error) {
	p := ledger.Proof{Number: number, Checkpoint: note}
	found := false
	err := l.Last(size, func(i uint64, h ledger.Head) bool {
		if h.Stream == s.Name {
			p.Index, p.Head, found = i, h, h.Size > number
			return true
		}
		return false
	})
	if err != nil {
		return p, err
	}
	if !found {
		return p, fmt.Errorf("entry %d of %s is under no checkpoint yet: it has to be a second old", number, s.Name)
	}
	if number < s.First() {
		return p, fmt.Errorf("entry %d of %s is pruned, the first is %d", number, s.Name, s.First())
	}
	if p.Row, p.Blind, err = s.Row(number); err != nil {
		return p, err
	}
	if p.Path, err = ledger.Inclusion(s, number, p.Head.Size); err != nil {
		return p, err
	}
	p.HeadPath, err = ledger.Inclusion(l, p.Index, size)
	return p, err
}
