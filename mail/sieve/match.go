package sieve

import (
	"strconv"
	"strings"

	"sekisho/mail/collation"
	"sekisho/mail/script"
)

// matching is a test's match type and comparator.
type matching struct {
	kind       string // is, contains, matches, regex, count, value
	relation   string // of count and value: gt ge lt le eq ne
	comparator string
}

func matchingOf(n *node) matching {
	m := matching{kind: "is", comparator: collation.Casemap}
	for _, k := range []string{"is", "contains", "matches", "regex", "count", "value"} {
		if a := n.tags[k]; a != nil {
			m.kind = k
			if a.Kind == script.Text {
				m.relation = a.Strings[0]
			}
		}
	}
	if a := n.tags["comparator"]; a != nil {
		m.comparator = a.Strings[0]
	}
	return m
}

// checkMatch checks match type and comparator, and the expressions that are known.
func checkMatch(c *checker, n *node) {
	m := matchingOf(n)
	if a := n.tags["comparator"]; a != nil && constant(a) == "" {
		c.fault(n.Line, "the comparator must be written out, without variables")
		return
	}
	switch m.comparator {
	case collation.Octet, collation.Casemap, collation.Unicode:
	default:
		if capability := "comparator-" + m.comparator; !c.known[capability] {
			c.fault(n.Line, "the comparator %q is unknown", script.Short(m.comparator))
			return
		} else if !c.has(capability) {
			c.fault(n.Line, "the comparator needs a capability: write require %q at the top", capability)
			return
		}
	}
	switch m.kind {
	case "count", "value":
		switch strings.ToLower(m.relation) {
		case "gt", "ge", "lt", "le", "eq", "ne":
		default:
			c.fault(n.Line, "behind ':%s' stands one of gt, ge, lt, le, eq, ne, not %q", m.kind, script.Short(m.relation))
		}
	case "contains", "matches", "regex":
		if m.comparator == collation.Numeric {
			c.fault(n.Line, "':%s' compares parts of texts, which the comparator %s cannot: use ':is', ':value' or ':count'", m.kind, collation.Numeric)
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
		if _, err := collation.Compile(s, m.comparator); err != nil {
			c.fault(n.Line, "%q is no regular expression as RE2 knows them: %v", script.Short(s), err)
		}
	}
}

// expression compiles a key once in a run.
func (r *run) expression(n *node, key, comparator string) (collation.Expression, error) {
	id := comparator + "\x00" + key
	if e, ok := r.regex[id]; ok {
		return e, nil
	}
	e, err := collation.Compile(key, comparator)
	if err != nil {
		return e, fail(n, "%q is no regular expression as RE2 knows them: %v", script.Short(key), err)
	}
	if r.regex == nil {
		r.regex = map[string]collation.Expression{}
	}
	r.regex[id] = e
	return e, r.step(n, 1+e.Size/256)
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
			if err := r.step(n, (len(v)+len(k))/collation.Quantum); err != nil {
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

func (r *run) one(n *node, m matching, value, key string) (bool, error) {
	switch m.kind {
	case "is":
		return collation.Order(m.comparator, value, key) == 0, nil
	case "count", "value":
		return collation.Related(strings.ToLower(m.relation), collation.Order(m.comparator, value, key)), nil
	case "contains":
		return strings.Contains(collation.Fold(m.comparator, value), collation.Fold(m.comparator, key)), nil
	case "regex":
		e, err := r.expression(n, key, m.comparator)
		if err == nil {
			err = r.step(n, len(value)*e.Size/(collation.Quantum/8))
		}
		if err != nil {
			return false, err
		}
		return r.captured(n, e.FindStringSubmatch(value)), nil
	}
	found, err := collation.Glob(m.comparator, value, key, func() error { return r.step(n, 1) })
	return r.captured(n, found), err
}

// captured keeps what a successful match found for ${0} and so on.
func (r *run) captured(n *node, found []string) bool {
	if found == nil {
		return false
	}
	if n.Name != "body" && (n.unit == nil || n.unit.requires["variables"]) { // RFC 5173 section 6
		r.match = found[:min(len(found), mostMatch+1)]
	}
	return true
}
