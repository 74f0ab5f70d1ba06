package console

import (
	"context"
	"net/http"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Grant is an operator's way into a customer's data.
type Grant struct {
	ID       uint64     `json:"id"`
	Contract uint64     `json:"contract"`
	Who      string     `json:"who"`
	Reason   string     `json:"reason"`
	Asked    time.Time  `json:"asked"`
	Minutes  int64      `json:"minutes"`
	State    string     `json:"state"`
	By       string     `json:"by"`
	Decided  *time.Time `json:"decided,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	Setup    bool       `json:"setup" doc:"given by itself: the contract had no administrator"`
}

// GrantNew asks for a grant.
type GrantNew struct {
	Reason  string `json:"reason" minLength:"10" maxLength:"1000" doc:"the customer reads it"`
	Minutes int64  `json:"minutes,omitempty" minimum:"5" maximum:"720" default:"240"`
}

// GrantDecide decides about a grant.
type GrantDecide struct {
	Do string `json:"do" enum:"approve,refuse,end"`
}

// Access is one use of a grant.
type Access struct {
	ID     uint64    `json:"id"`
	Grant  uint64    `json:"grant"`
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	What   string    `json:"what"`
	Object string    `json:"object"`
}

func grantOf(g wire.Grant) Grant {
	out := Grant{ID: g.ID, Contract: uint64(g.Contract), Who: g.Who, Reason: g.Reason, Asked: g.Asked, Minutes: int64(g.For.Minutes()), State: g.State, By: g.By, Setup: g.Setup}
	if !g.Decided.IsZero() {
		out.Decided = &g.Decided
	}
	if !g.Until.IsZero() {
		out.Until = &g.Until
	}
	return out
}

func grantRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/grants", id: "listGrants", tag: "grant", summary: "Operators' ways into the contract's data", right: sekisho.ViewAccess},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
		}) (*listed[Grant], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "grant", Contract: in.id(), After: in.After, Most: in.Limit})
			return listOf(page, page.Grants, grantOf), err
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/grants", id: "askGrant", tag: "grant", summary: "Ask for a way into a customer's data", right: sekisho.AskGrant, fresh: true, status: 201},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body GrantNew
		}) (*one[Grant], error) {
			return p.grant(ctx, wire.GrantChange{Do: "ask", Contract: in.id(), Reason: in.Body.Reason, For: time.Duration(in.Body.Minutes) * time.Minute})
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/grants/{id}/decide", id: "decideGrant", tag: "grant", summary: "Approve, refuse or end a grant", right: sekisho.ApproveGrant, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			ID   uint64 `path:"id" minimum:"1" maximum:"9007199254740991"`
			Body GrantDecide
		}) (*one[Grant], error) {
			return p.grant(ctx, wire.GrantChange{Do: in.Body.Do, Contract: in.id(), ID: in.ID})
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/accesses", id: "listAccesses", tag: "grant", summary: "What operators looked at, and by which grant", right: sekisho.ViewAccess},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
			Span
		}) (*listed[Access], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "access", Contract: in.id(), After: in.After, Most: in.Limit, From: in.From, To: in.To})
			return listOf(page, page.Accesses, func(x wire.Access) Access { return Access{x.ID, x.Grant, x.At, x.Who, x.What, x.Object} }), err
		})
}

func (p *person) grant(ctx context.Context, q wire.GrantChange) (*one[Grant], error) {
	q.Pass = p.ticket.Pass
	g, err := wire.StoreGrant.Ask(ctx, p.x.peers.Store, q)
	return &one[Grant]{Body: grantOf(g)}, err
}
