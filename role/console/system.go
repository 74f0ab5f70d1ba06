package console

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"sekisho"
	"sekisho/incident"
	"sekisho/ledger"
	"sekisho/wire"
)

// Ledger is the ledger as it stands.
type Ledger struct {
	Streams    []Stream `json:"streams"`
	Entries    uint64   `json:"entries"`
	Checkpoint string   `json:"checkpoint" doc:"signed note"`
	Key        string   `json:"key" doc:"that verifies it"`
	Failure    string   `json:"failure,omitempty"`
}

// Stream is what one component did.
type Stream struct {
	Name   string `json:"name"`
	First  uint64 `json:"first" doc:"entries before are pruned"`
	Sealed uint64 `json:"sealed"`
	Size   uint64 `json:"size"`
	Root   string `json:"root"`
}

// Verification is how far a verification of the ledger is.
type Verification struct {
	Token    string `json:"token"`
	Done     uint64 `json:"done"`
	Total    uint64 `json:"total"`
	Finished bool   `json:"finished"`
	Report   any    `json:"report" doc:"as package ledger/book writes it"`
}

// VerificationNext begins a verification, or goes on with one.
type VerificationNext struct {
	Token string `json:"token,omitempty" maxLength:"20" pattern:"^[0-9]*$"`
}

// LedgerEntry is one line of the ledger: numbers only.
type LedgerEntry struct {
	Stream   string    `json:"stream"`
	Number   uint64    `json:"number"`
	Time     time.Time `json:"time"`
	Kind     string    `json:"kind"`
	Class    string    `json:"class,omitempty"`
	Contract uint64    `json:"contract,omitempty"`
	Account  uint64    `json:"account,omitempty"`
	Session  string    `json:"session,omitempty"`
	Object   string    `json:"object,omitempty"`
	Count    uint32    `json:"count"`
	Denied   bool      `json:"denied"`
}

// Incident is an incident's record, with how far its scope reaches in numbers.
type Incident struct {
	ID     uint64 `json:"id"`
	Record any    `json:"record" doc:"as package incident writes it"`
}

// Inquiry is what somebody asked the desk: whether he is concerned by an incident.
type Inquiry struct {
	ID     uint64    `json:"id"`
	At     time.Time `json:"at"`
	Domain string    `json:"domain"`
	Name   string    `json:"name"`
	Reply  string    `json:"reply" doc:"where to answer"`
}

// Manifest is a computed scope as it was kept.
type Manifest struct {
	Incident uint64 `json:"incident"`
	Number   uint64 `json:"number"`
	Manifest string `json:"manifest" doc:"base64"`
}

func (p *person) ledger(ctx context.Context, q wire.HandLedger) (wire.LedgerAnswer, error) {
	q.Hand = p.hand()
	return wire.VaultHandLedger.Ask(ctx, p.x.peers.Vault, q)
}

func systemRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/ledger", id: "getLedger", tag: "system", summary: "The ledger as it stands", right: sekisho.ViewSystem},
		func(ctx context.Context, p *person, _ *struct{}) (*one[Ledger], error) {
			got, err := p.ledger(ctx, wire.HandLedger{Streams: true})
			out := Ledger{Streams: []Stream{}, Checkpoint: string(got.Streams.Checkpoint), Key: got.Streams.Key, Failure: got.Streams.Failure}
			for _, s := range got.Streams.List {
				out.Entries += s.Size
				out.Streams = append(out.Streams, Stream{s.Name, s.First, s.Sealed, s.Size, base64.StdEncoding.EncodeToString(s.Root)})
			}
			return &one[Ledger]{Body: out}, err
		})
	route(a, act{method: http.MethodGet, path: "/ledger/entries", id: "listEntries", tag: "system", summary: "The newest entries, or those of a stream", right: sekisho.ViewSystem},
		func(ctx context.Context, p *person, in *struct {
			Stream string `query:"stream" maxLength:"40"`
			From   uint64 `query:"from"`
			Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		}) (*listed[LedgerEntry], error) {
			got, err := p.ledger(ctx, wire.HandLedger{Tail: &wire.Tail{Stream: in.Stream, From: in.From, Most: in.Limit, Last: in.From == 0}})
			if err != nil {
				return nil, err
			}
			return entriesOf(got.Entries)
		})
	route(a, act{method: http.MethodPost, path: "/ledger/verify", id: "verifyLedger", tag: "system", summary: "Verify the whole ledger, step by step", right: sekisho.ViewSystem},
		func(ctx context.Context, p *person, in *struct{ Body VerificationNext }) (*one[Verification], error) {
			var token uint64
			if in.Body.Token != "" {
				n, ok := parseID(in.Body.Token)
				if !ok {
					return nil, invalid("/token", "no token")
				}
				token = n
			}
			got, err := p.ledger(ctx, wire.HandLedger{Verify: &wire.Verify{Token: token}})
			v := got.Verify
			return &one[Verification]{Body: Verification{number(v.Token), v.Done, v.Total, v.Finished, rowOf(v.Report)}}, err
		})
	route(a, act{method: http.MethodGet, path: "/inquiries", id: "listInquiries", tag: "system", summary: "What people asked the desk", right: sekisho.ViewSystem},
		func(ctx context.Context, p *person, in *Window) (*listed[Inquiry], error) {
			got, err := wire.StoreInquiries.Ask(ctx, p.x.peers.Store, wire.PageQuery{Pass: p.ticket.Pass, After: in.After, Most: in.Limit})
			return listOf(wire.Page{Total: got.Total, Next: got.Next}, got.List, func(x wire.InquiryRow) Inquiry { return Inquiry{x.ID, x.At, x.Domain, x.Name, x.Reply} }), err
		})
	route(a, act{method: http.MethodGet, path: "/incidents", id: "listIncidents", tag: "system", summary: "Incidents", right: sekisho.ViewSystem},
		func(ctx context.Context, p *person, _ *struct{}) (*listed[Incident], error) {
			rows, err := p.incidents(ctx, wire.IncidentChange{Do: "list"})
			return &listed[Incident]{Body: list[Incident]{Items: rows, Total: uint64(len(rows))}}, err
		})
	route(a, act{method: http.MethodGet, path: "/incidents/{id}", id: "getIncident", tag: "system", summary: "One incident", right: sekisho.ViewSystem},
		func(ctx context.Context, p *person, in *struct {
			ID uint64 `path:"id" minimum:"1" maximum:"9007199254740991"`
		}) (*one[Incident], error) {
			rows, err := p.incidents(ctx, wire.IncidentChange{Do: "get", ID: in.ID})
			if err != nil || len(rows) == 0 {
				return nil, err
			}
			return &one[Incident]{Body: rows[0]}, nil
		})
	route(a, act{method: http.MethodGet, path: "/incidents/{id}/scopes/{number}", id: "getScope", tag: "system", summary: "A computed scope's manifest", right: sekisho.ViewSystem},
		func(ctx context.Context, p *person, in *struct {
			ID     uint64 `path:"id" minimum:"1" maximum:"9007199254740991"`
			Number uint64 `path:"number" minimum:"1" maximum:"1000000"`
		}) (*one[Manifest], error) {
			got, err := wire.StoreCase.Ask(ctx, p.x.peers.Store, wire.CaseQuery{Pass: p.ticket.Pass, Change: wire.IncidentChange{Do: "manifest", ID: in.ID, Number: in.Number}})
			return &one[Manifest]{Body: Manifest{in.ID, in.Number, base64.StdEncoding.EncodeToString(got.Manifest)}}, err
		})
}

func (p *person) incidents(ctx context.Context, q wire.IncidentChange) ([]Incident, error) {
	got, err := wire.StoreCase.Ask(ctx, p.x.peers.Store, wire.CaseQuery{Pass: p.ticket.Pass, Change: q})
	out := []Incident{}
	for _, r := range got.List {
		var record incident.Record
		if err := json.Unmarshal(r.Record, &record); err != nil {
			return nil, sekisho.E("console.incident", sekisho.Corrupt, err)
		}
		record.Number = r.ID
		out = append(out, Incident{ID: r.ID, Record: record})
	}
	return out, err
}

func entriesOf(got wire.Entries) (*listed[LedgerEntry], error) {
	out := &listed[LedgerEntry]{Body: list[LedgerEntry]{Items: []LedgerEntry{}, Total: got.Size}}
	for i, place := range got.Places {
		if len(got.Rows) < (i+1)*ledger.RowLen {
			break
		}
		e, err := ledger.ParseRow(got.Rows[i*ledger.RowLen : (i+1)*ledger.RowLen])
		if err != nil {
			return nil, sekisho.E("console.ledger", sekisho.Corrupt, err)
		}
		x := LedgerEntry{Stream: ledger.Stream{Node: place.Node, Role: place.Role, Cell: place.Cell}.String(), Number: place.Number,
			Time: time.UnixMilli(int64(e.Time)).UTC(), Kind: e.Kind.String(), Contract: uint64(e.Contract), Account: uint64(e.Account), Count: e.Count,
			Denied: e.Flags&ledger.FlagDenied != 0}
		if e.Kind != ledger.Start && e.Kind != ledger.Scoped { // those carry a digest in these places
			x.Session, x.Object = number(uint64(e.Session)), number(e.Object)
		}
		if e.Class != sekisho.NoClass {
			x.Class = e.Class.String()
		}
		out.Body.Items = append(out.Body.Items, x)
	}
	return out, nil
}
