package secret

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sekisho/test/corpus"
)

func TestDefault(t *testing.T) {
	_, problems, err := Parse(text)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
}

// TestPublic loads the public configuration as it stands: every rule that has something to look for in mail can be used.
func TestPublic(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(corpus.Path(t, "data/dlp/gitleaks/config"), "gitleaks.toml"))
	if err != nil {
		t.Fatal(err)
	}
	s, problems, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Rule, p.Reason)
	}
	t.Logf("%d rules can be used", s.Len())
	if s.Len() < 222 {
		t.Errorf("%d rules of 222", s.Len())
	}
	if hits := s.Find("see "+"ghp_"+"k3Jd82mNQpz7Xw1Rb5Ty9Uc4Vf6Gh0Ea2Ls8", ""); len(hits) == 0 {
		t.Errorf("%v", hits)
	}
	if hits := s.Find(strings.Repeat("いつもお世話になっております。the key points of our token ring meeting\n", 300), ""); len(hits) > 0 {
		t.Errorf("%v", hits)
	}
}
