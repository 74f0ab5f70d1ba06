package draw

import (
	"image"
	"image/color"
	"math"

	"sekisho/scan/function"
	"sekisho/scan/pdf"
	"sekisho/scan/shape"
)

// colorOperator changes colours.
func (m *machine) colorOperator(k string) bool {
	var s *space
	switch k {
	case "g", "G":
		s = gray()
	case "rg", "RG":
		s = rgb()
	case "k", "K":
		s = cmyk()
	case "cs", "CS":
		if s = m.space(pdf.Object(m.name(0)), 0); s == nil {
			s = gray()
		}
		m.set(k == "cs", paint{space: s, v: s.start})
		return true
	case "sc", "scn", "SC", "SCN":
		m.pick(k[0] == 's')
		return true
	default:
		return false
	}
	m.set(k[0] >= 'a', paint{space: s, v: m.numbers()})
	return true
}

func (m *machine) set(fill bool, p paint) {
	switch {
	case m.tinted:
	case fill:
		m.s.fill = p
	default:
		m.s.stroke = p
	}
}

// pick takes a colour or a pattern of the space that was set.
func (m *machine) pick(fill bool) {
	p := m.s.stroke
	if fill {
		p = m.s.fill
	}
	p.v, p.pattern = m.numbers(), nil
	if n := m.name(len(m.args) - 1); n != "" {
		p.pattern = m.resource("Pattern", n)
	}
	m.set(fill, p)
}

// source is what a paint fills with; nil when it cannot be drawn.
func (m *machine) source(p *paint) source {
	if p.space.pattern || p.pattern != nil {
		return m.pattern(p)
	}
	if p.space.rgb == nil {
		return nil
	}
	c := p.space.rgb(p.v)
	if c.A == 0 {
		return nil
	}
	return plainSource(c)
}

// pattern makes a source of tiles or a shading.
func (m *machine) pattern(p *paint) source {
	o := m.f.Resolve(p.pattern)
	d := m.f.Dict(o)
	if d == nil {
		return nil
	}
	to := m.matrix(d["Matrix"]).Then(m.base)
	if m.int(d["PatternType"]) == 2 {
		s := m.shading(d["Shading"], to)
		if s == nil {
			return nil
		}
		return s
	}
	if s, ok := o.(*pdf.Stream); ok {
		if t := m.tile(s, to, p); t != nil {
			return t
		}
	}
	return nil
}

// tiles repeat a canvas.
type tiles struct {
	cell         *canvas
	back         shape.Matrix // from points to the pattern
	x, y, dx, dy float64
	kx, ky       float64 // points of the cell to a step
}

func (t *tiles) at(x, y int) color.NRGBA {
	p := t.back.Apply(shape.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
	u, v := math.Mod(p.X-t.x, t.dx), math.Mod(p.Y-t.y, t.dy)
	if u < 0 {
		u += t.dx
	}
	if v < 0 {
		v += t.dy
	}
	return canvasSource{t.cell}.at(int(u*t.kx), int(v*t.ky))
}

// maxCell is the most points a side of a tile.
const maxCell = 1000

// tile draws one tile of a pattern.
func (m *machine) tile(s *pdf.Stream, to shape.Matrix, p *paint) source {
	limits := m.f.Floats(s.Dict["BBox"])
	dx, dy := math.Abs(m.f.Float(s.Dict["XStep"], 0)), math.Abs(m.f.Float(s.Dict["YStep"], 0))
	back, ok := to.Inverse()
	if len(limits) < 4 || !ok || m.deep >= maxForms || m.buffers >= maxBuffers || m.spent() {
		return nil
	}
	if dx < 1e-3 {
		dx = math.Abs(limits[2] - limits[0])
	}
	if dy < 1e-3 {
		dy = math.Abs(limits[3] - limits[1])
	}
	sx, sy := math.Hypot(to[0], to[1]), math.Hypot(to[2], to[3])
	w, h := min(maxCell, math.Ceil(dx*sx)), min(maxCell, math.Ceil(dy*sy))
	if !(w >= 1) || !(h >= 1) {
		return nil
	}
	t := &tiles{cell: m.newCanvas(image.Rect(0, 0, int(w), int(h))), back: back, x: limits[0], y: limits[1], dx: dx, dy: dy, kx: w / dx, ky: h / dy}
	outer, canvas, base, tinted := m.s, m.to, m.base, m.tinted
	m.buffers++
	m.to = t.cell
	m.base = shape.Matrix{t.kx, 0, 0, t.ky, -t.x * t.kx, -t.y * t.ky}
	fill := *p
	m.s = m.fresh()
	m.s.clip = clip{rect: t.cell.Rect}
	if m.int(s.Dict["PaintType"]) == 2 && fill.space.under != nil {
		under := paint{space: fill.space.under, v: fill.v}
		m.s.fill, m.s.stroke = under, under
		m.tinted = true
	} else {
		m.tinted = false
	}
	plain := &pdf.Stream{Dict: pdf.Dict{"Resources": s.Dict["Resources"], "Filter": s.Dict["Filter"], "DecodeParms": s.Dict["DecodeParms"]}, Raw: s.Raw, Ref: s.Ref}
	m.inner(plain, m.deep)
	m.s, m.to, m.base, m.tinted = outer, canvas, base, tinted
	m.buffers--
	return t
}

// softMask takes a mask that a group draws: by its brightness, or by what it covers.
func (m *machine) softMask(o pdf.Object) {
	d := m.f.Dict(o)
	m.s.look.soft = nil
	s, ok := m.f.Resolve(d["G"]).(*pdf.Stream)
	if d == nil || !ok || m.to == nil || m.s.look.bytes > maxMasks {
		return
	}
	buffer := m.buffer(m.s.clip.rect)
	if buffer == nil {
		return
	}
	bright := m.f.Resolve(d["S"]) == pdf.Name("Luminosity")
	back := color.NRGBA{A: 255}
	if v := m.f.Floats(d["BC"]); v != nil {
		if sp := m.space(m.f.Dict(s.Dict["Group"])["CS"], 0); sp != nil && sp.rgb != nil {
			back = sp.rgb(v)
		}
	}
	outer, to := m.s, m.to
	m.to = buffer
	m.s.look, m.s.strokeAlpha = look{alpha: 1, bytes: m.s.look.bytes}, 1
	black := paint{space: gray(), v: []float64{0}}
	m.s.fill, m.s.stroke = black, black
	m.inner(s, m.deep)
	m.to, m.s = to, outer
	m.buffers--
	mask := image.NewAlpha(buffer.Rect)
	for i := range mask.Pix {
		p := buffer.Pix[4*i : 4*i+4 : 4*i+4]
		if !bright {
			mask.Pix[i] = p[3]
			continue
		}
		keep := 255 - int(p[3])
		r, g, b := int(p[0])+int(back.R)*keep/255, int(p[1])+int(back.G)*keep/255, int(p[2])+int(back.B)*keep/255
		mask.Pix[i] = uint8(min(255, (r*30+g*59+b*11)/100))
	}
	m.transfer(mask, d["TR"])
	m.s.look.soft = mask
	m.s.look.bytes += len(mask.Pix)
	if bright {
		m.s.look.edge = uint8((int(back.R)*30 + int(back.G)*59 + int(back.B)*11) / 100)
	}
}

// transfer maps the values of a mask by a function.
func (m *machine) transfer(mask *image.Alpha, o pdf.Object) {
	fn := function.Read(m.f, o)
	if fn == nil {
		return
	}
	var table [256]uint8
	for i := range table {
		table[i] = byteOf(get(fn([]float64{float64(i) / 255}), 0))
	}
	for i, v := range mask.Pix {
		mask.Pix[i] = table[v]
	}
}
