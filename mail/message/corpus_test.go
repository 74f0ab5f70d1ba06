package message

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sekisho"
	"sekisho/test/corpus"
)

func TestHamIsSeldomAmbiguous(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus.Path(t, "data/mail/spamassassin/ham"), "*.eml"))
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
	files, _ := filepath.Glob(filepath.Join(corpus.Path(b, "data/mail/spamassassin/ham"), "*.eml"))
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

// stalwart is what another parser says about a mail.
type stalwart struct {
	Parts []struct {
		Headers []struct {
			Name  any
			Value any
		}
	}
}

// TestAnotherParser compares subjects and the number of parts with those that the tests of Stalwart's parser expect. They
// differ only where this reader refuses (UTF-7) or knows more (bytes without a label).
func TestAnotherParser(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus.Path(t, "data/mime/stalwart-mail-parser/eml"), "*", "*.eml"))
	subjects, parts, n := 0, 0, 0
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(strings.TrimSuffix(f, ".eml") + ".json")
		if err != nil {
			continue
		}
		var want stalwart
		if err := json.Unmarshal(b, &want); err != nil || len(want.Parts) == 0 {
			continue
		}
		n++
		m := Read(raw, Limit{})
		subject := ""
		for _, h := range want.Parts[0].Headers {
			if v, ok := h.Value.(map[string]any); ok && h.Name == "subject" && subject == "" {
				subject, _ = v["Text"].(string)
			}
		}
		if plain(subject) == plain(m.Fields.Subject) || strings.Contains(string(raw), "=?utf-7?") && m.Ambiguous {
			subjects++
		} else {
			t.Logf("%s: subject %q, the other says %q", filepath.Base(f), m.Fields.Subject, subject)
		}
		if c := count(&m.Root); c == len(want.Parts) || m.Ambiguous {
			parts++
		} else {
			t.Logf("%s: %d parts, the other says %d", filepath.Base(f), c, len(want.Parts))
		}
	}
	t.Logf("%d of %d subjects, %d part counts", subjects, n, parts)
	if n < 50 || subjects != n || parts != n {
		t.Errorf("%d of %d subjects, %d part counts", subjects, n, parts)
	}
}

// plain leaves out what one reads as a letter and the other cannot read: bytes without a label.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f {
			return -1
		}
		return r
	}, s)
}

// count is the number of parts without those of embedded mails.
func count(p *sekisho.Part) int {
	n := 1
	if p.Type == "multipart" {
		for i := range p.Parts {
			n += count(&p.Parts[i])
		}
	}
	return n
}
