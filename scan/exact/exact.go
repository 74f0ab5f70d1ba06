// Package exact finds a customer's own data in mails without knowing it: the customer's tool turns every value into a keyed
// fingerprint, and only these are handed over, as a filter that says of a value whether it can be one of them.
//
// A value is written in one form before it is fingerprinted: NFKC, small letters, without spaces, hyphens and the like, so
// that "０９０－1234－5678" and "09012345678" are one. A set remembers for each value the column that it came from; a mail that has
// values of at least Need different columns is a hit. One value alone is never a hit, since it could be chance.
//
// A word of a text is looked up by SipHash first, in a filter of 16 bits, which rejects nearly all; what is left is looked up
// by HMAC-SHA256 in one of 8 bits. Both together err in one of 16,777,216 tries and take 27 to 28 bits a value: 10,000,000
// values are 34 MB.
package exact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strings"
	"unicode"
	"unicode/utf8"

	"sekisho"
	"sekisho/search"
)

// Key makes fingerprints. It is the contract's, and whoever has it can try values, so it is kept like a password list.
type Key []byte

// Bounds of a set.
const (
	KeySize  = 32
	shortest = 5 // characters of a value: shorter ones stand in every text
	longest  = 100
	columns  = 16
	words    = 4 // a value of a column can have so many words
	head     = 64
)

var magic = [8]byte{'s', 'k', 'e', 'x', 'a', 'c', 't', '1'}

// Set is fingerprints, ready for use. It is safe for use by several goroutines.
type Set struct {
	key     Key
	fast    sip
	need    int
	columns []column
	most    int      // words of the longest value
	lengths [16]byte // which lengths values have, a bit each
}

// column is the two filters of the values of one column.
type column struct{ first, second filter }

// Normal is the form of a value in which it is fingerprinted; "" when it is too short or too long to be told from others.
func Normal(s string) string {
	var v []byte
	for _, w := range split(search.Fold(s), nil) {
		v = strip(v, w)
	}
	if !fits(v) {
		return ""
	}
	return string(v)
}

// fits says whether a value can be told from others: long enough, for its script.
func fits(v []byte) bool {
	n := utf8.RuneCount(v)
	return len(v) <= longest && (n >= shortest || n >= 3 && v[0] >= utf8.RuneSelf)
}

// strip appends what counts of a word: letters, digits, and what addresses have.
func strip(out []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '-' && c != '_' && c != '+' {
			out = append(out, c)
		}
	}
	return out
}

// pieces is how many words a value can have, however it is written.
func pieces(folded string) int {
	return len(strings.FieldsFunc(folded, func(r rune) bool { return kind(r) == 0 }))
}

// printer makes sums with one key; it is for one goroutine.
type printer struct {
	mac hash.Hash
	out [sha256.Size]byte
}

func (k Key) printer() *printer { return &printer{mac: hmac.New(sha256.New, k)} }

// sum is the fingerprint of a normal value: HMAC-SHA256, cut to 64 bits.
func (p *printer) sum(v []byte) uint64 {
	p.mac.Reset()
	p.mac.Write(v)
	return binary.LittleEndian.Uint64(p.mac.Sum(p.out[:0]))
}

// fast is the key of the first look, derived from the other.
func (k Key) fast() sip {
	m := hmac.New(sha256.New, k)
	m.Write([]byte("sekisho exact first look"))
	s := m.Sum(nil)
	return sip{binary.LittleEndian.Uint64(s), binary.LittleEndian.Uint64(s[8:])}
}

// Maker collects the values of a set, at the customer.
type Maker struct {
	key     *printer
	fast    sip
	raw     Key
	sums    [][2][]uint64
	most    int
	lengths [16]byte
	Left    int // values that were too short or too long
}

// NewMaker makes one for rows of n columns.
func NewMaker(key Key, n int) (*Maker, error) {
	if len(key) != KeySize {
		return nil, sekisho.E("exact", sekisho.Invalid, fmt.Errorf("a key has %d bytes, not %d", KeySize, len(key)))
	}
	if n < 1 || n > columns {
		return nil, sekisho.E("exact", sekisho.Invalid, fmt.Errorf("%d columns; a set has 1 to %d", n, columns))
	}
	return &Maker{key: key.printer(), fast: key.fast(), raw: key, sums: make([][2][]uint64, n)}, nil
}

// Add takes a row.
func (m *Maker) Add(row []string) {
	for i, v := range row[:min(len(row), len(m.sums))] {
		n := Normal(v)
		if n == "" {
			if strings.TrimSpace(v) != "" {
				m.Left++
			}
			continue
		}
		m.most = max(m.most, min(pieces(search.Fold(v)), words))
		m.lengths[len(n)/8] |= 1 << (len(n) % 8)
		m.sums[i][0] = append(m.sums[i][0], m.fast.sum([]byte(n)))
		m.sums[i][1] = append(m.sums[i][1], m.key.sum([]byte(n)))
	}
}

// Encode gives the set: values of need different columns in one mail are a hit. It holds no value and no key.
func (m *Maker) Encode(need int) ([]byte, error) {
	if need < 1 || need > len(m.sums) {
		return nil, sekisho.E("exact", sekisho.Invalid, fmt.Errorf("%d columns of %d", need, len(m.sums)))
	}
	out := make([]byte, head, head+4)
	copy(out, magic[:])
	out[8], out[9], out[10] = byte(len(m.sums)), byte(need), byte(max(m.most, 1))
	check := sha256.Sum256(append([]byte("sekisho exact key"), m.raw...))
	copy(out[16:32], check[:])
	copy(out[32:48], m.lengths[:])
	for i := range 2 * len(m.sums) {
		f := &filter{}
		if sums := m.sums[i/2][i%2]; len(sums) > 0 {
			var err error
			if f, err = newFilter(sums, i%2 == 1); err != nil {
				return nil, err
			}
		}
		out = binary.LittleEndian.AppendUint64(out, f.seed)
		out = binary.LittleEndian.AppendUint32(out, f.length)
		out = binary.LittleEndian.AppendUint32(out, f.segments)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(f.table)))
		out = append(out, f.table...)
	}
	return out, nil
}

var errForm = errors.New("it is no set of fingerprints")

// Open reads a set; b is kept and must not be changed. The error is Invalid for another form and for another key.
func Open(b []byte, key Key) (*Set, error) {
	fail := func(err error) (*Set, error) { return nil, sekisho.E("exact", sekisho.Invalid, err) }
	if len(b) < head || [8]byte(b[:8]) != magic || b[8] < 1 || b[8] > columns || b[9] < 1 || b[9] > b[8] || b[10] < 1 || b[10] > words {
		return fail(errForm)
	}
	check := sha256.Sum256(append([]byte("sekisho exact key"), key...))
	if !hmac.Equal(check[:16], b[16:32]) {
		return fail(errors.New("the set was made with another key"))
	}
	s := &Set{key: key, fast: key.fast(), need: int(b[9]), columns: make([]column, b[8]), most: int(b[10]), lengths: [16]byte(b[32:48])}
	b = b[head:]
	for i := range 2 * len(s.columns) {
		if len(b) < 20 {
			return fail(errForm)
		}
		f := filter{narrow: i%2 == 1, seed: binary.LittleEndian.Uint64(b), length: binary.LittleEndian.Uint32(b[8:]), segments: binary.LittleEndian.Uint32(b[12:])}
		size := uint64(binary.LittleEndian.Uint32(b[16:]))
		b = b[20:]
		if size > uint64(len(b)) || size > 0 && (f.length == 0 || f.length&(f.length-1) != 0 || f.length > 1<<20 || f.segments == 0 || (uint64(f.segments)+2)*uint64(f.length)*uint64(f.width()) != size) {
			return fail(errForm)
		}
		f.table = b[:size]
		b = b[size:]
		if i%2 == 0 {
			s.columns[i/2].first = f
		} else {
			s.columns[i/2].second = f
		}
	}
	return s, nil
}

// split cuts a folded text into words; where words are not written apart, runs of one script are words.
func split(t string, out []string) []string {
	for i := 0; i < len(t); {
		r, n := utf8.DecodeRuneInString(t[i:])
		k := kind(r)
		if k == 0 {
			i += n
			continue
		}
		start := i
		for i < len(t) {
			r, n = utf8.DecodeRuneInString(t[i:])
			if c := kind(r); c != k && !(k == 1 && (r == '-' || r == '.' || r == '@' || r == '_' || r == '+') && i+n < len(t)) {
				break
			}
			i += n
		}
		out = append(out, strings.TrimRight(t[start:i], "-._+@"))
	}
	return out
}

// kind sorts characters: 0 separates, 1 is Latin letters and digits, 2 everything else that is written.
func kind(r rune) int {
	switch {
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
		return 1
	case r < 0x80 || !unicode.IsLetter(r):
		return 0
	case r >= 0x3041 && r <= 0x309f: // hiragana stands between words more often than in them
		return 3
	}
	return 2
}

// Result is what of a set stands in a text.
type Result struct {
	Values  int // different values
	Columns int // of so many columns
}

// mostWords is how many words of one text are looked up.
const mostWords = 200_000

// Look is Find for a text that is not folded.
func (s *Set) Look(text string) (Result, bool) { return s.Find(search.Fold(text)) }

// Find looks for the set's values in a folded text; ok when they are of as many columns as the set wants, and at least two.
func (s *Set) Find(folded string) (r Result, ok bool) {
	p := s.key.printer()
	list := split(folded, nil)
	list = list[:min(len(list), mostWords)]
	seen := make(map[uint64]bool)
	var found uint32
	buf := make([]byte, 0, 256)
	for i := range list {
		buf = buf[:0]
		for n := 0; n < s.most && i+n < len(list) && len(buf) <= longest; n++ {
			buf = strip(buf, list[i+n])
			found |= s.look(p, buf, seen)
			if n := untitled(buf); n < len(buf) {
				found |= s.look(p, buf[:n], seen)
			}
		}
	}
	r = Result{Values: len(seen)}
	for ; found > 0; found &= found - 1 {
		r.Columns++
	}
	return r, r.Columns >= s.need && r.Values >= 2
}

// look gives the columns that have v, a bit each.
func (s *Set) look(p *printer, v []byte, seen map[uint64]bool) (found uint32) {
	if len(v) > longest || s.lengths[len(v)/8]&(1<<(len(v)%8)) == 0 || !fits(v) {
		return 0
	}
	h := s.fast.sum(v)
	for i := range s.columns {
		c := &s.columns[i]
		if !c.first.has(h) {
			continue
		}
		if sum := p.sum(v); c.second.has(sum) {
			seen[sum] = true
			found |= 1 << i
		}
	}
	return found
}

// untitled is how long v is without the title of a person at its end.
func untitled(v []byte) int {
	for _, t := range []string{"様", "殿", "氏", "先生"} {
		if len(v) > len(t) && string(v[len(v)-len(t):]) == t {
			return len(v) - len(t)
		}
	}
	return len(v)
}
