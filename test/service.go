package test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sekisho/role/admin"
)

// Setting is what a test wants of a service that is not the demonstration.
type Setting struct {
	Zone string // master file text that dial answers from
	Port int    // where mail exchangers listen (post.port); 0: 25
	More string // further lines of the configuration, each table under its own head
	Data string // data directory; "" makes one
}

// NewService starts the real binary with a configuration file, as an operator does, with one contract "Mori" that has
// mori.example and the accounts ann and sato. It is stopped at the end of the test.
func NewService(t testing.TB, s Setting) *House {
	t.Helper()
	dir, err := os.MkdirTemp("", "sekisho-service-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if s.Data == "" {
		s.Data = filepath.Join(dir, "data")
	}
	h := &House{Data: s.Data, t: t, base: bases.take(), binary: Binary(t)}
	zone, config := filepath.Join(dir, "zone"), filepath.Join(dir, "sekisho.toml")
	if s.Port == 0 {
		s.Port = 25
	}
	text := fmt.Sprintf("name = \"mx.sekisho.example\"\ndata = %q\n[listen]\n", s.Data)
	h.Ready.Ports = map[string]int{}
	for name, p := range map[string]struct {
		key  string
		port int
	}{"smtp": {"mx", 25}, "submission": {"submission", 587}, "submissions": {"submissions", 465}, "imap": {"imap", 143}, "imaps": {"imaps", 993}, "https": {"https", 443}} {
		h.Ready.Ports[name] = h.base + p.port
		text += fmt.Sprintf("%s = \"127.0.0.1:%d\"\n", p.key, h.base+p.port)
	}
	text += fmt.Sprintf("[dns]\nzone = %q\n[post]\nprivate = true\nport = %d\n", zone, s.Port) + s.More
	for path, text := range map[string]string{zone: s.Zone, config: text} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if h.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	h.begin(config)
	t.Cleanup(h.Stop)
	h.furnish(dir)
	return h
}

// begin starts the binary with a configuration file and waits until it answers.
func (h *House) begin(config string) {
	h.t.Helper()
	h.Cmd = exec.Command(h.binary, "serve", "--config", config)
	h.Cmd.Stdout, h.Cmd.Stderr = h.log, h.log
	h.Cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := h.Cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := h.Try("contract", "list"); err == nil {
			break
		}
		if time.Now().After(end) {
			h.t.Fatalf("the service does not answer:\n%s", h.Log())
		}
	}
}

// Reconfigure stops the service, adds lines to its configuration, does what lies between, and starts it again.
func (h *House) Reconfigure(more string, between func()) {
	h.t.Helper()
	h.Stop()
	config := filepath.Join(filepath.Dir(h.log.Name()), "sekisho.toml")
	b, err := os.ReadFile(config)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(config, append(b, more...), 0o644); err != nil {
		h.t.Fatal(err)
	}
	if between != nil {
		between()
	}
	h.begin(config)
}

// furnish gives a new service its contract and people.
func (h *House) furnish(dir string) {
	h.t.Helper()
	h.Run("contract", "add", "Mori", "--language", "en")
	h.Run("domain", "add", "Mori", "mori.example")
	for _, name := range []string{"ann@mori.example", "sato@mori.example"} {
		var a admin.Account
		if err := json.Unmarshal([]byte(h.Run("account", "add", name, "--json")), &a); err != nil {
			h.t.Fatal(err)
		}
		h.Ready.Accounts = append(h.Ready.Accounts, Account{Address: name, AppPassword: a.AppPassword})
	}
	ca := Ask[admin.Issued](h.t, h.Socket(), "tls/issue", admin.Issue{Name: "localhost"})
	h.Ready.CA = filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(h.Ready.CA, []byte(ca.CA), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

// ownerOf is who owns a file.
func ownerOf(i os.FileInfo) (uid, gid int) {
	s := i.Sys().(*syscall.Stat_t)
	return int(s.Uid), int(s.Gid)
}
