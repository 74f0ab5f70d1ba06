package incident

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"sekisho"
	"sekisho/ledger/scope"
)

// Statement is what one customer is told of an incident. It is written as statement.json at the top of a bundle: a folder or
// zip with the rows that prove it and, where there is a signed checkpoint, a proof for each of them.
type Statement struct {
	Type     string          `json:"type"` // "sekisho-statement"
	Title    string          `json:"title,omitempty"`
	Contract uint64          `json:"contract"`
	Name     string          `json:"name,omitempty"`
	Window   scope.Span      `json:"window"`
	Manifest string          `json:"manifest"`   // SHA-256 of the scope it is taken from
	Ledger   string          `json:"checkpoint"` // SHA-256 of the checkpoint of the ledger
	Verdict  string          `json:"verdict"`    // the worst of all classes
	Classes  []ClassVerdict  `json:"classes"`
	Covered  []scope.Covered `json:"components"` // the rows that were looked at: the ground for what is not affected
	Evidence []Evidence      `json:"evidence"`   // first and last row of each class
	Rows     uint64          `json:"rows"`       // in rows.csv: every row that exposed something
}

// ClassVerdict is what is said of one class.
type ClassVerdict struct {
	Class    string        `json:"class"`
	Verdict  string        `json:"verdict"`
	Reasons  []string      `json:"reasons,omitempty"`
	Accounts []scope.Run   `json:"accounts,omitempty"` // runs: first and count
	Objects  uint64        `json:"objects,omitempty"`
	Bytes    uint64        `json:"bytes,omitempty"`
	First    scope.Instant `json:"first,omitempty"` // time of the first and last opening
	Last     scope.Instant `json:"last,omitempty"`
}

// Evidence is one row of the ledger, and where its proof lies in the bundle.
type Evidence struct {
	Stream string `json:"stream"`
	Row    uint64 `json:"row"`
	Level  string `json:"level"`
	Class  string `json:"class"`
	Entry  string `json:"entry"`           // the canonical row in hexadecimal
	Proof  string `json:"proof,omitempty"` // name of a tlog-proof file in the bundle
}

// classSum is a class under construction. What is confirmed is counted apart from what is only exposed.
type classSum struct {
	accounts       map[uint64]bool
	objects, bytes uint64
	first, last    uint64
	rows           [2]*Evidence
}

// Draft collects the statement of one contract: the verdicts of a scope, and the rows from scope.Rows through Add.
type Draft struct {
	r        *scope.Result
	contract sekisho.ContractID
	confirm  map[sekisho.Class]*classSum
	expose   map[sekisho.Class]*classSum
	rows     uint64
}

// NewDraft begins a statement.
func NewDraft(r *scope.Result, contract sekisho.ContractID) *Draft {
	return &Draft{r, contract, map[sekisho.Class]*classSum{}, map[sekisho.Class]*classSum{}, 0}
}

// Add takes a row that exposed something of the contract.
func (s *Draft) Add(x scope.Row) {
	s.rows++
	sums := s.expose
	if x.Level == scope.Confirmed {
		sums = s.confirm
	}
	c := sums[x.Entry.Class]
	if c == nil {
		c = &classSum{accounts: map[uint64]bool{}, first: x.Entry.Time}
		sums[x.Entry.Class] = c
	}
	if x.Entry.Account != 0 {
		c.accounts[uint64(x.Entry.Account)] = true
	}
	c.objects, c.bytes = c.objects+uint64(x.Entry.Count), c.bytes+x.Entry.Bytes
	c.first, c.last = min(c.first, x.Entry.Time), max(c.last, x.Entry.Time)
	e := &Evidence{Stream: x.Stream.String(), Row: x.Number, Level: x.Level.String(), Class: x.Entry.Class.String(), Entry: hex.EncodeToString(x.Bytes)}
	if c.rows[0] == nil {
		c.rows[0] = e
	} else {
		c.rows[1] = e
	}
}

// Statement is the statement of what was added. It is an error when the rows do not give the verdicts of the scope: then
// ledger or indicators are not those from which it was computed.
func (s *Draft) Statement(name string, manifest [32]byte) (*Statement, error) {
	out := &Statement{Type: "sekisho-statement", Title: s.r.Title, Contract: uint64(s.contract), Name: name, Window: s.r.Window,
		Manifest: hex.EncodeToString(manifest[:]), Ledger: s.r.Checkpoint, Covered: s.r.Components, Evidence: []Evidence{}, Rows: s.rows}
	worst := scope.NeverReachable
	for c := sekisho.ClassDirectory; c <= sekisho.ClassTransit; c++ {
		v, why := s.r.Verdict(s.contract, c)
		worst = max(worst, v)
		x := ClassVerdict{Class: c.String(), Verdict: v.String(), Reasons: why.Names()}
		sum := s.expose[c]
		if v == scope.Affected {
			sum = s.confirm[c]
		}
		if (v == scope.Affected) != (s.confirm[c] != nil) {
			return nil, fmt.Errorf("statement: class %s is %s, but the rows of this ledger say otherwise: it is not the ledger or not the indicators of this scope", c, v)
		}
		if sum != nil {
			x.Objects, x.Bytes, x.First, x.Last = sum.objects, sum.bytes, scope.Instant(sum.first), scope.Instant(sum.last)
			x.Accounts = scope.RunsOf(slices.Collect(maps.Keys(sum.accounts)))
			for _, e := range sum.rows {
				if e != nil {
					out.Evidence = append(out.Evidence, *e)
				}
			}
		}
		out.Classes = append(out.Classes, x)
	}
	out.Verdict = worst.String()
	return out, nil
}

// JSON is the statement as it stands in statement.json.
func (s *Statement) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(s, "", "  ")
	return append(b, '\n'), err
}

// RowHead names the columns of rows.csv.
func RowHead() []string {
	return []string{"stream", "row", "level", "reasons", "time", "kind", "class", "contract", "account", "session", "object", "count", "bytes", "process"}
}

// RowFields are the fields of one line of rows.csv.
func RowFields(x scope.Row) []string {
	e, n := x.Entry, func(v any) string { return fmt.Sprint(v) }
	return []string{x.Stream.String(), n(x.Number), x.Level.String(), join(x.Reason), scope.Instant(e.Time).Time().Format("2006-01-02T15:04:05.000Z"),
		e.Kind.String(), e.Class.String(), n(e.Contract), n(e.Account), n(e.Session), n(e.Object), n(e.Count), n(e.Bytes), n(e.Process)}
}

func join(r scope.Reason) string {
	out := ""
	for i, n := range r.Names() {
		if i > 0 {
			out += " "
		}
		out += n
	}
	return out
}
