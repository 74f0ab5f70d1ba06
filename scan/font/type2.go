package font

import (
	"math"

	"sekisho/scan/shape"
)

// type2 runs the program of a glyph (Adobe technical note 5177).
type type2 struct {
	font  *cff
	part  *part
	path  shape.Path
	width float64

	stack []float64
	x, y  float64
	hints int
	wide  bool // the width was looked for
	steps int
	ended bool
	inner bool // drawn as part of another
}

// arg is an operand; 0 when there is none.
func (r *type2) arg(i int) float64 {
	if i < 0 || i >= len(r.stack) {
		return 0
	}
	return r.stack[i]
}

// take looks for a width in front of the operands of the first operator, which has n operands, or an even number of them.
func (r *type2) take(n int, even bool) {
	if r.wide {
		return
	}
	r.wide = true
	if extra := !even && len(r.stack) > n || even && len(r.stack)%2 == 1; extra {
		if !r.inner {
			r.width = r.part.nominal + r.stack[0]
		}
		r.stack = r.stack[1:]
	}
}

func (r *type2) move(dx, dy float64) {
	r.path.Close()
	r.x, r.y = r.x+dx, r.y+dy
	r.path.MoveTo(r.x, r.y)
}

func (r *type2) line(dx, dy float64) {
	r.x, r.y = r.x+dx, r.y+dy
	r.path.LineTo(r.x, r.y)
}

func (r *type2) curve(a, b, c, d, e, f float64) {
	x1, y1 := r.x+a, r.y+b
	x2, y2 := x1+c, y1+d
	r.x, r.y = x2+e, y2+f
	r.path.CurveTo(x1, y1, x2, y2, r.x, r.y)
}

func bias(n int) int {
	switch {
	case n < 1240:
		return 107
	case n < 33900:
		return 1131
	}
	return 32768
}

// program runs b.
func (r *type2) program(b view, depth int) {
	for at := 0; at < len(b) && !r.ended; {
		if r.steps++; r.steps > maxSteps {
			r.ended = true
			return
		}
		c := b.u8(at)
		at++
		switch {
		case c == 28:
			r.push(float64(b.i16(at)))
			at += 2
		case c >= 32 && c <= 246:
			r.push(float64(c - 139))
		case c >= 247 && c <= 250:
			r.push(float64((c-247)*256 + b.u8(at) + 108))
			at++
		case c >= 251 && c <= 254:
			r.push(float64(-(c-251)*256 - b.u8(at) - 108))
			at++
		case c == 255:
			r.push(float64(int32(b.u32(at))) / 65536)
			at += 4
		case c == 10 || c == 29:
			r.call(c, depth)
		case c == 11:
			return
		case c == 19 || c == 20:
			r.take(0, true)
			r.hints += len(r.stack) / 2
			r.stack = r.stack[:0]
			at += (r.hints + 7) / 8
		case c == 12:
			r.escape(b.u8(at))
			at++
		default:
			r.operator(c)
		}
	}
}

func (r *type2) push(v float64) {
	if len(r.stack) < 513 {
		r.stack = append(r.stack, v)
	}
}

func (r *type2) call(c, depth int) {
	if len(r.stack) == 0 || depth > maxDeep {
		return
	}
	list := r.part.local
	if c == 29 {
		list = r.font.global
	}
	i := int(r.stack[len(r.stack)-1]) + bias(len(list))
	r.stack = r.stack[:len(r.stack)-1]
	if i >= 0 && i < len(list) {
		r.program(list[i], depth+1)
	}
}

func (r *type2) operator(c int) {
	switch c {
	case 1, 3, 18, 23: // stems
		r.take(0, true)
		r.hints += len(r.stack) / 2
	case 21:
		r.take(2, false)
		r.move(r.arg(len(r.stack)-2), r.arg(len(r.stack)-1))
	case 22:
		r.take(1, false)
		r.move(r.arg(len(r.stack)-1), 0)
	case 4:
		r.take(1, false)
		r.move(0, r.arg(len(r.stack)-1))
	case 5:
		for i := 0; i+1 < len(r.stack); i += 2 {
			r.line(r.stack[i], r.stack[i+1])
		}
	case 6, 7:
		for i, v := range r.stack {
			if (c == 6) == (i%2 == 0) {
				r.line(v, 0)
			} else {
				r.line(0, v)
			}
		}
	case 8, 24, 25:
		r.curves(c)
	case 26, 27:
		r.straight(c)
	case 30, 31:
		r.turning(c == 31)
	case 14:
		r.end()
	}
	r.stack = r.stack[:0]
}

// curves is rrcurveto, rcurveline and rlinecurve.
func (r *type2) curves(c int) {
	s := r.stack
	if c == 25 {
		for len(s) >= 8 {
			r.line(s[0], s[1])
			s = s[2:]
		}
	}
	for len(s) >= 6 {
		r.curve(s[0], s[1], s[2], s[3], s[4], s[5])
		s = s[6:]
	}
	if c == 24 && len(s) >= 2 {
		r.line(s[0], s[1])
	}
}

// straight is vvcurveto and hhcurveto.
func (r *type2) straight(c int) {
	s := r.stack
	odd := 0.0
	if len(s)%4 == 1 {
		odd, s = s[0], s[1:]
	}
	for ; len(s) >= 4; s = s[4:] {
		if c == 26 {
			r.curve(odd, s[0], s[1], s[2], 0, s[3])
		} else {
			r.curve(s[0], odd, s[1], s[2], s[3], 0)
		}
		odd = 0
	}
}

// turning is vhcurveto and hvcurveto.
func (r *type2) turning(flat bool) {
	s := r.stack
	for ; len(s) >= 4; s = s[4:] {
		last := 0.0
		if len(s) == 5 {
			last = s[4]
		}
		if flat {
			r.curve(s[0], 0, s[1], s[2], last, s[3])
		} else {
			r.curve(0, s[0], s[1], s[2], s[3], last)
		}
		flat = !flat
	}
}

// end is endchar; with four operands it puts an accent on a letter.
func (r *type2) end() {
	n := 0
	if len(r.stack) >= 4 {
		n = 4
	}
	r.take(n, false)
	r.ended = true
	if len(r.stack) < 4 || r.inner {
		return
	}
	s := r.stack[len(r.stack)-4:]
	for i, code := range []float64{s[2], s[3]} {
		k := int(code)
		if k < 0 || k > 255 {
			continue
		}
		g, ok := r.font.names[Standard()[k]]
		if !ok {
			continue
		}
		sub := &type2{font: r.font, part: r.part, inner: true}
		sub.program(r.font.glyphs[g], maxDeep/2)
		sub.path.Close()
		m := shape.Identity()
		if i == 1 {
			m[4], m[5] = s[0], s[1]
		}
		r.path.Append(&sub.path, m)
	}
}

// escape is an operator of two bytes. Those that reckon are hardly ever used; they empty the stack.
func (r *type2) escape(c int) {
	s := r.stack
	a := r.arg
	switch {
	case c == 34 && len(s) >= 7: // hflex
		r.curve(a(0), 0, a(1), a(2), a(3), 0)
		r.curve(a(4), 0, a(5), -a(2), a(6), 0)
	case c == 35 && len(s) >= 12: // flex
		r.curve(a(0), a(1), a(2), a(3), a(4), a(5))
		r.curve(a(6), a(7), a(8), a(9), a(10), a(11))
	case c == 36 && len(s) >= 9: // hflex1
		r.curve(a(0), a(1), a(2), a(3), a(4), 0)
		r.curve(a(5), 0, a(6), a(7), a(8), -(a(1) + a(3) + a(7)))
	case c == 37 && len(s) >= 11: // flex1
		dx, dy := a(0)+a(2)+a(4)+a(6)+a(8), a(1)+a(3)+a(5)+a(7)+a(9)
		r.curve(a(0), a(1), a(2), a(3), a(4), a(5))
		if math.Abs(dx) > math.Abs(dy) {
			r.curve(a(6), a(7), a(8), a(9), a(10), -dy)
		} else {
			r.curve(a(6), a(7), a(8), a(9), -dx, a(10))
		}
	case c == 12 && len(s) >= 2: // div
		v := 0.0
		if d := s[len(s)-1]; d != 0 {
			v = s[len(s)-2] / d
		}
		r.stack = append(s[:len(s)-2], v)
		return
	}
	r.stack = r.stack[:0]
}
