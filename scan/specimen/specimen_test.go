package specimen

import (
	"bytes"
	"math/rand/v2"
	"net/mail"
	"strings"
	"testing"
)

func TestMake(t *testing.T) {
	a, b := Make(Teach, 1, 400), Make(Teach, 1, 400)
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
	if len(kinds) != len(english)+len(japanese) {
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
