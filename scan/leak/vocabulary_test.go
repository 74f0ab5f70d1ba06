package leak

import (
	"strings"
	"testing"
)

// plainMeaning is what the last label in s says, looked for word by word.
func plainMeaning(s string) (at, long int, is sense) {
	take := func(word string, what sense) {
		i := lastWord(s, word)
		if i < 0 {
			return
		}
		if e := i + len(word); e > at || e == at && len(word) > long {
			at, long, is = e, len(word), what
		}
	}
	for i := range labels {
		take(labels[i].word, labels[i].is)
	}
	for _, w := range others {
		take(w, other)
	}
	return at, long, is
}

// lastWord is where word stands last in s; a word of Latin letters begins where no letter stands before it, and a short one
// ends where none follows. -1 for none.
func lastWord(s, word string) int {
	for end := len(s); ; {
		i := strings.LastIndex(s[:end], word)
		if i < 0 {
			return -1
		}
		if stands(s, i, len(word)) {
			return i
		}
		end = i + len(word) - 1
	}
}

// FuzzVocabulary: one pass finds what looking for one word after another finds.
func FuzzVocabulary(f *testing.F) {
	for _, s := range []string{"my number: ", "refno", "tel/fax order no. 5 card", "マイナンバーカード番号は", "scorecard number", "ups tracking", "個人番号カード 注文番号"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToLower(s)
		at, long, is := 0, 0, unsaid
		vocabulary().Find(s, func(of, i, n int) {
			if e := i + n; (e > at || e == at && n > long) && stands(s, i, n) {
				at, long, is = e, n, sense(of)
			}
		})
		if a, l, x := plainMeaning(s); a != at || l != long || x != is {
			t.Errorf("%q: %d %d %d, one by one %d %d %d", s, at, long, is, a, l, x)
		}
	})
}
