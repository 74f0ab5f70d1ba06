package wire

import (
	"context"
	"sync"
	"time"

	"sekisho/mail/hostlist"
)

// FeedQuery asks for the installation's imported lists of bad hosts and addresses.
type FeedQuery struct {
	Have  uint64 // version that the asker has: then nothing is sent
	Names bool   // without their content
}

// Feeds are the lists. Version is what was asked for when nothing has changed.
type Feeds struct {
	Version uint64
	List    []Feed
}

// Feed is one list, in package hostlist's form.
type Feed struct {
	Name    string
	Entries uint64
	At      time.Time
	Data    []byte
}

// FeedChange puts a list in the place of the one with its name, or removes it.
type FeedChange struct {
	Name   string
	Data   []byte
	Remove bool
}

// FeedLists keeps the lists in memory, and asks for what has changed.
type FeedLists struct {
	store *Peer

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

// NewFeedLists asks nothing yet.
func NewFeedLists(store *Peer) *FeedLists { return &FeedLists{store: store} }

// On gives the name of the first list that has a host, or that very path and query of it; "" when none has. When store cannot be asked, the
// lists that are known count.
func (l *FeedLists) On(ctx context.Context, now time.Time, host, path string) (string, error) {
	list, err := l.current(ctx, now)
	for _, x := range list {
		if x.set.Has(host, path) {
			return x.name, nil
		}
	}
	return "", err
}

func (l *FeedLists) current(ctx context.Context, now time.Time) ([]loaded, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if age := now.Sub(l.read); age >= 0 && age < listedLife {
		return l.list, nil
	}
	got, err := StoreFeeds.Ask(ctx, l.store, FeedQuery{Have: l.version})
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
