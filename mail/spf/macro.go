package spf

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"sekisho/mail/zone"
)

// macros checks the syntax of a macro string (RFC 7208 section 7.1) and says whether a macro is its end. Explanations may
// have blanks and three more letters.
func macros(s string, explanation bool) (end bool, err error) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '%':
			n, err := macroLen(s[i:], explanation)
			if err != nil {
				return false, err
			}
			i += n - 1
			end = true
			continue
		case c > '~' || c < ' ' || c == ' ' && !explanation:
			return false, syntax("a character that is not allowed")
		}
		end = false
	}
	return end, nil
}

func macroLen(s string, explanation bool) (int, error) {
	if len(s) < 2 {
		return 0, syntax("unfinished macro")
	}
	switch s[1] {
	case '%', '_', '-':
		return 2, nil
	case '{':
	default:
		return 0, syntax("wrong macro")
	}
	end := strings.IndexByte(s, '}')
	if end < 0 {
		return 0, syntax("unfinished macro")
	}
	if _, err := macro(s[2:end], explanation); err != nil {
		return 0, err
	}
	return end + 1, nil
}

// transform is the inside of "%{...}".
type transform struct {
	letter     byte // lower case
	escape     bool // it was upper case
	keep       int  // how many parts from the right; 0 means all
	reverse    bool
	delimiters string
}

func macro(s string, explanation bool) (m transform, err error) {
	if s == "" {
		return m, syntax("empty macro")
	}
	m.letter, m.escape = s[0]|0x20, s[0] < 'a'
	letters := "slodiphv"
	if explanation {
		letters += "crt"
	}
	if !alpha(s[0]) || strings.IndexByte(letters, m.letter) < 0 {
		return m, syntax("unknown macro letter")
	}
	s = s[1:]
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits > 0 {
		if m.keep, err = strconv.Atoi(s[:digits]); err != nil || m.keep == 0 {
			return m, syntax("wrong number in a macro")
		}
		s = s[digits:]
	}
	if s != "" && s[0]|0x20 == 'r' {
		m.reverse, s = true, s[1:]
	}
	if strings.Trim(s, ".-+,/_=") != "" {
		return m, syntax("wrong delimiter in a macro")
	}
	m.delimiters = s
	return m, nil
}

// expand replaces the macros of a string that was checked.
func (c *check) expand(s, domain string, explanation bool) (string, error) {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '%')
		if i < 0 || i+1 == len(s) {
			b.WriteString(s)
			return b.String(), nil
		}
		b.WriteString(s[:i])
		n, err := macroLen(s[i:], explanation)
		if err != nil {
			return "", permanent(err.Error())
		}
		switch s[i+1] {
		case '%':
			b.WriteByte('%')
		case '_':
			b.WriteByte(' ')
		case '-':
			b.WriteString("%20")
		default:
			m, _ := macro(s[i+2:i+n-1], explanation)
			b.WriteString(m.apply(c.value(m.letter, domain)))
		}
		s = s[i+n:]
	}
}

// value is what a letter stands for (RFC 7208 section 7.2).
func (c *check) value(letter byte, domain string) string {
	switch letter {
	case 's':
		return c.local + "@" + c.domain
	case 'l':
		return c.local
	case 'o':
		return c.domain
	case 'd':
		return domain
	case 'i':
		return dotted(c.client)
	case 'p':
		return c.clientName(domain)
	case 'v':
		if c.client.Is4() {
			return "in-addr"
		}
		return "ip6"
	case 'h':
		return c.Helo
	case 'c':
		return c.client.String()
	case 'r':
		return c.Receiver
	case 't':
		return strconv.FormatInt(c.Now.Unix(), 10)
	}
	return ""
}

// apply splits, reverses, shortens and escapes (RFC 7208 section 7.3).
func (m transform) apply(s string) string {
	if m.keep > 0 || m.reverse || m.delimiters != "" {
		d := m.delimiters
		if d == "" {
			d = "."
		}
		parts := split(s, d)
		if m.reverse {
			slices.Reverse(parts)
		}
		if m.keep > 0 && m.keep < len(parts) {
			parts = parts[len(parts)-m.keep:]
		}
		s = strings.Join(parts, ".")
	}
	if !m.escape {
		return s
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		if alpha(c) || digit(c) || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

func split(s, delimiters string) (parts []string) {
	for {
		i := strings.IndexAny(s, delimiters)
		if i < 0 {
			return append(parts, s)
		}
		parts = append(parts, s[:i])
		s = s[i+1:]
	}
}

// dotted is an address as the i macro has it: IPv6 as 32 nibbles.
func dotted(a netip.Addr) string {
	if a.Is4() {
		return a.String()
	}
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, 63)
	for i, c := range a.As16() {
		if i > 0 {
			b = append(b, '.')
		}
		b = append(b, hex[c>>4], '.', hex[c&15])
	}
	return string(b)
}

// name makes a macro's result a name to ask: without the last dot, and short enough by loss of labels at the left.
func name(s string) string {
	s = strings.TrimSuffix(s, ".")
	for len(s) > zone.MostName {
		_, rest, ok := strings.Cut(s, ".")
		if !ok {
			break
		}
		s = rest
	}
	return s
}
