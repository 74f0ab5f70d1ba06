package gate

import (
	"context"
	"fmt"
	"sync"
	"time"

	"sekisho"
	"sekisho/mail/zone"
	"sekisho/wire"
)

// resolver asks dial, for sender authentication, and remembers answers for a moment: mails of one sender come in bursts.
type resolver struct {
	dial  *wire.Peer
	clock func() time.Time

	mu    sync.Mutex // guards what follows
	known map[question]remembered
}

type question struct{ kind, name string }

type remembered struct {
	records zone.Records
	until   time.Time
}

// lookupTime is how long sender authentication waits for one answer; memory is how long an answer is kept beside what
// dial itself keeps, and mostRemembered how many.
const (
	lookupTime     = 10 * time.Second
	memory         = 5 * time.Second
	mostRemembered = 10_000
)

func newResolver(dial *wire.Peer, clock func() time.Time) *resolver {
	return &resolver{dial: dial, clock: clock, known: map[question]remembered{}}
}

// Lookup answers a question of DNS. Failures are not remembered.
func (r *resolver) Lookup(ctx context.Context, kind, name string) (zone.Records, error) {
	q, now := question{kind, name}, r.clock()
	r.mu.Lock()
	a, ok := r.known[q]
	r.mu.Unlock()
	if ok && now.Before(a.until) {
		return a.records, nil
	}
	got, err := r.ask(ctx, q)
	if err != nil {
		return got, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= mostRemembered {
		clear(r.known)
	}
	r.known[q] = remembered{got, now.Add(memory)}
	return got, nil
}

func (r *resolver) ask(ctx context.Context, q question) (zone.Records, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	got, err := wire.DialLookup.Ask(ctx, r.dial, wire.Lookup{Type: q.kind, Name: q.name})
	if err != nil {
		if sekisho.KindOf(err) == sekisho.Invalid {
			return zone.Records{}, err
		}
		return zone.Records{}, fmt.Errorf("%w: %w", zone.ErrTemporary, err)
	}
	out := zone.Records{Void: got.Void, TXT: got.TXT, IP: got.IP, Names: got.Names, Secure: got.Secure}
	for _, m := range got.MX {
		out.MX = append(out.MX, zone.MX(m))
	}
	return out, nil
}
