package sieve

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// piece is literal text or a variable in a string (RFC 5229 section 3).
type piece struct {
	text  string
	name  string // of the variable, in lower case with its namespace; "" for text or a match value
	match int    // number of the match value, -1 for none
}

// The most that variables may be.
const (
	longestName = 64 // bytes
	mostMatch   = 32 // the highest ${n}
)

// template decodes encoded characters and finds the variables in a's strings.
func (c *checker) template(a *argument) bool {
	if a.kind != text || a.pieces != nil {
		return true
	}
	ok := true
	for i, s := range a.strs {
		if c.has("encoded-character") {
			if a.strs[i], s = "", decodeCharacters(s, func(why string) { ok = false; c.fault(a.line, "%s", why) }); ok {
				a.strs[i] = s
			}
		}
		if c.has("variables") && strings.Contains(s, "${") {
			p := c.pieces(s, a.line, &ok)
			if len(p) > 1 || len(p) == 1 && (p[0].name != "" || p[0].match >= 0) {
				if a.pieces == nil {
					a.pieces = make([][]piece, len(a.strs))
				}
				a.pieces[i] = p
			}
		}
	}
	return ok
}

// decodeCharacters decodes ${hex:...} and ${unicode:...} (RFC 5228 section 2.4.2.4).
func decodeCharacters(s string, fault func(string)) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		s = s[i:]
		stop := strings.IndexByte(s, '}')
		kind, digits, found := strings.Cut(s[2:max(2, stop)], ":")
		out, ok := "", false
		if stop > 0 && found {
			switch strings.ToLower(kind) {
			case "hex":
				out, ok = hexadecimal(digits)
			case "unicode":
				out, ok = unicodes(digits, fault)
			}
		}
		if ok {
			b.WriteString(out)
			s = s[stop+1:]
		} else {
			b.WriteString("${")
			s = s[2:]
		}
	}
	b.WriteString(s)
	return b.String()
}

func hexadecimal(s string) (string, bool) {
	var b []byte
	for _, f := range strings.FieldsFunc(s, blank) {
		v, err := strconv.ParseUint(f, 16, 8)
		if err != nil || len(f) > 2 {
			return "", false
		}
		b = append(b, byte(v))
	}
	return string(b), len(b) > 0
}

func unicodes(s string, fault func(string)) (string, bool) {
	var b []byte
	for _, f := range strings.FieldsFunc(s, blank) {
		if strings.Trim(f, "0123456789abcdefABCDEF") != "" {
			return "", false
		}
		v, err := strconv.ParseUint(f, 16, 32)
		if err != nil || v > utf8.MaxRune || !utf8.ValidRune(rune(v)) {
			fault("${unicode:" + short(f) + "} is no character of Unicode")
			return "", true
		}
		b = utf8.AppendRune(b, rune(v))
	}
	return string(b), len(b) > 0
}

func blank(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }

// pieces cuts a string at its variables. What only looks like one is text.
func (c *checker) pieces(s string, line int, ok *bool) []piece {
	var list []piece
	add := func(t string) {
		switch {
		case t == "":
		case len(list) > 0 && list[len(list)-1].name == "" && list[len(list)-1].match < 0:
			list[len(list)-1].text += t
		default:
			list = append(list, piece{text: t, match: -1})
		}
	}
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			break
		}
		add(s[:i])
		s = s[i:]
		name, rest, closed := strings.Cut(s[2:], "}")
		if !closed || !variable(name) {
			add("${")
			s = s[2:]
			continue
		}
		s = rest
		p := piece{name: strings.ToLower(name), match: -1}
		if digit(name[0]) {
			p.name = ""
			p.match = index(name)
			if p.match > mostMatch {
				c.fault(line, "${%s} is too high: match values end at ${%d}", short(name), mostMatch)
				*ok = false
			}
		} else if !c.namespace(p.name, line) {
			*ok = false
		}
		list = append(list, p)
	}
	add(s)
	return list
}

// index reads the number of a match value, which may be any number of digits.
func index(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 1 << 30
	}
	return n
}

// variable says whether s is the name of a variable or the number of a match value.
func variable(s string) bool {
	if s == "" {
		return false
	}
	if strings.Trim(s, "0123456789") == "" {
		return true
	}
	for i, part := range strings.Split(s, ".") {
		if part == "" || !letter(part[0]) && (i == 0 || strings.Trim(part, "0123456789") != "") {
			return false
		}
		for k := range len(part) {
			if !letter(part[k]) && !digit(part[k]) {
				return false
			}
		}
	}
	return true
}

// namespace checks that a variable's namespace exists: global is the only one (RFC 6609 section 3.4.2).
func (c *checker) namespace(name string, line int) bool {
	space, rest, dotted := strings.Cut(name, ".")
	switch {
	case len(name) > longestName:
		c.fault(line, "the variable's name %q is too long: at most %d letters", short(name), longestName)
	case !dotted, space == "global" && c.has("include") && rest != "" && letter(rest[0]) && !strings.Contains(rest, "."):
		return true
	case space == "global" && c.has("include"):
		c.fault(line, "%q is no variable: behind global. stands one name", short(name))
	case space == "global":
		c.fault(line, "variables of global need a capability: write require \"include\" at the top")
	default:
		c.fault(line, "there are no variables in a namespace '%s'", short(space))
	}
	return false
}

// declare counts a variable that is set.
func (c *checker) declare(name string, line int) {
	name = strings.ToLower(name)
	if c.vars[name] {
		return
	}
	if len(c.vars) >= c.option.Limit.Variables {
		if len(c.vars) == c.option.Limit.Variables {
			c.fault(line, "the script has too many variables: at most %d", c.option.Limit.Variables)
		}
	}
	c.vars[name] = true
}
