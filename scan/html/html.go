// Package html reads HTML the way the inspection needs it: what a person sees, where the links lead and what they
// show, and what would act by itself: script, forms, frames, refreshes, embedded objects.
//
// It is no browser and builds no tree. It walks once through the text, tolerates everything, and takes time and memory
// linear in its length.
package html

import (
	"html"
	"strings"
)

// Link is one place that the page leads to.
type Link struct {
	Tag    string // "a", "area", "form", "img", "iframe", "meta", "link", "base", "object"
	Target string // as written, entities decoded, white space at the ends and line breaks removed
	Text   string // what is shown for it, for a and area
}

// Page is what a text of HTML contains.
type Page struct {
	Text     string
	Links    []Link
	Title    string
	Charset  string // declared by meta
	Script   bool   // script elements with content or source
	Handler  bool   // attributes that run script: onload, onclick ...
	Scheme   bool   // links that run script: javascript:, vbscript:, data:text/html
	Form     bool
	Password bool // a field for a password
	Frame    bool
	Object   bool     // object, embed, applet
	Refresh  bool     // leads elsewhere by itself
	Tags     []string // the names of the elements, each once, in order; at most 40
	Images   int
	Hidden   int      // elements that are styled out of sight
	Veiled   []string // texts that are out of sight, as they stand in Text; at most 100
	Alts     []string // what stands for pictures; at most 40
	Smuggle  bool     // script that makes a file or more script out of itself: Blob, createObjectURL, atob, WebAssembly; or a link to load one
	Launch   bool     // links or script that start programs: search-ms:, ms-appinstaller:
	Command  bool     // puts something into the clipboard, and has a command line to be pasted
}

// Limits of what is kept.
const (
	maxLinks = 2000
	maxText  = 4 << 20
)

// page is one reading.
type page struct {
	Page
	s      string
	i      int
	out    strings.Builder
	open   int // index of the link whose text is being read, plus 1
	start  int // where in out its text begins
	space  bool
	cells  int  // of the row of a table that were begun
	inside bool // a cell is open
	broken bool // a line ended in a cell: it is one only when more text follows in the cell

	inner     int // frames whose page stands in an attribute
	clipboard bool

	veil  string // the name of the element that is out of sight; "" none
	depth int    // how many elements of that name are open in it
	from  int    // where in out its text begins
}

// Read reads s.
func Read(s string) *Page {
	p := &page{s: s}
	p.out.Grow(min(len(s)/2, maxText))
	p.walk()
	p.Command = p.pasted()
	p.closeLink()
	p.unveil()
	p.Text = strings.TrimSpace(p.out.String())
	return &p.Page
}

// walk goes through the text once.
func (p *page) walk() {
	for p.i < len(p.s) {
		j := strings.IndexByte(p.s[p.i:], '<')
		if j < 0 {
			p.text(p.s[p.i:])
			break
		}
		p.text(p.s[p.i : p.i+j])
		p.i += j
		p.markup()
	}
}

// cover notes that an element is out of sight. Elements without an end hide nothing.
func (p *page) cover(name string, hides bool) {
	switch {
	case p.veil != "":
		if name == p.veil {
			p.depth++
		}
	case hides && name != "img" && name != "br" && name != "hr" && name != "input" && name != "meta" && name != "link" && name != "body" && name != "html":
		p.veil, p.depth, p.from = name, 1, p.out.Len()
	}
}

// uncover notes the end of an element.
func (p *page) uncover(name string) {
	if name == p.veil && p.veil != "" {
		if p.depth--; p.depth == 0 {
			p.unveil()
		}
	}
}

func (p *page) unveil() {
	if p.veil == "" {
		return
	}
	p.veil = ""
	if t := strings.TrimSpace(p.out.String()[p.from:]); t != "" && len(p.Veiled) < 100 {
		p.Veiled = append(p.Veiled, t)
	}
}

// text adds what a person reads, white space made one.
func (p *page) text(t string) {
	if t == "" || p.out.Len() > maxText {
		return
	}
	if strings.IndexByte(t, '&') >= 0 {
		t = html.UnescapeString(t)
	}
	from := -1
	for i := 0; i < len(t); i++ {
		if c := t[i]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			if from < 0 {
				if p.broken {
					p.line()
				}
				if p.space && p.out.Len() > 0 && p.out.String()[p.out.Len()-1] != '\n' {
					p.out.WriteByte(' ')
				}
				p.space, from = false, i
			}
			continue
		}
		if from >= 0 {
			p.out.WriteString(t[from:i])
			from = -1
		}
		p.space = true
	}
	if from >= 0 {
		p.out.WriteString(t[from:])
	}
}

// block ends a line of text where an element of its own lines begins or ends; in a cell of a table, only when the cell goes on.
func (p *page) block() {
	if !p.inside {
		p.line()
		return
	}
	last := byte('\n')
	if n := p.out.Len(); n > 0 {
		last = p.out.String()[n-1]
	}
	p.broken = p.broken || last != '\t' && last != '\n'
	p.space = false
}

// row begins or ends a row of a table.
func (p *page) row() {
	p.line()
	p.cells, p.inside = 0, false
}

// cell begins a cell: a tab stands between two, so that who reads the text sees the columns.
func (p *page) cell() {
	switch {
	case p.cells > 0 && p.out.Len() < maxText:
		if p.open != 0 && p.start == p.out.Len() {
			p.start++
		}
		p.out.WriteByte('\t')
	case p.broken:
		p.line()
	}
	p.cells++
	p.inside, p.broken, p.space = true, false, false
}

// line ends a line of text.
func (p *page) line() {
	p.space, p.broken = false, false
	if p.open != 0 && p.start == p.out.Len() {
		defer func() { p.start = p.out.Len() }()
	}
	if n := p.out.Len(); n > 0 && p.out.String()[n-1] != '\n' {
		p.out.WriteByte('\n')
	}
}

// markup reads what begins with "<".
func (p *page) markup() {
	s := p.s[p.i:]
	switch {
	case strings.HasPrefix(s, "<!--"):
		end := strings.Index(s[2:], "-->") // "<!-->" is a whole comment
		if end < 0 {
			p.i = len(p.s)
			return
		}
		p.i += 2 + end + 3
	case len(s) > 1 && (s[1] == '!' || s[1] == '?'):
		end := strings.IndexByte(s, '>')
		if end < 0 {
			p.i = len(p.s)
			return
		}
		p.i += end + 1
	case len(s) > 2 && s[1] == '/' && letter(s[2]):
		p.i += 2
		name := p.name()
		p.skip()
		p.end(name)
	case len(s) > 1 && letter(s[1]):
		p.i++
		p.tag(p.name())
	default:
		p.text("<")
		p.i++
	}
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// name reads the name of a tag in lower case.
func (p *page) name() string {
	from := p.i
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n\f/>", p.s[p.i]) < 0 {
		p.i++
	}
	return lower(p.s[from:p.i])
}

// lower is s in lower case; most names are that already.
func lower(s string) string {
	if len(s) > 64 {
		s = s[:64]
	}
	return strings.ToLower(s)
}

// skip goes behind the end of a tag.
func (p *page) skip() {
	for {
		n, _, ok := p.attr()
		if !ok {
			return
		}
		_ = n
	}
}

// attr reads the next attribute; false behind the end of the tag.
func (p *page) attr() (name, value string, ok bool) {
	for p.i < len(p.s) && (p.s[p.i] <= ' ' || p.s[p.i] == '/') {
		p.i++
	}
	if p.i >= len(p.s) {
		return "", "", false
	}
	if p.s[p.i] == '>' {
		p.i++
		return "", "", false
	}
	from := p.i
	p.i++
	for p.i < len(p.s) && p.s[p.i] > ' ' && p.s[p.i] != '=' && p.s[p.i] != '>' && p.s[p.i] != '/' {
		p.i++
	}
	name = p.s[from:p.i]
	j := p.i
	for j < len(p.s) && p.s[j] <= ' ' {
		j++
	}
	if j >= len(p.s) || p.s[j] != '=' {
		return name, "", true
	}
	j++
	for j < len(p.s) && p.s[j] <= ' ' {
		j++
	}
	p.i = j
	return name, p.value(), true
}

// value reads the value of an attribute.
func (p *page) value() string {
	if p.i >= len(p.s) {
		return ""
	}
	if q := p.s[p.i]; q == '"' || q == '\'' {
		end := strings.IndexByte(p.s[p.i+1:], q)
		if end < 0 {
			v := p.s[p.i+1:]
			p.i = len(p.s)
			return v
		}
		v := p.s[p.i+1 : p.i+1+end]
		p.i += end + 2
		return v
	}
	from := p.i
	for p.i < len(p.s) && p.s[p.i] > ' ' && p.s[p.i] != '>' {
		p.i++
	}
	return p.s[from:p.i]
}

// end acts on a closing tag.
func (p *page) end(name string) {
	p.uncover(name)
	switch name {
	case "a":
		p.closeLink()
	case "p", "div", "h1", "h2", "h3", "h4", "li", "ul", "ol", "blockquote", "title", "pre", "dd", "dt":
		p.block()
	case "tr", "table":
		p.row()
	case "td", "th":
		p.inside, p.broken, p.space = false, false, true
	}
}

// closeLink ends the text of a link.
func (p *page) closeLink() {
	if p.open == 0 {
		return
	}
	p.Links[p.open-1].Text = strings.TrimSpace(p.out.String()[min(p.start, p.out.Len()):])
	p.open = 0
}

// link keeps one place.
func (p *page) link(tag, target string) {
	target = clean(target)
	if target == "" || len(p.Links) >= maxLinks {
		return
	}
	low := lower(target)
	if strings.HasPrefix(low, "javascript:") || strings.HasPrefix(low, "vbscript:") || strings.HasPrefix(low, "data:text/html") {
		p.Scheme = true
	}
	p.Launch = p.Launch || Launches(target)
	p.Links = append(p.Links, Link{Tag: tag, Target: target})
}

// clean is the address that a browser takes from an attribute.
func clean(v string) string {
	if strings.IndexByte(v, '&') >= 0 {
		v = html.UnescapeString(v)
	}
	v = strings.TrimFunc(v, func(r rune) bool { return r <= ' ' })
	if strings.ContainsAny(v, "\t\r\n") {
		v = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(v)
	}
	return v
}
