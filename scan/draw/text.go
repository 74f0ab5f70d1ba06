package draw

import (
	"math"
	"strings"
	"unicode/utf8"

	"sekisho/scan/pdf"
	"sekisho/scan/shape"
)

// textOperator sets and shows texts.
func (m *machine) textOperator(k string) bool {
	switch k {
	case "BT":
		m.tm, m.line = shape.Identity(), shape.Identity()
		m.letters = nil
	case "ET":
		if m.s.mode >= 4 && m.to != nil && m.letters != nil {
			m.s.clip = m.s.clip.with(m.letters, false)
		}
		m.letters = nil
	case "Tf":
		if len(m.args) >= 2 {
			m.s.font, m.s.size = m.face(m.resource("Font", m.name(0))), m.num(1)
		}
	case "Tc":
		m.s.space = m.num(0)
	case "Tw":
		m.s.words = m.num(0)
	case "Tz":
		m.s.stretch = m.num(0) / 100
	case "TL":
		m.s.leading = m.num(0)
	case "Ts":
		m.s.rise = m.num(0)
	case "Tr":
		m.s.mode = int(m.num(0))
	case "Td":
		m.next(m.num(0), m.num(1))
	case "TD":
		m.s.leading = -m.num(1)
		m.next(m.num(0), m.num(1))
	case "Tm":
		m.line = shape.Matrix{m.num(0), m.num(1), m.num(2), m.num(3), m.num(4), m.num(5)}
		m.tm = m.line
	case "T*":
		m.next(0, -m.s.leading)
	case "Tj":
		m.showAt(0)
	case "'":
		m.next(0, -m.s.leading)
		m.showAt(0)
	case "\"":
		m.s.words, m.s.space = m.num(0), m.num(1)
		m.next(0, -m.s.leading)
		m.showAt(2)
	case "TJ":
		m.spaced()
	default:
		return false
	}
	return true
}

// next begins a line, moved from where the last one began.
func (m *machine) next(x, y float64) {
	m.line = shape.Matrix{1, 0, 0, 1, x, y}.Then(m.line)
	m.tm = m.line
}

func (m *machine) showAt(i int) {
	if i < len(m.args) {
		if s, ok := m.args[i].(pdf.String); ok {
			m.show(string(s))
		}
	}
}

// spaced shows pieces of text with gaps between them.
func (m *machine) spaced() {
	if len(m.args) == 0 {
		return
	}
	a, _ := m.args[0].(pdf.Array)
	for _, x := range a {
		switch v := x.(type) {
		case pdf.String:
			m.show(string(v))
		default:
			if n, ok := pdf.Float(v); ok {
				m.advance(-n / 1000 * m.s.size)
			}
		}
	}
}

// advance moves on along the line.
func (m *machine) advance(by float64) {
	if m.s.font != nil && m.s.font.vertical {
		m.tm = shape.Matrix{1, 0, 0, 1, 0, by}.Then(m.tm)
		return
	}
	m.tm = shape.Matrix{1, 0, 0, 1, by * m.s.stretch, 0}.Then(m.tm)
}

// show shows a text.
func (m *machine) show(s string) {
	f := m.s.font
	if f == nil {
		return
	}
	for len(s) > 0 {
		g, code, n := f.next(s)
		s = s[n:]
		if m.steps++; m.spent() {
			return
		}
		at := shape.Matrix{m.s.size * m.s.stretch, 0, 0, m.s.size, 0, m.s.rise}.Then(m.tm).Then(m.s.ctm)
		if f.vertical {
			at = shape.Matrix{1, 0, 0, 1, -g.width / 2, -0.88}.Then(at)
		}
		m.read(g, at)
		m.glyph(g, at)
		by := g.width*m.s.size + m.s.space
		if f.vertical {
			by = -m.s.size + m.s.space
		}
		if n == 1 && code == 32 {
			by += m.s.words
		}
		m.advance(by)
	}
}

// glyph draws one glyph.
func (m *machine) glyph(g *glyph, at shape.Matrix) {
	if m.to == nil || g.path == nil && g.program == nil {
		return
	}
	if g.program != nil {
		m.programmed(g, at)
		return
	}
	mode := m.s.mode
	if mode == 0 || mode == 2 || mode == 4 || mode == 6 {
		m.fillLines(g.path.Flatten(at, 1), false)
	}
	if mode == 1 || mode == 2 || mode == 5 || mode == 6 {
		pen := m.s.pen
		if k := at.Scale(); k > 0 {
			m.s.pen.Width *= m.s.ctm.Scale() / k
			m.s.pen.Dash = nil
		}
		m.strokePath(g.path, at)
		m.s.pen = pen
	}
	if mode >= 4 && mode <= 7 && len(m.letters) < 20_000 {
		m.letters = append(m.letters, g.path.Flatten(at, 1)...)
	}
}

// programmed runs the program of a glyph.
func (m *machine) programmed(g *glyph, at shape.Matrix) {
	if m.deep >= maxForms || m.s.mode == 3 {
		return
	}
	f := m.s.font
	outer, stack, path, tm, line, was, tinted := m.s, m.stack, m.path, m.tm, m.line, m.deep, m.tinted
	m.stack, m.path, m.deep = nil, shape.Path{}, was+1
	m.s.ctm = f.matrix.Then(at)
	m.s.stroke = m.s.fill
	if f.resources != nil {
		m.resources = append(m.resources, f.resources)
	}
	content, _, _ := m.f.Decode(g.program, 1<<20)
	m.run(content, was+1)
	if f.resources != nil {
		m.resources = m.resources[:len(m.resources)-1]
	}
	m.s, m.stack, m.path, m.tm, m.line, m.deep, m.tinted = outer, stack, path, tm, line, was, tinted
}

// read takes the letters of a glyph, with a space or a new line before them when they stand apart.
func (m *machine) read(g *glyph, at shape.Matrix) {
	w := m.text
	if w == nil || g.text == "" || w.b.Len() >= w.most {
		return
	}
	begin, end := at.Apply(shape.Point{}), at.Apply(shape.Point{X: g.width})
	size := math.Hypot(at[2], at[3])
	if w.any {
		along, across := begin.X-w.last.X, math.Abs(begin.Y-w.last.Y)
		switch {
		case across > size*0.5 && !m.s.font.vertical:
			w.b.WriteByte('\n')
		case (along > size*0.2 || along < -size*2) && g.text != " ":
			w.b.WriteByte(' ')
		}
	}
	if utf8.ValidString(g.text) && !strings.ContainsRune(g.text, 0) {
		w.b.WriteString(g.text)
	}
	w.last, w.any = end, true
}
