package ledger

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"
)

// Hash is a node of the tree (RFC 6962 section 2.1).
type Hash [sha256.Size]byte

// Edge is the right edge of an RFC 6962 tree: all that is needed to add leaves and to know the root. The zero value is the
// empty tree.
type Edge struct {
	Size  uint64
	nodes []Hash // roots of the full subtrees, largest first: one per one-bit of Size
}

// BlindLen is the length of a blind.
const BlindLen = 16

// Leaf is the hash of a row and its blind, or of a head: SHA-256 of a zero byte and both.
func Leaf(row, blind []byte) Hash {
	var b [1 + RowLen + BlindLen]byte
	n := copy(b[1:], row)
	n += copy(b[1+n:], blind)
	return sha256.Sum256(b[:1+n])
}

// Blinder makes the blinds of one block. A row has few possible values, so that its bare hash could be guessed from a proof
// of the row next to it; with a blind that only the holder of the block can make it cannot.
type Blinder struct {
	block cipher.Block
	in    [BlindLen]byte
	out   [BlindLen]byte
}

// NewBlinder makes the blinder of a block's key.
func NewBlinder(key [32]byte) *Blinder {
	c, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the length is right
	}
	return &Blinder{block: c}
}

// Blind is AES-256 of the row's number in its stream, 8 bytes little-endian and 8 zeros. It is valid until the next call.
func (b *Blinder) Blind(number uint64) []byte {
	binary.LittleEndian.PutUint64(b.in[:], number)
	b.block.Encrypt(b.out[:], b.in[:])
	return b.out[:]
}

// Join is the hash of the node above two.
func Join(l, r Hash) Hash { return node(l, r) }

func node(l, r Hash) Hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], l[:])
	copy(b[1+sha256.Size:], r[:])
	return sha256.Sum256(b[:])
}

// Add appends a leaf.
func (e *Edge) Add(leaf Hash) { e.Grow(leaf, nil) }

// Grow appends a leaf, and to kept the subtrees of level Kept and up that it completes, lowest first.
func (e *Edge) Grow(leaf Hash, kept []Hash) []Hash {
	for level := range bits.TrailingZeros64(^e.Size) { // as many full subtrees end here as Size has trailing ones
		last := len(e.nodes) - 1
		leaf = node(e.nodes[last], leaf)
		e.nodes = e.nodes[:last]
		if level+1 >= Kept {
			kept = append(kept, leaf)
		}
	}
	e.nodes = append(e.nodes, leaf)
	e.Size++
	return kept
}

// Root is the tree's hash; that of the empty tree is the hash of nothing.
func (e *Edge) Root() Hash {
	if e.Size == 0 {
		return sha256.Sum256(nil)
	}
	h := e.nodes[len(e.nodes)-1]
	for i := len(e.nodes) - 2; i >= 0; i-- {
		h = node(e.nodes[i], h)
	}
	return h
}

// Clone is a copy that grows on its own.
func (e *Edge) Clone() Edge { return Edge{e.Size, slices.Clone(e.nodes)} }
