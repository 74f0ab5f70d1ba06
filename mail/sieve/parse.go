package sieve

import (
	"fmt"
	"strings"
)

// argument is a tag, a number, a string or a list of strings, as written.
type argument struct {
	kind tokenKind // tagged, number, text; a list is text with list set
	list bool
	line int
	tag  string
	num  uint64
	strs []string

	// Set by the check, when the script requires variables: strs[i] in pieces; nil where it has none.
	pieces [][]piece
}

// node is a command or a test.
type node struct {
	name  string
	line  int
	args  []*argument
	tests []*node
	many  bool // the tests stood in parentheses
	block []*node
	open  bool // it has a block

	// Set by the check.
	spec   *command
	tags   map[string]*argument // by tag; the value's argument, or the tag itself where it takes none
	pos    []*argument          // by parameter; nil where it was left out
	broken string               // why it cannot run, in a script that asks ihave
	data   any                  // what the check prepared
	unit   *unit
}

// unit is one script: the main one or an included one.
type unit struct {
	name     string
	requires map[string]bool
	commands []*node
}

// Script is a script without faults, ready to run. It is never changed: many runs may share it.
type Script struct {
	main  *unit
	limit Limit
}

// Parse reads and checks a script. It gives all faults that it finds, in the order of lines, at most a hundred; the script is nil
// when there is one. A script with faults of syntax is not checked further.
func Parse(script []byte, o Option) (*Script, []Fault) {
	o.Limit = o.Limit.filled()
	c := &checker{option: o, grammar: grammar(o), known: known(o)}
	u := c.read("", script)
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	return &Script{u, o.Limit}, nil
}

// Requires says whether the script requires a capability.
func (s *Script) Requires(capability string) bool { return s.main.requires[capability] }

type parser struct {
	lexer
	now     token
	limit   Limit
	faults  int
	deep    int
	deepest bool // the fault of nesting is told once
}

func (c *checker) parse(script []byte) []*node {
	p := &parser{limit: c.option.Limit}
	p.lexer = lexer{rest: string(script), line: 1, fault: func(line int, format string, a ...any) {
		p.faults++
		c.fault(line, format, a...)
	}}
	if len(script) > p.limit.Size {
		p.fault(1, "the script has %d bytes, at most %d are allowed", len(script), p.limit.Size)
		return nil
	}
	p.advance()
	list := p.commands()
	for p.now.kind != end && p.faults < mostFaults {
		p.fault(p.now.line, "this %s closes nothing: take it away", p.now.describe())
		p.advance()
		list = append(list, p.commands()...)
	}
	if p.faults > 0 {
		return nil
	}
	return list
}

func (p *parser) advance() { p.now = p.next() }

func (p *parser) is(s string) bool { return p.now.kind == sign && p.now.text == s }

func (t token) describe() string {
	switch t.kind {
	case end:
		return "end of the script"
	case number:
		return fmt.Sprintf("number %d", t.num)
	case text:
		return fmt.Sprintf("string %q", short(t.text))
	case tagged:
		return "tag :" + t.text
	}
	return "'" + short(t.text) + "'"
}

// commands reads up to the end of the script or block.
func (p *parser) commands() []*node {
	var list []*node
	for p.now.kind != end && !p.is("}") && p.faults < mostFaults {
		if p.now.kind != word {
			if p.now.kind != garbage {
				p.fault(p.now.line, "a command must stand here, not %s", p.now.describe())
			}
			p.recover()
			continue
		}
		list = append(list, p.command())
	}
	return list
}

// recover goes on behind the next semicolon or block, or before the block's end.
func (p *parser) recover() {
	for p.now.kind != end && !p.is("}") {
		switch {
		case p.is(";"):
			p.advance()
			return
		case p.is("{"):
			p.skipBlock()
			return
		}
		p.advance()
	}
}

// skipBlock goes behind the block that begins here.
func (p *parser) skipBlock() {
	for depth := 0; p.now.kind != end; {
		if p.is("{") {
			depth++
		}
		if p.is("}") {
			depth--
		}
		p.advance()
		if depth == 0 {
			return
		}
	}
}

func (p *parser) command() *node {
	n := p.head()
	switch {
	case p.is(";"):
		p.advance()
	case p.is("{"):
		n.open = true
		if p.deep >= p.limit.Nesting {
			p.tooDeep()
			p.skipBlock()
			return n
		}
		p.deep++
		p.advance()
		n.block = p.commands()
		p.deep--
		if !p.is("}") {
			p.fault(p.now.line, "the block that begins at line %d is not closed: '}' is missing", n.line)
			return n
		}
		p.advance()
	case p.now.kind == garbage:
		p.recover()
	default:
		p.fault(p.now.line, "after %s a ';' or a block is missing, before %s", n.name, p.now.describe())
		if p.now.kind != word {
			p.recover()
		}
	}
	return n
}

func (p *parser) tooDeep() {
	p.fault(p.now.line, "tests or blocks are nested too deeply: at most %d levels are allowed", p.limit.Nesting)
}

// head reads a name, its arguments and its tests.
func (p *parser) head() *node {
	n := &node{name: p.now.text, line: p.now.line}
	p.advance()
	for {
		a := p.argument()
		if a == nil {
			break
		}
		n.args = append(n.args, a)
	}
	switch {
	case p.now.kind == word:
		if t := p.nested(p.head); t != nil {
			n.tests = []*node{t}
		}
	case p.is("("):
		n.many = true
		p.nested(func() *node { n.tests = p.testList(); return nil })
	}
	return n
}

// nested reads one level deeper, or skips to the end of the command when it is too deep.
func (p *parser) nested(read func() *node) *node {
	if p.deep >= p.limit.Nesting {
		p.tooDeep()
		for p.now.kind != end && !p.is(";") && !p.is("{") && !p.is("}") {
			p.advance()
		}
		return nil
	}
	p.deep++
	defer func() { p.deep-- }()
	return read()
}

func (p *parser) testList() []*node {
	var list []*node
	for p.advance(); ; p.advance() {
		if p.now.kind != word {
			p.fault(p.now.line, "a test must stand here, not %s", p.now.describe())
			for p.now.kind != end && !p.is(")") && !p.is(";") && !p.is("{") && !p.is("}") {
				p.advance()
			}
		} else {
			list = append(list, p.head())
		}
		if !p.is(",") {
			break
		}
	}
	switch {
	case p.is(")"):
		p.advance()
	case !p.is(";") && !p.is("{") && !p.is("}") || len(list) > 0 && p.faults == 0:
		p.fault(p.now.line, "between tests stands ',' and behind the last ')', not %s", p.now.describe())
	}
	return list
}

func (p *parser) argument() *argument {
	a := &argument{kind: p.now.kind, line: p.now.line}
	switch p.now.kind {
	case tagged:
		a.tag = p.now.text
	case number:
		a.num = p.now.num
	case text:
		a.strs = []string{p.now.text}
	case sign:
		if p.now.text != "[" {
			return nil
		}
		a.kind, a.list = text, true
		p.strings(a)
		return a
	default:
		return nil
	}
	p.advance()
	return a
}

// strings reads a list of strings in brackets.
func (p *parser) strings(a *argument) {
	for p.advance(); ; p.advance() {
		if p.now.kind != text {
			p.fault(p.now.line, "a list has strings in quotes and commas between them, not %s", p.now.describe())
			break
		}
		a.strs = append(a.strs, p.now.text)
		if p.advance(); !p.is(",") {
			break
		}
	}
	if p.is("]") {
		p.advance()
		return
	}
	if p.faults == 0 {
		p.fault(p.now.line, "the list of strings is not closed: ']' is missing")
	}
	for p.now.kind != end && !p.is("]") && !p.is(";") && !p.is("{") && !p.is("}") {
		p.advance()
	}
	if p.is("]") {
		p.advance()
	}
}

func (a *argument) describe() string {
	switch {
	case a.kind == number:
		return "a number"
	case a.kind == tagged:
		return "the tag ':" + a.tag + "'"
	case a.list:
		return "a list of strings"
	}
	return "the string \"" + short(strings.Join(a.strs, "")) + "\""
}
