package world

import (
	"encoding/json"
	"fmt"
	"slices"

	"sekisho/ledger/scope"
)

// ParseTruth reads truth.json.
func ParseTruth(b []byte) (Truth, error) {
	var t Truth
	err := json.Unmarshal(b, &t)
	return t, err
}

// Compare says in what a scope, summed up with its sets, differs from the truth; nothing when confirmed is exactly what the
// intruder read in his own way, and exposed holds all that he read.
func (t Truth) Compare(s scope.Summary) []string {
	var out []string
	differ := func(format string, a ...any) { out = append(out, fmt.Sprintf(format, a...)) }
	want, got := t.Confirmed, s.Confirmed
	if got.Union != want.Union || got.Sum != want.Sum || got.Terminated != want.Terminated || got.Accounts != want.Accounts {
		differ("confirmed: union %d, sum %d, terminated %d, accounts %d; in truth %d, %d, %d, %d", got.Union, got.Sum, got.Terminated, got.Accounts,
			want.Union, want.Sum, want.Terminated, want.Accounts)
	}
	for name := range got.Classes {
		if _, real := want.Classes[name]; !real {
			differ("confirmed: class %s was not read", name)
		}
	}
	for name, w := range want.Classes {
		g := got.Classes[name]
		switch {
		case g.Sets == nil:
			differ("confirmed: class %s was read", name)
		case !slices.Equal(g.Sets.Contracts, w.Sets.Contracts):
			differ("confirmed: %s: other contracts", name)
		case !slices.Equal(g.Sets.Accounts, w.Sets.Accounts):
			differ("confirmed: %s: other accounts", name)
		case g.Objects != w.Objects || g.Bytes != w.Bytes:
			differ("confirmed: %s: %d objects and %d bytes; in truth %d and %d", name, g.Objects, g.Bytes, w.Objects, w.Bytes)
		}
	}
	for _, all := range []scope.Figures{t.Confirmed, t.Hijacked} {
		for name, w := range all.Classes {
			g := s.Exposed.Classes[name]
			if g.Sets == nil || !within(w.Sets.Contracts, g.Sets.Contracts) || !within(w.Sets.Accounts, g.Sets.Accounts) {
				differ("exposed: %s does not hold all that was read", name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// within says whether all numbers of the runs a are in the runs b.
func within(a, b []scope.Run) bool {
	k := 0
	for _, x := range a {
		for k < len(b) && b[k][0]+b[k][1] < x[0]+x[1] {
			k++
		}
		if k == len(b) || x[0] < b[k][0] {
			return false
		}
	}
	return true
}
