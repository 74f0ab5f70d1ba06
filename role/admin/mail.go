package admin

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sekisho"
	"sekisho/office"
	"sekisho/wire"
)

// keptList lists quarantine or hold (Match says which) without opening anything: subjects are sealed.
func (c *Admin) keptList(ctx context.Context, _ operator, q Query) ([]Kept, error) {
	what := q.Match
	q.Match = ""
	if what != "quarantine" && what != "hold" {
		return nil, sekisho.E("kept", sekisho.Invalid, fmt.Errorf("no list %q", what))
	}
	got, err := c.list(ctx, what, q)
	out := []Kept{}
	for _, k := range got.Kept {
		out = append(out, keptOf(k))
	}
	return out, err
}

func keptOf(k wire.Kept) Kept {
	return Kept{ID: k.ID, Contract: k.Contract, Trace: k.Trace.String(), From: k.From, Recipient: k.Recipient, Rule: k.Rule,
		Reason: k.Reason, Arrived: k.Arrived, Until: k.Until, AtEnd: k.AtEnd, Wanted: k.Wanted, Size: k.Size}
}

func (c *Admin) kept(ctx context.Context, kind string, id uint64) (wire.Kept, error) {
	got, err := wire.StoreList.Ask(ctx, c.peers.Store, wire.List{What: kind, ID: id, Most: 1})
	if err != nil {
		return wire.Kept{}, err
	}
	if len(got.Kept) == 0 || got.Kept[0].ID != id {
		return wire.Kept{}, sekisho.E(kind, sekisho.NotFound, fmt.Errorf("no %s item %d", kind, id))
	}
	return got.Kept[0], nil
}

// keptShow opens one kept mail's header class: subject, preview and findings. The opening is entered with who looked.
func (c *Admin) keptShow(ctx context.Context, who operator, q Act) (Kept, error) {
	k, err := c.kept(ctx, q.Kind, q.ID)
	if err != nil {
		return Kept{}, err
	}
	m, err := wire.StoreSpool.Ask(ctx, c.peers.Store, wire.SpoolQuery{Message: k.Message, Want: wire.Want{Summary: true}})
	if err != nil {
		return Kept{}, err
	}
	s, err := office.Summary(ctx, c.hand(who), k, m)
	if err != nil {
		return Kept{}, err
	}
	out := keptOf(k)
	out.Subject, out.Preview = s.Subject, s.Preview
	rows, err := wire.StoreList.Ask(ctx, c.peers.Store, wire.List{What: "trace", ID: uint64(k.Trace), Most: 1})
	if err == nil && len(rows.Traces) > 0 {
		out.Findings = rows.Traces[0].Trace.Findings
	}
	return out, nil
}

// act ends a hold, a quarantine or a queue item. A release gives the data key to the recipient, by vault and with an entry.
func (c *Admin) act(ctx context.Context, who operator, q Act) (wire.Nothing, error) {
	r := wire.Resolution{What: q.What, Kind: q.Kind, ID: q.ID, By: who.String()}
	if q.Kind == "quarantine" && q.What == "release" {
		k, err := c.kept(ctx, q.Kind, q.ID)
		if err != nil {
			return wire.Nothing{}, err
		}
		if r.Box, err = c.rebox(ctx, who, k); err != nil {
			return wire.Nothing{}, err
		}
	}
	return wire.StoreDecide.Ask(ctx, c.peers.Store, r)
}

func (c *Admin) rebox(ctx context.Context, who operator, k wire.Kept) (*wire.Box, error) {
	m, err := wire.StoreSpool.Ask(ctx, c.peers.Store, wire.SpoolQuery{Message: k.Message})
	if err != nil {
		return nil, err
	}
	contract, err := wire.StoreContract.Ask(ctx, c.peers.Store, wire.ContractQuery{Contract: k.Contract})
	if err != nil {
		return nil, err
	}
	return office.Rebox(ctx, c.hand(who), k, m, contract.Spool)
}

// reportDMARC adds up what other receivers report about a contract's domains.
func (c *Admin) reportDMARC(ctx context.Context, _ operator, q Query) (wire.ReportStatistic, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return wire.ReportStatistic{}, err
	}
	return wire.StoreReports.Ask(ctx, c.peers.Store, wire.ReportQuery{Contract: k.ID, Domain: strings.ToLower(q.Match), Since: time.Now().Add(-q.Since)})
}

// reportTLS adds up what senders of mail report about TLS with a contract's servers.
func (c *Admin) reportTLS(ctx context.Context, _ operator, q Query) (wire.TLSStatistic, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return wire.TLSStatistic{}, err
	}
	return wire.StoreTLSReports.Ask(ctx, c.peers.Store, wire.ReportQuery{Contract: k.ID, Domain: strings.ToLower(q.Match), Since: time.Now().Add(-q.Since)})
}

// reportSend has the reports to other domains about a day made now.
func (c *Admin) reportSend(ctx context.Context, _ operator, q wire.ReportOrder) (wire.ReportsOrdered, error) {
	return wire.StoreReportOrder.Ask(ctx, c.peers.Store, q)
}

func (c *Admin) queueList(ctx context.Context, _ operator, q Query) ([]QueueItem, error) {
	got, err := c.list(ctx, "queue", q)
	out := []QueueItem{}
	for _, i := range got.Queue {
		out = append(out, QueueItem{ID: i.ID, Contract: i.Contract, Trace: i.Trace.String(), From: i.Envelope.From, Recipient: i.Recipient,
			State: i.State, Attempts: i.Attempts, Arrived: i.Arrived, Next: i.NotBefore, Last: i.Last, Size: i.Size})
	}
	return out, err
}

func (c *Admin) trace(ctx context.Context, _ operator, q Query) ([]Trace, error) {
	if id, err := strconv.ParseUint(q.Match, 36, 64); err == nil && len(q.Match) >= 8 {
		q.ID, q.Match = id, "" // a reference from an SMTP answer
	}
	got, err := c.list(ctx, "trace", q)
	out := []Trace{}
	for _, r := range got.Traces {
		t := Trace{Trace: r.Trace.ID.String(), Contract: r.Contract, Message: r.Message, At: r.Trace.Envelope.At, Direction: r.Trace.Direction.String(),
			From: r.Trace.Envelope.From, Author: r.Trace.From, Recipient: r.Recipient, Client: r.Trace.Envelope.Client.String(), TLS: r.Trace.Envelope.TLS,
			Fate: r.Fate.String(), Action: r.Action, Rule: r.Rule, Reason: r.Reason, Score: r.Trace.Score, Findings: r.Trace.Findings}
		for _, e := range r.Events {
			t.Events = append(t.Events, Event(e))
		}
		out = append(out, t)
	}
	return out, err
}

// digestSend has people told of what is in quarantine for them.
func (c *Admin) digestSend(ctx context.Context, _ operator, q DigestSend) (DigestSent, error) {
	var id sekisho.ContractID
	if q.Contract != "" {
		k, err := c.contract(ctx, q.Contract)
		if err != nil {
			return DigestSent{}, err
		}
		id = k.ID
	}
	got, err := wire.StoreDigest.Ask(ctx, c.peers.Store, wire.DigestQuery{Contract: id, Now: q.Now})
	return DigestSent(got), err
}
