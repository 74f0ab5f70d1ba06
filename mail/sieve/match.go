package sieve

import (
	"cmp"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// comparators by name (RFC 4790).
const (
	octet   = "i;octet"
	casemap = "i;ascii-casemap"
	unicoll = "i;unicode-casemap"
	numeric = "i;ascii-numeric"
)

// matching is a test's match type and comparator.
type matching struct {
	kind       string // is, contains, matches, regex, count, value
	relation   string // of count and value: gt ge lt le eq ne
	comparator string
}

func matchingOf(n *node) matching {
	m := matching{kind: "is", comparator: casemap}
	for _, k := range []string{"is", "contains", "matches", "regex", "count", "value"} {
		if a := n.tags[k]; a != nil {
			m.kind = k
			if a.kind == text {
				m.relation = a.strs[0]
			}
		}
	}
	if a := n.tags["comparator"]; a != nil {
		m.comparator = a.strs[0]
	}
	return m
}

// checkMatch checks match type and comparator, and the expressions that are known.
func checkMatch(c *checker, n *node) {
	m := matchingOf(n)
	if a := n.tags["comparator"]; a != nil && constant(a) == "" {
		c.fault(n.line, "the comparator must be written out, without variables")
		return
	}
	switch m.comparator {
	case octet, casemap, unicoll:
	default:
		if capability := "comparator-" + m.comparator; !c.known[capability] {
			c.fault(n.line, "the comparator %q is unknown", short(m.comparator))
			return
		} else if !c.has(capability) {
			c.fault(n.line, "the comparator needs a capability: write require %q at the top", capability)
			return
		}
	}
	switch m.kind {
	case "count", "value":
		switch strings.ToLower(m.relation) {
		case "gt", "ge", "lt", "le", "eq", "ne":
		default:
			c.fault(n.line, "behind ':%s' stands one of gt, ge, lt, le, eq, ne, not %q", m.kind, short(m.relation))
		}
	case "contains", "matches", "regex":
		if m.comparator == numeric {
			c.fault(n.line, "':%s' compares parts of texts, which the comparator %s cannot: use ':is', ':value' or ':count'", m.kind, numeric)
		} else if m.kind == "regex" {
			c.expressions(n, m)
		}
	}
	n.data = m
}

func (c *checker) expressions(n *node, m matching) {
	if len(n.pos) == 0 {
		return
	}
	for _, s := range constants(n.pos[len(n.pos)-1]) {
		if _, err := compile(s, m.comparator); err != nil {
			c.fault(n.line, "%q is no regular expression as RE2 knows them: %v", short(s), err)
		}
	}
}

// expression is a compiled regular expression and the number of its instructions.
type expression struct {
	*regexp.Regexp
	size int
}

func compile(s, comparator string) (expression, error) {
	flags := "(?s)"
	if comparator != octet {
		flags = "(?si)"
	}
	const most = 4096
	if len(s) > most {
		return expression{}, strconv.ErrRange
	}
	tree, err := syntax.Parse(flags+s, syntax.Perl)
	if err != nil {
		return expression{}, err
	}
	prog, err := syntax.Compile(tree)
	if err != nil {
		return expression{}, err
	}
	e, err := regexp.Compile(flags + s)
	return expression{e, len(prog.Inst)}, err
}

// expression compiles a key once in a run.
func (r *run) expression(n *node, key, comparator string) (expression, error) {
	id := comparator + "\x00" + key
	if e, ok := r.regex[id]; ok {
		return e, nil
	}
	e, err := compile(key, comparator)
	if err != nil {
		return e, fail(n, "%q is no regular expression as RE2 knows them: %v", short(key), err)
	}
	if r.regex == nil {
		r.regex = map[string]expression{}
	}
	r.regex[id] = e
	return e, r.step(n, 1+e.size>>8)
}

// compare says whether any of the values matches any of the keys, as the node's tags say.
func (r *run) compare(n *node, values []string, keys *argument) (bool, error) {
	m, ok := n.data.(matching)
	if !ok {
		m = matchingOf(n)
	}
	list := r.strs(keys)
	if m.kind == "count" {
		values = []string{strconv.Itoa(len(values))}
	}
	for _, v := range values {
		for _, k := range list {
			if err := r.step(n, (len(v)+len(k))>>quantum); err != nil {
				return false, err
			}
			ok, err := r.one(n, m, v, k)
			if err != nil || ok {
				return ok, err
			}
		}
	}
	return false, nil
}

// quantum is how much comparing is a step, as a power of two: bytes for texts, moves for patterns, bytes times instructions for
// regular expressions.
const quantum = 14

func (r *run) one(n *node, m matching, value, key string) (bool, error) {
	switch m.kind {
	case "is":
		return order(m.comparator, value, key) == 0, nil
	case "count", "value":
		return related(strings.ToLower(m.relation), order(m.comparator, value, key)), nil
	case "contains":
		return strings.Contains(fold(m.comparator, value), fold(m.comparator, key)), nil
	case "regex":
		e, err := r.expression(n, key, m.comparator)
		if err == nil {
			err = r.step(n, len(value)*e.size>>quantum)
		}
		if err != nil {
			return false, err
		}
		return r.captured(n, e.FindStringSubmatch(value)), nil
	}
	found, err := r.glob(n, m.comparator, value, key)
	return r.captured(n, found), err
}

// captured keeps what a successful match found for ${0} and so on.
func (r *run) captured(n *node, found []string) bool {
	if found == nil {
		return false
	}
	if n.name != "body" && (n.unit == nil || n.unit.requires["variables"]) { // RFC 5173 section 6
		r.match = found[:min(len(found), mostMatch+1)]
	}
	return true
}

func related(relation string, order int) bool {
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

// order compares two strings: below, at or above 0.
func order(comparator, a, b string) int {
	if comparator != numeric {
		return cmp.Compare(fold(comparator, a), fold(comparator, b))
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

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// digits is the number that s begins with, without leading zeros.
func digits(s string) (string, bool) {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return strings.TrimLeft(s[:n], "0"), n > 0
}

// fold makes strings equal that the comparator holds for equal. It keeps the length in bytes, but for unicode-casemap.
func fold(comparator, s string) string {
	switch comparator {
	case casemap:
		return lower(s)
	case unicoll:
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
	if comparator == octet {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// glob matches a value with a pattern of * and ? (RFC 5228 section 2.7.1). It gives the whole value and what each of them stood
// for, each * as short as can be; nil when it does not match. On a mismatch only the last * has to grow, so the work is at
// most len(value)*len(pattern), which is counted.
func (r *run) glob(n *node, comparator, value, pattern string) ([]string, error) {
	parts := compilePattern(comparator, pattern)
	got := make([][2]int, len(parts))
	i, k := 0, 0                 // places in value and parts
	star, from, work := -1, 0, 0 // the last * and how far it reaches
	for i < len(value) || k < len(parts) {
		if work++; work&(1<<quantum-1) == 0 {
			if err := r.step(n, 1); err != nil {
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
			list = append(list, globPart{text: fold(comparator, b.String())})
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
	if comparator != unicoll {
		n := len(p.text)
		if len(value) < n {
			return 0, false
		}
		for i := range n {
			c := value[i]
			if comparator == casemap && 'A' <= c && c <= 'Z' {
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
