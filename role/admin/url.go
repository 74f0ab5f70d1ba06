package admin

import (
	"context"
	"time"

	"sekisho/office"
	"sekisho/wire"
)

// URLSet changes or asks what a contract says about links in mail to its people.
type URLSet struct {
	Contract string   `json:"contract"`     // name, number or domain
	Do       string   `json:"do,omitempty"` // "allow", "block", "remove", "direct", "ask"; "" only asks
	Hosts    []string `json:"hosts,omitempty"`
}

// URLs is what it says.
type URLs struct {
	Allow  []string `json:"allow"`
	Block  []string `json:"block"`
	Direct bool     `json:"direct"` // links to allowed hosts open without the page
}

func (c *Admin) urls(ctx context.Context, who operator, q URLSet) (URLs, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return URLs{}, err
	}
	p := k.URLs
	if q.Do != "" {
		if p, err = office.URLs(k.URLs, q.Do, q.Hosts); err != nil {
			return URLs{}, err
		}
		// The entry first: a change that cannot be entered does not happen.
		if err := c.inform(ctx, who, "policy", k.ID); err != nil {
			return URLs{}, err
		}
		set := wire.Contract{ID: k.ID, Limit: k.Limit, URLs: p}
		if _, err := wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: set}}); err != nil {
			return URLs{}, err
		}
	}
	out := URLs{Allow: []string{}, Block: []string{}}
	if p != nil {
		out = URLs{append(out.Allow, p.Allow...), append(out.Block, p.Block...), p.Direct}
	}
	return out, nil
}

// ClickQuery asks how often links in mail to a contract's people were clicked.
type ClickQuery struct {
	Contract string    `json:"contract"`
	Since    time.Time `json:"since"`
}

// Clicks is how often, for one domain that links led to and one result. Whose clicks they were is kept nowhere.
type Clicks struct {
	Site   string    `json:"site"`
	Result string    `json:"result"` // "shown", "direct", "blocked", "expired", "reported"
	Count  uint64    `json:"count"`
	Last   time.Time `json:"last"` // the day
}

func (c *Admin) clicks(ctx context.Context, _ operator, q ClickQuery) ([]Clicks, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return nil, err
	}
	got, err := wire.StoreURLCount.Ask(ctx, c.peers.Store, wire.URLCountQuery{Contract: k.ID, Since: q.Since})
	out := []Clicks{}
	for _, x := range got.List {
		out = append(out, Clicks{x.Site, x.Result, x.Count, x.Last})
	}
	return out, err
}
