package supervise

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/sandbox"
)

// The children of these tests are this test binary, started with the argument "role".
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "role":
			os.Exit(child())
		case "supervisor":
			os.Exit(orphans(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

// order is what a test tells a child through its configuration, and then line by line over its own listener or peers.
type order struct {
	Refuse bool `json:"refuse"` // die before being ready
	Serve  bool `json:"serve"`  // answer calls of peers
}

// child is a role that answers every incoming line with what it was asked: "who", "caps" and so on.
func child() int {
	c, err := Join()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	var o order
	json.Unmarshal(c.Config, &o)
	if o.Refuse {
		fmt.Fprintln(os.Stderr, "no such setting")
		return 9
	}
	if err := c.Confine(); err != nil {
		c.Log().Error("confine", "error", err)
		return 2
	}
	peers := make(chan Line, 100)
	go func() {
		for l := range c.Lines() {
			if l.Outgoing {
				peers <- l
			} else {
				go serve(c, l)
			}
		}
	}()
	for name, l := range c.Listeners {
		go front(c, name, l, peers)
	}
	c.Log().Info("serving", "level", c.Level)
	if err := c.Ready(); err != nil {
		return 2
	}
	<-c.Done()
	return 0
}

// front lets a test talk to this child, and through it to its peers: "self ORDER" or "peer ORDER".
func front(c *Child, name string, l net.Listener, peers chan Line) {
	var all []Line
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		b := make([]byte, 1024)
		n, _ := conn.Read(b)
		for len(peers) > 0 {
			all = append(all, <-peers)
		}
		to, what, _ := strings.Cut(string(b[:n]), " ")
		answer := "no such peer"
		if to == "self" {
			answer = act(c, what)
		}
		if to == "lines" {
			answer = ""
			for _, p := range all {
				answer += fmt.Sprintf("%v/%d ", p.Peer.Role, p.Peer.Instance)
			}
		}
		for i := len(all) - 1; i >= 0 && to == "peer"; i-- {
			answer = "gone"
			if strings.HasPrefix(what, "dial ") {
				answer = fmt.Sprint(useSocket(all[i].Conn, what))
				break
			}
			if _, err := all[i].Conn.Write([]byte(what)); err == nil {
				k, err := all[i].Conn.Read(b)
				if err == nil {
					answer = string(b[:k])
					break
				}
			}
		}
		if to == "relay" { // between two sockets: Go would like to copy inside the kernel
			all[len(all)-1].Conn.Write([]byte(what))
			n, err := io.CopyN(conn, all[len(all)-1].Conn, 4)
			answer = fmt.Sprint(" ", n, err)
		}
		conn.Write([]byte(answer))
		conn.Close()
	}
}

func serve(c *Child, l Line) {
	b := make([]byte, 1024)
	for {
		n, err := l.Conn.Read(b)
		if err != nil {
			c.Lost(l)
			return
		}
		if string(b[:n]) == "offence" {
			c.Breach(l.Peer, "no such call")
			l.Conn.Close()
			c.Lost(l)
			return
		}
		if f := strings.Fields(string(b[:n])); f[0] == "dial" {
			if err := dialFor(l.Conn, f[1], f[2]); err != nil {
				l.Conn.Write([]byte(err.Error()))
			}
			continue
		}
		l.Conn.Write([]byte(act(c, string(b[:n]))))
	}
}

func act(c *Child, what string) string {
	switch what {
	case "who":
		return fmt.Sprintf("%v/%d uid=%d pid=%d level=%v", c.Self.Role, c.Self.Instance, os.Getuid(), os.Getpid(), c.Level)
	case "health":
		b, _ := json.Marshal(c.Health())
		return string(b)
	case "open":
		_, err := os.ReadFile("/etc/shadow")
		return fmt.Sprint(err)
	case "socket":
		_, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		return fmt.Sprint(err)
	case "flood":
		for range 100000 {
			unix.Getppid()
		}
		return "lived"
	case "denials":
		begun := time.Now()
		for range 1000 {
			unix.Getppid()
		}
		return fmt.Sprint(time.Since(begun).Nanoseconds())
	case "retire":
		os.Exit(0)
	case "crash":
		os.Exit(7)
	case "gc":
		runtime.GC()
		return "ok"
	case "write":
		name := filepath.Join(c.Dir, "note")
		err := os.WriteFile(name, []byte("x"), 0o600)
		return fmt.Sprint(err)
	case "sqlite":
		return fmt.Sprint(storeSomething(c.Dir))
	case "honest":
		honest()
		return "ok"
	case "eat":
		b := make([]byte, 1<<30)
		for i := range b {
			b[i] = 1
		}
		return fmt.Sprint(len(b))
	case "slander":
		c.Breach(sekisho.Caller{Role: sekisho.Vault, Instance: c.Self.Instance - 1}, "lies")
		c.Breach(sekisho.Caller{Role: sekisho.Vault, Instance: c.Self.Instance}, "lies")
		return "said"
	case "descriptors":
		open := ""
		for fd := range 100 {
			if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
				open += strconv.Itoa(fd) + " "
			}
		}
		return open
	case "babble":
		c.control.send(message{Kind: "line"})
		return "said"
	case "shout":
		fmt.Fprintln(os.Stderr, "<3>role=vault\x1b[31m\x00 "+strings.Repeat("x", 20000))
		return "shouted"
	}
	return "unknown"
}

// world is a running supervisor of a small table: gate accepts, calls store and inspect; two inspect workers.
type world struct {
	*Supervisor
	t      testing.TB
	front  string
	alerts chan Alert
	log    *lockedBuffer
	cancel context.CancelFunc
	end    chan error
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func table() []Role {
	return []Role{
		{Role: sekisho.Gate, Number: 1, Calls: []sekisho.Role{sekisho.Store, sekisho.Inspect}, Listeners: []string{"front"}},
		{Role: sekisho.Inspect, Number: 2, Workers: 2, OneStrike: true},
		{Role: sekisho.Store, Number: 3, Dir: "store"},
	}
}

// levels are those that this test can reach: as root L3 and, with a supervisor that is told to, L2 and L1.
func levels(t testing.TB) []sandbox.Level {
	if os.Geteuid() != 0 {
		t.Log("not root: level L3 is not tested")
		return []sandbox.Level{sandbox.L2}
	}
	return []sandbox.Level{sandbox.L3, sandbox.L2}
}

// place is a directory that users of roles can reach (t.TempDir is closed for them).
func place(t testing.TB) string {
	dir, err := os.MkdirTemp("", "sekisho-supervise-")
	if err != nil {
		t.Fatal(err)
	}
	os.Chmod(dir, 0o711)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "data")
}

func start(t testing.TB, change func(*Config)) *world {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	t.Cleanup(func() { f.Close() })
	w := &world{t: t, front: l.Addr().String(), alerts: make(chan Alert, 1000), log: &lockedBuffer{}, end: make(chan error, 1)}
	c := Config{
		Table: table(), Data: place(t), Listeners: map[string]*os.File{"front": f},
		Log:   slog.New(slog.NewTextHandler(w.log, nil)),
		Alert: func(a Alert) { w.alerts <- a },
	}
	// With the race detector a process cannot confine itself: then children are another build of this test, named here.
	c.Binary = os.Getenv("SEKISHO_TEST_CHILD")
	if change != nil {
		change(&c)
	}
	if w.Supervisor, err = New(c); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	go func() { w.end <- w.Run(ctx) }()
	t.Cleanup(func() { w.cancel() })
	select {
	case <-w.Ready():
	case err := <-w.end:
		t.Fatalf("%v\n%s", err, w.log)
	case <-time.After(30 * time.Second):
		t.Fatalf("not ready\n%s", w.log)
	}
	return w
}

// say sends one order to gate's front and returns the answer; "" when gate died of it.
func (w *world) say(what string) string {
	w.t.Helper()
	c, err := net.Dial("tcp", w.front)
	if err != nil {
		w.t.Fatal(err)
	}
	defer c.Close()
	c.Write([]byte(what))
	b, _ := io.ReadAll(c)
	return string(b)
}

func syncData(f *os.File) error { return unix.Fdatasync(int(f.Fd())) }

// peer sends an order to the peer whose line gate got last, once there is one.
func (w *world) peer(what string) (answer string) {
	w.t.Helper()
	until(w.t, "gate has a line", func() bool { answer = w.say("peer " + what); return answer != "no such peer" })
	return answer
}

func (w *world) stop() {
	w.t.Helper()
	w.cancel()
	select {
	case err := <-w.end:
		if err != nil {
			w.t.Error(err)
		}
	case <-time.After(30 * time.Second):
		w.t.Fatal("does not stop")
	}
}

func (w *world) alert(kind string) Alert {
	w.t.Helper()
	for {
		select {
		case a := <-w.alerts:
			if a.Kind == kind {
				return a
			}
		case <-time.After(20 * time.Second):
			w.t.Fatalf("no alert of kind %s\n%s", kind, w.log)
		}
	}
}

func (w *world) one(role sekisho.Role) ProcessStatus {
	for _, p := range w.Status().Processes {
		if p.Role == role.String() {
			return p
		}
	}
	return ProcessStatus{}
}

// until repeats a question until the answer is good; it is how these tests wait for another process.
func until(t testing.TB, what string, good func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if good() {
			return
		}
	}
	t.Fatal("never: " + what)
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

func TestConfinedAndConnected(t *testing.T) {
	for _, level := range levels(t) {
		t.Run(level.String(), func(t *testing.T) {
			w := start(t, func(c *Config) { c.Level = level })
			st := w.Status()
			if st.Level != level || !st.Ready || st.Boot != 1 || len(st.Processes) != 4 {
				t.Errorf("status: %+v", st)
			}
			seen := map[sekisho.Instance]bool{}
			for _, p := range st.Processes {
				if seen[p.Instance] || uint64(p.Instance)>>24 != 1 {
					t.Errorf("instance %d of %s", p.Instance, p.Role)
				}
				seen[p.Instance] = true
			}
			g := w.one(sekisho.Gate)
			want := fmt.Sprintf("gate/%d ", g.Instance)
			if os.Geteuid() == 0 {
				want += "uid=71001 "
			}
			if got := w.say("self who"); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, level.String()) {
				t.Errorf("gate says %q, want %q", got, want)
			}
			until(t, "gate has lines to two inspect workers and store", func() bool { return len(strings.Fields(w.say("lines"))) == 3 })
			if level == sandbox.L3 {
				outside(t, g.Pid)
			}
			pids := []int{}
			for _, p := range st.Processes {
				pids = append(pids, p.Pid)
			}
			w.stop()
			for _, pid := range pids {
				if alive(pid) {
					t.Errorf("process %d outlived its supervisor", pid)
				}
			}
			if len(w.alerts) > 0 {
				t.Errorf("alert: %+v", <-w.alerts)
			}
		})
	}
}

// outside looks at a process at L3 from the host: an empty root, no network.
func outside(t *testing.T, pid int) {
	proc := "/proc/" + strconv.Itoa(pid)
	entries, err := os.ReadDir(proc + "/root")
	if err != nil || len(entries) != 0 {
		t.Errorf("root of gate: %v, %v", entries, err)
	}
	b, err := os.ReadFile(proc + "/net/dev")
	if err != nil || strings.Count(string(b), ":") != 1 { // lo, which is down
		t.Errorf("network of gate: %s %v", b, err)
	}
	if _, err := os.Stat(proc + "/root/etc"); err == nil {
		t.Error("gate sees /etc")
	}
}

func TestDeniedCallIsAnAlert(t *testing.T) {
	for _, level := range levels(t) {
		t.Run(level.String(), func(t *testing.T) {
			w := start(t, func(c *Config) { c.Level = level })
			if got := w.say("self open"); !strings.Contains(got, "operation not permitted") {
				t.Errorf("open in gate: %s", got)
			}
			a := w.alert(AlertDenied)
			if a.Role != "gate" || a.Instance != w.one(sekisho.Gate).Instance || a.Call != "openat" {
				t.Errorf("alert: %+v", a)
			}
			if os.Geteuid() == 0 && a.Target != "/etc/shadow" {
				t.Errorf("target: %q", a.Target)
			}
			if got := w.say("self socket"); !strings.Contains(got, "operation not permitted") {
				t.Errorf("socket in gate: %s", got)
			}
			if a := w.alert(AlertDenied); a.Call != "socket" {
				t.Errorf("alert: %+v", a)
			}
			if w.Status().Processes[0].Denied != 2 {
				t.Errorf("denied: %+v", w.Status().Processes[0])
			}
		})
	}
}

func TestStatusFile(t *testing.T) {
	var data string
	w := start(t, func(c *Config) { data = c.Data })
	w.say("self open")
	w.alert(AlertDenied)
	var st Status
	until(t, "the alert stands in the file", func() bool {
		var err error
		st, err = ReadStatus(data)
		return err == nil && len(st.Alerts) == 1
	})
	if !st.Ready || st.Level != w.Level() || len(st.Processes) != 4 || st.Processes[0].Pid != w.one(sekisho.Gate).Pid || st.Alerts[0].Call != "openat" {
		t.Errorf("%+v", st)
	}
	if info, err := os.Stat(filepath.Join(data, StatusFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	w.stop()
	if _, err := ReadStatus(data); sekisho.KindOf(err) != sekisho.NotFound {
		t.Errorf("after the stop: %v", err)
	}
}

func TestFloodOfDeniedCallsKillsTheRole(t *testing.T) {
	w := start(t, nil)
	before := w.one(sekisho.Gate)
	if got := w.say("self flood"); got != "" {
		t.Errorf("gate survived: %q", got)
	}
	if a := w.alert(AlertFlood); a.Instance != before.Instance {
		t.Errorf("alert: %+v", a)
	}
	until(t, "gate is ready again", func() bool { p := w.one(sekisho.Gate); return p.Instance > before.Instance && p.State == Serving })
	if now := w.one(sekisho.Gate); now.Restarts != 1 {
		t.Errorf("gate: %+v", now)
	}
	if got := w.peer("who"); !strings.Contains(got, "level=") {
		t.Errorf("a new gate has no lines: %q", got)
	}
}

func TestKilledRoleComesBackWithNewLines(t *testing.T) {
	w := start(t, nil)
	before := w.one(sekisho.Store)
	syscall.Kill(before.Pid, syscall.SIGKILL)
	if a := w.alert(AlertCrash); a.Role != "store" || a.Instance != before.Instance {
		t.Errorf("alert: %+v", a)
	}
	until(t, "store is ready again", func() bool { p := w.one(sekisho.Store); return p.Instance > before.Instance && p.State == Serving })
	now := w.one(sekisho.Store)
	if now.Instance <= before.Instance || now.Pid == before.Pid {
		t.Errorf("store: %+v", now)
	}
	until(t, "gate speaks with the new store", func() bool {
		return strings.HasPrefix(w.peer("who"), fmt.Sprintf("store/%d ", now.Instance))
	})
	w.stop()
}

func TestRetiredWorkerIsReplacedWithoutAlert(t *testing.T) {
	w := start(t, func(c *Config) { // the last line of gate is the newest inspect worker
		c.Table = []Role{
			{Role: sekisho.Gate, Number: 1, Calls: []sekisho.Role{sekisho.Inspect}, Listeners: []string{"front"}},
			{Role: sekisho.Inspect, Number: 2},
		}
	})
	before := w.one(sekisho.Inspect)
	w.peer("retire")
	until(t, "inspect is replaced", func() bool { p := w.one(sekisho.Inspect); return p.Instance > before.Instance && p.State == Serving })
	w.stop()
	for len(w.alerts) > 0 {
		t.Errorf("alert: %+v", <-w.alerts)
	}
}

func TestOneStrikeEndsTheProcess(t *testing.T) {
	w := start(t, func(c *Config) {
		c.Table = []Role{
			{Role: sekisho.Gate, Number: 1, Calls: []sekisho.Role{sekisho.Inspect}, Listeners: []string{"front"}},
			{Role: sekisho.Inspect, Number: 2, OneStrike: true},
		}
	})
	before := w.one(sekisho.Inspect)
	w.peer("socket")
	if a := w.alert(AlertDenied); a.Call != "socket" || a.Instance != before.Instance {
		t.Errorf("alert: %+v", a)
	}
	until(t, "inspect is replaced", func() bool { p := w.one(sekisho.Inspect); return p.Instance > before.Instance && p.State == Serving })
}

func TestUnexpectedMessageEndsTheRole(t *testing.T) {
	w := start(t, nil)
	before := w.one(sekisho.Gate)
	w.say("self babble")
	if a := w.alert(AlertProtocol); a.Instance != before.Instance || !strings.Contains(a.Detail, "unexpected message") {
		t.Errorf("alert: %+v", a)
	}
	until(t, "gate is ready again", func() bool { p := w.one(sekisho.Gate); return p.Instance > before.Instance && p.State == Serving })
}

func TestBreachIsAnAlertAndTheLineIsMadeAnew(t *testing.T) {
	w := start(t, func(c *Config) {
		c.Table = []Role{
			{Role: sekisho.Gate, Number: 1, Calls: []sekisho.Role{sekisho.Inspect}, Listeners: []string{"front"}},
			{Role: sekisho.Inspect, Number: 2},
		}
	})
	g, i := w.one(sekisho.Gate), w.one(sekisho.Inspect)
	for range 2 {
		w.peer("offence")
		a := w.alert(AlertBreach)
		if a.Role != "gate" || a.Instance != g.Instance || a.Detail != fmt.Sprintf("told by inspect/%d: no such call", i.Instance) {
			t.Errorf("%+v", a)
		}
		until(t, "gate asks inspect again", func() bool { return strings.HasPrefix(w.say("peer who"), "inspect/") })
	}
	if w.one(sekisho.Gate).Instance != g.Instance || w.one(sekisho.Inspect).Instance != i.Instance {
		t.Error("a process was started anew")
	}
}

func TestSlanderEndsTheSlanderer(t *testing.T) {
	w := start(t, nil)
	before := w.one(sekisho.Gate)
	w.say("self slander")
	if a := w.alert(AlertProtocol); a.Instance != before.Instance || !strings.Contains(a.Detail, "no peer of it") {
		t.Errorf("%+v", a)
	}
}

// Whatever the supervisor inherited stays with it.
func TestNothingIsInherited(t *testing.T) {
	r, _, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Dup(int(r.Fd())) // without close-on-exec
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Dup2(fd, 77); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(77)
	w := start(t, nil)
	if got := strings.Fields(w.say("self descriptors")); slices.Contains(got, "77") || !slices.Contains(got, "2") {
		t.Errorf("gate has %q", got)
	}
}

func TestRoleCannotForgeLogLines(t *testing.T) {
	w := start(t, nil)
	w.say("self shout")
	until(t, "the line is logged", func() bool { return strings.Contains(w.log.String(), "role=vault") })
	for line := range strings.Lines(w.log.String()) {
		if strings.Contains(line, "role=vault") && (!strings.Contains(line, "role=gate") || strings.ContainsAny(line, "\x1b\x00") || len(line) > 3*longestLine) {
			t.Errorf("line of %d bytes: %.200q", len(line), line)
		}
	}
	if !strings.Contains(w.log.String(), "level=ERROR") {
		t.Error("priority lost")
	}
}

func TestRoleThatNeverStartsIsAnError(t *testing.T) {
	s, err := New(Config{Data: place(t), Table: []Role{{Role: sekisho.Store, Number: 3, Dir: "store"}},
		RoleConfig: func(sekisho.Role) []byte { return []byte(`{"refuse":true}`) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background()); sekisho.KindOf(err) != sekisho.Unavailable || !strings.Contains(err.Error(), "exit status 9") || !strings.Contains(err.Error(), "no such setting") {
		t.Errorf("got %v", err)
	}
}

func TestLevelIsNeverAssumed(t *testing.T) {
	_, err := New(Config{Data: place(t), Level: sandbox.L1, Least: sandbox.L2})
	if sekisho.KindOf(err) != sekisho.Denied {
		t.Errorf("L1 where L2 is wanted: %v", err)
	}
	w := start(t, func(c *Config) { c.Level = sandbox.L1 })
	if got := w.Status().Level; got != sandbox.L1 {
		t.Errorf("level %v", got)
	}
}

func TestDataDirectory(t *testing.T) {
	dir := place(t)
	c := Config{Data: dir, Table: []Role{{Role: sekisho.Store, Number: 3, Dir: "store"}}}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(c); sekisho.KindOf(err) != sekisho.Conflict {
		t.Errorf("second supervisor: %v", err)
	}
	s.home.close()
	again, err := New(c)
	if err != nil || again.home.boot != s.home.boot+1 {
		t.Fatalf("boot %d after %d: %v", again.home.boot, s.home.boot, err)
	}
	again.home.close()
	if os.Geteuid() != 0 {
		return
	}
	if err := os.Chown(filepath.Join(dir, "store"), 12345, -1); err != nil {
		t.Fatal(err)
	}
	if _, err := New(c); sekisho.KindOf(err) != sekisho.Denied || !strings.Contains(err.Error(), "chown -R 71003 "+dir) {
		t.Errorf("foreign owner: %v", err)
	}
}

// orphans is a supervisor in a process of its own, for the test that kills it.
func orphans(data string) int {
	s, err := New(Config{Data: data, Binary: os.Getenv("SEKISHO_TEST_CHILD"),
		Table: []Role{{Role: sekisho.Store, Number: 3, Dir: "store"}, {Role: sekisho.Inspect, Number: 2, Workers: 2}}})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	go func() {
		fmt.Println(s.Run(context.Background()))
		os.Exit(1)
	}()
	<-s.Ready()
	for _, p := range s.Status().Processes {
		fmt.Print(p.Pid, " ")
	}
	fmt.Println()
	select {}
}

func TestKilledSupervisorLeavesNothing(t *testing.T) {
	cmd := exec.Command("/proc/self/exe", "supervisor", place(t))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, _ := bufio.NewReader(out).ReadString('\n')
	var pids []int
	for _, f := range strings.Fields(said) {
		if pid, err := strconv.Atoi(f); err == nil {
			pids = append(pids, pid)
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	if len(pids) != 3 {
		t.Fatalf("supervisor said %q", said)
	}
	for _, pid := range pids {
		until(t, "process "+strconv.Itoa(pid)+" is gone", func() bool {
			status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
			return err != nil || strings.Contains(string(status), "State:\tZ")
		})
	}
}

// TestAsOrdinaryUser runs all of these tests again as a user without rights, when they run as root.
func TestAsOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("this is the ordinary user")
	}
	if testing.Short() {
		t.Skip("all of these tests once more: not with -short")
	}
	dir, err := os.MkdirTemp("", "sekisho-ordinary-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "supervise.test")
	if err := os.WriteFile(binary, self, 0o755); err != nil {
		t.Fatal(err)
	}
	os.Chmod(dir, 0o755)
	cmd := exec.Command(binary, "-test.v", "-test.skip=Redteam")
	cmd.Dir = dir
	cmd.Env = []string{"HOME=/", "TMPDIR=" + os.TempDir()}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestConfinedAndConnected/L2") {
		t.Errorf("%v\n%s", err, out)
	}
}
