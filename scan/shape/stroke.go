package shape

import "math"

// Pen draws along a path.
type Pen struct {
	Width float64
	Cap   int     // 0 butt, 1 round, 2 square
	Join  int     // 0 miter, 1 round, 2 bevel
	Miter float64 // limit
	Dash  []float64
	Phase float64
}

// maxStroke bounds the pieces of one stroke.
const maxStroke = 100_000

// Stroke is what the pen leaves: pieces to be filled by the nonzero rule, mapped by m. A line is never thinner than about
// one point of the result.
func (p *Path) Stroke(pen Pen, m Matrix) []Polyline {
	scale := m.Scale()
	if !(scale > 1e-9) { // or no number at all
		scale = 1e-9
	}
	scale = min(scale, far)
	s := &stroker{pen: pen, m: m, half: max(math.Abs(finite(pen.Width)), 1/scale) / 2, scale: scale}
	spent := 0
	for _, l := range p.Flatten(Identity(), scale) {
		points := distinct(l.Points)
		if len(points) == 1 {
			s.dot(points[0])
			continue
		}
		dashes := pen.dashed(Polyline{Points: points, Closed: l.Closed}, scale)
		for _, d := range dashes {
			s.line(d)
		}
		if spent += len(dashes); spent > maxStroke || len(s.out) >= maxStroke {
			break
		}
	}
	return s.out
}

type stroker struct {
	pen   Pen
	m     Matrix
	half  float64
	scale float64
	out   []Polyline
}

// distinct leaves out points that repeat the one before.
func distinct(list []Point) []Point {
	out := list[:1:1]
	for _, p := range list[1:] {
		if q := out[len(out)-1]; math.Abs(p.X-q.X)+math.Abs(p.Y-q.Y) > 1e-9 {
			out = append(out, p)
		}
	}
	return out
}

// piece adds a polygon, turned so that all pieces turn the same way.
func (s *stroker) piece(points ...Point) {
	if len(s.out) >= maxStroke {
		return
	}
	to := make([]Point, len(points))
	area := 0.0
	for i, p := range points {
		to[i] = s.m.Apply(p)
	}
	for i, p := range to {
		q := to[(i+1)%len(to)]
		area += p.X*q.Y - q.X*p.Y
	}
	if area < 0 {
		for i, k := 0, len(to)-1; i < k; i, k = i+1, k-1 {
			to[i], to[k] = to[k], to[i]
		}
	}
	s.out = append(s.out, Polyline{Points: to, Closed: true})
}

// dot is a piece without length: only round and square ends show.
func (s *stroker) dot(p Point) {
	switch s.pen.Cap {
	case 1:
		s.circle(p)
	case 2:
		h := s.half
		s.piece(Point{p.X - h, p.Y - h}, Point{p.X + h, p.Y - h}, Point{p.X + h, p.Y + h}, Point{p.X - h, p.Y + h})
	}
}

func (s *stroker) circle(p Point) {
	n := int(min(64, max(8, math.Sqrt(s.half*s.scale)*8)))
	list := make([]Point, n)
	for i := range list {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		list[i] = Point{p.X + s.half*cos, p.Y + s.half*sin}
	}
	s.piece(list...)
}

// line draws along one piece.
func (s *stroker) line(l Polyline) {
	n := len(l.Points)
	if n == 0 {
		return
	}
	if n == 1 {
		s.dot(l.Points[0])
		return
	}
	if l.Closed && n > 2 {
		if a, b := l.Points[0], l.Points[n-1]; math.Abs(a.X-b.X)+math.Abs(a.Y-b.Y) < 1e-9 {
			n--
		}
	}
	closed := l.Closed && n > 2
	for i := 0; i+1 < n || closed && i < n; i++ {
		a, b := l.Points[i], l.Points[(i+1)%n]
		d := direction(a, b)
		if !closed && s.pen.Cap == 2 {
			if i == 0 {
				a = Point{a.X - d.X*s.half, a.Y - d.Y*s.half}
			}
			if i+2 == n {
				b = Point{b.X + d.X*s.half, b.Y + d.Y*s.half}
			}
		}
		ox, oy := -d.Y*s.half, d.X*s.half
		s.piece(Point{a.X + ox, a.Y + oy}, Point{b.X + ox, b.Y + oy}, Point{b.X - ox, b.Y - oy}, Point{a.X - ox, a.Y - oy})
		if closed || i+2 < n {
			s.join(l.Points[(i+1)%n], d, direction(l.Points[(i+1)%n], l.Points[(i+2)%n]))
		}
	}
	if !closed && s.pen.Cap == 1 {
		s.circle(l.Points[0])
		s.circle(l.Points[n-1])
	}
}

func direction(a, b Point) Point {
	x, y := b.X-a.X, b.Y-a.Y
	n := math.Hypot(x, y)
	if n < 1e-12 {
		return Point{1, 0}
	}
	return Point{x / n, y / n}
}

// join fills the corner at p between two directions.
func (s *stroker) join(p, a, b Point) {
	cross, dot := a.X*b.Y-a.Y*b.X, a.X*b.X+a.Y*b.Y
	if math.Abs(cross) < 1e-6 && dot > 0 {
		return
	}
	if s.pen.Join == 1 {
		if s.half*s.scale > 0.6 {
			s.circle(p)
		}
		return
	}
	h := s.half
	if cross > 0 {
		h = -h
	}
	q, r := Point{p.X - a.Y*h, p.Y + a.X*h}, Point{p.X - b.Y*h, p.Y + b.X*h}
	limit := s.pen.Miter
	if limit < 1 {
		limit = 10
	}
	// The miter's length over the width is 1/sin(half the angle between the lines).
	if sin := math.Sqrt(max(0, (1+dot)/2)); s.pen.Join == 0 && sin > 1e-6 && 1/sin <= limit {
		k := math.Abs(h) / sin
		mid := direction(Point{}, Point{(q.X - p.X) + (r.X - p.X), (q.Y - p.Y) + (r.Y - p.Y)})
		s.piece(p, q, Point{p.X + mid.X*k, p.Y + mid.Y*k}, r)
		return
	}
	s.piece(p, q, r)
}

// dashed cuts a piece by the dash pattern.
func (pen *Pen) dashed(l Polyline, scale float64) []Polyline {
	sum := 0.0
	for _, d := range pen.Dash {
		if !(d >= 0) || math.IsInf(d, 0) {
			return []Polyline{l}
		}
		sum += d
	}
	if sum*scale < 0.1 || len(pen.Dash) > 100 {
		return []Polyline{l}
	}
	points := l.Points
	if l.Closed {
		points = append(points[:len(points):len(points)], points[0])
	}
	i, on, left := pen.start(sum)
	var out []Polyline
	now := []Point{points[0]}
	for k := 1; k < len(points); k++ {
		a, b := points[k-1], points[k]
		length := math.Hypot(b.X-a.X, b.Y-a.Y)
		d := direction(a, b)
		for at := 0.0; ; {
			if length-at < left {
				left -= length - at
				now = append(now, b)
				break
			}
			at += left
			p := Point{a.X + d.X*at, a.Y + d.Y*at}
			if on {
				out = append(out, Polyline{Points: distinct(append(now, p))})
			}
			if len(out) > maxStroke/4 {
				return out
			}
			now, on = []Point{p}, !on
			i = (i + 1) % len(pen.Dash)
			left = pen.Dash[i]
			if left == 0 && sum <= 0 {
				return out
			}
		}
	}
	if on && len(now) > 1 {
		out = append(out, Polyline{Points: distinct(now)})
	}
	return out
}

// start finds where in the pattern a line begins.
func (pen *Pen) start(sum float64) (i int, on bool, left float64) {
	phase := math.Mod(finite(pen.Phase), 2*sum)
	if phase < 0 {
		phase += 2 * sum
	}
	on = true
	for n := 0; phase >= pen.Dash[i] && n < 2*len(pen.Dash)+2; n++ {
		phase -= pen.Dash[i]
		i = (i + 1) % len(pen.Dash)
		on = !on
	}
	return i, on, max(0, pen.Dash[i]-phase)
}
