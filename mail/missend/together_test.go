package missend

import (
	"fmt"
	"slices"
	"testing"
)

func TestTogether(t *testing.T) {
	s, _ := LoadTogether(nil)
	if got := s.Apart([]string{"a@kawa.example", "b@mori.example"}); got != nil {
		t.Errorf("a sketch that knows nothing says %v", got)
	}
	for i := range 1000 {
		if !s.Add([]string{fmt.Sprintf("a@one%d.example", i), fmt.Sprintf("b@two%d.example", i)}) {
			t.Logf("pair %d seemed known", i)
		}
	}
	s, err := LoadTogether(s.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if s.Add([]string{"x@one5.example", "y@two5.example"}) {
		t.Error("other people of the same organisations are new")
	}
	wrong := 0
	for i := range 1000 {
		if got := s.Apart([]string{fmt.Sprintf("c@two%d.example", i), fmt.Sprintf("d@one%d.example", i)}); got != nil {
			t.Fatalf("pair %d was forgotten: %v", i, got)
		}
		if got := s.Apart([]string{fmt.Sprintf("c@two%d.example", i), fmt.Sprintf("d@one%d.example", i+1)}); len(got) != 1 {
			wrong++
		}
	}
	if wrong > 20 {
		t.Errorf("%d of 1000 pairs that never met seem known", wrong)
	}
	if _, err := LoadTogether([]byte("x")); err == nil {
		t.Error("a byte is taken for a sketch")
	}
}

func TestElsewhere(t *testing.T) {
	known := map[string][]string{"株式会社川電機": {"kawa-denki.example"}, "森商事株式会社": {"mori.example"}, "acme": {"acme.example"}}
	for text, want := range map[string][]string{
		"株式会社川電機 御中\n見積書をお送りします": {"株式会社川電機"}, "川電機様向けの資料": {"株式会社川電機"}, "森商事株式会社 御中": nil, "川電機の件ですが": nil,
		"acme_quote_2026.pdf": {"acme"}, "the acme of skill": nil,
	} {
		if got := Elsewhere(text, known, []string{"mori.example"}); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func FuzzTogether(f *testing.F) {
	f.Add([]byte{1}, "a@b.example", "株式会社川電機 御中")
	f.Fuzz(func(_ *testing.T, b []byte, a, text string) {
		if s, err := LoadTogether(b); err == nil {
			s.Add([]string{a, "c@d.example"})
			s.Apart([]string{a, text})
		}
		Elsewhere(text, map[string][]string{a: {"x.example"}}, nil)
	})
}
