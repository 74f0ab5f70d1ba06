// Package brand knows the companies whose names fraud uses most, here and elsewhere, and the domains that are theirs.
//
// It is a compilation of public facts and no list of customers: a company that is not in it is simply not recognised.
package brand

import (
	"strings"
	"sync"
)

// Brand is one company.
type Brand struct {
	Name    string   // the first of its names
	Domains []string // registered domains, and hosts, that are its own
}

// Owns says whether a registered domain, or a host below one of them, belongs to the company. The country's own ending
// makes no difference to a name as long as the company has it elsewhere: "amazon.pl".
func (b *Brand) Owns(host string) bool {
	for _, d := range b.Domains {
		if host == d || len(host) > len(d) && strings.HasSuffix(host, d) && host[len(host)-len(d)-1] == '.' {
			return true
		}
	}
	return false
}

// name is one name of a company.
type name struct {
	text  string
	alone bool // it is an ordinary word too
	of    *Brand
}

// index finds names by how they begin.
type index struct {
	list   []*Brand
	domain map[string]*Brand
	names  map[string][]name // by their first four bytes, the longest first
	begin  [1 << 12]bool     // filter before the map
}

var known = sync.OnceValue(read)

// key is the place of four bytes in the filter.
func key(s string) uint32 {
	h := uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(min(len(s), 4))<<28
	if len(s) > 3 {
		h ^= uint32(s[3]) << 21
	}
	return h * 0x9e3779b1 >> 20
}

func read() *index {
	x := &index{domain: make(map[string]*Brand), names: make(map[string][]name)}
	for line := range strings.Lines(table) {
		names, domains, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		b := &Brand{Domains: strings.Fields(domains)}
		x.list = append(x.list, b)
		for n := range strings.SplitSeq(names, "|") {
			t := strings.TrimPrefix(n, "=")
			if b.Name == "" {
				b.Name = t
			}
			if len(t) < 3 {
				continue
			}
			k := t[:min(len(t), 4)]
			x.names[k] = append(x.names[k], name{t, t != n, b})
			x.begin[key(k)] = true
		}
		for _, d := range b.Domains {
			if x.domain[d] == nil {
				x.domain[d] = b
			}
		}
	}
	return x
}

// All are the companies.
func All() []*Brand { return known().list }

// Of is the company that owns a registered domain; nil for none.
func Of(domain string) *Brand { return known().domain[domain] }

// Find calls each for the names of companies in a folded text (search.Fold), until it says false. alone is true for a name
// that is an ordinary word too.
func Find(text string, each func(b *Brand, at, end int, alone bool) bool) {
	x := known()
	for i := 0; i+3 <= len(text); i++ {
		c := text[i]
		if c >= 0x80 && c < 0xc0 || i > 0 && word(c) && word(text[i-1]) {
			continue
		}
		for n := 4; n >= 3; n-- {
			if i+n > len(text) || !x.begin[key(text[i:i+n])] {
				continue
			}
			b, end, alone := x.longest(text, i, n)
			if b != nil {
				if !each(b, i, end, alone) {
					return
				}
				i = end - 1
				break
			}
		}
	}
}

// longest is the longest name that begins at i with a key of n bytes.
func (x *index) longest(text string, i, n int) (b *Brand, end int, alone bool) {
	for _, c := range x.names[text[i:i+n]] {
		e := i + len(c.text)
		if len(c.text) >= n && e > end && strings.HasPrefix(text[i:], c.text) && (e == len(text) || !word(text[e]) || !word(text[e-1])) {
			b, end, alone = c.of, e, c.alone
		}
	}
	return b, end, alone
}

// word says whether a byte belongs to a word that is written in Latin letters.
func word(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
