package message

import (
	"bytes"
	"strconv"
	"strings"

	"sekisho"
)

// Value is a structured field of MIME: a first word and parameters (RFC 2045 section 5.1), decoded.
type Value struct {
	First  string // lower case: "text/plain", "attachment"
	Params []sekisho.Param
	odd    []oddity
}

// oddity is something in a value that readers could take differently.
type oddity struct {
	name     string
	score    float64
	evidence string
}

// Param is the value of the parameter of that lower-case name; "" when there is none.
func Param(list []sekisho.Param, name string) string {
	for i := range list {
		if list[i].Name == name {
			return list[i].Value
		}
	}
	return ""
}

// rawParam is one parameter before continuations are joined.
type rawParam struct {
	name   string // lower case, without section and star
	value  string
	index  int  // section number; -1 without
	ext    bool // the name ends in a star: value is percent-encoded (RFC 2231 section 4)
	quoted bool
}

// ParseValue reads a structured value such as that of Content-Type. It never fails.
func ParseValue(b []byte) Value {
	p := params{b: b}
	v := Value{First: p.first()}
	var list []rawParam
	for p.next() {
		list = p.param(list)
		if len(list) > 200 {
			p.oddly("many-params", 1, "more than 200")
			break
		}
	}
	v.Params = p.join(list)
	v.odd = p.odd
	return v
}

// params walks through one value.
type params struct {
	b   []byte
	i   int
	odd []oddity
}

func (p *params) oddly(name string, score float64, evidence string) {
	for i := range p.odd {
		if p.odd[i].name == name && p.odd[i].score >= score {
			return
		}
	}
	p.odd = append(p.odd, oddity{name, score, evidence})
}

// blank skips blanks, line breaks and comments. inside says that a comment here stands in the middle of the value.
func (p *params) blank(inside bool) {
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case ' ', '\t', '\r', '\n':
			p.i++
		case '(':
			start := p.i
			p.comment()
			score := 0.0
			if inside {
				score = 1
			}
			p.oddly("comment", score, string(p.b[start:p.i]))
		default:
			return
		}
	}
}

// comment skips a comment, which may contain others (RFC 5322 section 3.2.2).
func (p *params) comment() {
	depth := 0
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case '\\':
			p.i++
		case '(':
			depth++
		case ')':
			depth--
		}
		p.i++
		if depth == 0 {
			return
		}
	}
	p.i = len(p.b)
	p.oddly("comment-open", 1, "a comment that does not end")
}

// first reads the word before the first semicolon.
func (p *params) first() string {
	p.blank(true)
	var out []byte
	for p.i < len(p.b) && p.b[p.i] != ';' {
		switch c := p.b[p.i]; {
		case c == '(':
			p.blank(len(bytes.TrimLeft(p.b[p.i:], " \t\r\n")) > 0 && p.more())
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			p.i++
			p.gap(out)
		case c == '"':
			p.oddly("quoted-type", 1, string(p.b))
			p.i++
		default:
			out = append(out, c)
			p.i++
		}
	}
	return strings.ToLower(string(out))
}

// more says whether a comment that begins here is followed by something else than the end or a semicolon.
func (p *params) more() bool {
	q := params{b: p.b, i: p.i}
	q.comment()
	rest := bytes.TrimLeft(p.b[q.i:], " \t\r\n")
	return len(rest) > 0 && rest[0] != ';' && rest[0] != '('
}

// gap looks at what follows blanks in the first word: blanks around the slash are read alike by all, words without a
// semicolon between them ("text/plain charset=x") are not.
func (p *params) gap(out []byte) {
	for p.i < len(p.b) && (p.b[p.i] == ' ' || p.b[p.i] == '\t' || p.b[p.i] == '\r' || p.b[p.i] == '\n') {
		p.i++
	}
	if p.i >= len(p.b) || p.b[p.i] == ';' || p.b[p.i] == '(' || len(out) == 0 {
		return
	}
	if p.b[p.i] == '/' || out[len(out)-1] == '/' {
		p.oddly("blank-in-type", 0, string(p.b))
		return
	}
	// A parameter without the semicolon before it.
	p.oddly("no-semicolon", 1, string(p.b))
	p.b = append(append(append([]byte{}, p.b[:p.i]...), ';'), p.b[p.i:]...)
}

// next moves behind the next semicolon; false at the end.
func (p *params) next() bool {
	for {
		p.blank(false)
		if p.i >= len(p.b) {
			return false
		}
		if p.b[p.i] != ';' {
			return true
		}
		p.i++
	}
}

// param reads one name=value and adds it to list.
func (p *params) param(list []rawParam) []rawParam {
	start := p.i
	for p.i < len(p.b) && !bytes.ContainsRune([]byte("=; \t\r\n(\""), rune(p.b[p.i])) {
		p.i++
	}
	name := strings.ToLower(string(p.b[start:p.i]))
	p.blank(true)
	if p.i >= len(p.b) || p.b[p.i] != '=' {
		if name != "" {
			p.oddly("param-without-value", 0, name)
		} else if p.i == start {
			p.oddly("param-junk", 1, string(p.b[start:]))
			p.i++
		}
		return list
	}
	p.i++
	p.blank(true)
	q := rawParam{name: name, index: -1}
	if p.i < len(p.b) && p.b[p.i] == '"' {
		q.quoted = true
		q.value = p.quoted()
	} else {
		q.value = p.bare()
	}
	p.section(&q)
	return append(list, q)
}

// section takes the RFC 2231 marks off the name: "title*1*" is section 1 of title, encoded.
func (p *params) section(q *rawParam) {
	star := strings.IndexByte(q.name, '*')
	if star < 0 {
		return
	}
	mark := q.name[star+1:]
	q.name = q.name[:star]
	if mark == "" {
		q.ext = true
		return
	}
	if strings.HasSuffix(mark, "*") {
		q.ext, mark = true, mark[:len(mark)-1]
	}
	n, err := strconv.Atoi(mark)
	if err != nil || n < 0 || n > 999 || strconv.Itoa(n) != mark {
		p.oddly("param-section", 1, q.name+"*"+mark)
		n = 999
	}
	q.index = n
}

// quoted reads a quoted string (RFC 5322 section 3.2.4).
func (p *params) quoted() string {
	p.i++
	var out []byte
	for p.i < len(p.b) {
		switch c := p.b[p.i]; c {
		case '"':
			p.i++
			if p.i < len(p.b) && !bytes.ContainsRune([]byte("; \t\r\n("), rune(p.b[p.i])) {
				p.oddly("after-quote", 1, string(p.b[p.i:]))
				for p.i < len(p.b) && p.b[p.i] != ';' {
					p.i++
				}
			}
			return string(out)
		case '\\':
			if p.i+1 < len(p.b) {
				p.i++
				if e := p.b[p.i]; e != '"' && e != '\\' {
					p.oddly("quoted-pair", 0, string(p.b)) // "C:\name": many readers keep the backslash
				}
				out = append(out, p.b[p.i])
			}
		case '\r', '\n':
		case 0:
			p.oddly("param-nul", 1, string(out))
		default:
			out = append(out, c)
		}
		p.i++
	}
	p.oddly("open-quote", 1, string(out))
	return string(out)
}

// bare reads a value without quotes. Real mailers forget the quotes around blanks; the value then ends at the semicolon.
func (p *params) bare() string {
	start := p.i
	for p.i < len(p.b) && p.b[p.i] != ';' && p.b[p.i] != '\n' && p.b[p.i] != '\r' {
		if p.b[p.i] == '(' && p.i > start && (p.b[p.i-1] == ' ' || p.b[p.i-1] == '\t') {
			break
		}
		p.i++
	}
	v := strings.TrimRight(string(p.b[start:p.i]), " \t")
	if strings.ContainsAny(v, " \t") {
		p.oddly("param-blank", 1, v)
	} else if strings.ContainsAny(v, "\"\\") {
		p.oddly("param-quote", 1, v)
	}
	if strings.IndexByte(v, 0) >= 0 {
		p.oddly("param-nul", 1, v)
		v = strings.ReplaceAll(v, "\x00", "")
	}
	return v
}
