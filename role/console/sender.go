package console

import (
	"context"
	"net/http"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Sender is a line of the list that holds for everybody of a contract.
type Sender struct {
	Address string    `json:"address" doc:"or \"@domain\""`
	Stance  string    `json:"stance" enum:"allow,block"`
	At      time.Time `json:"at"`
}

// SenderSet is what such a line says.
type SenderSet struct {
	Stance string `json:"stance" enum:"allow,block" doc:"allow: not as spam, when the mail is proven to come from there; block: into Junk"`
}

// OfSender is the part of the path that names a sender.
type OfSender struct {
	OfContract
	Address string `path:"address" maxLength:"320" doc:"or \"@domain\""`
}

func senderRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/senders", id: "listSenders", tag: "sender", summary: "Senders that are allowed or blocked for everybody", right: sekisho.ViewPolicy},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
		}) (*listed[Sender], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "sender", Contract: in.id(), Match: in.Search, After: in.After, Most: in.Limit})
			return listOf(page, page.Senders, func(x wire.Sender) Sender { return Sender{x.Address, x.Stance, x.At} }), err
		})
	route(a, act{method: http.MethodPut, path: "/contracts/{contract}/senders/{address}", id: "setSender", tag: "sender", summary: "Allow or block a sender for everybody", right: sekisho.ChangePolicy, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfSender
			Body SenderSet
		}) (*one[Sender], error) {
			_, err := p.Amend(ctx, wire.Admin{Sender: &wire.AdminSender{Do: "add", Contract: in.id(), Address: in.Address, Stance: in.Body.Stance}})
			return &one[Sender]{Body: Sender{in.Address, in.Body.Stance, p.x.config.Clock().UTC()}}, err
		})
	route(a, act{method: http.MethodDelete, path: "/contracts/{contract}/senders/{address}", id: "removeSender", tag: "sender", summary: "Take a sender off the list", right: sekisho.ChangePolicy, fresh: true, status: 204},
		func(ctx context.Context, p *person, in *OfSender) (*none, error) {
			_, err := p.Amend(ctx, wire.Admin{Sender: &wire.AdminSender{Do: "remove", Contract: in.id(), Address: in.Address}})
			return &none{}, err
		})
}
