package office

import (
	"bytes"
	"html"
	"strconv"
	"strings"
)

// Text collects what people read in an Office document in a zip (ECMA-376, ISO/IEC 26300), from its members in any order:
// paragraphs as lines, rows of tables and sheets as lines with tabs between the cells.
type Text struct {
	shared []string // strings of a workbook
	sheets [][]byte
	out    strings.Builder
}

// Most that is read of one document.
const (
	mostStrings = 500_000
	mostColumns = 200
	mostText    = 4 << 20
)

// Paper says whether a member of that name holds text that people read.
func Paper(name string, data []byte) bool {
	low := strings.ToLower(name)
	if !strings.HasSuffix(low, ".xml") {
		return false
	}
	for _, p := range []string{"word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments", "xl/sharedstrings", "xl/worksheets/", "xl/comments", "ppt/slides/", "ppt/notesslides/", "ppt/comments/"} {
		if strings.HasPrefix(low, p) {
			return true
		}
	}
	return low == "content.xml" && bytes.Contains(data[:min(len(data), 4096)], []byte("opendocument"))
}

// Add takes a member for which Paper is true.
func (x *Text) Add(name string, data []byte) {
	low := strings.ToLower(name)
	switch {
	case strings.HasPrefix(low, "xl/sharedstrings"):
		x.strings(data)
	case strings.HasPrefix(low, "xl/worksheets/"):
		x.sheets = append(x.sheets, data)
	default:
		x.flow(data, low == "content.xml")
	}
}

// String is the whole text.
func (x *Text) String() string {
	for _, s := range x.sheets {
		x.sheet(s)
	}
	x.sheets = nil
	return x.out.String()
}

// write appends text, as long as there is room.
func (x *Text) write(s string) {
	if x.out.Len()+len(s) <= mostText {
		x.out.WriteString(s)
	}
}

// mark is a tag of XML: its name without prefix, its attributes as they stand, whether it closes or is empty.
type mark struct {
	name        string
	rest        string
	close, void bool
}

// attribute is the value of an attribute without prefix; "" for none.
func (m *mark) attribute(name string) string {
	s := m.rest
	for {
		i := strings.Index(s, name+"=")
		if i < 0 || i+len(name)+2 > len(s) {
			return ""
		}
		if q := s[i+len(name)+1]; (i == 0 || s[i-1] == ' ') && (q == '"' || q == '\'') {
			v := s[i+len(name)+2:]
			if end := strings.IndexByte(v, q); end >= 0 {
				return v[:end]
			}
		}
		s = s[i+len(name)+1:]
	}
}

// walk gives the texts and tags of data in order: first the text before a tag, then the tag.
func walk(data []byte, each func(text string, m mark)) {
	for len(data) > 0 {
		i := bytes.IndexByte(data, '<')
		if i < 0 {
			return
		}
		text := data[:i]
		end := bytes.IndexByte(data[i:], '>')
		if end < 0 {
			return
		}
		tag := string(data[i+1 : i+end])
		data = data[i+end+1:]
		m := mark{close: strings.HasPrefix(tag, "/"), void: strings.HasSuffix(tag, "/")}
		name, rest, _ := strings.Cut(strings.Trim(tag, "/"), " ")
		m.name, m.rest = strings.TrimSpace(name[strings.LastIndexByte(name, ':')+1:]), rest
		each(html.UnescapeString(string(text)), m)
	}
}

// flow reads paragraphs and tables. In the documents of Microsoft text stands in t elements, in OpenDocument in paragraphs.
func (x *Text) flow(data []byte, open bool) {
	in, cells := 0, 0
	walk(data, func(text string, m mark) {
		if in > 0 {
			x.write(text)
		}
		switch m.name {
		case "t", "delText":
			if !open {
				in = depth(in, m)
			}
		case "p", "h":
			if open {
				in = depth(in, m)
			}
			if m.close || m.void {
				x.write([]string{"\n", " "}[min(cells, 1)])
			}
		case "tc", "table-cell":
			cells = depth(cells, m)
			if m.close || m.void {
				x.write("\t")
			}
		case "tr", "table-row":
			if m.close {
				x.write("\n")
			}
		case "br", "cr", "line-break":
			x.write("\n")
		case "tab":
			x.write("\t")
		case "s":
			if open {
				x.write(" ")
			}
		}
	})
	x.write("\n")
}

func depth(n int, m mark) int {
	switch {
	case m.void:
		return n
	case m.close:
		return max(n-1, 0)
	}
	return n + 1
}

// strings reads the strings that the cells of a workbook share.
func (x *Text) strings(data []byte) {
	var b strings.Builder
	in, spoken := 0, 0
	walk(data, func(text string, m mark) {
		if in > 0 && spoken == 0 {
			b.WriteString(text)
		}
		switch m.name {
		case "t":
			in = depth(in, m)
		case "rPh": // how it is pronounced
			spoken = depth(spoken, m)
		case "si":
			if (m.close || m.void) && len(x.shared) < mostStrings {
				x.shared = append(x.shared, b.String())
				b.Reset()
			}
		}
	})
}

// sheet reads rows of cells.
func (x *Text) sheet(data []byte) {
	var kind, value string
	at, in := 0, false
	walk(data, func(text string, m mark) {
		if in {
			value += text
		}
		switch m.name {
		case "row":
			if at = 0; m.close {
				x.write("\n")
			}
		case "v", "t":
			in = !m.close && !m.void
		case "c":
			if !m.close {
				kind, value = m.attribute("t"), ""
				for c := place(m.attribute("r")); at < c; at++ {
					x.write("\t")
				}
			}
			if m.close || m.void {
				x.write(x.cell(kind, value) + "\t")
				at++
			}
		}
	})
}

// cell is what a cell shows.
func (x *Text) cell(kind, value string) string {
	if kind == "s" {
		if i, err := strconv.Atoi(value); err == nil && i >= 0 && i < len(x.shared) {
			return strings.Map(flat, x.shared[i])
		}
		return ""
	}
	if strings.ContainsAny(value, "eE") && kind != "str" && kind != "inlineStr" {
		if f, err := strconv.ParseFloat(value, 64); err == nil {
			return strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	return strings.Map(flat, value)
}

// flat keeps a cell on its line.
func flat(r rune) rune {
	if r == '\n' || r == '\r' || r == '\t' {
		return ' '
	}
	return r
}

// place is the number of the column in a reference such as "C7"; 0 when there is none.
func place(ref string) int {
	n := 0
	for i := 0; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && n < mostColumns; i++ {
		n = n*26 + int(ref[i]-'A') + 1
	}
	return min(max(n-1, 0), mostColumns)
}
