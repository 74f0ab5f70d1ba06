package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"

	"sekisho"
)

// A frame is what one group commit writes to the write-ahead log: one section after another, each with rows of one block
// of one stream. A section, numbers little-endian:
//
//	node (2), cell (2), role (1), zero (3), number of rows (4), zero (4), number of the first row in its stream (8),
//	key of the block (32), root of the stream's tree before the first row (32), rows
//
// So every section vouches for all rows of its stream before it, and a lost or altered one shows. The rows of a section
// belong to the block of its key: where the key changes, a block ends.

// SectionHead is the length of what stands before the rows.
const SectionHead = 24 + 2*32

// ErrBroken means that something does not continue the ledger before it.
var ErrBroken = errors.New("ledger: broken")

// Section is rows of one block of one stream.
type Section struct {
	Stream Stream
	First  uint64
	Key    [32]byte
	Root   Hash
	Rows   []byte // a whole number of rows, at least one
}

// Append appends the section's bytes to a frame.
func (s Section) Append(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint16(b, s.Stream.Node)
	b = le.AppendUint16(b, s.Stream.Cell)
	b = append(b, byte(s.Stream.Role), 0, 0, 0)
	b = le.AppendUint32(b, uint32(len(s.Rows)/RowLen))
	b = le.AppendUint32(b, 0)
	b = le.AppendUint64(b, s.First)
	b = append(b, s.Key[:]...)
	b = append(b, s.Root[:]...)
	return append(b, s.Rows...)
}

// Sections takes a frame apart. The rows are those of the frame, not a copy.
func Sections(frame []byte) ([]Section, error) {
	var out []Section
	for len(frame) > 0 {
		if len(frame) < SectionHead {
			return nil, fmt.Errorf("%w: a frame ends within a head", ErrBroken)
		}
		le := binary.LittleEndian
		n := int(le.Uint32(frame[8:]))
		s := Section{Stream: Stream{Node: le.Uint16(frame), Cell: le.Uint16(frame[2:]), Role: sekisho.Role(frame[4])},
			First: le.Uint64(frame[16:]), Key: [32]byte(frame[24:56]), Root: Hash(frame[56:SectionHead])}
		if frame[5]|frame[6]|frame[7] != 0 || le.Uint32(frame[12:]) != 0 || n == 0 || n > (len(frame)-SectionHead)/RowLen || s.First+uint64(n) < s.First {
			return nil, fmt.Errorf("%w: a frame has a section of %d rows in %d bytes", ErrBroken, n, len(frame))
		}
		end := SectionHead + n*RowLen
		s.Rows, frame = frame[SectionHead:end:end], frame[end:]
		out = append(out, s)
	}
	return out, nil
}

// Replay checks that a section continues its stream and adds its rows to the tree; what they complete of level Kept and up is
// appended to kept. After an error the tree is as before.
func (e *Edge) Replay(s Section, kept []Hash) ([]Hash, error) {
	if s.First != e.Size {
		return kept, fmt.Errorf("%w: %s at entry %d: what follows begins with %d", ErrBroken, s.Stream, e.Size, s.First)
	}
	if e.Root() != s.Root {
		return kept, fmt.Errorf("%w: %s before entry %d: the root differs", ErrBroken, s.Stream, e.Size)
	}
	return e.AddRows(NewBlinder(s.Key), s.Rows, kept), nil
}

// AddRows adds rows of one block; what they complete of level Kept and up is appended to kept.
func (e *Edge) AddRows(b *Blinder, rows []byte, kept []Hash) []Hash {
	for ; len(rows) > 0; rows = rows[RowLen:] {
		kept = e.Grow(Leaf(rows[:RowLen], b.Blind(e.Size)), kept)
	}
	return kept
}
