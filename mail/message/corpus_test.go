package message

import (
	"os"
	"path/filepath"
	"testing"
)

// shared finds the test data that is not part of the source; the test is skipped when there is none.
func shared(t testing.TB, path string) string {
	t.Helper()
	root := os.Getenv("SEKISHO_SHARED")
	if root == "" {
		dir, _ := os.Getwd()
		for dir != "/" {
			if _, err := os.Stat(filepath.Join(dir, "shared")); err == nil {
				root = filepath.Join(dir, "shared")
				break
			}
			dir = filepath.Dir(dir)
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

func TestHamIsSeldomAmbiguous(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(shared(t, "data/mail/spamassassin/ham"), "*.eml"))
	names, odd, minor := map[string]int{}, 0, 0
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m := Read(raw, Limit{})
		if m.Ambiguous {
			odd++
		}
		if len(m.Findings) > 0 {
			minor++
		}
		for _, f := range m.Findings {
			if f.Score > 0 {
				names[f.Name]++
			} else {
				names[f.Name+" (0)"]++
			}
		}
	}
	t.Logf("%d of %d ambiguous, %d with findings: %v", odd, len(files), minor, names)
	if odd*100 >= len(files) {
		t.Errorf("%d of %d ordinary mails are ambiguous: %v", odd, len(files), names)
	}
}

func BenchmarkRead(b *testing.B) {
	files, _ := filepath.Glob(filepath.Join(shared(b, "data/mail/spamassassin/ham"), "*.eml"))
	var mails [][]byte
	total := 0
	for _, f := range files {
		raw, _ := os.ReadFile(f)
		if len(raw) > 4000 && len(raw) < 10000 {
			mails = append(mails, raw)
			total += len(raw)
		}
		if len(mails) == 500 {
			break
		}
	}
	b.SetBytes(int64(total / len(mails)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		Read(mails[i%len(mails)], Limit{})
		i++
	}
}
