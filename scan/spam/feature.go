// Package spam tells unwanted mail from wanted by its words: a linear classifier (logistic regression) over hashed
// features, which are words and pairs of words, pairs of characters where words are not separated, and some shapes of the
// header.
//
// A mail is the set of its features: how often a word stands there, and how many mails are alike, counts nothing. Volume
// is not guilt. The model is a table of one byte a feature, made by Learn and shipped with the product; Score is a walk
// through the text with one look into the table for each word. A linear model can say why: Reasons.
package spam

import (
	"math/bits"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"sekisho"
)

// Buckets is the number of different features; words that share one share its weight.
const Buckets = 1 << 20

// maxText is how much of a text is judged: the start of a mail says what it wants.
const maxText = 64 << 10

// maxPairs is how much of a text gives pairs of words over a gap.
const maxPairs = 8 << 10

// Mail is what the classifier sees of a mail.
type Mail struct {
	Fields   *sekisho.Fields
	Header   func(name string) string      // first field of that lower-case name; "" for none
	Names    func(each func(name string))  // the names of all fields, in order
	Received func(each func(value string)) // the values of the Received fields, newest first
	Text     string                        // subject and texts, folded (search.Fold)
	Subject  int                           // how many bytes of Text are the subject
	Sites    []string                      // registered domains of its links
	Paths    []string                      // paths of its links
	Tags     []string                      // elements of its HTML
	Marks    []string                      // facts found elsewhere, one word each
	Type     string                        // "text/plain"
}

// set is a set of features; order keeps those that are in it.
type set struct {
	bit   [Buckets / 64]uint64
	some  [Buckets / 64 / 64]uint64 // which words of bit are not empty
	order []uint32
	cut   [groups]int // where in order the features of each group end
}

// group is a part of a mail that speaks for or against it.
type group int

// The groups, in the order in which they are taken.
const (
	subject group = iota
	words
	sender
	links
	build
	facts
	groups
)

// names of the groups, for reasons.
var names = [groups]string{"subject", "words", "header", "links", "form", "facts"}

var sets = sync.Pool{New: func() any { return &set{order: make([]uint32, 0, 4096)} }}

func (s *set) add(h uint64) {
	h ^= h >> 32
	h *= 0x9e3779b97f4a7c15
	f := uint32(h >> 44)
	if s.bit[f>>6]>>(f&63)&1 == 0 {
		s.bit[f>>6] |= 1 << (f & 63)
		s.some[f>>12] |= 1 << (f >> 6 & 63)
		s.order = append(s.order, f)
	}
}

// sorted are the features in the order of their numbers.
func (s *set) sorted() []uint32 {
	out := make([]uint32, 0, len(s.order))
	for i, some := range s.some {
		for ; some != 0; some &= some - 1 {
			at := i<<6 + bits.TrailingZeros64(some)
			for w := s.bit[at]; w != 0; w &= w - 1 {
				out = append(out, uint32(at<<6+bits.TrailingZeros64(w)))
			}
		}
	}
	return out
}

func (s *set) clear() {
	for _, f := range s.order {
		s.bit[f>>6], s.some[f>>12] = 0, 0
	}
	s.order = s.order[:0]
}

const (
	offset = 14695981039346656037
	prime  = 1099511628211
)

// hash continues FNV-1a.
func hash(h uint64, s string) uint64 {
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * prime
	}
	return h
}

// word adds a feature of a kind.
func (s *set) word(kind, w string) { s.add(hash(hash(offset, kind), w)) }

// take puts the features of m into s.
func (s *set) take(m *Mail) {
	text := m.Text[:min(len(m.Text), maxText)]
	s.text(text[:min(m.Subject, len(text))], 1)
	s.cut[subject] = len(s.order)
	s.text(text, 0)
	s.cut[words] = len(s.order)
	s.header(m)
	s.cut[sender] = len(s.order)
	for _, site := range m.Sites {
		s.word("site:", site)
		if i := strings.LastIndexByte(site, '.'); i >= 0 {
			s.word("zone:", site[i:])
		}
	}
	for _, path := range m.Paths {
		s.text(strings.ToLower(path[:min(len(path), 100)]), 5)
	}
	s.cut[links] = len(s.order)
	for _, tag := range m.Tags {
		s.word("tag:", tag)
	}
	s.word("size:", size(len(m.Text)))
	s.cut[build] = len(s.order)
	for _, mark := range m.Marks {
		s.word("mark:", mark)
	}
	s.cut[facts] = len(s.order)
}

// size is the order of magnitude of a text.
func size(n int) string { return string(rune('a' + bits.Len(uint(n)))) }

// text adds words, pairs of words and pairs of characters. kind 1 is the subject.
func (s *set) text(t string, kind uint64) {
	var last, before uint64 // hashes of the word before, and of the one before that
	start := -1
	var cjk rune
	base := uint64(offset) + kind*prime
	flush := func(end int) {
		if start < 0 {
			return
		}
		if n := end - start; n >= 2 && n <= 24 {
			w := t[start:end]
			h := hash(base, shape(w))
			s.add(h)
			if kind < 2 && n >= 5 { // pieces of words see through changed endings and hidden letters
				for k := 0; k+4 <= n && k < 16; k++ {
					s.add(hash(base*13, w[k:k+4]))
				}
			}
			if last != 0 {
				s.add(h*31 ^ last)
			}
			if before != 0 && kind < 2 && end < maxPairs { // pairs over a gap (orthogonal sparse bigrams)
				s.add(h*37 ^ before)
			}
			before, last = last, h
		} else if n > 24 {
			before, last = 0, 0
		}
		start = -1
	}
	for i := 0; i < len(t); {
		c := t[i]
		if c < utf8.RuneSelf {
			cjk = 0
			if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '\'' || c == '$' || c == '%' {
				if start < 0 {
					start = i
				}
			} else {
				flush(i)
				if c == '!' || c == '?' {
					s.add(base ^ uint64(c)<<8)
				}
				if c == '\n' || c == '.' {
					last = last*3 | 1 // pairs across sentences are other pairs
				}
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(t[i:])
		switch {
		case r >= 0x3041 && r <= 0x9fff || r >= 0xac00 && r <= 0xd7a3:
			flush(i)
			if cjk != 0 {
				s.add(base*7 ^ uint64(cjk)<<20 ^ uint64(r))
			}
			cjk = r
		case unicode.IsLetter(r):
			cjk = 0
			if start < 0 {
				start = i
			}
		default:
			cjk = 0
			flush(i)
		}
		i += n
	}
	flush(len(t))
}

// shape makes numbers alike: what counts is that an amount stands there, not which.
func shape(w string) string {
	digits := 0
	for i := 0; i < len(w); i++ {
		if w[i] >= '0' && w[i] <= '9' {
			digits++
		}
	}
	if digits == 0 {
		return w
	}
	money := ""
	if w[0] == '$' {
		money = "$"
	} else if w[len(w)-1] == '%' {
		money = "%"
	}
	if digits+len(money) == len(w) {
		return money + "0000000000000000000000000"[:digits]
	}
	return money + "mixed"
}

// header adds shapes of the header.
func (s *set) header(m *Mail) {
	f := m.Fields
	s.word("type:", m.Type)
	if len(f.From) > 0 {
		a := &f.From[0]
		if a.Name == "" {
			s.word("from:", "no name")
		}
		s.word("from-name:", digits(a.Mailbox))
		s.word("from-site:", last(a.Host, 2))
		s.word("from-zone:", last(a.Host, 1))
		s.text(strings.ToLower(a.Name), 7)
		if len(f.ReplyTo) > 0 && !strings.EqualFold(f.ReplyTo[0].Host, a.Host) {
			s.word("reply:", "elsewhere")
		}
		if i := strings.LastIndexByte(f.MessageID, '@'); i >= 0 && a.Host != "" && !strings.Contains(f.MessageID[i:], a.Host) {
			s.word("id:", "elsewhere")
		}
		if len(f.To) > 0 && f.To[0].Host == a.Host && f.To[0].Mailbox == a.Mailbox {
			s.word("to:", "itself")
		}
	} else {
		s.word("from:", "none")
	}
	if len(f.To)+len(f.Cc) == 0 {
		s.word("to:", "nobody")
	} else if len(f.To) > 0 && f.To[0].Host == "" {
		s.word("to:", "a group")
	}
	switch {
	case f.InReplyTo != "" || len(f.References) > 0:
		s.word("thread:", "answer")
	case strings.HasPrefix(m.Text, "re:"):
		s.word("thread:", "claims to be an answer")
	}
	if f.MessageID == "" {
		s.word("id:", "none")
	}
	if f.Date.IsZero() {
		s.word("date:", "none")
	}
	// Twenty years ago UTF-8 was a sign of spam; today it is the one character set. The model must not learn that.
	s.text(strings.ReplaceAll(strings.ToLower(m.Header("content-type")), "utf-8", "us-ascii"), 9)
	m.Received(s.hop)
	m.Names(func(name string) {
		if !passing(name) {
			s.word("field:", name)
		}
	})
	s.subject(f.Subject)
	s.text(mailer(m.Header("x-mailer")), 3)
	s.text(mailer(m.Header("user-agent")), 3)
	for _, h := range []string{"x-mailer", "user-agent", "x-priority", "x-msmail-priority", "mime-version"} {
		if v := m.Header(h); v != "" {
			s.word("has:", h)
			if len(v) < 12 {
				s.word(h, strings.ToLower(v))
			}
		}
	}
}

// passing says whether a field is written by lists and filters on the way: it says who passed the mail on, not who wants
// something, and spam through a list would be excused by the list.
func passing(name string) bool {
	for _, p := range []string{"x-spam", "list-", "x-beenthere", "x-mailman", "precedence", "errors-to", "sender", "delivered-to", "x-original", "x-list",
		"mailing-list", "x-loop", "x-virus", "x-scanned", "return-path", "x-apparently", "x-egroups", "received"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// last is the last n labels of a host name.
func last(host string, n int) string {
	for i := len(host) - 1; i >= 0; i-- {
		if host[i] == '.' {
			if n--; n == 0 {
				return host[i+1:]
			}
		}
	}
	return host
}

// hop adds where a mail came through, without names of hosts and times: what a host called itself and what it was.
func (s *set) hop(v string) {
	v = strings.ToLower(v[:min(len(v), 300)])
	if i := strings.LastIndexByte(v, ';'); i >= 0 {
		v = v[:i]
	}
	from, by, _ := strings.Cut(v, " by ")
	for w := range strings.FieldsFuncSeq(from, func(r rune) bool { return strings.ContainsRune(" ()[]=\t", r) }) {
		switch {
		case strings.IndexByte(w, '.') < 0:
			s.word("helo:", shape(w))
		case w[len(w)-1] >= '0' && w[len(w)-1] <= '9':
			s.word("net:", w[:strings.IndexByte(w, '.')])
		default:
			s.word("hop:", last(w, 2))
		}
	}
	if i := strings.Index(by, " with "); i >= 0 {
		s.text(mailer(by[i:]), 11)
	}
}

// mailer is the name of a mail program without its version.
func mailer(v string) string {
	v = strings.ToLower(v[:min(len(v), 80)])
	if i := strings.IndexAny(v, "0123456789/("); i > 3 {
		v = v[:i]
	}
	return v
}

// subject adds how a subject is written.
func (s *set) subject(t string) {
	upper, lower := 0, 0
	for i := 0; i < len(t); i++ {
		switch c := t[i]; {
		case c >= 'A' && c <= 'Z':
			upper++
		case c >= 'a' && c <= 'z':
			lower++
		}
	}
	if upper > 6 && upper > 3*lower {
		s.word("subject:", "shouts")
	}
	if t == "" {
		s.word("subject:", "none")
	}
	if strings.Contains(t, "      ") {
		s.word("subject:", "blanks")
	}
}

// digits says how a mailbox is named.
func digits(mailbox string) string {
	n := 0
	for i := 0; i < len(mailbox); i++ {
		if mailbox[i] >= '0' && mailbox[i] <= '9' {
			n++
		}
	}
	switch {
	case n == 0:
		return "letters"
	case n < 3:
		return "few digits"
	}
	return "many digits"
}
