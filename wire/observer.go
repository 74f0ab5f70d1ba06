package wire

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// Observer counts what is to be reported to other domains. The counts of a moment are in memory, and lost when the process ends without
// warning: they are statistics, and no mail waits for them.
type Observer struct {
	store *Peer

	mu    sync.Mutex // guards what follows
	count map[sight]uint64
}

type sight struct {
	kind   string
	day    int64
	domain string
	detail string
}

// How often counts go to store, how many different ones are kept until then, and how many go at once.
const (
	observeTime  = 20 * time.Second
	mostObserved = 20_000
	observeOnce  = 500
)

// NewObserver asks nothing yet.
func NewObserver(store *Peer) *Observer { return &Observer{store: store} }

// Add counts one observation; detail becomes JSON. One that is too long is not counted, nor more different ones than are kept.
func (o *Observer) Add(kind, domain string, at time.Time, detail any) {
	b, err := json.Marshal(detail)
	if err != nil || len(b) > MostDetail {
		return
	}
	s := sight{kind, at.UTC().Truncate(24 * time.Hour).Unix(), domain, string(b)}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.count == nil {
		o.count = map[sight]uint64{}
	}
	if _, known := o.count[s]; known || len(o.count) < mostObserved {
		o.count[s]++
	}
}

func (o *Observer) take() (list []Seen) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for s, n := range o.count {
		list = append(list, Seen{ReportKey{s.kind, time.Unix(s.day, 0).UTC(), s.domain}, Observed{[]byte(s.detail), n}})
	}
	o.count = nil
	return list
}

// Flush hands what was counted to store. What store does not take is lost.
func (o *Observer) Flush(ctx context.Context) error {
	var failed error
	for list := o.take(); len(list) > 0; {
		n := min(len(list), observeOnce)
		_, err := StoreObserve.Ask(ctx, o.store, Observe{List: list[:n]})
		failed, list = errors.Join(failed, err), list[n:]
	}
	return failed
}

// Run flushes from time to time, until ctx is done, and once more then. An error goes to warn.
func (o *Observer) Run(ctx context.Context, warn func(error)) {
	t := time.NewTicker(observeTime)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := o.Flush(last); err != nil {
				warn(err)
			}
			return
		}
		if err := o.Flush(ctx); err != nil {
			warn(err)
		}
	}
}
