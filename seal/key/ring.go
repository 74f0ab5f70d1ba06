package key

import (
	"encoding/binary"
	"slices"

	"sekisho/seal"
)

// Ring is an account's private halves, oldest first, as slots hold it. When the pair is replaced the new half is added:
// mail that was boxed to an older one still opens, and nothing at rest is written anew.
type Ring []byte

// seedLen is the length of a private half as Pair.Private writes it.
const seedLen = 32

// mostHalves bounds a ring.
const mostHalves = 1000

// ParseRing reads a ring.
func ParseRing(b []byte) (Ring, error) {
	if len(b) == 0 || len(b)%seedLen != 0 || len(b) > mostHalves*seedLen {
		return nil, seal.ErrSealed
	}
	return Ring(b), nil
}

// Generation is how often the pair was replaced.
func (r Ring) Generation() int { return len(r)/seedLen - 1 }

// Add is the ring with one more private half.
func (r Ring) Add(private []byte) Ring { return append(slices.Clone(r), private...) }

func (r Ring) first() []byte { return r[:seedLen] }

// Pairs are the key pairs, newest first.
func (r Ring) Pairs() ([]Pair, error) {
	var out []Pair
	for end := len(r); end > 0; end -= seedLen {
		p, err := ParsePair(r[end-seedLen : end])
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// BoxFor boxes bytes of any length to a public key: a random key is boxed, and the bytes are wrapped under it.
func BoxFor(public []byte, f seal.For, b []byte) ([]byte, error) {
	p, err := seal.ParsePublic(public)
	if err != nil {
		return nil, err
	}
	k := seal.NewKey()
	box, err := p.Box(f, k)
	if err != nil {
		return nil, err
	}
	out := binary.BigEndian.AppendUint16(nil, uint16(len(box)))
	return append(append(out, box...), Wrap(k, b, string(f.Info()))...), nil
}

// UnboxFor undoes BoxFor.
func (p Pair) UnboxFor(f seal.For, b []byte) ([]byte, error) {
	if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
		return nil, seal.ErrSealed
	}
	n := 2 + int(binary.BigEndian.Uint16(b))
	k, err := p.Unbox(f, b[2:n])
	if err != nil {
		return nil, err
	}
	return Unwrap(k, b[n:], string(f.Info()))
}
