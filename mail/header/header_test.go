package header

import (
	"bytes"
	"testing"
)

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		raw   string
		names []string
		rest  string
	}{
		"plain":            {"A: 1\r\nB: 2\r\n\r\nbody", []string{"A", "B"}, "\r\nbody"},
		"folded":           {"A: 1\r\n 2\r\n\t3\r\nB: x\r\n\r\n", []string{"A", "B"}, "\r\n"},
		"blank before :":   {"A : 1\r\n\r\n", []string{"A"}, "\r\n"},
		"no body":          {"A: 1\r\n", []string{"A"}, ""},
		"no line end":      {"A: 1", []string{"A"}, ""},
		"not a field":      {"A: 1\r\nnonsense\r\nB: 2\r\n\r\n", []string{"A"}, "nonsense\r\nB: 2\r\n\r\n"},
		"empty":            {"", nil, ""},
		"begins folded":    {" x: 1\r\n", nil, " x: 1\r\n"},
		"colon first":      {": 1\r\n", nil, ": 1\r\n"},
		"8-bit in name":    {"\xc3\xa4: 1\r\n", nil, "\xc3\xa4: 1\r\n"},
		"empty line first": {"\r\nA: 1\r\n", nil, "\r\nA: 1\r\n"},
	} {
		fields, rest := Split([]byte(c.raw))
		var got []string
		for _, f := range fields {
			got = append(got, f.Name)
		}
		if len(got) != len(c.names) || string(rest) != c.rest {
			t.Errorf("%s: %q, rest %q", name, got, rest)
			continue
		}
		for i := range got {
			if got[i] != c.names[i] {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
}

func TestValue(t *testing.T) {
	f, _ := Split([]byte("Subject: a\r\n  b \r\n\r\n"))
	if v := f[0].Value(); v != "a  b" {
		t.Errorf("%q", v)
	}
}

func TestBroken(t *testing.T) {
	for raw, want := range map[string]int{"": -1, "a\r\nb": -1, "\r\n\r\n": -1, "a\nb": 1, "a\rb": 1, "a\r": 1, "a\r\n\n": 3, "\r\r\n": 0} {
		if got := Broken([]byte(raw)); got != want {
			t.Errorf("%q: %d, want %d", raw, got, want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte("A: 1\r\n 2\r\n\r\nbody"))
	f.Add([]byte("A : \n:\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		fields, rest := Split(raw)
		var whole []byte
		for _, x := range fields {
			whole = append(whole, x.Raw...)
			x.Value()
		}
		if !bytes.Equal(append(whole, rest...), raw) {
			t.Fatal("split loses or adds bytes")
		}
		Broken(raw)
	})
}
