package block

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// A packed sequence of n numbers is one byte for the way, then:
//
//	plain       numbers, less the smallest, in bits of one width; those that need more have their upper part in a list
//	difference  the same of the differences to the number before, the first one's to 0, signs folded into the last bit
//	dictionary  how many different numbers; them, sorted, as differences; the code of each number, plain
//
// The way and the width are those that need the fewest bytes.
const (
	plain = iota
	difference
	dictionary
)

// packer packs numbers; it keeps its memory between calls.
type packer struct {
	diff, sorted, codes []uint64
}

// choose finds the best width of v less low, and how many bits it needs about.
func choose(v []uint64, low uint64) (w, cost int) {
	var of [65]int
	for _, x := range v {
		of[width(x-low)]++
	}
	cost = -1
	for try := range 65 {
		c := len(v) * try
		for l := try + 1; l <= 64; l++ {
			c += of[l] * (16 + (l-try)*8/7)
		}
		if cost < 0 || c < cost {
			w, cost = try, c
		}
	}
	return w, cost
}

// pack appends v, by the cheapest way. Only with repeats is the dictionary tried.
func (p *packer) pack(dst []byte, v []uint64, repeats bool) []byte {
	if len(v) == 0 {
		return dst
	}
	low := slices.Min(v)
	w, cost := choose(v, low)
	if w == 0 && cost == 0 {
		return appendPlain(append(dst, plain), v, low, 0)
	}
	p.diff = p.diff[:0]
	last := uint64(0)
	for _, x := range v {
		p.diff = append(p.diff, zigzag(x-last))
		last = x
	}
	dlow := slices.Min(p.diff)
	dw, dcost := choose(p.diff, dlow)
	if repeats {
		p.sorted = append(p.sorted[:0], v...)
		slices.Sort(p.sorted)
		p.sorted = slices.Compact(p.sorted)
		if each := width(uint64(len(p.sorted) - 1)); len(v)*each+len(p.sorted)*max(8, w/2) < min(cost, dcost) {
			return p.packDictionary(dst, v)
		}
	}
	if dcost < cost {
		return appendPlain(append(dst, difference), p.diff, dlow, dw)
	}
	return appendPlain(append(dst, plain), v, low, w)
}

// packDictionary writes v with p.sorted as its dictionary.
func (p *packer) packDictionary(dst []byte, v []uint64) []byte {
	p.codes = p.codes[:0]
	for _, x := range v {
		k, _ := slices.BinarySearch(p.sorted, x)
		p.codes = append(p.codes, uint64(k))
	}
	dst = binary.AppendUvarint(append(dst, dictionary), uint64(len(p.sorted)))
	last := uint64(0)
	for i, x := range p.sorted {
		p.sorted[i], last = x-last, x
	}
	low := slices.Min(p.sorted)
	w, _ := choose(p.sorted, low)
	dst = appendPlain(dst, p.sorted, low, w)
	w, _ = choose(p.codes, 0)
	return appendPlain(dst, p.codes, 0, w)
}

func appendPlain(dst []byte, v []uint64, low uint64, w int) []byte {
	dst = binary.AppendUvarint(append(dst, byte(w)), low)
	wide := 0
	for _, x := range v {
		if width(x-low) > w {
			wide++
		}
	}
	dst = binary.AppendUvarint(dst, uint64(wide))
	var keep uint64 // bits not yet written, have of them
	have := 0
	mask := uint64(1)<<w - 1 // all ones for w = 64: the shift gives 0
	for _, x := range v {
		if w == 0 {
			break
		}
		x = (x - low) & mask
		keep |= x << have
		if have += w; have >= 64 {
			dst = binary.LittleEndian.AppendUint64(dst, keep)
			have -= 64
			keep = x >> (w - have) // for have = 0 the shift is w: nothing is left, also for w = 64
		}
	}
	for ; have > 0; have -= 8 {
		dst = append(dst, byte(keep))
		keep >>= 8
	}
	last := 0
	for i, x := range v {
		if x -= low; wide > 0 && width(x) > w {
			dst = binary.AppendUvarint(binary.AppendUvarint(dst, uint64(i-last)), x>>w)
			last = i
		}
	}
	return dst
}

// unpacker undoes what packer did; it keeps its memory between calls.
type unpacker struct {
	tmp, sorted, next, part []uint64
	at                      []int32
}

var (
	errShort = errors.New("too short")
	errRest  = errors.New("bytes left over")
)

// grow makes room for n numbers; what was there is lost.
func grow[T any](v []T, n int) []T {
	if cap(v) < n {
		return make([]T, n)
	}
	return v[:n]
}

// all reads n numbers that are all of src.
func (u *unpacker) all(src []byte, n int, out []uint64) ([]uint64, error) {
	out = grow(out, n)
	rest, err := u.into(src, out)
	if err == nil && len(rest) > 0 {
		err = errRest
	}
	return out, err
}

// into reads len(out) numbers and returns the bytes behind them.
func (u *unpacker) into(src []byte, out []uint64) ([]byte, error) {
	if len(out) == 0 {
		return src, nil
	}
	if len(src) == 0 {
		return nil, errShort
	}
	way, src := src[0], src[1:]
	switch way {
	case plain:
		return readPlain(src, out)
	case difference:
		src, err := readPlain(src, out)
		last := uint64(0)
		for i, z := range out {
			last += unzigzag(z)
			out[i] = last
		}
		return src, err
	case dictionary:
		d, k := binary.Uvarint(src)
		if k <= 0 || d == 0 || d > uint64(len(out)) {
			return nil, errors.New("size of a dictionary")
		}
		u.sorted = grow(u.sorted, int(d))
		src, err := readPlain(src[k:], u.sorted)
		if err != nil {
			return nil, err
		}
		for i := 1; i < len(u.sorted); i++ {
			u.sorted[i] += u.sorted[i-1]
		}
		if src, err = readPlain(src, out); err != nil {
			return nil, err
		}
		for i, c := range out {
			if c >= d {
				return nil, fmt.Errorf("code %d of %d", c, d)
			}
			out[i] = u.sorted[c]
		}
		return src, nil
	}
	return nil, fmt.Errorf("packed in the unknown way %d", way)
}

func readPlain(src []byte, out []uint64) ([]byte, error) {
	if len(src) == 0 || src[0] > 64 {
		return nil, errors.New("width")
	}
	w := int(src[0])
	low, k := binary.Uvarint(src[1:])
	if k <= 0 {
		return nil, errShort
	}
	src = src[1+k:]
	wide, k := binary.Uvarint(src)
	if k <= 0 || wide > uint64(len(out)) || w == 64 && wide > 0 {
		return nil, errors.New("number of wide values")
	}
	src = src[k:]
	size := (len(out)*w + 7) / 8
	if len(src) < size {
		return nil, errShort
	}
	readBits(src[:size], w, low, out)
	src = src[size:]
	at := uint64(0)
	for range wide {
		step, k := binary.Uvarint(src)
		if k <= 0 {
			return nil, errShort
		}
		high, l := binary.Uvarint(src[k:])
		if l <= 0 {
			return nil, errShort
		}
		src = src[k+l:]
		if at += step; at >= uint64(len(out)) || step > uint64(len(out)) {
			return nil, errors.New("place of a wide value")
		}
		out[at] += high << w
	}
	return src, nil
}

// readBits reads numbers of w bits each and adds low.
func readBits(src []byte, w int, low uint64, out []uint64) {
	if w == 0 {
		for i := range out {
			out[i] = low
		}
		return
	}
	mask := uint64(1)<<w - 1
	i, pos := 0, 0
	if w <= 56 { // one load of eight bytes holds a whole number
		for ; i < len(out) && pos>>3+8 <= len(src); i++ {
			out[i] = low + binary.LittleEndian.Uint64(src[pos>>3:])>>(pos&7)&mask
			pos += w
		}
	}
	for ; i < len(out); i++ {
		x := uint64(0)
		for got := 0; got < w; {
			take := min(8-(pos+got)&7, w-got)
			x |= uint64(src[(pos+got)>>3]>>((pos+got)&7)) & (1<<take - 1) << got
			got += take
		}
		out[i] = low + x
		pos += w
	}
}

// codes reads n codes, all below most.
func (u *unpacker) codes(src []byte, n, most int, out []uint16) ([]uint16, error) {
	var err error
	if u.tmp, err = u.all(src, n, u.tmp); err != nil {
		return nil, err
	}
	out = grow(out, n)
	for i, c := range u.tmp {
		if c >= uint64(most) {
			return nil, fmt.Errorf("row %d: code %d of %d", i, c, most)
		}
		out[i] = uint16(c)
	}
	return out, nil
}

// parts reads a column that was packed apart for each of the whats codes.
func (u *unpacker) parts(src []byte, what []uint16, whats int, out []uint64) ([]uint64, error) {
	u.at = grow(u.at, whats+1)
	clear(u.at)
	for _, w := range what {
		u.at[int(w)+1]++
	}
	for k := 1; k <= whats; k++ {
		u.at[k] += u.at[k-1]
	}
	u.part = grow(u.part, len(what))
	var err error
	for k := range whats {
		if src, err = u.into(src, u.part[u.at[k]:u.at[k+1]]); err != nil {
			return nil, err
		}
	}
	if len(src) > 0 {
		return nil, errRest
	}
	out = grow(out, len(what))
	for i, w := range what {
		out[i] = u.part[u.at[w]]
		u.at[w]++
	}
	return out, nil
}
