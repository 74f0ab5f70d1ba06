//go:build redteam

package sandbox

import (
	"errors"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// This file exists only in builds with the tag redteam. It is what an intruder inside a role would try, as raw system
// calls, so that tests can try it in the real roles under their real policies. Every attack is harmless when it
// succeeds against expectation: arguments are such that the kernel would refuse or do nothing.

// Outcome is how one attack ended, as the attacked process saw it. Whether it was noticed is seen by its supervisor.
type Outcome struct {
	Attack string `json:"attack"`
	Errno  uint32 `json:"errno"` // 0: the call succeeded
	Error  string `json:"error"` // name of the errno
}

// attack is one raw call. Arguments are numbers, or bytes and strings whose address is passed.
type attack struct {
	name string
	call uintptr
	args []any
}

// Attacks are the names of all attacks, in the order in which they should be tried: the last ones end the process.
func Attacks() (names []string) {
	for _, a := range attacks("") {
		names = append(names, a.name)
	}
	return names
}

// Try makes one attack from this process. dir is the process' own directory, "" for none.
func Try(name, dir string) (Outcome, error) {
	for _, a := range attacks(dir) {
		if a.name == name {
			errno := a.do()
			return Outcome{Attack: name, Errno: uint32(errno), Error: unix.ErrnoName(errno)}, nil
		}
	}
	return Outcome{}, errors.New("no such attack: " + name)
}

func (a attack) do() unix.Errno {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var raw [6]uintptr
	var held [][]byte
	for i, arg := range a.args {
		switch v := arg.(type) {
		case int:
			raw[i] = uintptr(v)
			continue
		case string:
			held = append(held, append([]byte(v), 0))
		case []byte:
			held = append(held, v)
		}
		raw[i] = uintptr(unsafe.Pointer(&held[len(held)-1][0]))
	}
	_, _, errno := unix.Syscall6(a.call, raw[0], raw[1], raw[2], raw[3], raw[4], raw[5])
	runtime.KeepAlive(held)
	return errno
}

func attacks(dir string) []attack {
	all := run()
	for _, part := range [][]attack{reach(), open(dir), code(), touch(), kernel()} {
		all = append(all, part...)
	}
	return append(all, attack{"x32-entry", unix.SYS_GETPID | x32, nil})
}

// run tries to start a program or a process.
func run() []attack {
	return []attack{
		{"exec-sh", unix.SYS_EXECVE, []any{"/bin/sh", 0, 0}},
		{"exec-curl", unix.SYS_EXECVE, []any{"/usr/bin/curl", 0, 0}},
		{"exec-self", unix.SYS_EXECVE, []any{"/proc/self/exe", 0, 0}},
		{"execveat", unix.SYS_EXECVEAT, []any{0, "", 0, 0, unix.AT_EMPTY_PATH}},
		// flags that exclude one another: a fork that came through would otherwise be a second process of a Go program
		{"fork", unix.SYS_CLONE, []any{int(unix.SIGCHLD) | unix.CLONE_NEWNS | unix.CLONE_FS, 0, 0, 0, 0}},
		{"fork-newuser", unix.SYS_CLONE, []any{unix.CLONE_NEWUSER | unix.CLONE_THREAD}},
		{"clone3", unix.SYS_CLONE3, []any{0, 0}},
		{"unshare", unix.SYS_UNSHARE, []any{unix.CLONE_NEWUSER | unix.CLONE_THREAD}},
		{"setns", unix.SYS_SETNS, []any{0, 0}},
	}
}

// reach tries to get onto a network or another socket.
func reach() []attack {
	socket := func(name string, family, kind, protocol int) attack {
		return attack{name, unix.SYS_SOCKET, []any{family, kind, protocol}}
	}
	return []attack{
		socket("tcp-socket", unix.AF_INET, unix.SOCK_STREAM, 0),
		socket("tcp6-socket", unix.AF_INET6, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP),
		socket("udp-socket", unix.AF_INET, unix.SOCK_DGRAM, 0),
		socket("mptcp-socket", unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_MPTCP),
		socket("icmp-socket", unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_ICMP),
		socket("raw-socket", unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_RAW),
		socket("unix-socket", unix.AF_UNIX, unix.SOCK_STREAM, 0),
		socket("netlink-socket", unix.AF_NETLINK, unix.SOCK_RAW, 0),
		socket("packet-socket", unix.AF_PACKET, unix.SOCK_RAW, 0),
		socket("vsock-socket", unix.AF_VSOCK, unix.SOCK_STREAM, 0),
		socket("crypto-socket", unix.AF_ALG, unix.SOCK_SEQPACKET, 0),
		{"socketpair", unix.SYS_SOCKETPAIR, []any{unix.AF_UNIX, unix.SOCK_STREAM, 0, make([]byte, 8)}},
		{"connect", unix.SYS_CONNECT, []any{0, []byte{2, 15: 0}, 16}},
		{"bind", unix.SYS_BIND, []any{0, []byte{2, 15: 0}, 16}},
		{"listen", unix.SYS_LISTEN, []any{0, 1}},
		{"accept-old", unix.SYS_ACCEPT, []any{0, 0, 0}},
		{"socket-filter", unix.SYS_SETSOCKOPT, []any{0, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, 0, 0}},
		{"socket-ulp", unix.SYS_SETSOCKOPT, []any{0, unix.IPPROTO_TCP, unix.TCP_ULP, 0, 0}},
		{"netfilter", unix.SYS_SETSOCKOPT, []any{0, unix.IPPROTO_IP, 64, 0, 0}},
	}
}

// open tries to get at files.
func open(dir string) []attack {
	if dir == "" {
		dir = Data
	}
	at := unix.AT_FDCWD
	return []attack{
		{"open-shadow", unix.SYS_OPENAT, []any{at, "/etc/shadow", 0}},
		{"open-procmem", unix.SYS_OPENAT, []any{at, "/proc/self/mem", unix.O_RDWR}},
		{"open-device", unix.SYS_OPENAT, []any{at, "/dev/vda", 0}},
		{"open-parent", unix.SYS_OPENAT, []any{at, dir + "/../../../etc/passwd", 0}},
		{"open-create", unix.SYS_OPENAT, []any{at, dir + "/intruder", unix.O_RDWR | unix.O_CREAT, 0o755}},
		{"open-old", unix.SYS_OPEN, []any{"/etc/shadow", 0}},
		{"openat2", unix.SYS_OPENAT2, []any{0, 0, 0, 0}},
		{"open-handle", unix.SYS_OPEN_BY_HANDLE_AT, []any{0, 0, 0}},
		{"creat-root", unix.SYS_OPENAT, []any{at, "/intruder", unix.O_RDWR | unix.O_CREAT, 0o755}},
		{"remove", unix.SYS_UNLINKAT, []any{at, dir + "/intruder", 0}},
		{"chmod", unix.SYS_FCHMODAT, []any{at, dir + "/x", 0o4755}},
		{"chown", unix.SYS_FCHOWNAT, []any{at, dir + "/x", 0, 0, 0}},
		{"link", unix.SYS_LINKAT, []any{at, "/etc/shadow", at, dir + "/x", 0}},
		{"symlink", unix.SYS_SYMLINKAT, []any{"/etc/shadow", at, dir + "/x"}},
		{"mknod", unix.SYS_MKNODAT, []any{at, dir + "/x", unix.S_IFBLK | 0o600, 0}},
		{"statx", unix.SYS_STATX, []any{at, "/etc/shadow", 0, 0, 0}},
		{"watch-files", unix.SYS_INOTIFY_INIT1, []any{1 << 30}},
		{"chroot", unix.SYS_CHROOT, []any{"/"}},
		{"chdir", unix.SYS_CHDIR, []any{"/"}},
		{"mount", unix.SYS_MOUNT, []any{0, 0, 0, 0, 0}},
		{"open-tree", unix.SYS_OPEN_TREE, []any{at, "/", 0}},
		{"fsopen", unix.SYS_FSOPEN, []any{"proc", 0}},
		{"umount", unix.SYS_UMOUNT2, []any{"/nowhere", 0}},
		{"pivot-root", unix.SYS_PIVOT_ROOT, []any{"/nowhere", "/nowhere"}},
	}
}

// code tries to get own machine code into memory.
func code() []attack {
	rw, anonymous := unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS
	return []attack{
		{"mmap-rwx", unix.SYS_MMAP, []any{0, 4096, rw | unix.PROT_EXEC, anonymous, -1, 0}},
		{"mmap-rx", unix.SYS_MMAP, []any{0, 4096, unix.PROT_READ | unix.PROT_EXEC, anonymous, -1, 0}},
		{"mprotect-rx", unix.SYS_MPROTECT, []any{0, 4096, unix.PROT_READ | unix.PROT_EXEC}},
		{"pkey-mprotect", unix.SYS_PKEY_MPROTECT, []any{0, 4096, unix.PROT_READ | unix.PROT_EXEC, -1}},
		{"remap", unix.SYS_MREMAP, []any{0, 4096, 8192, 1}},
		{"memfd", unix.SYS_MEMFD_CREATE, []any{"x", 0}},
		{"memfd-secret", unix.SYS_MEMFD_SECRET, []any{1 << 30}},
		{"shm", unix.SYS_SHMGET, []any{0, 4096, 0o600}},
		{"read-implies-exec", unix.SYS_PERSONALITY, []any{0xffffffff}},
	}
}

// touch tries to act on other processes, or to become somebody.
func touch() []attack {
	return []attack{
		{"ptrace", unix.SYS_PTRACE, []any{unix.PTRACE_ATTACH, 2, 0, 0}},
		{"vm-readv", unix.SYS_PROCESS_VM_READV, []any{2, 0, 0, 0, 0, 0}},
		{"vm-writev", unix.SYS_PROCESS_VM_WRITEV, []any{2, 0, 0, 0, 0, 0}},
		{"kill-all", unix.SYS_KILL, []any{-1, 0}},
		{"tgkill-other", unix.SYS_TGKILL, []any{2, 2, 0}},
		{"tkill", unix.SYS_TKILL, []any{2, 0}},
		{"sigqueue", unix.SYS_RT_SIGQUEUEINFO, []any{2, 0, 0}},
		{"pidfd-open", unix.SYS_PIDFD_OPEN, []any{1, 0}},
		{"pidfd-getfd", unix.SYS_PIDFD_GETFD, []any{0, 0, 0}},
		{"pidfd-signal", unix.SYS_PIDFD_SEND_SIGNAL, []any{0, 0, 0, 0}},
		{"push-tty", unix.SYS_IOCTL, []any{0, unix.TIOCSTI, 0}},
		{"own-descriptor", unix.SYS_FCNTL, []any{0, unix.F_SETOWN, 1}},
		{"keyctl", unix.SYS_KEYCTL, []any{0}},
		{"add-key", unix.SYS_ADD_KEY, []any{0, 0, 0, 0, 0}},
		{"set-user0", unix.SYS_SETUID, []any{0}},
		{"set-group0", unix.SYS_SETGID, []any{0}},
		{"set-groups", unix.SYS_SETGROUPS, []any{0, 0}},
		{"capset", unix.SYS_CAPSET, []any{0, 0}},
		{"raise-limit", unix.SYS_PRLIMIT64, []any{0, unix.RLIMIT_FSIZE, 0, 0}},
		{"priority", unix.SYS_SETPRIORITY, []any{0, 0, 0}},
	}
}

// kernel tries the parts of the kernel where holes are found, and the sandbox itself.
func kernel() []attack {
	return []attack{
		{"bpf", unix.SYS_BPF, []any{0, 0, 0}},
		{"io-uring", unix.SYS_IO_URING_SETUP, []any{1, 0}},
		{"userfaultfd", unix.SYS_USERFAULTFD, []any{1 << 30}},
		{"perf", unix.SYS_PERF_EVENT_OPEN, []any{0, 0, 0, 0, 0}},
		{"seccomp", unix.SYS_SECCOMP, []any{1, 0, 0}},
		{"landlock", unix.SYS_LANDLOCK_CREATE_RULESET, []any{0, 0, 0}},
		{"dumpable", unix.SYS_PRCTL, []any{unix.PR_SET_DUMPABLE, 1, 0, 0}},
		{"forget-parent", unix.SYS_PRCTL, []any{unix.PR_SET_PDEATHSIG, 0, 0, 0}},
		{"arch-prctl", unix.SYS_ARCH_PRCTL, []any{0, 0}},
		{"modify-ldt", unix.SYS_MODIFY_LDT, []any{0, 0, 0}},
		{"module", unix.SYS_INIT_MODULE, []any{0, 0, 0}},
		{"kexec", unix.SYS_KEXEC_LOAD, []any{0, 0, 0, 1 << 30}},
		{"reboot", unix.SYS_REBOOT, []any{0, 0, 0, 0}},
		{"clock-set", unix.SYS_SETTIMEOFDAY, []any{0, 0}},
		{"kernel-log", unix.SYS_SYSLOG, []any{3, 0, 0}},
		{"fanotify", unix.SYS_FANOTIFY_INIT, []any{1 << 30, 0}},
		{"splice", unix.SYS_SPLICE, []any{-1, 0, -1, 0, 0, 0}},
		{"vmsplice", unix.SYS_VMSPLICE, []any{-1, 0, 0, 0}},
		{"move-pages", unix.SYS_MOVE_PAGES, []any{0, 0, 0, 0, 0, 0}},
		{"message-queue", unix.SYS_MQ_OPEN, []any{"/x", 0, 0, 0}},
		{"aio", unix.SYS_IO_SETUP, []any{0, 0}},
		{"swap", unix.SYS_SWAPON, []any{"/nowhere", 0}},
		{"quota", unix.SYS_QUOTACTL, []any{0, 0, 0, 0}},
		{"future-call", 599, nil},
	}
}
