package console

import (
	"context"
	"net/http"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Statistic is numbers of mails by time, in columns as charts want them: times in seconds since 1970, and one number of each
// series for each time.
type Statistic struct {
	Times  []int64             `json:"times"`
	Series map[string][]uint64 `json:"series" doc:"fate/..., direction/..., kind/..., milliseconds (of inspection)"`
	Sums   map[string]uint64   `json:"sums"`
	Step   int64               `json:"step" doc:"seconds"`
	Part   bool                `json:"part" doc:"there was too much mail to count all of it: the newest was"`
}

// Overview is a contract at a glance.
type Overview struct {
	Flow       Statistic `json:"flow" doc:"the last hour, by minute"`
	Day        Statistic `json:"day" doc:"the last day, by hour"`
	Quarantine uint64    `json:"quarantine"`
	Holds      uint64    `json:"holds"`
	Newest     []Trace   `json:"newest"`
}

func statisticOf(c wire.Counts, step time.Duration) Statistic {
	out := Statistic{Times: []int64{}, Series: map[string][]uint64{}, Sums: map[string]uint64{}, Step: int64(step / time.Second), Part: c.Part}
	for _, t := range c.Starts {
		out.Times = append(out.Times, t.Unix())
	}
	for _, s := range c.Series {
		out.Series[s.Name] = s.Values
		for _, n := range s.Values {
			out.Sums[s.Name] += n
		}
	}
	return out
}

// steps are how finely it is counted, and how far back when nothing is said.
var steps = map[string]struct{ step, back time.Duration }{
	"minute": {time.Minute, time.Hour}, "hour": {time.Hour, 24 * time.Hour}, "day": {24 * time.Hour, 30 * 24 * time.Hour},
}

func (p *person) count(ctx context.Context, c sekisho.ContractID, step string, s Span) (Statistic, error) {
	by := steps[step]
	if s.To.IsZero() {
		s.To = p.x.config.Clock().UTC()
	}
	if s.From.IsZero() {
		s.From = s.To.Add(-by.back)
	}
	got, err := wire.StoreCount.Ask(ctx, p.x.peers.Store, wire.CountQuery{Pass: p.ticket.Pass, Contract: c, From: s.From, To: s.To, Step: by.step})
	return statisticOf(got, by.step), err
}

func statisticRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/statistics", id: "getStatistics", tag: "statistic", summary: "Numbers of mails by time", right: sekisho.ViewStatistics},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Span
			Step string `query:"step" enum:"minute,hour,day" default:"hour"`
		}) (*one[Statistic], error) {
			s, err := p.count(ctx, in.id(), in.Step, in.Span)
			return &one[Statistic]{Body: s}, err
		})
	route(a, act{method: http.MethodGet, path: "/statistics", id: "getAllStatistics", tag: "statistic", summary: "Numbers of mails of all contracts", right: sekisho.ViewStatistics},
		func(ctx context.Context, p *person, in *struct {
			Span
			Step string `query:"step" enum:"minute,hour,day" default:"hour"`
		}) (*one[Statistic], error) {
			s, err := p.count(ctx, 0, in.Step, in.Span)
			return &one[Statistic]{Body: s}, err
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/overview", id: "getOverview", tag: "statistic", summary: "A contract at a glance", right: sekisho.ViewTrace},
		func(ctx context.Context, p *person, in *OfContract) (*one[Overview], error) {
			return p.overview(ctx, in.id())
		})
}

func (p *person) overview(ctx context.Context, c sekisho.ContractID) (*one[Overview], error) {
	var out Overview
	page, err := p.page(ctx, wire.PageQuery{What: "trace", Contract: c, Most: 20})
	if err != nil {
		return nil, err
	}
	out.Newest = listOf(page, page.Traces, traceOf).Body.Items
	if out.Flow, err = p.count(ctx, c, "minute", Span{}); err != nil {
		return nil, err
	}
	if out.Day, err = p.count(ctx, c, "hour", Span{}); err != nil {
		return nil, err
	}
	for what, to := range map[string]*uint64{"quarantine": &out.Quarantine, "hold": &out.Holds} {
		page, err := p.page(ctx, wire.PageQuery{What: what, Contract: c, Most: 1})
		if err != nil {
			return nil, err
		}
		*to = page.Total
	}
	return &one[Overview]{Body: out}, nil
}
