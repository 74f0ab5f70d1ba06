package specimen

import (
	"bytes"
	"math/rand/v2"
	"net/mail"
	"strings"
	"testing"
)

func TestMake(t *testing.T) {
	a, b := Make(Teach, 1, 600), Make(Teach, 1, 600)
	kinds := make(map[string]int)
	for i := range a {
		if !bytes.Equal(a[i].Raw, b[i].Raw) {
			t.Fatal("the same seed makes other mails")
		}
		if _, err := mail.ReadMessage(bytes.NewReader(a[i].Raw)); err != nil {
			t.Fatalf("%d: %v\n%s", i, err, a[i].Raw)
		}
		kinds[a[i].Kind]++
		if strings.HasPrefix(a[i].Kind, "ham") == a[i].Bad {
			t.Errorf("%s is bad: %v", a[i].Kind, a[i].Bad)
		}
	}
	if len(kinds) != len(english)+len(japanese)+len(inside)+len(insideJapanese)+2*len(others)+len(further) {
		t.Errorf("%d kinds: %v", len(kinds), kinds)
	}
}

// TestFamilies: what measures has no sentence and no company of what teaches.
func TestFamilies(t *testing.T) {
	for i := range kinds {
		k := &kinds[i]
		for _, list := range [][]string{k.subjects, k.lines} {
			seen := make(map[string]bool)
			for _, s := range list {
				if seen[s] {
					t.Errorf("%s: %q is twice", k.name, s)
				}
				seen[s] = true
			}
		}
	}
	sites := make(map[string]bool)
	for _, f := range []Family{Teach, Check} {
		m := &maker{family: f, slots: make(map[string]string)}
		own := m.mine([]string{"a", "b", "c", "d"})
		for _, s := range own {
			if sites[s] {
				t.Errorf("%s is in both", s)
			}
			sites[s] = true
		}
	}
}

func FuzzFill(f *testing.F) {
	f.Add("{a|b} {n} {")
	f.Fuzz(func(t *testing.T, text string) {
		m := &maker{Rand: rand.New(rand.NewPCG(1, 1)), slots: make(map[string]string), to: "a@b.example"}
		if len(text) < 1000 {
			m.fill(text)
		}
	})
}

// TestDress: what a mail says is still there in another form, and the same seed makes the same one.
func TestDress(t *testing.T) {
	c := Content{Name: "A", From: "a@b.example", Subject: "cheap watches", Text: "one two three\n\nfour five", Links: []string{"http://c.example/d"}}
	forms := map[string]bool{}
	for seed := range uint64(20) {
		raw := Dress(seed, c)
		if !bytes.Equal(raw, Dress(seed, c)) {
			t.Fatal("the same seed makes other mails")
		}
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil || !strings.Contains(m.Header.Get("From"), "a@b.example") || m.Header.Get("Subject") != "cheap watches" {
			t.Fatalf("%v\n%s", err, raw)
		}
		forms[m.Header.Get("Content-Type")[:10]] = true
	}
	if len(forms) < 2 {
		t.Errorf("one form only: %v", forms)
	}
	if _, err := mail.ReadMessage(bytes.NewReader(Dress(1, Content{}))); err != nil {
		t.Error(err)
	}
}
