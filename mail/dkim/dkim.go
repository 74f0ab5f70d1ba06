// Package dkim checks signatures of mails: DomainKeys Identified Mail (RFC 6376, 8301, 8463).
//
// A domain signs a hash of the body and of chosen header fields with a private key and puts the signature in front of the
// mail as a field. The public key stands in DNS at <selector>._domainkey.<domain>. A signature that verifies says: this
// domain has had the mail in its hands, and what it signed has not changed since. It survives forwarding, unlike SPF, but
// not a changed subject or a footer added.
//
// What it does not say: that the domain is the one in From (that is DMARC), or that everything was signed. Fields that are
// not named in h= may be anybody's, and so is the body behind the octets that l= counts: such a signature gives Policy here,
// not Pass. Mails are canonicalised before hashing, because relays change blanks and line breaks; what counts as the same
// mail is in canonical.go.
//
// Package arc builds on the pieces: tags, keys, canonical forms.
package dkim

import (
	"context"
	"strings"
	"sync"
	"time"

	"sekisho/mail/zone"
)

// The results (RFC 8601 section 2.7.1).
const (
	None      = "none"      // no signature
	Pass      = "pass"      // it verifies
	Fail      = "fail"      // it does not: the mail was changed, or the signature is forged
	Policy    = "policy"    // it verifies but does not cover the whole body
	Neutral   = "neutral"   // the field makes no sense, its key is for tests, or there are too many before it
	TempError = "temperror" // the key could not be had now
	PermError = "permerror" // there is no usable key, or something is missing
)

// MostSignatures is how many signatures of a mail are looked at; the others are Neutral.
const MostSignatures = 10

// Signature is what became of one DKIM-Signature field.
type Signature struct {
	Result    string
	Domain    string // d=, as zone.Host gives it; "" when it makes no sense
	Selector  string // s=
	Identity  string // i=, as written; "@" and the domain when not given
	Algorithm string // a=
	Bits      int    // of the key; 0 when there is none
	Testing   bool   // the key says t=y
	Unsigned  int    // octets of the body that l= leaves out
	Start     string // the first octets of b=, which tell signatures apart (RFC 6008)
	Reason    string // why it is not a pass

	Added []string // fields that readers go by, of which more stand in the mail than a signature that verifies covers
}

// Verify checks the signatures of a mail in their order, top first. Keys are asked side by side. It does not fail; a mail
// without signatures gives an empty list.
func Verify(ctx context.Context, m *Mail, r zone.Resolver, now time.Time) []Signature {
	var fields []int
	for i, f := range m.Fields {
		if f.Is("DKIM-Signature") {
			fields = append(fields, i)
		}
	}
	out := make([]Signature, len(fields))
	checks := make([]*check, len(fields))
	var asking sync.WaitGroup
	for i, at := range fields {
		if i >= MostSignatures {
			out[i] = Signature{Result: Neutral, Reason: "one signature too many"}
			continue
		}
		c := &check{Signature: &out[i], mail: m, at: at, now: now}
		checks[i] = c
		if c.read() {
			asking.Go(func() { c.key, c.problem = FetchKey(ctx, r, c.Selector, c.Domain) })
		}
	}
	asking.Wait()
	for _, c := range checks {
		if c != nil && c.Result == "" {
			c.verify()
		}
	}
	return out
}

// check is the work on one signature.
type check struct {
	*Signature
	mail    *Mail
	at      int // which field
	now     time.Time
	tags    Tags
	seal    Seal
	key     *Key
	problem *Problem
}

func (c *check) end(result, reason string) bool {
	c.Result, c.Reason = result, reason
	return false
}

// read looks at everything that needs no key (RFC 6376 section 6.1.1). False when the signature is done with.
func (c *check) read() bool {
	var err error
	if c.tags, err = ParseTags(Body(c.mail.Fields[c.at].Raw)); err != nil {
		return c.end(Neutral, err.Error())
	}
	c.Selector, c.Algorithm, c.Identity = c.tags.Text("s"), c.tags.Text("a"), c.tags.Text("i")
	c.Start = c.tags.Text("b")[:min(8, len(c.tags.Text("b")))]
	var ok bool
	if c.Domain, ok = zone.Host(c.tags.Text("d")); !ok {
		return c.end(Neutral, "no domain in d=")
	}
	if c.tags.Text("v") != "1" {
		return c.end(Neutral, "unknown version")
	}
	if c.seal, err = ReadSeal(c.tags); err != nil {
		return c.end(Neutral, err.Error())
	}
	if !c.seal.Signs("From") {
		return c.end(PermError, "From is not signed")
	}
	if c.mail.Broken {
		return c.end(PermError, "the header section does not end with an empty line")
	}
	if !c.identity() {
		return c.end(PermError, "i= is not of the domain in d=")
	}
	return c.times()
}

// identity checks that i= lies in d= (RFC 6376 section 3.5).
func (c *check) identity() bool {
	if c.Identity == "" {
		c.Identity = "@" + c.Domain
		return true
	}
	d, ok := zone.Host(c.Identity[strings.LastIndexByte(c.Identity, '@')+1:])
	return ok && strings.Contains(c.Identity, "@") && (d == c.Domain || strings.HasSuffix(d, "."+c.Domain))
}

// future is how far a signature may be dated ahead: clocks differ.
const future = 24 * time.Hour

func (c *check) times() bool {
	t, given, err := c.tags.Time("t")
	if err != nil {
		return c.end(Neutral, "wrong t=")
	}
	x, expires, err := c.tags.Time("x")
	switch {
	case err != nil:
		return c.end(Neutral, "wrong x=")
	case given && expires && !x.After(t):
		return c.end(Neutral, "it expires before it was made")
	case expires && c.now.After(x):
		return c.end(Fail, "it has expired")
	case given && t.After(c.now.Add(future)):
		return c.end(Fail, "it is dated in the future")
	}
	return true
}

// verify does the rest, with the key (RFC 6376 section 6.1.3).
func (c *check) verify() {
	if c.problem != nil {
		c.end(c.problem.Result, c.problem.Reason)
		return
	}
	c.Bits, c.Testing = c.key.Bits, c.key.Testing
	if why := c.key.Refuses(c.seal.Algorithm); why != "" {
		c.end(PermError, why)
		return
	}
	if c.key.Exact && !strings.EqualFold(c.Identity[strings.LastIndexByte(c.Identity, '@')+1:], c.Domain) {
		c.end(PermError, "the key is for its own domain only, and i= is below")
		return
	}
	if err := c.seal.Verify(c.mail, c.at, c.key); err != nil {
		c.end(Fail, err.Error())
		if c.Testing {
			c.Result = Neutral
		}
		return
	}
	c.Result = Pass
	c.Added = c.seal.added(c.mail)
	if c.Unsigned = c.seal.Unsigned(c.mail); c.Unsigned > 0 {
		c.end(Policy, "the end of the body is not signed")
	}
}
