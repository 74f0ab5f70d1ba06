package jpeg2000

import (
	"context"
	"slices"
)

// band is a subband of a resolution.
type band struct {
	x0, y0, x1, y1 int
	high           [2]bool // across, down
	bits           int     // magnitude bits
	step           float32
}

// bandPart is what of a subband belongs to a precinct.
type bandPart struct {
	band             *band
	across           int
	blocks           []block
	inclusion, empty *tagTree
}

// precinct is a place of a resolution whose data come together.
type precinct struct {
	component, resolution, number int
	x, y                          int // on the grid of the picture
	bands                         []bandPart
}

// resolution is a size of a component of a tile.
type resolution struct {
	x0, y0, x1, y1 int
	bands          []*band
	precincts      []*precinct
}

// plane is a component of a tile.
type plane struct {
	c           *component
	resolutions []resolution
}

// rect of a tile on the grid of the picture.
func (s *codestream) rect(i int) (x0, y0, x1, y1 int) {
	p, q := i%s.across, i/s.across
	return max(s.tx0+p*s.tdx, s.x0), max(s.ty0+q*s.tdy, s.y0), min(s.tx0+(p+1)*s.tdx, s.x1), min(s.ty0+(q+1)*s.tdy, s.y1)
}

// tile decodes a tile into the picture. What is missing or damaged stays as far as it came.
func (s *codestream) tile(ctx context.Context, i int, to *Picture) {
	x0, y0, x1, y1 := s.rect(i)
	if x1 <= x0 || y1 <= y0 {
		return
	}
	left := maxBlocks
	planes := make([]plane, len(s.components))
	var all []*precinct
	for k := range planes {
		p := &planes[k]
		p.c = &s.components[k]
		if !p.build(k, x0, y0, x1, y1, &left) {
			return
		}
		for r := range p.resolutions {
			all = append(all, p.resolutions[r].precincts...)
		}
	}
	s.read(all, s.tiles[i])
	n := min(to.Components, len(planes))
	out := make([]samples, n)
	for k := range n {
		if ctx.Err() != nil {
			return
		}
		out[k] = planes[k].samples(s.drop)
	}
	if s.mixed && n >= 3 {
		mix(out, planes[0].c.coding.reversible)
	}
	for k := range n {
		s.put(to, k, &out[k])
	}
}

// build lays out resolutions, subbands, precincts and code blocks (section B.5 to B.9).
func (p *plane) build(number, x0, y0, x1, y1 int, left *int) bool {
	c := &p.c.coding
	x0, y0, x1, y1 = ceil(x0, p.c.dx), ceil(y0, p.c.dy), ceil(x1, p.c.dx), ceil(y1, p.c.dy)
	p.resolutions = make([]resolution, c.levels+1)
	for r := range p.resolutions {
		n := c.levels - r
		res := &p.resolutions[r]
		res.x0, res.y0, res.x1, res.y1 = shift(x0, n), shift(y0, n), shift(x1, n), shift(y1, n)
		kinds := [][2]bool{{true, false}, {false, true}, {true, true}}
		level := n + 1
		if r == 0 {
			kinds, level = [][2]bool{{false, false}}, n
		}
		for k, high := range kinds {
			b := &band{high: high}
			ox, oy := 0, 0
			if high[0] {
				ox = 1 << (level - 1)
			}
			if high[1] {
				oy = 1 << (level - 1)
			}
			b.x0, b.y0, b.x1, b.y1 = shift(x0-ox, level), shift(y0-oy, level), shift(x1-ox, level), shift(y1-oy, level)
			index := 0
			if r > 0 {
				index = 3*(r-1) + 1 + k
			}
			p.quantise(b, index)
			res.bands = append(res.bands, b)
		}
		if !p.precincts(res, number, r, left) {
			return false
		}
	}
	return true
}

// quantise finds the magnitude bits and the step of a subband (equations E-2, E-3).
func (p *plane) quantise(b *band, index int) {
	exponent, mantissa := p.c.steps.step(index)
	b.bits = p.c.steps.guard + exponent - 1
	b.step = 1
	if p.c.coding.reversible {
		return
	}
	gain := 0
	for _, h := range b.high {
		if h {
			gain++
		}
	}
	v := 1 + float32(mantissa)/2048
	for e := p.c.bits + gain - exponent; e != 0; {
		if e > 0 {
			v, e = v*2, e-1
		} else {
			v, e = v/2, e+1
		}
	}
	b.step = v
}

// precincts cuts a resolution into precincts, and its subbands into code blocks.
func (p *plane) precincts(res *resolution, number, r int, left *int) bool {
	c := &p.c.coding
	if res.x1 <= res.x0 || res.y1 <= res.y0 {
		return true
	}
	px, py := int(c.precinct[r]&15), int(c.precinct[r]>>4)
	first, top := res.x0>>px, res.y0>>py
	across, down := shift(res.x1, px)-first, shift(res.y1, py)-top
	if across*down > maxBlocks {
		return false
	}
	cbw, cbh, bx, by := min(c.cbw, px), min(c.cbh, py), px, py
	if r > 0 {
		bx, by = px-1, py-1
		cbw, cbh = min(c.cbw, bx), min(c.cbh, by)
	}
	n := c.levels - r
	for k := range across * down {
		qx, qy := first+k%across, top+k/across
		q := &precinct{component: number, resolution: r, number: k, x: max(qx<<px, res.x0) << n * p.c.dx, y: max(qy<<py, res.y0) << n * p.c.dy}
		for _, b := range res.bands {
			part := bandPart{band: b}
			x0, y0 := max(b.x0, qx<<bx), max(b.y0, qy<<by)
			x1, y1 := min(b.x1, (qx+1)<<bx), min(b.y1, (qy+1)<<by)
			if x1 > x0 && y1 > y0 && !part.cut(x0, y0, x1, y1, cbw, cbh, left) {
				return false
			}
			q.bands = append(q.bands, part)
		}
		res.precincts = append(res.precincts, q)
		if *left--; *left < 0 {
			return false
		}
	}
	return true
}

// cut makes the code blocks of a part of a subband.
func (part *bandPart) cut(x0, y0, x1, y1, cbw, cbh int, left *int) bool {
	first, top := x0>>cbw, y0>>cbh
	across, down := shift(x1, cbw)-first, shift(y1, cbh)-top
	if *left -= across * down; *left < 0 {
		return false
	}
	part.across = across
	part.inclusion, part.empty = newTree(across, down), newTree(across, down)
	for k := range across * down {
		i, j := first+k%across, top+k/across
		part.blocks = append(part.blocks, block{x0: max(x0, i<<cbw), y0: max(y0, j<<cbh), x1: min(x1, (i+1)<<cbw), y1: min(y1, (j+1)<<cbh)})
	}
	return true
}

// read takes the packets in their order (section B.12).
func (s *codestream) read(all []*precinct, data [][]byte) {
	order := s.order
	slices.SortStableFunc(all, func(a, b *precinct) int {
		var x, y []int
		switch order {
		case 2:
			x, y = []int{a.resolution, a.y, a.x, a.component, a.number}, []int{b.resolution, b.y, b.x, b.component, b.number}
		case 3:
			x, y = []int{a.y, a.x, a.component, a.resolution, a.number}, []int{b.y, b.x, b.component, b.resolution, b.number}
		case 4:
			x, y = []int{a.component, a.y, a.x, a.resolution, a.number}, []int{b.component, b.y, b.x, b.resolution, b.number}
		default:
			x, y = []int{a.resolution, a.component, a.number}, []int{b.resolution, b.component, b.number}
		}
		return slices.Compare(x, y)
	})
	b := slices.Concat(data...)
	take := func(p *precinct, layer int) bool {
		rest, ok := p.packet(b, layer, s.components[p.component].coding.style, s.markers)
		b = rest
		return ok
	}
	switch order {
	case 0:
		for layer := range s.layers {
			for _, p := range all {
				if !take(p, layer) {
					return
				}
			}
		}
	case 1:
		for from := 0; from < len(all); {
			to := from
			for to < len(all) && all[to].resolution == all[from].resolution {
				to++
			}
			for layer := range s.layers {
				for _, p := range all[from:to] {
					if !take(p, layer) {
						return
					}
				}
			}
			from = to
		}
	default:
		for _, p := range all {
			for layer := range s.layers {
				if !take(p, layer) {
					return
				}
			}
		}
	}
}

// put writes the samples of a component into the picture.
func (s *codestream) put(to *Picture, k int, v *samples) {
	c := &s.components[k]
	add, scale := float32(0), float32(1)
	if !c.signed {
		add = float32(uint32(1) << (c.bits - 1))
	} else {
		add = 0
	}
	scale = 255 / float32(uint32(1)<<c.bits-1)
	ox, oy := s.reduced(s.x0), s.reduced(s.y0)
	w := v.x1 - v.x0
	for y := v.y0; y < v.y1; y++ {
		for x := v.x0; x < v.x1; x++ {
			b := level((v.at[(y-v.y0)*w+x-v.x0] + add) * scale)
			for dy := range c.dy {
				for dx := range c.dx {
					px, py := x*c.dx+dx-ox, y*c.dy+dy-oy
					if px >= 0 && py >= 0 && px < to.Width && py < to.Height {
						to.Pix[(py*to.Width+px)*to.Components+k] = b
					}
				}
			}
		}
	}
}
