package auth

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"sekisho/mail/dkim"
	"sekisho/test/corpus"
)

// TestHonestMailHasAnAuthor: the reading of From is strict, but every honest mail of the corpus has a domain there.
func TestHonestMailHasAnAuthor(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus.Path(t, "data/mail/spamassassin/ham"), "*.eml"))
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
