package dkim

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sekisho/mail/zone"
	"sekisho/test/corpus"
)

// pair reads a file of keys, an empty line and a mail.
func pair(t testing.TB, file string) (*zone.Zone, []byte) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	keys, mail, _ := strings.Cut(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n\n")
	return keyZone(t, keys), []byte(strings.ReplaceAll(mail, "\n", "\r\n"))
}

// keyZone is a zone of lines "name text".
func keyZone(t testing.TB, lines string) *zone.Zone {
	t.Helper()
	var z strings.Builder
	for line := range strings.Lines(lines) {
		name, text, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok {
			continue
		}
		z.WriteString(name + ". TXT")
		for len(text) > 0 {
			n := min(200, len(text))
			z.WriteString(` "` + text[:n] + `"`)
			text = text[n:]
		}
		z.WriteString("\n")
	}
	out, err := zone.Parse(strings.NewReader(z.String()), ".")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestStalwart verifies real and published mails with the keys of their time.
func TestStalwart(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus.Path(t, "data/protocol/stalwart-mail-auth/dkim"), "*.txt"))
	if len(files) != 6 {
		t.Fatalf("%d files", len(files))
	}
	for _, f := range files {
		z, mail := pair(t, f)
		all := Verify(t.Context(), Open(mail), z, time.Unix(1667843664, 0))
		if len(all) == 0 {
			t.Errorf("%s: no signature", f)
		}
		for i, s := range all {
			if s.Result != Pass {
				t.Errorf("%s, %d of %s: %s (%s)", filepath.Base(f), i, s.Domain, s.Result, s.Reason)
			}
		}
		changed := append(append([]byte(nil), mail...), "one line more\r\n"...)
		for i, s := range Verify(t.Context(), Open(changed), z, time.Unix(1667843664, 0)) {
			if s.Result == Pass {
				t.Errorf("%s, %d: passes with a line more", filepath.Base(f), i)
			}
		}
	}
}
