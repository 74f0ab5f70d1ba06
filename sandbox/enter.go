package sandbox

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"sekisho"
)

// Enter confines this process, all its threads and all it will ever start. It returns the descriptor on which a
// supervisor hears of refused calls (give it to NewListener there, and close it here), or -1 where the kernel has none,
// and the level that was reached, which may be lower than s.Level asked.
//
// For L3 the process must have been started as root in namespaces of its own. On an error the process is half confined
// and must end.
func Enter(s Spec) (listener int, reached Level, err error) {
	const op = "sandbox.enter"
	if s.Level < L1 || s.Level > L3 {
		return -1, L0, sekisho.E(op, sekisho.Invalid, fmt.Errorf("level %v", s.Level))
	}
	if s.UID == 0 && os.Geteuid() == 0 {
		return -1, L0, sekisho.E(op, sekisho.Invalid, errors.New("root may not be kept: a user id is needed"))
	}
	var done struct {
		empty, user, landlock bool
	}
	steps := []struct {
		name string
		do   func() error
	}{
		{"empty root", func() (err error) { done.empty, err = emptyRoot(s); return }},
		{"limits", func() error { return limits(s) }},
		{"identity", func() (err error) { done.user, err = identity(s); return }},
		{"no new privileges", noNewPrivileges},
		{"landlock", func() (err error) { done.landlock, err = restrict(s); return }},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			return -1, L0, sekisho.E(op, sekisho.Internal, fmt.Errorf("%s: %w", step.name, err))
		}
	}
	listener, err = install(Policy(s, os.Getpid()))
	if err != nil {
		return -1, L0, sekisho.E(op, sekisho.Internal, err)
	}
	heard := listener >= 0
	switch {
	case heard && done.empty && done.user && done.landlock:
		return listener, L3, nil
	case heard && (done.empty || done.landlock):
		return listener, L2, nil
	}
	return listener, L1, nil
}

// limits sets what the kernel counts for this process. They fall before the user does, since only root may raise them.
func limits(s Spec) error {
	lower := func(which int, want uint64) error {
		var now unix.Rlimit
		if err := unix.Getrlimit(which, &now); err != nil {
			return err
		}
		err := unix.Setrlimit(which, &unix.Rlimit{Cur: want, Max: want})
		if err == unix.EPERM && want > now.Max { // not even root may always raise it
			err = unix.Setrlimit(which, &unix.Rlimit{Cur: now.Max, Max: now.Max})
		}
		return err
	}
	type limit struct {
		name  string
		which int
		value uint64
	}
	list := []limit{
		{"core", unix.RLIMIT_CORE, 0}, // a core file would hold what the process held
		{"descriptors", unix.RLIMIT_NOFILE, or(s.Descriptors, 65536)},
	}
	if !s.Files {
		list = append(list, limit{"file size", unix.RLIMIT_FSIZE, 0})
	}
	if s.UID != 0 { // counted by user: with a shared user it would count what is not ours
		list = append(list, limit{"processes", unix.RLIMIT_NPROC, or(s.Processes, 512)})
	}
	if s.Memory != 0 {
		list = append(list, limit{"memory", unix.RLIMIT_DATA, s.Memory})
	}
	for _, l := range list {
		if err := lower(l.which, l.value); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	return nil
}

func or(value, zero uint64) uint64 {
	if value == 0 {
		return zero
	}
	return value
}

// identity takes the user of the Spec, no groups and no capability, on all threads. It says whether a user of its own
// was taken.
func identity(s Spec) (bool, error) {
	if s.UID == 0 {
		return false, nil
	}
	for c := uintptr(0); ; c++ {
		_, _, e := syscall.AllThreadsSyscall(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, c, 0)
		if e == unix.EINVAL && c > unix.CAP_SYS_RESOURCE { // past the last one this kernel knows
			break
		}
		if e != 0 {
			return false, fmt.Errorf("capability %d: %w", c, threads(e))
		}
	}
	if err := syscall.Setgroups(nil); err != nil {
		return false, fmt.Errorf("groups: %w", err)
	}
	if err := syscall.Setresgid(s.UID, s.UID, s.UID); err != nil {
		return false, fmt.Errorf("group: %w", err)
	}
	if err := syscall.Setresuid(s.UID, s.UID, s.UID); err != nil {
		return false, fmt.Errorf("user: %w", err)
	}
	// Leaving root has emptied the effective and permitted sets; the inheritable one stays until it is set.
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	_, _, e := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&none)), 0)
	if e != 0 {
		return false, fmt.Errorf("capabilities: %w", e)
	}
	unix.Umask(0o077)
	return true, nil
}

// threads explains the one failure that has nothing to do with this host.
func threads(e syscall.Errno) error {
	if e == syscall.ENOTSUP {
		return fmt.Errorf("%w: this program was built with cgo and cannot confine all its threads; build it with CGO_ENABLED=0", e)
	}
	return e
}

// noNewPrivileges makes every later step down final, and keeps others of the same user from looking into the process.
// Changing the user has cleared the parent-death signal: it is asked for again, or the process would outlive its
// supervisor.
func noNewPrivileges() error {
	for _, set := range [][2]uintptr{{unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL)}, {unix.PR_SET_NO_NEW_PRIVS, 1}} {
		if _, _, e := syscall.AllThreadsSyscall(unix.SYS_PRCTL, set[0], set[1], 0); e != 0 {
			return fmt.Errorf("prctl %d: %w", set[0], threads(e))
		}
	}
	return unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
