package spam

import (
	"strings"
	"unicode/utf8"
)

// Trick says how a text was made hard to read for programs.
type Trick struct {
	Invisible int // characters that nobody sees inside of words
	Mixed     int // words of Latin letters with letters of other scripts that look alike
	Digits    int // words with digits and signs instead of letters: "acc0unt", "p@ssword"
	Spaced    int // words written letter by letter: "v i a g r a"
}

// Clean is a folded text as people read it: without invisible characters, look-alike letters made Latin inside of Latin
// words, spaced words joined. A text without tricks comes back as it is. Words with digits for letters stay, and their
// plain form is added at the end, because "b2b" and "covid19" are words too.
func Clean(t string) (string, Trick) {
	var k Trick
	if !ascii(t) {
		t = k.unmask(t)
	}
	k.count(&t)
	return t, k
}

func ascii(t string) bool {
	for i := 0; i < len(t); i++ {
		if t[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// invisible says whether a character takes no room.
func invisible(r rune) bool {
	switch {
	case r == 0xad, r == 0x34f, r == 0x61c, r == 0x180e, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2064, r == 0xfeff, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}

// alike are Cyrillic and Greek small letters and the Latin ones that they look like.
const alike = "аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwкkмmтtнhвbгrпnьbεeιiκkνvοoρpτtυuχxαaβbγyωwηnԍgӏlɑaɡgıiꞌ'ցgհhոnսuօoքp"

var alikes = func() map[rune]rune {
	m := make(map[rune]rune)
	r := []rune(alike)
	for i := 0; i+1 < len(r); i += 2 {
		m[r[i]] = r[i+1]
	}
	return m
}()

// unmask takes invisible characters out and makes look-alikes Latin.
func (k *Trick) unmask(t string) string {
	suspect := false
	for i := 0; i < len(t) && !suspect; i++ {
		switch c := t[i]; {
		case c == 0xcc || c == 0xcd || c >= 0xce && c <= 0xd6, c == 0xe2 && i+1 < len(t) && (t[i+1] == 0x80 || t[i+1] == 0x81), c == 0xc2 && i+1 < len(t) && t[i+1] == 0xad, c == 0xef && i+1 < len(t) && t[i+1] == 0xbb, c == 0xf3, c == 0xc4, c == 0xc9:
			suspect = true
		}
	}
	if !suspect {
		return t
	}
	out := make([]byte, 0, len(t))
	for i := 0; i < len(t); {
		end, latin, other := i, 0, 0
		hidden := 0
		for end < len(t) { // one word
			r, n := utf8.DecodeRuneInString(t[end:])
			switch {
			case r >= 'a' && r <= 'z':
				latin++
			case alikes[r] != 0:
				other++
			case invisible(r):
				hidden++
			default:
				n = 0
			}
			if n == 0 {
				break
			}
			end += n
		}
		if end == i {
			_, n := utf8.DecodeRuneInString(t[i:])
			out = append(out, t[i:i+n]...)
			i += n
			continue
		}
		if hidden > 0 && latin+other > 1 {
			k.Invisible += hidden
		}
		if latin > 0 && other > 0 {
			k.Mixed++
		}
		for _, r := range t[i:end] {
			switch to := alikes[r]; {
			case invisible(r):
			case to != 0 && latin > 0:
				out = utf8.AppendRune(out, to)
			default:
				out = utf8.AppendRune(out, r)
			}
		}
		i = end
	}
	return string(out)
}

// leet are digits and signs, and the letters that they stand for.
const leet = "0o1i3e4a5s7t@a$s!i"

// count finds words with digits for letters and spaced words, and adds their plain forms to the text.
func (k *Trick) count(t *string) {
	s := (*t)[:min(len(*t), maxText)]
	var extra []byte
	run := make([]byte, 0, 32)
	single := 0
	flush := func() {
		if single >= 4 && len(extra) < 4096 {
			k.Spaced++
			extra = append(append(extra, ' '), run...)
		}
		run, single = run[:0], 0
	}
	for i := 0; i < len(s); {
		start, digits, letters := i, 0, 0
		for i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || strings.IndexByte("013457@$!", s[i]) >= 0) {
			if s[i] >= 'a' && s[i] <= 'z' {
				letters++
			} else {
				digits++
			}
			i++
		}
		switch n := i - start; {
		case n == 0:
			if s[i] != ' ' && s[i] != '.' && s[i] != '-' && s[i] != '_' && s[i] != '*' {
				flush()
			}
			i++
			continue
		case n == 1 && letters == 1 && (i == len(s) || s[i] < utf8.RuneSelf):
			run = append(run, s[start])
			single++
			continue
		case digits > 0 && letters >= 3 && digits <= letters && n <= 20 && len(extra) < 4096 && inner(s[start:i]):
			k.Digits++
			extra = append(extra, ' ')
			for _, c := range []byte(s[start:i]) {
				if at := strings.IndexByte(leet, c); at >= 0 && at%2 == 0 {
					c = leet[at+1]
				}
				extra = append(extra, c)
			}
		}
		flush()
	}
	flush()
	if len(extra) > 0 {
		*t += "\n" + string(extra)
	}
}

// inner says whether a sign or digit stands between letters: "acc0unt", but not "room5" or "wow!".
func inner(w string) bool {
	for i := 1; i+1 < len(w); i++ {
		if l := w[i-1]; (w[i] < 'a' || w[i] > 'z') && l >= 'a' && l <= 'z' && w[i+1] >= 'a' && w[i+1] <= 'z' {
			return true
		}
	}
	return false
}
