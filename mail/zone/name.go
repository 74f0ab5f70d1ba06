package zone

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// MostName is the longest name in its written form, without the final dot (RFC 1035 section 2.3.4).
const MostName = 253

// Plausible says whether DNS can be asked about a name: labels of 1 to 63 octets, at most 253 in all. It says nothing about
// the characters: names with underscores and worse exist.
func Plausible(name string) bool {
	if name == "" || len(name) > MostName {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
	}
	return true
}

// Host is a domain name in the one form in which names are compared and asked: lower case, without the final dot, in ASCII
// (RFC 5891). False when the text is no domain name as mail has it: letters, digits, hyphens and underscores in labels.
func Host(s string) (string, bool) {
	s = strings.TrimSuffix(s, ".")
	if len(s) > 4*MostName { // no name is that long, and to encode what is long takes long
		return "", false
	}
	for i := range len(s) {
		if s[i] >= 0x80 {
			var err error
			if !utf8.ValidString(s) {
				return "", false
			}
			if s, err = idna.Lookup.ToASCII(s); err != nil {
				return "", false
			}
			break
		}
	}
	if !Plausible(s) {
		return "", false
	}
	for _, c := range []byte(s) {
		if c != '-' && c != '_' && c != '.' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return "", false
		}
	}
	return strings.ToLower(s), true
}

// Reverse is the name that an address has its PTR records at (RFC 1035 section 3.5, RFC 3596 section 2.5).
func Reverse(a netip.Addr) string {
	const hex = "0123456789abcdef"
	a = a.Unmap()
	var b []byte
	octets := a.AsSlice()
	for i := len(octets) - 1; i >= 0; i-- {
		if o := octets[i]; a.Is4() {
			b = append(appendDecimal(b, o), '.')
		} else {
			b = append(b, hex[o&15], '.', hex[o>>4], '.')
		}
	}
	if a.Is4() {
		return string(b) + "in-addr.arpa"
	}
	return string(b) + "ip6.arpa"
}

func appendDecimal(b []byte, o byte) []byte {
	if o >= 100 {
		b = append(b, '0'+o/100)
	}
	if o >= 10 {
		b = append(b, '0'+o/10%10)
	}
	return append(b, '0'+o%10)
}

// Ask is a lookup with two endings: an answer, or ErrTemporary. A question that makes no sense is answered as for a name
// that does not exist, for names come from outside; one that was broken off has no answer yet.
func Ask(ctx context.Context, r Resolver, kind, name string) (Records, error) {
	x, err := r.Lookup(ctx, kind, name)
	switch {
	case err == nil, errors.Is(err, ErrTemporary):
		return x, err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return x, fmt.Errorf("%w: %w", ErrTemporary, err)
	}
	return Records{Void: true}, nil
}
