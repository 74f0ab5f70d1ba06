package missend

import (
	"slices"
	"strings"
)

// spellings are syllables of Japanese that are written in Latin letters in more than one way, each with the one that stands for them here:
// Hepburn, Kunrei, and how people write their names in passports and addresses. Longer ones come first.
var spellings = strings.NewReplacer(
	"sha", "sya", "shu", "syu", "sho", "syo", "shi", "si", "cha", "tya", "chu", "tyu", "cho", "tyo", "chi", "ti", "tch", "tt", "tsu", "tu",
	"ja", "zya", "ju", "zyu", "jo", "zyo", "jya", "zya", "jyu", "zyu", "jyo", "zyo", "ji", "zi", "fu", "hu", "dzu", "zu", "du", "zu", "di", "zi",
	"mb", "nb", "mp", "np", "mm", "nm", "l", "r")

// roman is a name in Latin letters as one spelling of Japanese has it, with long vowels short: equal for sato, satou, satoh and satoo. It is
// for comparing only.
func roman(name string) string {
	b := []byte(spellings.Replace(strings.ToLower(name)))
	out := b[:0]
	for i, c := range b {
		next := byte(0)
		if i+1 < len(b) {
			next = b[i+1]
		}
		last := byte(0)
		if len(out) > 0 {
			last = out[len(out)-1]
		}
		switch {
		case c == 'h' && strings.IndexByte("aiueo", last) >= 0 && strings.IndexByte("aiueoy", next) < 0: // ohta, satoh
		case c == 'h' && next == 0 && last == 'o':
		case c == 'u' && last == 'o' || c == 'o' && last == 'o' || c == 'u' && last == 'u': // satou, oota, yuuki
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// sameSound says whether two different names are the same one in another spelling of Japanese.
func sameSound(a, b string) bool {
	return a != b && len(a) >= 4 && len(b) >= 4 && roman(a) == roman(b)
}

// words are the parts of a name that say something: letters between dots, hyphens, underlines and digits.
func words(name string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r < 'a' || r > 'z' }), func(w string) bool { return len(w) < 2 })
}

// Private says whether an address is at a free mail service and bears the name of somebody of a company, known by his address there and his
// display name: perhaps his own. tanaka.taro@company and t.tanaka85@gmail.com are. Names of offices are nobody's.
func Private(own, display, to string) bool {
	to = strings.ToLower(to)
	there, domain, ok := cut(to)
	here, _, known := cut(strings.ToLower(own))
	if !ok || !known || !slices.Contains(free[:], domain) || slices.Contains(role[:], here) {
		return false
	}
	if there == here && len(here) >= 3 {
		return true
	}
	want := slices.Concat(words(here), words(display))
	letters := roman(strings.Join(words(there), ""))
	for _, w := range want {
		if r := roman(w); len(r) >= 4 && !slices.Contains(role[:], w) && strings.Contains(letters, r) {
			return true
		}
	}
	return false
}
