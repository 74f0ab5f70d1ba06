package dkim

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"strings"
	"sync"

	"sekisho/mail/header"
)

// Mail is a mail as signatures see it: fields and body. Hashes of the body are kept, so that several signatures and ARC
// sets cost one reading. It may be used by several goroutines at once.
type Mail struct {
	Fields []header.Field
	Broken bool // the fields are not followed by an empty line: readers differ about where the body begins
	body   []byte
	lock   sync.Mutex
	places map[string][]int // of fields, by lower-case name; made when first asked
	sums   map[form]bodySum
}

// form is a way to hash the body.
type form struct {
	relaxed bool
	length  int // octets counted, of the canonical body; -1 is all
}

// Open cuts a mail whose lines end with CRLF.
func Open(raw []byte) *Mail {
	fields, rest := header.Split(raw)
	return New(fields, rest)
}

// New takes what header.Split gave.
func New(fields []header.Field, rest []byte) *Mail {
	m := &Mail{Fields: fields}
	var ok bool
	m.body, ok = bytes.CutPrefix(rest, []byte("\r\n"))
	m.Broken = !ok && len(rest) > 0
	return m
}

// place finds the fields of a name, lower case.
func (m *Mail) place(name string) []int {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.places == nil {
		m.places = map[string][]int{}
		for i, f := range m.Fields {
			n := strings.ToLower(f.Name)
			m.places[n] = append(m.places[n], i)
		}
	}
	return m.places[name]
}

// bodySum is the hash of the canonical body, and how long that is in all.
type bodySum struct {
	sum    [sha256.Size]byte
	length int
}

// bodySum hashes the body (RFC 6376 section 3.4).
func (m *Mail) bodySum(f form) bodySum {
	m.lock.Lock()
	defer m.lock.Unlock()
	if s, ok := m.sums[f]; ok {
		return s
	}
	w := &cut{hash: sha256.New(), left: f.length}
	if f.relaxed {
		relaxedBody(w, m.body)
	} else {
		simpleBody(w, m.body)
	}
	w.flush()
	s := bodySum{length: w.seen}
	w.hash.Sum(s.sum[:0])
	if m.sums == nil {
		m.sums = map[form]bodySum{}
	}
	m.sums[f] = s
	return s
}

// cut passes the first octets on to a hash, in large pieces. A negative number means all.
type cut struct {
	hash hash.Hash
	left int
	seen int
	held []byte
}

// Write takes octets.
func (c *cut) Write(b []byte) {
	c.seen += len(b)
	if c.left >= 0 {
		b = b[:min(len(b), c.left)]
		c.left -= len(b)
	}
	if len(c.held)+len(b) > heldMost {
		c.flush()
	}
	if len(b) > heldMost {
		c.hash.Write(b)
		return
	}
	c.held = append(c.held, b...)
}

const heldMost = 4096

func (c *cut) flush() {
	c.hash.Write(c.held)
	c.held = c.held[:0]
}

// simpleBody leaves out the empty lines at the end; no body at all is one line break.
func simpleBody(w *cut, b []byte) {
	for bytes.HasSuffix(b, []byte("\r\n")) {
		b = b[:len(b)-2]
	}
	w.Write(b)
	w.Write([]byte("\r\n"))
}

// relaxedBody also takes runs of blanks as one and leaves them out at the ends of lines; no body at all is nothing.
func relaxedBody(w *cut, b []byte) {
	var line []byte
	empty := 0
	for len(b) > 0 {
		var l []byte
		l, b = nextLine(b)
		l = bytes.TrimRight(l, " \t")
		if len(l) == 0 {
			empty++
			continue
		}
		for ; empty > 0; empty-- {
			w.Write([]byte("\r\n"))
		}
		if plain(l) {
			w.Write(l)
		} else {
			line = squeeze(line[:0], l)
			w.Write(line)
		}
		w.Write([]byte("\r\n"))
	}
}

// nextLine cuts the first line off, at CRLF only.
func nextLine(b []byte) (line, rest []byte) {
	if i := bytes.Index(b, []byte("\r\n")); i >= 0 {
		return b[:i], b[i+2:]
	}
	return b, nil
}

// plain says whether squeezing would change nothing.
func plain(l []byte) bool {
	return bytes.IndexByte(l, '\t') < 0 && !bytes.Contains(l, []byte("  "))
}

// squeeze appends text with every run of blanks as one space.
func squeeze(to, s []byte) []byte {
	for i, c := range s {
		if c == '\t' {
			c = ' '
		}
		if c == ' ' && i > 0 && (s[i-1] == ' ' || s[i-1] == '\t') {
			continue
		}
		to = append(to, c)
	}
	return to
}

// Relaxed appends a field in its relaxed form, without the line break at its end: the name in lower case, the value on one
// line, blanks as one (RFC 6376 section 3.4.2).
func Relaxed(to, raw []byte) []byte {
	name, value, _ := bytes.Cut(raw, []byte{':'})
	to = append(to, bytes.ToLower(bytes.Trim(name, " \t"))...)
	to = append(to, ':')
	blank := false
	start := len(to)
	for _, c := range value {
		switch c {
		case '\r', '\n':
		case ' ', '\t':
			blank = true
		default:
			if blank && len(to) > start {
				to = append(to, ' ')
			}
			blank = false
			to = append(to, c)
		}
	}
	return to
}
