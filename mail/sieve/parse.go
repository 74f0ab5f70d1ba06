package sieve

import "sekisho/mail/script"

// argument is an argument and what the check made of it.
type argument struct {
	*script.Argument
	pieces [][]piece // where the script requires variables: Strings[i] in pieces; nil where it has none
}

// node is a command or a test and what the check made of it.
type node struct {
	*script.Node
	args   []*argument
	tests  []*node
	block  []*node
	spec   *command
	tags   map[string]*argument // by tag; the value's argument, or the tag itself where it takes none
	pos    []*argument          // by parameter; nil where it was left out
	broken string               // why it cannot run, in a script that asks ihave
	data   any                  // what the check prepared
	unit   *unit
}

func nodes(list []*script.Node) []*node {
	var out []*node
	for _, s := range list {
		n := &node{Node: s, tests: nodes(s.Tests), block: nodes(s.Block)}
		for _, a := range s.Args {
			n.args = append(n.args, &argument{Argument: a})
		}
		out = append(out, n)
	}
	return out
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
func Parse(text []byte, o Option) (*Script, []Fault) {
	o.Limit = o.Limit.filled()
	c := &checker{option: o, grammar: grammar(o), known: known(o)}
	u := c.read("", text)
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	return &Script{u, o.Limit}, nil
}

// Requires says whether the script requires a capability.
func (s *Script) Requires(capability string) bool { return s.main.requires[capability] }

func (c *checker) parse(text []byte) []*node {
	list, faults := script.Parse(text, script.Limit{Size: c.option.Limit.Size, Nesting: c.option.Limit.Nesting, Faults: mostFaults})
	for _, f := range faults {
		c.fault(f.Line, "%s", f.Text)
	}
	return nodes(list)
}
