package admin

import (
	"context"
	"fmt"

	"sekisho/insider"
	"sekisho/wire"
)

// InsiderQuery asks what is unusual about the people of a contract.
type InsiderQuery struct {
	Contract string `json:"contract"` // name, number or domain
	Days     int    `json:"days,omitempty"`
}

// Insider is somebody's place in the ranking.
type Insider struct {
	Address   string         `json:"address"`
	Name      string         `json:"name"`
	Score     float64        `json:"score"`
	Parts     []insider.Part `json:"parts"`
	Leaves    string         `json:"leaves,omitempty"`
	Suspended bool           `json:"suspended"`
	Sums      insider.Day    `json:"sums"`
}

// insiders asks for the ranking. The asking is in the ledger, and in the contract's list of accesses, before the answer.
func (c *Admin) insiders(ctx context.Context, who operator, q InsiderQuery) ([]Insider, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return nil, err
	}
	if err := c.inform(ctx, who, "insider", k.ID); err != nil {
		return nil, err
	}
	got, err := wire.StoreInsider.Ask(ctx, c.peers.Store, wire.InsiderQuery{Contract: k.ID, Days: q.Days, Who: fmt.Sprintf("operator's socket, user %d", int64(who)-1)})
	if err != nil {
		return nil, err
	}
	out := []Insider{}
	for _, x := range got.List {
		out = append(out, Insider{x.Address, x.Name, x.Score, x.Parts, x.Leaves, x.Suspended, x.Last})
	}
	return out, nil
}
