package sieve

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// mostFaults is how many faults are told.
const mostFaults = 100

// checker compares scripts with the grammar.
type checker struct {
	option  Option
	grammar map[string]*command
	known   map[string]bool // capabilities
	faults  []Fault

	unit     *unit
	stack    []string // scripts that are being read, outermost first
	included int
	vars     map[string]bool // of the present unit
	loops    []string        // names of the foreverypart that are open, "" for one without
	alone    map[string]*unit
}

func (c *checker) fault(line int, format string, a ...any) {
	if len(c.faults) >= mostFaults {
		return
	}
	f := Fault{Line: line, Text: fmt.Sprintf(format, a...)}
	if len(c.stack) > 0 {
		_, f.Script, _ = strings.Cut(c.stack[len(c.stack)-1], "/")
	}
	c.faults = append(c.faults, f)
}

// has says whether the present script requires a capability.
func (c *checker) has(capability string) bool { return capability == "" || c.unit.requires[capability] }

// read parses and checks one script; name is "" for the main one.
func (c *checker) read(name string, script []byte) *unit {
	outer, vars := c.unit, c.vars
	defer func() { c.unit, c.vars = outer, vars }()
	u := &unit{name: name, requires: map[string]bool{}}
	c.unit, c.vars = u, map[string]bool{}
	u.commands = c.parse(script)
	first := true
	for _, n := range u.commands {
		if n.name == "require" {
			c.require(n, first)
		} else {
			first = c.option.lax
		}
	}
	if u.requires["extracttext"] && !u.requires["foreverypart"] {
		c.fault(1, "extracttext works only inside foreverypart: write require \"foreverypart\" at the top too")
	}
	c.block(u.commands)
	return u
}

// require notes what the script requires (RFC 5228 section 3.2).
func (c *checker) require(n *node, first bool) {
	n.spec = c.grammar["require"]
	if !c.arguments(n) || !c.shape(n) {
		return
	}
	if !first {
		c.fault(n.line, "require must stand before all other commands: move it to the top")
		return
	}
	for _, s := range n.pos[0].strs {
		switch {
		case !c.known[s] && !c.known[strings.ToLower(s)]:
			c.fault(n.line, "require: the capability %q is not offered here", short(s))
		default:
			c.unit.requires[s] = true
			for _, more := range implied(s) {
				c.unit.requires[more] = true
			}
		}
	}
}

func implied(capability string) []string {
	switch capability {
	case "spamtestplus":
		return []string{"spamtest"}
	case "vacation-seconds":
		return []string{"vacation"}
	}
	return nil
}

// block checks commands and the order of if, elsif and else.
func (c *checker) block(list []*node) {
	chain := "" // what an elsif or else would follow
	for _, n := range list {
		switch n.name {
		case "elsif", "else":
			if chain != "if" {
				c.fault(n.line, "%s must follow the block of an if or elsif", n.name)
			}
			chain = "if"
			if n.name == "else" {
				chain = "else"
			}
		case "if":
			chain = "if"
		default:
			chain = ""
		}
		c.command(n)
	}
}

func (c *checker) command(n *node) {
	n.unit = c.unit
	if n.name == "require" {
		if n.spec == nil {
			c.fault(n.line, "require may not stand inside a block: move it to the top")
		}
		return
	}
	n.spec = c.grammar[n.name]
	switch {
	case n.spec == nil || n.spec.needs != "" && !c.known[n.spec.needs]:
		c.unknown(n, "the command '%s' is unknown: see how it is spelt", n.name)
		return
	case n.spec.test:
		c.fault(n.line, "'%s' is a test: use test '%s' behind if, not as a command", n.name, n.name)
		return
	}
	c.fit(n)
	if n.name == "foreverypart" {
		c.loops = append(c.loops, constant(n.tags["name"]))
		defer func() { c.loops = c.loops[:len(c.loops)-1] }()
	}
	c.block(n.block)
}

func (c *checker) test(n *node) {
	n.unit = c.unit
	n.spec = c.grammar[n.name]
	switch {
	case n.spec == nil || n.spec.needs != "" && !c.known[n.spec.needs]:
		c.unknown(n, "the test '%s' is unknown: see how it is spelt", n.name)
		return
	case !n.spec.test:
		c.fault(n.line, "'%s' is a command, not a test", n.name)
		return
	}
	c.fit(n)
}

// fit compares a node with what the grammar says of it.
func (c *checker) fit(n *node) {
	if !c.needed(n) {
		return
	}
	arguments, shape := c.arguments(n), n.broken == "" && c.shape(n)
	if arguments && shape && n.spec.check != nil {
		n.spec.check(c, n)
	}
	if n.spec.tests != none {
		for _, t := range n.tests {
			c.test(t)
		}
	}
}

// unknown tells of what the grammar lacks; where the script asks ihave, only when it is reached (RFC 5463 section 4).
func (c *checker) unknown(n *node, format string, a ...any) {
	if c.unit.requires["ihave"] {
		n.broken = fmt.Sprintf(format, a...)
		return
	}
	c.fault(n.line, format, a...)
}

func (c *checker) needed(n *node) bool {
	if c.has(n.spec.needs) {
		return true
	}
	c.unknown(n, "'%s' needs a capability: write require %q at the top", n.name, n.spec.needs)
	return false
}

// arguments sorts a node's arguments into tags and parameters. It tells the first fault only: what follows one makes no sense.
func (c *checker) arguments(n *node) bool {
	n.tags = map[string]*argument{}
	var pos []*argument
	for i := 0; i < len(n.args); i++ {
		a := n.args[i]
		if a.kind != tagged {
			pos = append(pos, a)
			continue
		}
		if len(pos) > 0 {
			c.misplaced(n, a)
			return false
		}
		used, ok := c.tag(n, a, n.args[i+1:])
		if !ok {
			return false
		}
		i += used
	}
	return c.positions(n, pos)
}

func (c *checker) misplaced(n *node, a *argument) {
	if find(n.spec.tags, a.tag) == nil {
		c.unknown(n, "unknown tagged argument ':%s' for the %s %s", a.tag, n.name, n.spec.sort())
		return
	}
	c.fault(a.line, "unexpected tag ':%s' for the %s %s: tags stand before the other arguments", a.tag, n.name, n.spec.sort())
}

func find(tags []tag, name string) *tag {
	for i := range tags {
		if tags[i].name == name {
			return &tags[i]
		}
	}
	return nil
}

// tag takes one tag with its value; rest is what follows it.
func (c *checker) tag(n *node, a *argument, rest []*argument) (used int, ok bool) {
	t := find(n.spec.tags, a.tag)
	switch {
	case t == nil:
		c.unknown(n, "unknown tagged argument ':%s' for the %s %s", a.tag, n.name, n.spec.sort())
		return 0, false
	case !c.has(t.needs):
		c.unknown(n, "':%s' of the %s %s needs a capability: write require %q at the top", a.tag, n.name, n.spec.sort(), t.needs)
		return 0, false
	}
	for other := range n.tags {
		o := find(n.spec.tags, other)
		if other == a.tag || t.group != "" && o.group == t.group {
			c.fault(a.line, "':%s' cannot stand with ':%s' in one %s %s: keep one of them", a.tag, other, n.name, n.spec.sort())
			return 0, false
		}
	}
	if t.value == 0 {
		n.tags[a.tag] = a
		return 0, true
	}
	if len(rest) == 0 || !rest[0].fits(t.value) {
		found := "nothing"
		if len(rest) > 0 {
			found = rest[0].describe()
		}
		c.fault(a.line, "behind ':%s' of the %s %s stands %s, but %s was found", a.tag, n.name, n.spec.sort(), t.value, found)
		return 0, false
	}
	n.tags[a.tag] = rest[0]
	return 1, c.template(rest[0])
}

func (a *argument) fits(w want) bool {
	switch w {
	case aNumber:
		return a.kind == number
	case aString:
		return a.kind == text && !a.list
	}
	return a.kind == text
}

// positions lays positional arguments on the command's parameters.
func (c *checker) positions(n *node, pos []*argument) bool {
	params := n.spec.params
	least := 0
	for _, p := range params {
		if !p.optional {
			least++
		}
	}
	left := len(pos) - least // optional parameters that are there
	n.pos = make([]*argument, len(params))
	i := 0
	for k, p := range params {
		if p.optional {
			if left <= 0 {
				continue
			}
			left--
		}
		if i >= len(pos) {
			c.fault(n.line, "the %s %s requires %d positional arguments, but %d are given: %s is missing", n.name, n.spec.sort(), least, len(pos), p.name)
			return false
		}
		if !pos[i].fits(p.want) {
			c.fault(pos[i].line, "the %s %s expects %s as argument %d (%s), but %s was found", n.name, n.spec.sort(), p.want, i+1, p.name, pos[i].describe())
			return false
		}
		n.pos[k] = pos[i]
		i++
	}
	if i < len(pos) {
		c.fault(pos[i].line, "the %s %s takes %d arguments: %s is one too many", n.name, n.spec.sort(), i, pos[i].describe())
		return false
	}
	for _, a := range pos {
		if !c.template(a) {
			return false
		}
	}
	return true
}

// shape checks tests and block.
func (c *checker) shape(n *node) bool {
	s := n.spec
	switch {
	case s.tests == none && (len(n.tests) > 0 || n.many):
		c.spurious(n)
		return false
	case s.tests == one && (n.many || len(n.tests) != 1):
		c.fault(n.line, "the %s %s needs exactly one test", n.name, s.sort())
		return false
	case s.tests == several && (!n.many || len(n.tests) == 0):
		c.fault(n.line, "the %s %s needs tests in parentheses, with commas between them", n.name, s.sort())
		return false
	case s.block && !n.open:
		c.fault(n.line, "the %s command needs a block in braces", n.name)
		return false
	case !s.block && n.open && !s.test:
		c.fault(n.line, "the %s command takes no block: end it with ';'", n.name)
		return false
	}
	return true
}

// spurious explains a test where none belongs: most often a mark was forgotten.
func (c *checker) spurious(n *node) {
	if n.many {
		c.fault(n.line, "the %s %s accepts no sub-tests, but a list of tests is specified", n.name, n.spec.sort())
		return
	}
	t := n.tests[0]
	other := c.grammar[t.name]
	switch {
	case find(n.spec.tags, t.name) != nil:
		c.fault(t.line, "missing colon before '%s': write the tag ':%s' for the %s %s", t.name, t.name, n.name, n.spec.sort())
	case !n.spec.test && (other == nil || !other.test):
		c.fault(n.line, "missing semicolon behind the %s command, before '%s'", n.name, t.name)
	default:
		c.fault(n.line, "the %s %s accepts no sub-tests, but '%s' is specified", n.name, n.spec.sort(), t.name)
	}
}

// constant is the value of a string that has no variables; "" when it has or when there is none.
func constant(a *argument) string {
	if a == nil || a.kind != text || a.pieces != nil && a.pieces[0] != nil {
		return ""
	}
	return a.strs[0]
}

// constants are the strings of a list that have no variables.
func constants(a *argument) []string {
	if a == nil {
		return nil
	}
	var list []string
	for i, s := range a.strs {
		if a.pieces == nil || a.pieces[i] == nil {
			list = append(list, s)
		}
	}
	return list
}

// folder checks the name of a mailbox.
func folder(name string) string {
	switch {
	case !utf8.ValidString(name):
		return "invalid folder name: it is not UTF-8"
	case name == "":
		return "invalid folder name: it is empty"
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 || r == 0x2028 || r == 0x2029 }):
		return "invalid folder name: it has control characters"
	case len(name) > 1024:
		return "invalid folder name: it is too long"
	}
	return ""
}

// fieldName says whether s can be the name of a header field (RFC 5322 section 2.2).
func fieldName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' })
}

// names checks header names that are known before the script runs.
func (c *checker) names(n *node, a *argument) {
	for _, s := range constants(a) {
		if !fieldName(s) {
			c.fault(n.line, "%q cannot be the name of a header field", short(s))
		}
	}
}

// addressed are the header fields in which addresses stand.
var addressed = []string{"from", "to", "cc", "bcc", "sender", "reply-to", "resent-from", "resent-to", "resent-cc",
	"resent-bcc", "resent-sender", "resent-reply-to", "return-path", "errors-to", "disposition-notification-to", "delivered-to",
	"x-original-to", "apparently-to", "return-receipt-to", "x-envelope-to", "mail-followup-to", "mail-reply-to", "envelope-to",
	"x-envelope-from", "for-approval", "for-comment", "for-handling", "approved", "original-recipient", "abuse-reports-to",
	"x-complaints-to", "x-report-abuse-to", "x-confirm-reading-to", "resent-by", "list-admin", "x-beenthere", "x-admin"}

func isAddressed(name string) bool { return slices.Contains(addressed, strings.ToLower(name)) }
