package srs

import (
	"errors"
	"strings"
	"testing"
	"time"
)

var (
	now  = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	keys = Keys{[]byte("the key of this fortnight"), []byte("the key of the last one")}
)

func TestForwardAndBack(t *testing.T) {
	once, err := Forward(keys, "Hana@shop.example", "mori.example", now)
	if err != nil || !strings.HasPrefix(once, "SRS0=") || !strings.HasSuffix(once, "=shop.example=Hana@mori.example") || !Is(once) {
		t.Fatalf("%q %v", once, err)
	}
	if back, err := Reverse(keys, once, now.Add(5*24*time.Hour)); err != nil || back != "Hana@shop.example" {
		t.Errorf("%q %v", back, err)
	}
	if back, err := Reverse(keys, strings.ToLower(once), now); err != nil || back != "hana@shop.example" {
		t.Errorf("in small letters: %q %v", back, err)
	}
	others := Keys{[]byte("kawa's key")}
	twice, err := Forward(others, once, "kawa.example", now)
	if err != nil || !strings.HasPrefix(twice, "SRS1=") {
		t.Fatalf("%q %v", twice, err)
	}
	if back, err := Reverse(others, twice, now); err != nil || back != once {
		t.Errorf("SRS1 goes back to %q, %v; want %q", back, err, once)
	}
	third := Keys{[]byte("a third")}
	thrice, err := Forward(third, twice, "sora.example", now)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := Reverse(third, thrice, now); err != nil || back != once {
		t.Errorf("the third goes back to %q, %v; want the first, %q", back, err, once)
	}
}

func TestForwardKeeps(t *testing.T) {
	for _, c := range []struct{ sender, want string }{{"", ""}, {"taro@mori.example", "taro@mori.example"}} {
		if got, err := Forward(keys, c.sender, "mori.example", now); err != nil || got != c.want {
			t.Errorf("%q: %q %v", c.sender, got, err)
		}
	}
	if _, err := Forward(keys, strings.Repeat("a", 40)+"@shop.example", "mori.example", now); !errors.Is(err, ErrLong) {
		t.Errorf("a long sender: %v", err)
	}
	for _, bad := range []string{"hana", "@shop.example", "hana@"} {
		if _, err := Forward(keys, bad, "mori.example", now); !errors.Is(err, ErrNone) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestReverseRefuses(t *testing.T) {
	good, err := Forward(keys, "hana@shop.example", "mori.example", now)
	if err != nil {
		t.Fatal(err)
	}
	old, _ := Forward(Keys{keys[1]}, "hana@shop.example", "mori.example", now)
	if _, err := Reverse(keys, old, now); err != nil {
		t.Errorf("made with the key before: %v", err)
	}
	for what, c := range map[string]struct {
		address string
		at      time.Time
		want    error
	}{
		"no rewritten address": {"hana@mori.example", now, ErrNone},
		"no domain":            {"SRS0=abcdefgh=aa=shop.example=hana", now, ErrNone},
		"another sender":       {strings.Replace(good, "hana", "taro", 1), now, ErrForged},
		"another domain":       {strings.Replace(good, "@mori", "@kawa", 1), now, ErrForged},
		"too old":              {good, now.Add(Life + 48*time.Hour), ErrForged},
		"from the future":      {good, now.Add(-48 * time.Hour), ErrForged},
		"cut short":            {"SRS0=abcdefgh@mori.example", now, ErrForged},
		"a guess":              {"SRS0=aaaaaaaa=4a=shop.example=hana@mori.example", now, ErrForged},
		"an SRS1 guess":        {"SRS1=aaaaaaaa=shop.example==x=4a=a.example=hana@mori.example", now, ErrForged},
	} {
		if back, err := Reverse(keys, c.address, c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %q %v", what, back, err)
		}
	}
}

func FuzzReverse(f *testing.F) {
	good, _ := Forward(keys, "hana@shop.example", "mori.example", now)
	for _, s := range []string{good, "SRS1=a=b==c@d", "SRS0=@", "srs0+x", "", "SRS1=a=b=c=d@e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if back, err := Reverse(keys, s, now); err == nil && !Is(s) {
			t.Errorf("%q gave %q", s, back)
		}
		out, err := Forward(keys, s, "sora.example", now)
		if err != nil || out == s {
			return
		}
		if _, err := Reverse(keys, out, now); err != nil {
			t.Errorf("%q became %q, which does not come back: %v", s, out, err)
		}
	})
}
