package sandbox

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

const testPid = 4711

// judgeCall runs the filter of a Spec on one call, without a kernel. The machine of x/net/bpf loads big-endian words
// where the kernel loads native ones, so the call is written big-endian, and of each 64-bit argument the low half first.
func judgeCall(t *testing.T, s Spec, arch, nr uint32, args ...uint32) uint32 {
	t.Helper()
	vm, err := bpf.NewVM(Build(Policy(s, testPid), unix.SECCOMP_RET_USER_NOTIF))
	if err != nil {
		t.Fatal(err)
	}
	call := make([]byte, 64)
	binary.BigEndian.PutUint32(call[offCall:], nr)
	binary.BigEndian.PutUint32(call[offArch:], arch)
	for i, a := range args {
		binary.BigEndian.PutUint32(call[offArgs+8*i:], a)
	}
	verdict, err := vm.Run(call)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(verdict)
}

func TestFilter(t *testing.T) {
	const (
		allow   = uint32(unix.SECCOMP_RET_ALLOW)
		notify  = uint32(unix.SECCOMP_RET_USER_NOTIF)
		decline = uint32(unix.SECCOMP_RET_ERRNO) | uint32(unix.EINVAL)
		kill    = uint32(unix.SECCOMP_RET_KILL_PROCESS)
	)
	bare, store, gate, dial := Spec{}, Spec{Files: true}, Spec{Accept: true}, Spec{Net: true}
	rw := uint32(unix.PROT_READ | unix.PROT_WRITE)
	for _, c := range []struct {
		name string
		spec Spec
		nr   uint32
		args []uint32
		want uint32
	}{
		{"read", bare, unix.SYS_READ, nil, allow},
		{"open without a directory", bare, unix.SYS_OPENAT, nil, notify},
		{"open in dial", dial, unix.SYS_OPENAT, nil, notify},
		{"open with a directory", store, unix.SYS_OPENAT, nil, allow},
		{"hard link", store, unix.SYS_LINKAT, nil, notify},
		{"symbolic link", store, unix.SYS_SYMLINKAT, nil, notify},
		{"make executable", store, unix.SYS_FCHMODAT, nil, notify},
		{"lock a file", store, unix.SYS_FCNTL, []uint32{3, unix.F_SETLK}, allow},
		{"lock a file without files", bare, unix.SYS_FCNTL, []uint32{3, unix.F_SETLK}, notify},
		{"non-blocking", bare, unix.SYS_FCNTL, []uint32{3, unix.F_SETFL}, allow},
		{"copy inside the kernel", bare, unix.SYS_SPLICE, nil, decline},
		{"size of a pipe", bare, unix.SYS_FCNTL, []uint32{3, unix.F_SETPIPE_SZ}, decline},
		{"signals of a descriptor", store, unix.SYS_FCNTL, []uint32{3, unix.F_SETOWN}, notify},
		{"accept", bare, unix.SYS_ACCEPT4, nil, notify},
		{"accept with a listener", gate, unix.SYS_ACCEPT4, nil, allow},
		{"listen", gate, unix.SYS_LISTEN, nil, notify},
		{"socket", gate, unix.SYS_SOCKET, []uint32{unix.AF_INET, unix.SOCK_STREAM, 0}, notify},
		{"TCP in dial", dial, unix.SYS_SOCKET, []uint32{unix.AF_INET, unix.SOCK_STREAM, 0}, allow},
		{"TCP in dial as Go makes it", dial, unix.SYS_SOCKET, []uint32{unix.AF_INET6, unix.SOCK_STREAM | unix.SOCK_NONBLOCK | unix.SOCK_CLOEXEC, unix.IPPROTO_TCP}, allow},
		{"UDP in dial", dial, unix.SYS_SOCKET, []uint32{unix.AF_INET, unix.SOCK_DGRAM | unix.SOCK_CLOEXEC, unix.IPPROTO_UDP}, allow},
		{"MPTCP in dial", dial, unix.SYS_SOCKET, []uint32{unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_MPTCP}, notify},
		{"SCTP in dial", dial, unix.SYS_SOCKET, []uint32{unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_SCTP}, notify},
		{"ICMP in dial", dial, unix.SYS_SOCKET, []uint32{unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_ICMP}, notify},
		{"raw in dial", dial, unix.SYS_SOCKET, []uint32{unix.AF_INET, unix.SOCK_RAW, 0}, notify},
		{"unix in dial", dial, unix.SYS_SOCKET, []uint32{unix.AF_UNIX, unix.SOCK_STREAM, 0}, notify},
		{"netlink in dial", dial, unix.SYS_SOCKET, []uint32{unix.AF_NETLINK, unix.SOCK_RAW, 0}, notify},
		{"packet in dial", dial, unix.SYS_SOCKET, []uint32{unix.AF_PACKET, unix.SOCK_DGRAM, 0}, notify},
		{"connect in dial", dial, unix.SYS_CONNECT, nil, allow},
		{"connect elsewhere", gate, unix.SYS_CONNECT, nil, notify},
		{"bind in dial", dial, unix.SYS_BIND, nil, notify},
		{"no delay", bare, unix.SYS_SETSOCKOPT, []uint32{3, unix.IPPROTO_TCP, unix.TCP_NODELAY}, allow},
		{"TLS in the kernel", bare, unix.SYS_SETSOCKOPT, []uint32{3, unix.IPPROTO_TCP, unix.TCP_ULP}, notify},
		{"program on a socket", bare, unix.SYS_SETSOCKOPT, []uint32{3, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER}, notify},
		{"packet filter of the host", dial, unix.SYS_SETSOCKOPT, []uint32{3, unix.IPPROTO_IP, 64}, notify},
		{"IPv6 only in dial", dial, unix.SYS_SETSOCKOPT, []uint32{3, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY}, allow},
		{"who is the peer", gate, unix.SYS_GETSOCKOPT, []uint32{3, unix.SOL_SOCKET, unix.SO_PEERCRED}, allow},
		{"zero copy", gate, unix.SYS_GETSOCKOPT, []uint32{3, unix.IPPROTO_TCP, unix.TCP_ZEROCOPY_RECEIVE}, notify},
		{"exec", dial, unix.SYS_EXECVE, nil, notify},
		{"plain memory", bare, unix.SYS_MMAP, []uint32{0, 4096, rw}, allow},
		{"code memory", bare, unix.SYS_MMAP, []uint32{0, 4096, unix.PROT_READ | unix.PROT_EXEC}, notify},
		{"code memory in store", store, unix.SYS_MMAP, []uint32{0, 4096, rw | unix.PROT_EXEC}, notify},
		{"memory made code", bare, unix.SYS_MPROTECT, []uint32{0, 4096, unix.PROT_EXEC}, notify},
		{"thread of Go", bare, unix.SYS_CLONE, []uint32{goThread}, allow},
		{"thread with a new user namespace", bare, unix.SYS_CLONE, []uint32{goThread | unix.CLONE_NEWUSER}, notify},
		{"fork", bare, unix.SYS_CLONE, []uint32{uint32(unix.SIGCHLD)}, notify},
		{"clone3", bare, unix.SYS_CLONE3, nil, notify},
		{"name a mapping", bare, unix.SYS_PRCTL, []uint32{setVMA}, allow},
		{"become dumpable", bare, unix.SYS_PRCTL, []uint32{unix.PR_SET_DUMPABLE, 1}, notify},
		{"forget the supervisor's death", bare, unix.SYS_PRCTL, []uint32{unix.PR_SET_PDEATHSIG, 0}, notify},
		{"signal to itself", bare, unix.SYS_TGKILL, []uint32{testPid, testPid + 1, uint32(unix.SIGURG)}, allow},
		{"signal to another", bare, unix.SYS_TGKILL, []uint32{testPid + 1, testPid + 1, uint32(unix.SIGKILL)}, notify},
		{"kill", bare, unix.SYS_KILL, []uint32{testPid, 9}, notify},
		{"raise limits", bare, unix.SYS_PRLIMIT64, nil, notify},
		{"terminal", bare, unix.SYS_IOCTL, []uint32{0, unix.TIOCSTI}, notify},
		{"io_uring", bare, unix.SYS_IO_URING_SETUP, nil, notify},
		{"a call of the future", bare, 9999, nil, notify},
	} {
		if got := judgeCall(t, c.spec, archX8664, c.nr, c.args...); got != c.want {
			t.Errorf("%s: got %#x, want %#x", c.name, got, c.want)
		}
	}
	if got := judgeCall(t, bare, archX8664, unix.SYS_READ|x32); got != kill {
		t.Errorf("x32: %#x", got)
	}
	if got := judgeCall(t, bare, 0x40000003, 3); got != kill {
		t.Errorf("32 bit: %#x", got)
	}
}

// Jumps of a filter reach 255 instructions and the kernel takes 4096: a policy that grows beyond is noticed here.
func TestFilterFits(t *testing.T) {
	p := Build(Policy(Spec{Files: true, Accept: true, Net: true}, testPid), unix.SECCOMP_RET_USER_NOTIF)
	if len(p) > 1000 {
		t.Errorf("%d instructions", len(p))
	}
	if _, err := bpf.Assemble(p); err != nil {
		t.Error(err)
	}
	for _, r := range Policy(Spec{Files: true, Accept: true, Net: true}, testPid) {
		if n := len(judge(branchesOf(r), 0)); n > 250 {
			t.Errorf("%s: %d instructions", CallName(int(r.Call)), n)
		}
	}
}

func TestCallName(t *testing.T) {
	for nr, want := range map[int]string{unix.SYS_READ: "read", unix.SYS_OPENAT2: "openat2", unix.SYS_EXECVEAT: "execveat", 400: "call 400", -1: "call -1", 99999: "call 99999"} {
		if got := CallName(nr); got != want {
			t.Errorf("%d: %q, want %q", nr, got, want)
		}
	}
}

func TestLevelInJSON(t *testing.T) {
	for l := L0; l <= L3; l++ {
		b, err := l.MarshalJSON()
		var back Level
		if err != nil || back.UnmarshalJSON(b) != nil || back != l {
			t.Errorf("%v: %s %v, back %v", int(l), b, err, back)
		}
	}
	var l Level
	if l.UnmarshalJSON([]byte(`"L4"`)) == nil || l.UnmarshalJSON([]byte(`4`)) == nil {
		t.Error("a level that does not exist was read")
	}
}

func TestSocketAddress(t *testing.T) {
	pad := func(b ...byte) []byte { return append(b, make([]byte, 28)...) }
	for _, c := range []struct {
		in   []byte
		want string
	}{
		{pad(2, 0, 0, 25, 192, 0, 2, 1), "192.0.2.1:25"},
		{pad(10, 0, 1, 187, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8), "[2001:db8::]:443"},
		{pad(1, 0, 'x'), "address family 1"},
		{[]byte{2, 0}, ""},
	} {
		if got := socketAddress(c.in); got != c.want {
			t.Errorf("%v: %q, want %q", c.in, got, c.want)
		}
	}
}

// What a refused call was aimed at is read from the memory of a process that may be hostile.
func FuzzSocketAddress(f *testing.F) {
	f.Add([]byte{2, 0, 0, 25, 192, 0, 2, 1})
	f.Add(append([]byte{10, 0, 1, 187}, make([]byte, 28)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, r := range socketAddress(b) {
			if r < ' ' || r > '~' {
				t.Errorf("not printable: %q", socketAddress(b))
			}
		}
	})
}

// The report must not claim more than its parts.
func TestProbe(t *testing.T) {
	r := Probe()
	if r.Level == L3 && !(r.Root && r.Namespaces && r.Notify && r.Landlock > 0) || r.Level >= L2 && !r.Notify || r.Kernel == "" {
		t.Errorf("%+v", r)
	}
	if r.Level < L3 && len(r.Missing) == 0 {
		t.Errorf("level %v without a reason: %+v", r.Level, r)
	}
}

func TestEnterRefuses(t *testing.T) {
	for _, s := range []Spec{{Level: L0, UID: 1}, {Level: 4, UID: 1}} {
		if _, _, err := Enter(s); err == nil {
			t.Fatalf("%+v was entered: this test process is confined now", s)
		}
	}
}
