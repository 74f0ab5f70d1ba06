package policy

import (
	"fmt"
	"reflect"
	"slices"
)

// Difference is what became of one rule between two policies.
type Difference struct {
	Rule   string   `json:"rule"`
	What   string   `json:"what"` // "added", "removed", "changed", "moved"
	Fields []string `json:"fields,omitempty"`
	Old    *Rule    `json:"old,omitempty"`
	New    *Rule    `json:"new,omitempty"`
}

// Compare says what differs between two policies, rule by rule: those that are gone in the old order, then the others in the new
// order. A rule is known by its name; one that only stands elsewhere among those that stayed has moved. What a contract looks for
// itself (the leak section) is one entry without a rule.
func Compare(old, next *Policy) []Difference {
	var out []Difference
	was, is := byName(old), byName(next)
	for i := range old.rules {
		if r := &old.rules[i].Rule; is[r.Name] == nil {
			out = append(out, Difference{Rule: r.Name, What: "removed", Old: r})
		}
	}
	stay := keptOrder(old, next, was)
	for i := range next.rules {
		r := &next.rules[i].Rule
		before := was[r.Name]
		switch {
		case before == nil:
			out = append(out, Difference{Rule: r.Name, What: "added", New: r})
		case !reflect.DeepEqual(*before, *r):
			out = append(out, Difference{Rule: r.Name, What: "changed", Fields: changed(*before, *r), Old: before, New: r})
		case !stay[r.Name]:
			out = append(out, Difference{Rule: r.Name, What: "moved", New: r})
		}
	}
	if string(old.leak) != string(next.leak) {
		out = append(out, Difference{What: "changed", Fields: []string{"leak"}})
	}
	return out
}

func byName(p *Policy) map[string]*Rule {
	out := map[string]*Rule{}
	for i := range p.rules {
		out[p.rules[i].Name] = &p.rules[i].Rule
	}
	return out
}

// keptOrder names the rules of next that stand in the order in which old has them: a longest increasing run of their old places.
func keptOrder(old, next *Policy, was map[string]*Rule) map[string]bool {
	place := map[string]int{}
	for i := range old.rules {
		place[old.rules[i].Name] = i
	}
	type link struct{ rule, before int }
	var ends []int // of the shortest runs of each length: index into links
	var links []link
	for i := range next.rules {
		if was[next.rules[i].Name] == nil {
			continue
		}
		at := place[next.rules[i].Name]
		n, _ := slices.BinarySearchFunc(ends, at, func(end, at int) int {
			return place[next.rules[links[end].rule].Name] - at
		})
		l := link{i, -1}
		if n > 0 {
			l.before = ends[n-1]
		}
		links = append(links, l)
		if n == len(ends) {
			ends = append(ends, 0)
		}
		ends[n] = len(links) - 1
	}
	stay := map[string]bool{}
	if len(ends) > 0 {
		for k := ends[len(ends)-1]; k >= 0; k = links[k].before {
			stay[next.rules[links[k].rule].Name] = true
		}
	}
	return stay
}

// Fields gives what a rule says, by the names of the keys; keys that say nothing are absent.
func (r Rule) Fields() map[string]string {
	out := map[string]string{}
	x, t := reflect.ValueOf(r), reflect.TypeOf(r)
	for i := range t.NumField() {
		if v := x.Field(i); !v.IsZero() {
			out[t.Field(i).Tag.Get("toml")] = fmt.Sprint(v.Interface())
		}
	}
	return out
}

// changed names the keys that differ, in the order in which they are written.
func changed(a, b Rule) []string {
	var out []string
	was, is, t := a.Fields(), b.Fields(), reflect.TypeOf(a)
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("toml"); was[key] != is[key] {
			out = append(out, key)
		}
	}
	return out
}
