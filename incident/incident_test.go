package incident

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sekisho/ledger/scope"
)

func TestRecord(t *testing.T) {
	now := time.Unix(1_750_000_000, 0)
	window := scope.Span{From: 1_740_000_000_000}
	for name, make := range map[string]func() (*Record, error){
		"no title": func() (*Record, error) { return New("", window, nil, "a", now) },
		"no start": func() (*Record, error) { return New("t", scope.Span{}, nil, "a", now) },
		"inverted": func() (*Record, error) { return New("t", scope.Span{From: 5, To: 4}, nil, "a", now) },
	} {
		if _, err := make(); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	r, err := New("t", window, []scope.Component{{Role: "reader"}}, "a", now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Add(scope.Indicators{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("nothing added: %v", err)
	}
	if _, err := r.Add(scope.Indicators{Sessions: []scope.Mark{{ID: 4}, {ID: 5}}}); err != nil {
		t.Fatal(err)
	}
	notices, err := r.Add(scope.Indicators{Sessions: []scope.Mark{{ID: 5}}})
	if err != nil || len(r.Indicators.Sessions) != 2 || len(notices) != 1 {
		t.Errorf("the same again: %v, %v, %d sessions", notices, err, len(r.Indicators.Sessions))
	}
	if _, err := r.Add(scope.Indicators{Sessions: []scope.Mark{{ID: 5, Hijacked: true}}}); err == nil || len(r.Indicators.Sessions) != 2 {
		t.Error("what contradicts was added")
	}
	if err := r.Close("", "a", now); err == nil {
		t.Error("closed without an outcome")
	}
	if err := r.Close("mended", "a", now); err != nil || r.State != Closed {
		t.Fatal(err)
	}
	if _, err := r.Add(scope.Indicators{Sessions: []scope.Mark{{ID: 9}}}); !errors.Is(err, ErrClosed) {
		t.Errorf("added to a closed one: %v", err)
	}
	if err := r.AddScope(nil, nil, "a", now); !errors.Is(err, ErrClosed) {
		t.Errorf("a scope of a closed one: %v", err)
	}
	if err := r.Close("again", "a", now); !errors.Is(err, ErrClosed) {
		t.Errorf("closed twice: %v", err)
	}
}

// Every word that the page asks for is there in every language.
func TestPageWords(t *testing.T) {
	for lang, words := range pageWords {
		for key := range pageWords["en"] {
			if words[key] == "" {
				t.Errorf("%s: no word for %q", lang, key)
			}
		}
		for _, piece := range strings.Split(pageText, `{{t "`)[1:] {
			key, _, _ := strings.Cut(piece, `"`)
			if words[key] == "" {
				t.Errorf("%s: the page wants %q", lang, key)
			}
		}
	}
	if err := (Page{Lang: "xx"}).Write(nil); err == nil {
		t.Error("a page in an unknown language")
	}
}

func TestFigures(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 4072650: "4,072,650"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	for n, want := range map[uint64]string{0: "0 B", 999: "999 B", 1500: "1.5 kB", 652301050: "652 MB", 1 << 63: "9.22 EB"} {
		if got := sized(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
