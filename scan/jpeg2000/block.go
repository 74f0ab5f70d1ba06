package jpeg2000

import "sekisho/scan/arithmetic"

// Contexts of the coder (table D.1 to D.5): of significance from 0, of signs from 9, of refinement from 14.
const (
	contextSign   = 9
	contextRefine = 14
	contextRun    = 17
	contextPlain  = 18
	contexts      = 19
)

// State of a value in a code block.
const (
	significant = 1 << iota
	negative
	refined
	visited
)

// decoding is a code block that is being decoded. Values have a border of one on each side.
type decoding struct {
	w, h, row int
	state     []uint8
	magnitude []uint32
	half      uint32 // half of the last bit plane that was decoded
	band      *band
	style     int
	mq        arithmetic.Decoder
	learned   [contexts]arithmetic.Context
	raw       *rawBits // in the place of mq
	plane     uint     // the bit plane
}

// value is a coefficient in steps of quantisation.
func (d *decoding) value(i int, reversible bool) float32 {
	w := d.w
	k := (i/w+1)*d.row + i%w + 1
	m := d.magnitude[k]
	if m == 0 {
		return 0
	}
	v := float32(m)
	if !reversible || d.half > 0 {
		v += float32(d.half)
		if d.half == 0 {
			v += 0.5
		}
	}
	if d.state[k]&negative != 0 {
		return -v
	}
	return v
}

// decode runs the passes of a block (section D).
func (c *block) decode(b *band, style int) *decoding {
	d := &decoding{w: c.x1 - c.x0, h: c.y1 - c.y0, band: b, style: style}
	d.row = d.w + 2
	d.state = make([]uint8, d.row*(d.h+2))
	d.magnitude = make([]uint32, d.row*(d.h+2))
	planes := b.bits - c.zero
	if planes <= 0 || planes > 31 {
		return d
	}
	d.plane = uint(planes - 1)
	d.reset()
	pass, kind := 0, 2 // the first pass is a cleanup
	for _, x := range c.pieces {
		raw := style&1 != 0 && pass >= 10 && kind != 2
		if raw {
			d.raw = &rawBits{b: x.data}
		} else {
			d.raw = nil
			d.mq.Begin(x.data)
		}
		for range x.passes {
			d.pass(kind)
			if style&2 != 0 {
				d.reset()
			}
			pass++
			if kind++; kind == 3 {
				kind = 0
				if d.plane == 0 {
					return d
				}
				d.plane--
			}
		}
	}
	// What follows the last pass is not known: the middle of it is the best guess.
	if d.half = 1 << d.plane; kind != 0 {
		d.half >>= 1
	}
	return d
}

// reset gives the contexts their first states (table D.7).
func (d *decoding) reset() {
	d.learned = [contexts]arithmetic.Context{0: arithmetic.In(4), contextRun: arithmetic.In(3), contextPlain: arithmetic.In(46)}
}

func (d *decoding) bit(context int) int { return d.mq.Bit(&d.learned[context]) }

// pass is one of the three: significance, refinement, cleanup.
func (d *decoding) pass(kind int) {
	for y := 0; y < d.h; y += 4 {
		for x := range d.w {
			switch kind {
			case 0:
				d.spread(x, y)
			case 1:
				d.refine(x, y)
			default:
				d.clean(x, y)
			}
		}
	}
	if kind == 2 {
		if d.style&32 != 0 {
			for range 4 {
				d.bit(contextPlain)
			}
		}
		for i := range d.state {
			d.state[i] &^= visited
		}
	}
}

// around counts significant neighbours: beside, above and below, at the corners. below says whether the row below counts.
func (d *decoding) around(k int, below bool) (h, v, c int) {
	s := d.state
	h = int(s[k-1]&1) + int(s[k+1]&1)
	v = int(s[k-d.row] & 1)
	c = int(s[k-d.row-1]&1) + int(s[k-d.row+1]&1)
	if below {
		v += int(s[k+d.row] & 1)
		c += int(s[k+d.row-1]&1) + int(s[k+d.row+1]&1)
	}
	return h, v, c
}

// counts says whether the row below y counts: not across stripes when the style says so.
func (d *decoding) counts(y int) bool { return d.style&8 == 0 || y&3 != 3 }

// contextOf is the context of significance (table D.1).
func (d *decoding) contextOf(h, v, c int) int {
	if d.band.high[0] && d.band.high[1] {
		switch n := h + v; {
		case c >= 3:
			return 8
		case c == 2:
			return min(7, 6+n)
		case c == 1:
			return 3 + min(2, n)
		default:
			return min(2, n)
		}
	}
	if d.band.high[0] {
		h, v = v, h
	}
	switch {
	case h == 2:
		return 8
	case h == 1 && v >= 1:
		return 7
	case h == 1 && c >= 1:
		return 6
	case h == 1:
		return 5
	case v == 2:
		return 4
	case v == 1:
		return 3
	}
	return min(2, c)
}

// turn reads the sign of a value that has become significant (table D.2, D.3).
func (d *decoding) turn(k, y int) {
	part := func(i int) int {
		switch d.state[i] & (significant | negative) {
		case significant:
			return 1
		case significant | negative:
			return -1
		}
		return 0
	}
	h := part(k-1) + part(k+1)
	v := part(k - d.row)
	if d.counts(y) {
		v += part(k + d.row)
	}
	h, v = min(1, max(-1, h)), min(1, max(-1, v))
	flip := h < 0 || h == 0 && v < 0
	if flip {
		h, v = -h, -v
	}
	context := contextSign
	switch {
	case h == 1:
		context += 3 + v
	case v == 1:
		context++
	}
	bit := 0
	if d.raw != nil {
		bit, flip = d.raw.bit(), false
	} else {
		bit = d.bit(context)
	}
	if (bit == 1) != flip {
		d.state[k] |= negative
	}
	d.state[k] |= significant
	d.magnitude[k] |= 1 << d.plane
}

func (d *decoding) spread(x, top int) {
	for y := top; y < min(d.h, top+4); y++ {
		k := (y+1)*d.row + x + 1
		if d.state[k]&significant != 0 {
			continue
		}
		h, v, c := d.around(k, d.counts(y))
		if h+v+c == 0 {
			continue
		}
		d.state[k] |= visited
		bit := 0
		if d.raw != nil {
			bit = d.raw.bit()
		} else {
			bit = d.bit(d.contextOf(h, v, c))
		}
		if bit == 1 {
			d.turn(k, y)
		}
	}
}

func (d *decoding) refine(x, top int) {
	for y := top; y < min(d.h, top+4); y++ {
		k := (y+1)*d.row + x + 1
		if d.state[k]&(significant|visited) != significant {
			continue
		}
		context := contextRefine
		if d.state[k]&refined != 0 {
			context += 2
		} else if h, v, c := d.around(k, d.counts(y)); h+v+c > 0 {
			context++
		}
		bit := 0
		if d.raw != nil {
			bit = d.raw.bit()
		} else {
			bit = d.bit(context)
		}
		d.magnitude[k] |= uint32(bit) << d.plane
		d.state[k] |= refined
	}
}

func (d *decoding) clean(x, top int) {
	y := top
	if top+4 <= d.h && d.still(x, top) {
		if d.bit(contextRun) == 0 {
			return
		}
		y += d.bit(contextPlain)<<1 | d.bit(contextPlain)
		d.turn((y+1)*d.row+x+1, y)
		y++
	}
	for ; y < min(d.h, top+4); y++ {
		k := (y+1)*d.row + x + 1
		if d.state[k]&(significant|visited) != 0 {
			continue
		}
		h, v, c := d.around(k, d.counts(y))
		if d.bit(d.contextOf(h, v, c)) == 1 {
			d.turn(k, y)
		}
	}
}

// still says whether a column of four has nothing in it or around it.
func (d *decoding) still(x, top int) bool {
	for y := top; y < top+4; y++ {
		k := (y+1)*d.row + x + 1
		if d.state[k]&(significant|visited) != 0 {
			return false
		}
		if h, v, c := d.around(k, d.counts(y)); h+v+c > 0 {
			return false
		}
	}
	return true
}

// rawBits takes bits that are not coded.
type rawBits struct {
	b    []byte
	at   int
	have int
	now  byte
}

func (r *rawBits) bit() int {
	if r.have == 0 {
		last := r.now
		r.now = 0xff
		if r.at < len(r.b) {
			r.now = r.b[r.at]
		}
		r.at++
		r.have = 8
		if last == 0xff && r.at > 1 {
			r.have = 7
		}
	}
	r.have--
	return int(r.now>>r.have) & 1
}
