package exact

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
)

// filter says of a 64-bit sum whether it is surely not in a set; it errs towards "perhaps" in one of 2^16 cases. It is a binary
// fuse filter (Graf and Lemire, 2022): three places in neighbouring segments, whose 16-bit values together are the sum's mark.
// It has 18 to 19 bits for each sum, and finding takes three reads.
type filter struct {
	seed     uint64
	length   uint32 // of a segment, a power of two
	segments uint32 // how many a first place can be in
	table    []byte // the values, little-endian; may be a part of a file in memory
}

// mix spreads a sum over all bits (the finaliser of MurmurHash3).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

func (f *filter) mark(h uint64) uint16 { return uint16(h ^ h>>32) }

// places are the three places of a mixed sum.
func (f *filter) places(h uint64) (a, b, c uint32) {
	hi, _ := bits.Mul64(h, uint64(f.segments)*uint64(f.length))
	a = uint32(hi)
	b, c = a+f.length, a+2*f.length
	b ^= uint32(h>>18) & (f.length - 1)
	c ^= uint32(h) & (f.length - 1)
	return a, b, c
}

func (f *filter) at(i uint32) uint16 { return binary.LittleEndian.Uint16(f.table[2*i:]) }

func (f *filter) set(i uint32, v uint16) { binary.LittleEndian.PutUint16(f.table[2*i:], v) }

// has says whether sum may be in the set.
func (f *filter) has(sum uint64) bool {
	if len(f.table) == 0 {
		return false
	}
	h := mix(sum + f.seed)
	a, b, c := f.places(h)
	return f.mark(h) == f.at(a)^f.at(b)^f.at(c)
}

// size chooses the segments for n sums.
func (f *filter) size(n int) int {
	f.length = 4
	for l := uint64(4); l < 1<<18 && l*l*l < uint64(n)*uint64(n); l *= 2 { // grows like n^(2/3), which suits up to some millions
		f.length = uint32(l * 2)
	}
	f.length = min(max(f.length/4, 4), 1<<16)
	capacity := int(float64(n)*1.13) + 64
	if n < 100_000 {
		capacity = int(float64(n)*1.25) + 64
	}
	f.segments = uint32((capacity + int(f.length) - 1) / int(f.length))
	total := int(f.segments+2) * int(f.length)
	return total
}

var errCrowded = errors.New("no filter could be made of these sums")

// newFilter makes a filter of sums, which it sorts and of which each counts once. It tries seeds until one fits.
func newFilter(sums []uint64) (*filter, error) {
	slices.Sort(sums)
	sums = slices.Compact(sums)
	f := &filter{}
	total := f.size(len(sums))
	for try := range 60 {
		f.seed = mix(uint64(try) + 0x9e3779b97f4a7c15)
		if try%8 == 7 { // a little more room
			f.segments += f.segments/50 + 1
			total = int(f.segments+2) * int(f.length)
		}
		if f.fill(sums, total) {
			return f, nil
		}
	}
	return nil, errCrowded
}

// fill peels the sums off, one that has a place for itself after the other, and then gives the places their values in the
// opposite order.
func (f *filter) fill(sums []uint64, total int) bool {
	count := make([]uint8, total)
	sum := make([]uint64, total)
	for _, s := range sums {
		h := mix(s + f.seed)
		a, b, c := f.places(h)
		for _, p := range [3]uint32{a, b, c} {
			if count[p] == 255 {
				return false
			}
			count[p]++
			sum[p] ^= h
		}
	}
	queue := make([]uint32, 0, total/2)
	for p := range count {
		if count[p] == 1 {
			queue = append(queue, uint32(p))
		}
	}
	type step struct {
		hash  uint64
		place uint32
	}
	order := make([]step, 0, len(sums))
	for len(queue) > 0 {
		p := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if count[p] != 1 {
			continue
		}
		h := sum[p]
		order = append(order, step{h, p})
		a, b, c := f.places(h)
		for _, q := range [3]uint32{a, b, c} {
			count[q]--
			sum[q] ^= h
			if count[q] == 1 {
				queue = append(queue, q)
			}
		}
	}
	if len(order) != len(sums) {
		return false
	}
	f.table = make([]byte, 2*total)
	for i := len(order) - 1; i >= 0; i-- {
		a, b, c := f.places(order[i].hash)
		v := f.mark(order[i].hash) ^ f.at(a) ^ f.at(b) ^ f.at(c)
		f.set(order[i].place, v^f.at(order[i].place))
	}
	return true
}
