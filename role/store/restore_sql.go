package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sekisho/db"
)

// RestoredFile is put into store's directory by who puts a data backup back. What was given out between the backup and its
// restore is not in the database any more: numbers that the ledger knows, and UIDs that mail programs remember.
const RestoredFile = "restored"

// restoreEpoch is what smaller numbers are raised from.
var restoreEpoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	validityRaise = "UPDATE mailbox SET uidvalidity = CASE WHEN uidvalidity < $1 THEN $1 ELSE uidvalidity + 1 END"
)

// restored lifts every counter over anything that can have been given out after the backup, however often the same backup is
// restored, and gives every mailbox a new UIDVALIDITY (RFC 9051 section 2.3.1.1), so that mail programs begin anew. A crash
// before the file is gone lifts once more, which is harmless.
func (s *Store) restored(t *db.Tx) error {
	if _, err := os.Stat(filepath.Join(s.c.Dir, RestoredFile)); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	now := s.now()
	seconds, micros := int64(now.Sub(restoreEpoch)/time.Second), now.UnixMicro()
	for name, by := range map[string]int64{"contract": seconds, "account": seconds, "mailbox": 1 << 20,
		"message": micros, "queue": micros, "kept": micros, "event": micros, "refusal": micros} {
		if _, err := t.Exec(counterAdd, name, by); err != nil {
			return err
		}
	}
	_, err := t.Exec(validityRaise, now.Unix())
	return err
}

// forgetRestored removes the file once the change is durable.
func (s *Store) forgetRestored() error {
	err := os.Remove(filepath.Join(s.c.Dir, RestoredFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
