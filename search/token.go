// Package search makes the tokens by which sealed mail is found.
//
// A token is a number below 2^20 that stands for a short run of characters: three letters or digits of a script that is
// written with spaces (a trigram), two characters of Chinese, Japanese or Korean (a bigram). A text's tokens are a set.
// The tokens of any part of a text are among the tokens of the whole, so that a search for a substring gives candidates:
// all texts that have every token of what is looked for. A candidate has to be confirmed with the text itself, because
// different runs can share a number and because the order of runs is not kept.
//
// Tokens tell much about a text: they are sealed like the text itself.
package search

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"sekisho"
)

// Space is the number of different tokens.
const Space = 1 << 20

// Fold is the form in which texts are compared: NFKC, lower case. Folding a folded text changes nothing.
func Fold(s string) string {
	plain, upper := true, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			plain = false
			break
		}
		upper = upper || c >= 'A' && c <= 'Z'
	}
	if plain {
		if !upper {
			return s
		}
		return string(appendLower(make([]byte, 0, len(s)), s))
	}
	for range 4 { // lower case can need composing anew, but it settles at once
		lower := string(appendLower(make([]byte, 0, len(s)+8), norm.NFKC.String(s)))
		s = norm.NFKC.String(lower)
		if s == lower { // composed and in lower case: folding it again would change nothing
			break
		}
	}
	return s
}

// appendLower appends s in lower case, character by character, so that a part of s has a part of the result.
func appendLower(out []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			out = append(out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r < 0x2e80 || r >= 0xa640 && r < 0xac00 || r >= 0xff00 { // what lies between has no case
			r = unicode.ToLower(r)
		}
		out = utf8.AppendRune(out, r)
		i += n
	}
	return out
}

// script sorts characters: 0 separates, 1 is written in words, 2 is written without spaces.
func script(r rune) int {
	switch {
	case r < utf8.RuneSelf:
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return 1
		}
		return 0
	case r >= 0x3041 && r <= 0x30ff && r != 0x30fb, r >= 0x3400 && r <= 0x9fff, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff,
		r == 0x3005 || r == 0x3006, r >= 0x20000 && r <= 0x3ffff, r >= 0x31f0 && r <= 0x31ff:
		return 2
	case r < 0x3000:
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return 1
		}
		return 0
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return 1
	}
	return 0
}

// mix makes a token of up to three characters; it is fixed for ever, tokens are stored.
func mix(a, b, c rune) uint32 {
	h := uint64(a)*0x9e3779b97f4a7c15 ^ uint64(b)*0xc2b2ae3d27d4eb4f ^ uint64(c)*0x165667b19e3779f9
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	return uint32(h >> 44)
}

// set is a set of tokens as bits, and which of its words are in use.
type set struct {
	word [Space / 64]uint64
	used [Space / 64 / 64]uint64
}

func (s *set) add(t uint32) {
	s.word[t>>6] |= 1 << (t & 63)
	s.used[t>>12] |= 1 << (t >> 6 & 63)
}

// drain gives the tokens in order and leaves the set empty.
func (s *set) drain(out []uint32) []uint32 {
	for i, u := range s.used {
		for u != 0 {
			j := i<<6 + bits.TrailingZeros64(u)
			u &= u - 1
			for w := s.word[j]; w != 0; w &= w - 1 {
				out = append(out, uint32(j<<6+bits.TrailingZeros64(w)))
			}
			s.word[j] = 0
		}
		s.used[i] = 0
	}
	return out
}

// sets keeps sets that are not in use.
var sets = sync.Pool{New: func() any { return new(set) }}

// Tokens are the tokens of text, in order, each once; nil when it has none.
func Tokens(text string) []uint32 { return TokensOfFolded(Fold(text)) }

// TokensOfFolded is Tokens for a text that Fold made.
func TokensOfFolded(text string) []uint32 {
	s := sets.Get().(*set)
	defer sets.Put(s)
	var a, b rune // the characters before this one in the same run
	n, kind := 0, 0
	count := 0
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		k := script(r)
		if k != kind {
			n, kind = 0, k
		}
		switch {
		case k == 0:
		case k == 2 && n >= 1:
			s.add(mix(b, r, 0))
			count++
		case k == 1 && n >= 2:
			s.add(mix(a, b, r))
			count++
		}
		a, b = b, r
		n++
	}
	if count == 0 {
		return nil
	}
	return s.drain(make([]uint32, 0, min(count, Space)))
}

// Query are the tokens that every text has in which substring stands. Nil means that it is too short to tell: every text
// is a candidate.
func Query(substring string) []uint32 { return Tokens(substring) }

// version is the first byte of encoded tokens.
const version = 1

// Encode writes tokens, which must be in order and each once, as a version byte and the differences as varints.
func Encode(tokens []uint32) []byte {
	if len(tokens) == 0 {
		return nil
	}
	out := make([]byte, 1, 2+2*len(tokens))
	out[0] = version
	last := uint32(0)
	for _, t := range tokens {
		out = binary.AppendUvarint(out, uint64(t-last))
		last = t
	}
	return out
}

var errEncoding = errors.New("not the encoding of tokens")

// Decode reads what Encode wrote. It refuses with Corrupt whatever Encode would not write.
func Decode(b []byte) ([]uint32, error) {
	if len(b) == 0 {
		return nil, nil
	}
	if b[0] != version || len(b) == 1 {
		return nil, sekisho.E("search.decode", sekisho.Corrupt, errEncoding)
	}
	out := make([]uint32, 0, min(len(b), Space))
	last := uint64(0)
	for b = b[1:]; len(b) > 0; {
		d, n := binary.Uvarint(b)
		if n <= 0 || d == 0 && len(out) > 0 || d >= Space || last+d >= Space || n > 1 && b[n-1] == 0 {
			return nil, sekisho.E("search.decode", sekisho.Corrupt, errEncoding)
		}
		last += d
		out = append(out, uint32(last))
		b = b[n:]
	}
	return out, nil
}
