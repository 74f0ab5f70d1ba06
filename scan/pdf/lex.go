package pdf

import (
	"math"
	"strconv"
)

// Limits of one object.
const (
	maxNest  = 60      // arrays and dictionaries in each other
	maxNodes = 200_000 // objects in one object
	maxWord  = 4096    // bytes of a name or keyword
)

// Lexer takes objects from bytes, in a file or a content stream. It accepts everything: what is no object is skipped.
type Lexer struct {
	b     []byte
	at    int
	nodes int  // objects taken since the last whole one began
	refs  bool // "1 0 R" is one object
}

// NewLexer reads content, in which there are no references.
func NewLexer(b []byte) *Lexer { return &Lexer{b: b} }

// closer ends an array or a dictionary.
type closer byte

// Next is the next object; ok is false at the end.
func (l *Lexer) Next() (o Object, ok bool) {
	l.nodes = 0
	for {
		o, ok = l.object(0)
		if _, stray := o.(closer); !stray || !ok {
			return o, ok
		}
	}
}

// At is how far the lexer is.
func (l *Lexer) At() int { return l.at }

// Rest is what was not read yet.
func (l *Lexer) Rest() []byte { return l.b[min(l.at, len(l.b)):] }

// Skip passes over n bytes.
func (l *Lexer) Skip(n int) { l.at = min(len(l.b), l.at+max(0, n)) }

// Class of bytes (ISO 32000-1 section 7.2.2).
func space(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func delimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func regular(c byte) bool { return !space(c) && !delimiter(c) }

// blank passes over white space and comments.
func (l *Lexer) blank() {
	for l.at < len(l.b) {
		switch c := l.b[l.at]; {
		case space(c):
			l.at++
		case c == '%':
			for l.at < len(l.b) && l.b[l.at] != '\n' && l.b[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

func (l *Lexer) object(depth int) (Object, bool) {
	l.blank()
	if l.at >= len(l.b) {
		return nil, false
	}
	l.nodes++
	c := l.b[l.at]
	switch {
	case c == '/':
		l.at++
		return l.name(), true
	case c == '(':
		l.at++
		return l.literal(), true
	case c == '<' && l.at+1 < len(l.b) && l.b[l.at+1] == '<':
		l.at += 2
		return l.dict(depth + 1), true
	case c == '<':
		l.at++
		return l.hex(), true
	case c == '[':
		l.at++
		return l.array(depth + 1), true
	case c == ']' || c == ')' || c == '{' || c == '}':
		l.at++
		return closer(c), true
	case c == '>':
		l.at++
		if l.at < len(l.b) && l.b[l.at] == '>' {
			l.at++
		}
		return closer('>'), true
	}
	return l.word(), true
}

// name reads behind the slash.
func (l *Lexer) name() Name {
	start := l.at
	hashed := false
	for l.at < len(l.b) && regular(l.b[l.at]) {
		hashed = hashed || l.b[l.at] == '#'
		l.at++
	}
	b := l.b[start:min(l.at, start+maxWord)]
	if hashed {
		b = names(b)
	}
	return Name(b)
}

// names writes names in the clear: any letter of a name may stand as # and its code.
func names(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '#' && i+2 < len(b) && digit(b[i+1]) >= 0 && digit(b[i+2]) >= 0 {
			out = append(out, byte(digit(b[i+1])<<4|digit(b[i+2])))
			i += 2
			continue
		}
		out = append(out, b[i])
	}
	return out
}

func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// word reads a number, a keyword or a reference.
func (l *Lexer) word() Object {
	start := l.at
	for l.at < len(l.b) && regular(l.b[l.at]) {
		l.at++
	}
	w := l.b[start:l.at]
	if n, ok := number(w); ok {
		if i, is := n.(int); is && l.refs && i > 0 {
			if g, ok := l.reference(); ok {
				return Ref{Number: i, Generation: g}
			}
		}
		return n
	}
	switch string(w) {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	return Keyword(w[:min(len(w), maxWord)])
}

// reference reads the rest of "7 0 R".
func (l *Lexer) reference() (generation int, ok bool) {
	at := l.at
	for at < len(l.b) && space(l.b[at]) {
		at++
	}
	digits := at
	for at < len(l.b) && at-digits < 6 && l.b[at] >= '0' && l.b[at] <= '9' {
		generation = generation*10 + int(l.b[at]-'0')
		at++
	}
	if at == digits || at >= len(l.b) || !space(l.b[at]) {
		return 0, false
	}
	for at < len(l.b) && space(l.b[at]) {
		at++
	}
	if at >= len(l.b) || l.b[at] != 'R' || at+1 < len(l.b) && regular(l.b[at+1]) {
		return 0, false
	}
	l.at = at + 1
	return generation, true
}

// number reads what readers take for a number: "--5", "1.2.3" and "6-" are seen.
func number(w []byte) (Object, bool) {
	if len(w) == 0 || len(w) > 64 || (w[0] < '0' || w[0] > '9') && w[0] != '-' && w[0] != '+' && w[0] != '.' {
		return nil, false
	}
	i, sign := 0, 1.0
	for i < len(w) && (w[i] == '-' || w[i] == '+') {
		if w[i] == '-' {
			sign = -1
		}
		i++
	}
	v, scale, real, digits := 0.0, 1.0, false, 0
loop:
	for ; i < len(w); i++ {
		switch c := w[i]; {
		case c >= '0' && c <= '9' && real:
			scale /= 10
			v += float64(c-'0') * scale
			digits++
		case c >= '0' && c <= '9':
			v = v*10 + float64(c-'0')
			digits++
		case c == '.' && !real:
			real = true
		case c == '-' || c == '.':
			break loop
		default:
			return exponent(w)
		}
	}
	if digits == 0 && !real {
		return nil, false
	}
	if v *= sign; real || math.Abs(v) > 1<<40 {
		return v, true
	}
	return int(v), true
}

// exponent reads "1e5", which is no number by the book.
func exponent(w []byte) (Object, bool) {
	v, err := strconv.ParseFloat(string(w), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, false
	}
	return v, true
}

func (l *Lexer) array(depth int) Array {
	a := Array{}
	for {
		o, ok := l.object(depth)
		if !ok || o == closer(']') {
			return a
		}
		if l.nodes > maxNodes || depth > maxNest {
			l.at = len(l.b)
			return a
		}
		switch k := o.(type) {
		case closer:
			continue
		case Keyword:
			if k == "endobj" || k == "endstream" || k == "obj" {
				return a
			}
		}
		a = append(a, o)
	}
}

func (l *Lexer) dict(depth int) Dict {
	d := Dict{}
	for {
		k, ok := l.object(depth)
		if !ok || k == closer('>') {
			return d
		}
		name, is := k.(Name)
		if !is {
			if w, is := k.(Keyword); is && (w == "endobj" || w == "stream" || w == "obj") {
				l.at -= len(w)
				return d
			}
			continue
		}
		v, ok := l.object(depth)
		if !ok || v == closer('>') {
			return d
		}
		if _, odd := v.(closer); odd {
			continue
		}
		if l.nodes > maxNodes || depth > maxNest {
			l.at = len(l.b)
			return d
		}
		if _, twice := d[name]; !twice {
			d[name] = v
		}
	}
}

// literal reads a string behind its parenthesis.
func (l *Lexer) literal() String {
	var out []byte
	for depth := 1; l.at < len(l.b); l.at++ {
		switch c := l.b[l.at]; c {
		case '\\':
			l.at++
			out = l.escape(out)
			continue
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				l.at++
				return String(out)
			}
		case '\r':
			if l.at+1 < len(l.b) && l.b[l.at+1] == '\n' {
				l.at++
			}
			out = append(out, '\n')
			continue
		}
		out = append(out, l.b[l.at])
	}
	l.at = len(l.b) // a backslash at the end led beyond it
	return String(out)
}

// escape reads what follows a backslash, and stays on its last byte.
func (l *Lexer) escape(out []byte) []byte {
	if l.at >= len(l.b) {
		return out
	}
	c := l.b[l.at]
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\n':
		return out
	case '\r':
		if l.at+1 < len(l.b) && l.b[l.at+1] == '\n' {
			l.at++
		}
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	v := 0
	for n := 0; n < 3 && l.at < len(l.b) && l.b[l.at] >= '0' && l.b[l.at] <= '7'; n++ {
		v = v<<3 | int(l.b[l.at]-'0')
		l.at++
	}
	l.at--
	return append(out, byte(v))
}

// hex reads a string in hexadecimal digits.
func (l *Lexer) hex() String {
	end := l.at
	for end < len(l.b) && l.b[end] != '>' {
		end++
	}
	s := String(unhex(l.b[l.at:end]))
	l.at = min(len(l.b), end+1)
	return s
}
