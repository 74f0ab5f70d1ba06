package auth

import (
	"bytes"
	"strings"

	"sekisho/mail/dkim"
	"sekisho/mail/header"
	"sekisho/mail/zone"
)

// Two reasons why there is no domain.
const malformed, several = "From is malformed", "From has several domains"

// What is odd about a list of mailboxes.
const (
	oddRoute = 1 << iota
	oddGroup
	oddComment
	oddQuoted
	oddWord
	oddName
)

// author is the one domain of the header From, as zone.Host gives it, or why there is none. Several addresses of one domain
// are fine (RFC 9989 section 5.3.1). Whatever readers could see in different ways has no domain here: a second From, an
// address that does not end, a header without an end.
func author(m *dkim.Mail) (domain, why string) {
	switch n := header.Count(m.Fields, "From"); {
	case n == 0:
		return "", "there is no From"
	case n > 1:
		return "", "there are several From"
	case m.Broken:
		return "", "the header section does not end with an empty line"
	}
	v, _ := header.First(m.Fields, "From")
	list, ok := domains(v)
	if !ok {
		return "", malformed
	}
	for _, d := range list {
		host, ok := zone.Host(d)
		switch {
		case !ok:
			return "", "From has no domain name"
		case domain != "" && host != domain:
			return "", several
		}
		domain = host
	}
	if domain == "" {
		return "", "From has no address"
	}
	return domain, ""
}

// domains finds the domain of every address in a list of mailboxes (RFC 5322 section 3.4). Comments and names are passed
// over; a word that is no address is taken for a name whose comma was not quoted. What mail programs read in different ways is
// no list: FuzzShownIsAuthenticated compares this with what our pages show.
func domains(v string) (list []string, ok bool) {
	s := &scanner{text: v}
	for s.next() {
	}
	s.item()
	return s.list, !s.bad
}

// scanner goes through an address list.
type scanner struct {
	text  string
	at    int
	word  []byte // of the item, behind its brackets if it had any; comments as blanks; quoted strings as one quote
	angle bool   // the item had an address in brackets
	list  []string
	bad   bool
	odd   uint8

	quoted bool // the item has a quoted string that looks like an address
}

// next takes one token; false at the end.
func (s *scanner) next() bool {
	if s.at >= len(s.text) {
		return false
	}
	c := s.text[s.at]
	s.at++
	switch c {
	case '"':
		start := s.at
		s.skip('"')
		s.quoted = s.quoted || strings.IndexByte(s.text[start:s.at], '@') >= 0
		s.word = append(s.word, '"')
	case '(':
		start := s.at
		s.comment()
		s.note(strings.IndexByte(s.text[start:s.at], '@') >= 0, oddComment)
		s.word = append(s.word, ' ')
	case '<':
		s.bracket()
	case '[':
		start := s.at
		s.skip(']')
		s.bad = s.bad || strings.ContainsAny(s.text[start:s.at], "<>@,;:\"()")
		s.word = append(s.word, '[')
	case '>', ')', ']':
		s.bad = true
	case ',', ';':
		s.item()
	case ':':
		s.bad = s.bad || s.hasAt() // else the name of a group
		s.note(true, oddGroup)
		s.word = nil
	default:
		s.word = append(s.word, c)
	}
	return true
}

func (s *scanner) note(is bool, odd uint8) {
	if is {
		s.odd |= odd
	}
}

func (s *scanner) hasAt() bool { return bytes.IndexByte(s.word, '@') >= 0 }

// skip goes behind the closing character; a backslash quotes the next.
func (s *scanner) skip(end byte) {
	for ; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case end:
			s.at++
			return
		}
	}
	s.at, s.bad = len(s.text), true // a backslash at the end quotes nothing
}

// comment goes behind the end of a comment, which may hold others.
func (s *scanner) comment() {
	depth := 1
	for ; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				s.at++
				return
			}
		}
	}
	s.at, s.bad = len(s.text), true
}

// bracket reads the address up to ">". A route in front of it ends with a colon.
func (s *scanner) bracket() {
	s.note(s.hasAt(), oddName)
	s.word = nil
	for s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case '>':
			s.at++
			s.address()
			s.word, s.angle = nil, true
			return
		case ',', ':':
			s.note(true, oddRoute)
			s.word = nil
			s.at++
		case '<', ';':
			s.bad = true
			return
		default:
			start := s.at
			s.next()
			s.bad = s.bad || (c == '"' || c == '(' || c == '[') && strings.ContainsAny(s.text[start+1:s.at], "<>@,;:(")
		}
	}
	s.bad = true
}

// item ends one mailbox.
func (s *scanner) item() {
	switch {
	case s.angle && s.hasAt():
		s.bad = true // more address behind the brackets
	case s.hasAt():
		s.address()
	case s.quoted && !s.angle:
		s.bad = true // an author who is only a name, and that an address
	}
	s.word, s.angle, s.quoted = nil, false, false
}

func (s *scanner) address() {
	i := bytes.LastIndexByte(s.word, '@')
	if i < 1 || i+1 == len(s.word) || blank(s.word[i-1]) || blank(s.word[i+1]) {
		s.bad = true
		return
	}
	s.note(bytes.IndexByte(s.word[:i], '"') >= 0, oddQuoted)
	s.note(bytes.Contains(s.word, []byte("=?")), oddWord)
	s.list = append(s.list, string(bytes.Trim(s.word[i+1:], " \t")))
}

func blank(c byte) bool { return c == ' ' || c == '\t' }
