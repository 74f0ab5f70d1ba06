package sieve

import (
	"mime"
	"slices"
	"strings"

	"sekisho/mail/script"
)

func checkMime(c *checker, n *node) {
	if n.tags["mime"] != nil {
		return
	}
	for _, t := range []string{"anychild", "type", "subtype", "contenttype", "param"} {
		if n.tags[t] != nil {
			c.fault(n.Line, "':%s' of the %s %s needs ':mime' before it", t, n.Name, n.spec.sort())
			return
		}
	}
}

// looked are the parts whose header a test looks at (RFC 5703 section 4): the mail's own; with :mime that of the part of the
// innermost loop; with :anychild those below it too.
func (r *run) looked(n *node) []*Part {
	p := r.in.Message
	if n.tags["mime"] == nil {
		return []*Part{p}
	}
	if len(r.parts) > 0 {
		p = r.parts[len(r.parts)-1]
	}
	if n.tags["anychild"] == nil {
		return []*Part{p}
	}
	return under(p, nil, 0)
}

// under is a part and all below it, from outside to inside.
func under(p *Part, list []*Part, depth int) []*Part {
	const most = 1000
	if depth > deepestPart || len(list) > most {
		return list
	}
	list = append(list, p)
	for _, child := range p.Parts {
		list = under(child, list, depth+1)
	}
	return list
}

// option is what a test with a MIME option sees of a field: type, subtype, both, or parameters (RFC 5703 section 4.2).
func (r *run) option(n *node, f Field) []string {
	first, params, _ := mime.ParseMediaType(f.Raw)
	if first == "" {
		first, _, _ = strings.Cut(f.Raw, ";")
		first = strings.ToLower(strings.TrimSpace(first))
	}
	main, sub, _ := strings.Cut(first, "/")
	switch {
	case n.tags["type"] != nil:
		return []string{main}
	case n.tags["subtype"] != nil:
		return []string{sub}
	case n.tags["contenttype"] != nil:
		return []string{first}
	case n.tags["param"] != nil:
		var values []string
		for _, name := range r.strs(n.tags["param"]) {
			if v, ok := params[strings.ToLower(name)]; ok {
				values = append(values, v)
			}
		}
		return values
	}
	return []string{strings.TrimSpace(f.Value)}
}

// mostLoops is how deep loops nest, included scripts counted.
const mostLoops = 4

func checkLoop(c *checker, n *node) {
	if len(c.loops) >= mostLoops {
		c.fault(n.Line, "foreverypart: loops may be nested %d deep at most", mostLoops)
	}
	c.loopName(n)
}

func (c *checker) loopName(n *node) {
	if a := n.tags["name"]; a != nil && constant(a) == "" {
		c.fault(n.Line, "%s: the loop's name must be written out, without variables", n.Name)
	}
}

func checkBreak(c *checker, n *node) {
	c.loopName(n)
	name := constant(n.tags["name"])
	switch {
	case len(c.loops) == 0:
		c.fault(n.Line, "break may stand only inside foreverypart")
	case name != "" && !slices.Contains(c.loops, name):
		c.fault(n.Line, "break: no loop around it is called '%s'", script.Short(name))
	}
}

func forEveryPart(r *run, n *node) (flow, error) {
	p := r.in.Message
	if len(r.parts) > 0 {
		p = r.parts[len(r.parts)-1]
	}
	list := under(p, nil, 0)
	if len(r.parts) > 0 {
		list = list[1:] // the outer loop has this one
	}
	for _, p := range list {
		if err := r.step(n, 1); err != nil {
			return halt, err
		}
		if len(r.parts) >= mostLoops {
			return halt, fail(n, "foreverypart: loops may be nested %d deep at most", mostLoops)
		}
		r.parts = append(r.parts, p)
		f, err := r.block(n.block)
		r.parts = r.parts[:len(r.parts)-1]
		switch {
		case err != nil:
			return halt, err
		case f == out && (r.leave == "" || r.leave == constant(n.tags["name"])):
			return on, nil
		case f != on:
			return f, nil
		}
	}
	return on, nil
}

func breakLoop(r *run, n *node) (flow, error) {
	r.leave = constant(n.tags["name"])
	return out, nil
}

func checkExtract(c *checker, n *node) {
	switch {
	case !c.has("variables"):
		c.fault(n.Line, "extracttext needs a capability: write require \"variables\" at the top")
	case len(c.loops) == 0:
		c.fault(n.Line, "extracttext may stand only inside foreverypart")
	default:
		c.variable(n, n.pos[0])
	}
}

// extractText puts a part's text into a variable (RFC 5703 section 7).
func extractText(r *run, n *node) (flow, error) {
	s := ""
	if len(r.parts) > 0 {
		switch p := r.parts[len(r.parts)-1]; {
		case p.Plain != nil:
			s = p.Plain()
		case p.Text != nil && ofType(p.Type, "text"):
			s = p.Text()
		}
	}
	if a := n.tags["first"]; a != nil {
		s = firstRunes(s, a.Number)
	}
	r.put(strings.ToLower(r.str(n.pos[0])), modify(n, cut(s, r.limit.Value), r.limit.Value))
	return on, nil
}

// firstRunes is the first n characters of s.
func firstRunes(s string, n uint64) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
