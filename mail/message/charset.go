package message

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// coding decodes one character set. The zero value is UTF-8, of which US-ASCII is a part.
type coding struct {
	table encoding.Encoding
	jis   bool // ISO-2022-JP and its relatives
	wide  bool // ASCII bytes do not mean themselves
}

// decode gives b as UTF-8; what cannot be decoded becomes U+FFFD.
func (c coding) decode(b []byte) string {
	switch {
	case c.jis:
		if bytes.IndexByte(b, 0x1b) < 0 && !ascii(b) { // a wrong label: no escapes, but eight bits
			if s, ok := japaneseGuess(b); ok {
				return s
			}
		}
		return jis(b)
	case c.table == nil || !c.wide && ascii(b):
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	out, err := c.table.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

func ascii[T string | []byte](b T) bool {
	for i := 0; i < len(b); i++ {
		if b[i] >= 0x80 {
			return false
		}
	}
	return true
}

// lookup finds a character set by the name that mails use. False for one that is not known, and for UTF-7, which no
// mail program should read: it hides tags from everybody who does not.
func lookup(name string) (coding, bool) {
	name = strings.ToLower(strings.Trim(name, " \t\"'"))
	if i := strings.IndexByte(name, '*'); i >= 0 { // a language may follow in encoded words (RFC 2231 section 5)
		name = name[:i]
	}
	if e := single(name); e != nil {
		return coding{table: e}, true
	}
	switch name {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968", "646", "unicode-1-1-utf-8", "x-unknown", "unknown-8bit", "cp65001":
		return coding{}, true
	case "iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3", "iso-2022-jp-ms", "cp50220", "cp50221", "cp50222",
		"csiso2022jp", "jis", "iso-2022-jp-2004":
		return coding{jis: true}, true
	case "shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "cp932", "windows-31j", "ms932", "csshiftjis", "windows-932", "shift_jisx0213":
		return coding{table: japanese.ShiftJIS}, true
	case "euc-jp", "eucjp", "x-euc-jp", "cp51932", "eucjp-ms", "ujis", "eucjp-win":
		return coding{table: japanese.EUCJP}, true
	case "gb2312", "gbk", "cp936", "ms936", "windows-936", "euc-cn", "x-gbk", "csgb2312", "gb_2312-80", "chinese":
		return coding{table: simplifiedchinese.GBK}, true
	case "gb18030":
		return coding{table: simplifiedchinese.GB18030}, true
	case "hz-gb-2312", "hz":
		return coding{table: simplifiedchinese.HZGB2312, wide: true}, true
	case "big5", "big5-hkscs", "cp950", "x-big5", "csbig5", "big5-eten", "windows-950", "cn-big5":
		return coding{table: traditionalchinese.Big5}, true
	case "euc-kr", "ks_c_5601-1987", "ks_c_5601", "cp949", "uhc", "ksc5601", "windows-949", "ks_c_5601-1989", "korean", "csksc56011987":
		return coding{table: korean.EUCKR}, true
	case "utf-16", "utf-16be", "utf16", "ucs-2", "unicode":
		return coding{table: unicode.UTF16(unicode.BigEndian, unicode.UseBOM), wide: true}, true
	case "utf-16le":
		return coding{table: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), wide: true}, true
	}
	return coding{}, false
}

// single finds a character set of one byte a character.
func single(name string) encoding.Encoding {
	name = strings.Replace(name, "iso8859", "iso-8859", 1)
	name = strings.Replace(name, "iso_8859", "iso-8859", 1)
	switch name {
	case "iso-8859-1", "latin1", "latin-1", "l1", "cp1252", "windows-1252", "ansi", "cp819", "iso-8859-1:1987", "x-ansi", "8859_1", "iso-latin-1":
		return charmap.Windows1252 // as every browser and mail program reads iso-8859-1
	case "iso-8859-2", "latin2":
		return charmap.ISO8859_2
	case "iso-8859-3":
		return charmap.ISO8859_3
	case "iso-8859-4":
		return charmap.ISO8859_4
	case "iso-8859-5":
		return charmap.ISO8859_5
	case "iso-8859-6", "iso-8859-6-e", "iso-8859-6-i":
		return charmap.ISO8859_6
	case "iso-8859-7", "greek":
		return charmap.ISO8859_7
	case "iso-8859-8", "iso-8859-8-i", "iso-8859-8-e":
		return charmap.ISO8859_8
	case "iso-8859-9", "latin5", "cp1254", "windows-1254":
		return charmap.Windows1254
	case "iso-8859-10":
		return charmap.ISO8859_10
	case "iso-8859-13":
		return charmap.ISO8859_13
	case "iso-8859-14":
		return charmap.ISO8859_14
	case "iso-8859-15", "latin9", "latin-9":
		return charmap.ISO8859_15
	case "iso-8859-16":
		return charmap.ISO8859_16
	case "windows-1250", "cp1250":
		return charmap.Windows1250
	case "windows-1251", "cp1251", "win-1251":
		return charmap.Windows1251
	case "windows-1253", "cp1253":
		return charmap.Windows1253
	case "windows-1255", "cp1255":
		return charmap.Windows1255
	case "windows-1256", "cp1256":
		return charmap.Windows1256
	case "windows-1257", "cp1257":
		return charmap.Windows1257
	case "windows-1258", "cp1258":
		return charmap.Windows1258
	case "windows-874", "tis-620", "iso-8859-11", "cp874":
		return charmap.Windows874
	case "koi8-r", "koi8r", "koi8":
		return charmap.KOI8R
	case "koi8-u":
		return charmap.KOI8U
	case "ibm866", "cp866", "866":
		return charmap.CodePage866
	case "ibm437", "cp437", "437":
		return charmap.CodePage437
	case "ibm850", "cp850", "850":
		return charmap.CodePage850
	case "macintosh", "mac", "x-mac-roman", "macroman":
		return charmap.Macintosh
	}
	return nil
}

// text8 is s as UTF-8: as it is when it is valid, else taken for Windows-1252, as mail programs do without a label.
func text8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	out, err := charmap.Windows1252.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return out
}

// jis decodes ISO-2022-JP (RFC 1468) as it is really sent: with half-width kana (by escape, by shift, or in 8 bits), with
// NEC's and IBM's characters, and with bytes of Shift_JIS where a sender put a wrong label.
func jis(b []byte) string {
	euc := make([]byte, 0, len(b)+len(b)/2)
	set, shift := byte('B'), false
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c == 0x1b && i+2 < len(b):
			if n, s := escape(b[i+1:]); n > 0 {
				set = s
				i += n
			}
		case c == 0x0e || c == 0x0f:
			shift = c == 0x0e
		case c == '\n' || c == '\r':
			euc = append(euc, c)
			set, shift = 'B', false // every line begins in ASCII
		case c <= ' ' || c == 0x7f:
			euc = append(euc, c)
		case c >= 0xa1 && c <= 0xdf:
			euc = append(euc, 0x8e, c)
		case c >= 0x80:
			euc = append(euc, c)
		case set == 'I' || shift:
			if c <= 0x5f {
				euc = append(euc, 0x8e, c|0x80)
			}
		case (set == '$' || set == 'D') && i+1 < len(b) && b[i+1] > ' ' && b[i+1] < 0x7f:
			if set == 'D' {
				euc = append(euc, 0x8f)
			}
			euc = append(euc, c|0x80, b[i+1]|0x80)
			i++
		default:
			euc = append(euc, c)
		}
	}
	out, err := japanese.EUCJP.NewDecoder().Bytes(euc)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

// escape reads what follows ESC: its length and the set: 'B' ASCII or Roman, '$' JIS X 0208, 'D' JIS X 0212, 'I' kana.
func escape(b []byte) (int, byte) {
	switch {
	case b[0] == '(' && (b[1] == 'B' || b[1] == 'J' || b[1] == 'H'):
		return 2, 'B'
	case b[0] == '(' && b[1] == 'I':
		return 2, 'I'
	case b[0] == '$' && (b[1] == 'B' || b[1] == '@'):
		return 2, '$'
	case b[0] == '$' && b[1] == '(' && len(b) > 2 && (b[2] == 'D' || b[2] == 'O' || b[2] == 'Q' || b[2] == 'P'):
		if b[2] == 'D' || b[2] == 'P' {
			return 3, 'D'
		}
		return 3, '$'
	}
	return 0, 0
}
