package draw

import (
	"context"
	"image"
	"math"

	"sekisho/scan/pdf"
	"sekisho/scan/shape"
)

// paint is a colour or a pattern.
type paint struct {
	space   *space
	v       []float64
	pattern pdf.Object
}

// state is what q keeps and Q brings back.
type state struct {
	ctm          shape.Matrix
	clip         clip
	fill, stroke paint
	look         look    // of fills
	strokeAlpha  float64 // of strokes
	pen          shape.Pen
	font         *face
	size         float64
	space, words float64 // between letters, between words
	stretch      float64
	leading      float64
	rise         float64
	mode         int
}

// machine runs the program of a page.
type machine struct {
	ctx  context.Context
	f    *pdf.File
	to   *canvas      // nil: nothing is drawn
	text *writing     // nil: nothing is read
	base shape.Matrix // of the program that runs, when it began: patterns start from it

	s         state
	stack     []state
	resources []pdf.Dict // innermost last
	faces     map[any]*face
	steps     int
	deep      int          // programs in programs
	buffers   int          // canvases beside the page
	tinted    bool         // colours of the program do not count
	marks     []bool       // marked content that is open: whether it is hidden
	hidden    int          // of marks
	off       map[int]bool // layers that are switched off, by their object's number

	args     []pdf.Object
	path     shape.Path
	cut      int // 1: the path becomes the clip by the nonzero rule, 2: by the even-odd rule
	tm, line shape.Matrix
	letters  []shape.Polyline // that become the clip
}

func newMachine(ctx context.Context, f *pdf.File, p *pdf.Page) *machine {
	m := &machine{ctx: ctx, f: f, base: shape.Identity(), faces: map[any]*face{}, resources: []pdf.Dict{p.Resources}}
	m.s = m.fresh()
	m.tm, m.line = shape.Identity(), shape.Identity()
	m.off = layersOff(f)
	return m
}

// fresh is the state in which a page begins.
func (m *machine) fresh() state {
	black := paint{space: gray(), v: []float64{0}}
	return state{ctm: m.base, fill: black, stroke: black, look: look{alpha: 1}, strokeAlpha: 1,
		pen: shape.Pen{Width: 1, Miter: 10}, stretch: 1, size: 1}
}

// spent says whether the page must end.
func (m *machine) spent() bool {
	return m.steps > maxSteps || m.ctx.Err() != nil
}

// run runs a program.
func (m *machine) run(content []byte, depth int) {
	l := pdf.NewLexer(content)
	args := m.args
	m.args = nil
	for {
		o, ok := l.Next()
		if !ok {
			break
		}
		k, is := o.(pdf.Keyword)
		if !is {
			if len(m.args) < 512 {
				m.args = append(m.args, o)
			}
			continue
		}
		if m.steps++; m.spent() {
			break
		}
		if k == "BI" {
			m.inline(l)
		} else {
			m.operator(string(k))
		}
		m.args = m.args[:0]
	}
	m.args = args
}

// operator runs one operator.
func (m *machine) operator(k string) {
	switch {
	case m.pathOperator(k), m.textOperator(k), m.stateOperator(k), m.colorOperator(k):
		return
	}
	switch k {
	case "BDC", "BMC":
		m.mark(k == "BDC" && m.name(0) == "OC" && m.layerHidden(m.resource("Properties", m.name(1))))
	case "EMC":
		m.unmark()
	case "Do":
		m.do(m.name(0))
	case "sh":
		m.shade(m.name(0))
	case "d1":
		m.tinted = true
	}
}

// num is an operand that is a number; 0 when it is none.
func (m *machine) num(i int) float64 {
	if i < 0 || i >= len(m.args) {
		return 0
	}
	v, _ := pdf.Float(m.args[i])
	return v
}

func (m *machine) name(i int) pdf.Name {
	if i < 0 || i >= len(m.args) {
		return ""
	}
	n, _ := m.args[i].(pdf.Name)
	return n
}

// numbers are all operands that are numbers.
func (m *machine) numbers() []float64 {
	out := make([]float64, 0, len(m.args))
	for _, a := range m.args {
		if v, ok := pdf.Float(a); ok {
			out = append(out, v)
		}
	}
	return out
}

func (m *machine) int(o pdf.Object) int { return pdf.Int(m.f.Resolve(o)) }

// matrix is an array of six; otherwise nothing is changed.
func (m *machine) matrix(o pdf.Object) shape.Matrix {
	out := shape.Identity()
	if v := m.f.Floats(o); len(v) >= 6 {
		copy(out[:], v)
	}
	return out
}

// resource finds what a name means here.
func (m *machine) resource(kind, n pdf.Name) pdf.Object {
	for i := len(m.resources) - 1; i >= 0; i-- {
		if x, has := m.f.Dict(m.resources[i][kind])[n]; has {
			return x
		}
	}
	return nil
}

// pathOperator makes paths and paints them.
func (m *machine) pathOperator(k string) bool {
	a := m.num
	switch k {
	case "m":
		m.path.MoveTo(a(0), a(1))
	case "l":
		m.path.LineTo(a(0), a(1))
	case "c":
		m.path.CurveTo(a(0), a(1), a(2), a(3), a(4), a(5))
	case "v":
		p := m.path.At()
		m.path.CurveTo(p.X, p.Y, a(0), a(1), a(2), a(3))
	case "y":
		m.path.CurveTo(a(0), a(1), a(2), a(3), a(2), a(3))
	case "h":
		m.path.Close()
	case "re":
		m.path.Rect(a(0), a(1), a(2), a(3))
	case "W":
		m.cut = 1
	case "W*":
		m.cut = 2
	case "n":
		m.finish(false, false, false)
	case "f", "F":
		m.finish(true, false, false)
	case "f*":
		m.finish(true, true, false)
	case "S":
		m.finish(false, false, true)
	case "s":
		m.path.Close()
		m.finish(false, false, true)
	case "B":
		m.finish(true, false, true)
	case "B*":
		m.finish(true, true, true)
	case "b":
		m.path.Close()
		m.finish(true, false, true)
	case "b*":
		m.path.Close()
		m.finish(true, true, true)
	default:
		return false
	}
	return true
}

// finish paints the path, and makes it the clip when that was asked for.
func (m *machine) finish(fill, even, stroke bool) {
	if m.to != nil && !m.path.Empty() {
		m.steps += len(m.path.Ops) / 4
		if fill {
			m.fillLines(thick(m.path.Flatten(m.s.ctm, 1)), even)
		}
		if stroke {
			m.strokePath(&m.path, m.s.ctm)
		}
		if m.cut > 0 {
			m.s.clip = m.s.clip.with(m.path.Flatten(m.s.ctm, 1), m.cut == 2)
		}
	}
	m.cut = 0
	m.path = shape.Path{Ops: m.path.Ops[:0], Points: m.path.Points[:0]}
}

// fillLines fills what the lines enclose with the colour of fills.
func (m *machine) fillLines(list []shape.Polyline, even bool) {
	if m.to == nil || m.hidden > 0 || m.s.clip.rect.Empty() {
		return
	}
	if src := m.source(&m.s.fill); src != nil {
		m.to.fill(shape.Fill(list, even, m.s.clip.rect), src, m.s.clip, m.s.look)
	}
}

// thick widens upright boxes that are thinner than a point: they are lines in tables, and must not fade.
func thick(list []shape.Polyline) []shape.Polyline {
	if len(list) != 1 || len(list[0].Points) < 3 || len(list[0].Points) > 5 {
		return list
	}
	x0, y0, x1, y1 := shape.Bounds(list)
	w, h := x1-x0, y1-y0
	if w >= 1 && h >= 1 || w < 1 && h < 1 {
		return list
	}
	if w < 1 {
		x0 = math.Floor(x0 + w/2)
		x1 = x0 + 1
	} else {
		y0 = math.Floor(y0 + h/2)
		y1 = y0 + 1
	}
	return []shape.Polyline{{Closed: true, Points: []shape.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}}}
}

func (m *machine) strokePath(p *shape.Path, ctm shape.Matrix) {
	if m.to == nil || m.hidden > 0 || m.s.clip.rect.Empty() {
		return
	}
	if src := m.source(&m.s.stroke); src != nil {
		l := m.s.look
		l.alpha = m.s.strokeAlpha
		m.to.fill(shape.Fill(p.Stroke(m.s.pen, ctm), false, m.s.clip.rect), src, m.s.clip, l)
	}
}

// stateOperator changes the state.
func (m *machine) stateOperator(k string) bool {
	switch k {
	case "q":
		if len(m.stack) < maxStates {
			m.stack = append(m.stack, m.s)
		} else {
			m.steps = maxSteps + 1
		}
	case "Q":
		if n := len(m.stack); n > 0 {
			m.s, m.stack = m.stack[n-1], m.stack[:n-1]
		}
	case "cm":
		m.s.ctm = shape.Matrix{m.num(0), m.num(1), m.num(2), m.num(3), m.num(4), m.num(5)}.Then(m.s.ctm)
	case "w":
		m.s.pen.Width = m.num(0)
	case "J":
		m.s.pen.Cap = int(m.num(0))
	case "j":
		m.s.pen.Join = int(m.num(0))
	case "M":
		m.s.pen.Miter = m.num(0)
	case "d":
		if len(m.args) == 2 {
			m.s.pen.Dash, m.s.pen.Phase = m.f.Floats(m.args[0]), m.num(1)
		}
	case "gs":
		m.extended(m.f.Dict(m.resource("ExtGState", m.name(0))))
	default:
		return false
	}
	return true
}

// extended takes a dictionary of state.
func (m *machine) extended(d pdf.Dict) {
	for k, v := range d {
		v = m.f.Resolve(v)
		switch k {
		case "LW":
			m.s.pen.Width = m.f.Float(v, m.s.pen.Width)
		case "LC":
			m.s.pen.Cap = m.int(v)
		case "LJ":
			m.s.pen.Join = m.int(v)
		case "ML":
			m.s.pen.Miter = m.f.Float(v, 10)
		case "D":
			if a := m.f.Array(v); len(a) == 2 {
				m.s.pen.Dash, m.s.pen.Phase = m.f.Floats(a[0]), m.f.Float(a[1], 0)
			}
		case "Font":
			if a := m.f.Array(v); len(a) == 2 {
				m.s.font, m.s.size = m.face(a[0]), m.f.Float(a[1], 1)
			}
		case "ca":
			m.s.look.alpha = min(1, max(0, m.f.Float(v, 1)))
		case "CA":
			m.s.strokeAlpha = min(1, max(0, m.f.Float(v, 1)))
		case "BM":
			if a, many := v.(pdf.Array); many && len(a) > 0 {
				v = m.f.Resolve(a[0])
			}
			n, _ := v.(pdf.Name)
			m.s.look.mode = string(n)
		case "SMask":
			m.softMask(v)
		}
	}
}

// do draws what a name stands for: a picture, or a program.
func (m *machine) do(n pdf.Name) {
	s, ok := m.f.Resolve(m.resource("XObject", n)).(*pdf.Stream)
	if !ok || m.layerHidden(s.Dict["OC"]) {
		return
	}
	switch m.f.Resolve(s.Dict["Subtype"]) {
	case pdf.Name("Image"):
		if m.to != nil {
			m.image(s)
		}
	case pdf.Name("Form"):
		m.form(s, m.deep)
	}
}

// form runs a program of its own, perhaps as a group that is put down as one.
func (m *machine) form(s *pdf.Stream, deep int) {
	if deep >= maxForms || m.spent() {
		return
	}
	group := m.f.Dict(s.Dict["Group"])
	l := m.s.look
	single := group != nil && (l.alpha < 1 || l.soft != nil || blends(l.mode) != nil)
	if !single || m.to == nil {
		m.inner(s, deep)
		return
	}
	buffer := m.buffer(m.s.clip.rect)
	if buffer == nil {
		m.inner(s, deep)
		return
	}
	to := m.to
	outer := m.s
	m.to = buffer
	m.s.look, m.s.strokeAlpha = look{alpha: 1, bytes: l.bytes}, 1
	m.inner(s, deep)
	m.to = to
	m.s = outer
	m.buffers--
	to.fill(whole(buffer.Rect), canvasSource{buffer}, outer.clip, l)
}

// maxBuffers bounds the canvases beside the page.
const maxBuffers = 4

// buffer is a canvas of its own; nil when there are too many. Who takes it counts buffers down again.
func (m *machine) buffer(r image.Rectangle) *canvas {
	r = r.Intersect(m.to.Rect)
	if m.buffers >= maxBuffers || r.Empty() {
		return nil
	}
	m.buffers++
	m.steps += r.Dx() * r.Dy() / 1000
	return m.newCanvas(r)
}

// inner runs the program of a form.
func (m *machine) inner(s *pdf.Stream, deep int) {
	outer, stack, path, tm, line, was, base := m.s, m.stack, m.path, m.tm, m.line, m.deep, m.base
	m.stack, m.path, m.deep = nil, shape.Path{}, deep+1
	m.s.ctm = m.matrix(s.Dict["Matrix"]).Then(m.s.ctm)
	m.base = m.s.ctm
	if b := m.f.Floats(s.Dict["BBox"]); len(b) >= 4 && m.to != nil {
		m.s.clip = m.s.clip.with([]shape.Polyline{{Points: around(b, m.s.ctm), Closed: true}}, false)
	}
	if !m.s.clip.rect.Empty() {
		if r := m.f.Dict(s.Dict["Resources"]); r != nil {
			m.resources = append(m.resources, r)
			defer func() { m.resources = m.resources[:len(m.resources)-1] }()
		}
		content, _, _ := m.f.Decode(s, maxContent)
		m.run(content, deep+1)
	}
	m.s, m.stack, m.path, m.tm, m.line, m.deep, m.base = outer, stack, path, tm, line, was, base
}
