package draw

import (
	"strings"

	"sekisho/scan/font"
	"sekisho/scan/pdf"
	"sekisho/scan/shape"
)

// Limits of fonts.
const (
	maxFont  = 16 << 20 // bytes of a font
	maxFaces = 200
)

// glyph is what a code of a text shows.
type glyph struct {
	path    *shape.Path // in units of the em; nil: nothing
	program *pdf.Stream // of a font whose glyphs are programs
	width   float64     // of the em
	text    string
}

// face is a font as a document uses it.
type face struct {
	m         *machine
	known     map[uint64]*glyph
	composite bool
	vertical  bool
	cmap      *font.CMap // of a composite font
	letters   *font.CMap // ToUnicode
	names     *font.Encoding
	given     bool // the document says what codes mean
	symbolic  bool
	font      *font.Font // embedded; nil: none
	other     *font.Substitute
	widths    map[int]float64
	otherwise float64      // width of what is not listed
	listed    bool         // there are widths
	japan     bool         // CIDs are those of Adobe-Japan1
	toGlyph   []byte       // CIDToGIDMap
	matrix    shape.Matrix // of a font of programs
	programs  pdf.Dict
	resources pdf.Dict
	cost      int // steps that finding a glyph takes
}

// face reads a font, once.
func (m *machine) face(o pdf.Object) *face {
	var key any
	if r, is := o.(pdf.Ref); is {
		key = r
		if f, has := m.faces[key]; has {
			return f
		}
	}
	d := m.f.Dict(o)
	if d == nil {
		return nil
	}
	if len(m.faces) >= maxFaces {
		clear(m.faces)
	}
	f := &face{m: m, known: map[uint64]*glyph{}, widths: map[int]float64{}}
	f.read(d)
	f.cost = 1 + (f.cmap.Size()+f.letters.Size())/50
	if f.font != nil {
		f.cost += (len(f.font.Runes) + len(f.font.Names)) / 200
	}
	m.steps += 500 * f.cost
	if key != nil {
		m.faces[key] = f
	}
	return f
}

func (f *face) read(d pdf.Dict) {
	m := f.m
	if s, ok := m.f.Resolve(d["ToUnicode"]).(*pdf.Stream); ok {
		b, _, _ := m.f.Decode(s, 4<<20)
		f.letters = font.ParseCMap(b)
	}
	name, _ := m.f.Resolve(d["BaseFont"]).(pdf.Name)
	switch m.f.Resolve(d["Subtype"]) {
	case pdf.Name("Type0"):
		f.compound(d)
		return
	case pdf.Name("Type3"):
		f.programs, f.resources = m.f.Dict(d["CharProcs"]), m.f.Dict(d["Resources"])
		f.matrix = m.matrix(d["FontMatrix"])
		f.encoding(d["Encoding"], &font.Encoding{})
		f.simpleWidths(d, f.matrix[0])
		return
	}
	descriptor := m.f.Dict(d["FontDescriptor"])
	f.embedded(descriptor)
	f.symbolic = m.int(descriptor["Flags"])&4 != 0
	f.other = font.SubstituteFor(string(name), m.int(descriptor["Flags"]))
	base := font.Standard()
	if f.font == nil && f.other.Symbol {
		base = font.Symbol()
	}
	if f.font == nil && f.other.Signs {
		base = &font.Encoding{}
	}
	f.encoding(d["Encoding"], base)
	f.simpleWidths(d, 0.001)
	if v, ok := pdf.Float(m.f.Resolve(descriptor["MissingWidth"])); ok {
		f.otherwise = v / 1000
	}
}

// embedded reads the font that the document carries.
func (f *face) embedded(descriptor pdf.Dict) {
	for _, k := range []pdf.Name{"FontFile3", "FontFile2", "FontFile"} {
		s, ok := f.m.f.Resolve(descriptor[k]).(*pdf.Stream)
		if !ok {
			continue
		}
		b, _, _ := f.m.f.Decode(s, maxFont)
		if x, err := font.Read(b); err == nil {
			f.font = x
			return
		}
	}
}

// encoding reads what codes of one byte mean.
func (f *face) encoding(o pdf.Object, base *font.Encoding) {
	m := f.m
	named := func(n pdf.Object) *font.Encoding {
		switch n {
		case pdf.Name("WinAnsiEncoding"):
			return font.WinAnsi()
		case pdf.Name("MacRomanEncoding"):
			return font.MacRoman()
		case pdf.Name("StandardEncoding"):
			return font.Standard()
		}
		return nil
	}
	e := *base
	switch v := m.f.Resolve(o).(type) {
	case pdf.Name:
		if x := named(v); x != nil {
			e, f.given = *x, true
		}
	case pdf.Dict:
		if x := named(m.f.Resolve(v["BaseEncoding"])); x != nil {
			e, f.given = *x, true
		} else if f.font != nil {
			e = font.Encoding{} // what is not said is as the font has it
		}
		code := 0
		for _, x := range m.f.Array(v["Differences"]) {
			switch x := m.f.Resolve(x).(type) {
			case int:
				code = x
			case pdf.Name:
				if code >= 0 && code < 256 {
					e[code] = string(x)
				}
				code++
			}
		}
	default:
		if f.font != nil {
			e = font.Encoding{}
		}
	}
	f.names = &e
}

func (f *face) simpleWidths(d pdf.Dict, unit float64) {
	first := f.m.int(d["FirstChar"])
	for i, x := range f.m.f.Array(d["Widths"]) {
		if v, ok := pdf.Float(f.m.f.Resolve(x)); ok && i < 256 {
			f.widths[first+i] = v * unit
			f.listed = true
		}
	}
}

// compound reads a font whose codes have several bytes.
func (f *face) compound(d pdf.Dict) {
	m := f.m
	f.composite = true
	switch v := m.f.Resolve(d["Encoding"]).(type) {
	case pdf.Name:
		f.cmap = font.Predefined(string(v))
	case *pdf.Stream:
		b, _, _ := m.f.Decode(v, 4<<20)
		f.cmap = font.ParseCMap(b)
		if v.Dict["WMode"] == 1 {
			f.cmap.Vertical = true
		}
		if n, ok := m.f.Resolve(v.Dict["UseCMap"]).(pdf.Name); ok {
			f.cmap.Use(string(n))
		}
	}
	if f.cmap == nil {
		f.cmap = font.Predefined("Identity-H")
	}
	f.vertical = f.cmap.Vertical
	list := m.f.Array(d["DescendantFonts"])
	if len(list) == 0 {
		list = pdf.Array{d["DescendantFonts"]}
	}
	own := m.f.Dict(list[0])
	descriptor := m.f.Dict(own["FontDescriptor"])
	f.embedded(descriptor)
	name, _ := m.f.Resolve(own["BaseFont"]).(pdf.Name)
	f.other = font.SubstituteFor(string(name), m.int(descriptor["Flags"]))
	ordering := pdf.Text([]byte(text8(m.f.Resolve(m.f.Dict(own["CIDSystemInfo"])["Ordering"]))))
	f.japan = strings.HasPrefix(ordering, "Japan1")
	if s, ok := m.f.Resolve(own["CIDToGIDMap"]).(*pdf.Stream); ok {
		f.toGlyph, _, _ = m.f.Decode(s, 1<<17)
	}
	f.otherwise = m.f.Float(own["DW"], 1000) / 1000
	f.cidWidths(m.f.Array(own["W"]))
	f.listed = true
}

func text8(o pdf.Object) string {
	s, _ := o.(pdf.String)
	return string(s)
}

// cidWidths reads "1 [500 600] 7 9 1000".
func (f *face) cidWidths(w pdf.Array) {
	m := f.m
	for i := 0; i+1 < len(w) && len(f.widths) < 70_000; {
		first := m.int(w[i])
		if list, many := m.f.Resolve(w[i+1]).(pdf.Array); many {
			for k, x := range list {
				f.widths[first+k] = m.f.Float(x, 0) / 1000
			}
			i += 2
			continue
		}
		if i+2 >= len(w) {
			return
		}
		last, v := m.int(w[i+1]), m.f.Float(w[i+2], 0)/1000
		for c := first; c <= last && c-first < 65536; c++ {
			f.widths[c] = v
		}
		i += 3
	}
}

// next takes a code off a text, and gives what it shows.
func (f *face) next(s string) (g *glyph, code uint32, n int) {
	if !f.composite {
		code, n = uint32(s[0]), 1
	} else {
		code, n = f.cmap.Next(s)
	}
	key := uint64(n)<<32 | uint64(code)
	if g, ok := f.known[key]; ok {
		return g, code, n
	}
	if len(f.known) > 20_000 {
		clear(f.known)
	}
	f.m.steps += f.cost
	if f.composite {
		g = f.many(code, n)
	} else {
		g = f.one(int(code))
	}
	f.known[key] = g
	return g, code, n
}

// one is the glyph of a code of one byte.
func (f *face) one(code int) *glyph {
	g := &glyph{}
	name := f.names[code]
	if f.letters != nil {
		g.text = f.letters.Text(uint32(code), 1)
	}
	if r := font.Rune(name); g.text == "" && r != 0 {
		g.text = string(r)
	}
	width, has := f.widths[code]
	if !has {
		width = f.otherwise
	}
	g.width = width
	switch {
	case f.programs != nil:
		g.program, _ = f.m.f.Resolve(f.programs[pdf.Name(name)]).(*pdf.Stream)
		return g
	case f.font != nil:
		n, ok := f.number(code, name)
		if ok && f.m.to != nil {
			g.path = f.font.Outline(n)
		}
		if g.text == "" {
			g.text = f.letter(n, ok, code)
		}
		if !has && f.font.Width != nil {
			if w, known := f.font.Width(n); known && !f.listed {
				g.width = w
			}
		}
		return g
	}
	if f.other.Signs {
		g.path, g.width = f.other.Sign(code, width, f.listed || has)
		return g
	}
	if g.text == "" && name == "" && code >= 32 && !f.other.Symbol {
		g.text = string(rune(code))
	}
	g.path, g.width = f.other.Glyph(g.text, width, f.listed || has)
	return g
}

// letter is what the embedded font itself says of a glyph.
func (f *face) letter(n int, ok bool, code int) string {
	if ok {
		for r, g := range f.font.Runes {
			if g == n && r >= ' ' && (r < 0xe000 || r > 0xf8ff) {
				return string(r)
			}
		}
		for name, g := range f.font.Names {
			if r := font.Rune(name); g == n && r != 0 {
				return string(r)
			}
		}
	}
	if code >= 32 && code < 127 && !f.symbolic {
		return string(rune(code))
	}
	return ""
}

// number is the glyph of a code in the embedded font.
func (f *face) number(code int, name string) (int, bool) {
	x := f.font
	if x.Runes == nil && x.Symbols == nil && x.Mac == nil { // not TrueType, or without tables
		if n, ok := x.Names[name]; ok && name != "" {
			return n, true
		}
		if n, ok := x.Codes[code]; ok && name == "" {
			return n, true
		}
		if x.Codes == nil && x.Names == nil {
			return code, true
		}
		if r := font.Rune(name); r != 0 {
			if n, ok := x.Names[font.Name(r)]; ok {
				return n, true
			}
		}
		n, ok := x.Codes[code]
		return n, ok
	}
	return f.trueType(code, name)
}

// trueType looks a code up as ISO 32000-1 section 9.6.6.4 says, and then wherever it may be found.
func (f *face) trueType(code int, name string) (int, bool) {
	x := f.font
	r := font.Rune(name)
	byName := func() (int, bool) {
		if name == "" {
			return 0, false
		}
		if n, ok := x.Runes[r]; ok && r != 0 {
			return n, true
		}
		for c, n := range font.MacRoman() {
			if n == name {
				if g, ok := x.Mac[c]; ok {
					return g, true
				}
			}
		}
		n, ok := x.Names[name]
		return n, ok
	}
	byCode := func() (int, bool) {
		for _, c := range []int{code, 0xf000 + code, 0xf100 + code} {
			if n, ok := x.Symbols[c]; ok {
				return n, true
			}
		}
		if n, ok := x.Mac[code]; ok {
			return n, true
		}
		n, ok := x.Runes[rune(code)]
		return n, ok
	}
	if f.symbolic && !f.given || name == "" {
		if n, ok := byCode(); ok {
			return n, true
		}
		return byName()
	}
	if n, ok := byName(); ok {
		return n, true
	}
	return byCode()
}

// many is the glyph of a code of a composite font.
func (f *face) many(code uint32, n int) *glyph {
	g := &glyph{}
	cid, known := f.cmap.CID(code, n)
	if f.letters != nil {
		g.text = f.letters.Text(code, n)
	}
	if g.text == "" {
		g.text = f.cmap.Text(code, n)
	}
	if g.text == "" && f.japan && known {
		if r := font.JapanRune(cid); r != 0 {
			g.text = string(r)
		}
	}
	width, has := f.widths[cid]
	if !has || !known {
		width = f.otherwise
	}
	g.width = width
	if f.m.to == nil {
		return g
	}
	if f.font == nil {
		g.path, _ = f.other.Glyph(g.text, width, true)
		return g
	}
	if k, ok := f.indexed(cid, known, g.text); ok {
		g.path = f.font.Outline(k)
	} else if g.text != "" && strings.TrimSpace(g.text) != "" {
		g.path, _ = f.other.Glyph(g.text, width, true)
	}
	return g
}

// indexed is the glyph of a CID in the embedded font.
func (f *face) indexed(cid int, known bool, text string) (int, bool) {
	x := f.font
	switch {
	case !known:
		for _, r := range text {
			n, ok := x.Runes[r]
			return n, ok
		}
		return 0, false
	case f.toGlyph != nil:
		if 2*cid+1 >= len(f.toGlyph) {
			return 0, false
		}
		return int(f.toGlyph[2*cid])<<8 | int(f.toGlyph[2*cid+1]), true
	case x.CIDs != nil:
		n, ok := x.CIDs[cid]
		return n, ok
	}
	return cid, cid < x.Glyphs
}
