package exact

import (
	"encoding/binary"
	"math/bits"
)

// sip is SipHash-2-4 (Aumasson and Bernstein, 2012), a keyed function that tells nothing about the key or the value, and takes
// some twenty nanoseconds: it decides for nearly every word of a text that it is in no set.
type sip struct{ k0, k1 uint64 }

type state struct{ a, b, c, d uint64 }

func (s *state) round() {
	s.a += s.b
	s.b = bits.RotateLeft64(s.b, 13) ^ s.a
	s.a = bits.RotateLeft64(s.a, 32)
	s.c += s.d
	s.d = bits.RotateLeft64(s.d, 16) ^ s.c
	s.a += s.d
	s.d = bits.RotateLeft64(s.d, 21) ^ s.a
	s.c += s.b
	s.b = bits.RotateLeft64(s.b, 17) ^ s.c
	s.c = bits.RotateLeft64(s.c, 32)
}

func (k sip) sum(v []byte) uint64 {
	s := state{k.k0 ^ 0x736f6d6570736575, k.k1 ^ 0x646f72616e646f6d, k.k0 ^ 0x6c7967656e657261, k.k1 ^ 0x7465646279746573}
	n := len(v)
	for ; len(v) >= 8; v = v[8:] {
		m := binary.LittleEndian.Uint64(v)
		s.d ^= m
		s.round()
		s.round()
		s.a ^= m
	}
	m := uint64(n) << 56
	for i, c := range v {
		m |= uint64(c) << (8 * i)
	}
	s.d ^= m
	s.round()
	s.round()
	s.a ^= m
	s.c ^= 0xff
	for range 4 {
		s.round()
	}
	return s.a ^ s.b ^ s.c ^ s.d
}
