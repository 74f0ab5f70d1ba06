package edge

import (
	"slices"
	"strings"
	"testing"
)

// What a stream was told is what the next question names; later states replace earlier ones, and a webmail that lies cannot
// make it grow.
func TestTold(t *testing.T) {
	s := map[string]string{}
	learn(s, []byte(`{"@type":"StateChange","changed":{"a1":{"Email":"1","Mailbox":"5"}}}`))
	learn(s, []byte(`{"@type":"StateChange","changed":{"a1":{"Email":"2"}}}`))
	got := states(s)
	slices.Sort(got)
	if want := []string{"Email=2", "Mailbox=5"}; !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
	for _, bad := range []string{"", "{", "[]", `{"changed":7}`, `{"changed":{"a":{"Email":7}}}`, `{"changed":{"a":{"x=y":"1"}}}`, `{"changed":{"a":{"Long":"` + strings.Repeat("x", 1000) + `"}}}`} {
		learn(s, []byte(bad))
	}
	if len(s) != 2 || s["Email"] != "2" {
		t.Errorf("after nonsense: %v", s)
	}
	for i := range 1000 {
		learn(s, []byte(`{"changed":{"a":{"T`+strings.Repeat("x", i%200)+`":"1"}}}`))
	}
	if len(s) > mostStates {
		t.Errorf("%d states kept", len(s))
	}
}

func FuzzTold(f *testing.F) {
	f.Add([]byte(`{"@type":"StateChange","changed":{"a1":{"Email":"1"}}}`))
	f.Add([]byte(`{"changed":{"a":null,"b":{"=":"="}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := map[string]string{}
		learn(s, b)
		if len(s) > mostStates {
			t.Fatal(len(s))
		}
		for _, x := range states(s) {
			if kind, _, ok := strings.Cut(x, "="); !ok || len(x) > longState+1 || s[kind] == "" && x != kind+"=" {
				t.Fatalf("%q", x)
			}
		}
	})
}
