// Package feed keeps the installation's lists of bad hosts in the memory of roles that ask about hosts, and fetches from store what has
// changed.
package feed

import (
	"context"
	"sync"
	"time"

	"sekisho/mail/hostlist"
	"sekisho/wire"
)

// Lists keeps the lists in memory, and asks for what has changed.
type Lists struct {
	store *wire.Peer

	mu      sync.Mutex // guards what follows
	version uint64
	read    time.Time
	list    []loaded
}

type loaded struct {
	name string
	set  hostlist.Set
}

// listedLife is how long a list counts after it was replaced.
const listedLife = 30 * time.Second

// New asks nothing yet.
func New(store *wire.Peer) *Lists { return &Lists{store: store} }

// On gives the name of the first list that has a host, or that very path and query of it; "" when none has. When store cannot be asked, the
// lists that are known count.
func (l *Lists) On(ctx context.Context, now time.Time, host, path string) (string, error) {
	list, err := l.current(ctx, now)
	for _, x := range list {
		if x.set.Has(host, path) {
			return x.name, nil
		}
	}
	return "", err
}

func (l *Lists) current(ctx context.Context, now time.Time) ([]loaded, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if age := now.Sub(l.read); age >= 0 && age < listedLife {
		return l.list, nil
	}
	got, err := wire.StoreFeeds.Ask(ctx, l.store, wire.FeedQuery{Have: l.version})
	if err != nil {
		return l.list, err
	}
	l.read = now
	if got.Version == l.version {
		return l.list, nil
	}
	next := make([]loaded, 0, len(got.List))
	for _, f := range got.List {
		set, err := hostlist.Load(f.Data)
		if err != nil {
			return l.list, err
		}
		next = append(next, loaded{f.Name, set})
	}
	l.list, l.version = next, got.Version
	return l.list, nil
}
