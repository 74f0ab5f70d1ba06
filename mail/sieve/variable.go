package sieve

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sekisho/mail/script"
)

// cut is s cut to n bytes, between characters.
func cut(s string, n int) string {
	if n <= 0 {
		return ""
	}
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// get is a variable's value by its name in lower case.
func (r *run) get(name string) string {
	if g, ok := strings.CutPrefix(name, "global."); ok {
		return r.global[g]
	}
	if r.bound[name] {
		return r.global[name]
	}
	return r.vars[name]
}

func (r *run) put(name, value string) {
	value = cut(value, r.limit.Value)
	if g, ok := strings.CutPrefix(name, "global."); ok {
		r.global[g] = value
		return
	}
	if r.bound[name] {
		r.global[name] = value
		return
	}
	r.vars[name] = value
}

// variable checks the name of a variable that is set.
func (c *checker) variable(n *node, a *argument) bool {
	name := a.Strings[0]
	switch {
	case a.pieces != nil:
		c.fault(n.Line, "the variable's name must be written out, without variables")
	case !script.Variable(name) || script.Digit(name[0]):
		c.fault(n.Line, "%q cannot be the name of a variable that is set", script.Short(name))
	case c.namespace(strings.ToLower(name), n.Line):
		c.declare(name, n.Line)
		return true
	}
	return false
}

func checkSet(c *checker, n *node) { c.variable(n, n.pos[0]) }

func set(r *run, n *node) (flow, error) {
	r.put(strings.ToLower(r.str(n.pos[0])), modify(n, r.str(n.pos[1]), r.limit.Value))
	return on, nil
}

// modify applies the modifiers of set in the order of their precedence (RFC 5229 section 4.1). What is quoted or encoded is cut to
// most bytes between characters, so that no escape is torn.
func modify(n *node, s string, most int) string {
	has := func(t string) bool { return n.tags[t] != nil }
	if has("lower") {
		s = strings.ToLower(s)
	}
	if has("upper") {
		s = strings.ToUpper(s)
	}
	if has("lowerfirst") || has("upperfirst") {
		c, w := utf8.DecodeRuneInString(s)
		if has("lowerfirst") {
			c = unicode.ToLower(c)
		} else {
			c = unicode.ToUpper(c)
		}
		if w > 0 && c != utf8.RuneError {
			s = string(c) + s[w:]
		}
	}
	if has("quotewildcard") {
		s = escape(s, most, func(c string) string {
			if strings.Contains(`*?\`, c) {
				return `\` + c
			}
			return c
		})
	}
	if has("quoteregex") {
		s = escape(s, most, regexp.QuoteMeta)
	}
	if has("encodeurl") {
		s = escape(s, most, func(c string) string { return strings.ReplaceAll(url.QueryEscape(c), "+", "%20") })
	}
	if has("length") {
		s = strconv.Itoa(utf8.RuneCountInString(s))
	}
	return s
}

// escape writes s character by character, as long as it is at most so many bytes.
func escape(s string, most int, write func(string) string) string {
	var b strings.Builder
	for s != "" {
		_, w := utf8.DecodeRuneInString(s)
		e := write(s[:w])
		if b.Len()+len(e) > most {
			break
		}
		b.WriteString(e)
		s = s[w:]
	}
	return b.String()
}

// stringTest compares strings. With :count it counts those that are not empty (RFC 5229 section 5).
func stringTest(r *run, n *node) (bool, error) {
	values := r.strs(n.pos[0])
	if n.tags["count"] != nil {
		var full []string
		for _, s := range values {
			if s != "" {
				full = append(full, s)
			}
		}
		values = full
	}
	return r.compare(n, values, n.pos[1])
}
