package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Hello World": "hello world", "ＡＢＣ１２３": "abc123", "ﾊﾝｶｸ": "ハンカク", "ガ": "ガ", "㈱山田": "(株)山田", "ÉTÉ": "été", "": "",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

// all says whether every token of q is in text.
func all(text, q []uint32) bool {
	for _, x := range q {
		if _, ok := slices.BinarySearch(text, x); !ok {
			return false
		}
	}
	return true
}

func TestSubstringsAreFound(t *testing.T) {
	text := "Re: 見積書の送付について Sekisho-2026 Invoice №1234, ﾊﾝｶｸ と ＦＵＬＬ"
	tokens := Tokens(text)
	for _, q := range []string{"見積書", "送付", "voic", "INVOICE", "sekisho", "2026", "ハンカク", "full", "の送付に", "1234", "付について s"} {
		list := Query(q)
		if len(list) == 0 {
			t.Errorf("%q makes no tokens", q)
		}
		if !all(tokens, list) {
			t.Errorf("%q is not found", q)
		}
	}
	for _, q := range []string{"請求", "xyz", "見送"} {
		if all(tokens, Query(q)) {
			t.Errorf("%q is found and is not there", q)
		}
	}
	for _, q := range []string{"", "ab", "見", "a 見 b", "--"} {
		if Query(q) != nil {
			t.Errorf("%q is too short, but has tokens", q)
		}
	}
}

func TestEncode(t *testing.T) {
	for _, list := range [][]uint32{nil, {0}, {Space - 1}, {0, 1, 127, 128, 129, 70000, Space - 1}, Tokens(strings.Repeat("これは長い文章です。abcdef ", 50))} {
		got, err := Decode(Encode(list))
		if err != nil || !slices.Equal(got, list) {
			t.Errorf("%v became %v, %v", list, got, err)
		}
	}
	for _, bad := range [][]byte{{1}, {2, 1}, {1, 0, 0}, {1, 0x80}, {1, 0xff, 0xff, 0xff, 0xff}, {1, 0x80, 0x00}} {
		if got, err := Decode(bad); err == nil {
			t.Errorf("%x was read as %v", bad, got)
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("Hello 見積書 World", 3, 12)
	f.Add("İstanbul ẞ ﬁne が", 0, 9)
	f.Fuzz(func(t *testing.T, text string, a, b int) {
		fold := Fold(text)
		if Fold(fold) != fold {
			t.Fatalf("folding %q twice makes %q", fold, Fold(fold))
		}
		tokens := Tokens(text)
		if !slices.IsSorted(tokens) {
			t.Fatal("not in order")
		}
		if got, err := Decode(Encode(tokens)); err != nil || !slices.Equal(got, tokens) {
			t.Fatal("encoding loses tokens")
		}
		if a < 0 || b > len(fold) || a > b || !utf8.ValidString(fold) {
			return
		}
		part := fold[a:b]
		if !utf8.ValidString(part) || Fold(part) != part {
			return
		}
		if !all(tokens, Query(part)) {
			t.Fatalf("%q is a part of %q and is not found", part, fold)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{1, 0, 1, 200, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := Decode(b)
		if err == nil && string(Encode(list)) != string(b) {
			t.Fatalf("%x is read as %v, which is written otherwise", b, list)
		}
	})
}

func BenchmarkTokens(b *testing.B) {
	text := strings.Repeat("the quick brown fox jumps over 12 lazy dogs; ", 150) + strings.Repeat("吾輩は猫である。名前はまだ無い。", 20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Tokens(text)
	}
}
