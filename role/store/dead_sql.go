package store

import (
	"context"
	"time"

	"sekisho/blob"
	"sekisho/db"
)

// Bytes that nothing refers to are noted in the transaction that removes the last reference, and given back a while later,
// when nobody can be reading them any more. A crash at any point leaves the note, and giving back twice is harmless.

const (
	deadInsert   = "INSERT INTO dead (segment, position, at) VALUES ($1, $2, $3) ON CONFLICT (segment, position) DO NOTHING"
	deadContract = "INSERT INTO dead (segment, position, at) SELECT segment, position, $2 FROM message WHERE contract = $1"
	deadRead     = "SELECT segment, position FROM dead WHERE at <= $1 ORDER BY segment, position LIMIT 500"
	deadBeyond   = "DELETE FROM dead WHERE segment > $1 OR segment = $1 AND position > $2"
	deadDelete   = "DELETE FROM dead WHERE segment = $1 AND position = $2"
)

// deadTime is how long bytes stay after the last reference went: longer than any read takes.
const deadTime = 15 * time.Minute

// die notes that a record is of no more use.
func (t *txn) die(p blob.Pos) error {
	_, err := t.Exec(deadInsert, int64(p.Segment), p.Offset, db.Micros(t.s.now()))
	return err
}

// exhume drops notes of what lies behind the end of the segments: those positions will be used again. There should be
// none, as whatever is noted counts as referred to; a mistake here would cost somebody's mail, so it is made sure.
func exhume(t *db.Tx, last blob.Pos) error {
	_, err := t.Exec(deadBeyond, int64(last.Segment), last.Offset)
	return err
}

// bury gives the space of dead records back, some at a time.
func (s *Store) bury(ctx context.Context) error {
	for ctx.Err() == nil {
		var list []blob.Pos
		err := s.db.Each(ctx, func(scan func(...any) error) error {
			var segment, position int64
			err := scan(&segment, &position)
			list = append(list, blob.Pos{Segment: uint64(segment), Offset: position})
			return err
		}, deadRead, db.Micros(s.now().Add(-deadTime)))
		if err != nil || len(list) == 0 {
			return err
		}
		if err := s.log.Forget(list...); err != nil {
			return err
		}
		err = s.change(ctx, func(t *txn) error {
			for _, p := range list {
				if _, err := t.Exec(deadDelete, int64(p.Segment), p.Offset); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
