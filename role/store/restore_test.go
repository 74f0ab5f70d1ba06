package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Numbers that were given out after a backup are not given out again after its restore, also when it is restored twice.
func TestRestored(t *testing.T) {
	w := newWorld(t, "")
	seen := map[sekisho.MessageID]bool{}
	lease := func() {
		t.Helper()
		got, err := wire.StoreLease.Ask(t.Context(), w.gate, wire.Lease{Count: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for i := range got.Count {
			if id := got.First + sekisho.MessageID(i); seen[id] {
				t.Fatalf("message id %d was given out twice", id)
			} else {
				seen[id] = true
			}
		}
	}
	validity := func() uint32 {
		t.Helper()
		got, err := wire.StoreMailboxes.Ask(t.Context(), w.reader, wire.MailboxQuery{Pass: w.pass("alice")})
		if err != nil || len(got.List) == 0 {
			t.Fatal(err)
		}
		return got.List[0].UIDValidity
	}
	before := validity()
	w.stop()
	backup := t.TempDir()
	if err := os.CopyFS(backup, os.DirFS(w.dir)); err != nil {
		t.Fatal(err)
	}
	last := before
	for range 2 {
		w.clock.Add(time.Hour)
		w.config.Dir = t.TempDir()
		if err := os.CopyFS(w.config.Dir, os.DirFS(backup)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(w.config.Dir, RestoredFile), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		w.start()
		lease()
		if v := validity(); v <= last {
			t.Errorf("UIDVALIDITY %d after %d", v, last)
		} else {
			last = v
		}
		if _, err := os.Stat(filepath.Join(w.config.Dir, RestoredFile)); err == nil {
			t.Error("the file is still there")
		}
		w.stop()
	}
}
