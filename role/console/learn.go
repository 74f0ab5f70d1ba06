package console

import (
	"context"
	"net/http"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Learned is what an account, or its whole contract, has taught about spam.
type Learned struct {
	Account uint64    `json:"account" doc:"0: what the contract's people have agreed on"`
	Address string    `json:"address"`
	Ham     uint64    `json:"ham" doc:"mails said to be wanted"`
	Spam    uint64    `json:"spam" doc:"mails said to be unwanted"`
	Bytes   uint64    `json:"bytes"`
	Waiting uint64    `json:"waiting" doc:"words about mail that no session has opened yet"`
	At      time.Time `json:"at"`
}

// OfLearned is the part of the path that names a layer.
type OfLearned struct {
	OfContract
	Account uint64 `path:"account" doc:"0: the contract's"`
}

func learnRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/learned", id: "listLearned", tag: "learned", summary: "Who has taught how much about spam", right: sekisho.ViewPolicy},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
		}) (*listed[Learned], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "learned", Contract: in.id(), After: in.After, Most: in.Limit})
			return listOf(page, page.Learned, func(x wire.LearnedBy) Learned {
				return Learned{uint64(x.Account), x.Address, x.Ham, x.Spam, x.Size, x.Unlearned, x.At}
			}), err
		})
	route(a, act{method: http.MethodDelete, path: "/contracts/{contract}/learned/{account}", id: "resetLearned", tag: "learned", summary: "Forget what an account, or the contract, has taught", right: sekisho.ChangePolicy, fresh: true, status: 204},
		func(ctx context.Context, p *person, in *OfLearned) (*none, error) {
			_, err := p.Amend(ctx, wire.Admin{Learned: &wire.AdminLearned{Do: "reset", Contract: in.id(), Account: sekisho.AccountID(in.Account)}})
			return &none{}, err
		})
}
