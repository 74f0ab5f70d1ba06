package exact

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// block is a Bloom filter in lines of 64 bytes, the size of a line of the processor's cache: a sum has one bit in each of the eight
// words of one line (Putze, Sanders and Singler, 2009). With 12 bits a sum it errs in about one of 200 cases, and asking it costs
// one read of memory.
type block []byte

const (
	lineSize = 64
	perSum   = 12 // bits
)

// spread are odd numbers that choose a bit of each word, as the SHA-2 constants: fractional parts of square roots of primes.
var spread = [8]uint32{0x6a09e667, 0xbb67ae85, 0x3c6ef373, 0xa54ff53b, 0x510e527f, 0x9b05688d, 0x1f83d9ab, 0x5be0cd19}

// newBlock makes a filter of sums, which it sorts.
func newBlock(sums []uint64) block {
	slices.Sort(sums)
	sums = slices.Compact(sums)
	b := make(block, (len(sums)*perSum+8*lineSize-1)/(8*lineSize)*lineSize)
	for _, s := range sums {
		h := mix(s)
		at := b.line(h)
		for i, k := range spread {
			p := b[at+8*i:]
			binary.LittleEndian.PutUint64(p, binary.LittleEndian.Uint64(p)|1<<(uint32(h)*(k|1)>>26))
		}
	}
	return b
}

// line is where the line of a mixed sum begins.
func (b block) line(h uint64) int {
	hi, _ := bits.Mul64(h, uint64(len(b)/lineSize))
	return int(hi) * lineSize
}

// bit is 1 when a mixed sum may be in the filter, else 0. It takes the same way for both, so that the processor need not guess.
func (b block) bit(h uint64) uint64 {
	if len(b) == 0 {
		return 0
	}
	at := b.line(h)
	l := (*[lineSize]byte)(b[at : at+lineSize])
	all := uint64(1)
	x := uint32(h)
	all &= binary.LittleEndian.Uint64(l[0:]) >> (x * 0x6a09e667 >> 26)
	all &= binary.LittleEndian.Uint64(l[8:]) >> (x * 0xbb67ae85 >> 26)
	all &= binary.LittleEndian.Uint64(l[16:]) >> (x * 0x3c6ef373 >> 26)
	all &= binary.LittleEndian.Uint64(l[24:]) >> (x * 0xa54ff53b >> 26)
	all &= binary.LittleEndian.Uint64(l[32:]) >> (x * 0x510e527f >> 26)
	all &= binary.LittleEndian.Uint64(l[40:]) >> (x * 0x9b05688d >> 26)
	all &= binary.LittleEndian.Uint64(l[48:]) >> (x * 0x1f83d9ab >> 26)
	all &= binary.LittleEndian.Uint64(l[56:]) >> (x * 0x5be0cd19 >> 26)
	return all
}
