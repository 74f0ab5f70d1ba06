package gate

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"sekisho/mail/dkim"
	"sekisho/mail/dmarc"
	"sekisho/mail/zone"
	"sekisho/policy"
	"sekisho/wire"
)

// What mails of other domains looked like here is counted for the reports that those domains ask for (RFC 9990). The counts of a moment are
// in memory, and lost when the process ends without warning: they are statistics, and no mail waits for them.

// How often counts go to store, and how many different ones are kept until then.
const (
	observeTime  = 20 * time.Second
	mostObserved = 20_000
)

// observer counts until it is emptied.
type observer struct {
	mu    sync.Mutex // guards what follows
	count map[sight]uint64
}

type sight struct {
	day    int64
	domain string
	detail string
}

// observe counts a mail that was judged, when its author's domain asks for reports. Of several recipients the first tells what was done.
func (in *intake) observe(outcomes []outcome) {
	a := &in.auth
	if !in.gate.config.Report || in.envelope.Contract != 0 || a.Published == nil || len(outcomes) == 0 {
		return
	}
	if a.DMARC != dmarc.Pass && a.DMARC != dmarc.Fail {
		return // what could not be asked says nothing
	}
	o := dmarc.Observation{Published: *a.Published, Source: in.envelope.Client, From: a.FromDomain, DKIM: word(a.DKIMAligned), SPF: word(a.SPFAligned)}
	if host, ok := zone.Host(in.envelope.From[strings.LastIndexByte(in.envelope.From, '@')+1:]); ok {
		o.Envelope = host
	}
	o.Disposition, o.Override = in.disposed(&outcomes[0])
	for _, s := range a.Signatures[:min(len(a.Signatures), dkim.MostSignatures)] {
		if selector, ok := zone.Host(s.Selector); ok && s.Domain != "" {
			o.Signatures = append(o.Signatures, dmarc.Verdict{Domain: s.Domain, Selector: selector, Result: s.Result})
		}
	}
	if host, ok := zone.Host(a.SPFDomain); ok {
		o.Return = dmarc.Verdict{Domain: host, Result: a.SPF}
	}
	detail, err := json.Marshal(o)
	if err != nil || len(detail) > wire.MostDetail {
		return
	}
	in.gate.observer.add(sight{in.envelope.At.UTC().Truncate(24 * time.Hour).Unix(), a.Published.Domain, string(detail)})
}

func word(aligned bool) string {
	if aligned {
		return "pass"
	}
	return "fail"
}

// disposed says what was done to a mail because of DMARC, and why that is not what its domain asks for.
func (in *intake) disposed(o *outcome) (disposition, override string) {
	if in.auth.DMARC == dmarc.Pass {
		return "pass", ""
	}
	switch o.decision.Action {
	case policy.Reject:
		disposition = "reject"
	case policy.Quarantine:
		disposition = "quarantine"
	default:
		disposition = "none"
		if o.decision.Junk {
			disposition = "quarantine"
		}
	}
	switch {
	case disposition == in.auth.Policy && !in.auth.Published.Test:
		return disposition, ""
	case disposition == in.auth.Policy:
		return disposition, "policy_test_mode"
	case in.vouched != "" && disposition == "none":
		return disposition, "trusted_forwarder"
	}
	return disposition, "local_policy"
}

func (o *observer) add(s sight) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.count == nil {
		o.count = map[sight]uint64{}
	}
	if _, known := o.count[s]; known || len(o.count) < mostObserved {
		o.count[s]++
	}
}

// take empties the observer.
func (o *observer) take() (list []wire.Seen) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for s, n := range o.count {
		list = append(list, wire.Seen{ReportKey: wire.ReportKey{Kind: wire.ReportDMARC, Day: time.Unix(s.day, 0).UTC(), Domain: s.domain}, Observed: wire.Observed{Detail: []byte(s.detail), Count: n}})
	}
	o.count = nil
	return list
}

// Observed hands what was counted to store.
func (g *Gate) Observed(ctx context.Context) {
	const most = 500
	for list := g.observer.take(); len(list) > 0; {
		n := min(len(list), most)
		if _, err := wire.StoreObserve.Ask(ctx, g.peers.Store, wire.Observe{List: list[:n]}); err != nil {
			g.config.Log.Warn("counts for reports about other domains are lost", "count", n, "error", err)
		}
		list = list[n:]
	}
}

// observing hands counts over from time to time, until ctx is done, and once more then.
func (g *Gate) observing(ctx context.Context) {
	for t := time.NewTicker(observeTime); ; {
		select {
		case <-t.C:
			g.Observed(ctx)
		case <-ctx.Done():
			t.Stop()
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			g.Observed(ctx)
			return
		}
	}
}
