package test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The service itself asks its witness, through link: signatures are kept as the ledger grows, and a ledger that was put back
// finds no signature and tells the operator.
func TestWitnessAsked(t *testing.T) {
	h := NewService(t, Setting{Zone: "mori.example. TXT \"v=spf1 -all\"\n"})
	var state struct {
		Key string `json:"key"`
	}
	if err := json.Unmarshal([]byte(h.Run("ledger", "streams", "--json")), &state); err != nil || state.Key == "" {
		t.Fatalf("no key of the ledger: %v", err)
	}
	elsewhere := filepath.Join(t.TempDir(), "w")
	run(t, Binary(t), "witness", "init", "--dir", elsewhere, "--name", "witness.test.example/1", "--log", state.Key)
	w := serveWitness(t, elsewhere)
	h.Reconfigure(fmt.Sprintf("[ledger]\nwitness = [%q]\n", w.url+" "+w.text), nil)
	ledger := filepath.Join(h.Data, "vault", "ledger")
	heads := func(path string) (n int) {
		b, err := os.ReadFile(path)
		if err == nil && strings.Count(string(b), "\n") > 2 {
			fmt.Sscan(strings.Split(string(b), "\n")[1], &n)
		}
		return n
	}
	signed := func(more int) {
		t.Helper()
		for end := time.Now().Add(90 * time.Second); ; time.Sleep(200 * time.Millisecond) {
			b, err := os.ReadFile(filepath.Join(ledger, "cosigned"))
			if err == nil && strings.Contains(string(b), "witness.test.example/1") && heads(filepath.Join(ledger, "cosigned")) > more {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("the witness has not signed more than %d heads:\n%s", more, h.Log())
			}
		}
	}
	signed(0)
	old := filepath.Join(t.TempDir(), "old")
	h.Reconfigure("", func() {
		if err := os.CopyFS(old, os.DirFS(ledger)); err != nil {
			t.Fatal(err)
		}
	})
	if out := h.Run("quarantine", "list"); out == "" {
		t.Error("no answer")
	}
	signed(heads(filepath.Join(old, "checkpoint"))) // of what the copy does not have
	h.Reconfigure("", func() {
		owner, err := os.Stat(ledger)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(ledger); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(ledger, os.DirFS(old)); err != nil {
			t.Fatal(err)
		}
		own(t, ledger, owner)
	})
	for end := time.Now().Add(60 * time.Second); !strings.Contains(h.Log(), "a witness does not sign the ledger"); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("nobody noticed that the ledger was put back:\n%s", h.Log())
		}
	}
}

// own gives a folder and what is in it to the owner that another had.
func own(t *testing.T, path string, as os.FileInfo) {
	t.Helper()
	uid, gid := ownerOf(as)
	err := filepath.WalkDir(path, func(p string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(p, uid, gid)
	})
	if err == nil {
		err = os.Chmod(path, as.Mode())
	}
	if err != nil {
		t.Fatal(err)
	}
}
