// Package address folds mail addresses, so that two spellings of one address are equal as strings.
//
// The domain becomes A-labels in lower case (RFC 5891), the local part lower case without needless quotes. The standard
// leaves the local part's case to its host (RFC 5321 section 2.4); here Bob and bob are one person. What follows a plus
// in the local part is a tag that its owner chose (RFC 5233).
package address

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"sekisho"
)

// Fold folds an address, "@domain" for all of a domain, or a name without a domain. Invalid when it is over-long, has
// control characters or no domain that could be one.
func Fold(s string) (string, error) {
	if len(s) > 320 || strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f || r == utf8.RuneError }) {
		return "", sekisho.E("address", sekisho.Invalid, errors.New("over-long or with control characters"))
	}
	i := strings.LastIndexByte(s, '@')
	if i < 0 {
		return strings.ToLower(s), nil
	}
	domain, err := FoldDomain(s[i+1:])
	if err != nil {
		return "", err
	}
	return unquote(strings.ToLower(s[:i])) + "@" + domain, nil
}

// unquote takes needless quotes off a local part: "bob"@x and bob@x are the same (RFC 5321 section 4.1.2).
func unquote(local string) string {
	if len(local) < 2 || local[0] != '"' || local[len(local)-1] != '"' {
		return local
	}
	inner := local[1 : len(local)-1]
	if inner == "" || strings.ContainsAny(inner, " \"\\(),:;<>@[]") || strings.HasPrefix(inner, ".") || strings.HasSuffix(inner, ".") || strings.Contains(inner, "..") {
		return local
	}
	return inner
}

// FoldDomain folds a domain; an address literal in brackets stays as it is.
func FoldDomain(s string) (string, error) {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		return s, nil // an address literal is nobody's domain
	}
	if strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return "", sekisho.E("address", sekisho.Invalid, fmt.Errorf("empty label in a domain: %.100q", s))
	}
	a, err := idna.Lookup.ToASCII(s)
	if err != nil || a == "" || len(a) > 253 {
		if plain(s) { // underscores and the like are not host names but are asked for
			return s, nil
		}
		return "", sekisho.E("address", sekisho.Invalid, fmt.Errorf("not a domain: %.100q", s))
	}
	return a, nil
}

func plain(s string) bool {
	return s != "" && len(s) <= 253 && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_')
	})
}

// Domain is what follows the last @; the whole text when there is none.
func Domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// Base is the address without its plus tag; false when it has none.
func Base(address string) (string, bool) {
	at := strings.LastIndexByte(address, '@')
	plus := strings.IndexByte(address, '+')
	if plus <= 0 || plus > at || address[0] == '"' {
		return "", false
	}
	return address[:plus] + address[at:], true
}
