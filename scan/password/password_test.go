package password

import (
	"slices"
	"strings"
	"testing"
)

func TestCandidates(t *testing.T) {
	for text, want := range map[string]string{
		"添付ファイルのパスワードは「Xy7#kk21」です。": "Xy7#kk21",
		"PW:secret99\n": "secret99",
		"パスワード\n\n  ａｂｃ１２３４\n":                   "abc1234",
		"The password is \"blue-Horse\".":        "blue-Horse",
		"解凍PW＝Tokyo2026":                         "Tokyo2026",
		"Hello\n\nqwerty\n\nregards":             "qwerty",
		"ZIPパスワード：20261129":                      "20261129",
		"Le mot de passe : été2026 et x9!Lk2ee.": "x9!Lk2ee",
	} {
		if got := Candidates(text, 50); !slices.Contains(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
	if got := Candidates(strings.Repeat("pw abc123 def456 ghi789\n", 100), 2); len(got) != 2 || got[0] != "abc123" {
		t.Errorf("%q", got)
	}
}

func FuzzCandidates(f *testing.F) {
	f.Add("パスワード:\xff\xfe ｐｗ＝", 5)
	f.Fuzz(func(t *testing.T, text string, n int) {
		if got := Candidates(text, n%100); len(got) > max(n%100, 0) {
			t.Fatalf("%d of %d", len(got), n)
		}
	})
}
