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

// Where a backup finds vault's database as it was at one moment, and where a copy finds the current table.
const (
	snapshotFile = "keys.snapshot.db"
	currentFile  = "current.snapshot.db"
)

// snapshot writes a copy of vault's database for a data backup: what is in it is unreadable without the current table and the
// root key, which are never part of one. With q.Keys it writes a copy of the current table instead, which is to replace the
// copy before.
func (v *Vault) snapshot(_ context.Context, who sekisho.Caller, q wire.SnapshotQuery) (wire.Snapshot, error) {
	v.life.Lock()
	defer v.life.Unlock()
	for _, f := range []string{snapshotFile, currentFile} {
		if err := os.Remove(filepath.Join(v.config.Dir, f)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return wire.Snapshot{}, sekisho.E("vault.snapshot", sekisho.Unavailable, err)
		}
	}
	if q.Done {
		return wire.Snapshot{}, nil
	}
	e := by(who, ledger.ConfigRead)
	e.Class = sekisho.ClassExport
	db, file, out := v.keys.db, snapshotFile, wire.Snapshot{Files: []string{snapshotFile}, Growing: []string{"ledger"}}
	if q.Keys {
		e.Class, db, file, out = sekisho.ClassCredential, v.current.db, currentFile, wire.Snapshot{Files: []string{currentFile}}
		if v.config.Root.Name() == "file" {
			out.Files = append(out.Files, "root.key")
		}
	}
	if err := v.enter(e); err != nil {
		return wire.Snapshot{}, err
	}
	if _, err := db.Exec(`VACUUM INTO $1`, filepath.Join(v.config.Dir, file)); err != nil {
		return wire.Snapshot{}, sekisho.E("vault.snapshot", sekisho.Unavailable, err)
	}
	return out, nil
}
