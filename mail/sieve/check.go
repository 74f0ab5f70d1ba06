package sieve

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"sekisho/mail/reply"
	"sekisho/mail/script"
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
	outer, vars, loops := c.unit, c.vars, c.loops
	defer func() { c.unit, c.vars, c.loops = outer, vars, loops }()
	u := &unit{name: name, requires: map[string]bool{}}
	c.unit, c.vars, c.loops = u, map[string]bool{}, nil
	u.commands = c.parse(script)
	first := true
	for _, n := range u.commands {
		if n.Name == "require" {
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
		c.fault(n.Line, "require must stand before all other commands: move it to the top")
		return
	}
	for _, s := range n.pos[0].Strings {
		switch {
		case !c.known[s] && !c.known[strings.ToLower(s)]:
			c.fault(n.Line, "require: the capability %q is not offered here", script.Short(s))
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
		switch n.Name {
		case "elsif", "else":
			if chain != "if" {
				c.fault(n.Line, "%s must follow the block of an if or elsif", n.Name)
			}
			chain = "if"
			if n.Name == "else" {
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
	if n.Name == "require" {
		if n.spec == nil {
			c.fault(n.Line, "require may not stand inside a block: move it to the top")
		}
		return
	}
	n.spec = c.grammar[n.Name]
	switch {
	case n.spec == nil || n.spec.needs != "" && !c.known[n.spec.needs]:
		c.unknown(n, "the command '%s' is unknown: see how it is spelt", n.Name)
		return
	case n.spec.test:
		c.fault(n.Line, "'%s' is a test: use test '%s' behind if, not as a command", n.Name, n.Name)
		return
	}
	c.fit(n)
	if n.Name == "foreverypart" {
		c.loops = append(c.loops, constant(n.tags["name"]))
		defer func() { c.loops = c.loops[:len(c.loops)-1] }()
	}
	c.block(n.block)
}

func (c *checker) test(n *node) {
	n.unit = c.unit
	n.spec = c.grammar[n.Name]
	switch {
	case n.spec == nil || n.spec.needs != "" && !c.known[n.spec.needs]:
		c.unknown(n, "the test '%s' is unknown: see how it is spelt", n.Name)
		return
	case !n.spec.test:
		c.fault(n.Line, "'%s' is a command, not a test", n.Name)
		return
	}
	c.fit(n)
}

// fit compares a node with what the grammar says of it.
func (c *checker) fit(n *node) {
	if !c.needed(n) {
		return
	}
	arguments := c.arguments(n)
	whole := n.broken == "" && (arguments || n.pos != nil || c.forgotten(n)) && c.shape(n)
	if arguments && whole && n.spec.check != nil {
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
	c.fault(n.Line, format, a...)
}

func (c *checker) needed(n *node) bool {
	if c.has(n.spec.needs) {
		return true
	}
	c.unknown(n, "'%s' needs a capability: write require %q at the top", n.Name, n.spec.needs)
	return false
}

// arguments sorts a node's arguments into tags and parameters. It tells the first fault only: what follows one makes no sense.
func (c *checker) arguments(n *node) bool {
	n.tags = map[string]*argument{}
	var pos []*argument
	for i := 0; i < len(n.args); i++ {
		a := n.args[i]
		if a.Kind != script.Tag {
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
	if find(n.spec.tags, a.Tag) == nil {
		c.unknown(n, "unknown tagged argument ':%s' for the %s %s", a.Tag, n.Name, n.spec.sort())
		return
	}
	c.fault(a.Line, "unexpected tag ':%s' for the %s %s: tags stand before the other arguments", a.Tag, n.Name, n.spec.sort())
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
	t := find(n.spec.tags, a.Tag)
	switch {
	case t == nil:
		c.unknown(n, "unknown tagged argument ':%s' for the %s %s", a.Tag, n.Name, n.spec.sort())
		return 0, false
	case !c.has(t.needs):
		c.unknown(n, "':%s' of the %s %s needs a capability: write require %q at the top", a.Tag, n.Name, n.spec.sort(), t.needs)
		return 0, false
	}
	for other := range n.tags {
		o := find(n.spec.tags, other)
		if other == a.Tag || t.group != "" && o.group == t.group {
			c.fault(a.Line, "':%s' cannot stand with ':%s' in one %s %s: keep one of them", a.Tag, other, n.Name, n.spec.sort())
			return 0, false
		}
	}
	if t.value == 0 {
		n.tags[a.Tag] = a
		return 0, true
	}
	if len(rest) == 0 || !rest[0].fits(t.value) {
		found := "nothing"
		if len(rest) > 0 {
			found = rest[0].Describe()
		}
		c.fault(a.Line, "behind ':%s' of the %s %s stands %s, but %s was found", a.Tag, n.Name, n.spec.sort(), t.value, found)
		return 0, false
	}
	n.tags[a.Tag] = rest[0]
	return 1, c.template(rest[0])
}

func (a *argument) fits(w want) bool {
	switch w {
	case aNumber:
		return a.Kind == script.Number
	case aString:
		return a.Kind == script.Text && !a.List
	}
	return a.Kind == script.Text
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
			n.pos = nil
			c.fault(n.Line, "the %s %s requires %d positional arguments, but %d are given: %s is missing", n.Name, n.spec.sort(), least, len(pos), p.name)
			return false
		}
		if !pos[i].fits(p.want) {
			c.fault(pos[i].Line, "the %s %s expects %s as argument %d (%s), but %s was found", n.Name, n.spec.sort(), p.want, i+1, p.name, pos[i].Describe())
			return false
		}
		n.pos[k] = pos[i]
		i++
	}
	if i < len(pos) {
		c.fault(pos[i].Line, "the %s %s takes %d arguments: %s is one too many", n.Name, n.spec.sort(), i, pos[i].Describe())
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
	case s.tests == none && (len(n.tests) > 0 || n.Listed):
		c.spurious(n)
		return false
	case s.tests == one && (n.Listed || len(n.tests) != 1):
		c.fault(n.Line, "the %s %s needs exactly one test", n.Name, s.sort())
		return false
	case s.tests == several && (!n.Listed || len(n.tests) == 0):
		c.fault(n.Line, "the %s %s needs tests in parentheses, with commas between them", n.Name, s.sort())
		return false
	case s.block && !n.Open:
		c.fault(n.Line, "the %s command needs a block in braces", n.Name)
		return false
	case !s.block && n.Open && !s.test:
		c.fault(n.Line, "the %s command takes no block: end it with ';'", n.Name)
		return false
	}
	return true
}

// forgotten says whether what reads as a test, or as the lack of a block, is told beside missing arguments.
func (c *checker) forgotten(n *node) bool {
	return len(n.tests) == 0 || n.spec.tests != none || find(n.spec.tags, n.tests[0].Name) != nil
}

// spurious explains a test where none belongs: most often a mark was forgotten.
func (c *checker) spurious(n *node) {
	if n.Listed {
		c.fault(n.Line, "the %s %s accepts no sub-tests, but a list of tests is specified", n.Name, n.spec.sort())
		return
	}
	t := n.tests[0]
	other := c.grammar[t.Name]
	switch {
	case find(n.spec.tags, t.Name) != nil:
		c.fault(t.Line, "missing colon before '%s': write the tag ':%s' for the %s %s", t.Name, t.Name, n.Name, n.spec.sort())
	case !n.spec.test && (other == nil || !other.test):
		c.fault(n.Line, "missing semicolon behind the %s command, before '%s'", n.Name, t.Name)
	default:
		c.fault(n.Line, "the %s %s accepts no sub-tests, but '%s' is specified", n.Name, n.spec.sort(), t.Name)
	}
}

// constant is the value of a string that has no variables; "" when it has or when there is none.
func constant(a *argument) string {
	if a == nil || a.Kind != script.Text || a.pieces != nil && a.pieces[0] != nil {
		return ""
	}
	return a.Strings[0]
}

// constants are the strings of a list that have no variables.
func constants(a *argument) []string {
	if a == nil {
		return nil
	}
	var list []string
	for i, s := range a.Strings {
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

// names checks header names that are known before the script runs.
func (c *checker) names(n *node, a *argument) {
	for _, s := range constants(a) {
		if !reply.FieldName(s) {
			c.fault(n.Line, "%q cannot be the name of a header field", script.Short(s))
		}
	}
}
