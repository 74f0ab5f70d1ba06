package sieve

import (
	"slices"
	"strings"

	"sekisho/mail/script"
)

// flagList cuts strings into flags, without repeats (RFC 5232 section 2). What cannot be a flag is left out.
func flagList(list []string) []string {
	out := []string{}
	for _, s := range list {
		for _, f := range strings.FieldsFunc(s, script.Blank) {
			if isFlag(f) && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, f) }) {
				out = append(out, f)
			}
		}
	}
	return out
}

// isFlag says whether IMAP would take s as a flag (RFC 9051 section 2.3.2).
func isFlag(s string) bool {
	if strings.HasPrefix(s, `\`) {
		return slices.ContainsFunc([]string{`\Answered`, `\Flagged`, `\Deleted`, `\Seen`, `\Draft`}, func(f string) bool { return strings.EqualFold(f, s) })
	}
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(`(){%*"\]`, c) })
}

func checkFlag(c *checker, n *node) {
	if n.pos[0] != nil {
		if !c.has("variables") {
			c.fault(n.Line, "the name of a variable needs a capability: write require \"variables\" at the top")
			return
		}
		c.variable(n, n.pos[0])
	}
}

func checkHasFlag(c *checker, n *node) {
	checkMatch(c, n)
	if n.pos[0] != nil && !c.has("variables") {
		c.fault(n.Line, "the name of a variable needs a capability: write require \"variables\" at the top")
	}
}

func changeFlags(r *run, n *node) (flow, error) {
	name := ""
	old := r.flags
	if n.pos[0] != nil {
		name = strings.ToLower(r.str(n.pos[0]))
		old = flagList([]string{r.get(name)})
	}
	list := flagList(r.strs(n.pos[1]))
	switch n.Name {
	case "addflag":
		list = flagList(slices.Concat(old, list))
	case "removeflag":
		list = slices.DeleteFunc(slices.Clone(old), func(o string) bool {
			return slices.ContainsFunc(list, func(f string) bool { return strings.EqualFold(o, f) })
		})
	}
	if n.pos[0] != nil {
		r.put(name, strings.Join(list, " "))
	} else {
		r.flags = list
	}
	return on, nil
}

// hasFlag matches flags one by one.
func hasFlag(r *run, n *node) (bool, error) {
	values := r.flags
	if n.pos[0] != nil {
		values = nil
		for _, name := range r.strs(n.pos[0]) {
			values = append(values, flagList([]string{r.get(strings.ToLower(name))})...)
		}
	}
	keys := n.pos[1]
	if m := matchingOf(n); m.kind == "is" || m.kind == "contains" {
		keys = &argument{Argument: &script.Argument{Kind: script.Text, Strings: flagKeys(r.strs(keys))}}
	}
	return r.compare(n, values, keys)
}

// flagKeys cuts keys at blanks, as flags are.
func flagKeys(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, strings.FieldsFunc(s, script.Blank)...)
	}
	return out
}
