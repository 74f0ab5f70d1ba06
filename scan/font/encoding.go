package font

import (
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Encoding gives codes of one byte the names of glyphs; "" for none.
type Encoding [256]string

// Standard is the encoding of Adobe's Latin fonts.
func Standard() *Encoding { return standard() }

// WinAnsi is that of Windows, MacRoman that of the Macintosh, Symbol that of the font of that name.
func WinAnsi() *Encoding { return winAnsi() }

// MacRoman is the encoding of the Macintosh.
func MacRoman() *Encoding { return macRoman() }

// Symbol is the encoding of the font Symbol.
func Symbol() *Encoding { return symbol() }

var standard = sync.OnceValue(func() *Encoding {
	e := &Encoding{}
	copy(e[32:127], standardStrings()[1:])
	for i, n := range strings.Fields(upperStandard) {
		if n != ".notdef" {
			e[161+i] = n
		}
	}
	return e
})

var symbol = sync.OnceValue(func() *Encoding {
	e := &Encoding{}
	copy(e[32:], strings.Fields(lowSymbol))
	copy(e[160:], strings.Fields(highSymbol))
	return e
})

var winAnsi = sync.OnceValue(func() *Encoding {
	e := &Encoding{}
	for c := 32; c < 256; c++ {
		e[c] = Name(charmap.Windows1252.DecodeByte(byte(c)))
		if c > 126 && e[c] == "" {
			e[c] = "bullet"
		}
	}
	e[0xa0], e[0xad] = "space", "hyphen"
	return e
})

var macRoman = sync.OnceValue(func() *Encoding {
	e := &Encoding{}
	for c := 32; c < 256; c++ {
		e[c] = Name(charmap.Macintosh.DecodeByte(byte(c)))
	}
	e[0xca] = "space"
	return e
})

// letters are the letters of names, and the names of letters.
var letters = sync.OnceValues(func() (map[string]rune, map[rune]string) {
	words := strings.Fields(glyphLetters)
	runes, names := make(map[string]rune, len(words)/2), make(map[rune]string, len(words)/2)
	for i := 0; i+1 < len(words); i += 2 {
		v, _ := strconv.ParseUint(words[i+1], 16, 32)
		runes[words[i]] = rune(v)
		if old, has := names[rune(v)]; !has || len(words[i]) < len(old) {
			names[rune(v)] = words[i]
		}
	}
	for name, r := range map[string]rune{"space": ' ', "hyphen": '-', "macron": 0xaf, "mu": 0xb5, "Delta": 0x394, "Omega": 0x3a9, "periodcentered": 0xb7} {
		runes[name], names[r] = r, name
	}
	return runes, names
})

// Name is the usual name of a letter's glyph; "" when it has none.
func Name(r rune) string {
	_, names := letters()
	return names[r]
}

// Rune is the letter that a glyph's name stands for: "eacute", "uni00E9", "u1F600", "f_i" by its first. 0 when it says
// nothing.
func Rune(name string) rune {
	runes, _ := letters()
	if r, ok := runes[name]; ok {
		return r
	}
	name, _, _ = strings.Cut(name, ".")
	name, _, _ = strings.Cut(name, "_")
	if r, ok := runes[name]; ok {
		return r
	}
	for _, prefix := range []string{"uni", "u"} {
		hex, ok := strings.CutPrefix(name, prefix)
		if !ok || len(hex) < 4 || len(hex) > 6 && prefix == "u" {
			continue
		}
		if prefix == "uni" {
			hex = hex[:4]
		}
		if v, err := strconv.ParseUint(hex, 16, 32); err == nil && utf8.ValidRune(rune(v)) {
			return rune(v)
		}
	}
	return 0
}
