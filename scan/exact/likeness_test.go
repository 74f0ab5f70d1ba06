package exact

import (
	"strings"
	"testing"

	"sekisho/search"
)

const paper = "The merger of the two companies shall be announced on the first of April, after the shareholders of both have agreed. Until then nobody but the board and its advisers may know of it. " +
	"新会社の名称は両社の名前から取らず、公募により決定する。統合比率は一対零点七とし、端数は切り捨てる。本社は大阪に置き、東京の事務所は閉鎖する。従業員への説明は発表の翌日に各拠点で同時に行う。"

func TestShare(t *testing.T) {
	doc, err := Document(key, paper)
	if err != nil {
		t.Fatal(err)
	}
	half := paper[:strings.Index(paper, "新会社")]
	for _, c := range []struct {
		text     string
		low, top float64
	}{
		{paper, 1, 1}, {strings.ToUpper(strings.ReplaceAll(paper, " ", "\n> ")), 1, 1}, {"前略\n" + half + "\n草々", 0.3, 0.8},
		{"The weather of the two cities shall be nice on the first of May. 新しい名称は公募により決める予定です。", 0, 0.1}, {"", 0, 0},
	} {
		if got := Share(key, doc, search.Fold(c.text)); got < c.low || got > c.top {
			t.Errorf("%.60s: %.2f, want %.2f to %.2f", c.text, got, c.low, c.top)
		}
	}
	if got := Share(Key(strings.Repeat("x", KeySize)), doc, search.Fold(paper)); got != 0 {
		t.Errorf("another key: %.2f", got)
	}
	if _, err := Document(key, "short"); err == nil {
		t.Error("a short document was taken")
	}
}

func FuzzShare(f *testing.F) {
	f.Add([]byte(paper), paper)
	f.Fuzz(func(t *testing.T, doc []byte, text string) {
		if s := Share(key, doc, search.Fold(text)); s < 0 || s > 1 {
			t.Fatal(s)
		}
	})
}
