// Package url finds links in texts and says what is wrong with them: hosts that are numbers or look like another's, names
// and passwords before the host, shown texts that name another place than the one they lead to.
//
// Nothing is looked up and nothing is fetched: a link is judged by its letters alone.
package url

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"sekisho/mail/likeness"
)

// Link is one link of a mail.
type Link struct {
	Raw    string // as it stands there
	Scheme string // lower case
	Host   string // lower case, without port, as DNS would be asked (with xn--)
	Site   string // the part of Host that somebody registered: "example.co.jp"; Host itself for numbers
	Port   string
	Path   string // path and query
	User   bool   // has a name before the host
	IP     bool   // the host is a number
	Puny   bool   // the host has letters outside of ASCII
	Odd    bool   // the host is written in a way that hides it: encoded, in octal, with backslashes
}

// Parse reads a link the way browsers do, which is much more tolerant than the standard. False when it leads nowhere.
func Parse(raw string) (Link, bool) {
	l := Link{Raw: raw}
	s := strings.TrimSpace(raw)
	i := strings.IndexByte(s, ':')
	if i <= 0 || i > 12 {
		if strings.HasPrefix(s, "//") {
			s, i = "https:"+s, 5
		} else {
			return l, false
		}
	}
	l.Scheme = strings.ToLower(s[:i])
	switch l.Scheme {
	case "http", "https", "ftp", "ftps":
	default:
		return l, false
	}
	rest := s[i+1:]
	slashes := len(rest)
	rest = strings.TrimLeft(rest, "/\\")
	if slashes-len(rest) != 2 || strings.Contains(s[i+1:i+1+slashes-len(rest)], "\\") {
		l.Odd = true
	}
	host := rest
	if j := strings.IndexAny(rest, "/?#\\"); j >= 0 {
		host, l.Path = rest[:j], rest[j:]
	}
	if j := strings.LastIndexByte(host, '@'); j >= 0 {
		l.User, host = true, host[j+1:]
	}
	return l, l.host(host)
}

// host reads host and port.
func (l *Link) host(h string) bool {
	if strings.IndexByte(h, '%') >= 0 {
		if d, err := url.PathUnescape(h); err == nil {
			h, l.Odd = d, true
		}
	}
	if strings.HasPrefix(h, "[") {
		end := strings.IndexByte(h, ']')
		if end < 0 {
			return false
		}
		_, err := netip.ParseAddr(h[1:end])
		l.Host, l.Site, l.IP = h[1:end], h[1:end], true
		return err == nil
	}
	if j := strings.LastIndexByte(h, ':'); j >= 0 {
		h, l.Port = h[:j], h[j+1:]
	}
	h = strings.ToLower(strings.TrimRight(h, "."))
	for i := 0; i < len(h); i++ {
		if h[i] >= 0x80 {
			l.Puny = true
			a, err := idna.Lookup.ToASCII(h)
			if err != nil {
				l.Odd = true
				break
			}
			h = a
			break
		}
	}
	if h == "" || len(h) > 253 || strings.ContainsAny(h, " \"'<>()[]{}|^`,;") {
		return false
	}
	l.Puny = l.Puny || strings.HasPrefix(h, "xn--") || strings.Contains(h, ".xn--")
	l.Host, l.Site = h, Site(h)
	if ip, odd, ok := address(h); ok {
		l.Host, l.Site, l.IP = ip, ip, true
		l.Odd = l.Odd || odd
		return true
	}
	return strings.IndexByte(h, '.') > 0
}

// address reads a host that is a number: "1.2.3.4", or in one of the forms that browsers take: decimal, octal,
// hexadecimal, with parts left out.
func address(h string) (ip string, odd, ok bool) {
	c := h[len(h)-1]
	if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c == 'x') {
		return "", false, false
	}
	if a, err := netip.ParseAddr(h); err == nil {
		return a.String(), false, true
	}
	parts := strings.Split(h, ".")
	if len(parts) > 4 {
		return "", false, false
	}
	var v uint64
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 0, 64)
		if err != nil || n > 0xffffffff {
			return "", false, false
		}
		if i < len(parts)-1 {
			if n > 255 {
				return "", false, false
			}
			v = v<<8 | n
			continue
		}
		v = v<<(8*uint(5-len(parts))) | n
	}
	if v > 0xffffffff {
		return "", false, false
	}
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}).String(), true, true
}

// Site is the registered part of a host name: one label more than the public suffix.
func Site(host string) string { return likeness.Site(host) }

// Find gives the links that stand in a text, as mail programs make them clickable, at most most of them.
func Find(text string, most int, each func(raw string)) {
	Places(text, most, func(_, _ int, raw string) { each(raw) })
}

// Places is Find with where each link stands. Those that begin with "www." come after all others.
func Places(text string, most int, each func(start, end int, raw string)) {
	for at := 0; most > 0; {
		i := strings.Index(text[at:], "://")
		if i < 0 {
			break
		}
		i += at
		at = i + 3
		start := i
		for start > 0 && i-start < 6 && letter(text[start-1]) {
			start--
		}
		scheme := strings.ToLower(text[start:i])
		for _, s := range []string{"https", "http", "ftp"} {
			if !strings.HasSuffix(scheme, s) {
				continue
			}
			end := at + length(text[at:])
			if end > at {
				each(i-len(s), end, text[i-len(s):end])
				most--
				at = end
			}
			break
		}
	}
	for at := 0; most > 0; {
		i := strings.Index(text[at:], "www.")
		if i < 0 {
			return
		}
		i += at
		end := i + length(text[i:])
		if (i == 0 || !letter(text[i-1]) && strings.IndexByte("/.@-:=%", text[i-1]) < 0) && end > i+6 {
			each(i, end, "http://"+text[i:end])
			most--
		}
		at = max(end, i+4)
	}
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// length is how far a link goes.
func length(s string) int {
	n := len(s)
	for i, r := range s {
		if r <= ' ' || r == '<' || r == '>' || r == '"' || r == '`' || r == '{' || r == '}' || r == '|' || r == 0x7f ||
			r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff0f || r == 0x00a0 || i > 4000 {
			n = i
			break
		}
	}
	return len(strings.TrimRight(s[:n], ".,;:!?'\")]*_~"))
}
