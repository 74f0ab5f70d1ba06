// Package exact finds a customer's own data in mails without knowing it: the customer's tool turns every value into a keyed
// fingerprint, and only these are handed over, as a filter that says of a value whether it can be one of them.
//
// A value is written in one form before it is fingerprinted: NFKC, small letters, without spaces, hyphens and the like, so
// that "０９０－1234－5678" and "09012345678" are one. A set remembers for each value the column that it came from; a mail that has
// values of at least Need different columns is a hit. One value alone is never a hit, since it could be chance.
//
// A word of a text is looked up by SipHash first, in one filter for all columns, which rejects nearly all by reading one line of
// the processor's cache; the sums of many words are made before they are looked up, so that the reads overlap. What is left is
// looked up by HMAC-SHA256 in the filter of each column, of 16 bits. Both together err in fewer than one of 10,000,000 tries and
// take 30 bits a value: 10,000,000 values are 38 MB.
package exact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math/bits"
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

var magic = [8]byte{'s', 'k', 'e', 'x', 'a', 'c', 't', '2'}

// Set is fingerprints, ready for use. It is safe for use by several goroutines.
type Set struct {
	key     Key
	fast    sip
	need    int
	first   block
	columns []filter
	most    int      // words of the longest value
	lengths [16]byte // which lengths values have, a bit each
}

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
	if len(v) > 0 && len(v) >= shortest*utf8.UTFMax {
		return len(v) <= longest
	}
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
	quick   []uint64   // by SipHash, of all columns
	sums    [][]uint64 // by HMAC, of each
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
	return &Maker{key: key.printer(), fast: key.fast(), raw: key, sums: make([][]uint64, n)}, nil
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
		m.quick = append(m.quick, m.fast.sum([]byte(n)))
		m.sums[i] = append(m.sums[i], m.key.sum([]byte(n)))
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
	first := newBlock(m.quick)
	binary.LittleEndian.PutUint64(out[48:], uint64(len(first)/lineSize))
	out = append(out, first...)
	for _, sums := range m.sums {
		f := &filter{}
		if len(sums) > 0 {
			var err error
			if f, err = newFilter(sums); err != nil {
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

// Columns is how many columns a set has, read from its head; false when b is no set.
func Columns(b []byte) (n int, ok bool) {
	if len(b) < head || [8]byte(b[:8]) != magic || b[8] < 1 || b[8] > columns {
		return 0, false
	}
	return int(b[8]), true
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
	s := &Set{key: key, fast: key.fast(), need: int(b[9]), columns: make([]filter, b[8]), most: int(b[10]), lengths: [16]byte(b[32:48])}
	lines := binary.LittleEndian.Uint64(b[48:])
	b = b[head:]
	if lines > uint64(len(b))/lineSize {
		return fail(errForm)
	}
	s.first, b = block(b[:lines*lineSize]), b[lines*lineSize:]
	for i := range s.columns {
		if len(b) < 20 {
			return fail(errForm)
		}
		f := filter{seed: binary.LittleEndian.Uint64(b), length: binary.LittleEndian.Uint32(b[8:]), segments: binary.LittleEndian.Uint32(b[12:])}
		size := uint64(binary.LittleEndian.Uint32(b[16:]))
		b = b[20:]
		if size > uint64(len(b)) || size > 0 && (f.length == 0 || f.length&(f.length-1) != 0 || f.length > 1<<20 || f.segments == 0 || (uint64(f.segments)+2)*uint64(f.length)*2 != size) {
			return fail(errForm)
		}
		f.table, b = b[:size], b[size:]
		s.columns[i] = f
	}
	return s, nil
}

// split cuts a folded text into words; where words are not written apart, runs of one script are words.
func split(t string, out []string) []string {
	if out == nil {
		out = make([]string, 0, min(len(t)/6+1, mostWords))
	}
	for i := 0; i < len(t); {
		k, n := kindAt(t, i)
		if k == 0 {
			i += n
			continue
		}
		start := i
		for i < len(t) {
			c, n := kindAt(t, i)
			if c != k && !(k == 1 && joint(t[i]) && i+n < len(t)) {
				break
			}
			i += n
		}
		end := i
		for end > start && joint(t[end-1]) {
			end--
		}
		out = append(out, t[start:end])
	}
	return out
}

// joint says whether c stands within words of Latin letters and digits.
func joint(c byte) bool { return c == '-' || c == '.' || c == '@' || c == '_' || c == '+' }

// kindAt is the kind and the length of the character at i.
func kindAt(t string, i int) (kindOf, n int) {
	c := t[i]
	switch {
	case c >= utf8.RuneSelf:
		r, n := utf8.DecodeRuneInString(t[i:])
		return kind(r), n
	case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
		return 1, 1
	}
	return 0, 1
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
	l := look{set: s, mac: s.key.printer(), seen: make(map[uint64]bool)}
	list := split(folded, nil)
	list = list[:min(len(list), mostWords)]
	buf := make([]byte, 0, 256)
	for i := range list {
		buf = buf[:0]
		for n := 0; n < s.most && i+n < len(list) && len(buf) <= longest; n++ {
			buf = strip(buf, list[i+n])
			l.add(buf)
			if n := untitled(buf); n < len(buf) {
				l.add(buf[:n])
			}
		}
	}
	l.flush()
	r = Result{Values: len(l.seen)}
	for ; l.found > 0; l.found &= l.found - 1 {
		r.Columns++
	}
	return r, r.Columns >= s.need && r.Values >= 2
}

// batch is how many values are looked up together.
const batch = 64

// look is one search: values that wait to be looked up together, and what was found.
type look struct {
	set   *Set
	mac   *printer
	n     int
	sums  [batch]uint64
	ends  [batch]int
	text  []byte // the values that wait, one behind the other
	seen  map[uint64]bool
	found uint32 // the columns, a bit each
}

// add takes a value that could be of the set.
func (l *look) add(v []byte) {
	s := l.set
	if len(v) > longest || s.lengths[len(v)/8]&(1<<(len(v)%8)) == 0 || !fits(v) {
		return
	}
	l.sums[l.n] = mix(s.fast.sum(v))
	l.text = append(l.text, v...)
	l.ends[l.n] = len(l.text)
	if l.n++; l.n == batch {
		l.flush()
	}
}

// flush looks up what waits: in the first filter all of them one after the other, with nothing between that waits for the last.
func (l *look) flush() {
	var perhaps uint64
	for i, h := range l.sums[:l.n] {
		perhaps |= l.set.first.bit(h) << i
	}
	for ; perhaps != 0; perhaps &= perhaps - 1 {
		i, start := bits.TrailingZeros64(perhaps), 0
		if i > 0 {
			start = l.ends[i-1]
		}
		sum := l.mac.sum(l.text[start:l.ends[i]])
		for c := range l.set.columns {
			if l.set.columns[c].has(sum) {
				l.seen[sum] = true
				l.found |= 1 << c
			}
		}
	}
	l.n, l.text = 0, l.text[:0]
}

// untitled is how long v is without the title of a person at its end.
func untitled(v []byte) int {
	if len(v) == 0 || v[len(v)-1] < utf8.RuneSelf {
		return len(v)
	}
	for _, t := range []string{"様", "殿", "氏", "先生"} {
		if len(v) > len(t) && string(v[len(v)-len(t):]) == t {
			return len(v) - len(t)
		}
	}
	return len(v)
}
