package ledger

import (
	"encoding/binary"
	"fmt"

	"sekisho"
)

// Head says how far a stream had grown at a time. The heads of all streams are the leaves of one more tree, the head log,
// and its root is what checkpoints sign: so one signature vouches for every row of every stream.
type Head struct {
	Stream Stream
	Size   uint64 // rows
	Time   uint64 // milliseconds since 1970, UTC
	Root   Hash   // of the stream's tree of that size
}

// HeadLen is the length of a head in its canonical form.
const HeadLen = 8 + 2*8 + 32

// Append appends the canonical form, numbers little-endian: node (2), cell (2), role (1), zero (3), size (8), time (8),
// root (32).
func (h Head) Append(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint16(b, h.Stream.Node)
	b = le.AppendUint16(b, h.Stream.Cell)
	b = append(b, byte(h.Stream.Role), 0, 0, 0)
	b = le.AppendUint64(b, h.Size)
	b = le.AppendUint64(b, h.Time)
	return append(b, h.Root[:]...)
}

// ParseHead reads the canonical form and nothing else.
func ParseHead(b []byte) (Head, error) {
	if len(b) != HeadLen || b[5]|b[6]|b[7] != 0 {
		return Head{}, fmt.Errorf("%w: not a head", ErrBroken)
	}
	le := binary.LittleEndian
	return Head{Stream: Stream{Node: le.Uint16(b), Cell: le.Uint16(b[2:]), Role: sekisho.Role(b[4])},
		Size: le.Uint64(b[8:]), Time: le.Uint64(b[16:]), Root: Hash(b[24:])}, nil
}
