package dmarc

import (
	"net/url"
	"strings"
)

// Record is a DMARC policy record (RFC 9989 section 4.7).
type Record struct {
	Policy, Sub, Absent   string // p, sp, np: each has the value it falls back to when not given
	StrictDKIM, StrictSPF bool   // adkim=s, aspf=s
	PSD                   byte   // 'y', 'n' or 'u'
	Testing               bool   // t=y
	Reports, Failures     []string
	bad                   bool // a policy that is given is none of the three words
}

// ParseRecord reads the text of a TXT record. False means that it is no DMARC record: it does not begin with v=DMARC1.
// Unknown tags and removed ones (pct, rf, ri) are ignored, and so is a tag with a value that it cannot have. Of a repeated
// tag the first counts.
func ParseRecord(text string) (*Record, bool) {
	p := &Record{PSD: 'u'}
	tags := map[string]string{}
	for i, part := range strings.Split(text, ";") {
		key, value, ok := strings.Cut(part, "=")
		key, value = strings.Trim(key, " \t"), strings.Trim(value, " \t")
		if i == 0 && (!ok || key != "v" || value != "DMARC1") {
			return nil, false
		}
		key = strings.ToLower(key)
		if _, again := tags[key]; ok && !again {
			tags[key] = value
		}
	}
	p.Policy = p.policy(tags, "p", "")
	p.Sub = p.policy(tags, "sp", p.Policy)
	p.Absent = p.policy(tags, "np", p.Sub)
	p.StrictDKIM, p.StrictSPF = strings.EqualFold(tags["adkim"], "s"), strings.EqualFold(tags["aspf"], "s")
	p.Testing = strings.EqualFold(tags["t"], "y")
	if psd := strings.ToLower(tags["psd"]); psd == "y" || psd == "n" {
		p.PSD = psd[0]
	}
	p.Reports, p.Failures = addresses(tags["rua"]), addresses(tags["ruf"])
	return p, true
}

func (p *Record) policy(tags map[string]string, key, otherwise string) string {
	v, given := tags[key]
	v = strings.ToLower(v)
	if v == "none" || v == "quarantine" || v == "reject" {
		return v
	}
	p.bad = p.bad || given
	return otherwise
}

// usable says whether the record makes a policy. One with a wrong policy counts as p=none when it asks for reports, and as
// no record when it does not; one that simply gives none is p=none (RFC 9989 sections 4.7 and 4.10.1).
func (p *Record) usable() bool {
	if p.bad && len(p.Reports) == 0 {
		return false
	}
	if p.bad {
		p.Policy, p.Sub, p.Absent = "none", "none", "none"
	}
	for _, s := range []*string{&p.Policy, &p.Sub, &p.Absent} {
		if *s == "" {
			*s = "none"
		}
	}
	return true
}

// addresses are the mail addresses of a list of URIs; "!size" behind one is obsolete and cut off.
func addresses(list string) (out []string) {
	for s := range strings.SplitSeq(list, ",") {
		s, _, _ = strings.Cut(strings.Trim(s, " \t"), "!")
		u, err := url.Parse(s)
		if err == nil && strings.EqualFold(u.Scheme, "mailto") && strings.Contains(u.Opaque, "@") {
			out = append(out, u.Opaque)
		}
	}
	return out
}
