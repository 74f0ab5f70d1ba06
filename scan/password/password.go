// Package password finds in the text of a mail what may be the password of an archive that came with it: "パスワード: abc123". Nothing is
// guessed: only words that stand in the text are given.
package password

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// labels are the words behind which people write passwords, in lower case and narrow letters.
var labels = [...]string{"パスワード", "暗証番号", "暗証", "解凍pw", "解凍パス", "password", "passwort", "passwd", "passphrase", "passcode", "pass", "pwd", "pw", "密码", "비밀번호", "mot de passe", "contraseña"}

// mostText is how much of a text is looked at.
const mostText = 256 << 10

// Candidates gives at most n words of a text that may be passwords, the likeliest first: those behind a label, then those alone on a
// line, then those that mix letters, digits and signs.
func Candidates(text string, n int) []string {
	text = norm.NFKC.String(strings.ToValidUTF8(text[:min(len(text), mostText)], " ")) // wide letters become narrow ones
	var near, alone, mixed []string
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		low := strings.ToLower(line)
		words := tokens(line)
		labelled := false
		for _, l := range labels {
			if at := strings.Index(low, l); at >= 0 {
				labelled = true
				near = append(near, tokens(behind(line, at+len(l), low))...)
				break
			}
		}
		if labelled {
			near = append(near, words...)
			for _, next := range lines[i+1 : min(len(lines), i+4)] {
				near = append(near, tokens(next)...)
			}
		}
		if len(words) == 1 && strings.TrimSpace(line) == words[0] {
			alone = append(alone, words[0])
		}
		for _, w := range words {
			if mixes(w) {
				mixed = append(mixed, w)
			}
		}
	}
	var out []string
	seen := make(map[string]bool)
	for _, list := range [][]string{near, alone, mixed} {
		for _, w := range list {
			if len(out) < n && !seen[w] {
				seen[w] = true
				out = append(out, w)
			}
		}
	}
	return out
}

// behind is what stands in a line behind a label. Small letters can have other lengths, so that the place is sought by letters.
func behind(line string, at int, low string) string {
	n := len([]rune(low[:at]))
	r := []rune(line)
	return string(r[min(n, len(r)):])
}

// tokens are the words of a line that can be passwords: printable ASCII, without marks around them.
func tokens(line string) []string {
	var out []string
	for _, f := range strings.FieldsFunc(line, func(r rune) bool {
		return r <= ' ' || r > '~' || unicode.IsSpace(r)
	}) {
		for _, w := range []string{f, inside(f)} {
			if len(w) >= 3 && len(w) <= 64 && (len(out) == 0 || out[len(out)-1] != w) {
				out = append(out, w)
			}
		}
	}
	return out
}

// inside is a word without what people put around and before a password.
func inside(w string) string {
	if i := strings.IndexAny(w, ":="); i >= 0 && i+1 < len(w) {
		w = w[i+1:]
	}
	w = strings.TrimLeft(w, "\"'([{<:=")
	return strings.TrimRight(w, "\"')]}>.,;:")
}

// mixes says whether a word looks made up: letters and digits, or letters and signs, and no address.
func mixes(w string) bool {
	letters, digits, signs := 0, 0, 0
	for _, c := range w {
		switch {
		case unicode.IsLetter(c):
			letters++
		case unicode.IsDigit(c):
			digits++
		default:
			signs++
		}
	}
	return len(w) >= 6 && len(w) <= 32 && letters > 0 && (digits > 0 || signs > 1) && !strings.Contains(w, "://") && !(strings.Contains(w, "@") && strings.Contains(w, "."))
}
