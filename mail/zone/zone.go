// Package zone is what the mail packages know of DNS: questions, answers, and answers from a master file.
//
// Sender authentication is a chain of DNS questions. The packages that ask are pure, so they are given a Resolver: in the
// product that is role dial, in tests and offline checks a Zone read from a master file (RFC 1035 section 5).
package zone

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// ErrTemporary means that the question could not be answered now: ask again later. It is never an answer.
var ErrTemporary = errors.New("zone: temporary failure")

// MX is one mail exchanger.
type MX struct {
	Preference uint16
	Host       string // absolute, without the final dot; "" is the null MX (RFC 7505)
}

// Records is an answer. All fields empty means that the name has no such record; Void that it does not exist at all.
type Records struct {
	Void   bool
	TXT    []string // strings of one record joined
	MX     []MX     // in order of preference
	IP     []netip.Addr
	Names  []string // PTR and CNAME targets
	TLSA   [][]byte // data as on the wire: usage, selector, matching type, association
	Secure bool     // validated by a resolver on this host (RFC 4035 AD)
}

// Resolver answers questions. Types are "TXT", "MX", "A", "AAAA", "IP" (both), "PTR", "CNAME", "TLSA". CNAMEs are followed.
// Errors other than ErrTemporary mean that the question makes no sense.
type Resolver interface {
	Lookup(ctx context.Context, kind, name string) (Records, error)
}

// Zone answers from records in memory. It is never written after Parse.
type Zone struct {
	records map[string][]dns.RR // by lower-case absolute name
	broken  map[string]bool     // names whose questions fail, to try what happens then
	secure  map[string]bool     // names at and below which answers count as validated
}

// mostAliases is how many CNAMEs are followed.
const mostAliases = 8

// Parse reads a master file. Names are relative to origin. A TXT record "!temperror" makes every question for its name
// fail with ErrTemporary; "!secure" makes answers for its name and all names below it count as validated.
func Parse(r io.Reader, origin string) (*Zone, error) {
	z := &Zone{records: map[string][]dns.RR{}, broken: map[string]bool{}, secure: map[string]bool{}}
	p := dns.NewZoneParser(r, dns.Fqdn(origin), "")
	p.SetDefaultTTL(300)
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		name := strings.ToLower(rr.Header().Name)
		if t, ok := rr.(*dns.TXT); ok && slices.Equal(t.Txt, []string{"!temperror"}) {
			z.broken[name] = true
			continue
		}
		if t, ok := rr.(*dns.TXT); ok && slices.Equal(t.Txt, []string{"!secure"}) {
			z.secure[name] = true
			continue
		}
		z.records[name] = append(z.records[name], rr)
	}
	return z, p.Err()
}

// Has says whether the zone knows anything at or below a name's last label: whether it is the one to ask.
func (z *Zone) Has(name string) bool {
	name = strings.ToLower(dns.Fqdn(name))
	labels := dns.SplitDomainName(name)
	if len(labels) == 0 {
		return false
	}
	last := "." + labels[len(labels)-1] + "."
	for n := range z.records {
		if strings.HasSuffix("."+n, last) {
			return true
		}
	}
	return false
}

// Lookup answers from the zone.
func (z *Zone) Lookup(_ context.Context, kind, name string) (Records, error) {
	var out Records
	kinds := []string{kind}
	if kind == "IP" {
		kinds = []string{"A", "AAAA"}
	}
	for _, k := range kinds {
		t, known := dns.StringToType[k]
		if !known {
			return out, errors.New("zone: no type " + kind)
		}
		if err := z.find(t, strings.ToLower(dns.Fqdn(name)), &out, 0); err != nil {
			return out, err
		}
	}
	out.Secure = z.validated(strings.ToLower(dns.Fqdn(name)))
	return out, nil
}

func (z *Zone) validated(name string) bool {
	for rest := name; rest != ""; {
		if z.secure[rest] {
			return true
		}
		_, rest, _ = strings.Cut(rest, ".")
	}
	return false
}

func (z *Zone) find(t uint16, name string, out *Records, depth int) error {
	if z.broken[name] || depth > mostAliases {
		return ErrTemporary
	}
	rrs, exists := z.records[name]
	if !exists {
		rrs = z.wildcard(name)
	}
	for _, rr := range rrs {
		if c, ok := rr.(*dns.CNAME); ok && t != dns.TypeCNAME {
			return z.find(t, strings.ToLower(c.Target), out, depth+1)
		}
		if rr.Header().Rrtype == t {
			out.Add(rr)
		}
	}
	out.Void = rrs == nil && !z.parent(name)
	return nil
}

// wildcard finds what *.parent says for a name that is not there (RFC 4592).
func (z *Zone) wildcard(name string) []dns.RR {
	for rest := name; ; {
		i := strings.IndexByte(rest, '.')
		if i < 0 || i+1 >= len(rest) {
			return nil
		}
		rest = rest[i+1:]
		if rrs := z.records["*."+rest]; rrs != nil {
			return rrs
		}
		if z.records[rest] != nil {
			return nil
		}
	}
}

// parent says whether names below this one exist: then it exists too, without records (RFC 8020).
func (z *Zone) parent(name string) bool {
	for n := range z.records {
		if strings.HasSuffix(n, "."+name) {
			return true
		}
	}
	return false
}

// Add puts a record into the answer.
func (r *Records) Add(rr dns.RR) {
	name := func(s string) string { return strings.TrimSuffix(s, ".") }
	switch x := rr.(type) {
	case *dns.TXT:
		r.TXT = append(r.TXT, unescape(strings.Join(x.Txt, "")))
	case *dns.MX:
		r.MX = append(r.MX, MX{x.Preference, name(x.Mx)})
		slices.SortStableFunc(r.MX, func(a, b MX) int { return int(a.Preference) - int(b.Preference) })
	case *dns.A:
		if a, ok := netip.AddrFromSlice(x.A); ok {
			r.IP = append(r.IP, a.Unmap())
		}
	case *dns.AAAA:
		if a, ok := netip.AddrFromSlice(x.AAAA); ok {
			r.IP = append(r.IP, a)
		}
	case *dns.PTR:
		r.Names = append(r.Names, name(x.Ptr))
	case *dns.TLSA:
		if b, err := hex.DecodeString(x.Certificate); err == nil {
			r.TLSA = append(r.TLSA, append([]byte{x.Usage, x.Selector, x.MatchingType}, b...))
		}
	case *dns.CNAME:
		r.Names = append(r.Names, name(x.Target))
	}
}

// unescape undoes the master file's \DDD and \X, which the dns library keeps in TXT strings (RFC 1035 section 5.1).
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if i+2 < len(s) && digit(s[i]) && digit(s[i+1]) && digit(s[i+2]) {
			b.WriteByte((s[i]-'0')*100 + (s[i+1]-'0')*10 + s[i+2] - '0')
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
