package ledger

import (
	"errors"
	"math/bits"
)

// Kept is the lowest level whose hashes are stored. Hashes below it are made again from the rows: stored, they would take
// more room than the rows themselves.
const Kept = 8

// Group is how many leaves are below one node of level Kept.
const Group = 1 << Kept

// Stored is how many hashes of level Kept and up a tree of the size has. They are stored in the order in which they are
// completed, so that a file of them only grows.
func Stored(size uint64) uint64 {
	n := uint64(0)
	for units := size >> Kept; units > 0; units >>= 1 {
		n += units
	}
	return n
}

// Place is where in that order the hash of a subtree stands: the index'th of its level, which is Kept or more.
func Place(level int, index uint64) uint64 {
	// The subtree is completed by its last leaf, after all hashes of the leaves before and the lower ones of this leaf.
	last := (index+1)<<(level-Kept) - 1
	return Stored(last<<Kept) + uint64(level-Kept)
}

// Nodes gives the hash of a full subtree: the index'th of its level.
type Nodes interface {
	Node(level int, index uint64) (Hash, error)
}

// EdgeAt is the right edge of a tree when it had the size.
func EdgeAt(t Nodes, size uint64) (Edge, error) {
	e := Edge{Size: size}
	for rest, at := size, uint64(0); rest > 0; {
		level := bits.Len64(rest) - 1
		h, err := t.Node(level, at>>level)
		if err != nil {
			return Edge{}, err
		}
		e.nodes = append(e.nodes, h)
		at += 1 << level
		rest -= 1 << level
	}
	return e, nil
}

// RootAt is the root of a tree when it had the size.
func RootAt(t Nodes, size uint64) (Hash, error) {
	e, err := EdgeAt(t, size)
	return e.Root(), err
}

// span is the hash of leaves from to to (RFC 6962's MTH over a part): to - from is at most the largest power of two that
// divides from, or from is 0.
func span(t Nodes, from, to uint64) (Hash, error) {
	n := to - from
	if n&(n-1) == 0 {
		level := bits.Len64(n) - 1
		return t.Node(level, from>>level)
	}
	k := split(n)
	l, err := span(t, from, from+k)
	if err != nil {
		return Hash{}, err
	}
	r, err := span(t, from+k, to)
	return node(l, r), err
}

// split is the largest power of two below n.
func split(n uint64) uint64 { return 1 << (bits.Len64(n-1) - 1) }

var errProof = errors.New("ledger: the proof does not fit")

// Inclusion is the audit path of a leaf in the tree of the size (RFC 6962 section 2.1.1), lowest first.
func Inclusion(t Nodes, index, size uint64) ([]Hash, error) {
	if index >= size {
		return nil, errProof
	}
	var out []Hash
	from, to := uint64(0), size
	for to-from > 1 {
		k := split(to - from)
		var h Hash
		var err error
		if index-from < k {
			h, err = span(t, from+k, to)
			to = from + k
		} else {
			h, err = span(t, from, from+k)
			from += k
		}
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, nil
}

// RootOf is the root that an audit path leads to from a leaf (RFC 9162 section 2.1.3.2).
func RootOf(leaf Hash, index, size uint64, path []Hash) (Hash, error) {
	if index >= size {
		return Hash{}, errProof
	}
	at, last := index, size-1
	h := leaf
	for _, p := range path {
		if last == 0 {
			return Hash{}, errProof
		}
		if at&1 == 1 || at == last {
			h = node(p, h)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			h = node(h, p)
		}
		at, last = at>>1, last>>1
	}
	if last != 0 {
		return Hash{}, errProof
	}
	return h, nil
}

// Consistency proves that the tree of size old is the beginning of the one of the size (RFC 6962 section 2.1.2). It is empty
// when old is 0 or equal to size.
func Consistency(t Nodes, old, size uint64) ([]Hash, error) {
	if old > size {
		return nil, errProof
	}
	if old == 0 || old == size {
		return nil, nil
	}
	var out []Hash
	var err error
	add := func(from, to uint64) {
		var h Hash
		if err == nil {
			h, err = span(t, from, to)
			out = append(out, h)
		}
	}
	from, to := uint64(0), size
	for to != old {
		if k := split(to - from); old-from <= k {
			add(from+k, to)
			to = from + k
		} else {
			add(from, from+k)
			from += k
		}
	}
	if from != 0 { // the old root is not a node that the prover needs to send otherwise
		add(from, to)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, err
}

// Consistent checks such a proof (RFC 9162 section 2.1.4.2).
func Consistent(old, size uint64, oldRoot, root Hash, proof []Hash) error {
	switch {
	case old > size:
		return errProof
	case old == size:
		if len(proof) != 0 || oldRoot != root {
			return errProof
		}
		return nil
	case old == 0:
		if len(proof) != 0 || oldRoot != (&Edge{}).Root() {
			return errProof
		}
		return nil
	}
	if old&(old-1) == 0 {
		proof = append([]Hash{oldRoot}, proof...)
	}
	if len(proof) == 0 {
		return errProof
	}
	at, last := old-1, size-1
	for at&1 == 1 {
		at, last = at>>1, last>>1
	}
	a, b := proof[0], proof[0]
	for _, p := range proof[1:] {
		if last == 0 {
			return errProof
		}
		if at&1 == 1 || at == last {
			a, b = node(p, a), node(p, b)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			b = node(b, p)
		}
		at, last = at>>1, last>>1
	}
	if last != 0 || a != oldRoot || b != root {
		return errProof
	}
	return nil
}
