package draw

import (
	"image/color"
	"math"

	"sekisho/scan/function"
	"sekisho/scan/pdf"
	"sekisho/scan/shape"
)

// shading is a colour that changes from place to place: along an axis, between circles, or by a function of the place.
// Meshes are not drawn.
type shading struct {
	kind   int
	back   shape.Matrix // from points to the shading
	coords []float64
	domain []float64
	extend [2]bool
	colors []color.NRGBA // along the way
	rgb    func(v []float64) color.NRGBA
	fn     function.Function
	own    shape.Matrix // of kind 1
	limits []float64
	behind *color.NRGBA
}

// shading reads a shading that is mapped by to; nil when it cannot be drawn.
func (m *machine) shading(o pdf.Object, to shape.Matrix) *shading {
	d := m.f.Dict(o)
	sp := m.space(d["ColorSpace"], 0)
	back, ok := to.Inverse()
	if d == nil || sp == nil || sp.rgb == nil || !ok {
		return nil
	}
	s := &shading{kind: m.int(d["ShadingType"]), back: back, coords: m.f.Floats(d["Coords"]), domain: m.f.Floats(d["Domain"]), rgb: sp.rgb,
		limits: m.f.Floats(d["BBox"])}
	s.fn = function.Read(m.f, d["Function"])
	if v := m.f.Floats(d["Background"]); v != nil {
		c := sp.rgb(v)
		s.behind = &c
	}
	switch {
	case s.fn == nil:
		return nil
	case s.kind == 1:
		if len(s.domain) < 4 {
			s.domain = []float64{0, 1, 0, 1}
		}
		own, ok := m.matrix(d["Matrix"]).Inverse()
		s.own = own
		if !ok {
			return nil
		}
		return s
	case s.kind == 2 && len(s.coords) >= 4, s.kind == 3 && len(s.coords) >= 6:
	default:
		return nil
	}
	if len(s.domain) < 2 {
		s.domain = []float64{0, 1}
	}
	if a := m.f.Array(d["Extend"]); len(a) == 2 {
		s.extend = [2]bool{m.f.Resolve(a[0]) == true, m.f.Resolve(a[1]) == true}
	}
	s.colors = make([]color.NRGBA, 256)
	for i := range s.colors {
		s.colors[i] = sp.rgb(s.fn([]float64{function.Along(float64(i), 0, 255, s.domain[0], s.domain[1])}))
	}
	return s
}

func (s *shading) at(x, y int) color.NRGBA {
	p := s.back.Apply(shape.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
	if b := s.limits; len(b) >= 4 && (p.X < b[0] || p.X > b[2] || p.Y < b[1] || p.Y > b[3]) {
		return color.NRGBA{}
	}
	c, ok := s.color(p)
	if !ok && s.behind != nil {
		return *s.behind
	}
	return c
}

func (s *shading) color(p shape.Point) (color.NRGBA, bool) {
	var t float64
	ok := true
	switch s.kind {
	case 1:
		q := s.own.Apply(p)
		if q.X < s.domain[0] || q.X > s.domain[1] || q.Y < s.domain[2] || q.Y > s.domain[3] {
			return color.NRGBA{}, false
		}
		return s.rgb(s.fn([]float64{q.X, q.Y})), true
	case 2:
		c := s.coords
		dx, dy := c[2]-c[0], c[3]-c[1]
		if n := dx*dx + dy*dy; n > 0 {
			t = ((p.X-c[0])*dx + (p.Y-c[1])*dy) / n
		}
	case 3:
		t, ok = s.circle(p)
	}
	if !ok || t < 0 && !s.extend[0] || t > 1 && !s.extend[1] {
		return color.NRGBA{}, false
	}
	return s.colors[int(min(255, max(0, t*255+0.5)))], true
}

// circle finds the greatest t whose circle goes through p.
func (s *shading) circle(p shape.Point) (float64, bool) {
	c := s.coords
	dx, dy, dr := c[3]-c[0], c[4]-c[1], c[5]-c[2]
	px, py := p.X-c[0], p.Y-c[1]
	a := dx*dx + dy*dy - dr*dr
	b := px*dx + py*dy + c[2]*dr
	k := px*px + py*py - c[2]*c[2]
	fits := func(t float64) bool {
		return c[2]+t*dr >= 0 && (t >= 0 || s.extend[0]) && (t <= 1 || s.extend[1])
	}
	if math.Abs(a) < 1e-9 {
		if math.Abs(b) < 1e-12 {
			return 0, false
		}
		t := k / (2 * b)
		return t, fits(t)
	}
	root := b*b - a*k
	if root < 0 {
		return 0, false
	}
	root = math.Sqrt(root)
	t0, t1 := (b+root)/a, (b-root)/a
	if t0 < t1 {
		t0, t1 = t1, t0
	}
	if fits(t0) {
		return t0, true
	}
	return t1, fits(t1)
}

// shade fills the clip with a shading.
func (m *machine) shade(n pdf.Name) {
	if m.to == nil || m.hidden > 0 {
		return
	}
	if s := m.shading(m.resource("Shading", n), m.s.ctm); s != nil {
		s.behind = nil
		r := m.s.clip.rect.Intersect(m.to.Rect)
		m.steps += r.Dx() * r.Dy() / 500
		m.to.fill(whole(r), s, m.s.clip, m.s.look)
	}
}
