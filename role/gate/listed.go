package gate

import (
	"context"

	"sekisho"
	"sekisho/policy"
	"sekisho/wire"
)

// bylist settles a mail for one recipient as lists of senders want it. People behind one address may say different things of its
// sender: then each group of them is decided about alone, and what goes elsewhere with those who say nothing.
func (in *intake) bylist(ctx context.Context, o outcome) ([]outcome, error) {
	if !o.Listed || o.report.failed {
		return in.settle(ctx, o)
	}
	targets := o.Targets
	q := wire.StanceQuery{Contract: o.contract.ID, Envelope: in.envelope.From}
	if f := o.report.Summary.From; len(f) == 1 { // whose mail is it, with several?
		q.Header = f[0].String()
	}
	for _, t := range targets {
		q.Accounts = append(q.Accounts, t.Account)
	}
	if len(targets) == 0 {
		q.Accounts = []sekisho.AccountID{0}
	}
	got, err := wire.StoreStance.Ask(ctx, in.gate.peers.Store, q)
	if err != nil {
		return nil, err
	}
	groups, order := map[wire.SenderStance][]wire.Target{}, []wire.SenderStance{}
	for i, s := range got.List {
		if s.Stance == "" {
			s.By = ""
		}
		if _, seen := groups[s]; !seen {
			order = append(order, s)
		}
		if groups[s] = append(groups[s], targets[min(i, len(targets)):min(i+1, len(targets))]...); groups[s] == nil {
			groups[s] = []wire.Target{}
		}
	}
	var out []outcome
	rest := o.Outside
	for _, s := range order {
		x := o
		x.Targets, x.Outside = groups[s], rest
		rest = nil
		facts := o.facts
		facts.Listing = policy.Listing{Stance: policy.Stance(s.Stance), By: s.By}
		x.decision = policy.Decide(o.contract.policy, facts)
		more, err := in.settle(ctx, x)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}
