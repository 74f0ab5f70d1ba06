// Package incident is what an operator keeps of a breach: its record from the first alarm to the end, the tables and the
// page that show its scope, and the statement for each customer.
//
// It is pure. Records are kept by store; what a scope is, and how it is computed, is in ledger/scope.
package incident

import (
	"errors"
	"fmt"
	"time"

	"sekisho/ledger/scope"
)

// State is where an incident stands.
//
//	open    indicators may be added, scopes computed
//	closed  final: nothing changes any more, everything can be read
type State string

// The states.
const (
	Open   State = "open"
	Closed State = "closed"
)

// Record is one incident.
type Record struct {
	Number     uint64           `json:"id"`
	Title      string           `json:"title"`
	State      State            `json:"state"`
	Opened     time.Time        `json:"opened"`
	By         string           `json:"by"`
	Closed     time.Time        `json:"closed,omitzero"`
	Outcome    string           `json:"outcome,omitempty"` // why it was closed
	Indicators scope.Indicators `json:"indicators"`
	Scopes     []Scope          `json:"scopes"` // oldest first
}

// Scope is one computed scope of an incident. The manifest itself is kept beside the record.
type Scope struct {
	Number   int           `json:"number"` // from 1 on
	At       time.Time     `json:"at"`
	By       string        `json:"by"`
	Manifest string        `json:"manifest"` // SHA-256; it is entered in the ledger
	Figures  scope.Summary `json:"figures"`
}

// Errors of wrong use.
var (
	ErrClosed = errors.New("the incident is closed: open a new one")
	ErrEmpty  = errors.New("give at least one component, session, address, account or key")
)

// New is a record just opened.
func New(title string, window scope.Span, components []scope.Component, by string, now time.Time) (*Record, error) {
	if title == "" || len(title) > 200 {
		return nil, errors.New("an incident needs a title of at most 200 bytes")
	}
	if window.From == 0 || window.To != 0 && window.From >= window.To {
		return nil, errors.New("an incident needs a window: from, before to")
	}
	return &Record{Title: title, State: Open, Opened: now.UTC(), By: by, Scopes: []Scope{},
		Indicators: scope.Indicators{Version: 1, Title: title, Span: window, Components: components}}, nil
}

// Add adds indicators to those known. What is known already is left out; what contradicts it is refused.
func (r *Record) Add(more scope.Indicators) (notices []string, err error) {
	if r.State != Open {
		return nil, ErrClosed
	}
	if len(more.Components)+len(more.Sessions)+len(more.Addresses)+len(more.Accounts)+len(more.Keys) == 0 {
		return nil, ErrEmpty
	}
	all := r.Indicators
	all.Components = append(append([]scope.Component{}, all.Components...), more.Components...)
	all.Sessions = append(append([]scope.Mark{}, all.Sessions...), more.Sessions...)
	all.Addresses = append(append([]scope.Mark{}, all.Addresses...), more.Addresses...)
	all.Accounts = append(append([]scope.Mark{}, all.Accounts...), more.Accounts...)
	all.Keys = append(append([]scope.Mark{}, all.Keys...), more.Keys...)
	checked, notices, err := all.Checked()
	if err != nil {
		return nil, err
	}
	r.Indicators = *checked
	return notices, nil
}

// AddScope notes a computed scope.
func (r *Record) AddScope(manifest []byte, result *scope.Result, by string, now time.Time) error {
	if r.State != Open {
		return ErrClosed
	}
	h := scope.ManifestHash(manifest)
	r.Scopes = append(r.Scopes, Scope{len(r.Scopes) + 1, now.UTC(), by, fmt.Sprintf("%x", h), result.Summary(false)})
	return nil
}

// Close ends the incident.
func (r *Record) Close(outcome, by string, now time.Time) error {
	if r.State != Open {
		return ErrClosed
	}
	if outcome == "" {
		return errors.New("say how it ended")
	}
	r.State, r.Closed, r.Outcome = Closed, now.UTC(), outcome+" ("+by+")"
	return nil
}
