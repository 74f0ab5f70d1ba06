package jbig2

import (
	"encoding/binary"
	"math/bits"

	"sekisho/scan/arithmetic"
)

// number is what was learned of one kind of number (annex A).
type number [512]arithmetic.Context

// read decodes a number; ok is false for the one that is none.
func (n *number) read(a *arithmetic.Decoder) (v int, ok bool) {
	prior := 1
	bit := func() int {
		b := a.Bit(&n[prior])
		if prior < 256 {
			prior = prior<<1 | b
		} else {
			prior = (prior<<1|b)&511 | 256
		}
		return b
	}
	negative := bit() == 1
	size, add := 32, 4436
	for _, c := range [5][2]int{{2, 0}, {4, 4}, {6, 20}, {8, 84}, {12, 340}} {
		if bit() == 0 {
			size, add = c[0], c[1]
			break
		}
	}
	for range size {
		v = v<<1 | bit()
	}
	v += add
	if !negative {
		return v, true
	}
	return -v, v != 0
}

// names decodes which symbol is meant, of codes of so many bits.
type names struct {
	learned []arithmetic.Context
	size    int
}

func newNames(symbols int) *names {
	n := &names{size: bits.Len(uint(max(0, symbols-1)))}
	n.learned = make([]arithmetic.Context, 1<<n.size)
	return n
}

func (n *names) read(a *arithmetic.Decoder) int {
	prior := 1
	for range n.size {
		prior = prior<<1 | a.Bit(&n.learned[prior])
	}
	return prior - 1<<n.size
}

// composing is all that is learned while symbols are placed (section 6.4).
type composing struct {
	strip, first, gap, inStrip           number
	refines, width, height, right, below number
	names                                *names
	points                               []arithmetic.Context // of refinements
	template                             int
	at                                   []offset
}

func newComposing(symbols int) *composing {
	return &composing{names: newNames(symbols), points: make([]arithmetic.Context, 1<<13)}
}

// known are the symbols of the dictionaries that a segment refers to.
func (d *decoder) known(s *segment) (list []*bitmap, err error) {
	for _, r := range s.refers {
		list = append(list, d.symbols[r]...)
		if len(list) > maxSymbols {
			return nil, ErrFormat
		}
	}
	return list, nil
}

// making is a dictionary that is being decoded.
type making struct {
	a                    *arithmetic.Decoder
	points               []arithmetic.Context
	template             int
	at                   []offset
	aggregate            bool
	height, width, count number
	compose              *composing
	list                 []*bitmap
}

// dictionary decodes a dictionary of symbols (section 7.4.2, 6.5).
func (d *decoder) dictionary(s *segment) error {
	b := s.data
	if len(b) < 2 {
		return ErrFormat
	}
	flags := int(b[0])<<8 | int(b[1])
	if flags&1 != 0 || flags&0x100 != 0 {
		return ErrFormat // Huffman, or contexts of another dictionary
	}
	k := &making{a: &arithmetic.Decoder{}, points: make([]arithmetic.Context, 1<<16), template: flags >> 10 & 3, aggregate: flags&2 != 0}
	var err error
	if k.at, b, err = offsets(b[2:], adaptive(k.template)); err != nil {
		return err
	}
	var refine []offset
	if k.aggregate && flags&0x1000 == 0 {
		if refine, b, err = offsets(b, 2); err != nil {
			return err
		}
	}
	if len(b) < 8 {
		return ErrFormat
	}
	exported, made := int(binary.BigEndian.Uint32(b)), int(binary.BigEndian.Uint32(b[4:]))
	if k.list, err = d.known(s); err != nil {
		return err
	}
	if made < 0 || made > maxSymbols || exported < 0 || exported > maxSymbols {
		return ErrFormat
	}
	k.compose = newComposing(len(k.list) + made)
	k.compose.template, k.compose.at = flags>>12&1, refine
	k.a.Begin(b[8:])
	if err := d.classes(k, len(k.list)+made); err != nil {
		return err
	}
	d.symbols[s.number] = export(k, exported)
	return nil
}

// classes decodes symbols, height by height.
func (d *decoder) classes(k *making, total int) error {
	height := 0
	for len(k.list) < total {
		step, ok := k.height.read(k.a)
		if height += step; !ok || height < 0 || height > maxSide {
			return ErrFormat
		}
		for width := 0; ; {
			step, ok := k.width.read(k.a)
			if !ok {
				break
			}
			if width += step; width < 0 || width > maxSide || len(k.list) >= total || d.ctx.Err() != nil {
				return ErrFormat
			}
			m, err := d.symbol(k, width, height)
			if err != nil {
				return err
			}
			k.list = append(k.list, m)
		}
		if d.left -= 64; d.left < 0 {
			return ErrFormat
		}
	}
	return nil
}

// symbol decodes one: from points, or from others.
func (d *decoder) symbol(k *making, w, h int) (*bitmap, error) {
	if !k.aggregate {
		return d.points(k.a, k.points, w, h, k.template, false, k.at)
	}
	n, ok := k.count.read(k.a)
	if !ok || n < 1 {
		return nil, ErrFormat
	}
	c := k.compose
	if n > 1 {
		return d.compose(k.a, c, k.list, layout{w: w, h: h, count: n, strips: 1, corner: 1, refine: true})
	}
	id := c.names.read(k.a)
	dx, _ := c.right.read(k.a)
	dy, _ := c.below.read(k.a)
	if id >= len(k.list) {
		return nil, ErrFormat
	}
	return d.refine(k.a, c.points, w, h, c.template, k.list[id], dx, dy, c.at)
}

// export picks the symbols that a dictionary gives to others.
func export(k *making, most int) (out []*bitmap) {
	var runs number
	on := false
	for i, idle := 0, 0; i < len(k.list) && idle < 4; on = !on {
		n, ok := runs.read(k.a)
		if !ok || n < 0 || n > len(k.list)-i {
			break
		}
		if n == 0 {
			idle++
		} else {
			idle = 0
		}
		if on {
			out = append(out, k.list[i:i+n]...)
		}
		i += n
	}
	return out[:min(len(out), most)]
}

// layout is how symbols are placed.
type layout struct {
	w, h, count, strips int
	corner, how         int
	turned, refine      bool
	black               bool
	gap                 int
}

// text decodes a region of symbols (section 7.4.3).
func (d *decoder) text(s *segment, p place, b []byte) (*bitmap, error) {
	if len(b) < 2 {
		return nil, ErrFormat
	}
	flags := int(b[0])<<8 | int(b[1])
	b = b[2:]
	l := layout{w: p.w, h: p.h, strips: 1 << (flags >> 2 & 3), corner: flags >> 4 & 3, turned: flags&0x40 != 0, how: flags >> 7 & 3, black: flags&0x200 != 0, refine: flags&2 != 0}
	if l.gap = flags >> 10 & 31; l.gap > 15 {
		l.gap -= 32
	}
	list, err := d.known(s)
	if err != nil || flags&1 != 0 {
		return nil, ErrFormat
	}
	c := newComposing(len(list))
	c.template = flags >> 15 & 1
	if l.refine && c.template == 0 {
		if c.at, b, err = offsets(b, 2); err != nil {
			return nil, err
		}
	}
	if len(b) < 4 {
		return nil, ErrFormat
	}
	l.count = int(binary.BigEndian.Uint32(b))
	a := &arithmetic.Decoder{}
	a.Begin(b[4:])
	return d.compose(a, c, list, l)
}

// compose places symbols, strip by strip (section 6.4.5).
func (d *decoder) compose(a *arithmetic.Decoder, c *composing, list []*bitmap, l layout) (*bitmap, error) {
	m, err := d.bitmap(l.w, l.h)
	if err != nil {
		return nil, err
	}
	if l.black {
		for i := range m.pix {
			m.pix[i] = 1
		}
	}
	v, _ := c.strip.read(a)
	strip, first := -v*l.strips, 0
	for n := 0; n < l.count; {
		step, ok := c.strip.read(a)
		if !ok {
			return m, ErrFormat
		}
		strip += step * l.strips
		step, ok = c.first.read(a)
		if first += step; !ok {
			return m, ErrFormat
		}
		for at := first; ; {
			if n >= l.count || d.ctx.Err() != nil {
				return m, nil
			}
			t := 0
			if l.strips > 1 {
				t, _ = c.inStrip.read(a)
			}
			x, err := d.instance(a, c, list, l.refine)
			if err != nil {
				return m, err
			}
			at = m.set(x, at, strip+t, l)
			n++
			step, ok := c.gap.read(a)
			if !ok {
				break
			}
			at += step + l.gap
		}
	}
	return m, nil
}

// instance decodes which symbol stands somewhere, and how it differs.
func (d *decoder) instance(a *arithmetic.Decoder, c *composing, list []*bitmap, refine bool) (*bitmap, error) {
	id := c.names.read(a)
	if id >= len(list) {
		return nil, ErrFormat
	}
	x := list[id]
	if d.left -= 16 + x.w*x.h/16; d.left < 0 {
		return nil, ErrFormat
	}
	if !refine {
		return x, nil
	}
	if v, _ := c.refines.read(a); v == 0 {
		return x, nil
	}
	w, _ := c.width.read(a)
	h, _ := c.height.read(a)
	dx, _ := c.right.read(a)
	dy, _ := c.below.read(a)
	return d.refine(a, c.points, x.w+w, x.h+h, c.template, x, w>>1+dx, h>>1+dy, c.at)
}

// set puts a symbol at its place along a strip, and gives where the next one begins.
func (m *bitmap) set(x *bitmap, at, strip int, l layout) int {
	const bottomLeft, topLeft, bottomRight, topRight = 0, 1, 2, 3
	along := x.w - 1
	right, bottom := l.corner == topRight || l.corner == bottomRight, l.corner == bottomLeft || l.corner == bottomRight
	before := right
	if l.turned {
		along, before = x.h-1, bottom
	}
	if before {
		at += along
	}
	px, py := at, strip
	if l.turned {
		px, py = strip, at
	}
	if right {
		px -= x.w - 1
	}
	if bottom {
		py -= x.h - 1
	}
	m.put(x, px, py, l.how)
	if !before {
		at += along
	}
	return at
}
