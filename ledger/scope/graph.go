package scope

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"sekisho"
	"sekisho/ledger"
)

// Graph says who could reach what, and when: role -> class -> contract. The installation makes it from the records of store
// and vault. What holds for a time has its span.
type Graph struct {
	Version   int        `json:"version"`
	Span                 // the time the facts cover
	Contracts []Contract `json:"contracts"`
	Streams   []Pin      `json:"streams"`
	Rights    []Right    `json:"rights"`
	Life      uint64     `json:"ticket_life_ms,omitempty"` // how long a ticket is good
	Leases    []Lease    `json:"leases,omitempty"`
	Keys      []Key      `json:"keys,omitempty"`
}

// Run is a run of consecutive numbers: first and count.
type Run [2]uint64

// Contract is one customer.
type Contract struct {
	ID       sekisho.ContractID `json:"id"`
	Accounts []Run              `json:"accounts,omitempty"`
	Status   []Standing         `json:"status"`
	Outside  uint64             `json:"outside,omitempty"` // persons who are no accounts: correspondents, as far as they were counted
}

// Standing is a status for a time.
type Standing struct {
	Status string `json:"status"` // active, suspended, terminated
	Span
}

// Pin says which contracts a component served. Without contracts it served all of them.
type Pin struct {
	Stream    string `json:"stream"`
	Contracts []Run  `json:"contracts,omitempty"`
	Span
}

// Right says what classes a role could ask for, of contracts in one of the states. Bound is "" when for all of the contracts
// it served, "ticket" when only for accounts with a ticket at that component. Unrecorded says that no entry is made of it, as
// with data that is not sealed: then whatever was reachable must be taken as exposed.
type Right struct {
	Role    string      `json:"role"`
	Classes []ClassName `json:"classes"`
	Status  []string    `json:"status"`
	Bound   string      `json:"bound,omitempty"`

	Unrecorded bool `json:"unrecorded,omitempty"`
	Span
}

// Lease is what a component held beyond one request.
type Lease struct {
	Stream   string             `json:"stream"`
	Contract sekisho.ContractID `json:"contract"`
	Account  sekisho.AccountID  `json:"account,omitempty"`
	Classes  []ClassName        `json:"classes"`
	Span
}

// Key is what one key opens.
type Key struct {
	ID       uint64             `json:"id"`
	Contract sekisho.ContractID `json:"contract"`
	Account  sekisho.AccountID  `json:"account,omitempty"` // 0: all of the contract
	Classes  []ClassName        `json:"classes"`
	Span
}

// ParseGraph reads a graph and checks it.
func ParseGraph(b []byte) (*Graph, error) {
	g := new(Graph)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(g); err != nil {
		return nil, fmt.Errorf("graph: %w", err)
	}
	if err := g.check(); err != nil {
		return nil, fmt.Errorf("graph: %w", err)
	}
	return g, nil
}

// Hash is the hash of the graph in its canonical form.
func (g *Graph) Hash() [32]byte {
	b, err := json.Marshal(g)
	if err != nil {
		panic(err) // numbers and strings only
	}
	return sha256.Sum256(b)
}

func (g *Graph) check() error {
	if g.Version != 1 {
		return fmt.Errorf("version %d is not known here: want 1", g.Version)
	}
	seen := map[sekisho.ContractID]bool{}
	for _, c := range g.Contracts {
		where := fmt.Sprintf("contract %d", c.ID)
		if c.ID == 0 || seen[c.ID] {
			return errors.New(where + ": no number, or twice")
		}
		seen[c.ID] = true
		if len(c.Status) == 0 {
			return errors.New(where + ": no status")
		}
		for _, s := range c.Status {
			if err := errors.Join(s.check(where), checkStatus(s.Status)); err != nil {
				return err
			}
		}
		if err := checkRuns(c.Accounts); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
	}
	for _, p := range g.Streams {
		if _, err := ledger.ParseStream(p.Stream); err != nil {
			return err
		}
		if err := errors.Join(p.check(p.Stream), checkRuns(p.Contracts)); err != nil {
			return err
		}
	}
	for i, r := range g.Rights {
		if _, known := sekisho.RoleOf(r.Role); !known || r.Bound != "" && r.Bound != "ticket" {
			return fmt.Errorf("right %d: role %q, bound %q", i+1, r.Role, r.Bound)
		}
		if err := r.check(fmt.Sprintf("right %d", i+1)); err != nil {
			return err
		}
		for _, s := range r.Status {
			if err := checkStatus(s); err != nil {
				return err
			}
		}
	}
	for i, l := range g.Leases {
		if err := l.check(fmt.Sprintf("lease %d", i+1)); err != nil {
			return err
		}
	}
	return nil
}

func checkStatus(s string) error {
	for k := sekisho.Active; k <= sekisho.Terminated; k++ {
		if k.String() == s {
			return nil
		}
	}
	return fmt.Errorf("no status %q", s)
}

func checkRuns(runs []Run) error {
	for _, r := range runs {
		if r[1] == 0 || r[0]+r[1] < r[0] {
			return fmt.Errorf("run of %d from %d on", r[1], r[0])
		}
	}
	return nil
}

// endedAt says whether a contract was terminated at a time.
func (c *Contract) endedAt(t uint64) bool {
	for _, s := range c.Status {
		if s.Status == sekisho.Terminated.String() && s.has(t) {
			return true
		}
	}
	return false
}

// served says whether a pin holds a contract.
func (p *Pin) served(c sekisho.ContractID) bool {
	if len(p.Contracts) == 0 {
		return true
	}
	return slices.ContainsFunc(p.Contracts, func(r Run) bool { return uint64(c) >= r[0] && uint64(c)-r[0] < r[1] })
}

// reach calls f for every contract and class that a role at work on a stream could reach in a span, and by which right.
func (g *Graph) reach(stream ledger.Stream, role sekisho.Role, span Span, f func(c *Contract, class sekisho.Class, by *Right)) {
	for _, p := range g.Streams {
		if p.Stream != stream.String() {
			continue
		}
		at, some := span.and(p.Span)
		if !some {
			continue
		}
		for i := range g.Contracts {
			if c := &g.Contracts[i]; p.served(c.ID) {
				g.rights(role, c, at, f)
			}
		}
	}
}

func (g *Graph) rights(role sekisho.Role, c *Contract, at Span, f func(*Contract, sekisho.Class, *Right)) {
	for i := range g.Rights {
		r := &g.Rights[i]
		if r.Role != role.String() {
			continue
		}
		then, some := at.and(r.Span)
		if !some || !slices.ContainsFunc(c.Status, func(s Standing) bool {
			_, some := s.and(then)
			return some && slices.Contains(r.Status, s.Status)
		}) {
			continue
		}
		for _, class := range r.Classes {
			f(c, sekisho.Class(class), r)
		}
	}
}
