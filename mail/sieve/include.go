package sieve

import (
	"fmt"
	"slices"
	"strings"

	"sekisho/mail/script"
)

// checkInclude reads the included script, so that a run meets no script that is missing or wrong (RFC 6609 section 3.2).
func checkInclude(c *checker, n *node) {
	name := n.pos[0].Strings[0]
	global := n.tags["global"] != nil
	id := fmt.Sprintf("%v/%s", global, name)
	switch {
	case n.pos[0].pieces != nil:
		c.fault(n.Line, "include: the script's name must be written out, without variables")
		return
	case !script.ValidName(name):
		c.fault(n.Line, "include: %q cannot be the name of a script", script.Short(name))
		return
	case slices.Contains(c.stack, id) && n.tags["once"] != nil:
		return // it is running already
	case slices.Contains(c.stack, id):
		c.fault(n.Line, "include: the script '%s' would include itself", script.Short(name))
		return
	case len(c.stack) >= c.option.Limit.Depth:
		c.fault(n.Line, "include: scripts are included too deeply: at most %d inside each other", c.option.Limit.Depth)
		return
	}
	if u := c.alone[id]; u != nil {
		n.data = u
		return
	}
	var found []byte
	there := false
	if c.option.Include != nil {
		found, there = c.option.Include(name, global)
	}
	if !there {
		if n.tags["optional"] == nil {
			c.fault(n.Line, "include: there is no script '%s'", script.Short(name))
		}
		return
	}
	if c.included++; c.included > c.option.Limit.Includes {
		c.fault(n.Line, "include: at most %d scripts may be included", c.option.Limit.Includes)
		return
	}
	before := len(c.faults)
	c.stack = append(c.stack, id)
	u := c.read(name, found)
	c.stack = c.stack[:len(c.stack)-1]
	if len(c.faults) > before {
		c.fault(n.Line, "include: the script '%s' has faults: see them above", script.Short(name))
		return
	}
	if c.alone == nil {
		c.alone = map[string]*unit{}
	}
	c.alone[id] = u
	n.data = u
}

func include(r *run, n *node) (flow, error) {
	u, _ := n.data.(*unit)
	if u == nil || n.tags["once"] != nil && r.done[u] {
		return on, nil
	}
	r.done[u] = true
	vars, bound := r.vars, r.bound
	r.vars, r.bound = map[string]string{}, map[string]bool{}
	f, err := r.block(u.commands)
	r.vars, r.bound = vars, bound
	if f == back || f == out {
		f = on
	}
	return f, err
}

func checkGlobal(c *checker, n *node) {
	if !c.has("variables") {
		c.fault(n.Line, "global needs a capability: write require \"variables\" at the top")
		return
	}
	for _, s := range n.pos[0].Strings {
		switch low := strings.ToLower(s); {
		case !script.Variable(s) || script.Digit(s[0]) || strings.Contains(s, "."):
			c.fault(n.Line, "%q cannot be the name of a global variable", script.Short(s))
		case c.vars[low] && !c.vars["global "+low]:
			c.fault(n.Line, "the variable '%s' is local already: declare it global before it is set", script.Short(s))
		default:
			c.vars["global "+low] = true
			c.declare(low, n.Line)
		}
	}
}

// global binds names of this script to the variables that all included scripts share.
func global(r *run, n *node) (flow, error) {
	for _, s := range n.pos[0].Strings {
		r.bound[strings.ToLower(s)] = true
	}
	return on, nil
}

// noIhave change how the rest of a script is read, so they must be required (RFC 5463 section 4).
var noIhave = []string{"variables", "encoded-character"}

// checkIhave lets what follows use the capabilities that are there.
func checkIhave(c *checker, n *node) {
	for _, s := range constants(n.pos[0]) {
		if c.known[s] && !slices.Contains(noIhave, s) {
			c.unit.requires[s] = true
		}
	}
	n.data = c.known
}

func ihave(r *run, n *node) (bool, error) {
	known, _ := n.data.(map[string]bool)
	for _, s := range r.strs(n.pos[0]) {
		if !known[s] || slices.Contains(noIhave, s) && !n.unit.requires[s] {
			return false, nil
		}
	}
	return true, nil
}

func raise(r *run, n *node) (flow, error) {
	return halt, fail(n, "the script says: %s", script.Short(r.str(n.pos[0])))
}
