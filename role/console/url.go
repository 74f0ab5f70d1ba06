package console

import (
	"context"
	"net/http"
	"time"

	"sekisho"
	"sekisho/office"
	"sekisho/wire"
)

// Links is what a contract says about links in mail to its people.
type Links struct {
	Allow  []string `json:"allow" doc:"hosts to which links stay as they are, with what is below them"`
	Block  []string `json:"block" doc:"hosts that nobody can go on to"`
	Direct bool     `json:"direct" doc:"links to allowed hosts, in mail from before they were allowed, open at once"`
}

// LinksSet changes it.
type LinksSet struct {
	Do    string   `json:"do" enum:"allow,block,remove,direct,ask"`
	Hosts []string `json:"hosts,omitempty" maxItems:"1000" doc:"allow, block, remove: host names, without https:// and path"`
}

// Clicks is how often links to a domain were clicked, with one result. Whose clicks they were is kept nowhere.
type Clicks struct {
	Site   string    `json:"site"`
	Result string    `json:"result" doc:"shown, direct, blocked, expired, reported"`
	Count  uint64    `json:"count"`
	Last   time.Time `json:"last"`
}

func linksOf(p *wire.URLPolicy) Links {
	if p == nil {
		p = &wire.URLPolicy{}
	}
	return Links{some(p.Allow), some(p.Block), p.Direct}
}

func urlRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/links", id: "getLinks", tag: "link", summary: "Hosts that links in mail may lead to, or not", right: sekisho.ViewPolicy},
		func(ctx context.Context, p *person, in *OfContract) (*one[Links], error) {
			k, err := p.contract(ctx, in.id())
			return &one[Links]{ETag: contractTag(k), Body: linksOf(k.URLs)}, err
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/links", id: "setLinks", tag: "link", summary: "Allow or block hosts, or take them off the lists", right: sekisho.ChangePolicy, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body LinksSet
		}) (*one[Links], error) {
			k, err := p.contract(ctx, in.id())
			if err != nil {
				return nil, err
			}
			next, err := office.URLs(k.URLs, in.Body.Do, in.Body.Hosts)
			if err != nil {
				return nil, err
			}
			set := wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: in.id(), URLs: next}}
			if _, err := p.amend(ctx, contractTag(k), wire.Admin{Contract: &set}); err != nil {
				return nil, err
			}
			return &one[Links]{Body: linksOf(next)}, nil
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/clicks", id: "listClicks", tag: "link", summary: "How often links in mail were clicked, by domain", right: sekisho.ViewStatistics},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
			Days int `query:"days" minimum:"1" maximum:"92" default:"7"`
		}) (*listed[Clicks], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "click", Contract: in.id(), Match: in.Search, Most: in.Limit, From: p.x.config.Clock().AddDate(0, 0, -in.Days)})
			return listOf(page, page.Clicks, func(x wire.URLCount) Clicks { return Clicks{x.Site, x.Result, x.Count, x.Last} }), err
		})
}
