package ledger

import (
	"crypto/sha256"
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

// Leaf is the hash of a row.
func Leaf(row []byte) Hash {
	var b [1 + RowLen]byte
	copy(b[1:], row)
	return sha256.Sum256(b[:1+len(row)])
}

func node(l, r Hash) Hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], l[:])
	copy(b[1+sha256.Size:], r[:])
	return sha256.Sum256(b[:])
}

// Add appends a leaf.
func (e *Edge) Add(leaf Hash) {
	for range bits.TrailingZeros64(^e.Size) { // as many full subtrees end here as Size has trailing ones
		last := len(e.nodes) - 1
		leaf = node(e.nodes[last], leaf)
		e.nodes = e.nodes[:last]
	}
	e.nodes = append(e.nodes, leaf)
	e.Size++
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
