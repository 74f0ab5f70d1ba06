package script

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Kind sorts arguments, and tokens.
type Kind uint8

// The kinds of arguments.
const (
	Tag Kind = iota + 1
	Number
	Text // a string or a list of strings
)

// More kinds of tokens.
const (
	end Kind = iota + 10
	word
	sign // one of ; , ( ) { } [ ]
	garbage
)

type token struct {
	kind    Kind
	text    string // the word or tag in lower case, the string's value, the sign
	num     uint64
	line    int
	comment string // what stood before it in # comments, without the marks
}

// longestWord is the most letters that an identifier has.
const longestWord = 32

// lexer cuts a script into tokens (RFC 5228 section 8.1). Its faults end in the list of its owner.
type lexer struct {
	rest    string
	line    int
	comment string
	fault   func(line int, format string, a ...any)
}

func (l *lexer) skip(n int) {
	l.line += strings.Count(l.rest[:n], "\n")
	l.rest = l.rest[n:]
}

// blank skips white space and comments.
func (l *lexer) blank() {
	for {
		l.skip(len(l.rest) - len(strings.TrimLeft(l.rest, " \t\r\n")))
		switch {
		case strings.HasPrefix(l.rest, "#"):
			n := strings.IndexByte(l.rest, '\n')
			if n < 0 {
				n = len(l.rest)
			}
			l.comment += strings.TrimSpace(l.rest[1:n]) + "\n"
			l.skip(n)
		case strings.HasPrefix(l.rest, "/*"):
			n := strings.Index(l.rest[2:], "*/")
			if n < 0 {
				l.fault(l.line, "this comment has no end: write */ where it ends")
				l.skip(len(l.rest))
				return
			}
			l.skip(n + 4)
		default:
			return
		}
	}
}

func (l *lexer) next() token {
	l.comment = ""
	l.blank()
	t := token{kind: end, line: l.line, comment: l.comment}
	if l.rest == "" {
		return t
	}
	switch c := l.rest[0]; {
	case strings.IndexByte(";,(){}[]", c) >= 0:
		t.kind, t.text = sign, string(c)
		l.skip(1)
	case c == '"':
		t.kind, t.text = Text, l.quoted()
	case Digit(c):
		t.kind = Number
		t.num = l.number()
	case c == ':' && len(l.rest) > 1 && Letter(l.rest[1]):
		l.skip(1)
		t.kind, t.text = Tag, l.word()
	case Letter(c):
		t.kind, t.text = word, l.word()
		if t.text == "text" && strings.HasPrefix(l.rest, ":") {
			l.skip(1)
			t.kind, t.text = Text, l.multiline()
		}
	default:
		t.kind = garbage
		n := strings.IndexFunc(l.rest[1:], func(r rune) bool { return r <= ' ' || strings.ContainsRune(`;,(){}[]"`, r) }) + 1
		if n == 0 {
			n = len(l.rest)
		}
		t.text = l.rest[:n]
		l.fault(l.line, "%q means nothing here: take it away, or put it in quotes", Short(t.text))
		l.skip(n)
	}
	return t
}

// Letter says whether c is a letter of names, which the low line is.
func Letter(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }

// Digit says whether c is one.
func Digit(c byte) bool { return '0' <= c && c <= '9' }

func (l *lexer) word() string {
	n := 0
	for n < len(l.rest) && (Letter(l.rest[n]) || Digit(l.rest[n])) {
		n++
	}
	w := l.rest[:n]
	if n > longestWord {
		l.fault(l.line, "the name %s... has %d letters: no command or tag has more than %d", w[:16], n, longestWord)
	}
	l.skip(n)
	return strings.ToLower(w)
}

// number reads digits and one of K, M, G.
func (l *lexer) number() uint64 {
	n, v, over := 0, uint64(0), false
	for ; n < len(l.rest) && Digit(l.rest[n]); n++ {
		d := uint64(l.rest[n] - '0')
		over = over || v > (1<<64-1-d)/10
		v = v*10 + d
	}
	shift := uint(0)
	if n < len(l.rest) {
		if i := strings.IndexByte("kmg", l.rest[n]|0x20); i >= 0 {
			shift = uint(i+1) * 10
			n++
		}
	}
	if over || v<<shift>>shift != v {
		l.fault(l.line, "the number %s is too large", Short(l.rest[:n]))
	}
	if n < len(l.rest) && (Letter(l.rest[n])) {
		l.fault(l.line, "after a number only K, M or G may stand")
	}
	l.skip(n)
	return v << shift
}

// quoted reads a string in quotes. A backslash takes the next character as it is.
func (l *lexer) quoted() string {
	var b strings.Builder
	from := l.line
	for i := 1; i < len(l.rest); i++ {
		switch c := l.rest[i]; c {
		case '"':
			l.skip(i + 1)
			return l.lines(b.String(), from)
		case '\\':
			if i++; i < len(l.rest) {
				b.WriteByte(l.rest[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	l.fault(from, "this string has no end: its closing quote is missing")
	l.skip(len(l.rest))
	return ""
}

// multiline reads what follows text: up to a line of a dot alone.
func (l *lexer) multiline() string {
	from := l.line
	first, _, more := strings.Cut(l.rest, "\n")
	if f := strings.TrimSpace(first); !more || f != "" && f[0] != '#' {
		l.fault(from, "after text: the line must end; the text begins on the next line")
		l.skip(min(len(first)+1, len(l.rest)))
		return ""
	}
	l.skip(len(first) + 1)
	var b strings.Builder
	for l.rest != "" {
		line, _, more := strings.Cut(l.rest, "\n")
		n := len(line)
		if more {
			n++
		}
		line = strings.TrimSuffix(line, "\r")
		l.skip(n)
		if line == "." {
			return l.lines(b.String(), from)
		}
		if strings.HasPrefix(line, "..") {
			line = line[1:]
		}
		b.WriteString(line)
		b.WriteString("\r\n")
	}
	l.fault(from, "this text has no end: write a line with a dot alone")
	return ""
}

// lines gives s with CRLF as its line ends, as strings are compared with mail.
func (l *lexer) lines(s string, line int) string {
	if strings.IndexByte(s, 0) >= 0 {
		l.fault(line, "a string may not contain NUL")
	}
	if !strings.Contains(s, "\n") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}

// Short is s as it may stand in a message.
func Short(s string) string {
	const most = 60
	if len(s) <= most {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	n := most
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return fmt.Sprintf("%s...", strings.ToValidUTF8(s[:n], "\uFFFD"))
}
