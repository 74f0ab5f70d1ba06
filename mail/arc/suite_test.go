package arc

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"sekisho/mail/dkim"
	"sekisho/mail/zone"
	"sekisho/test/corpus"
)

// keyZone is a zone of names and texts.
func keyZone(t testing.TB, keys map[string]string) *zone.Zone {
	t.Helper()
	var z strings.Builder
	for name, text := range keys {
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

// field is the value of a mapping's key. Mappings of the suite have keys twice, so they are not decoded into Go maps.
func field(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return &yaml.Node{}
}

func crlf(s string) []byte {
	return []byte(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n"))
}

// TestSuite runs the suite of the ARC working group.
func TestSuite(t *testing.T) {
	f, err := os.Open(corpus.Path(t, "data/protocol/arc_test_suite/tests/arc-draft-validation-tests.yml"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	done := 0
	for d := yaml.NewDecoder(f); ; {
		var doc yaml.Node
		if d.Decode(&doc) != nil {
			break
		}
		top := doc.Content[0]
		keys := map[string]string{}
		for i, list := 0, field(top, "txt-records").Content; i+1 < len(list); i += 2 {
			keys[list[i].Value] = list[i+1].Value
		}
		z := keyZone(t, keys)
		for i, tests := 0, field(top, "tests").Content; i+1 < len(tests); i += 2 {
			done++
			want := strings.ToLower(strings.TrimSpace(field(tests[i+1], "cv").Value))
			if want == "" {
				want = Fail
			}
			r := Verify(t.Context(), dkim.Open(crlf(field(tests[i+1], "message").Value)), z, time.Unix(1_500_000_000, 0))
			if r.Value != want {
				t.Errorf("%s, %s: %s (%s), want %s: %s", field(top, "description").Value, tests[i].Value, r.Value, r.Reason, want,
					field(tests[i+1], "description").Value)
			}
		}
	}
	if done != 175 { // 171 names, four of them twice
		t.Errorf("%d tests, want 175", done)
	}
}

// TestStalwart validates real chains with the keys of their time.
func TestStalwart(t *testing.T) {
	for name, sealers := range map[string]int{"001.txt": 1, "002.txt": 2} {
		b, err := os.ReadFile(filepath.Join(corpus.Path(t, "data/protocol/stalwart-mail-auth/arc"), name))
		if err != nil {
			t.Fatal(err)
		}
		head, mail, _ := strings.Cut(string(b), "\n\n")
		keys := map[string]string{}
		for line := range strings.Lines(head) {
			name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
			keys[name] = text
		}
		z := keyZone(t, keys)
		r := Verify(t.Context(), dkim.Open(crlf(mail)), z, time.Unix(1_667_893_878, 0))
		if r.Value != Pass || len(r.Sealers) != sealers {
			t.Errorf("%s: %+v", name, r)
		}
		if r := Verify(t.Context(), dkim.Open(crlf(mail+"One line more\n")), z, time.Unix(1_667_893_878, 0)); r.Value != Fail {
			t.Errorf("%s: with a line more %s", name, r.Value)
		}
	}
}
