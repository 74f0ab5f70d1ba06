package share

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// A share in words is fourteen words of four syllables. A syllable is a consonant and a vowel as in romanised Japanese, six
// bits each; so a word is 24 bits and a share 42 bytes: format (1), need (1), X (1), set (3), value (32), sum (4). The
// sum is the beginning of SHA-256 of what is before it. People may write numbers before words, capitals, full-width
// letters, and the spellings shi, chi, tsu, fu and ji.

const (
	consonants = "kstnhmrgzdbpw"
	vowels     = "aiueo"
	wordCount  = 14
	perWord    = 4
	rawLen     = wordCount * perWord * 6 / 8
	format     = 1
)

// syllable is the text of six bits: 13 consonants by 5 vowels are 65, of which the last is not used.
func syllable(v byte) string { return string([]byte{consonants[v/5], vowels[v%5]}) }

// value undoes syllable; false when there is none like it.
func value(c, v byte) (byte, bool) {
	i, j := strings.IndexByte(consonants, c), strings.IndexByte(vowels, v)
	n := i*5 + j
	return byte(n), i >= 0 && j >= 0 && n < 64
}

// Words writes a share as words.
func (s Share) Words() []string {
	raw := make([]byte, 0, rawLen)
	raw = append(raw, format, s.Need, s.X, byte(s.Set>>16), byte(s.Set>>8), byte(s.Set))
	raw = append(raw, s.Value[:]...)
	sum := sha256.Sum256(raw)
	raw = append(raw, sum[:4]...)
	words := make([]string, 0, wordCount)
	for ; len(raw) > 0; raw = raw[3:] {
		n := uint32(raw[0])<<16 | uint32(raw[1])<<8 | uint32(raw[2])
		w := ""
		for shift := 18; shift >= 0; shift -= 6 {
			w += syllable(byte(n >> shift & 63))
		}
		words = append(words, w)
	}
	return words
}

// String is the words with blanks between them.
func (s Share) String() string { return strings.Join(s.Words(), " ") }

// Parse reads a share as a person typed it. The error says which word is wrong where that can be known, and repeats no
// word: what was typed is a secret.
func Parse(typed string) (Share, error) {
	words := strings.FieldsFunc(fold(typed), func(r rune) bool { return r < 'a' || r > 'z' })
	if len(words) != wordCount {
		return Share{}, fmt.Errorf("share: %d words, a share has %d", len(words), wordCount)
	}
	raw := make([]byte, 0, rawLen)
	for i, w := range words {
		w = spelling.Replace(w)
		if len(w) != 2*perWord {
			return Share{}, fmt.Errorf("share: word %d has not four syllables", i+1)
		}
		n := uint32(0)
		for j := 0; j < len(w); j += 2 {
			v, ok := value(w[j], w[j+1])
			if !ok {
				return Share{}, fmt.Errorf("share: word %d has a syllable that does not exist", i+1)
			}
			n = n<<6 | uint32(v)
		}
		raw = append(raw, byte(n>>16), byte(n>>8), byte(n))
	}
	sum := sha256.Sum256(raw[:rawLen-4])
	if binary.BigEndian.Uint32(sum[:]) != binary.BigEndian.Uint32(raw[rawLen-4:]) {
		return Share{}, errors.New("share: the words do not fit together: one is wrong or in the wrong place")
	}
	if raw[0] != format || raw[1] == 0 || raw[2] == 0 || raw[1] > Most || raw[2] > Most {
		return Share{}, errors.New("share: of a form that is not known here")
	}
	s := Share{Need: raw[1], X: raw[2], Set: uint32(raw[3])<<16 | uint32(raw[4])<<8 | uint32(raw[5])}
	copy(s.Value[:], raw[6:])
	return s, nil
}

// SetMask is what of a set's number a share in words carries.
const SetMask = 1<<24 - 1

var spelling = strings.NewReplacer("shi", "si", "chi", "ti", "tsu", "tu", "fu", "hu", "ji", "zi")

// fold makes letters small and full-width letters narrow.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff21 && r <= 0xff3a: // A to Z of full width
			return r - 0xff21 + 'a'
		case r >= 0xff41 && r <= 0xff5a:
			return r - 0xff41 + 'a'
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
