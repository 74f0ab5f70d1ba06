package console

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Token is an access token for programs, without its secret.
type Token struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Scopes   []string   `json:"scopes"`
	Networks []string   `json:"networks"`
	Made     time.Time  `json:"made"`
	Expires  time.Time  `json:"expires"`
	Used     *time.Time `json:"used,omitempty"`
}

// TokenNew makes an access token.
type TokenNew struct {
	Name     string    `json:"name" minLength:"1" maxLength:"100"`
	Scopes   []string  `json:"scopes" minItems:"1" maxItems:"40" doc:"rights as in /me"`
	Networks []string  `json:"networks,omitempty" maxItems:"20" doc:"CIDR; empty: from anywhere"`
	Expires  time.Time `json:"expires" doc:"a year ahead at most"`
}

// TokenMade is a token with its secret, which is shown once.
type TokenMade struct {
	Token
	Secret string `json:"secret"`
}

// Tokens are the asker's own.
type Tokens struct {
	Items []Token `json:"items"`
}

func tokenOf(t wire.AccessToken) Token {
	out := Token{ID: number(t.ID), Name: t.Name, Scopes: some(t.Scopes), Networks: some(t.Networks), Made: t.Made, Expires: t.Expires}
	if !t.Used.IsZero() {
		out.Used = &t.Used
	}
	return out
}

// longestToken is how long a token lives at most.
const longestToken = 366 * 24 * time.Hour

func tokenRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/tokens", id: "listTokens", tag: "token", summary: "The asker's access tokens", right: sekisho.ManageToken},
		func(ctx context.Context, p *person, _ *struct{}) (*one[Tokens], error) {
			got, err := p.token(ctx, wire.TokenChange{Do: "list"})
			out := Tokens{Items: []Token{}}
			for _, t := range got.List {
				out.Items = append(out.Items, tokenOf(t))
			}
			return &one[Tokens]{Body: out}, err
		})
	route(a, act{method: http.MethodPost, path: "/tokens", id: "addToken", tag: "token", summary: "Make an access token; its secret is shown once", right: sekisho.ManageToken, fresh: true, status: 201},
		func(ctx context.Context, p *person, in *struct{ Body TokenNew }) (*one[TokenMade], error) {
			q := in.Body
			if err := p.mayMake(q); err != nil {
				return nil, err
			}
			got, err := p.token(ctx, wire.TokenChange{Do: "make", Name: q.Name, Scopes: q.Scopes, Networks: q.Networks, Expires: q.Expires})
			if err != nil || len(got.List) == 0 {
				return nil, err
			}
			return &one[TokenMade]{Body: TokenMade{tokenOf(got.List[0]), got.Secret}, Location: "/api/v1/tokens/" + number(got.List[0].ID)}, nil
		})
	route(a, act{method: http.MethodDelete, path: "/tokens/{id}", id: "removeToken", tag: "token", summary: "Revoke an access token", right: sekisho.ManageToken, status: 204},
		func(ctx context.Context, p *person, in *struct {
			ID string `path:"id" maxLength:"20" pattern:"^[0-9]+$"`
		}) (*none, error) {
			id, ok := parseID(in.ID)
			if !ok || id == 0 {
				return nil, problem{Status: 404, slug: "not-found"}
			}
			_, err := p.token(ctx, wire.TokenChange{Do: "revoke", ID: id})
			return &none{}, err
		})
}

// mayMake refuses a token that could do more than its maker, and one without an end. Vault checks a token's maker too.
func (p *person) mayMake(q TokenNew) error {
	for i, s := range q.Scopes {
		r := sekisho.Right(s)
		if !p.scoped(r) || !sekisho.May(p.me.Duty, r) && !(p.me.Duty == "operator" && sekisho.May("contract-admin", r)) {
			return invalid("/scopes/"+number(uint64(i)), "you do not have this right yourself")
		}
	}
	if p.program() && slices.Contains(q.Scopes, string(sekisho.ManageToken)) {
		return invalid("/scopes", "a token does not make tokens that make tokens")
	}
	for i, n := range q.Networks {
		if _, err := netip.ParsePrefix(n); err != nil {
			return invalid("/networks/"+number(uint64(i)), "write a network such as 192.0.2.0/24")
		}
	}
	now := p.x.config.Clock()
	if !q.Expires.After(now) || q.Expires.Sub(now) > longestToken {
		return invalid("/expires", "a time from now on, a year ahead at most")
	}
	return nil
}

func (p *person) token(ctx context.Context, q wire.TokenChange) (wire.Tokens, error) {
	q.Hand = p.hand()
	return wire.VaultToken.Ask(ctx, p.x.peers.Vault, q)
}
