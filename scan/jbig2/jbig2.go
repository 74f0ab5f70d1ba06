// Package jbig2 decodes pictures of black and white in JBIG2 (ITU-T T.88), as PDF documents carry them: what scanners and
// programs for scanned paper write. Read are regions of points, dictionaries of symbols, texts made of them, and
// refinements of both, coded arithmetically. What is coded by Huffman tables, and halftones, are refused.
package jbig2

import (
	"context"
	"encoding/binary"
	"errors"
)

// ErrFormat says that a picture is damaged, or coded in a way that is not read here.
var ErrFormat = errors.New("not a JBIG2 picture that can be read")

// Limits of one picture.
const (
	maxArea    = 40 << 20 // points, a byte each
	maxSymbols = 65_536
	maxSide    = 65_535
)

// bitmap has a byte for each point: 1 is black.
type bitmap struct {
	w, h int
	pix  []uint8
}

func (b *bitmap) at(x, y int) uint8 {
	if x < 0 || y < 0 || x >= b.w || y >= b.h {
		return 0
	}
	return b.pix[y*b.w+x]
}

// decoder is a picture that is being decoded.
type decoder struct {
	ctx     context.Context
	left    int  // points that may still be made
	touched bool // something is on the page
	page    *bitmap
	symbols map[uint32][]*bitmap // of dictionaries, by their segments
}

// Decode decodes the segments of a picture, after those that it shares with others, to rows of bits: 1 is black. What was
// decoded before a fault is given.
func Decode(ctx context.Context, shared, data []byte, width, height int) (rows []byte, err error) {
	d := &decoder{ctx: ctx, left: maxArea, symbols: map[uint32][]*bitmap{}}
	defer func() {
		if recover() != nil {
			err = ErrFormat
		}
		if d.page != nil {
			rows, err = pack(d.page), nil
		}
	}()
	if d.page, err = d.bitmap(width, height); err != nil {
		return nil, err
	}
	found := false
	for _, b := range [][]byte{shared, data} {
		drawn, fault := d.segments(b)
		found = found || drawn
		if fault != nil {
			err = fault
			break
		}
	}
	if !found {
		d.page = nil
		return nil, ErrFormat
	}
	return nil, err
}

// bitmap makes an empty one.
func (d *decoder) bitmap(w, h int) (*bitmap, error) {
	if w < 0 || h < 0 || w > maxSide || h > maxSide || w*h > d.left {
		return nil, ErrFormat
	}
	d.left -= w*h + 64
	return &bitmap{w: w, h: h, pix: make([]uint8, w*h)}, nil
}

// pack makes rows of bits.
func pack(b *bitmap) []byte {
	row := (b.w + 7) / 8
	out := make([]byte, row*b.h)
	for y := range b.h {
		for x, v := range b.pix[y*b.w : (y+1)*b.w] {
			out[y*row+x>>3] |= v << (7 - x&7)
		}
	}
	return out
}

// segment is the header of a segment (section 7.2).
type segment struct {
	number uint32
	kind   int
	refers []uint32
	data   []byte
}

// next reads a header; rest is what follows the segment.
func next(b []byte) (s segment, rest []byte, ok bool) {
	if len(b) < 11 {
		return s, nil, false
	}
	s.number, s.kind = binary.BigEndian.Uint32(b), int(b[4]&63)
	wide := b[4]&64 != 0
	count, at := int(b[5]>>5), 6
	if count == 7 {
		count = int(binary.BigEndian.Uint32(b[5:]) & 0x1fffffff)
		at = 9 + (count+8)/8
	}
	size := 1
	if s.number > 65536 {
		size = 4
	} else if s.number > 256 {
		size = 2
	}
	if count > 10_000 || at+count*size+9 > len(b)+4 {
		return s, nil, false
	}
	for range count {
		if at+size > len(b) {
			return s, nil, false
		}
		v := uint32(0)
		for _, c := range b[at : at+size] {
			v = v<<8 | uint32(c)
		}
		s.refers = append(s.refers, v)
		at += size
	}
	if at++; wide {
		at += 3
	}
	if at+4 > len(b) {
		return s, nil, false
	}
	n := binary.BigEndian.Uint32(b[at:])
	b = b[at+4:]
	if n == 0xffffffff || int64(n) > int64(len(b)) {
		n = uint32(len(b))
	}
	s.data = b[:n]
	return s, b[n:], true
}

// segments runs all segments; drawn says whether something came onto the page.
func (d *decoder) segments(b []byte) (drawn bool, err error) {
	for {
		s, rest, ok := next(b)
		if !ok || d.ctx.Err() != nil {
			return drawn, nil
		}
		b = rest
		switch s.kind {
		case 0:
			err = d.dictionary(&s)
		case 4, 6, 7:
			drawn, err = true, d.region(&s, d.text)
		case 36, 38, 39:
			drawn, err = true, d.region(&s, d.generic)
		case 40, 42, 43:
			drawn, err = true, d.region(&s, d.refined)
		case 48:
			if len(s.data) >= 17 && s.data[16]&4 != 0 {
				for i := range d.page.pix {
					d.page.pix[i] = 1
				}
				d.touched = true
			}
		case 51:
			return drawn, nil
		case 16, 20, 22, 23, 53:
			err = ErrFormat
		}
		if err != nil {
			return drawn, err
		}
	}
}

// place is where a region lies on the page, and how it is put there (section 7.4.1).
type place struct{ w, h, x, y, how int }

// region decodes a region and puts it onto the page.
func (d *decoder) region(s *segment, decode func(*segment, place, []byte) (*bitmap, error)) error {
	b := s.data
	if len(b) < 17 {
		return ErrFormat
	}
	u := func(i int) int { return int(int32(binary.BigEndian.Uint32(b[4*i:]))) }
	p := place{w: u(0), h: u(1), x: u(2), y: u(3), how: int(b[16] & 7)}
	if p.h < 0 || p.h > d.page.h {
		p.h = d.page.h
	}
	if d.whole(s, p) {
		w, h := d.page.w, d.page.h
		d.left += w * h
		d.page.pix = nil
		m, err := decode(s, p, b[17:])
		if m == nil {
			m = &bitmap{w: w, h: h, pix: make([]uint8, w*h)}
		}
		d.page, d.touched = m, true
		return err
	}
	d.touched = true
	m, err := decode(s, p, b[17:])
	if m != nil {
		d.page.put(m, p.x, p.y, p.how)
		d.left += m.w * m.h
	}
	return err
}

// whole says whether a region is all of a page that is still empty: then it becomes the page, and there need not be two.
func (d *decoder) whole(s *segment, p place) bool {
	return !d.touched && s.kind < 40 && p.x == 0 && p.y == 0 && p.w == d.page.w && p.h == d.page.h && p.how != 1 && p.how != 3
}

// put combines a bitmap with what is there.
func (b *bitmap) put(m *bitmap, x0, y0, how int) {
	for y := max(0, -y0); y < min(m.h, b.h-y0); y++ {
		for x := max(0, -x0); x < min(m.w, b.w-x0); x++ {
			to, v := &b.pix[(y0+y)*b.w+x0+x], m.pix[y*m.w+x]
			switch how {
			case 0:
				*to |= v
			case 1:
				*to &= v
			case 2:
				*to ^= v
			case 3:
				*to = 1 - (*to ^ v)
			default:
				*to = v
			}
		}
	}
}
