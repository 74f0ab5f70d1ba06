package sandbox

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Report says what this host allows. Every field was tried, not read from a version number.
type Report struct {
	Kernel     string   `json:"kernel"`
	Root       bool     `json:"root"`
	Landlock   int      `json:"landlock"`   // version of its interface; 0 for none
	Seccomp    bool     `json:"seccomp"`    // filters are possible
	Notify     bool     `json:"notify"`     // refused calls can be reported
	Namespaces bool     `json:"namespaces"` // mount, pid, ipc, uts and network namespaces can be made
	Cgroup     string   `json:"cgroup"`     // directory of our cgroup v2 in which groups can be made; "" for none
	Level      Level    `json:"level"`      // what serve will reach
	Missing    []string `json:"missing"`    // why not more, one sentence each with what to do
}

// Probe tries what the sandbox needs on this host without confining this process. As
// root it makes namespaces for one short-lived thread.
func Probe() Report {
	r := Report{Root: os.Geteuid() == 0, Landlock: landlockVersion(), Cgroup: OwnGroup()}
	var name unix.Utsname
	if unix.Uname(&name) == nil {
		r.Kernel = unix.ByteSliceToString(name.Release[:])
	}
	r.Seccomp = actionKnown(unix.SECCOMP_RET_ERRNO)
	r.Notify = actionKnown(unix.SECCOMP_RET_USER_NOTIF)
	if r.Root {
		r.Namespaces = namespacesWork()
	}
	miss := func(ok bool, text string) bool {
		if !ok {
			r.Missing = append(r.Missing, text)
		}
		return ok
	}
	files := miss(r.Landlock > 0, "Landlock is not in this kernel or not switched on: boot with lsm=landlock,... (Linux 5.13 or later)")
	heard := miss(r.Notify, "refused calls cannot be reported: Linux 5.7 or later is needed, and no seccomp filter of a container that hides it")
	if heard {
		heard = miss(inheritedFilters() == 0 || !r.Root || r.Namespaces, "this process is already under a seccomp filter; a container should run with its filter switched off for sekisho")
	}
	full := miss(r.Root, "not started as root: roles share one user and see the file system; start with sudo or as a service for level L3") &&
		miss(r.Namespaces, "namespaces cannot be made here (container?): give CAP_SYS_ADMIN or run on the host for level L3")
	switch {
	case full && files && heard:
		r.Level = L3
	case (files || full) && heard:
		r.Level = L2
	case r.Seccomp:
		r.Level = L1
	}
	miss(r.Cgroup != "", "no cgroup v2 directory that we may write: roles are stopped by signals, memory is bounded by rlimit only")
	return r
}

// actionKnown asks the kernel for one answer a filter may give.
func actionKnown(action uint32) bool {
	_, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, uintptr(unsafe.Pointer(&action)))
	return e == 0
}

// inheritedFilters counts the seccomp filters that somebody put above us.
func inheritedFilters() int {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "Seccomp_filters:"); ok {
			var n int
			fmt.Sscan(rest, &n)
			return n
		}
	}
	return 0
}

// namespacesWork makes new namespaces for one thread, which then ends.
func namespacesWork() bool {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this function
		done <- unix.Unshare(int(CloneFlags(Spec{Level: L3})))
	}()
	return <-done == nil
}

// OwnGroup is the directory of this process' cgroup v2 when groups can be made below it and killed as one; "" otherwise.
func OwnGroup() string {
	mounts, _ := os.ReadFile("/proc/self/mounts")
	own, _ := os.ReadFile("/proc/self/cgroup")
	path := ""
	for line := range strings.Lines(string(own)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			path = rest
		}
	}
	for line := range strings.Lines(string(mounts)) {
		f := strings.Fields(line)
		if len(f) < 3 || f[2] != "cgroup2" || path == "" {
			continue
		}
		dir := strings.TrimSuffix(f[1]+path, "/")
		trial, err := os.MkdirTemp(dir, "sekisho-trial-")
		if err != nil {
			return ""
		}
		_, err = os.Stat(trial + "/cgroup.kill")
		os.Remove(trial)
		if err != nil {
			return ""
		}
		return dir
	}
	return ""
}
