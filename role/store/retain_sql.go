package store

import (
	"context"
	"time"

	"sekisho"
	"sekisho/db"
)

// The trace and finished queue items name persons: they go after a time. Contacts stay, as they are what tells a stranger
// from a friend, and go with the contract.

const (
	contractIDs = "SELECT id FROM contract ORDER BY id"
	traceOld    = "SELECT at, trace, message FROM trace WHERE contract = $1 AND at < $2 ORDER BY at LIMIT 500"
	traceDelete = "DELETE FROM trace WHERE contract = $1 AND at = $2 AND trace = $3 AND message = $4"
	eventDelete = "DELETE FROM event WHERE contract = $1 AND trace = $2"
	queueOld    = `DELETE FROM queue WHERE contract = $1 AND id IN
		(SELECT id FROM queue WHERE contract = $1 AND arrived < $2 AND state IN ('sent', 'failed', 'cancelled') ORDER BY id LIMIT 500)`
)

// traceTime is how long the trace is kept when nothing else was said.
const traceTime = 400 * 24 * time.Hour

// forgetOld removes what is older than the trace is kept, some rows of one contract at a time.
func (s *Store) forgetOld(ctx context.Context) error {
	var contracts []sekisho.ContractID
	err := s.db.Each(ctx, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		contracts = append(contracts, sekisho.ContractID(id))
		return err
	}, contractIDs)
	limit := db.Micros(s.now().Add(-s.c.Trace))
	for _, c := range contracts {
		if err == nil {
			err = s.change(ctx, func(t *txn) error { _, err := t.Exec(wayOld, int64(c), limit); return err })
		}
		for err == nil && ctx.Err() == nil {
			more := false
			err = s.change(ctx, func(t *txn) (err error) { more, err = t.forgetOld(c, limit); return err })
			if !more {
				break
			}
		}
	}
	return err
}

func (t *txn) forgetOld(c sekisho.ContractID, limit int64) (more bool, err error) {
	var rows [][3]int64
	err = t.Each(func(scan func(...any) error) error {
		var r [3]int64
		err := scan(&r[0], &r[1], &r[2])
		rows = append(rows, r)
		return err
	}, traceOld, int64(c), limit)
	if err != nil {
		return false, err
	}
	for _, r := range rows {
		if _, err := t.Exec(traceDelete, int64(c), r[0], r[1], r[2]); err != nil {
			return false, err
		}
		if _, err := t.Exec(eventDelete, int64(c), r[1]); err != nil {
			return false, err
		}
	}
	if _, err := t.Exec(conductOld, int64(c), dayOf(t.s.now())-conductKept); err != nil {
		return false, err
	}
	n, err := t.Exec(queueOld, int64(c), limit)
	return len(rows) > 0 || n > 0, err
}
