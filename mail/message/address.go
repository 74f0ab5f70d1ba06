package message

import (
	"bytes"
	"strings"

	"sekisho"
)

// Addresses reads a list of addresses (RFC 5322 section 3.4) as leniently as mail programs do. A group is given as IMAP
// wants it: an entry with its name and no host before its members, one with neither behind them.
func Addresses(v []byte) []sekisho.Address {
	if len(bytes.TrimSpace(v)) == 0 {
		return nil
	}
	a := addresses{s: Unfold(v)}
	a.list()
	return a.out
}

// addresses walks through one field.
type addresses struct {
	s     string
	i     int
	out   []sekisho.Address
	group bool

	phrase  []string // words before an angle bracket, raw
	spec    string   // what stands in angle brackets
	angle   bool
	comment string
}

func (a *addresses) list() {
	for a.i < len(a.s) && len(a.out) < maxAddresses {
		switch c := a.s[a.i]; c {
		case ' ', '\t':
			a.i++
		case ',':
			a.flush()
			a.i++
		case ';':
			a.flush()
			if a.group {
				a.group = false
				a.out = append(a.out, sekisho.Address{})
			}
			a.i++
		case ':':
			a.open()
		case '(':
			a.remark()
		case '<':
			a.bracket()
		case '"':
			a.phrase = append(a.phrase, a.quoted())
		default:
			a.atom()
		}
	}
	a.flush()
	if a.group {
		a.out = append(a.out, sekisho.Address{})
	}
}

// open begins a group, whose name was just read.
func (a *addresses) open() {
	a.i++
	if a.group || a.angle {
		return
	}
	a.out = append(a.out, sekisho.Address{Mailbox: a.name()})
	a.reset()
	a.group = true
}

func (a *addresses) reset() { a.phrase, a.spec, a.angle, a.comment = a.phrase[:0], "", false, "" }

// atom reads up to the next special character. A colon inside what looks like an address does not begin a group.
func (a *addresses) atom() {
	start := a.i
	for a.i < len(a.s) && strings.IndexByte(" \t,;:<(\"", a.s[a.i]) < 0 {
		a.i++
	}
	if a.i == start {
		a.i++
	}
	w := a.s[start:a.i]
	if n := len(a.phrase); n > 0 && start > 0 && a.s[start-1] != ' ' && a.s[start-1] != '\t' {
		if last := a.phrase[n-1]; last != "" && (w[0] == '@' || w[0] == '.' || last[len(last)-1] == '.') {
			a.phrase[n-1] = last + w // "quoted local part"@host
			return
		}
	}
	a.phrase = append(a.phrase, w)
}

// quoted reads a quoted string with its quotes.
func (a *addresses) quoted() string {
	start := a.i
	a.i++
	for a.i < len(a.s) {
		switch a.s[a.i] {
		case '\\':
			a.i++
		case '"':
			a.i++
			return a.s[start:a.i]
		}
		a.i++
	}
	a.i = len(a.s)
	return a.s[start:]
}

// bracket reads <address>.
func (a *addresses) bracket() {
	end := strings.IndexByte(a.s[a.i:], '>')
	if end < 0 {
		end = len(a.s) - a.i
	}
	spec := a.s[a.i+1 : a.i+end]
	a.i = min(a.i+end+1, len(a.s))
	if a.angle && a.spec != "" { // "<a@x> <b@y>": without a comma the last one counts for most readers
		a.phrase = append(a.phrase, "<"+a.spec+">")
	}
	a.spec, a.angle = spec, true
}

// remark reads a comment; old mail carries the name there.
func (a *addresses) remark() {
	start, depth := a.i+1, 0
	for a.i < len(a.s) {
		switch a.s[a.i] {
		case '\\':
			a.i++
		case '(':
			depth++
		case ')':
			depth--
		}
		a.i++
		if depth == 0 {
			break
		}
	}
	a.i = min(a.i, len(a.s))
	end := a.i
	if depth == 0 {
		end--
	}
	if a.comment == "" && end > start {
		a.comment = a.s[start:end]
	}
}

// name joins the words before the brackets.
func (a *addresses) name() string {
	if len(a.phrase) == 1 && !strings.ContainsAny(a.phrase[0], "\"=\\") && ascii(a.phrase[0]) {
		return clean(a.phrase[0])
	}
	words := make([]string, len(a.phrase))
	for i, w := range a.phrase {
		words[i] = unquote(w)
	}
	return clean(strings.TrimSpace(Words(strings.Join(words, " "))))
}

// flush ends one address.
func (a *addresses) flush() {
	defer a.reset()
	var out sekisho.Address
	spec := a.spec
	switch {
	case a.angle:
		out.Name = a.name()
	case len(a.phrase) == 0:
		return
	default: // no brackets: the word with the @ is the address, what stands around it the name
		k := -1
		for i, w := range a.phrase {
			if strings.IndexByte(w, '@') >= 0 && w[0] != '"' || strings.Contains(w, "\"@") {
				k = i
			}
		}
		if k < 0 {
			spec = strings.Join(a.phrase, " ")
		} else {
			spec = a.phrase[k]
			a.phrase = append(a.phrase[:k], a.phrase[k+1:]...)
			out.Name = a.name()
		}
	}
	if out.Name == "" && a.comment != "" {
		out.Name = clean(Words(unquote(a.comment)))
	}
	out.Mailbox, out.Host = split(spec)
	if out.Mailbox == "" && out.Host == "" && out.Name == "" {
		return
	}
	a.out = append(a.out, out)
}

// split cuts an address at its last @; a source route (RFC 5321 appendix C) is left out.
func split(spec string) (mailbox, host string) {
	quotes := false
	spec = strings.Map(func(c rune) rune {
		if c == '"' {
			quotes = !quotes
		}
		if c == ' ' && quotes {
			return c
		}
		if c <= ' ' || c == 0x7f {
			return -1
		}
		return c
	}, spec)
	if strings.HasPrefix(spec, "@") {
		if i := strings.IndexByte(spec, ':'); i > 0 {
			spec = spec[i+1:]
		}
	}
	i := strings.LastIndexByte(spec, '@')
	if i < 0 {
		return clean(unquote(spec)), ""
	}
	return text8(unquoteLocal(spec[:i])), text8(strings.ToLower(strings.TrimSuffix(spec[i+1:], ".")))
}

// unquoteLocal takes the quotes off a local part that does not need them.
func unquoteLocal(s string) string {
	if len(s) > 2 && s[0] == '"' && !strings.ContainsAny(s[1:len(s)-1], "\"\\@ ,;:<>()[]") {
		return s[1 : len(s)-1]
	}
	return s
}

// unquote takes quotes and backslashes off.
func unquote(s string) string {
	if !strings.ContainsAny(s, "\"\\") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			out = append(out, s[i])
		case s[i] == '"':
		default:
			out = append(out, s[i])
		}
	}
	return string(out)
}
