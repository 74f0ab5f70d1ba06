package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"sekisho/role/admin"
	"sekisho/role/store"
	"sekisho/supervise"
)

// A data backup is ciphertext and envelope facts: store's database and segments, vault's database without the contract keys,
// the ledger. The current key table (vault/current.db) and the root key are never in it: copy those apart, each copy over the
// one before, so that a key that was destroyed is in no copy. So a backup from before a termination, restored under the
// current table, opens everything of the others and nothing of that contract.

// backupCommand makes a data backup of the running service.
type backupCommand struct {
	Dir string `arg:"" help:"New directory for the backup."`
}

// marker is the file that says what a directory is, written last.
const marker = "sekisho-backup"

// Run copies while the service runs.
func (c *backupCommand) Run(g *Global) error {
	cfg, err := g.load()
	if err != nil {
		return err
	}
	if entries, err := os.ReadDir(c.Dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty: name a new directory for each backup", c.Dir)
	}
	files, err := call[admin.Backup](g, "backup", admin.BackupQuery{})
	if err != nil {
		return err
	}
	total, err := c.copy(g, cfg.Data, files)
	_, done := call[admin.Backup](g, "backup", admin.BackupQuery{Done: true})
	if err = errors.Join(err, done); err != nil {
		return err
	}
	made := time.Now().UTC().Format(time.RFC3339)
	if err := os.WriteFile(filepath.Join(c.Dir, marker), []byte("made "+made+"\n"), 0o600); err != nil {
		return err
	}
	a := map[string]any{"dir": c.Dir, "bytes": total, "made": made}
	return g.print(a, func(w io.Writer) {
		row(w, "backup", c.Dir)
		row(w, "bytes", total)
		row(w, "not in it", "the current key table and the root key: sekisho vault copy DIR, each time over the copy before")
	})
}

// copy copies what the roles have named: first the files, then the directories that grow.
func (c *backupCommand) copy(g *Global, data string, files admin.Backup) (int64, error) {
	total := int64(0)
	for _, r := range []struct {
		dir string
		admin.Snapshot
	}{{"store", files.Store}, {"vault", files.Vault}} {
		from, to := filepath.Join(data, r.dir), filepath.Join(c.Dir, r.dir)
		if err := os.MkdirAll(to, 0o700); err != nil {
			return total, err
		}
		for _, f := range r.Files {
			n, err := copyFile(filepath.Join(from, f), filepath.Join(to, strings.Replace(f, ".snapshot", "", 1)))
			if err != nil {
				return total, readable(err)
			}
			total += n
		}
		for _, d := range r.Growing {
			n, err := copyTree(g, filepath.Join(from, d), filepath.Join(to, d))
			if err != nil {
				return total, readable(err)
			}
			total += n
		}
	}
	return total, nil
}

func readable(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: run this as the user who started the service", err)
	}
	return err
}

// copyTree copies the files of a directory; those that vanish meanwhile were of no more use.
func copyTree(g *Global, from, to string) (int64, error) {
	total := int64(0)
	last := time.Now()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		n, err := copyFile(path, filepath.Join(to, rel))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if total += n; time.Since(last) > time.Second {
			last = time.Now()
			fmt.Fprintf(g.Err, "%d MiB copied\n", total>>20)
		}
		return err
	})
	return total, err
}

// copyFile copies one file; it is durable when it returns.
func copyFile(from, to string) (int64, error) {
	in, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(out, in)
	return n, errors.Join(err, out.Sync(), out.Close())
}

// vaultCopy copies what a data backup must not hold.
type vaultCopy struct {
	Dir string `arg:"" help:"Directory of the copy; what an earlier copy left there is replaced."`
}

// Run copies the current key table, and the root key when it is in a file. The copy before is replaced: what was destroyed
// since must be in no copy.
func (c *vaultCopy) Run(g *Global) error {
	cfg, err := g.load()
	if err != nil {
		return err
	}
	got, err := call[admin.Backup](g, "backup", admin.BackupQuery{Keys: true})
	if err != nil {
		return err
	}
	err = os.MkdirAll(c.Dir, 0o700)
	var names []string
	for _, f := range got.Vault.Files {
		name := strings.Replace(f, ".snapshot", "", 1)
		to := filepath.Join(c.Dir, name)
		if err == nil {
			err = os.RemoveAll(to + ".new")
		}
		if err == nil {
			_, err = copyFile(filepath.Join(cfg.Data, "vault", f), to+".new")
		}
		if err == nil {
			err = os.Rename(to+".new", to)
		}
		names = append(names, to)
	}
	_, done := call[admin.Backup](g, "backup", admin.BackupQuery{Keys: true, Done: true})
	if err = errors.Join(err, done); err != nil {
		return readable(err)
	}
	return g.print(map[string]any{"files": names}, func(w io.Writer) {
		for _, n := range names {
			row(w, "replaced", n)
		}
	})
}

// restoreCommand puts a data backup back, under the current key table.
type restoreCommand struct {
	Dir  string `arg:"" help:"Directory that \"sekisho backup\" made."`
	Keys string `placeholder:"DIR" help:"Where nothing is left: also put back the newest copy that \"sekisho vault copy\" made."`
}

// Run moves what is there aside and puts the backup in its place. The service must not run. The ledger that is there stays:
// it may only grow.
func (c *restoreCommand) Run(g *Global) error {
	cfg, err := g.load()
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(c.Dir, marker)); err != nil {
		return fmt.Errorf("%s is no finished backup: %w", c.Dir, err)
	}
	table := filepath.Join(cfg.Data, "vault", "current.db")
	_, missing := os.Stat(table)
	switch {
	case missing == nil && c.Keys != "":
		return fmt.Errorf("%s is there: an older copy would bring keys back that were destroyed. If it is lost or broken, move it away first", table)
	case missing != nil && c.Keys == "":
		return fmt.Errorf("no current key table in %s: name the newest copy with --keys: %w", cfg.Data, missing)
	}
	unlock, err := lockData(cfg.Data)
	if err != nil {
		return err
	}
	defer unlock()
	aside := filepath.Join(cfg.Data, "replaced-"+time.Now().UTC().Format("20060102T150405"))
	users := map[string]int{}
	for _, r := range everyRole() {
		if users[r.Dir] = os.Geteuid(); os.Geteuid() == 0 {
			users[r.Dir] = cfg.Isolation.UserBase + r.Number
		}
	}
	for _, f := range []string{"current.db", "root.key"} {
		from := filepath.Join(c.Keys, f)
		if _, err := os.Stat(from); c.Keys == "" || f == "root.key" && err != nil { // the root key may come from elsewhere
			continue
		}
		if err := replace(g, from, filepath.Join(cfg.Data, "vault", f), filepath.Join(aside, "vault"), users["vault"]); err != nil {
			return err
		}
	}
	for _, p := range []struct{ dir, name string }{{"store", "store.db"}, {"store", "segment"}, {"vault", "keys.db"}, {"vault", "ledger"}} {
		to := filepath.Join(cfg.Data, p.dir, p.name)
		if p.name == "ledger" {
			if _, err := os.Stat(to); err == nil {
				continue
			}
		}
		if err := replace(g, filepath.Join(c.Dir, p.dir, p.name), to, filepath.Join(aside, p.dir), users[p.dir]); err != nil {
			return err
		}
	}
	if c.Keys != "" { // starts were counted in what is lost: go on where no count can have been
		if err := supervise.Lift(cfg.Data, uint64(time.Now().Unix())); err != nil {
			return err
		}
	}
	// Numbers given out since the backup must not be given out again: store lifts its counters when it sees this.
	mark := filepath.Join(cfg.Data, "store", store.RestoredFile)
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		return err
	}
	if err := os.Chown(mark, users["store"], -1); err != nil {
		return err
	}
	return g.print(map[string]string{"restored": c.Dir, "replaced": aside}, func(w io.Writer) {
		row(w, "restored", c.Dir)
		row(w, "what was there", aside)
	})
}

// replace moves what is at a place aside and copies a file or directory there, for a user.
func replace(g *Global, from, to, aside string, uid int) error {
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	for _, suffix := range []string{"", "-wal", "-shm"} { // a database's log belongs to it
		err := os.Rename(to+suffix, filepath.Join(aside, filepath.Base(to)+suffix))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		_, err = copyTree(g, from, to)
	} else {
		_, err = copyFile(from, to)
	}
	if err != nil {
		return err
	}
	if err := os.Chown(filepath.Dir(to), uid, -1); err != nil {
		return err
	}
	return filepath.WalkDir(to, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, uid, -1)
	})
}

// lockData keeps a service from starting on a data directory, or says that one runs.
func lockData(data string) (func() error, error) {
	if err := os.MkdirAll(filepath.Dir(supervise.Lock(data)), 0o700); err != nil {
		return nil, readable(err)
	}
	f, err := os.OpenFile(supervise.Lock(data), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, readable(err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("a service runs on %s: stop it first", data)
	}
	return f.Close, nil
}
