package spf

import (
	"net/netip"
	"strconv"
	"strings"
)

// list is a parsed record (RFC 7208 section 4.6.1).
type list struct {
	terms         []term
	redirect, exp string
}

// term is one mechanism with its qualifier.
type term struct {
	text   string // as written
	name   string // lower case
	result string
	domain string // with macros; "" for the list's own name
	v4, v6 int    // prefix lengths
	prefix netip.Prefix
}

// parse reads a whole record: an error anywhere in it spoils it all (RFC 7208 section 4.6). Errors are *stop.
func parse(text string) (*list, error) {
	l := &list{}
	for _, word := range strings.Split(text[len("v=spf1"):], " ") {
		if word == "" {
			continue
		}
		if err := l.add(word); err != nil {
			return nil, permanent("SPF record: " + err.Error() + " in " + strconv.QuoteToASCII(word))
		}
	}
	return l, nil
}

type syntax string

// Error says what is wrong.
func (s syntax) Error() string { return string(s) }

// add reads one word.
func (l *list) add(word string) error {
	if i := strings.IndexAny(word, "=:/"); i > 0 && word[i] == '=' && modifier(word[:i]) {
		return l.modify(strings.ToLower(word[:i]), word[i+1:])
	}
	t := term{text: word, result: Pass, v4: 32, v6: 128}
	rest := word
	switch word[0] {
	case '-':
		t.result = Fail
	case '~':
		t.result = SoftFail
	case '?':
		t.result = Neutral
	}
	if strings.IndexByte("+-~?", word[0]) >= 0 {
		rest = word[1:]
	}
	i := strings.IndexAny(rest, ":/")
	if i < 0 {
		i = len(rest)
	}
	t.name = strings.ToLower(rest[:i])
	if err := t.argument(rest[i:]); err != nil {
		return err
	}
	l.terms = append(l.terms, t)
	return nil
}

func modifier(s string) bool {
	for i, c := range []byte(s) {
		if !alpha(c) && (i == 0 || !digit(c) && c != '-' && c != '_' && c != '.') {
			return false
		}
	}
	return s != ""
}

func (l *list) modify(key, value string) error {
	place := map[string]*string{"redirect": &l.redirect, "exp": &l.exp}[key]
	if place == nil {
		_, err := macros(value, false)
		return err
	}
	if *place != "" {
		return syntax("repeated modifier")
	}
	*place = value
	return domainSpec(value)
}

// argument reads what stands after a mechanism's name.
func (t *term) argument(s string) error {
	switch t.name {
	case "all":
		if s != "" {
			return syntax("unexpected argument")
		}
		return nil
	case "include", "exists":
		if !strings.HasPrefix(s, ":") {
			return syntax("no domain")
		}
		t.domain = s[1:]
		return domainSpec(t.domain)
	case "a", "mx", "ptr":
		return t.target(s)
	case "ip4", "ip6":
		return t.network(s)
	}
	return syntax("unknown mechanism")
}

// target reads an optional domain and, where allowed, prefix lengths.
func (t *term) target(s string) (err error) {
	if t.name != "ptr" {
		if s, err = t.lengths(s); err != nil {
			return err
		}
	}
	if s == "" {
		return nil
	}
	if s[0] != ':' {
		return syntax("unexpected argument")
	}
	t.domain = s[1:]
	return domainSpec(t.domain)
}

// lengths takes "/24", "//64" or "/24//64" off the end.
func (t *term) lengths(s string) (string, error) {
	var err error
	if i := strings.LastIndex(s, "//"); i >= 0 && numeric(s[i+2:]) {
		if t.v6, err = length(s[i+2:], 128); err != nil {
			return s, err
		}
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '/'); i >= 0 && numeric(s[i+1:]) {
		if t.v4, err = length(s[i+1:], 32); err != nil {
			return s, err
		}
		s = s[:i]
	}
	return s, nil
}

func numeric(s string) bool { return strings.Trim(s, "0123456789") == "" }

func length(s string, most int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n > most || len(s) > 1 && s[0] == '0' {
		return 0, syntax("wrong prefix length")
	}
	return n, nil
}

// network reads the argument of ip4 and ip6.
func (t *term) network(s string) error {
	if !strings.HasPrefix(s, ":") {
		return syntax("no address")
	}
	address, bits, given := strings.Cut(s[1:], "/")
	a, err := netip.ParseAddr(address)
	v4 := t.name == "ip4"
	if err != nil || a.Zone() != "" || a.Is4() != v4 {
		return syntax("wrong address")
	}
	n := a.BitLen()
	if given {
		if n, err = length(bits, n); err != nil {
			return err
		}
	}
	t.prefix = netip.PrefixFrom(a, n)
	if a.Is4In6() && n >= 96 {
		t.prefix = netip.PrefixFrom(a.Unmap(), n-96)
	}
	return nil
}

// domainSpec checks that s is macros that end in a macro or a top label (RFC 7208 section 7.1).
func domainSpec(s string) error {
	end, err := macros(s, false)
	if err != nil || end {
		return err
	}
	s = strings.TrimSuffix(s, ".")
	i := strings.LastIndexByte(s, '.')
	if i < 0 || !topLabel(s[i+1:]) {
		return syntax("wrong domain")
	}
	return nil
}

func topLabel(s string) bool {
	letter := false
	for i, c := range []byte(s) {
		hyphen := c == '-' && i > 0 && i < len(s)-1
		if !alpha(c) && !digit(c) && !hyphen {
			return false
		}
		letter = letter || alpha(c) || hyphen
	}
	return letter
}

func alpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func digit(c byte) bool { return '0' <= c && c <= '9' }
