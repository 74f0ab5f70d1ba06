package sieve

import (
	"strconv"
	"strings"

	"sekisho/mail/script"
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
	if a.Kind != script.Text || a.pieces != nil {
		return true
	}
	ok := true
	for i, s := range a.Strings {
		if c.has("encoded-character") {
			if a.Strings[i], s = "", script.Decode(s, func(why string) { ok = false; c.fault(a.Line, "%s", why) }); ok {
				a.Strings[i] = s
			}
		}
		if c.has("variables") && strings.Contains(s, "${") {
			p := c.pieces(s, a.Line, &ok)
			if len(p) > 1 || len(p) == 1 && (p[0].name != "" || p[0].match >= 0) {
				if a.pieces == nil {
					a.pieces = make([][]piece, len(a.Strings))
				}
				a.pieces[i] = p
			}
		}
	}
	return ok
}

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
		if !closed || !script.Variable(name) {
			add("${")
			s = s[2:]
			continue
		}
		s = rest
		p := piece{name: strings.ToLower(name), match: -1}
		if script.Digit(name[0]) {
			p.name = ""
			p.match = index(name)
			if p.match > mostMatch {
				c.fault(line, "${%s} is too high: match values end at ${%d}", script.Short(name), mostMatch)
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

// namespace checks that a variable's namespace exists: global is the only one (RFC 6609 section 3.4.2).
func (c *checker) namespace(name string, line int) bool {
	space, rest, dotted := strings.Cut(name, ".")
	switch {
	case len(name) > longestName:
		c.fault(line, "the variable's name %q is too long: at most %d letters", script.Short(name), longestName)
	case !dotted, space == "global" && c.has("include") && rest != "" && script.Letter(rest[0]) && !strings.Contains(rest, "."):
		return true
	case space == "global" && c.has("include"):
		c.fault(line, "%q is no variable: behind global. stands one name", script.Short(name))
	case space == "global":
		c.fault(line, "variables of global need a capability: write require \"include\" at the top")
	default:
		c.fault(line, "there are no variables in a namespace '%s'", script.Short(space))
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
