// Package shape holds outlines in the plane: paths of lines and curves, the strip that a pen leaves along them, and the
// points of a picture that they cover.
//
// Coordinates come from hostile documents: every number is accepted, what is no number counts as 0, and far outside is
// brought near enough to be reckoned with.
package shape

import "math"

// Point is a point.
type Point struct{ X, Y float64 }

// Matrix maps (x, y) to (ax+cy+e, bx+dy+f); its fields are a to f, as in PDF.
type Matrix [6]float64

// Identity maps every point to itself.
func Identity() Matrix { return Matrix{1, 0, 0, 1, 0, 0} }

// Then is m followed by n.
func (m Matrix) Then(n Matrix) Matrix {
	return Matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// Apply maps a point.
func (m Matrix) Apply(p Point) Point {
	return Point{finite(m[0]*p.X + m[2]*p.Y + m[4]), finite(m[1]*p.X + m[3]*p.Y + m[5])}
}

// Inverse maps back; ok is false when m is flat.
func (m Matrix) Inverse() (n Matrix, ok bool) {
	d := m[0]*m[3] - m[1]*m[2]
	if math.Abs(d) < 1e-14 || math.IsNaN(d) || math.IsInf(d, 0) {
		return Identity(), false
	}
	n = Matrix{m[3] / d, -m[1] / d, -m[2] / d, m[0] / d, 0, 0}
	n[4] = -(m[4]*n[0] + m[5]*n[2])
	n[5] = -(m[4]*n[1] + m[5]*n[3])
	return n, true
}

// Scale is by how much m makes lengths larger, on the whole.
func (m Matrix) Scale() float64 {
	return math.Sqrt(math.Abs(m[0]*m[3] - m[1]*m[2]))
}

// far is beyond all pictures.
const far = 1e7

func finite(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return min(far, max(-far, v))
}

// Op is a step of a path.
type Op byte

// The steps, with the points that each takes.
const (
	Move  Op = iota // 1
	Line            // 1
	Curve           // 3: a cubic Bezier curve
	Close           // 0
)

// maxPoints bounds one path.
const maxPoints = 200_000

// Path is an outline. The zero value is an empty one.
type Path struct {
	Ops    []Op
	Points []Point
	begin  Point
}

// Empty says whether nothing is in the path.
func (p *Path) Empty() bool { return len(p.Ops) == 0 }

// At is the current point.
func (p *Path) At() Point {
	if len(p.Points) == 0 {
		return Point{}
	}
	if p.Ops[len(p.Ops)-1] == Close {
		return p.begin
	}
	return p.Points[len(p.Points)-1]
}

func (p *Path) add(o Op, points ...Point) {
	if len(p.Points) > maxPoints || len(p.Ops) > maxPoints {
		return
	}
	p.Ops = append(p.Ops, o)
	for _, q := range points {
		p.Points = append(p.Points, Point{finite(q.X), finite(q.Y)})
	}
}

// MoveTo begins a new piece.
func (p *Path) MoveTo(x, y float64) {
	p.begin = Point{finite(x), finite(y)}
	p.add(Move, p.begin)
}

// LineTo draws a line.
func (p *Path) LineTo(x, y float64) {
	p.started(x, y)
	p.add(Line, Point{x, y})
}

// CurveTo draws a cubic curve.
func (p *Path) CurveTo(x1, y1, x2, y2, x, y float64) {
	p.started(x1, y1)
	p.add(Curve, Point{x1, y1}, Point{x2, y2}, Point{x, y})
}

// QuadTo draws a quadratic curve.
func (p *Path) QuadTo(x1, y1, x, y float64) {
	p.started(x1, y1)
	a := p.At()
	p.add(Curve, Point{a.X + (x1-a.X)*2/3, a.Y + (y1-a.Y)*2/3}, Point{x + (x1-x)*2/3, y + (y1-y)*2/3}, Point{x, y})
}

// started makes sure that there is a current point in an open piece.
func (p *Path) started(x, y float64) {
	switch {
	case len(p.Ops) == 0:
		p.MoveTo(x, y)
	case p.Ops[len(p.Ops)-1] == Close:
		p.MoveTo(p.begin.X, p.begin.Y)
	}
}

// Close leads back to where the piece began.
func (p *Path) Close() {
	if len(p.Ops) > 0 && p.Ops[len(p.Ops)-1] != Close {
		p.add(Close)
	}
}

// Rect adds a rectangle.
func (p *Path) Rect(x, y, w, h float64) {
	p.MoveTo(x, y)
	p.LineTo(x+w, y)
	p.LineTo(x+w, y+h)
	p.LineTo(x, y+h)
	p.Close()
}

// Append adds the pieces of q, mapped by m.
func (p *Path) Append(q *Path, m Matrix) {
	if len(p.Points)+len(q.Points) > maxPoints {
		return
	}
	p.Ops = append(p.Ops, q.Ops...)
	for _, x := range q.Points {
		p.Points = append(p.Points, m.Apply(x))
	}
	p.begin = m.Apply(q.begin)
}

// Polyline is a piece of straight lines.
type Polyline struct {
	Points []Point
	Closed bool
}

// Flatten maps the path by m and makes curves into lines that deviate by a twentieth at most, in units of the result times
// scale.
func (p *Path) Flatten(m Matrix, scale float64) []Polyline {
	var out []Polyline
	var now Polyline
	end := func() {
		if len(now.Points) > 0 {
			out = append(out, now)
		}
		now = Polyline{}
	}
	at := 0
	for _, o := range p.Ops {
		switch o {
		case Move:
			end()
			now.Points = append(now.Points, m.Apply(p.Points[at]))
			at++
		case Line:
			now.Points = append(now.Points, m.Apply(p.Points[at]))
			at++
		case Curve:
			if len(now.Points) > 0 {
				now.Points = curve(now.Points, m.Apply(p.Points[at]), m.Apply(p.Points[at+1]), m.Apply(p.Points[at+2]), scale)
			}
			at += 3
		case Close:
			now.Closed = true
			end()
		}
	}
	end()
	return out
}

// curve adds the points of a curve from the last point on.
func curve(to []Point, b, c, d Point, scale float64) []Point {
	a := to[len(to)-1]
	bend := max(math.Hypot(a.X-2*b.X+c.X, a.Y-2*b.Y+c.Y), math.Hypot(b.X-2*c.X+d.X, b.Y-2*c.Y+d.Y)) * scale
	n := int(min(100, max(1, math.Ceil(math.Sqrt(15*bend)))))
	for i := 1; i < n; i++ {
		t := float64(i) / float64(n)
		u := 1 - t
		k0, k1, k2, k3 := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
		to = append(to, Point{a.X*k0 + b.X*k1 + c.X*k2 + d.X*k3, a.Y*k0 + b.Y*k1 + c.Y*k2 + d.Y*k3})
	}
	return append(to, d)
}

// Bounds is the box around the lines: left, top, right, bottom. Of nothing it is empty.
func Bounds(list []Polyline) (x0, y0, x1, y1 float64) {
	x0, y0, x1, y1 = far, far, -far, -far
	for _, l := range list {
		for _, p := range l.Points {
			x0, y0, x1, y1 = min(x0, p.X), min(y0, p.Y), max(x1, p.X), max(y1, p.Y)
		}
	}
	return x0, y0, x1, y1
}
