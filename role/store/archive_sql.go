package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// A message with a box for its contract's archive is kept by the archive as well: the archive is one more reference, which
// goes with the contract only.

const (
	archivedInsert = "INSERT INTO archived (contract, message, at, size) VALUES ($1, $2, $3, $4)"
	archivedRead   = "SELECT contract, message, at, size FROM archived"
	archivedOwner  = "SELECT contract FROM archived WHERE contract = $1 AND message = $2"
	usageRead      = "SELECT count(*), COALESCE(sum(size), 0) FROM message WHERE contract = $1"
)

// archived says whether a message goes into its contract's archive.
func (a *arrival) archived() bool {
	for _, b := range a.Sealed.Boxes {
		if b.Key == wire.ArchiveKey {
			return true
		}
	}
	return false
}

func (t *txn) archive(in *incoming) error {
	_, err := t.Exec(archivedInsert, int64(in.Sealed.Contract), int64(in.Sealed.ID), in.at, in.Sealed.Size)
	return err
}

func listArchive(r db.Reader, q wire.List) (out []wire.Archived, err error) {
	var w where
	w.and("contract = ?", int64(q.Contract))
	if q.ID != 0 {
		w.and("message = ?", int64(q.ID))
	}
	if !q.Since.IsZero() {
		w.and("at >= ?", db.Micros(q.Since))
	}
	err = r.Each(func(scan func(...any) error) error {
		var contract, message, at, size int64
		err := scan(&contract, &message, &at, &size)
		out = append(out, wire.Archived{Message: sekisho.MessageID(message), Contract: sekisho.ContractID(contract), At: db.Time(at), Size: size})
		return err
	}, archivedRead+w.String()+" ORDER BY message DESC LIMIT "+strconv.Itoa(q.Most), w.args...)
	return out, err
}

// usage answers StoreUsage.
func (s *Store) usage(ctx context.Context, _ sekisho.Caller, q wire.ContractQuery) (wire.Usage, error) {
	var n, size int64
	_, err := s.db.One(ctx, []any{&n, &size}, usageRead, int64(q.Contract))
	return wire.Usage{Messages: uint64(n), Bytes: uint64(size)}, err
}

// snapshotFile is where a backup finds the database as it was at one moment.
const snapshotFile = "store.snapshot.db"

// holdTime is how long a backup may take to be copied.
const holdTime = 6 * time.Hour

// snapshot writes a copy of the database for a data backup. Everything that it refers to is in the segments already, and
// stays there until the backup is done, or holdTime is over.
func (s *Store) snapshot(ctx context.Context, _ sekisho.Caller, q wire.SnapshotQuery) (wire.Snapshot, error) {
	if q.Done {
		s.holding.Store(0)
		return wire.Snapshot{}, nil
	}
	if s.db.Postgres() {
		return wire.Snapshot{}, sekisho.E("store.snapshot", sekisho.Invalid, errors.New("the database is PostgreSQL: back it up with its own tools, then the segments"))
	}
	path := filepath.Join(s.c.Dir, snapshotFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return wire.Snapshot{}, sekisho.E("store.snapshot", sekisho.Unavailable, err)
	}
	s.holding.Store(db.Micros(s.now().Add(holdTime)))
	if err := s.db.CopyTo(ctx, path); err != nil {
		s.holding.Store(0)
		return wire.Snapshot{}, sekisho.E("store.snapshot", sekisho.Unavailable, err)
	}
	return wire.Snapshot{Files: []string{snapshotFile}, Growing: []string{"segment"}}, nil
}
