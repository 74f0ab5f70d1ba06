package store

import (
	"context"

	"sekisho"
	"sekisho/blob"
	"sekisho/db"
)

// Compaction: the oldest segment, when less than half of it is of use, is written anew at the end of the log and dropped. What
// keeps it safe at a crash is the order:
//
//	1  live records are appended: nothing refers to the copies yet, a start cuts them off
//	2  one transaction moves the rows to the copies and notes the old places as dead
//	3  the dead places are forgotten after deadTime, when nobody can be reading them any more
//	4  a segment that neither a row nor a note refers to is dropped
//
// Bytes of a terminated contract go this way to the last one; they are unreadable from the moment its key was destroyed.

const (
	liveRead  = "SELECT contract, id, position FROM message WHERE segment = $1 ORDER BY position"
	liveMove  = "UPDATE message SET segment = $5, position = $6 WHERE contract = $1 AND id = $2 AND segment = $3 AND position = $4"
	deadCount = "SELECT count(*) FROM dead WHERE segment = $1"
)

// live is a record of use, and whose.
type live struct {
	contract, id int64
	at           blob.Pos
}

// compactBytes bounds what one step of a compaction holds in memory.
const compactBytes = 8 << 20

// compact drops or writes anew the oldest segments as long as that gives space back.
func (s *Store) compact(ctx context.Context) error {
	for ctx.Err() == nil {
		end, err := s.log.End()
		if err != nil {
			return err
		}
		oldest := s.log.First()
		if oldest >= end.Segment { // the newest is being written
			return nil
		}
		var list []live
		err = s.db.Each(ctx, func(scan func(...any) error) error {
			l := live{at: blob.Pos{Segment: oldest}}
			err := scan(&l.contract, &l.id, &l.at.Offset)
			list = append(list, l)
			return err
		}, liveRead, int64(oldest))
		if err != nil {
			return err
		}
		if len(list) == 0 {
			var notes int64
			if _, err := s.db.One(ctx, []any{&notes}, deadCount, int64(oldest)); err != nil || notes > 0 {
				return err // their time has not come
			}
			if err := s.log.Drop(oldest + 1); err != nil {
				return err
			}
			continue
		}
		size := int64(0)
		for _, l := range list {
			n, err := s.log.Len(l.at)
			if err != nil {
				return err
			}
			size += n
		}
		if size > s.c.Segment/2 {
			return nil
		}
		return s.move(ctx, list)
	}
	return ctx.Err()
}

// move writes records anew at the end, some at a time.
func (s *Store) move(ctx context.Context, list []live) error {
	for len(list) > 0 {
		var records [][][]byte
		size := 0
		for len(records) < len(list) && size < compactBytes {
			b, err := s.log.Read(list[len(records)].at, 0, -1)
			if err != nil {
				return err
			}
			records = append(records, [][]byte{b})
			size += len(b)
		}
		if err := s.room(int64(size)); err != nil {
			return err
		}
		at, err := s.log.Append(records...)
		if err != nil {
			return err
		}
		some := list[:len(records)]
		if err := s.change(ctx, func(t *txn) error { return t.moved(some, at) }); err != nil {
			if k := sekisho.KindOf(err); k == sekisho.Full {
				s.log.Forget(at...)
			}
			return err
		}
		list = list[len(records):]
	}
	return nil
}

// moved points rows to the copies of their records. A message that went meanwhile leaves its copy dead instead.
func (t *txn) moved(list []live, to []blob.Pos) error {
	for i, l := range list {
		n, err := t.Exec(liveMove, l.contract, l.id, int64(l.at.Segment), l.at.Offset, int64(to[i].Segment), to[i].Offset)
		if err != nil {
			return err
		}
		gone := l.at
		if n == 0 {
			gone = to[i]
		}
		if err := t.die(gone); err != nil {
			return err
		}
		t.refers(to[i])
	}
	return nil
}

// held says whether a backup is being copied: then nothing is given back.
func (s *Store) held() bool { return db.Micros(s.now()) < s.holding.Load() }
