package admin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Learned asks what was taught about spam: in a contract, by one account of it, or by all contracts together.
type Learned struct {
	Contract string `json:"contract,omitempty"` // name, number or domain; "" all contracts together
	Account  string `json:"account,omitempty"`  // address
}

// Layer is what one account, one contract, or all contracts together have taught.
type Layer struct {
	Of      string     `json:"of"` // an address, "contract" or "everybody"
	Ham     uint64     `json:"ham"`
	Spam    uint64     `json:"spam"`
	Bytes   uint64     `json:"bytes"`
	Waiting uint64     `json:"waiting"` // words about mail that no session has opened yet
	At      *time.Time `json:"at,omitempty"`
}

func (c *Admin) learnStatus(ctx context.Context, _ operator, q Learned) ([]Layer, error) {
	l := wire.List{What: "learned", Match: q.Account, Most: 1000}
	if q.Contract != "" {
		k, err := c.contract(ctx, q.Contract)
		if err != nil {
			return nil, err
		}
		l.Contract = k.ID
	}
	got, err := wire.StoreList.Ask(ctx, c.peers.Store, l)
	out := []Layer{}
	for _, x := range got.Learned {
		y := Layer{Of: x.Address, Ham: x.Ham, Spam: x.Spam, Bytes: x.Size, Waiting: x.Unlearned, At: &x.At}
		switch {
		case x.Account == 0 && l.Contract == 0:
			y.Of = "everybody"
		case x.Account == 0:
			y.Of = "contract"
		}
		out = append(out, y)
	}
	return out, err
}

// learnReset has the layer of an account, or that of a contract, forget everything.
func (c *Admin) learnReset(ctx context.Context, _ operator, q Learned) (Layer, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return Layer{}, err
	}
	set, of := wire.AdminLearned{Do: "reset", Contract: k.ID}, "contract"
	if q.Account != "" {
		list, err := wire.StoreList.Ask(ctx, c.peers.Store, wire.List{What: "account", Contract: k.ID, Match: q.Account, Most: 1000})
		if err != nil {
			return Layer{}, err
		}
		for _, a := range list.Accounts {
			if strings.EqualFold(a.Address, q.Account) {
				set.Account, of = a.ID, a.Address
			}
		}
		if set.Account == 0 {
			return Layer{}, sekisho.E("learn", sekisho.NotFound, fmt.Errorf("no account %q in that contract", q.Account))
		}
	}
	_, err = wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Learned: &set})
	return Layer{Of: of}, err
}
