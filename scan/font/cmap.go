package font

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"sekisho/scan/pdf"
)

// Limits of one CMap.
const (
	maxRanges = 100_000
	maxCMaps  = 5 // CMaps in each other
)

// CMap cuts a text into codes, and leads from a code to the number of a glyph in its collection (CID), or to letters.
type CMap struct {
	Vertical bool
	spaces   []codeRange
	ranges   []codeRange
	letters  []letterRange
	above    *CMap
	known    *collection // of a predefined one
}

type codeRange struct {
	first, last uint32
	bytes       int
	to          int
}

type letterRange struct {
	first, last uint32
	to          string   // of the first
	each        []string // of every one, when they do not count on
}

// collection is a character set by whose codes texts are written.
type collection struct {
	decode encoding.Encoding // nil: UTF-16
	lead   func(c byte) bool // begins a code of two bytes
	japan  bool              // its CIDs are those of Adobe-Japan1
	narrow int               // CID before that of the first letter of ASCII
	kana   bool              // katakana of one byte
	four   bool              // UTF-32
}

// Predefined is the CMap of that name. CIDs are known for Identity and for what is Japanese; of the others, and of what
// is in no table here, only the letters.
func Predefined(name string) *CMap {
	m := &CMap{Vertical: strings.HasSuffix(name, "-V") || name == "V"}
	base := strings.TrimSuffix(strings.TrimSuffix(name, "-V"), "-H")
	switch base {
	case "Identity":
		m.ranges = []codeRange{{0, 0xffff, 2, 0}}
		m.spaces = m.ranges
		return m
	case "90ms-RKSJ", "83pv-RKSJ", "Add-RKSJ", "Ext-RKSJ":
		m.known = &collection{decode: japanese.ShiftJIS, lead: leadSJIS, japan: true, narrow: 230, kana: true}
	case "90msp-RKSJ", "90pv-RKSJ":
		m.known = &collection{decode: japanese.ShiftJIS, lead: leadSJIS, japan: true, kana: true}
	case "EUC":
		m.known = &collection{decode: japanese.EUCJP, lead: leadEUC, japan: true, narrow: 230}
	case "H", "V", "Add", "Ext", "78":
		m.known = &collection{decode: jis{}, lead: func(byte) bool { return true }, japan: true}
	case "UniJIS-UCS2", "UniJIS-UTF16", "UniJIS2004-UTF16", "UniJISX0213-UTF32":
		m.known = &collection{japan: true}
	case "UniJIS-UCS2-HW":
		m.known = &collection{japan: true, narrow: 230}
	case "UniJIS-UTF32", "UniJIS2004-UTF32":
		m.known = &collection{japan: true, four: true}
	case "UniGB-UCS2", "UniGB-UTF16", "UniCNS-UCS2", "UniCNS-UTF16", "UniKS-UCS2", "UniKS-UTF16":
		m.known = &collection{}
	case "GBK-EUC", "GBKp-EUC", "GB-EUC", "GBK2K":
		m.known = &collection{decode: simplifiedchinese.GBK, lead: leadHigh}
	case "B5pc", "ETen-B5", "ETenms-B5", "HKscs-B5":
		m.known = &collection{decode: traditionalchinese.Big5, lead: leadHigh}
	case "KSC-EUC", "KSCms-UHC", "KSCms-UHC-HW", "KSCpc-EUC":
		m.known = &collection{decode: korean.EUCKR, lead: leadHigh}
	default:
		return nil
	}
	return m
}

func leadSJIS(c byte) bool { return c >= 0x81 && c <= 0x9f || c >= 0xe0 && c <= 0xfc }
func leadEUC(c byte) bool  { return c >= 0xa1 || c == 0x8e || c == 0x8f }
func leadHigh(c byte) bool { return c >= 0x81 }

// ParseCMap reads a CMap that a document carries. use finds the one that it builds on by name; nil: only predefined ones.
func ParseCMap(data []byte) *CMap { return parseCMap(data) }

func parseCMap(data []byte) *CMap {
	m := &CMap{}
	l := pdf.NewLexer(data)
	var last pdf.Object
	for {
		o, ok := l.Next()
		if !ok {
			return m
		}
		switch o {
		case pdf.Keyword("usecmap"):
			if n, is := last.(pdf.Name); is {
				m.above = Predefined(string(n))
			}
		case pdf.Keyword("begincodespacerange"):
			m.spaces = m.table(l, m.spaces, false, false)
		case pdf.Keyword("begincidrange"):
			m.ranges = m.table(l, m.ranges, true, false)
		case pdf.Keyword("begincidchar"):
			m.ranges = m.table(l, m.ranges, true, true)
		case pdf.Keyword("beginbfrange"):
			m.texts(l, false)
		case pdf.Keyword("beginbfchar"):
			m.texts(l, true)
		}
		if n, is := o.(int); is && last == pdf.Name("WMode") {
			m.Vertical = n == 1
		}
		last = o
	}
}

func code(s pdf.String) (v uint32) {
	for _, c := range []byte(s[max(0, len(s)-4):]) {
		v = v<<8 | uint32(c)
	}
	return v
}

// table reads rows of codes up to the word that ends them.
func (m *CMap) table(l *pdf.Lexer, list []codeRange, cids, single bool) []codeRange {
	for len(list) < maxRanges {
		o, _ := l.Next()
		first, ok := o.(pdf.String)
		if !ok {
			return list
		}
		r := codeRange{first: code(first), last: code(first), bytes: len(first)}
		if !single {
			o, _ = l.Next()
			s, _ := o.(pdf.String)
			r.last = code(s)
		}
		if cids {
			o, _ = l.Next()
			r.to = pdf.Int(o)
		}
		list = append(list, r)
	}
	return list
}

func letters16(s pdf.String) string {
	u := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s) && i < 256; i += 2 {
		u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
	}
	if len(s) == 1 {
		u = append(u, uint16(s[0]))
	}
	return string(utf16.Decode(u))
}

// texts reads rows that lead to letters.
func (m *CMap) texts(l *pdf.Lexer, single bool) {
	for len(m.letters) < maxRanges {
		o, _ := l.Next()
		first, ok := o.(pdf.String)
		if !ok {
			return
		}
		r := letterRange{first: code(first), last: code(first)}
		if !single {
			o, _ = l.Next()
			s, _ := o.(pdf.String)
			r.last = code(s)
		}
		o, _ = l.Next()
		switch v := o.(type) {
		case pdf.String:
			r.to = letters16(v)
		case pdf.Array:
			for _, x := range v {
				s, _ := x.(pdf.String)
				r.each = append(r.each, letters16(s))
			}
		case pdf.Name:
			if c := Rune(string(v)); c != 0 {
				r.to = string(c)
			}
		}
		m.letters = append(m.letters, r)
	}
}

// Next takes a code off a text: n is how many bytes it has, at least 1.
func (m *CMap) Next(s string) (c uint32, n int) {
	if k := m.known; k != nil {
		return k.next(s)
	}
	for d, x := 0, m; x != nil && d < maxCMaps; d, x = d+1, x.above {
		for n = 1; n <= 4 && n <= len(s); n++ {
			c = code(pdf.String(s[:n]))
			for _, r := range x.spaces {
				if r.bytes == n && within(c, r.first, r.last, n) {
					return c, n
				}
			}
		}
		if x.known != nil {
			return x.known.next(s)
		}
	}
	if len(m.spaces) > 0 {
		n = min(len(s), max(1, m.spaces[0].bytes))
	} else {
		n = min(len(s), 2)
	}
	return code(pdf.String(s[:n])), n
}

// within says whether every byte of c lies in the range of its place.
func within(c, first, last uint32, n int) bool {
	for i := range n {
		shift := 8 * i
		if b := c >> shift & 255; b < first>>shift&255 || b > last>>shift&255 {
			return false
		}
	}
	return true
}

func (k *collection) next(s string) (uint32, int) {
	n := 1
	switch {
	case k.four:
		n = 4
	case k.decode == nil:
		n = 2
		if len(s) >= 4 && s[0]&0xfc == 0xd8 && s[2]&0xfc == 0xdc {
			n = 4
		}
	case k.lead(s[0]):
		n = 2
		if s[0] == 0x8f {
			n = 3
		}
	}
	n = min(n, len(s))
	return code(pdf.String(s[:n])), n
}

// CID is the number of a glyph in the collection; ok is false when nothing says.
func (m *CMap) CID(c uint32, n int) (cid int, ok bool) {
	for d, x := 0, m; x != nil && d < maxCMaps; d, x = d+1, x.above {
		for i := range x.ranges {
			if r := &x.ranges[i]; r.bytes == n && c >= r.first && c <= r.last {
				return r.to + int(c-r.first), true
			}
		}
		if k := x.known; k != nil && k.japan {
			return japanCID(k.letter(c, n), k.narrow)
		}
	}
	return 0, false
}

// Text is what a code means; "" when nothing says.
func (m *CMap) Text(c uint32, n int) string {
	for d, x := 0, m; x != nil && d < maxCMaps; d, x = d+1, x.above {
		for i := range x.letters {
			r := &x.letters[i]
			if c < r.first || c > r.last {
				continue
			}
			step := int(c - r.first)
			if r.each != nil {
				if step < len(r.each) {
					return r.each[step]
				}
				continue
			}
			if step == 0 {
				return r.to
			}
			last, size := utf8.DecodeLastRuneInString(r.to)
			return r.to[:len(r.to)-size] + string(last+rune(step))
		}
		if x.known != nil {
			if l := x.known.letter(c, n); l != 0 {
				return string(l)
			}
		}
	}
	return ""
}

// Maps says whether the CMap leads to letters at all.
func (m *CMap) Maps() bool { return len(m.letters) > 0 || m.known != nil }

// letter is the letter that a code of the character set means; 0 for none.
func (k *collection) letter(c uint32, n int) rune {
	b := []byte{byte(c >> 24), byte(c >> 16), byte(c >> 8), byte(c)}[4-min(n, 4):]
	if k.four {
		return rune(c)
	}
	if k.decode == nil {
		if n == 4 {
			return utf16.DecodeRune(rune(c>>16), rune(c&0xffff))
		}
		return rune(c)
	}
	out, err := k.decode.NewDecoder().Bytes(b)
	r, _ := utf8.DecodeRune(out)
	if err != nil || r == utf8.RuneError {
		return 0
	}
	return r
}

// Use has m build on a predefined CMap, unless it builds on one already.
func (m *CMap) Use(name string) {
	if m.above == nil {
		m.above = Predefined(name)
	}
}

// Size is how many rows must be looked through for a code.
func (m *CMap) Size() int {
	n := 0
	for d, x := 0, m; x != nil && d < maxCMaps; d, x = d+1, x.above {
		n += len(x.ranges) + len(x.letters) + len(x.spaces)
	}
	return n
}
