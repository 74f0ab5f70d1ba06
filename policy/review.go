package policy

import (
	"fmt"
	"slices"

	"sekisho"
)

// Remark is something that whoever writes rules ought to know: the rules are in force all the same.
type Remark struct {
	Rule string // whose it is
	What string // "never", "shadowed" or "contradicted"
	By   string // the earlier rule; "" for never
}

// The kinds of remarks.
const (
	Never        = "never"        // the condition can never hold
	Shadowed     = "shadowed"     // an earlier rule settles all mail that this one would see, in the same way or a more general one
	Contradicted = "contradicted" // an earlier rule of just the same condition settles the mail in another way
)

// Review reads the conditions of rules and says which can never have an effect. It claims only what follows from the words of the
// conditions: comparisons with constants, and, or, not, and equal expressions. A rule of which it says nothing may still never act.
func Review(p *Policy) []Remark {
	var out []Remark
	settling := map[sekisho.Direction][]reviewed{}
	for i := range p.rules {
		r := reviewed{rule: &p.rules[i]}
		r.terms, r.read = terms(r.rule.When)
		if r.read && r.rule.When != "" && len(r.terms) == 0 {
			out = append(out, Remark{Rule: r.rule.Name, What: Never})
			continue
		}
		before := settling[r.rule.direction]
		if i := slices.IndexFunc(before, func(b reviewed) bool { return b.covers(r) }); i >= 0 {
			out = append(out, before[i].remark(r))
			continue
		}
		if settles[r.rule.Action].final && !r.rule.Observe {
			settling[r.rule.direction] = append(before, r)
		}
	}
	return out
}

// reviewed is a rule with its condition as a choice of terms.
type reviewed struct {
	rule  *compiled
	terms []term
	read  bool // the condition could be taken apart
}

// covers says whether every mail that meets o meets r.
func (r reviewed) covers(o reviewed) bool {
	if r.rule.When == "" || r.rule.When == o.rule.When {
		return true
	}
	if !r.read || !o.read || o.rule.When == "" {
		return false
	}
	return !slices.ContainsFunc(o.terms, func(t term) bool {
		return !slices.ContainsFunc(r.terms, t.implies)
	})
}

func (r reviewed) remark(o reviewed) Remark {
	m := Remark{Rule: o.rule.Name, What: Shadowed, By: r.rule.Name}
	if o.covers(r) && r.rule.Action != o.rule.Action && settles[o.rule.Action].final {
		m.What = Contradicted
	}
	return m
}

// Say puts a remark into words, in "ja" or "en".
func (m Remark) Say(language string) string {
	type key struct{ what, language string }
	text := map[key]string{
		{Never, "en"}:        "the condition of %[1]q can never hold",
		{Never, "ja"}:        "規則 %[1]q の条件が成り立つことはありません",
		{Shadowed, "en"}:     "%[1]q never acts: %[2]q, which stands before it, settles all mail that it is for",
		{Shadowed, "ja"}:     "規則 %[1]q は働きません。前にある %[2]q が、対象のメールをすべて先に決めます",
		{Contradicted, "en"}: "%[1]q has the condition of %[2]q, which stands before it and does something else: only that one acts",
		{Contradicted, "ja"}: "規則 %[1]q の条件は前にある %[2]q と同じで、動作が異なります。働くのは %[2]q だけです",
	}
	if language != "ja" {
		language = "en"
	}
	if m.What == Never {
		return fmt.Sprintf(text[key{m.What, language}], m.Rule)
	}
	return fmt.Sprintf(text[key{m.What, language}], m.Rule, m.By)
}
