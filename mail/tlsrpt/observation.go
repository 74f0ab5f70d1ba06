package tlsrpt

import (
	"cmp"
	"slices"
	"strings"
)

// Observation is how one session went, as far as a report tells it.
type Observation struct {
	Type    string   `json:"type"`
	Text    []string `json:"text,omitempty"`
	MX      []string `json:"mx,omitempty"`
	Result  string   `json:"result,omitempty"` // "": it succeeded
	Host    string   `json:"host,omitempty"`   // of one that failed
	Address string   `json:"address,omitempty"`
}

// Counted is how many sessions went so.
type Counted struct {
	Observation
	Count uint64
}

// Add puts counts together: a policy once, with its failures; the same counts give the same list in whatever order they come.
func Add(domain string, list []Counted) (out []Policy) {
	at := map[string]int{}
	for _, c := range list {
		key := c.Type + "\n" + strings.Join(c.Text, "\n") + "\n\n" + strings.Join(c.MX, "\n")
		n, known := at[key]
		if !known {
			n = len(out)
			at[key] = n
			out = append(out, Policy{Type: c.Type, Domain: domain, Text: c.Text, MX: c.MX})
		}
		p := &out[n]
		if c.Result == "" {
			p.Success += c.Count
			continue
		}
		p.Failure += c.Count
		p.Failures = append(p.Failures, Failure{Result: c.Result, Host: c.Host, Address: c.Address, Count: c.Count})
	}
	for _, p := range out {
		slices.SortFunc(p.Failures, func(a, b Failure) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Result, b.Result))
		})
	}
	slices.SortFunc(out, func(a, b Policy) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), slices.Compare(a.Text, b.Text), slices.Compare(a.MX, b.MX))
	})
	return out
}
