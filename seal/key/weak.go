package key

import (
	"strings"
	"unicode/utf8"
)

// The lengths of a main password: characters at least, bytes at most.
const (
	PasswordLeast = 12
	PasswordMost  = 1024
)

// commonWords are what passwords that many people have are made of. With lengths below PasswordLeast refused, what is left of the
// lists of passwords that were found in breaches is these, strung together and drawn out with numbers and marks.
func commonWords() []string {
	return strings.Fields(`password passwort passwd secret letmein welcome admin administrator root login user guest test master changeme default
		iloveyou sunshine princess football baseball basketball monkey dragon shadow superman batman michael jordan hello freedom whatever
		trustno computer internet google facebook linkedin apple samsung sakura arigato konnichiwa nihon tokyo osaka japan company kaisha
		summer winter spring autumn january february march april june july august september october november december monday friday
		sekisho mail webmail email asdf qwer zxcv qwert asdfg zxcvb qwerty azerty qwertz qazwsx love baby angel mother abcd abc aaa pass word`)
}

// keyboard are the rows along which people slide.
const keyboard = "qwertyuiop asdfghjkl zxcvbnm 1234567890 qazwsxedcrfvtgbyhnujmikolp 1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p"

// Weak says why a main password is refused: "short", "long", or "common" when it is made of nothing but words that many people
// take, runs of the keyboard, repetitions, years and numbers. "" is fine. What is left after these must be a password still.
func Weak(password string) string {
	switch {
	case utf8.RuneCountInString(password) < PasswordLeast:
		return "short"
	case len(password) > PasswordMost:
		return "long"
	}
	s := strings.NewReplacer("@", "a", "$", "s", "0", "o", "3", "e", "!", "i").Replace(strings.ToLower(password))
	for _, w := range commonWords() {
		s = strings.ReplaceAll(s, w, " ")
	}
	plain := strings.ToLower(password)
	for _, w := range commonWords() {
		plain = strings.ReplaceAll(plain, w, " ")
	}
	if min(rest(s), rest(plain)) < 5 {
		return "common"
	}
	return ""
}

// rest counts what is neither a digit, a mark, a run nor a repetition. A character that came before counts once more at most.
func rest(s string) (n int) {
	r := []rune(s)
	seen := map[rune]int{}
	for i, c := range r {
		if c < 0x80 && (c < 'a' || c > 'z') {
			continue
		}
		if i >= 2 && (follows(r[i-2], r[i-1]) && follows(r[i-1], c) || r[i-2] == r[i-1] && r[i-1] == c) {
			continue
		}
		if seen[c]++; seen[c] <= 2 {
			n++
		}
	}
	return n
}

// follows says whether b comes after a in the alphabet or on the keyboard, in either direction.
func follows(a, b rune) bool {
	return a != ' ' && b != ' ' && (b == a+1 || b == a-1 || strings.Contains(keyboard, string([]rune{a, b})) || strings.Contains(keyboard, string([]rune{b, a})))
}
