package jbig2

import "sekisho/scan/arithmetic"

// offset is an adaptive point of a template.
type offset struct{ x, y int }

func offsets(b []byte, n int) (list []offset, rest []byte, err error) {
	if len(b) < 2*n {
		return nil, nil, ErrFormat
	}
	for i := range n {
		list = append(list, offset{int(int8(b[2*i])), int(int8(b[2*i+1]))})
	}
	return list, b[2*n:], nil
}

// adaptive is how many adaptive points a template has.
func adaptive(template int) int {
	if template == 0 {
		return 4
	}
	return 1
}

// generic decodes a region of points (section 7.4.6).
func (d *decoder) generic(_ *segment, p place, b []byte) (*bitmap, error) {
	if len(b) < 1 || b[0]&1 != 0 || b[0]&16 != 0 {
		return nil, ErrFormat // MMR, or twelve adaptive points
	}
	template, typical := int(b[0]>>1&3), b[0]&8 != 0
	points, b, err := offsets(b[1:], adaptive(template))
	if err != nil {
		return nil, err
	}
	a := &arithmetic.Decoder{}
	a.Begin(b)
	return d.points(a, make([]arithmetic.Context, 1<<16), p.w, p.h, template, typical, points)
}

// points decodes a bitmap point by point (section 6.2).
func (d *decoder) points(a *arithmetic.Decoder, learned []arithmetic.Context, w, h, template int, typical bool, at []offset) (*bitmap, error) {
	m, err := d.bitmap(w, h)
	if err != nil {
		return nil, err
	}
	same := uint8(0)
	for y := range h {
		if d.ctx.Err() != nil {
			return m, nil
		}
		if typical {
			same ^= uint8(a.Bit(&learned[[4]int{0x9b25, 0x0795, 0x00e5, 0x0195}[template]]))
			if same == 1 {
				if y > 0 {
					copy(m.pix[y*w:(y+1)*w], m.pix[(y-1)*w:y*w])
				}
				continue
			}
		}
		m.row(a, learned, y, template, at)
	}
	return m, nil
}

// row decodes a row: the points around each are its context (figures 3 to 6).
func (m *bitmap) row(a *arithmetic.Decoder, learned []arithmetic.Context, y, template int, at []offset) {
	// What is fixed of a template are runs of points in this row and the two above: left, how many of each, and where they
	// stand in the context.
	type run struct{ dy, right, n, shift int }
	runs := [4][3]run{
		{{0, -1, 4, 0}, {-1, 2, 5, 5}, {-2, 1, 3, 12}},
		{{0, -1, 3, 0}, {-1, 2, 5, 4}, {-2, 2, 4, 9}},
		{{0, -1, 2, 0}, {-1, 1, 4, 3}, {-2, 1, 3, 7}},
		{{0, -1, 4, 0}, {-1, 1, 5, 5}, {0, 0, 0, 0}},
	}[template]
	places := [4][]int{{4, 10, 11, 15}, {3}, {2}, {4}}[template]
	var window [3]int
	for i, r := range runs {
		for x := range r.right {
			window[i] = window[i]<<1 | int(m.at(x, y+r.dy))
		}
	}
	for x := range m.w {
		context := 0
		for i := range runs {
			r := &runs[i]
			if r.n == 0 {
				continue
			}
			if r.right >= 0 {
				window[i] = (window[i]<<1 | int(m.at(x+r.right, y+r.dy))) & (1<<r.n - 1)
			}
			context |= window[i] << r.shift
		}
		for i, p := range places {
			context |= int(m.at(x+at[i].x, y+at[i].y)) << p
		}
		v := uint8(a.Bit(&learned[context]))
		m.pix[y*m.w+x] = v
		window[0] = (window[0]<<1 | int(v)) & (1<<runs[0].n - 1)
	}
}

// refined decodes a refinement of what is on the page (section 7.4.7).
func (d *decoder) refined(_ *segment, p place, b []byte) (*bitmap, error) {
	if len(b) < 1 || b[0]&2 != 0 {
		return nil, ErrFormat
	}
	template := int(b[0] & 1)
	var points []offset
	b = b[1:]
	if template == 0 {
		var err error
		if points, b, err = offsets(b, 2); err != nil {
			return nil, err
		}
	}
	a := &arithmetic.Decoder{}
	a.Begin(b)
	return d.refine(a, make([]arithmetic.Context, 1<<13), p.w, p.h, template, d.page, -p.x, -p.y, points)
}

// refine decodes a bitmap with another one as a model, moved by dx and dy (section 6.3).
func (d *decoder) refine(a *arithmetic.Decoder, learned []arithmetic.Context, w, h, template int, from *bitmap, dx, dy int, at []offset) (*bitmap, error) {
	m, err := d.bitmap(w, h)
	if err != nil {
		return nil, err
	}
	for y := range h {
		if d.ctx.Err() != nil {
			return m, nil
		}
		for x := range w {
			u, v := x-dx, y-dy
			var list []uint8
			if template == 0 {
				list = []uint8{m.at(x-1, y), m.at(x+1, y-1), m.at(x, y-1), m.at(x+at[0].x, y+at[0].y), from.at(u+1, v+1), from.at(u, v+1), from.at(u-1, v+1),
					from.at(u+1, v), from.at(u, v), from.at(u-1, v), from.at(u+1, v-1), from.at(u, v-1), from.at(u+at[1].x, v+at[1].y)}
			} else {
				list = []uint8{m.at(x-1, y), m.at(x+1, y-1), m.at(x, y-1), m.at(x-1, y-1), from.at(u+1, v+1), from.at(u, v+1), from.at(u+1, v), from.at(u, v),
					from.at(u-1, v), from.at(u, v-1)}
			}
			context := 0
			for i, p := range list {
				context |= int(p) << i
			}
			m.pix[y*w+x] = uint8(a.Bit(&learned[context]))
		}
	}
	return m, nil
}
