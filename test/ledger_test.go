package test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sekisho/role/admin"
)

// The ledger of the running product, with the operator's own commands: starts and ends of processes come from the supervisor,
// what a mail program opens is there and can be proven to others, a copy made meanwhile verifies, and a witness signs.
func TestLedgerOfTheHouse(t *testing.T) {
	h := NewHouse(t, nobody, true)
	all := func() []admin.Entry {
		t.Helper()
		return Ask[admin.Tailed](t, h.Socket(), "ledger/tail", admin.Tail{Most: 10_000}).Entries
	}
	binary, err := os.ReadFile(h.binary)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(binary)
	started := map[string]bool{}
	for _, e := range all() {
		if e.Kind == "start" {
			if !bytes.Equal(e.Digest, digest[:]) {
				t.Errorf("%s started with another program: %x", e.Stream, e.Digest)
			}
			started[e.Role] = true
		}
	}
	for _, c := range h.Children() {
		if !started[c.Role] {
			t.Errorf("the start of %s is not entered", c.Role)
		}
	}
	if inbox := bodies(t, mailbox(t, h, "ann@mori.example"), "INBOX"); len(inbox) == 0 {
		t.Fatal("nothing was read: nothing would be proved")
	}
	var opened admin.Entry
	for _, e := range all() {
		if e.Kind == "opening" && e.Class == "body" && e.Role == "reader" {
			opened = e
		}
	}
	if opened.Stream == "" {
		t.Fatal("what was read is not entered")
	}
	proveAndCopy(t, h, opened)
	reader := 0
	for _, c := range h.Children() {
		if c.Role == "reader" {
			reader = c.Pid
		}
	}
	syscall.Kill(reader, syscall.SIGKILL)
	stopped := func() bool {
		for _, e := range all() {
			if e.Kind == "stop" && e.Stream == opened.Stream && e.Process == opened.Process {
				return true
			}
		}
		return false
	}
	for end := time.Now().Add(20 * time.Second); !stopped(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a reader was killed, and its end is not entered")
		}
	}
	if alerts := strings.Count(h.Log(), "kind=denied"); alerts > 0 {
		t.Errorf("%d refused calls in honest work:\n%s", alerts, h.Log())
	}
}

func proveAndCopy(t *testing.T, h *House, e admin.Entry) {
	t.Helper()
	dir := filepath.Dir(h.Data)
	h.Run("ledger", "prove", e.Stream, jsonNumber(e.Number), "-o", filepath.Join(dir, "x.tlog-proof"))
	var state admin.LedgerState
	if err := json.Unmarshal([]byte(h.Run("ledger", "streams", "--json")), &state); err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir() // a machine without any data
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(Binary(t), args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	proof, err := os.ReadFile(filepath.Join(dir, "x.tlog-proof"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(elsewhere, "x.tlog-proof")
	if err := os.WriteFile(file, proof, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := run("ledger", "check", file, "--key", state.Key); !strings.Contains(out, "opening") {
		t.Errorf("%s", out)
	}
	h.Run("ledger", "export", filepath.Join(dir, "copy"))
	if out := run("ledger", "verify", "--ledger", filepath.Join(dir, "copy"), "--key", state.Key); !strings.Contains(out, "whole") {
		t.Errorf("%s", out)
	}
	run("witness", "init", "--dir", filepath.Join(elsewhere, "w"), "--name", "witness.test.example/1", "--log", state.Key)
	key := serveWitness(t, filepath.Join(elsewhere, "w"))
	if out := h.Run("ledger", "witness", "push", "--url", key.url, "--key", key.text); !strings.Contains(out, "signed") {
		t.Errorf("%s", out)
	}
	h.Run("contract", "list") // something new to sign
	time.Sleep(1500 * time.Millisecond)
	if out := h.Run("ledger", "witness", "push", "--url", key.url, "--key", key.text); !strings.Contains(out, "signed") {
		t.Errorf("%s", out)
	}
	if _, err := os.Stat(filepath.Join(h.Data, "vault", "ledger", "cosigned")); err != nil {
		t.Error(err)
	}
}

type witnessAt struct{ url, text string }

// serveWitness runs a witness until the test ends.
func serveWitness(t *testing.T, dir string) witnessAt {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(Binary(t), "witness", "serve", "--dir", dir, "--listen", "127.0.0.1:0")
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Signal(syscall.SIGTERM); c.Wait(); log.Close() })
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		b, _ := os.ReadFile(log.Name())
		_, rest, ok := strings.Cut(string(b), " key=")
		key, rest, ok2 := strings.Cut(rest, " listen=")
		address, _, ok3 := strings.Cut(rest, " ")
		if ok && ok2 && ok3 {
			return witnessAt{"http://" + address, key}
		}
	}
	b, _ := os.ReadFile(log.Name())
	t.Fatalf("no witness: %s", b)
	return witnessAt{}
}

func jsonNumber(n uint64) string { b, _ := json.Marshal(n); return string(b) }
