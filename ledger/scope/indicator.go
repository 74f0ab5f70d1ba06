package scope

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"sekisho"
	"sekisho/ledger"
)

// Indicators are what is known of an intruder. The file that holds them is JSON, with this form:
//
//	{"version": 1, "title": "...", "from": "2024-08-03", "to": "2025-04-10", "margin": "24h",
//	 "components": [{"stream": "3-reader-0"}, {"role": "reader", "cell": 2}, {"process": 4711}],
//	 "sessions": [{"id": 17}, {"id": 18, "hijacked": true}],
//	 "addresses": [{"pseudonym": "00f3a2...", "shared": false}],
//	 "accounts": [{"id": 5}], "keys": [{"id": 9}]}
//
// Each component, session, address, account and key may have a from and to of its own, and a confidence: high (as when it
// is left out), medium or low. Only high ones confirm.
type Indicators struct {
	Version    int         `json:"version"`
	Title      string      `json:"title,omitempty"`
	Span                   // the window: components and marks without one of their own have it
	Margin     string      `json:"margin,omitempty"` // added before From, a duration as in "24h": who came in was there before he was seen
	Components []Component `json:"components"`
	Sessions   []Mark      `json:"sessions,omitempty"`
	Addresses  []Mark      `json:"addresses,omitempty"`
	Accounts   []Mark      `json:"accounts,omitempty"`
	Keys       []Mark      `json:"keys,omitempty"`
}

// Component is what was taken over: one stream, all streams of a role (and cell, and node), or one process.
type Component struct {
	Stream  string           `json:"stream,omitempty"`
	Role    string           `json:"role,omitempty"`
	Cell    *uint16          `json:"cell,omitempty"`
	Node    *uint16          `json:"node,omitempty"`
	Process sekisho.Instance `json:"process,omitempty"`
	Span
	Confidence string `json:"confidence,omitempty"`
}

// String names the component as an operator would.
func (c Component) String() string {
	s := c.Stream
	if c.Role != "" {
		s = c.Role
		if c.Cell != nil {
			s += fmt.Sprintf("/cell %d", *c.Cell)
		}
		if c.Node != nil {
			s += fmt.Sprintf("/node %d", *c.Node)
		}
	}
	if c.Process != 0 {
		s += fmt.Sprintf(" process %d", c.Process)
	}
	return s
}

// covers says whether a stream belongs to the component.
func (c Component) covers(s ledger.Stream) bool {
	if c.Stream != "" {
		return s.String() == c.Stream
	}
	return (c.Role == "" || c.Role == s.Role.String()) && (c.Cell == nil || *c.Cell == s.Cell) && (c.Node == nil || *c.Node == s.Node)
}

// role is the component's role, as far as it says one.
func (c Component) role() sekisho.Role {
	if s, err := ledger.ParseStream(c.Stream); err == nil {
		return s.Role
	}
	r, _ := sekisho.RoleOf(c.Role)
	return r
}

// Mark is one trace of the intruder.
type Mark struct {
	ID        uint64 `json:"id,omitempty"`        // of a session, account or key
	Pseudonym string `json:"pseudonym,omitempty"` // of an address: 16 hexadecimal digits, as the ledger has it
	Hijacked  bool   `json:"hijacked,omitempty"`  // the session is a real user's: nothing in it can be told apart
	Shared    bool   `json:"shared,omitempty"`    // others use the address too: it confirms nothing
	Span
	Confidence string `json:"confidence,omitempty"`
}

// reason is what keeps the mark from confirming; 0 when it confirms.
func (m Mark) reason() Reason {
	var r Reason
	if m.Hijacked {
		r |= ByHijacked
	}
	if m.Shared {
		r |= ByShared
	}
	if !sure(m.Confidence) {
		r |= ByDoubt
	}
	return r
}

func sure(confidence string) bool { return confidence == "" || confidence == "high" }

// ParseIndicators reads an indicator file. Notices are what it repaired: marks given twice, windows that overlap. What
// contradicts itself is an error that names the place.
func ParseIndicators(b []byte) (*Indicators, []string, error) {
	in := new(Indicators)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return nil, nil, fmt.Errorf("indicators: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("indicators: something stands behind the end")
	}
	notices, err := in.check()
	if err != nil {
		return nil, nil, fmt.Errorf("indicators: %w", err)
	}
	return in, notices, nil
}

// Checked is a checked copy, as ParseIndicators gives it.
func (in *Indicators) Checked() (*Indicators, []string, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return nil, nil, err
	}
	return ParseIndicators(b)
}

func (in *Indicators) check() ([]string, error) {
	if in.Version != 1 {
		return nil, fmt.Errorf("version %d is not known here: want 1", in.Version)
	}
	if in.From == 0 {
		return nil, errors.New("no window: give from, and to unless it goes on")
	}
	if err := in.Span.check("window"); err != nil {
		return nil, err
	}
	if m, err := in.margin(); err != nil || m < 0 {
		return nil, fmt.Errorf("margin %q: want a duration such as 24h", in.Margin)
	}
	if len(in.Components)+len(in.Sessions)+len(in.Addresses)+len(in.Accounts)+len(in.Keys) == 0 {
		return nil, errors.New("nothing to look for: give at least one component, session, address, account or key")
	}
	var notices []string
	for i, c := range in.Components {
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("component %d: %w", i+1, err)
		}
		for k, o := range in.Components[:i] {
			if _, both := in.window(c.Span).and(in.window(o.Span)); both && c.String() == o.String() {
				notices = append(notices, fmt.Sprintf("components %d and %d name %s in windows that overlap: taken together", k+1, i+1, c))
			}
		}
	}
	for what, list := range map[string]*[]Mark{"session": &in.Sessions, "address": &in.Addresses, "account": &in.Accounts, "key": &in.Keys} {
		n, err := checkMarks(what, list)
		if err != nil {
			return nil, err
		}
		notices = append(notices, n...)
	}
	slices.Sort(notices)
	return notices, nil
}

func (c Component) check() error {
	switch {
	case c.Stream != "" && (c.Role != "" || c.Cell != nil || c.Node != nil):
		return errors.New("give a stream, or a role with its cell and node, not both")
	case c.Stream == "" && c.Role == "" && c.Process == 0:
		return errors.New("give a stream, a role or a process")
	}
	if c.Stream != "" {
		if _, err := ledger.ParseStream(c.Stream); err != nil {
			return err
		}
	}
	if _, known := sekisho.RoleOf(c.Role); c.Role != "" && !known {
		return fmt.Errorf("no role %q", c.Role)
	}
	if err := c.Span.check(c.String()); err != nil {
		return err
	}
	return checkConfidence(c.Confidence)
}

func checkConfidence(s string) error {
	if s != "" && s != "high" && s != "medium" && s != "low" {
		return fmt.Errorf("confidence %q: want high, medium or low", s)
	}
	return nil
}

// checkMarks checks marks of one kind, sorts them and drops what is said twice.
func checkMarks(what string, list *[]Mark) ([]string, error) {
	var notices []string
	for i := range *list {
		m := &(*list)[i]
		where := fmt.Sprintf("%s %d", what, i+1)
		if what == "address" {
			n, err := strconv.ParseUint(m.Pseudonym, 16, 64)
			if err != nil || len(m.Pseudonym) != 16 || m.ID != 0 {
				return nil, fmt.Errorf("%s: pseudonym %q: want 16 hexadecimal digits", where, m.Pseudonym)
			}
			m.ID = n
		} else if m.Pseudonym != "" || m.Shared {
			return nil, fmt.Errorf("%s: only an address has a pseudonym and may be shared", where)
		}
		if m.Hijacked && what != "session" {
			return nil, fmt.Errorf("%s: only a session may be hijacked", where)
		}
		if m.ID == 0 {
			return nil, fmt.Errorf("%s: no id", where)
		}
		if err := errors.Join(m.Span.check(where), checkConfidence(m.Confidence)); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(*list, func(a, b Mark) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	out := (*list)[:0]
	for _, m := range *list {
		if len(out) == 0 || out[len(out)-1].ID != m.ID {
			out = append(out, m)
			continue
		}
		last := out[len(out)-1]
		if last.Hijacked != m.Hijacked || last.Shared != m.Shared || sure(last.Confidence) != sure(m.Confidence) {
			return nil, fmt.Errorf("%s %d is given twice, and differently: decide which holds", what, m.ID)
		}
		if last.Span != m.Span {
			return nil, fmt.Errorf("%s %d is given twice with different windows: give one that holds both", what, m.ID)
		}
		notices = append(notices, fmt.Sprintf("%s %d is given twice", what, m.ID))
	}
	*list = out
	if what == "address" {
		for i := range out {
			out[i].ID = 0 // the pseudonym says it
		}
	}
	return slices.Compact(notices), nil
}

func (in *Indicators) margin() (time.Duration, error) {
	if in.Margin == "" {
		return 0, nil
	}
	return time.ParseDuration(in.Margin)
}

// window is the span of a component or mark: its own, or the incident's with the margin.
func (in *Indicators) window(own Span) Span {
	out := in.Span
	margin, _ := in.margin()
	out.From -= min(out.From-1, Instant(margin.Milliseconds()))
	if own.From != 0 {
		out.From = own.From
	}
	if own.To != 0 {
		out.To = own.To
	}
	return out
}

// Hash is the hash of the indicators in their canonical form, so that order and repeats do not matter.
func (in *Indicators) Hash() [32]byte {
	b, err := json.Marshal(in)
	if err != nil {
		panic(err) // numbers and strings only
	}
	return sha256.Sum256(b)
}
