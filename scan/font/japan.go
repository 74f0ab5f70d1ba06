package font

import (
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/transform"
)

// jis decodes codes of JIS X 0208 as two bytes of seven bits: those of EUC-JP without their high bits.
type jis struct{ encoding.Encoding }

// NewDecoder implements encoding.Encoding.
func (jis) NewDecoder() *encoding.Decoder {
	return &encoding.Decoder{Transformer: transform.Chain(high{}, japanese.EUCJP.NewDecoder())}
}

// high sets the high bit of every byte.
type high struct{ transform.NopResetter }

// Transform implements transform.Transformer.
func (high) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	n := min(len(dst), len(src))
	for i := range n {
		dst[i] = src[i] | 0x80
	}
	if n < len(src) {
		err = transform.ErrShortDst
	}
	return n, n, err
}

// firstKanji is the CID of the first sign of JIS X 0208 in the collection Adobe-Japan1: from there on the collection
// counts through the signs of that standard, row by row, except for row 8.
const firstKanji = 633

// japan gives letters of JIS X 0208 their CIDs in Adobe-Japan1, and back.
var japan = sync.OnceValues(func() (map[rune]int, map[int]rune) {
	there, back := make(map[rune]int, 7000), make(map[int]rune, 7000)
	d := japanese.EUCJP.NewDecoder()
	cid := firstKanji
	for row := 1; row <= 84; row++ {
		if row >= 8 && row < 16 {
			continue
		}
		for cell := 1; cell <= 94; cell++ {
			out, err := d.Bytes([]byte{byte(0xa0 + row), byte(0xa0 + cell)})
			r, _ := utf8.DecodeRune(out)
			if err != nil || r == utf8.RuneError {
				continue
			}
			there[r], back[cid] = cid, r
			cid++
		}
	}
	// Signs for which Unicode has two letters, of which programs use either.
	for a, b := range map[rune]rune{'~': 0xff5e, 0x2016: 0x2225, 0x2212: 0xff0d, 0x301c: 0xff5e, 0x2014: 0x2015} {
		for x, y := range map[rune]rune{a: b, b: a} {
			if n, has := there[x]; has && y > 0x7f {
				if _, has := there[y]; !has {
					there[y] = n
				}
			}
		}
	}
	return there, back
})

// japanCID is the CID of a letter in Adobe-Japan1; narrow is what is added to those of ASCII.
func japanCID(r rune, narrow int) (int, bool) {
	switch {
	case r >= 0x20 && r <= 0x7e:
		return int(r) - 0x1f + narrow, true
	case r >= 0xff61 && r <= 0xff9f:
		return int(r) - 0xff61 + 327, true
	}
	there, _ := japan()
	cid, ok := there[r]
	return cid, ok
}

// JapanRune is the letter of a CID of Adobe-Japan1; 0 when it is not known.
func JapanRune(cid int) rune {
	switch {
	case cid >= 1 && cid <= 94:
		return rune(cid + 0x1f)
	case cid >= 231 && cid <= 325:
		return rune(cid - 230 + 0x1f)
	case cid >= 327 && cid <= 389:
		return rune(cid - 327 + 0xff61)
	}
	_, back := japan()
	return back[cid]
}
