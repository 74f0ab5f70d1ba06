//go:build redteam

package main

import (
	"context"
	"flag"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"sekisho/config"
	"sekisho/sandbox"
	"sekisho/supervise"
)

var update = flag.Bool("update", false, "write test/policy.golden anew")

// TestRedteam starts the real roles under their real policies, from a binary that also carries the attacks, and makes
// every attack from inside of every role. test/policy.golden is the result: a change of it is a change of what an
// intruder in that role may do, and needs a reason.
//
//	go test -tags redteam -run Redteam ./cmd/sekisho
func TestRedteam(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("not root: the golden table is of level L3")
	}
	s := startForAttack(t)
	for _, p := range s.Status().Processes {
		reach(t, p)
	}
	m, err := s.Redteam()
	if err != nil {
		t.Fatal(err)
	}
	cells := len(m.Attacks) * len(m.Roles)
	t.Logf("%d attacks in %d roles: %d refused and reported, %d granted, %d killed, %d others", len(m.Attacks), len(m.Roles),
		m.Count(supervise.CellRefused), m.Count(supervise.CellGranted), m.Count(supervise.CellKilled),
		cells-m.Count(supervise.CellRefused, supervise.CellGranted, supervise.CellKilled))
	golden := filepath.Join("..", "..", "test", "policy.golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(m.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if m.String() != string(want) {
		t.Errorf("the policy changed:\n%s", m)
	}
}

// reach looks at a process from the host: what it sees of files and networks, and what its descriptors are.
func reach(t *testing.T, p supervise.ProcessStatus) {
	t.Helper()
	proc := "/proc/" + strconv.Itoa(p.Pid)
	files := p.Role == "vault" || p.Role == "store"
	entries, err := os.ReadDir(proc + "/root")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "data" || !files {
			t.Errorf("%s sees /%s", p.Role, e.Name())
		}
	}
	dev, err := os.ReadFile(proc + "/net/dev")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(dev), ":"); n != 1 && p.Role != "dial" {
		t.Errorf("%s has %d network interfaces", p.Role, n)
	}
	descriptors, err := os.ReadDir(proc + "/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range descriptors {
		to, err := os.Readlink(proc + "/fd/" + d.Name())
		if err != nil {
			continue // closed meanwhile
		}
		known := strings.HasPrefix(to, "/data/") && files || to == "/data" && files || to == "/dev/null" ||
			strings.HasPrefix(filepath.Base(to), "cpu.") // the Go runtime asks its cgroup how many processors it may use
		for _, kind := range []string{"socket:", "pipe:", "anon_inode:[eventpoll]", "anon_inode:[eventfd]"} {
			known = known || strings.HasPrefix(to, kind)
		}
		if !known {
			t.Errorf("%s holds %s", p.Role, to)
		}
	}
}

// startForAttack is serve with two differences: a refused call does not end a process, and the ports are any.
func startForAttack(t *testing.T) *supervise.Supervisor {
	t.Helper()
	return startAttacked(t, 1).Supervisor
}

// attacked is a running service that can be attacked from inside.
type attacked struct {
	*supervise.Supervisor
	data string
	at   map[string]string // addresses of the listeners, by name
}

// startAttacked is the same with that many cells of reader.
func startAttacked(t *testing.T, cells int) attacked {
	t.Helper()
	out := attacked{at: map[string]string{}}
	dir, err := os.MkdirTemp("", "sekisho-redteam-") // t.TempDir is closed for the roles' users
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	binary := filepath.Join(dir, "sekisho")
	if out, err := exec.Command("go", "build", "-tags", "redteam", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := config.Defaults()
	c.Data, c.Cells = filepath.Join(dir, "data"), cells
	table, listeners := roles(rolesOption{inspect: 1, cells: 2, link: true}), map[string]*os.File{}
	for i := range table {
		table[i].OneStrike = false
		for _, name := range table[i].Listeners {
			listeners[name] = anyListener(t, filepath.Join(dir, name), name == "admin")
			out.at[name] = addressOf(t, listeners[name])
		}
	}
	c.Listen.HTTPS = out.at["https"] // browsers name the port
	part, err := parts(c)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	s, err := supervise.New(supervise.Config{Table: table, Data: c.Data, Least: sandbox.L3, Binary: binary, Listeners: listeners,
		RoleConfig: part, Log: slog.New(slog.NewTextHandler(&log, nil)), Denials: 1 << 30, Alert: func(supervise.Alert) {}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	end := make(chan error, 1)
	go func() { end <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-end; err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(log.String())
		}
	})
	select {
	case <-s.Ready():
	case err := <-end:
		end <- err
		t.Fatal("not started")
	case <-time.After(time.Minute):
		t.Fatal("not ready")
	}
	if before := len(s.Status().Alerts); before != 0 {
		t.Errorf("the roles made refused calls before any attack: %+v", s.Status().Alerts)
	}
	out.Supervisor, out.data = s, c.Data
	return out
}

func addressOf(t *testing.T, f *os.File) string {
	t.Helper()
	l, err := net.FileListener(f)
	if err != nil {
		t.Fatal(err)
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	defer l.Close()
	return l.Addr().String()
}

func anyListener(t *testing.T, path string, local bool) *os.File {
	t.Helper()
	network, address := "tcp", "127.0.0.1:0"
	if local {
		network, address = "unix", path
	}
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	f, err := l.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	t.Cleanup(func() { f.Close() })
	return f
}
