package vault

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"sekisho"
	"sekisho/ledger"
	"sekisho/wire"
)

// snapshotFile is where a backup finds vault's database as it was at one moment.
const snapshotFile = "keys.snapshot.db"

// snapshot writes a copy of vault's database for a data backup. The current table and the root key are never part of one:
// what is in the copy is unreadable without them.
func (v *Vault) snapshot(_ context.Context, who sekisho.Caller, q wire.SnapshotQuery) (wire.Snapshot, error) {
	v.life.Lock()
	defer v.life.Unlock()
	if q.Done {
		return wire.Snapshot{}, os.RemoveAll(filepath.Join(v.config.Dir, snapshotFile))
	}
	e := by(who, ledger.ConfigRead)
	e.Class = sekisho.ClassExport
	if err := v.enter(e); err != nil {
		return wire.Snapshot{}, err
	}
	path := filepath.Join(v.config.Dir, snapshotFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return wire.Snapshot{}, err
	}
	if _, err := v.keys.db.Exec(`VACUUM INTO $1`, path); err != nil {
		return wire.Snapshot{}, sekisho.E("vault.snapshot", sekisho.Unavailable, err)
	}
	return wire.Snapshot{Files: []string{snapshotFile}, Growing: []string{"ledger"}}, nil
}
