package auth

import (
	"context"
	"strings"

	"sekisho/mail/dkim"
	"sekisho/mail/zone"
)

// The weights of what tries to make readers see another author than the one who is proved. A From without a domain weighs as
// weightDMARCBroken besides.
const (
	weightFromSeveral  = 3
	weightFromReadings = 2
	weightFromDomains  = 1
	weightFromOdd      = 0.5
	weightFromControl  = 2
	weightFromNoMail   = 1.5
	weightFromNoReply  = 0.3
	weightDKIMAdded    = 2
)

// tricks states what is odd about From, and about what signatures leave out, each as a finding that rules can ask for.
func (c *check) tricks() {
	values := c.from()
	switch {
	case len(values) > 1:
		c.add("from-several", "header/from", weightFromSeveral, strings.Join(values, " | "))
	case c.author == malformed:
		c.add("from-malformed", "header/from", weightFromReadings, values[0])
	case c.author == several:
		c.add("from-domains", "header/from", weightFromDomains, values[0])
	}
	if len(values) > 0 {
		c.odd(values[0])
	}
	if c.mailless != "" {
		weight := weightFromNoMail
		if c.Aligned { // newsletters come from such domains
			weight = weightFromNoReply
		}
		c.add("from-no-mail", "header/from", weight, c.FromDomain+": "+c.mailless)
	}
	for _, s := range c.Signatures {
		if len(s.Added) > 0 {
			c.add("dkim-added", "header/dkim-signature", weightDKIMAdded, s.Domain+" did not sign the other "+strings.Join(s.Added, ", "))
			break
		}
	}
	c.strangers()
}

// from are the values of all From fields.
func (c *check) from() (values []string) {
	for _, f := range c.mail.Fields {
		if f.Is("From") && len(values) < 10 {
			values = append(values, f.Value())
		}
	}
	return values
}

// odd states what is allowed in From, or nearly, but hardly ever used by who has nothing to hide.
func (c *check) odd(v string) {
	if i := strings.IndexFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }); i >= 0 {
		c.add("from-control", "header/from", weightFromControl, "a control character: "+v)
	}
	s := &scanner{text: v}
	for s.next() {
	}
	s.item()
	var list []string
	for _, o := range []struct {
		is   bool
		name string
	}{{s.odd&oddRoute != 0, "a route"}, {s.odd&oddGroup != 0, "a group"}, {s.odd&oddComment != 0, "an address in a comment"}, {s.odd&oddQuoted != 0, "a quoted local part"},
		{s.odd&oddWord != 0, "an encoded word in the address"}, {s.odd&oddName != 0, "an address before the address"}} {
		if o.is {
			list = append(list, o.name)
		}
	}
	if len(list) > 0 {
		c.add("from-odd", "header/from", weightFromOdd, strings.Join(list, ", ")+": "+v)
	}
}

// strangers states that a mail is signed well, but by nobody of its author's domain.
func (c *check) strangers() {
	var others []string
	for _, s := range c.Signatures {
		switch {
		case s.Result != dkim.Pass:
		case s.Domain == c.FromDomain || c.Organisation != "" && s.Domain == c.Organisation || strings.HasSuffix(s.Domain, "."+c.FromDomain) || strings.HasSuffix(c.FromDomain, "."+s.Domain):
			return
		default:
			others = append(others, s.Domain)
		}
	}
	if len(others) > 0 && c.FromDomain != "" && !c.DKIMAligned {
		c.add("dkim-strangers", "header/dkim-signature", 0, "signed by "+strings.Join(others, ", ")+" only")
	}
}

// mailless says why nobody can answer to an address of domain; "" when somebody can, or when it cannot be asked now.
func mailless(ctx context.Context, r zone.Resolver, domain string) string {
	x, err := zone.Ask(ctx, r, "MX", domain)
	switch {
	case err != nil:
		return ""
	case x.Void:
		return "the domain does not exist"
	case len(x.MX) == 1 && x.MX[0].Host == "":
		return "the domain says that it takes no mail"
	case len(x.MX) > 0:
		return ""
	}
	if x, err = zone.Ask(ctx, r, "IP", domain); err != nil || len(x.IP) > 0 {
		return ""
	}
	return "the domain has no mail server"
}
