// Package leak finds personal data in texts: numbers that carry a check digit (My Number, payment cards), numbers that the
// text calls by their name (accounts, licences, passports), and telephone numbers, names, addresses and mail addresses, which
// are harmless alone and a leak as a list.
//
// A check digit is right by chance in one number of ten. So what the text says of a number decides with it: a label before or
// behind it, the header of its column, the line above. A number with a label that says something else (an order, a parcel, a
// member) is none, whatever its digits; numbers of which nothing is said count when most of their kind in the text are right.
//
// It works on folded text (search.Fold), so that full-width digits are digits. What it says is kind and place; it never
// copies what it found, because findings are stored where the mail itself would not be.
package leak

import "strings"

// Kind is what was found.
type Kind string

// The kinds.
const (
	MyNumber  Kind = "my-number"        // 個人番号, 12 digits with a check digit
	Corporate Kind = "corporate-number" // 法人番号, 13 digits with a check digit; public, no personal data
	Card      Kind = "card-number"      // payment card: issuer's prefix, length and Luhn digit
	License   Kind = "driver-license"   // 12 digits that the text calls so
	Passport  Kind = "passport"
	Bank      Kind = "bank-account"   // 7 digits that the text calls so, with bank or branch; IBAN
	Insurer   Kind = "insurer-number" // of a health insurance, where the text calls it so
	Pension   Kind = "pension-number" // 基礎年金番号
	Residence Kind = "residence-card" // 在留カード
	Birth     Kind = "birth-date"     // a day that the text calls so
	Name      Kind = "person-name"    // by dictionary, where a title or a label stands
	Phone     Kind = "phone"
	Postal    Kind = "postal-code"
	Address   Kind = "address"
	Mail      Kind = "mail-address"
)

// Hit is one find: bytes of the text.
type Hit struct {
	Kind       Kind
	Start, End int
}

// maxHits is how many finds one text can have.
const maxHits = 5000

// Find looks through t. The hits are in order of their kind's search, not of place.
func Find(t string) []Hit {
	f := finder{t: t, rows: rows{-1, -1}}
	f.codes()
	f.coded = f.hits
	f.numbers()
	f.settle()
	f.mails()
	f.addresses()
	f.names()
	return f.hits
}

type finder struct {
	t    string
	hits []Hit
	rows rows
	// heads is what headers of columns were found to say, asked how often labels were looked for.
	heads map[string]sense
	asked int
	// coded are numbers with letters, whose digits are no numbers of their own.
	coded []Hit
	// the place that lineOf came to, its line's beginning, and whether a letter stood between them
	seen, line int
	lettered   bool
	// pools are the numbers of which the text says nothing, by their shape.
	pools [4]pool
}

func (f *finder) hit(k Kind, start, end int) {
	if len(f.hits) < maxHits {
		f.hits = append(f.hits, Hit{k, start, end})
	}
}

// pool is numbers of one shape that nothing explains: numbers that persons and cards have, all with a right check digit,
// or numbers of something else, of which few have one by chance.
type pool struct {
	hits  []Hit
	wrong int
}

// settle takes the pools in which most numbers are right.
func (f *finder) settle() {
	for i := range f.pools {
		if p := &f.pools[i]; len(p.hits) > p.wrong {
			for _, h := range p.hits {
				f.hit(h.Kind, h.Start, h.End)
			}
		}
	}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func word(c byte) bool { return digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !digit(s[i]) {
			return false
		}
	}
	return true
}

// mails finds mail addresses.
func (f *finder) mails() {
	for at := 0; ; {
		i := strings.IndexByte(f.t[at:], '@')
		if i < 0 {
			return
		}
		i += at
		start, end := i, i+1
		for start > 0 && i-start < 64 && (word(f.t[start-1]) || strings.IndexByte(".+-%", f.t[start-1]) >= 0) {
			start--
		}
		for end < len(f.t) && end-i < 253 && (word(f.t[end]) || f.t[end] == '.' || f.t[end] == '-') {
			end++
		}
		host := strings.TrimRight(f.t[i+1:end], ".-")
		if start < i && strings.IndexByte(host, '.') > 0 {
			f.hit(Mail, start, i+1+len(host))
		}
		at = end
	}
}
