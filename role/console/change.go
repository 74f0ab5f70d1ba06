package console

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Change is one change of a contract's directory or settings.
type Change struct {
	ID      uint64    `json:"id"`
	At      time.Time `json:"at"`
	Who     string    `json:"who"`
	Session string    `json:"session" doc:"under which the ledger has it"`
	What    string    `json:"what"`
	Object  string    `json:"object"`
	Do      string    `json:"do"`
	Before  any       `json:"before,omitempty"`
	After   any       `json:"after,omitempty"`
}

func changeOf(c wire.Change) Change {
	return Change{c.ID, c.At, c.Who, number(uint64(c.Session)), c.What, c.Object, c.Do, rowOf(c.Before), rowOf(c.After)}
}

func rowOf(b []byte) any {
	var v any
	if json.Unmarshal(b, &v) != nil {
		return nil
	}
	return v
}

// Span is a time to look at.
type Span struct {
	From time.Time `query:"from" doc:"from then on"`
	To   time.Time `query:"to" doc:"up to, not including, then"`
}

func changeRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/changes", id: "listChanges", tag: "change", summary: "Who changed what", right: sekisho.ViewChange},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
			Span
		}) (*listed[Change], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "change", Contract: in.id(), Match: in.Search, After: in.After, Most: in.Limit, From: in.From, To: in.To})
			return listOf(page, page.Changes, changeOf), err
		})
}
