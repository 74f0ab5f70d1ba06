package message

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
)

// guess reads bytes without a label.
func guess(b []byte) string {
	if s, ok := japaneseGuess(b); ok {
		return s
	}
	return text8(string(b))
}

// japaneseGuess reads bytes that are UTF-8, Shift_JIS or EUC-JP; false when they are none of these for sure.
func japaneseGuess(b []byte) (string, bool) {
	if utf8.Valid(b) {
		return string(b), true
	}
	for _, e := range []encoding.Encoding{japanese.ShiftJIS, japanese.EUCJP} {
		out, err := e.NewDecoder().Bytes(b)
		if err == nil && plausible(string(out)) {
			return string(out), true
		}
	}
	return "", false
}

// plausible says that s reads like Japanese: nothing that could not be decoded, and kana among it.
func plausible(s string) bool {
	if strings.ContainsRune(s, utf8.RuneError) {
		return false
	}
	kana, other := 0, 0
	for _, c := range s {
		switch {
		case c >= 0x3041 && c <= 0x30fe:
			kana++
		case c >= 0x80:
			other++
		}
	}
	return kana > 0 && kana*8 >= other
}
