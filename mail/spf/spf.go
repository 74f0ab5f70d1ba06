// Package spf asks whether a host may send mail in the name of a domain: the Sender Policy Framework (RFC 7208).
//
// The owner of a domain lists in DNS, in one TXT record, the hosts that send its mail: "v=spf1 mx ip4:192.0.2.0/24 -all".
// The receiver knows the address of the client and the domain of MAIL FROM, reads the list from left to right, and the
// first term that matches the client says the result. A term may lead to other names, other lists, or to names that are
// made from the client's address and the sender's with macros. So a list is a small program written by somebody unknown,
// and it runs here: that is why it may ask at most ten questions, and find nothing at most twice.
//
// What it does not say: who wrote the mail. The header's From is not looked at. SPF breaks when mail is forwarded. Both
// is DMARC's business.
package spf

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"sekisho/mail/zone"
)

// The results (RFC 7208 section 2.6), spelled as in Authentication-Results.
const (
	None      = "none"      // the domain has no list, or there is no domain
	Neutral   = "neutral"   // its owner says nothing about this host
	Pass      = "pass"      // the host may send for it
	Fail      = "fail"      // the host may not
	SoftFail  = "softfail"  // the host probably may not
	TempError = "temperror" // not to be known now
	PermError = "permerror" // the list is broken, so that nothing can be said
)

// The limits of one check (RFC 7208 section 4.6.4).
const (
	mostLookups = 10 // terms that ask DNS
	mostVoid    = 2  // questions answered with nothing
	mostHosts   = 10 // hosts of one mx or ptr
)

// Query is what is known of a connection.
type Query struct {
	Client   netip.Addr
	Helo     string
	From     string // MAIL FROM without brackets; empty for bounces
	Resolver zone.Resolver
	Explain  bool      // whether to fetch the domain's own words about a failure: one or two more questions
	Receiver string    // our name, for explanations
	Now      time.Time // for explanations
}

// Result is the answer.
type Result struct {
	Value       string // one of the seven results
	Domain      string // whose list was asked, lower case; may be no name at all when Value is None
	Helo        bool   // whether that is the name of HELO, because MAIL FROM was empty
	Reason      string // the term that matched, or what is wrong
	Explanation string // the domain's own words: from outside, printable ASCII, never to be trusted
}

// Check answers. It does not fail: what cannot be asked is TempError, what makes no sense PermError.
func Check(ctx context.Context, q Query) Result {
	c := check{Query: q, client: q.Client.Unmap(), ctx: ctx}
	var r Result
	at := strings.LastIndexByte(q.From, '@')
	switch {
	case q.From == "":
		c.domain, c.local, r.Helo = q.Helo, "postmaster", true
	case at < 0:
		c.domain, c.local = q.Helo, q.From
	default:
		c.local, c.domain = q.From[:at], q.From[at+1:]
	}
	if c.local == "" {
		c.local = "postmaster"
	}
	c.domain = strings.TrimSuffix(c.domain, ".")
	r.Domain = strings.ToLower(c.domain)
	if !c.client.IsValid() {
		r.Value, r.Reason = PermError, "no client address"
		return r
	}
	o := c.host(c.domain)
	r.Value, r.Reason = o.value, o.reason
	if r.Value == Fail && q.Explain {
		r.Explanation = c.explain(o)
	}
	return r
}

// check is the state of one evaluation.
type check struct {
	Query
	ctx           context.Context
	client        netip.Addr
	local, domain string // of the sender
	lookups, void int
	names         []string // the client's validated names
	named         bool     // whether names were asked
}

// outcome is what one list says.
type outcome struct {
	value, reason string
	exp, domain   string // the list's own exp= and name, for the explanation
}

// stop is an error that ends the whole check.
type stop struct{ value, reason string }

// Error is the reason.
func (s *stop) Error() string { return s.reason }

func permanent(reason string) *stop { return &stop{PermError, reason} }
func temporary(name string) *stop   { return &stop{TempError, "no answer about " + name} }

// host is check_host() of RFC 7208 section 4.
func (c *check) host(domain string) outcome {
	o := outcome{domain: domain}
	if !zone.Plausible(domain) || !strings.Contains(domain, ".") {
		o.value, o.reason = None, "no domain name"
		return o
	}
	text, err := c.fetch(domain)
	if err == nil && text == "" {
		o.value, o.reason = None, "no SPF record"
		return o
	}
	var l *list
	if err == nil {
		l, err = parse(text)
	}
	if err == nil {
		o, err = c.evaluate(l, domain)
	}
	if s := (*stop)(nil); errors.As(err, &s) {
		o.value, o.reason = s.value, s.reason
	}
	return o
}

// fetch finds the list among a name's TXT records; "" when there is none (RFC 7208 sections 4.4 and 4.5).
func (c *check) fetch(domain string) (string, error) {
	x, err := zone.Ask(c.ctx, c.Resolver, "TXT", domain)
	if err != nil {
		return "", temporary(domain)
	}
	found := ""
	for _, t := range x.TXT {
		if !version(t) {
			continue
		}
		if found != "" {
			return "", permanent("several SPF records at " + domain)
		}
		found = t
	}
	return found, nil
}

func version(t string) bool {
	const v = "v=spf1"
	return len(t) >= len(v) && strings.EqualFold(t[:len(v)], v) && (len(t) == len(v) || t[len(v)] == ' ')
}

// evaluate goes through a list.
func (c *check) evaluate(l *list, domain string) (outcome, error) {
	o := outcome{value: Neutral, reason: "nothing matched", exp: l.exp, domain: domain}
	for _, t := range l.terms {
		hit, err := c.matches(t, domain)
		if err != nil {
			return o, err
		}
		if hit {
			o.value, o.reason = t.result, t.text
			return o, nil
		}
	}
	if l.redirect == "" {
		return o, nil
	}
	if err := c.count(); err != nil {
		return o, err
	}
	to, err := c.expand(l.redirect, domain, false)
	if err != nil {
		return o, err
	}
	o = c.host(name(to))
	if o.value == None {
		return o, permanent("redirect to a domain without SPF record")
	}
	return o, nil
}

// count takes one of the questions that a check has.
func (c *check) count() error {
	if c.lookups++; c.lookups > mostLookups {
		return permanent("more than 10 DNS lookups")
	}
	return nil
}

// explain is the domain's own words about a failure (RFC 7208 section 6.2); "" when there are none.
func (c *check) explain(o outcome) string {
	if o.exp == "" {
		return ""
	}
	at, err := c.expand(o.exp, o.domain, false)
	if err != nil || !zone.Plausible(name(at)) {
		return ""
	}
	x, err := zone.Ask(c.ctx, c.Resolver, "TXT", name(at))
	if err != nil || len(x.TXT) != 1 {
		return ""
	}
	if _, err = macros(x.TXT[0], true); err != nil {
		return ""
	}
	s, err := c.expand(x.TXT[0], o.domain, true)
	if err != nil {
		return ""
	}
	for _, b := range []byte(s) {
		if b < ' ' || b > '~' {
			return ""
		}
	}
	return s
}
