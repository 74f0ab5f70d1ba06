// Package collation compares texts as Sieve and IMAP ask for it by name (RFC 4790), and matches them with patterns.
package collation

import (
	"cmp"
	"errors"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Comparators by name.
const (
	Octet   = "i;octet"
	Casemap = "i;ascii-casemap"
	Unicode = "i;unicode-casemap" // simple case folding
	Numeric = "i;ascii-numeric"
)

// Expression is a compiled regular expression and about how many instructions it has.
type Expression struct {
	*regexp.Regexp
	Size int
}

// Compile reads an RE2 expression of at most 4096 bytes. It ignores case but for Octet, and a dot matches line ends too.
func Compile(s, comparator string) (Expression, error) {
	flags := "(?s)"
	if comparator != Octet {
		flags = "(?si)"
	}
	const most = 4096
	if len(s) > most {
		return Expression{}, strconv.ErrRange
	}
	tree, err := syntax.Parse(flags+s, syntax.Perl)
	if err != nil {
		return Expression{}, err
	}
	n := size(tree)
	if n > mostInstructions {
		return Expression{}, errors.New("it is too large: its counted repetitions make it so")
	}
	e, err := regexp.Compile(flags + s)
	return Expression{e, n}, err
}

// mostInstructions is how large an expression may be when it is compiled.
const mostInstructions = 10000

// size estimates the instructions of an expression before anything is expanded.
func size(e *syntax.Regexp) int {
	n := 1 + len(e.Rune)
	for _, sub := range e.Sub {
		n += size(sub)
	}
	if e.Op == syntax.OpRepeat {
		n *= max(1, e.Min, e.Max)
	}
	return min(n, 1<<30)
}

// Order compares two strings: below, at or above 0.
func Order(comparator, a, b string) int {
	if comparator != Numeric {
		return cmp.Compare(Fold(comparator, a), Fold(comparator, b))
	}
	x, aFinite := digits(a)
	y, bFinite := digits(b)
	switch {
	case !aFinite || !bFinite: // what is no number is above all numbers (RFC 4790 section 9.1)
		return btoi(!aFinite) - btoi(!bFinite)
	case len(x) != len(y):
		return cmp.Compare(len(x), len(y))
	}
	return cmp.Compare(x, y)
}

// Related says whether an order below, at or above 0 is what a relation such as gt asks for (RFC 5231).
func Related(relation string, order int) bool {
	switch relation {
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	case "le":
		return order <= 0
	case "eq":
		return order == 0
	}
	return order != 0
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// digits is the number that s begins with, without leading zeros.
func digits(s string) (string, bool) {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return strings.TrimLeft(s[:n], "0"), n > 0
}

// Fold makes strings equal that the comparator holds for equal. It keeps the length in bytes, but for unicode-casemap.
func Fold(comparator, s string) string {
	switch comparator {
	case Casemap:
		return lower(s)
	case Unicode:
		return strings.Map(func(c rune) rune { return unicode.ToLower(unicode.ToUpper(c)) }, s)
	}
	return s
}

// lower makes A to Z small and touches nothing else.
func lower(s string) string {
	i := strings.IndexFunc(s, func(c rune) bool { return 'A' <= c && c <= 'Z' })
	if i < 0 {
		return s
	}
	b := []byte(s)
	for ; i < len(b); i++ {
		if 'A' <= b[i] && b[i] <= 'Z' {
			b[i] |= 0x20
		}
	}
	return string(b)
}

// width is the length of the character that s begins with, as the comparator counts.
func width(comparator, s string) int {
	if comparator == Octet {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// Quantum is how many moves of Glob are one step.
const Quantum = 1 << 14

// Glob matches a value with a pattern of * and ? (RFC 5228 section 2.7.1). It gives the whole value and what each of them stood
// for, each * as short as can be; nil when it does not match. On a mismatch only the last * has to grow, so the work is at
// most len(value)*len(pattern): step is called once for each Quantum of it, and its error ends the match.
func Glob(comparator, value, pattern string, step func() error) ([]string, error) {
	parts := compilePattern(comparator, pattern)
	got := make([][2]int, len(parts))
	i, k := 0, 0                 // places in value and parts
	star, from, work := -1, 0, 0 // the last * and how far it reaches
	for i < len(value) || k < len(parts) {
		if work++; work%Quantum == 0 {
			if err := step(); err != nil {
				return nil, err
			}
		}
		if k < len(parts) && parts[k].wild == '*' {
			star, from = k, i
			got[k] = [2]int{i, i}
			k++
			continue
		}
		if w, ok := eat(comparator, value[i:], parts, k); ok {
			got[k] = [2]int{i, i + w}
			i += w
			k++
			continue
		}
		if star < 0 || from >= len(value) {
			return nil, nil
		}
		from += width(comparator, value[from:])
		got[star][1] = from
		i, k = from, star+1
	}
	found := []string{value}
	for k, p := range parts {
		if p.wild != 0 {
			found = append(found, value[got[k][0]:got[k][1]])
		}
	}
	return found, nil
}

// globPart is a wildcard or literal text.
type globPart struct {
	wild byte
	text string // folded
}

func compilePattern(comparator, s string) []globPart {
	var list []globPart
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			list = append(list, globPart{text: Fold(comparator, b.String())})
			b.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '*' || c == '?':
			flush()
			list = append(list, globPart{wild: c})
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	flush()
	return list
}

// eat says how many bytes of value part k takes.
func eat(comparator, value string, parts []globPart, k int) (int, bool) {
	if k >= len(parts) {
		return 0, false
	}
	p := parts[k]
	if p.wild == '?' {
		return width(comparator, value), value != ""
	}
	if comparator != Unicode {
		n := len(p.text)
		if len(value) < n {
			return 0, false
		}
		for i := range n {
			c := value[i]
			if comparator == Casemap && 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			if c != p.text[i] {
				return 0, false
			}
		}
		return n, true
	}
	n := 0
	for _, want := range p.text {
		c, w := utf8.DecodeRuneInString(value[n:])
		if w == 0 || unicode.ToLower(unicode.ToUpper(c)) != want {
			return 0, false
		}
		n += w
	}
	return n, true
}
