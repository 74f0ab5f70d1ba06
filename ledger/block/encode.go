package block

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"sekisho/ledger"
)

// Encode packs rows into a block: from 1 to Max whole canonical rows, in the order of the stream. Equal input gives equal
// bytes.
func Encode(h Head, rows []byte) ([]byte, error) {
	return new(Encoder).Encode(nil, h, rows)
}

// Encoder packs blocks one after another and keeps its memory. The zero value is ready.
type Encoder struct {
	pack packer

	index map[who]uint32
	known map[uint32]int // acts
	whos  []who
	base  []uint64 // first object of each of whos
	order []uint32
	rank  []uint32
	acts  []uint32

	code, act, time, object, count, size []uint64 // one per row
	part                                 []uint64
	at                                   []int32
}

type who [Fields]uint64

// Encode is the function Encode; it appends to dst.
func (e *Encoder) Encode(dst []byte, h Head, rows []byte) ([]byte, error) {
	n := len(rows) / ledger.RowLen
	if n*ledger.RowLen != len(rows) || n == 0 || n > Max || h.First+uint64(n) < h.First {
		return nil, fmt.Errorf("block: %d bytes of rows from %d on: want 1 to %d rows of %d bytes", len(rows), h.First, Max, ledger.RowLen)
	}
	e.split(rows, n)
	e.sort()
	e.objects(n)

	start := len(dst)
	dst = append(dst, make([]byte, HeadLen)...)
	end := [columns]int{}
	for f := range Fields {
		e.part = e.part[:0]
		for _, k := range e.order {
			e.part = append(e.part, e.whos[k][f])
		}
		dst = e.pack.pack(dst, e.part, true)
		end[f] = len(dst)
	}
	e.part = e.part[:0]
	for _, k := range e.order {
		e.part = append(e.part, e.base[k])
	}
	dst = e.pack.pack(dst, e.part, false)
	end[baseAt] = len(dst)
	for _, a := range e.acts {
		dst = binary.BigEndian.AppendUint32(dst, a)
	}
	end[whatAt] = len(dst)
	dst = e.pack.pack(dst, e.code, false)
	end[whoCode] = len(dst)
	dst = e.pack.pack(dst, e.act, false)
	end[whatCode] = len(dst)
	dst = e.pack.pack(dst, e.time, false)
	end[timeAt] = len(dst)
	e.group(n)
	for c, v := range [][]uint64{e.object, e.count, e.size} {
		dst = e.parts(dst, v)
		end[objectAt+column(c)] = len(dst)
	}
	e.head(dst[start:], h, n, start, end)
	return dst, nil
}

// split takes the rows apart and collects the dictionaries.
func (e *Encoder) split(rows []byte, n int) {
	le := binary.LittleEndian
	if e.index == nil {
		e.index, e.known = make(map[who]uint32, Max/8), map[uint32]int{}
	}
	clear(e.index)
	clear(e.known)
	e.whos, e.acts, e.base = e.whos[:0], e.acts[:0], e.base[:0]
	for _, v := range []*[]uint64{&e.code, &e.act, &e.time, &e.object, &e.count, &e.size} {
		*v = grow(*v, n)
	}
	var last who
	code, act := uint32(0), -1
	for i := range n {
		r := rows[i*ledger.RowLen : (i+1)*ledger.RowLen]
		u := func(k int) uint64 { return le.Uint64(r[8*k:]) }
		w := who{Session: u(1), Contract: u(3), Account: u(4), Process: u(5), Actor: u(6), Address: u(7)}
		if i == 0 || w != last {
			k, known := e.index[w]
			if !known {
				k = uint32(len(e.whos))
				e.index[w] = k
				e.whos, e.base = append(e.whos, w), append(e.base, u(2))
			}
			last, code = w, k
		}
		a := binary.BigEndian.Uint32(r[76:])
		if act < 0 || e.acts[act] != a {
			k, known := e.known[a]
			if !known {
				k = len(e.acts)
				e.known[a] = k
				e.acts = append(e.acts, a)
			}
			act = k
		}
		e.code[i], e.act[i] = uint64(code), uint64(act)
		e.time[i], e.object[i], e.count[i], e.size[i] = u(0), u(2), uint64(le.Uint32(r[72:])), u(8)
	}
}

// sort brings the askers into order and renumbers their codes.
func (e *Encoder) sort() {
	e.order, e.rank = grow(e.order, len(e.whos)), grow(e.rank, len(e.whos))
	for i := range e.order {
		e.order[i] = uint32(i)
	}
	slices.SortFunc(e.order, func(a, b uint32) int {
		if c := cmp.Compare(e.whos[a][Session], e.whos[b][Session]); c != 0 {
			return c
		}
		return slices.Compare(e.whos[a][:], e.whos[b][:])
	})
	for r, k := range e.order {
		e.rank[k] = uint32(r)
	}
}

// objects turns objects into differences to what would come next, then the codes into ranks.
func (e *Encoder) objects(n int) {
	next := append(e.part[:0], e.base...)
	e.part = next
	for i := range n {
		k := e.code[i]
		o := e.object[i]
		e.object[i] = zigzag(o - next[k])
		next[k] = o + e.count[i]
		e.code[i] = uint64(e.rank[k])
	}
}

// group finds where the rows of each act begin when sorted by act.
func (e *Encoder) group(n int) {
	e.at = grow(e.at, len(e.acts)+1)
	clear(e.at)
	for _, a := range e.act[:n] {
		e.at[a+1]++
	}
	for k := 1; k < len(e.at); k++ {
		e.at[k] += e.at[k-1]
	}
}

// parts packs a column apart for each act.
func (e *Encoder) parts(dst []byte, v []uint64) []byte {
	e.part = grow(e.part, len(v))
	next := slices.Clone(e.at)
	for i, a := range e.act {
		e.part[next[a]] = v[i]
		next[a]++
	}
	for k := range e.acts {
		dst = e.pack.pack(dst, e.part[e.at[k]:e.at[k+1]], false)
	}
	return dst
}

// head writes the head into b, which is the whole block; start is where b begins in what end counts in.
func (e *Encoder) head(b []byte, h Head, n, start int, end [columns]int) {
	le := binary.LittleEndian
	p := append(b[:0], magic...)
	p = le.AppendUint16(p, h.Stream.Node)
	p = append(p, byte(h.Stream.Role))
	p = le.AppendUint16(p, h.Stream.Cell)
	p = le.AppendUint64(p, h.First)
	p = append(p, h.Key[:]...)
	p = le.AppendUint32(p, uint32(n))
	p = le.AppendUint64(p, slices.Min(e.time))
	p = le.AppendUint64(p, slices.Max(e.time))
	p = le.AppendUint32(p, uint32(len(e.whos)))
	p = le.AppendUint32(p, uint32(len(e.acts)))
	table := castagnoli()
	from := HeadLen
	for _, x := range end {
		to := x - start
		p = le.AppendUint32(p, uint32(to-from))
		p = le.AppendUint32(p, crc32.Checksum(b[from:to], table))
		from = to
	}
	le.AppendUint32(p, crc32.Checksum(p, table))
}
