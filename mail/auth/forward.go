package auth

import (
	"slices"
	"strings"

	"sekisho/mail/arc"
	"sekisho/mail/authres"
)

// Vouched says whether forwarders that are trusted vouch for the author of a mail whose own proofs broke on the way (RFC 8617 section
// 7.2): the chain is whole, everybody from some forwarder on until here is trusted, and that first one saw the author's domain pass,
// by DMARC, or by a signature of that domain. Domains below a trusted one are trusted. What untrusted forwarders said before counts
// for nothing: anybody can seal anything. by is that forwarder.
func (r *Result) Vouched(trusted []string) (by string, ok bool) {
	c := &r.Chain
	if r.ARC != arc.Pass || r.FromDomain == "" {
		return "", false
	}
	first := len(c.Sealers)
	for first > 0 && within(c.Sealers[first-1], trusted) {
		first--
	}
	if first >= len(c.Sealers) || first >= len(c.Said) {
		return "", false
	}
	_, methods := authres.Parse(c.Said[first])
	return c.Sealers[first], slices.ContainsFunc(methods, r.proves)
}

func within(domain string, list []string) bool {
	return slices.ContainsFunc(list, func(t string) bool {
		return strings.EqualFold(domain, t) || t != "" && strings.HasSuffix(strings.ToLower(domain), "."+strings.ToLower(t))
	})
}

// proves says whether a result of somebody else's is a pass of the domain in From.
func (r *Result) proves(m authres.Method) bool {
	if m.Result != "pass" {
		return false
	}
	switch m.Name {
	case "dmarc":
		return strings.EqualFold(m.Property("header.from"), r.FromDomain)
	case "dkim":
		d := m.Property("header.d")
		if d == "" {
			d = m.Property("header.i")
			d = d[strings.LastIndexByte(d, '@')+1:]
		}
		return strings.EqualFold(d, r.FromDomain) || r.Organisation != "" && strings.EqualFold(d, r.Organisation)
	}
	return false
}
