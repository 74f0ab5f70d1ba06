package gate

import (
	"context"

	"sekisho/policy"
	"sekisho/wire"
)

// view is how the people behind an address see a mail: what a list says of its sender, and what they have taught.
type view struct {
	stance wire.SenderStance
	points float64
}

// bylist settles a mail for one recipient as lists of senders and what was learned want it. People behind one address may say
// different things of it: then each group of them is decided about alone, and what goes elsewhere with the first.
func (in *intake) bylist(ctx context.Context, o outcome, sent policy.Decision) ([]outcome, error) {
	if o.report.failed || !o.Listed && o.Learned == 0 {
		o.decision = o.decision.With(sent)
		return in.settle(ctx, o)
	}
	stances, err := in.stances(ctx, &o)
	if err != nil {
		return nil, err
	}
	groups, order := map[view][]wire.Target{}, []view{}
	add := func(v view, targets ...wire.Target) {
		if _, seen := groups[v]; !seen {
			order = append(order, v)
		}
		groups[v] = append(groups[v], targets...)
	}
	for i, t := range o.Targets {
		points, err := in.shift(ctx, &o, t)
		if err != nil {
			return nil, err
		}
		add(view{stances[i], points}, t)
	}
	if len(o.Targets) == 0 {
		points, err := in.shift(ctx, &o, wire.Target{})
		if err != nil {
			return nil, err
		}
		add(view{stances[0], points})
	}
	var out []outcome
	rest := o.Outside
	for _, v := range order {
		x := o
		x.Targets, x.Outside = groups[v], rest
		rest = nil
		x.learn(v.points, policy.Listing{Stance: policy.Stance(v.stance.Stance), By: v.stance.By})
		x.decision = x.decision.With(sent)
		more, err := in.settle(ctx, x)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// stances asks what lists say of the sender, for each of the targets in order; for none, what the contract's list says.
func (in *intake) stances(ctx context.Context, o *outcome) ([]wire.SenderStance, error) {
	out := make([]wire.SenderStance, max(len(o.Targets), 1))
	if !o.Listed {
		return out, nil
	}
	q := wire.StanceQuery{Contract: o.contract.ID, Envelope: in.envelope.From}
	if f := o.report.Summary.From; len(f) == 1 { // whose mail is it, with several?
		q.Header = f[0].String()
	}
	for _, t := range o.Targets {
		q.Accounts = append(q.Accounts, t.Account)
	}
	if len(o.Targets) == 0 {
		q.Accounts = append(q.Accounts, 0)
	}
	got, err := wire.StoreStance.Ask(ctx, in.gate.peers.Store, q)
	if err != nil {
		return nil, err
	}
	for i := range out[:min(len(out), len(got.List))] {
		if out[i] = got.List[i]; out[i].Stance == "" {
			out[i].By = ""
		}
	}
	return out, nil
}
