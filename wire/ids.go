package wire

import (
	"context"
	"sync"

	"sekisho"
)

// IDs gives out message ids that store set aside for this process, a run at a time, so that a mail does not wait for one.
// What a process did not use when it ends is never used.
type IDs struct {
	store *Peer
	run   uint64

	mu   sync.Mutex // guards what follows
	next sekisho.MessageID
	left uint64
}

// NewIDs asks store for runs of so many ids.
func NewIDs(store *Peer, run uint64) *IDs { return &IDs{store: store, run: run} }

// Take gives one id.
func (i *IDs) Take(ctx context.Context) (sekisho.MessageID, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.left == 0 {
		got, err := StoreLease.Ask(ctx, i.store, Lease{Count: i.run})
		if err != nil {
			return 0, err
		}
		i.next, i.left = got.First, got.Count
	}
	id := i.next
	i.next++
	i.left--
	return id, nil
}
