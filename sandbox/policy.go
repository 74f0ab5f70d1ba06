package sandbox

import "golang.org/x/sys/unix"

// Rule lets one system call pass. Without clauses it always passes; with clauses one of them must hold.
type Rule struct {
	Call    uint32
	When    []Clause
	Decline bool // instead of passing, it fails with EINVAL and nobody is told: honest code tries it and then goes another way
}

// Clause holds when all its tests hold.
type Clause []Test

// Test looks at the low 32 bits of one argument, which is all the kernel uses of the arguments named in this file.
type Test struct {
	Arg     int
	OneOf   []uint32 // the argument equals one of these
	Without uint32   // none of these bits is set; used when OneOf is empty
}

func is(arg int, values ...uint32) Test        { return Test{Arg: arg, OneOf: values} }
func without(arg int, bits uint32) Test        { return Test{Arg: arg, Without: bits} }
func when(call uint32, clauses ...Clause) Rule { return Rule{Call: call, When: clauses} }

func always(calls ...uint32) (rules []Rule) {
	for _, c := range calls {
		rules = append(rules, Rule{Call: c})
	}
	return rules
}

// setVMA is the only prctl the Go runtime makes after the start: it gives a mapping a name.
const setVMA = 0x53564d41

// goThread are the exact flags with which the Go runtime makes a thread. Anything else is a new process or worse.
const goThread = unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SIGHAND |
	unix.CLONE_SYSVSEM | unix.CLONE_THREAD | unix.CLONE_SETTLS

// Policy lists the calls that may pass in a process with this Spec and this process id (its own view of it).
func Policy(s Spec, pid int) []Rule {
	rules := base(pid)
	if s.Files {
		rules = append(rules, files()...)
	}
	if s.Accept {
		rules = append(rules, always(unix.SYS_ACCEPT4)...)
	}
	if s.Net {
		rules = append(rules, network()...)
	}
	return rules
}

// base is what the Go runtime, its poller and work on descriptors that were given need. No open, no socket, no exec.
func base(pid int) []Rule {
	rules := always(
		// descriptors
		unix.SYS_READ, unix.SYS_WRITE, unix.SYS_READV, unix.SYS_WRITEV, unix.SYS_PREAD64, unix.SYS_PWRITE64, unix.SYS_CLOSE,
		unix.SYS_LSEEK, unix.SYS_FSTAT, unix.SYS_RECVMSG, unix.SYS_SENDMSG, unix.SYS_RECVFROM, unix.SYS_SENDTO,
		unix.SYS_SHUTDOWN, unix.SYS_GETSOCKNAME, unix.SYS_GETPEERNAME, unix.SYS_PIPE2,
		// the poller
		unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_CREATE1, unix.SYS_EVENTFD2,
		// memory, threads, time, signals to itself
		unix.SYS_MUNMAP, unix.SYS_MADVISE, unix.SYS_MINCORE, unix.SYS_FUTEX, unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY,
		unix.SYS_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_GETTID, unix.SYS_GETPID, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
		unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK, unix.SYS_RESTART_SYSCALL,
		// harmless questions
		unix.SYS_GETRANDOM, unix.SYS_UNAME, unix.SYS_GETUID, unix.SYS_GETEUID, unix.SYS_GETGID, unix.SYS_GETEGID,
	)
	return append(rules,
		// Memory never becomes code: a static Go binary has all its code mapped before it is confined.
		when(unix.SYS_MMAP, Clause{without(2, unix.PROT_EXEC)}),
		when(unix.SYS_MPROTECT, Clause{without(2, unix.PROT_EXEC)}),
		when(unix.SYS_CLONE, Clause{is(0, goThread)}),
		when(unix.SYS_PRCTL, Clause{is(0, setVMA)}),
		when(unix.SYS_TGKILL, Clause{is(0, uint32(pid))}),
		when(unix.SYS_FCNTL, Clause{is(1, unix.F_DUPFD_CLOEXEC, unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL)}),
		// io.Copy between sockets and files tries to copy inside the kernel; that code has had holes, so it copies itself.
		Rule{Call: unix.SYS_SPLICE, Decline: true},
		Rule{Call: unix.SYS_SENDFILE, Decline: true},
		Rule{Call: unix.SYS_COPY_FILE_RANGE, Decline: true},
		Rule{Call: unix.SYS_FCNTL, When: []Clause{{is(1, unix.F_SETPIPE_SZ)}}, Decline: true},
		when(unix.SYS_SETSOCKOPT,
			Clause{is(1, unix.SOL_SOCKET), is(2, unix.SO_REUSEADDR, unix.SO_BROADCAST, unix.SO_KEEPALIVE, unix.SO_SNDBUF, unix.SO_RCVBUF, unix.SO_LINGER)},
			Clause{is(1, unix.IPPROTO_TCP), is(2, unix.TCP_NODELAY, unix.TCP_KEEPIDLE, unix.TCP_KEEPINTVL, unix.TCP_KEEPCNT, unix.TCP_USER_TIMEOUT)},
		),
		when(unix.SYS_GETSOCKOPT,
			Clause{is(1, unix.SOL_SOCKET), is(2, unix.SO_TYPE, unix.SO_ERROR, unix.SO_PEERCRED, unix.SO_ACCEPTCONN, unix.SO_PROTOCOL, unix.SO_DOMAIN)},
			Clause{is(1, unix.IPPROTO_TCP), is(2, unix.TCP_INFO)},
		),
	)
}

// files is what a process with a directory of its own needs besides, the SQL engine included. Where it may look is
// decided by the empty root and by Landlock, not here.
func files() []Rule {
	return append(always(
		unix.SYS_OPENAT, unix.SYS_NEWFSTATAT, unix.SYS_FSTATFS, unix.SYS_GETDENTS64, unix.SYS_FTRUNCATE, unix.SYS_FSYNC, unix.SYS_FDATASYNC,
		unix.SYS_RENAMEAT, unix.SYS_UNLINKAT, unix.SYS_MKDIRAT, unix.SYS_FALLOCATE, unix.SYS_READLINKAT, unix.SYS_FACCESSAT2,
		unix.SYS_FLOCK,
		// old forms, as the C library of the SQL engine makes them
		unix.SYS_LSTAT, unix.SYS_STAT, unix.SYS_OPEN, unix.SYS_UNLINK,
	), when(unix.SYS_FCNTL, Clause{is(1, unix.F_GETLK, unix.F_SETLK, unix.F_SETLKW)}))
}

// network is for the one role that makes sockets: TCP and UDP over IP, connected and never bound. No MPTCP (Landlock does
// not see it), no netlink, no unix, no raw sockets.
func network() []Rule {
	flags := func(kind uint32) Test {
		return is(1, kind, kind|unix.SOCK_CLOEXEC, kind|unix.SOCK_NONBLOCK, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
	}
	ip := is(0, unix.AF_INET, unix.AF_INET6)
	return append(always(unix.SYS_CONNECT),
		when(unix.SYS_SOCKET,
			Clause{ip, flags(unix.SOCK_STREAM), is(2, 0, unix.IPPROTO_TCP)},
			Clause{ip, flags(unix.SOCK_DGRAM), is(2, 0, unix.IPPROTO_UDP)},
		),
		when(unix.SYS_SETSOCKOPT, Clause{is(1, unix.IPPROTO_IPV6), is(2, unix.IPV6_V6ONLY)}),
	)
}
