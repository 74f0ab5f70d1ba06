package supervise

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
	"modernc.org/sqlite"

	"sekisho"
)

// storeSomething does what store and vault do with their directory: a database in WAL mode that is written by one
// connection and read by others, opened again, checked and checkpointed; and a segment file that is appended to.
func storeSomething(dir string) error {
	for range 2 {
		if err := useDatabase(filepath.Join(dir, "store.db")); err != nil {
			if e := (*sqlite.Error)(nil); errors.As(err, &e) {
				return fmt.Errorf("sqlite code %d: %w", e.Code(), err)
			}
			return err
		}
	}
	return useSegment(filepath.Join(dir, "segment"))
}

func useDatabase(path string) error {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_pragma=temp_store(MEMORY)")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE IF NOT EXISTS mail (id INTEGER PRIMARY KEY, body BLOB)`); err != nil {
		return err
	}
	var readers sync.WaitGroup
	faults := make(chan error, 4)
	for range 4 {
		readers.Go(func() {
			for range 20 {
				var n int
				if err := db.QueryRow(`SELECT count(*) FROM mail`).Scan(&n); err != nil {
					faults <- err
					return
				}
			}
		})
	}
	for range 20 {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		for range 20 {
			if _, err := tx.Exec(`INSERT INTO mail (body) VALUES (?)`, make([]byte, 3000)); err != nil {
				return err
			}
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	readers.Wait()
	if len(faults) > 0 {
		return <-faults
	}
	var mode, check string
	if err := db.QueryRow(`PRAGMA journal_mode`).Scan(&mode); err != nil || mode != "wal" {
		return fmt.Errorf("journal mode %q: %v", mode, err)
	}
	for _, do := range []string{`DELETE FROM mail WHERE id % 3 = 0`, `PRAGMA wal_checkpoint(TRUNCATE)`, `VACUUM`, `VACUUM INTO '` + path + `.copy'`} {
		if _, err := db.Exec(do); err != nil {
			return fmt.Errorf("%s: %w", do, err)
		}
	}
	if err := os.Remove(path + ".copy"); err != nil {
		return err
	}
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&check); err != nil || check != "ok" {
		return fmt.Errorf("integrity %q: %v", check, err)
	}
	return nil
}

func useSegment(path string) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	for range 3 {
		if _, err := f.Write(make([]byte, 10000)); err != nil {
			return err
		}
		if err := syncData(f); err != nil {
			return err
		}
	}
	var space unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &space); err != nil {
		return err
	}
	if err := f.Truncate(5000); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	c, err := os.Create(path + ".copy")
	if err != nil {
		return err
	}
	defer c.Close()
	if n, err := io.Copy(c, f); err != nil || n != 5000 { // Go would like to copy inside the kernel
		return fmt.Errorf("copied %d: %w", n, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.ReadDir(-1); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(filepath.Dir(path), "a", "b"), 0o700); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(filepath.Dir(path), "a")); err != nil {
		return err
	}
	return errors.Join(d.Sync(), f.Sync())
}

// The SQL engine is C translated to Go and makes system calls of its own; whatever it needs must be granted, and
// nothing it does may raise an alert.
func TestDatabaseWorksInTheSandbox(t *testing.T) {
	for _, level := range levels(t) {
		t.Run(level.String(), func(t *testing.T) {
			w := start(t, func(c *Config) {
				c.Level = level
				c.Table = []Role{
					{Role: sekisho.Gate, Number: 1, Calls: []sekisho.Role{sekisho.Store}, Listeners: []string{"front"}},
					{Role: sekisho.Store, Number: 3, Dir: "store"},
				}
			})
			for range 2 { // the second run meets what the first one left
				if got := w.peer("sqlite"); got != "<nil>" {
					t.Errorf("store says: %s", got)
				}
			}
			w.stop()
			for len(w.alerts) > 0 {
				t.Errorf("alert: %+v", <-w.alerts)
			}
		})
	}
}
