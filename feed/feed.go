// Package feed keeps the installation's lists of bad hosts, and of domains that must not be imitated, in the memory of roles that ask about
// hosts, and fetches from store what has changed.
package feed

import (
	"context"
	"sync"
	"time"

	"sekisho/mail/hostlist"
	"sekisho/mail/likeness"
	"sekisho/wire"
)

// Lists keeps the lists in memory, and asks for what has changed.
type Lists struct {
	store *wire.Peer
	bad   bool // only lists of bad hosts

	refresh sync.Mutex // held by the one who fetches: the others go on with what they have

	mu      sync.Mutex // guards what follows
	version uint64
	read    time.Time
	list    []loaded
}

type loaded struct {
	name  string
	set   hostlist.Set
	known *likeness.Index // for a list of domains that must not be imitated
}

// listedLife is how long a list counts after it was replaced.
const listedLife = 30 * time.Second

// New asks nothing yet.
func New(store *wire.Peer) *Lists { return &Lists{store: store} }

// NewBad is New for lists of bad hosts only: those of known domains take much memory.
func NewBad(store *wire.Peer) *Lists { return &Lists{store: store, bad: true} }

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

// Like says which domain of a list a host imitates, how (see package likeness), and which list has it; "" for none.
func (l *Lists) Like(ctx context.Context, now time.Time, host string) (of, how, list string, err error) {
	all, err := l.current(ctx, now)
	for _, x := range all {
		if x.known == nil {
			continue
		}
		if of, how = x.known.Like(host); of != "" {
			return of, how, x.name, err
		}
	}
	return "", "", "", err
}

// current gives the lists. Reading a long one takes seconds: meanwhile, who has older lists uses those, and only the first lists are waited
// for.
func (l *Lists) current(ctx context.Context, now time.Time) ([]loaded, error) {
	list, _, read := l.have()
	if fresh(now, read) {
		return list, nil
	}
	if read.IsZero() {
		l.refresh.Lock()
	} else if !l.refresh.TryLock() {
		return list, nil
	}
	defer l.refresh.Unlock()
	list, version, read := l.have()
	if fresh(now, read) {
		return list, nil
	}
	got, err := wire.StoreFeeds.Ask(ctx, l.store, wire.FeedQuery{Have: version})
	if err != nil {
		return list, err
	}
	if got.Version != version {
		next, err := l.load(got.List)
		if err != nil {
			return list, err
		}
		list = next
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list, l.version, l.read = list, got.Version, now
	return list, nil
}

func fresh(now, read time.Time) bool {
	age := now.Sub(read)
	return !read.IsZero() && age >= 0 && age < listedLife
}

func (l *Lists) have() ([]loaded, uint64, time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.list, l.version, l.read
}

// load reads lists as store has them.
func (l *Lists) load(feeds []wire.Feed) (next []loaded, err error) {
	for _, f := range feeds {
		x := loaded{name: f.Name}
		if f.Known && l.bad {
			continue
		}
		if f.Known {
			x.known, err = likeness.Load(f.Data)
		} else {
			x.set, err = hostlist.Load(f.Data)
		}
		if err != nil {
			return nil, err
		}
		next = append(next, x)
	}
	return next, nil
}
