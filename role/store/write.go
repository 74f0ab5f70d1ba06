package store

import (
	"context"
	"errors"

	"sekisho"
	"sekisho/blob"
	"sekisho/db"
)

// most is how many changes go into one transaction.
const most = 256

// op is one caller's change.
type op struct {
	run  func(t *txn) error
	err  error
	done chan struct{}
}

// txn is the transaction of a group of changes, with what it has changed of the homes so far. Nothing of it is visible
// to others before the commit.
type txn struct {
	*db.Tx
	s     *Store
	homes map[homeKey]*home
	last  blob.Pos         // furthest record that was referred to
	sent  map[sentKey]bool // mails that were counted for their senders
	after []func()         // run when it is durable, with the store's cmu held
	told  []func()         // run after that, without any lock
}

// change runs f in a transaction shared with others that come at the same time, and returns when it is durable. f may
// run more than once: when another change of the group fails, each is tried alone.
func (s *Store) change(ctx context.Context, f func(t *txn) error) error {
	o := &op{run: f, done: make(chan struct{})}
	select {
	case s.ops <- o:
	case <-ctx.Done():
		return sekisho.E("store", sekisho.Unavailable, ctx.Err())
	case <-s.ended:
		return sekisho.E("store", sekisho.Unavailable, errEnded)
	}
	select { // what was handed over is waited for, also past the deadline: f writes to its caller's variables
	case <-o.done:
		return o.err
	case <-s.ended:
	}
	select {
	case <-o.done:
		return o.err
	default:
		return sekisho.E("store", sekisho.Unavailable, errEnded)
	}
}

var errEnded = errors.New("store is ending")

// portion is how many messages one change touches: a mailbox of any size is worked through without keeping others from
// the writer for long.
const portion = 500

// portions calls f with runs of the UIDs, in order.
func portions(uids []sekisho.UID, f func([]sekisho.UID) error) error {
	uids = sorted(uids)
	for len(uids) > 0 {
		n := min(len(uids), portion)
		if err := f(uids[:n]); err != nil {
			return err
		}
		uids = uids[n:]
	}
	return nil
}

// write is the one writer: it takes what waits and commits it together.
func (s *Store) write(ctx context.Context) {
	defer close(s.ended)
	for {
		select {
		case <-ctx.Done():
			return
		case o := <-s.ops:
			group := []*op{o}
			for len(group) < most && len(s.ops) > 0 {
				group = append(group, <-s.ops)
			}
			s.together(group)
			for _, o := range group {
				close(o.done)
			}
		}
	}
}

// together commits a group. A change that fails before it wrote anything does not disturb the others; if it had
// written, or the engine failed, the transaction is given up and each change gets one of its own.
func (s *Store) together(group []*op) {
	t := &txn{s: s, homes: map[homeKey]*home{}}
	err := s.db.Write(context.Background(), func(tx *db.Tx) error {
		t.Tx = tx
		for _, o := range group {
			before, after, told := tx.Wrote, len(t.after), len(t.told)
			if o.err = o.run(t); o.err != nil {
				if tx.Wrote != before || len(t.after) != after || len(t.told) != told {
					return o.err
				}
			}
		}
		return t.flush()
	})
	if err == nil {
		s.visible(t)
		return
	}
	if len(group) == 1 {
		group[0].err = err
		return
	}
	for i := range group {
		s.together(group[i : i+1])
	}
}

// visible shows a committed transaction to everybody.
func (s *Store) visible(t *txn) {
	s.cmu.Lock()
	for k, h := range t.homes {
		s.keepHome(k, h)
	}
	for _, f := range t.after {
		f()
	}
	s.cmu.Unlock()
	for _, h := range t.homes {
		for _, m := range h.list {
			if m.dirty {
				s.feed.add(m.ID)
			}
		}
	}
	for _, f := range t.told {
		f()
	}
}
