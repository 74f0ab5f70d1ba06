package collation

import (
	"reflect"
	"strings"
	"testing"
)

func never() error { return nil }

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		comparator, value, pattern string
		want                       []string // nil: no match
	}{
		{Casemap, "", "", []string{""}},
		{Casemap, "", "*", []string{"", ""}},
		{Casemap, "abc", "A*", []string{"abc", "bc"}},
		{Octet, "abc", "A*", nil},
		{Casemap, "a.b.c", "*.*", []string{"a.b.c", "a", "b.c"}},
		{Casemap, "a.b.c", "*.?", []string{"a.b.c", "a.b", "c"}},
		{Casemap, "a*b", `a\*b`, []string{"a*b"}},
		{Casemap, "axb", `a\*b`, nil},
		{Casemap, "日本", "?本", []string{"日本", "日"}},
		{Octet, "日", "???", []string{"日", "\xe6", "\x97", "\xa5"}},
		{Unicode, "TÈST x", "tès?*", []string{"TÈST x", "T", " x"}},
		{Casemap, "aab", "*ab", []string{"aab", "a"}},
		{Casemap, "ab", "ab?", nil},
	} {
		got, err := Glob(c.comparator, c.value, c.pattern, never)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %q %q: %q, want %q", c.comparator, c.value, c.pattern, got, c.want)
		}
	}
}

func TestOrder(t *testing.T) {
	for _, c := range []struct {
		comparator, a, b string
		want             int
	}{
		{Casemap, "A", "a", 0}, {Octet, "A", "a", -1}, {Casemap, "É", "é", 0 - 1}, {Unicode, "É", "é", 0}, {Numeric, "007x", "7", 0}, {Numeric, "10", "9", 1},
		{Numeric, "", "9", 1}, {Numeric, "", "x", 0}, {Numeric, "99999999999999999999999", "100000000000000000000000", -1},
	} {
		if got := Order(c.comparator, c.a, c.b); got != c.want {
			t.Errorf("%s %q %q: %d, want %d", c.comparator, c.a, c.b, got, c.want)
		}
	}
	for relation, want := range map[string][3]bool{"lt": {true, false, false}, "le": {true, true, false}, "eq": {false, true, false}, "ne": {true, false, true}, "ge": {false, true, true}, "gt": {false, false, true}} {
		if got := [3]bool{Related(relation, -1), Related(relation, 0), Related(relation, 1)}; got != want {
			t.Errorf("%s: %v, want %v", relation, got, want)
		}
	}
}

// Expressions that would grow beyond measure are refused before they are made.
func TestCompile(t *testing.T) {
	for _, s := range []string{"(", "((a{1000}){1000}){1000}", "(a{100}){101}", strings.Repeat("a", 5000)} {
		if _, err := Compile(s, Casemap); err == nil {
			t.Errorf("%.20s... was compiled", s)
		}
	}
	if e, err := Compile("^a.b$", Casemap); err != nil || !e.MatchString("A\nB") {
		t.Error(err)
	}
	if e, err := Compile("(a?b?c?){50}", Octet); err != nil || e.Size < 150 {
		t.Error(err, e.Size)
	}
}

// FuzzGlob: what matches, put together again, is the value.
func FuzzGlob(f *testing.F) {
	f.Add("a.b.c", "*.?", true)
	f.Add("日本", `?\本*`, false)
	f.Fuzz(func(t *testing.T, value, pattern string, octets bool) {
		comparator := Casemap
		if octets {
			comparator = Octet
		}
		got, err := Glob(comparator, value, pattern, never)
		if err != nil || got == nil {
			return
		}
		var b strings.Builder
		i := 1
		for _, p := range compilePattern(comparator, pattern) {
			if p.wild == 0 {
				b.WriteString(p.text)
				continue
			}
			b.WriteString(got[i])
			i++
		}
		if Order(comparator, b.String(), value) != 0 || i != len(got) {
			t.Fatalf("%q is not %q: %q", b.String(), value, got)
		}
	})
}

func FuzzCompile(f *testing.F) {
	f.Add("(a|b){2,3}[x-z]*")
	f.Fuzz(func(t *testing.T, s string) {
		if e, err := Compile(s, Unicode); err == nil {
			e.FindStringSubmatch(s)
		}
	})
}
