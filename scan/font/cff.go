package font

import (
	"math"
	"strconv"

	"sekisho/scan/shape"
)

// cff is a font in the Compact Font Format (Adobe technical note 5176).
type cff struct {
	glyphs  []view // their programs
	global  []view
	parts   []part
	pick    []uint8 // which part a glyph belongs to
	strings []view
	names   map[string]int // for accents; by standard names
}

// part is a font of which a CID font is made, or the only one.
type part struct {
	local   []view
	matrix  shape.Matrix
	nominal float64
	width   float64
}

// index reads a list of things; next is where it ends.
func index(b view, at int) (list []view, next int) {
	n := b.u16(at)
	if n == 0 {
		return nil, at + 2
	}
	size := b.u8(at + 2)
	if size < 1 || size > 4 || n*size > len(b) {
		return nil, len(b)
	}
	offset := func(i int) int {
		v := 0
		for k := range size {
			v = v<<8 | b.u8(at+3+i*size+k)
		}
		return v
	}
	base := at + 2 + (n+1)*size
	list = make([]view, n)
	for i := range list {
		a, e := offset(i), offset(i+1)
		list[i] = b.from(base+a, e-a)
	}
	return list, base + offset(n)
}

// dictionary reads operators with their operands; those of two bytes are 1200 and more.
func dictionary(b view) map[int][]float64 {
	d := map[int][]float64{}
	var stack []float64
	for at := 0; at < len(b); {
		c := b.u8(at)
		at++
		switch {
		case c <= 21:
			if c == 12 {
				c = 1200 + b.u8(at)
				at++
			}
			d[c] = stack
			stack = nil
		case c == 28:
			stack = append(stack, float64(b.i16(at)))
			at += 2
		case c == 29:
			stack = append(stack, float64(int32(b.u32(at))))
			at += 4
		case c == 30:
			var v float64
			v, at = decimal(b, at)
			stack = append(stack, v)
		case c >= 32 && c <= 246:
			stack = append(stack, float64(c-139))
		case c >= 247 && c <= 250:
			stack = append(stack, float64((c-247)*256+b.u8(at)+108))
			at++
		case c >= 251 && c <= 254:
			stack = append(stack, float64(-(c-251)*256-b.u8(at)-108))
			at++
		}
		if len(stack) > 513 {
			return d
		}
	}
	return d
}

// decimal reads a number in half bytes.
func decimal(b view, at int) (float64, int) {
	var s []byte
	for at < len(b) && len(s) < 64 {
		c := b.u8(at)
		at++
		for _, n := range [2]int{c >> 4, c & 15} {
			switch {
			case n < 10:
				s = append(s, byte('0'+n))
			case n == 10:
				s = append(s, '.')
			case n == 11:
				s = append(s, 'E')
			case n == 12:
				s = append(s, 'E', '-')
			case n == 14:
				s = append(s, '-')
			case n == 15:
				v, err := strconv.ParseFloat(string(s), 64)
				if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
					v = 0
				}
				return v, at
			}
		}
	}
	return 0, at
}

func number(d map[int][]float64, op, otherwise int) int {
	if v := d[op]; len(v) > 0 {
		return int(v[0])
	}
	return otherwise
}

// readCFF reads the first font of a file.
func readCFF(data []byte) (*Font, error) {
	b := view(data)
	_, at := index(b, b.u8(2))
	tops, at := index(b, at)
	if len(tops) == 0 {
		return nil, ErrFont
	}
	c := &cff{}
	c.strings, at = index(b, at)
	c.global, _ = index(b, at)
	top := dictionary(tops[0])
	c.glyphs, _ = index(b, number(top, 17, 0))
	if len(c.glyphs) == 0 {
		return nil, ErrFont
	}
	_, keyed := top[1230]
	if keyed {
		c.divided(b, top)
	} else {
		c.parts = []part{c.private(b, top, shape.Identity(), true)}
	}
	f := &Font{Glyphs: len(c.glyphs), outline: c.outline, Width: c.width}
	sids := c.charset(b, number(top, 15, 0))
	if keyed {
		f.CIDs = map[int]int{}
		for g, cid := range sids {
			f.CIDs[cid] = g
		}
		return f, nil
	}
	f.Names = map[string]int{}
	for g, sid := range sids {
		if n := c.name(sid); n != "" {
			if _, has := f.Names[n]; !has {
				f.Names[n] = g
			}
		}
	}
	c.names = f.Names
	f.Codes = c.encoding(b, number(top, 16, 0), sids, f.Names)
	return f, nil
}

// private reads what belongs to one font: its subroutines, widths and scale.
func (c *cff) private(b view, d map[int][]float64, above shape.Matrix, whole bool) part {
	p := part{matrix: shape.Matrix{0.001, 0, 0, 0.001, 0, 0}}
	if m := d[1207]; len(m) == 6 {
		copy(p.matrix[:], m)
		p.matrix = p.matrix.Then(above)
	} else if !whole && above != shape.Identity() {
		p.matrix = above
	}
	if r := d[18]; len(r) == 2 {
		at := int(r[1])
		own := dictionary(b.from(at, int(r[0])))
		if v := own[20]; len(v) > 0 {
			p.width = v[0]
		}
		if v := own[21]; len(v) > 0 {
			p.nominal = v[0]
		}
		if n := number(own, 19, 0); n > 0 {
			p.local, _ = index(b, at+n)
		}
	}
	return p
}

// divided reads the parts of a CID font, and which glyph belongs to which.
func (c *cff) divided(b view, top map[int][]float64) {
	above := shape.Identity()
	if m := top[1207]; len(m) == 6 {
		copy(above[:], m)
	}
	list, _ := index(b, number(top, 1236, 0))
	for _, x := range list[:min(len(list), 256)] {
		c.parts = append(c.parts, c.private(b, dictionary(x), above, false))
	}
	if len(c.parts) == 0 {
		c.parts = []part{{matrix: shape.Matrix{0.001, 0, 0, 0.001, 0, 0}}}
	}
	c.pick = make([]uint8, len(c.glyphs))
	at := number(top, 1237, 0)
	switch b.u8(at) {
	case 0:
		for g := range c.pick {
			c.pick[g] = uint8(b.u8(at + 1 + g))
		}
	case 3:
		for i := range b.u16(at + 1) {
			row := at + 3 + 3*i
			for g := b.u16(row); g < b.u16(row+3) && g < len(c.pick); g++ {
				c.pick[g] = uint8(b.u8(row + 2))
			}
		}
	}
}

func (c *cff) part(g int) *part {
	n := 0
	if g < len(c.pick) {
		n = min(int(c.pick[g]), len(c.parts)-1)
	}
	return &c.parts[n]
}

// charset is the number of each glyph's name, or its CID.
func (c *cff) charset(b view, at int) []int {
	n := len(c.glyphs)
	out := make([]int, 1, n)
	if at <= 2 {
		for g := 1; g < n; g++ { // ISOAdobe counts like the standard strings
			out = append(out, g)
		}
		return out
	}
	format := b.u8(at)
	for at++; len(out) < n && at < len(b); {
		first, more := b.u16(at), 0
		at += 2
		switch format {
		case 1:
			more = b.u8(at)
			at++
		case 2:
			more = b.u16(at)
			at += 2
		}
		for i := 0; i <= more && len(out) < n; i++ {
			out = append(out, first+i)
		}
	}
	return out
}

// name is a string by its number.
func (c *cff) name(sid int) string {
	if sid < len(standardStrings()) {
		return standardStrings()[sid]
	}
	if i := sid - 391; i >= 0 && i < len(c.strings) {
		return string(c.strings[i])
	}
	return ""
}

// encoding numbers glyphs by codes.
func (c *cff) encoding(b view, at int, sids []int, names map[string]int) map[int]int {
	out := map[int]int{}
	if at <= 1 {
		for code, n := range Standard() {
			if g, ok := names[n]; ok && n != "" {
				out[code] = g
			}
		}
		return out
	}
	format, n := b.u8(at), b.u8(at+1)
	at += 2
	g := 1
	for range n {
		code, more := b.u8(at), 0
		at++
		if format&0x7f == 1 {
			more = b.u8(at)
			at++
		}
		for i := 0; i <= more && g < len(sids); i++ {
			out[code+i] = g
			g++
		}
	}
	if format&0x80 != 0 {
		for i := range b.u8(at) {
			if k, ok := names[c.name(b.u16(at+2+3*i))]; ok {
				out[b.u8(at+1+3*i)] = k
			}
		}
	}
	return out
}

func (c *cff) outline(g int) *shape.Path {
	r := c.run(g)
	p := &shape.Path{}
	p.Append(&r.path, c.part(g).matrix)
	return p
}

func (c *cff) width(g int) (float64, bool) {
	if g < 0 || g >= len(c.glyphs) {
		return 0, false
	}
	r := c.run(g)
	return r.width * c.part(g).matrix[0], true
}

func (c *cff) run(g int) *type2 {
	p := c.part(g)
	r := &type2{font: c, part: p, width: p.width}
	r.program(c.glyphs[g], 0)
	r.path.Close()
	return r
}
