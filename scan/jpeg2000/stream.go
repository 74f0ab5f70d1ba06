package jpeg2000

import "encoding/binary"

// component is one of the planes of a picture.
type component struct {
	bits   int
	signed bool
	dx, dy int // points of the picture to one of the plane
	coding coding
	steps  steps
}

// coding is how a component is transformed and cut up (COD, COC).
type coding struct {
	levels     int
	cbw, cbh   int // exponents of the size of code blocks
	style      int
	reversible bool
	precinct   [33]byte // exponents of sizes, by resolution
}

// steps are the sizes of the steps of quantisation (QCD, QCC).
type steps struct {
	style int // 0 none, 1 derived, 2 each
	guard int
	v     []int
}

// codestream is what the headers say, and the data of each tile.
type codestream struct {
	x0, y0, x1, y1     int
	tx0, ty0, tdx, tdy int
	components         []component
	order, layers      int
	mixed              bool // the first three components are mixed
	markers            int  // of Scod: packets are marked
	tiles              [][][]byte
	across             int
	drop               int // resolutions that are not decoded
}

func ceil(a, b int) int { return (a + b - 1) / b }

// shift divides by a power of two, upwards.
func shift(a, n int) int { return (a + 1<<n - 1) >> n }

// reduced is a coordinate at the resolution that is decoded.
func (s *codestream) reduced(v int) int { return shift(v, s.drop) }

// shown is how many components are given.
func (s *codestream) shown() int {
	switch n := len(s.components); n {
	case 1, 3:
		return n
	case 2:
		return 1
	default:
		return min(n, 4)
	}
}

// choose drops resolutions as long as the picture stays large enough, and those that would be too large.
func (s *codestream) choose(width, height int) {
	most := 32
	for i := range s.components {
		most = min(most, s.components[i].coding.levels)
	}
	for s.drop < most {
		w, h := shift(s.x1, s.drop+1)-shift(s.x0, s.drop+1), shift(s.y1, s.drop+1)-shift(s.y0, s.drop+1)
		now := (s.reduced(s.x1) - s.reduced(s.x0)) * (s.reduced(s.y1) - s.reduced(s.y0))
		if (w < width || h < height) && now <= maxKept {
			return
		}
		s.drop++
	}
}

// parse reads the main header and collects the parts of tiles.
func parse(b []byte) (*codestream, error) {
	if len(b) < 4 || b[0] != 0xff || b[1] != 0x4f {
		return nil, ErrFormat
	}
	s := &codestream{}
	for at := 2; at+4 <= len(b); {
		kind, size := int(b[at])<<8|int(b[at+1]), int(b[at+2])<<8|int(b[at+3])
		if kind == 0xff90 {
			return s, s.parts(b, at)
		}
		if size < 2 || at+2+size > len(b) {
			break
		}
		if err := s.segment(kind, b[at+4:at+2+size]); err != nil {
			return nil, err
		}
		at += 2 + size
	}
	return nil, ErrFormat
}

// segment reads a segment of the main header.
func (s *codestream) segment(kind int, b []byte) error {
	switch kind {
	case 0xff51:
		return s.size(b)
	case 0xff52:
		if len(b) < 10 || s.components == nil {
			return ErrFormat
		}
		s.markers, s.order, s.layers, s.mixed = int(b[0]), int(b[1]), int(b[2])<<8|int(b[3]), b[4] == 1
		c, ok := codingOf(b[5:], b[0]&1 != 0)
		if !ok {
			return ErrFormat
		}
		for i := range s.components {
			s.components[i].coding = c
		}
	case 0xff53, 0xff5d:
		return s.own(kind, b)
	case 0xff5c:
		q := stepsOf(b)
		for i := range s.components {
			s.components[i].steps = q
		}
	case 0xff5e, 0xff5f, 0xff60: // region of interest, order, packed headers
		return ErrFormat
	}
	return nil
}

// size reads SIZ.
func (s *codestream) size(b []byte) error {
	if len(b) < 36 {
		return ErrFormat
	}
	u := func(i int) int { return int(binary.BigEndian.Uint32(b[2+4*i:])) }
	s.x1, s.y1, s.x0, s.y0, s.tdx, s.tdy, s.tx0, s.ty0 = u(0), u(1), u(2), u(3), u(4), u(5), u(6), u(7)
	n := int(b[34])<<8 | int(b[35])
	if n < 1 || n > maxComponents || len(b) < 36+3*n || s.x1 <= s.x0 || s.y1 <= s.y0 || s.tdx <= 0 || s.tdy <= 0 || s.tx0 > s.x0 || s.ty0 > s.y0 || s.tx0+s.tdx <= s.x0 || s.ty0+s.tdy <= s.y0 {
		return ErrFormat
	}
	if s.x1 > 1<<20 || s.y1 > 1<<20 || (s.x1-s.x0)*(s.y1-s.y0) > maxArea {
		return ErrLarge
	}
	for i := range n {
		c := component{bits: int(b[36+3*i]&0x7f) + 1, signed: b[36+3*i]&0x80 != 0, dx: int(b[37+3*i]), dy: int(b[38+3*i])}
		if c.bits > 24 || c.dx < 1 || c.dy < 1 || c.dx > 8 || c.dy > 8 {
			return ErrFormat
		}
		s.components = append(s.components, c)
	}
	s.across = ceil(s.x1-s.tx0, s.tdx)
	if down := ceil(s.y1-s.ty0, s.tdy); s.across*down > maxTiles {
		return ErrLarge
	} else {
		s.tiles = make([][][]byte, s.across*down)
	}
	return nil
}

// own reads what is said of one component.
func (s *codestream) own(kind int, b []byte) error {
	if len(b) < 2 || int(b[0]) >= len(s.components) {
		return ErrFormat
	}
	c := &s.components[b[0]]
	if kind == 0xff5d {
		c.steps = stepsOf(b[1:])
		return nil
	}
	x, ok := codingOf(b[2:], b[1]&1 != 0)
	if !ok {
		return ErrFormat
	}
	c.coding = x
	return nil
}

func codingOf(b []byte, sizes bool) (c coding, ok bool) {
	if len(b) < 5 {
		return c, false
	}
	c = coding{levels: int(b[0]), cbw: int(b[1]&15) + 2, cbh: int(b[2]&15) + 2, style: int(b[3]), reversible: b[4] == 1}
	if c.levels > 32 || c.cbw > 10 || c.cbh > 10 || c.cbw+c.cbh > 12 {
		return c, false
	}
	for i := range c.precinct {
		c.precinct[i] = 0xff
	}
	if sizes {
		if len(b) < 6+c.levels {
			return c, false
		}
		copy(c.precinct[:], b[5:6+c.levels])
		for i, p := range c.precinct[:c.levels+1] {
			if i > 0 && (p&15 == 0 || p>>4 == 0) {
				return c, false
			}
		}
	}
	return c, true
}

func stepsOf(b []byte) (q steps) {
	if len(b) == 0 {
		return q
	}
	q.style, q.guard = int(b[0]&31), int(b[0]>>5)
	for b = b[1:]; len(b) > 0 && len(q.v) < 100; {
		if q.style == 0 {
			q.v = append(q.v, int(b[0]>>3)<<11)
			b = b[1:]
			continue
		}
		if len(b) < 2 {
			break
		}
		q.v = append(q.v, int(b[0])<<8|int(b[1]))
		b = b[2:]
	}
	return q
}

// step is exponent and mantissa for a subband, which are counted from the lowest on.
func (q *steps) step(band int) (exponent, mantissa int) {
	if len(q.v) == 0 {
		return 0, 0
	}
	if q.style == 1 {
		e := q.v[0] >> 11
		if band > 0 {
			e -= (band - 1) / 3
		}
		return max(0, e), q.v[0] & 0x7ff
	}
	v := q.v[min(band, len(q.v)-1)]
	return v >> 11, v & 0x7ff
}

// parts collects the data of tiles.
func (s *codestream) parts(b []byte, at int) error {
	if s.components == nil || s.layers == 0 {
		return ErrFormat
	}
	for at+12 <= len(b) && b[at] == 0xff && b[at+1] == 0x90 {
		n, size := int(b[at+4])<<8|int(b[at+5]), int(binary.BigEndian.Uint32(b[at+6:]))
		if size == 0 || size > len(b)-at {
			size = len(b) - at
		}
		if n >= len(s.tiles) || size < 14 {
			return nil
		}
		data, ok := body(b[at+12 : at+size])
		if !ok {
			return ErrFormat
		}
		s.tiles[n] = append(s.tiles[n], data)
		at += size
	}
	return nil
}

// body passes over the header of a part of a tile. A header that says anything of weight is refused.
func body(b []byte) ([]byte, bool) {
	for len(b) >= 2 {
		kind := int(b[0])<<8 | int(b[1])
		if kind == 0xff93 {
			return b[2:], true
		}
		if len(b) < 4 || kind != 0xff58 && kind != 0xff64 {
			return nil, false
		}
		size := int(b[2])<<8 | int(b[3])
		if size < 2 || 2+size > len(b) {
			return nil, false
		}
		b = b[2+size:]
	}
	return nil, false
}
