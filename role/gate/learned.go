package gate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"sekisho"
	"sekisho/learn"
	"sekisho/policy"
	"sekisho/wire"
)

// layers keeps what accounts and contracts have taught about spam, read. What store resolves tells their version, so that none is
// older than the mail: what a person says of one mail counts for the next.
type layers struct {
	store, vault *wire.Peer

	mu    sync.Mutex // guards what follows
	mask  []byte     // under which layers are kept
	known map[layerKey]learned
}

// layerKey names whose layers they are; account 0 is the contract.
type layerKey struct {
	contract sekisho.ContractID
	account  sekisho.AccountID
}

// learned is layers of one version. They are not changed any more.
type learned struct {
	version uint64
	list    []*learn.Layer
}

// mostLayers bounds how many are kept: then all are forgotten. One takes up to 300 KiB.
const mostLayers = 256

func newLayers(store, vault *wire.Peer) *layers {
	return &layers{store: store, vault: vault, known: map[layerKey]learned{}}
}

// of gives the layers of a key, at least as new as version; none for version 0.
func (l *layers) of(ctx context.Context, k layerKey, version uint64) ([]*learn.Layer, error) {
	if version == 0 {
		return nil, nil
	}
	l.mu.Lock()
	x, ok := l.known[k]
	l.mu.Unlock()
	if ok && x.version >= version {
		return x.list, nil
	}
	got, err := wire.StoreLearned.Ask(ctx, l.store, wire.LearnedQuery{Contract: k.contract, Account: k.account})
	if err != nil {
		return nil, err
	}
	x = learned{version: got.Version}
	for _, b := range [][]byte{got.Everybody, got.Contract, got.Account} {
		if y, err := learn.LoadLayer(b); err == nil { // one that cannot be read says nothing
			x.list = append(x.list, y)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.known) >= mostLayers {
		clear(l.known)
	}
	l.known[k] = x
	return x.list, nil
}

// masked gives an opinion as layers know it.
func (l *layers) masked(ctx context.Context, o learn.Opinion) (learn.Opinion, error) {
	l.mu.Lock()
	key := l.mask
	l.mu.Unlock()
	if key == nil {
		got, err := wire.VaultMask.Ask(ctx, l.vault, wire.Nothing{})
		if err != nil {
			return o, err
		}
		key = got.Key
		l.mu.Lock()
		l.mask = key
		l.mu.Unlock()
	}
	return o.Mask(key)
}

// What was learned puts a mail into Junk, where its owner finds it, and no further: whole quarantines are not to be filled by opinions.
// It excuses what the words of a mail said against it, and nothing else: deceit, programs and viruses are not a matter of taste.
const (
	topLearned   = 7.0 // the score to which it raises at most
	mostForgiven = 3.0 // beyond what the words said
)

// shift is by how much the score of a mail to an account is moved, in tenths of a point; account 0: by the contract's layers alone.
func (in *intake) shift(ctx context.Context, o *outcome, t wire.Target) (float64, error) {
	if len(o.report.Opinion.Features) == 0 || o.Learned == 0 {
		return 0, nil
	}
	list, err := in.gate.layers.of(ctx, layerKey{contract: o.contract.ID}, o.Learned)
	if err != nil {
		return 0, err
	}
	own, err := in.gate.layers.of(ctx, layerKey{o.contract.ID, t.Account}, t.Learned)
	if err != nil {
		return 0, err
	}
	if o.report.masked == nil {
		m, err := in.gate.layers.masked(ctx, o.report.Opinion)
		if err != nil {
			return 0, err
		}
		o.report.masked = &m
	}
	words := 0.0
	for _, f := range o.report.Findings {
		if f.Kind == sekisho.KindSpam {
			words += f.Score
		}
	}
	s := o.report.masked.Shift(append(slices.Clip(list), own...)...)
	return math.Floor(10*min(max(s, -max(words, 0)-mostForgiven), max(topLearned-o.report.Score, 0))) / 10, nil
}

// learn has the decision made again with what was learned, which stands in the trace as a finding.
func (o *outcome) learn(points float64, listing policy.Listing) {
	o.facts.Listing = listing
	if points != 0 {
		r := *o.report
		r.Score += points
		r.Findings = append(slices.Clip(r.Findings), sekisho.Finding{Kind: sekisho.KindSpam, Name: "learned", Score: points,
			Evidence: fmt.Sprintf("what people here said of mails like this: %+.1f", points)})
		o.report, o.facts.Findings, o.facts.Score = &r, r.Findings, r.Score
	}
	o.decision = policy.Decide(o.contract.policy, o.facts)
}
