package sandbox

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

const hardened = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC

// Namespaces names the namespaces of this process, for Spec.Outside: those of the thread that asks. The first thread, which
// /proc/self stands for, may be the one that Probe tried new ones on.
func Namespaces() (map[string]string, error) {
	out := map[string]string{}
	for _, kind := range []string{"mnt", "pid", "ipc", "uts", "net"} {
		name, err := os.Readlink("/proc/thread-self/ns/" + kind)
		if err != nil {
			return nil, err
		}
		out[kind] = name
	}
	return out, nil
}

// CloneFlags are the namespaces that a process for this Spec must be started in.
func CloneFlags(s Spec) uintptr {
	if s.Level < L3 {
		return 0
	}
	flags := uintptr(unix.CLONE_NEWNS | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWPID)
	if !s.Net {
		flags |= unix.CLONE_NEWNET
	}
	return flags
}

// separate fails when a namespace that should be our own is the supervisor's.
func separate(s Spec) error {
	own, err := Namespaces()
	if err != nil {
		return err
	}
	for kind, name := range own {
		if kind == "net" && s.Net {
			continue
		}
		if outside := s.Outside[kind]; outside == "" || outside == name {
			return fmt.Errorf("namespace %s is not our own (%s, outside %q)", kind, name, outside)
		}
	}
	return nil
}

// emptyRoot replaces the root directory by a read-only tmpfs of 64 KiB that holds nothing but, at most, /data. Below L3
// it does nothing and says so.
func emptyRoot(s Spec) (bool, error) {
	if s.Level < L3 {
		return false, nil
	}
	if err := separate(s); err != nil {
		return false, err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return false, fmt.Errorf("private: %w", err)
	}
	data := -1
	if s.Dir != "" { // opened before the stage is covered: Dir may lie below it
		var err error
		if data, err = unix.Open(s.Dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0); err != nil {
			return false, fmt.Errorf("%s: %w", s.Dir, err)
		}
		defer unix.Close(data)
	}
	if err := unix.Mount("tmpfs", s.Stage, "tmpfs", hardened, "size=64k,mode=755"); err != nil {
		return false, fmt.Errorf("tmpfs: %w", err)
	}
	if data >= 0 {
		if err := bind(data, filepath.Join(s.Stage, Data)); err != nil {
			return false, err
		}
	}
	return true, pivot(s.Stage)
}

// bind shows the directory behind a descriptor at another place, read-write, without devices and programs.
func bind(dir int, at string) error {
	if err := os.Mkdir(at, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(fmt.Sprintf("/proc/self/fd/%d", dir), at, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	if err := unix.Mount("", at, "", unix.MS_REMOUNT|unix.MS_BIND|hardened, ""); err != nil {
		return fmt.Errorf("harden: %w", err)
	}
	return nil
}

// pivot makes stage the root, forgets the old one and makes the new one read-only.
func pivot(stage string) error {
	old := filepath.Join(stage, ".old")
	if err := os.Mkdir(old, 0o700); err != nil {
		return err
	}
	if err := unix.PivotRoot(stage, old); err != nil {
		return fmt.Errorf("pivot: %w", err)
	}
	if err := unix.Chdir("/"); err != nil {
		return err
	}
	if err := unix.Unmount("/.old", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("old root: %w", err)
	}
	if err := os.Remove("/.old"); err != nil {
		return err
	}
	return unix.Mount("", "/", "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|hardened, "")
}
