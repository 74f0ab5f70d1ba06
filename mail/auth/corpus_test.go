package auth

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"sekisho/mail/dkim"
)

// shared finds the test data that is not part of the source; the test is skipped when there is none.
func shared(t testing.TB, path string) string {
	t.Helper()
	root := os.Getenv("SEKISHO_SHARED")
	if root == "" {
		for dir, _ := os.Getwd(); dir != "/" && root == ""; dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "shared")); err == nil {
				root = filepath.Join(dir, "shared")
			}
		}
		if root == "" {
			t.Skip("no shared test data: set SEKISHO_SHARED")
		}
	}
	full := filepath.Join(root, path)
	if _, err := os.Stat(full); err != nil {
		t.Fatalf("test data is missing: %v", err)
	}
	return full
}

// TestHonestMailHasAnAuthor: the reading of From is strict, but every honest mail of the corpus has a domain there.
func TestHonestMailHasAnAuthor(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(shared(t, "data/mail/spamassassin/ham"), "*.eml"))
	if len(files) < 1000 {
		t.Fatalf("%d mails", len(files))
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
		if _, why := author(dkim.Open(raw)); why != "" {
			t.Errorf("%s: %s", filepath.Base(f), why)
		}
	}
}
