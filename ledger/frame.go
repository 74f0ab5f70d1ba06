package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A frame is what one group commit writes: the number of the first row (8 bytes, little-endian), the root of the tree
// before it (32 bytes), then the rows. So that every frame vouches for all before it, and a lost or altered one shows.

// FrameHead is the length of what stands before the rows.
const FrameHead = 8 + len(Hash{})

// ErrBroken means that a frame does not continue the ledger before it.
var ErrBroken = errors.New("ledger: broken")

// Frame appends the frame of rows to b and adds them to the tree. rows is a whole number of rows.
func (e *Edge) Frame(b, rows []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, e.Size)
	root := e.Root()
	b = append(append(b, root[:]...), rows...)
	e.addRows(rows)
	return b
}

func (e *Edge) addRows(rows []byte) {
	for ; len(rows) > 0; rows = rows[RowLen:] {
		e.Add(Leaf(rows[:RowLen]))
	}
}

// Replay checks that a frame continues the ledger, adds its rows to the tree and returns them. After an error the tree
// is as before.
func (e *Edge) Replay(frame []byte) ([]byte, error) {
	if len(frame) < FrameHead || (len(frame)-FrameHead)%RowLen != 0 {
		return nil, fmt.Errorf("%w at entry %d: frame of %d bytes", ErrBroken, e.Size, len(frame))
	}
	if first := binary.LittleEndian.Uint64(frame); first != e.Size {
		return nil, fmt.Errorf("%w at entry %d: the next frame begins with %d", ErrBroken, e.Size, first)
	}
	if root := e.Root(); Hash(frame[8:FrameHead]) != root {
		return nil, fmt.Errorf("%w before entry %d: the root differs", ErrBroken, e.Size)
	}
	rows := frame[FrameHead:]
	e.addRows(rows)
	return rows, nil
}
