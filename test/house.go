package test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// House is the real binary with its confined processes, started as a demonstration on free ports of this host.
type House struct {
	Data  string
	Ready Ready
	Cmd   *exec.Cmd

	Extra  string // more of the configuration file, for StartServe
	Passed string // file that is open as descriptor 3 then; "" for none

	t      testing.TB
	base   int
	uid    int
	binary string
	log    *os.File
}

// Ready is the ready file of the demonstration.
type Ready struct {
	Pid      int            `json:"pid"`
	Level    string         `json:"level"`
	Ports    map[string]int `json:"ports"`
	CA       string         `json:"ca"`
	Accounts []Account      `json:"accounts"`
}

// Account is one of the house's people.
type Account struct {
	Address     string `json:"address"`
	Password    string `json:"password"`
	AppPassword string `json:"app_password"`
	Contract    uint64 `json:"contract"`
	Role        string `json:"role"`
}

// nobody is the ordinary user that tests run the binary as when they themselves run as root.
const nobody = 65534

// Binary is the program under test: make builds it before the tests run.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := filepath.Abs("../bin/sekisho")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: run \"make build\" first", err)
	}
	return path
}

// ports gives away bases of free port ranges, one per house of this test run.
type ports struct {
	mu   sync.Mutex
	next int
}

var bases = &ports{next: 15000 + os.Getpid()%20*1000}

func (p *ports) take() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		p.next += 1000
		if p.next > 60000 {
			p.next = 16000
		}
		if free(p.next) {
			return p.next
		}
	}
}

func free(base int) bool {
	for _, n := range []int{25, 587, 465, 143, 993} {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", base+n))
		if err != nil {
			return false
		}
		l.Close()
	}
	return true
}

// NewHouse starts a house; uid 0 keeps the user of the test. With mails false no first mails are sent. It is stopped at the
// end of the test, and every process must be gone then.
func NewHouse(t testing.TB, uid int, mails bool) *House {
	t.Helper()
	dir, err := os.MkdirTemp("", "sekisho-house-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	h := &House{Data: filepath.Join(dir, "data"), t: t, base: bases.take(), uid: uid, binary: Binary(t)}
	if uid != 0 {
		if err := os.Chown(dir, uid, uid); err != nil {
			t.Fatal(err)
		}
		// The ordinary user may not be able to reach the binary where it was built.
		if h.binary, err = copyTo(h.binary, filepath.Join(dir, "sekisho")); err != nil {
			t.Fatal(err)
		}
	}
	h.Start(mails)
	t.Cleanup(h.Stop)
	return h
}

func copyTo(from, to string) (string, error) {
	b, err := os.ReadFile(from)
	if err != nil {
		return "", err
	}
	return to, os.WriteFile(to, b, 0o755)
}

// firstMailsDone is in what the demonstration prints last: the ready file is written before it sends its first mails.
const firstMailsDone = "Deleting "

// Start starts the binary on the house's data and ports, and returns when it is ready and its first mails, if it sends them, are
// delivered, held or kept.
func (h *House) Start(mails bool) {
	h.t.Helper()
	ready := filepath.Join(filepath.Dir(h.Data), "ready.json")
	args := []string{"demo", "--data", h.Data, "--port-base", fmt.Sprint(h.base), "--ready-file", ready, "--verbose"}
	if !mails {
		args = append(args, "--quiet")
	}
	var err error
	if h.log, err = os.OpenFile(filepath.Join(filepath.Dir(h.Data), "log"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644); err != nil {
		h.t.Fatal(err)
	}
	os.Remove(ready)
	h.Cmd = exec.Command(h.binary, args...)
	h.Cmd.Stdout, h.Cmd.Stderr = h.log, h.log
	h.Cmd.Dir = filepath.Dir(h.Data)
	if h.uid != 0 {
		h.Cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(h.uid), Gid: uint32(h.uid)}}
	}
	if err := h.Cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		b, err := os.ReadFile(ready)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			h.t.Fatal(err)
		}
		if err := json.Unmarshal(b, &h.Ready); err != nil {
			h.t.Fatal(err)
		}
		if mails {
			waitFor(h.t, h, firstMailsDone, "no second set of first mails")
		}
		return
	}
	h.t.Fatalf("not ready after a minute:\n%s", h.Log())
}

// serve makes the command that starts the plain service on the house's data and ports.
func (h *House) serve() *exec.Cmd {
	h.t.Helper()
	conf := filepath.Join(filepath.Dir(h.Data), "sekisho.toml")
	top, tables := "", h.Extra
	if !strings.HasPrefix(tables, "[") {
		top, tables, _ = strings.Cut(h.Extra, "[")
		if tables != "" {
			tables = "[" + tables
		}
	}
	text := fmt.Sprintf("name = \"mx.sekisho.example\"\ndata = %q\n%s\n[listen]\nmx = \"127.0.0.1:%d\"\nsubmission = \"127.0.0.1:%d\"\nsubmissions = \"127.0.0.1:%d\"\nimap = \"127.0.0.1:%d\"\nimaps = \"127.0.0.1:%d\"\nhttps = \"127.0.0.1:%d\"\n[dns]\nzone = %q\n[limit]\nexempt = [\"127.0.0.0/8\"]\n%s",
		h.Data, top, h.base+25, h.base+587, h.base+465, h.base+143, h.base+993, h.base+443, filepath.Join(h.Data, "demo.zone"), tables)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		h.t.Fatal(err)
	}
	c := exec.Command(h.binary, "serve", "--config", conf)
	c.Dir = filepath.Dir(h.Data)
	if h.uid != 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(h.uid), Gid: uint32(h.uid)}}
	}
	if h.Passed != "" {
		f, err := os.Open(h.Passed)
		if err != nil {
			h.t.Fatal(err)
		}
		h.t.Cleanup(func() { f.Close() })
		c.ExtraFiles = []*os.File{f}
	}
	return c
}

// TryServe starts the plain service where it is expected to end by itself, and gives what it wrote.
func (h *House) TryServe() (string, error) {
	h.t.Helper()
	c := h.serve()
	late := time.AfterFunc(2*time.Minute, func() { c.Process.Kill() })
	defer late.Stop()
	out, err := c.CombinedOutput()
	return string(out), err
}

// StartServe starts the plain service on the house's data and ports, as it is, and returns when it answers.
func (h *House) StartServe() {
	h.t.Helper()
	h.Cmd = h.serve()
	h.Cmd.Stdout, h.Cmd.Stderr = h.log, h.log
	if err := h.Cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", h.Port("imaps"))
		if err != nil {
			continue
		}
		c.Close()
		if _, err := h.Try("contract", "list"); err == nil {
			return
		}
	}
	h.t.Fatalf("not ready after a minute:\n%s", h.Log())
}

// Stop ends the house with SIGTERM and waits for every process.
func (h *House) Stop() {
	if h.Cmd.ProcessState != nil {
		return
	}
	h.t.Helper()
	h.Cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- h.Cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			h.t.Errorf("the house ended with %v:\n%s", err, h.Log())
		}
	case <-time.After(30 * time.Second):
		h.Cmd.Process.Kill()
		h.t.Errorf("the house did not stop:\n%s", h.Log())
	}
}

// Kill ends the supervisor at once, as a crash would, and waits until its processes are gone too.
func (h *House) Kill() {
	h.t.Helper()
	children := h.Children()
	h.Cmd.Process.Kill()
	h.Cmd.Wait()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		left := 0
		for _, c := range children {
			if syscall.Kill(c.Pid, 0) == nil {
				left++
			}
		}
		if left == 0 {
			return
		}
		if time.Now().After(end) {
			h.t.Fatalf("%d processes outlived their supervisor", left)
		}
	}
}

// Log is what the house wrote so far.
func (h *House) Log() string {
	b, err := os.ReadFile(h.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Process is one role process of a house.
type Process struct {
	Role string
	Pid  int
}

// Children lists the role processes now.
func (h *House) Children() []Process {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		h.t.Fatal(err)
	}
	var out []Process
	for _, e := range entries {
		var pid, parent int
		var name string
		var state byte
		if _, err := fmt.Sscan(e.Name(), &pid); err != nil {
			continue
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		fmt.Sscanf(string(stat), "%d %s %c %d", &pid, &name, &state, &parent)
		if parent != h.Cmd.Process.Pid {
			continue
		}
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if args := split0(line); err == nil && len(args) == 3 && args[1] == "role" {
			out = append(out, Process{args[2], pid})
		}
	}
	return out
}

func split0(b []byte) (out []string) {
	for len(b) > 0 {
		i := 0
		for i < len(b) && b[i] != 0 {
			i++
		}
		out = append(out, string(b[:i]))
		b = b[min(i+1, len(b)):]
	}
	return out
}

// Port is the address of a listener: "smtp", "submission", "submissions", "imap", "imaps".
func (h *House) Port(name string) string {
	h.t.Helper()
	p := h.Ready.Ports[name]
	if p == 0 {
		h.t.Fatalf("no port %s", name)
	}
	return fmt.Sprintf("127.0.0.1:%d", p)
}

// TLS trusts the house's own CA.
func (h *House) TLS() *tls.Config {
	h.t.Helper()
	pem, err := os.ReadFile(h.Ready.CA)
	if err != nil {
		h.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &tls.Config{ServerName: "localhost", RootCAs: roots}
}

// saveCA writes the house's CA where TLS reads it, when the data directory was made anew.
func (h *House) saveCA() {
	h.t.Helper()
	ca := Ask[struct {
		CA string `json:"ca"`
	}](h.t, h.Socket(), "tls/issue", map[string]string{"name": "localhost"})
	if err := os.WriteFile(h.Ready.CA, []byte(ca.CA), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

// Secret is an account's app password.
func (h *House) Secret(address string) string {
	for _, a := range h.Ready.Accounts {
		if a.Address == address {
			return a.AppPassword
		}
	}
	h.t.Fatalf("no account %s", address)
	return ""
}

// Run runs one of the operator's commands on the house and gives what it printed.
func (h *House) Run(args ...string) string {
	h.t.Helper()
	out, err := h.Try(args...)
	if err != nil {
		h.t.Fatalf("sekisho %v: %v\n%s", args, err, out)
	}
	return out
}

// Try is Run for commands that may fail.
func (h *House) Try(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, h.binary, append(args, "--data", h.Data)...)
	if h.uid != 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(h.uid), Gid: uint32(h.uid)}}
	}
	c.Dir = filepath.Dir(h.Data)
	b, err := c.CombinedOutput()
	return string(b), err
}

// Socket is the admin socket.
func (h *House) Socket() string { return filepath.Join(h.Data, "admin.sock") }

// waitFor waits until the house has printed one of some texts.
func waitFor(t testing.TB, h *House, texts ...string) {
	t.Helper()
	printed := func(text string) bool { return strings.Contains(h.Log(), text) }
	for end := time.Now().Add(time.Minute); !slices.ContainsFunc(texts, printed); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never printed %q:\n%s", texts, h.Log())
		}
	}
}
