// Package script reads the syntax of Sieve (RFC 5228 section 8) into a tree, and writes a tree as text. What the commands mean
// is not known here.
package script

import (
	"fmt"
	"strings"
)

// Argument is a tag, a number, a string or a list of strings, as written.
type Argument struct {
	Kind    Kind
	List    bool // strings in brackets
	Line    int
	Tag     string // in lower case, without its colon
	Number  uint64
	Strings []string
}

// Node is a command or a test.
type Node struct {
	Name    string // in lower case
	Line    int
	Comment string // lines of # comments before a command
	Args    []*Argument
	Tests   []*Node
	Listed  bool // the tests stood in parentheses
	Block   []*Node
	Open    bool // it has a block
}

// Fault is one thing that is wrong with a script, in words for its author.
type Fault struct {
	Line int
	Text string
}

// Limit bounds a script.
type Limit struct {
	Size    int // bytes
	Nesting int // blocks, or tests, inside each other
	Faults  int // that are told
}

type parser struct {
	lexer
	now    token
	limit  Limit
	faults []Fault
	deep   int
}

// Parse reads a script. It gives all faults that it finds, in the order of lines, and goes on behind each; the tree is nil when there
// is one. All line ends in strings become CRLF.
func Parse(text []byte, limit Limit) ([]*Node, []Fault) {
	p := &parser{limit: limit}
	p.lexer = lexer{rest: string(text), line: 1, fault: func(line int, format string, a ...any) {
		if len(p.faults) < limit.Faults {
			p.faults = append(p.faults, Fault{line, fmt.Sprintf(format, a...)})
		}
	}}
	if len(text) > p.limit.Size {
		p.fault(1, "the script has %d bytes, at most %d are allowed", len(text), p.limit.Size)
		return nil, p.faults
	}
	p.advance()
	list := p.commands()
	for p.now.kind != end && !p.full() {
		p.fault(p.now.line, "this %s closes nothing: take it away", p.now.describe())
		p.advance()
		list = append(list, p.commands()...)
	}
	if len(p.faults) > 0 {
		return nil, p.faults
	}
	return list, nil
}

func (p *parser) full() bool { return len(p.faults) >= p.limit.Faults }

func (p *parser) advance() { p.now = p.next() }

func (p *parser) is(s string) bool { return p.now.kind == sign && p.now.text == s }

func (t token) describe() string {
	switch t.kind {
	case end:
		return "end of the script"
	case Number:
		return fmt.Sprintf("number %d", t.num)
	case Text:
		return fmt.Sprintf("string %q", Short(t.text))
	case Tag:
		return "tag :" + t.text
	}
	return "'" + Short(t.text) + "'"
}

// commands reads up to the end of the script or block.
func (p *parser) commands() []*Node {
	var list []*Node
	for p.now.kind != end && !p.is("}") && !p.full() {
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

func (p *parser) command() *Node {
	comment := p.now.comment
	n := p.head()
	n.Comment = comment
	switch {
	case p.is(";"):
		p.advance()
	case p.is("{"):
		n.Open = true
		if p.deep >= p.limit.Nesting {
			p.tooDeep()
			p.skipBlock()
			return n
		}
		p.deep++
		p.advance()
		n.Block = p.commands()
		p.deep--
		if !p.is("}") {
			p.fault(p.now.line, "the block that begins at line %d is not closed: '}' is missing", n.Line)
			return n
		}
		p.advance()
	case p.now.kind == garbage:
		p.recover()
	default:
		p.fault(p.now.line, "after %s a ';' or a block is missing, before %s", n.Name, p.now.describe())
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
func (p *parser) head() *Node {
	n := &Node{Name: p.now.text, Line: p.now.line}
	p.advance()
	for {
		a := p.argument()
		if a == nil {
			break
		}
		n.Args = append(n.Args, a)
	}
	switch {
	case p.now.kind == word:
		if t := p.nested(p.head); t != nil {
			n.Tests = []*Node{t}
		}
	case p.is("("):
		n.Listed = true
		p.nested(func() *Node { n.Tests = p.testList(); return nil })
	}
	return n
}

// nested reads one level deeper, or skips to the end of the command when it is too deep.
func (p *parser) nested(read func() *Node) *Node {
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

func (p *parser) testList() []*Node {
	var list []*Node
	before := len(p.faults)
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
	case !p.is(";") && !p.is("{") && !p.is("}") || len(p.faults) == before:
		p.fault(p.now.line, "between tests stands ',' and behind the last ')', not %s", p.now.describe())
	}
	return list
}

func (p *parser) argument() *Argument {
	a := &Argument{Kind: p.now.kind, Line: p.now.line}
	switch p.now.kind {
	case Tag:
		a.Tag = p.now.text
	case Number:
		a.Number = p.now.num
	case Text:
		a.Strings = []string{p.now.text}
	case sign:
		if p.now.text != "[" {
			return nil
		}
		a.Kind, a.List = Text, true
		p.strings(a)
		return a
	default:
		return nil
	}
	p.advance()
	return a
}

// strings reads a list of strings in brackets.
func (p *parser) strings(a *Argument) {
	before := len(p.faults)
	for p.advance(); ; p.advance() {
		if p.now.kind != Text {
			p.fault(p.now.line, "a list has strings in quotes and commas between them, not %s", p.now.describe())
			break
		}
		a.Strings = append(a.Strings, p.now.text)
		if p.advance(); !p.is(",") {
			break
		}
	}
	if p.is("]") {
		p.advance()
		return
	}
	if len(p.faults) == before {
		p.fault(p.now.line, "the list of strings is not closed: ']' is missing")
	}
	for p.now.kind != end && !p.is("]") && !p.is(";") && !p.is("{") && !p.is("}") {
		p.advance()
	}
	if p.is("]") {
		p.advance()
	}
}

// Describe names an argument in a message.
func (a *Argument) Describe() string {
	switch {
	case a.Kind == Number:
		return "a number"
	case a.Kind == Tag:
		return "the tag ':" + a.Tag + "'"
	case a.List:
		return "a list of strings"
	}
	return "the string \"" + Short(strings.Join(a.Strings, "")) + "\""
}
