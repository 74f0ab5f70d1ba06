package store

import (
	"context"
	"sync"
	"time"

	"sekisho"
	"sekisho/wire"
)

// remembered is how many changes can be asked for later.
const remembered = 1 << 16

// patience is how long a watch waits when nothing changes.
const patience = 30 * time.Second

// feed is the list of the latest changes. Cursors begin at the time of the start, so that one from before a restart is
// recognised as older than everything remembered.
type feed struct {
	mu   sync.Mutex // guards what follows
	base uint64     // cursor before the first change
	last uint64     // cursor of the latest change
	ring []sekisho.MailboxID
	more chan struct{} // closed and renewed with every change
}

func newFeed(base uint64) *feed {
	return &feed{base: base, last: base, ring: make([]sekisho.MailboxID, remembered), more: make(chan struct{})}
}

func (f *feed) add(id sekisho.MailboxID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	f.ring[f.last%remembered] = id
	close(f.more)
	f.more = make(chan struct{})
}

// since gives what changed after the cursor, and a channel that closes with the next change.
func (f *feed) since(cursor uint64) (wire.Watched, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := wire.Watched{Cursor: f.last}
	if cursor < f.base || cursor > f.last || f.last-cursor > remembered {
		w.Lost = true
		return w, f.more
	}
	seen := map[sekisho.MailboxID]bool{}
	for c := cursor + 1; c <= f.last; c++ {
		if id := f.ring[c%remembered]; !seen[id] {
			seen[id] = true
			w.Changed = append(w.Changed, id)
		}
	}
	return w, f.more
}

// watch answers StoreWatch. A cursor of 0, or one from before a restart, is answered at once with Lost.
func (s *Store) watch(ctx context.Context, _ sekisho.Caller, q wire.Watch) (wire.Watched, error) {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		w, more := s.feed.since(q.Cursor)
		if w.Lost || len(w.Changed) > 0 {
			return w, nil
		}
		select {
		case <-more:
		case <-timeout.C:
			return w, nil
		case <-ctx.Done():
			return w, sekisho.E("store.watch", sekisho.Unavailable, ctx.Err())
		}
	}
}
