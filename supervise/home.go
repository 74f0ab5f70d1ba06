package supervise

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"sekisho"
)

// home is the data directory as the supervisor sees it: a directory per role, and one of its own.
type home struct {
	path string // absolute
	lock *os.File
	boot uint64
}

// ownDirectory is the supervisor's part of the data directory.
const ownDirectory = "supervisor"

// openHome makes what is missing, checks that everything belongs to whom it must, locks the directory against a second
// supervisor and counts this start. The count is durable when it returns.
func openHome(c Config, uid func(Role) int) (*home, error) {
	const op = "supervise.data"
	path, err := filepath.Abs(c.Data)
	if err != nil || c.Data == "" {
		return nil, sekisho.E(op, sekisho.Invalid, fmt.Errorf("no data directory: %q", c.Data))
	}
	if err := os.MkdirAll(path, 0o711); err != nil {
		return nil, sekisho.E(op, sekisho.Unavailable, err)
	}
	h := &home{path: path}
	if err := h.own(".", os.Geteuid(), 0o711); err != nil {
		return nil, sekisho.E(op, sekisho.Denied, err)
	}
	if err := h.own(ownDirectory, os.Geteuid(), 0o700); err != nil {
		return nil, sekisho.E(op, sekisho.Denied, err)
	}
	if err := h.takeLock(); err != nil {
		return nil, sekisho.E(op, sekisho.Conflict, err)
	}
	for _, r := range c.Table {
		if r.Dir == "" {
			continue
		}
		if err := h.own(r.Dir, uid(r), 0o700); err != nil {
			h.close()
			return nil, sekisho.E(op, sekisho.Denied, err)
		}
	}
	if err := h.count(); err != nil {
		h.close()
		return nil, sekisho.E(op, sekisho.Unavailable, err)
	}
	return h, nil
}

func (h *home) close() { h.lock.Close() }

// dir is the absolute path of a directory below; "" for "".
func (h *home) dir(name string) string {
	if name == "" {
		return ""
	}
	return filepath.Join(h.path, name)
}

// own makes a directory for a user or checks that it is that user's.
func (h *home) own(name string, uid int, mode fs.FileMode) error {
	path := filepath.Join(h.path, name)
	err := os.Mkdir(path, mode)
	if err == nil {
		if err := os.Chmod(path, mode); err != nil { // whatever the umask was
			return err
		}
		return os.Chown(path, uid, -1)
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", path)
	}
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return err
	}
	if int(st.Uid) == uid {
		return nil
	}
	made, now := "an ordinary user", "an ordinary user"
	if st.Uid == 0 || st.Uid >= DefaultUserBase {
		made = "root"
	}
	if os.Geteuid() == 0 {
		now = "root"
	}
	return fmt.Errorf("%s belongs to user %d but must belong to user %d (made as %s, opened as %s); start as the same user as before, or: chown -R %d %s",
		path, st.Uid, uid, made, now, uid, path)
}

// Lock is the file that whoever works on a data directory holds with flock.
func Lock(data string) string { return filepath.Join(data, ownDirectory, "lock") }

// takeLock keeps a second supervisor out as long as this process lives.
func (h *home) takeLock() error {
	f, err := os.OpenFile(Lock(h.path), os.O_RDWR|os.O_CREATE|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return fmt.Errorf("%s is in use by another sekisho: stop that one first, or give another directory", h.path)
	}
	h.lock = f
	return nil
}

// Lift makes the number of starts at least n, durably: where a data directory was lost, the numbers of processes that the
// ledger knows must not come again.
func Lift(data string, n uint64) error {
	h := &home{path: data}
	b, err := os.ReadFile(h.dir(ownDirectory) + "/boot")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if now, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 40); err == nil && now >= n {
		return nil
	}
	h.boot = n
	return h.keepCount()
}

// count adds one to the number of starts. The new number is written beside the old one, made durable, and put in its
// place; a start that dies here leaves either number, and a number never comes twice.
func (h *home) count() error {
	name := h.dir(ownDirectory) + "/boot"
	b, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		if h.boot, err = strconv.ParseUint(strings.TrimSpace(string(b)), 10, 40); err != nil {
			return fmt.Errorf("%s is damaged; it holds the number of starts: write one that is higher than any before: %w", name, err)
		}
	}
	h.boot++
	return h.keepCount()
}

func (h *home) keepCount() error {
	name := h.dir(ownDirectory) + "/boot"
	f, err := os.OpenFile(name+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, h.boot)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(name+".new", name)
	}
	if err != nil {
		return err
	}
	d, err := os.Open(h.dir(ownDirectory))
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
