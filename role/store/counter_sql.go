package store

import (
	"context"
	"errors"

	"sekisho"
	"sekisho/blob"
	"sekisho/db"
	"sekisho/wire"
)

const (
	counterAdd  = "INSERT INTO counter (name, value, extra) VALUES ($1, $2, 0) ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value"
	counterRead = "SELECT value FROM counter WHERE name = $1"
	tailSet     = "INSERT INTO counter (name, value, extra) VALUES ('tail', $1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value, extra = excluded.extra"
	tailRead    = "SELECT value, extra FROM counter WHERE name = 'tail'"
)

// take reserves n numbers of a kind and gives the first. Numbers begin at 1 and are never given out twice: the counter
// commits with whatever uses them.
func (t *txn) take(name string, n int64) (int64, error) {
	if _, err := t.Exec(counterAdd, name, n); err != nil {
		return 0, err
	}
	var last int64
	if _, err := t.One([]any{&last}, counterRead, name); err != nil {
		return 0, err
	}
	return last - n + 1, nil
}

// lease answers StoreLease.
func (s *Store) lease(ctx context.Context, _ sekisho.Caller, q wire.Lease) (wire.Leased, error) {
	if q.Count == 0 || q.Count > 1<<32 {
		return wire.Leased{}, sekisho.E("store.lease", sekisho.Invalid, errors.New("count must be 1 to 2^32"))
	}
	var first int64
	err := s.change(ctx, func(t *txn) (err error) { first, err = t.take("message", int64(q.Count)); return err })
	return wire.Leased{First: sekisho.MessageID(first), Count: q.Count}, err
}

// tail is the furthest record that a committed transaction refers to; false when there is none.
func (s *Store) tail() (blob.Pos, bool, error) {
	var segment, offset int64
	found, err := s.db.One(context.Background(), []any{&segment, &offset}, tailRead)
	return blob.Pos{Segment: uint64(segment), Offset: offset}, found, err
}

func (t *txn) setTail(p blob.Pos) error {
	var segment, offset int64
	found, err := t.One([]any{&segment, &offset}, tailRead)
	if err != nil || found && p.Less(blob.Pos{Segment: uint64(segment), Offset: offset}) {
		return err
	}
	_, err = t.Exec(tailSet, int64(p.Segment), p.Offset)
	return err
}

// unlease makes what a crash left under way due again.
func unlease(t *db.Tx) error {
	_, err := t.Exec("UPDATE queue SET state = 'waiting', due = 0 WHERE state = 'sending'")
	return err
}
