// Package auth asks who sent a mail: SPF, DKIM, DMARC and ARC together, as one answer in the words of RFC 8601.
//
// SPF proves the domain of MAIL FROM by the client's address, DKIM proves the domains that signed, DMARC asks whether one
// of them is the domain that readers see in From, and ARC tells what forwarders saw before us. The mail is cut into fields
// once and its body is hashed once per canonical form; without signatures it is not looked at. Questions to DNS that do not
// depend on each other are asked side by side.
//
// The answer holds findings for policy, which decides, and the Authentication-Results field for everybody behind us. What
// could not be asked is "temperror", never a pass and never a failure.
package auth

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"sekisho"
	"sekisho/mail/arc"
	"sekisho/mail/dkim"
	"sekisho/mail/dmarc"
	"sekisho/mail/spf"
	"sekisho/mail/zone"
)

// Input is the mail and the connection that it came on.
type Input struct {
	Raw      []byte // lines end with CRLF
	Client   netip.Addr
	Helo     string
	From     string // MAIL FROM without brackets; empty for bounces
	Resolver zone.Resolver
	Now      time.Time
	Name     string // our authserv-id (RFC 8601 section 2.2)
}

// Result is the answer. Results are lower-case words: "pass", "fail", "none" and so on.
type Result struct {
	SPF, DKIM, DMARC, ARC string
	SPFDomain, DKIMDomain string
	FromDomain            string // of the header From, lower case and in ASCII; "" when there is no one domain
	Policy                string // what the domain asks for when DMARC fails: "none", "quarantine", "reject"
	Aligned               bool   // SPF or DKIM passed for the From domain
	Findings              []sekisho.Finding
	Header                string // the Authentication-Results field with its line break

	// What the words rest on.
	SPFReason, DMARCReason, ARCReason string
	Organisation                      string           // the organisational domain of From; "" when it was not asked
	Signatures                        []dkim.Signature // every DKIM-Signature, top first
	Chain                             arc.Result       // the ARC chain: who sealed it, and what a next seal needs
	Published                         *dmarc.Published // the policy that asks for reports; nil for none
	SPFAligned, DKIMAligned           bool             // each passed for the From domain, by itself
}

// Check asks all four. It never fails: what cannot be answered is "temperror".
func Check(ctx context.Context, in Input) Result {
	c := &check{Input: in, mail: dkim.Open(in.Raw)}
	c.FromDomain, c.author = author(c.mail)
	c.ask(ctx)
	c.conclude(ctx)
	c.note()
	c.tricks()
	c.Header = c.header()
	return c.Result
}

// check is the work on one mail.
type check struct {
	Input
	Result
	mail      *dkim.Mail
	author    string // why there is no From domain
	spf       spf.Result
	discovery *dmarc.Discovery
	dmarc     dmarc.Result
	mailless  string // why nobody can answer to From
}

// ask does everything that needs nothing else first.
func (c *check) ask(ctx context.Context) {
	var asking sync.WaitGroup
	if c.FromDomain != "" {
		asking.Go(func() { c.discovery = dmarc.Discover(ctx, c.Resolver, c.FromDomain) })
		asking.Go(func() { c.mailless = mailless(ctx, c.Resolver, c.FromDomain) })
	}
	signed, chained := c.carries()
	if signed {
		asking.Go(func() { c.Signatures = dkim.Verify(ctx, c.mail, c.Resolver, c.Now) })
	}
	c.Chain.Value = arc.None
	if chained {
		asking.Go(func() { c.Chain = arc.Verify(ctx, c.mail, c.Resolver, c.Now) })
	}
	c.spf = spf.Check(ctx, spf.Query{Client: c.Client, Helo: c.Helo, From: c.Input.From, Resolver: c.Resolver, Receiver: c.Name, Now: c.Now})
	asking.Wait()
}

// carries says which kinds of signature the mail has.
func (c *check) carries() (signed, chained bool) {
	for _, f := range c.mail.Fields {
		switch {
		case f.Is("DKIM-Signature"):
			signed = true
		case f.Is("ARC-Seal"), f.Is("ARC-Message-Signature"), f.Is("ARC-Authentication-Results"):
			chained = true
		}
	}
	return signed, chained
}

// conclude joins the answers.
func (c *check) conclude(ctx context.Context) {
	c.SPF, c.SPFDomain, c.SPFReason = c.spf.Value, c.spf.Domain, c.spf.Reason
	c.ARC, c.ARCReason = c.Chain.Value, c.Chain.Reason
	c.DMARC, c.Policy, c.DMARCReason = dmarc.PermError, "none", c.author
	if c.discovery != nil {
		proofs, pending := c.proofs()
		c.dmarc = c.discovery.Evaluate(ctx, c.Resolver, proofs, pending)
		c.DMARC, c.Policy, c.DMARCReason, c.Organisation = c.dmarc.Value, c.dmarc.Policy, c.dmarc.Reason, c.dmarc.Organisation
		if c.Published = c.discovery.Published(); c.Published != nil && c.DMARC == dmarc.Pass {
			c.SPFAligned, c.DKIMAligned = c.discovery.Aligned(ctx, c.Resolver, proofs)
		}
	}
	c.Aligned = c.DMARC == dmarc.Pass
	c.DKIM = dkim.None
	if s := c.best(); s != nil {
		c.DKIM, c.DKIMDomain = s.Result, s.Domain
	}
}

// proofs are the domains that SPF and DKIM proved, and those that could not be asked about.
func (c *check) proofs() (list, pending []dmarc.Proof) {
	for _, s := range c.Signatures {
		switch s.Result {
		case dkim.Pass:
			list = append(list, dmarc.Proof{Domain: s.Domain, DKIM: true})
		case dkim.TempError:
			pending = append(pending, dmarc.Proof{Domain: s.Domain, DKIM: true})
		}
	}
	d, ok := zone.Host(c.spf.Domain)
	switch {
	case ok && c.spf.Value == spf.Pass:
		list = append(list, dmarc.Proof{Domain: d})
	case ok && c.spf.Value == spf.TempError:
		pending = append(pending, dmarc.Proof{Domain: d})
	}
	return list, pending
}

// best is the signature that speaks for the mail: one that passes before one that does not, and among equals one of the
// From domain or its organisation.
func (c *check) best() *dkim.Signature {
	order := []string{dkim.Neutral, dkim.PermError, dkim.Fail, dkim.Policy, dkim.TempError, dkim.Pass}
	var best *dkim.Signature
	most := -1
	for i := range c.Signatures {
		s := &c.Signatures[i]
		rank := 0
		for r, word := range order {
			if s.Result == word {
				rank = 3 * r
			}
		}
		switch s.Domain {
		case "":
		case c.FromDomain:
			rank += 2
		case c.dmarc.Aligned, c.Organisation:
			rank++
		}
		if rank > most {
			best, most = s, rank
		}
	}
	return best
}
