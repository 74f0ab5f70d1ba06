package font

import (
	"bytes"
	"math"
	"strconv"

	"sekisho/scan/shape"
)

// type1 is a font of Adobe's Type 1 format: a program in PostScript, of which only what stands at its usual places is
// read.
type type1 struct {
	programs [][]byte
	subrs    map[int][]byte
	names    map[string]int
	matrix   shape.Matrix
}

// readType1 reads the clear and the encrypted part.
func readType1(data []byte) (*Font, error) {
	data = unwrapped(data)
	i := bytes.Index(data, []byte("eexec"))
	if i < 0 {
		return nil, ErrFont
	}
	open, closed := data[:i], data[i+5:]
	t := &type1{subrs: map[int][]byte{}, names: map[string]int{}, matrix: shape.Matrix{0.001, 0, 0, 0.001, 0, 0}}
	t.scale(open)
	t.private(eexec(closed))
	if len(t.programs) == 0 {
		return nil, ErrFont
	}
	f := &Font{Glyphs: len(t.programs), Names: t.names, outline: t.outline, Width: t.width}
	f.Codes = t.encoding(open)
	return f, nil
}

// unwrapped takes the segments of a PFB file out of their frames.
func unwrapped(data []byte) []byte {
	if len(data) < 6 || data[0] != 0x80 {
		return data
	}
	var out []byte
	for len(data) >= 6 && data[0] == 0x80 && data[1] != 3 {
		n := int(data[2]) | int(data[3])<<8 | int(data[4])<<16 | int(data[5])<<24
		data = data[6:]
		n = max(0, min(n, len(data)))
		out = append(out, data[:n]...)
		data = data[n:]
	}
	return out
}

// eexec decrypts the second part, which may be written in hexadecimal digits.
func eexec(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\n' || b[0] == '\r' || b[0] == '\t') {
		b = b[1:]
	}
	hex := len(b) >= 4
	for _, c := range b[:min(4, len(b))] {
		hex = hex && (c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f')
	}
	if hex {
		out := make([]byte, 0, len(b)/2)
		half, have := 0, false
		for _, c := range b {
			v, err := strconv.ParseUint(string(c), 16, 8)
			if err != nil {
				continue
			}
			if have {
				out = append(out, byte(half<<4)|byte(v))
			}
			half, have = int(v), !have
		}
		b = out
	}
	return decrypt(b, 55665, 4)
}

// decrypt undoes the cipher of Type 1 fonts, and drops the first n bytes.
func decrypt(b []byte, key uint16, n int) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		out[i] = c ^ byte(key>>8)
		key = (uint16(c)+key)*52845 + 22719
	}
	return out[min(max(0, n), len(out)):]
}

// scale reads the matrix of the font.
func (t *type1) scale(b []byte) {
	i := bytes.Index(b, []byte("/FontMatrix"))
	if i < 0 {
		return
	}
	b = b[i+11:]
	end := bytes.IndexAny(b, "]}")
	if end < 0 || end > 200 {
		return
	}
	var m shape.Matrix
	words := bytes.Fields(bytes.Trim(b[:end], " [{\r\n\t"))
	if len(words) < 6 {
		return
	}
	for k := range m {
		v, err := strconv.ParseFloat(string(words[k]), 64)
		if err != nil {
			return
		}
		m[k] = v
	}
	if s := m.Scale(); s > 1e-6 && s < 10 {
		t.matrix = m
	}
}

// encoding reads "dup 65 /A put"; otherwise it is the standard one.
func (t *type1) encoding(b []byte) map[int]int {
	out := map[int]int{}
	i := bytes.Index(b, []byte("/Encoding"))
	if i < 0 || bytes.HasPrefix(bytes.TrimLeft(b[i+9:], " \r\n\t"), []byte("StandardEncoding")) {
		for code, n := range Standard() {
			if g, ok := t.names[n]; ok {
				out[code] = g
			}
		}
		return out
	}
	w := bytes.Fields(bytes.ReplaceAll(b[i:], []byte("/"), []byte(" /")))
	for k := 0; k+3 < len(w); k++ {
		if string(w[k]) == "def" && k > 8 || string(w[k]) == "readonly" {
			break
		}
		if string(w[k]) != "dup" || len(w[k+2]) < 2 || w[k+2][0] != '/' {
			continue
		}
		text := string(w[k+1])
		base := 10
		if rest, ok := bytes.CutPrefix(w[k+1], []byte("8#")); ok {
			text, base = string(rest), 8
		}
		if code, err := strconv.ParseUint(text, base, 8); err == nil {
			if g, ok := t.names[string(w[k+2][1:])]; ok {
				out[int(code)] = g
			}
		}
	}
	return out
}

// scanner takes words from the decrypted part.
type scanner struct {
	b  []byte
	at int
}

func (s *scanner) word() []byte {
	for s.at < len(s.b) && s.b[s.at] <= ' ' {
		s.at++
	}
	start := s.at
	for s.at < len(s.b) && s.b[s.at] > ' ' && (s.at == start || s.b[s.at] != '/') {
		s.at++
	}
	return s.b[start:s.at]
}

// bytes takes n bytes behind one blank.
func (s *scanner) bytes(n int) []byte {
	if n < 0 || s.at+1+n > len(s.b) {
		return nil
	}
	out := s.b[s.at+1 : s.at+1+n]
	s.at += 1 + n
	return out
}

// private reads subroutines and glyphs: "dup 5 23 RD bytes NP", "/A 54 RD bytes ND".
func (t *type1) private(b []byte) {
	skip := 4
	s := &scanner{b: b}
	var last [3][]byte
	glyphs := false
	for s.at < len(b) {
		w := s.word()
		switch string(w) {
		case "":
			return
		case "/lenIV":
			if n, err := strconv.Atoi(string(s.word())); err == nil {
				skip = n
			}
		case "/CharStrings":
			glyphs = true
		case "RD", "-|":
			n, err := strconv.Atoi(string(last[2]))
			data := s.bytes(n)
			if err != nil || data == nil {
				continue
			}
			if skip >= 0 {
				data = decrypt(data, 4330, skip)
			}
			t.program(last, data, glyphs)
		}
		last[0], last[1], last[2] = last[1], last[2], w
	}
}

func (t *type1) program(last [3][]byte, data []byte, glyphs bool) {
	name := last[1]
	if glyphs && len(name) > 1 && name[0] == '/' && len(t.programs) < maxGlyphs {
		if _, has := t.names[string(name[1:])]; !has {
			t.names[string(name[1:])] = len(t.programs)
			t.programs = append(t.programs, data)
		}
		return
	}
	if n, err := strconv.Atoi(string(name)); err == nil && len(t.subrs) < maxGlyphs {
		t.subrs[n] = data
	}
}

func (t *type1) outline(g int) *shape.Path {
	r := t.run(g, false)
	p := &shape.Path{}
	p.Append(&r.path, t.matrix)
	return p
}

func (t *type1) width(g int) (float64, bool) {
	if g < 0 || g >= len(t.programs) {
		return 0, false
	}
	return t.run(g, false).width * t.matrix[0], true
}

func (t *type1) run(g int, inner bool) *glyph1 {
	r := &glyph1{font: t, inner: inner}
	r.program(t.programs[g], 0)
	return r
}

// glyph1 runs the program of a glyph (Adobe Type 1 Font Format, chapter 6).
type glyph1 struct {
	font  *type1
	path  shape.Path
	width float64

	stack, post []float64
	x, y, left  float64
	flex        []shape.Point
	flexing     bool
	steps       int
	ended       bool
	inner       bool
}

func (r *glyph1) program(b []byte, depth int) {
	v := view(b)
	for at := 0; at < len(v) && !r.ended; {
		if r.steps++; r.steps > maxSteps {
			r.ended = true
			return
		}
		c := v.u8(at)
		at++
		switch {
		case c >= 32 && c <= 246:
			r.push(float64(c - 139))
		case c >= 247 && c <= 250:
			r.push(float64((c-247)*256 + v.u8(at) + 108))
			at++
		case c >= 251 && c <= 254:
			r.push(float64(-(c-251)*256 - v.u8(at) - 108))
			at++
		case c == 255:
			r.push(float64(int32(v.u32(at))))
			at += 4
		case c == 10:
			n := int(r.pop())
			if sub, ok := r.font.subrs[n]; ok && depth < maxDeep {
				r.program(sub, depth+1)
			}
		case c == 11:
			return
		case c == 12:
			r.escape(v.u8(at))
			at++
		default:
			r.operator(c)
		}
	}
}

func (r *glyph1) push(v float64) {
	if len(r.stack) < 256 {
		r.stack = append(r.stack, v)
	}
}

func (r *glyph1) pop() float64 {
	if len(r.stack) == 0 {
		return 0
	}
	v := r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	return v
}

func (r *glyph1) arg(i int) float64 {
	if i >= len(r.stack) {
		return 0
	}
	return r.stack[i]
}

func (r *glyph1) move(dx, dy float64) {
	r.x, r.y = r.x+dx, r.y+dy
	if r.flexing {
		if len(r.flex) < 16 {
			r.flex = append(r.flex, shape.Point{X: r.x, Y: r.y})
		}
		return
	}
	r.path.Close()
	r.path.MoveTo(r.x, r.y)
}

func (r *glyph1) line(dx, dy float64) {
	r.x, r.y = r.x+dx, r.y+dy
	r.path.LineTo(r.x, r.y)
}

func (r *glyph1) curve(a, b, c, d, e, f float64) {
	x1, y1 := r.x+a, r.y+b
	x2, y2 := x1+c, y1+d
	r.x, r.y = x2+e, y2+f
	r.path.CurveTo(x1, y1, x2, y2, r.x, r.y)
}

func (r *glyph1) operator(c int) {
	a := r.arg
	switch c {
	case 4:
		r.move(0, a(0))
	case 5:
		r.line(a(0), a(1))
	case 6:
		r.line(a(0), 0)
	case 7:
		r.line(0, a(0))
	case 8:
		r.curve(a(0), a(1), a(2), a(3), a(4), a(5))
	case 9:
		r.path.Close()
	case 13:
		r.left, r.width = a(0), a(1)
		r.x, r.y = a(0), 0
	case 14:
		r.path.Close()
		r.ended = true
	case 21:
		r.move(a(0), a(1))
	case 22:
		r.move(a(0), 0)
	case 30:
		r.curve(0, a(0), a(1), a(2), a(3), 0)
	case 31:
		r.curve(a(0), 0, a(1), a(2), 0, a(3))
	}
	r.stack = r.stack[:0]
}

func (r *glyph1) escape(c int) {
	a := r.arg
	switch c {
	case 6:
		r.accent()
	case 7:
		r.left, r.width = a(0), a(2)
		r.x, r.y = a(0), a(1)
	case 12:
		d, n := r.pop(), 0.0
		if n = r.pop(); d != 0 && !math.IsNaN(n/d) {
			n /= d
		}
		r.push(n)
		return
	case 16:
		r.other()
		return
	case 17:
		v := 0.0
		if n := len(r.post); n > 0 {
			v, r.post = r.post[n-1], r.post[:n-1]
		}
		r.push(v)
		return
	case 33:
		r.x, r.y = a(0), a(1)
	}
	r.stack = r.stack[:0]
}

// other calls one of the routines in PostScript, of which four are known by number: they make flat curves and change hints.
func (r *glyph1) other() {
	which := int(r.pop())
	n := max(0, min(int(r.pop()), len(r.stack)))
	args := r.stack[len(r.stack)-n:]
	r.stack = r.stack[:len(r.stack)-n]
	r.post = r.post[:0]
	switch which {
	case 1:
		r.flexing, r.flex = true, nil
	case 2:
	case 0:
		r.flexing = false
		if f := r.flex; len(f) >= 7 {
			r.path.CurveTo(f[1].X, f[1].Y, f[2].X, f[2].Y, f[3].X, f[3].Y)
			r.path.CurveTo(f[4].X, f[4].Y, f[5].X, f[5].Y, f[6].X, f[6].Y)
			r.x, r.y = f[6].X, f[6].Y
		}
		r.post = append(r.post, r.y, r.x)
	case 3:
		r.post = append(r.post, 3)
	default:
		for i := len(args) - 1; i >= 0; i-- {
			r.post = append(r.post, args[i])
		}
	}
}

// accent puts an accent on a letter, both by their codes in the standard encoding.
func (r *glyph1) accent() {
	r.ended = true
	if len(r.stack) < 5 || r.inner {
		return
	}
	side, dx, dy := r.arg(0), r.arg(1), r.arg(2)
	for i, code := range []float64{r.arg(3), r.arg(4)} {
		k := int(code)
		if k < 0 || k > 255 {
			continue
		}
		g, ok := r.font.names[Standard()[k]]
		if !ok {
			continue
		}
		sub := r.font.run(g, true)
		m := shape.Identity()
		if i == 1 {
			m[4], m[5] = r.left-side+dx, dy
		}
		r.path.Append(&sub.path, m)
	}
}
