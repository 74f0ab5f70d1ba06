package font

import (
	"sekisho/scan/shape"
)

// trueType is a font with outlines of the TrueType kind.
type trueType struct {
	loca, glyf view
	long       bool
	em         float64
	glyphs     int
}

// readTrueType reads the tables of an sfnt file; some may be missing.
func readTrueType(data []byte) (*Font, error) {
	b := view(data)
	at := 0
	if string(data[:4]) == "ttcf" {
		at = b.u32(12)
	}
	tables := map[string]view{}
	for i := range min(b.u16(at+4), 64) {
		row := at + 12 + 16*i
		if tag := b.from(row, 4); len(tag) == 4 {
			tables[string(tag)] = b.from(b.u32(row+8), b.u32(row+12))
		}
	}
	var f *Font
	if cff := tables["CFF "]; cff != nil {
		inner, err := readCFF(cff)
		if err != nil {
			return nil, err
		}
		f = inner
	} else {
		t := &trueType{loca: tables["loca"], glyf: tables["glyf"], long: tables["head"].u16(50) != 0, em: float64(tables["head"].u16(18))}
		if t.em < 16 {
			t.em = 1000
		}
		size := 2
		if t.long {
			size = 4
		}
		t.glyphs = len(t.loca)/size - 1
		if n := tables["maxp"].u16(4); n > 0 {
			t.glyphs = min(t.glyphs, n)
		}
		if t.glyphs <= 0 || t.glyf == nil {
			return nil, ErrFont
		}
		f = &Font{Glyphs: t.glyphs, outline: t.outline}
	}
	f.advances(tables["hhea"].u16(34), tables["hmtx"], tables["head"].u16(18))
	f.charmaps(tables["cmap"])
	f.post(tables["post"])
	return f, nil
}

// advances takes the widths of glyphs.
func (f *Font) advances(n int, hmtx view, em int) {
	if n <= 0 || len(hmtx) < 4 || em < 16 {
		return
	}
	n = min(n, len(hmtx)/4)
	f.Width = func(g int) (float64, bool) {
		return float64(hmtx.u16(4*min(g, n-1))) / float64(em), g >= 0
	}
}

// outline reads a glyph.
func (t *trueType) outline(g int) *shape.Path {
	p := &shape.Path{}
	left := 256
	t.add(p, g, shape.Matrix{1 / t.em, 0, 0, 1 / t.em, 0, 0}, 0, &left)
	return p
}

func (t *trueType) data(g int) view {
	if g < 0 || g >= t.glyphs {
		return nil
	}
	a, b := 2*t.loca.u16(2*g), 2*t.loca.u16(2*g+2)
	if t.long {
		a, b = t.loca.u32(4*g), t.loca.u32(4*g+4)
	}
	return t.glyf.from(a, b-a)
}

// add appends a glyph, mapped by m; left bounds the glyphs of which it is made.
func (t *trueType) add(p *shape.Path, g int, m shape.Matrix, depth int, left *int) {
	b := t.data(g)
	if *left--; len(b) < 10 || depth > maxDeep || *left < 0 {
		return
	}
	if n := b.i16(0); n >= 0 {
		simple(p, b[10:], n, m)
		return
	}
	for at, more := 10, true; more && at+4 <= len(b); {
		flags, part := b.u16(at), b.u16(at+2)
		at += 4
		var dx, dy int
		if flags&1 != 0 {
			dx, dy = b.i16(at), b.i16(at+2)
			at += 4
		} else {
			dx, dy = int(int8(b.u8(at))), int(int8(b.u8(at+1)))
			at += 2
		}
		if flags&2 == 0 {
			dx, dy = 0, 0 // by points that are to meet: rare
		}
		own := shape.Matrix{1, 0, 0, 1, float64(dx), float64(dy)}
		f2 := func(at int) float64 { return float64(b.i16(at)) / 16384 }
		switch {
		case flags&8 != 0:
			own[0], own[3] = f2(at), f2(at)
			at += 2
		case flags&0x40 != 0:
			own[0], own[3] = f2(at), f2(at+2)
			at += 4
		case flags&0x80 != 0:
			own[0], own[1], own[2], own[3] = f2(at), f2(at+2), f2(at+4), f2(at+6)
			at += 8
		}
		t.add(p, part, own.Then(m), depth+1, left)
		more = flags&0x20 != 0
	}
}

type spot struct {
	x, y int
	on   bool
}

// simple reads a glyph that has n outlines of its own.
func simple(p *shape.Path, b view, n int, m shape.Matrix) {
	if n == 0 || 2*n > len(b) {
		return
	}
	count := b.u16(2*n-2) + 1
	at := 2*n + 2 + b.u16(2*n)
	if count > len(b)*256 || count > 65536 {
		return
	}
	flags := make([]byte, 0, count)
	for len(flags) < count && at < len(b) {
		f := b[at]
		at++
		flags = append(flags, f)
		if f&8 != 0 {
			for r := b.u8(at); r > 0 && len(flags) < count; r-- {
				flags = append(flags, f)
			}
			at++
		}
	}
	spots := make([]spot, len(flags))
	axis := func(short, same byte, set func(i, v int)) {
		v := 0
		for i, f := range flags {
			switch {
			case f&short != 0 && f&same != 0:
				v += b.u8(at)
				at++
			case f&short != 0:
				v -= b.u8(at)
				at++
			case f&same == 0:
				v += b.i16(at)
				at += 2
			}
			set(i, v)
		}
	}
	axis(2, 16, func(i, v int) { spots[i].x = v })
	axis(4, 32, func(i, v int) { spots[i].y = v; spots[i].on = flags[i]&1 != 0 })
	first := 0
	for i := range n {
		end := b.u16(2*i) + 1
		if end > len(spots) || end <= first {
			continue
		}
		contour(p, spots[first:end], m)
		first = end
	}
}

// contour draws one outline of quadratic curves, whose points on the curve may be left out halfway between others.
func contour(p *shape.Path, list []spot, m shape.Matrix) {
	at := func(s spot) shape.Point { return m.Apply(shape.Point{X: float64(s.x), Y: float64(s.y)}) }
	half := func(a, b shape.Point) shape.Point { return shape.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2} }
	n := len(list)
	start := at(list[0])
	first := 1
	if !list[0].on {
		if last := list[n-1]; last.on {
			start, n = at(last), n-1
		} else {
			start = half(start, at(last))
		}
		first = 0
	}
	p.MoveTo(start.X, start.Y)
	for i := first; i < n; i++ {
		c := at(list[i])
		if list[i].on {
			p.LineTo(c.X, c.Y)
			continue
		}
		to := start
		if i+1 < n {
			if to = at(list[i+1]); list[i+1].on {
				i++
			} else {
				to = half(c, to)
			}
		}
		p.QuadTo(c.X, c.Y, to.X, to.Y)
	}
	p.Close()
}

// charmaps reads the tables that lead from codes to glyphs.
func (f *Font) charmaps(b view) {
	for i := range min(b.u16(2), 32) {
		row := 4 + 8*i
		platform, encoding, at := b.u16(row), b.u16(row+2), b.u32(row+4)
		t := b.from(at, len(b))
		if t == nil {
			continue
		}
		switch {
		case platform == 3 && encoding == 0:
			f.Symbols = codes(t)
		case platform == 1:
			f.Mac = codes(t)
		case platform == 0 || platform == 3 && (encoding == 1 || encoding == 10):
			if f.Runes == nil {
				f.Runes = map[rune]int{}
			}
			for c, g := range codes(t) {
				f.Runes[rune(c)] = g
			}
		}
	}
}

// codes reads one table.
func codes(b view) map[int]int {
	out := map[int]int{}
	switch b.u16(0) {
	case 0:
		for c := range 256 {
			if g := b.u8(6 + c); g != 0 {
				out[c] = g
			}
		}
	case 4:
		segments(b, out)
	case 6:
		first := b.u16(6)
		for i := range b.u16(8) {
			if g := b.u16(10 + 2*i); g != 0 {
				out[first+i] = g
			}
		}
	case 12:
		for i := range min(b.u32(12), len(b)/12) {
			row := 16 + 12*i
			first, last, g := b.u32(row), b.u32(row+4), b.u32(row+8)
			for c := first; c <= last && c < 0x110000 && len(out) < maxGlyphs; c++ {
				out[c] = g + c - first
			}
		}
	}
	return out
}

// segments reads a table of format 4.
func segments(b view, out map[int]int) {
	n := b.u16(6) / 2
	for i := range min(n, len(b)/8) {
		end, start := b.u16(14+2*i), b.u16(16+2*n+2*i)
		delta, offset := b.u16(16+4*n+2*i), b.u16(16+6*n+2*i)
		for c := start; c <= end && c != 0xffff && len(out) < maxGlyphs; c++ {
			g := c
			if offset != 0 {
				if g = b.u16(16 + 6*n + 2*i + offset + 2*(c-start)); g == 0 {
					continue
				}
			}
			if g = (g + delta) & 0xffff; g != 0 {
				out[c] = g
			}
		}
	}
}

// post takes the names of glyphs.
func (f *Font) post(b view) {
	if f.Names != nil || b.u32(0) != 0x20000 {
		return
	}
	f.Names = map[string]int{}
	n := min(b.u16(32), maxGlyphs)
	var own []string
	for at := 34 + 2*n; at < len(b); {
		size := b.u8(at)
		own = append(own, string(b.from(at+1, size)))
		at += 1 + size
	}
	for g := range n {
		k := b.u16(34 + 2*g)
		name := ""
		if k < 258 {
			name = macGlyph(k)
		} else if k-258 < len(own) {
			name = own[k-258]
		}
		if _, has := f.Names[name]; !has && name != "" {
			f.Names[name] = g
		}
	}
}
