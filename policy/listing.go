package policy

import (
	"fmt"
	"strings"

	"sekisho"
)

// Stance is what somebody wants of a sender's mail.
type Stance string

// The stances.
const (
	Allow Stance = "allow" // not as spam, when the mail is proven to come from the sender
	Block Stance = "block" // into Junk, whatever else the rules would have let pass
)

// Listing is what a list says of the sender of a mail. By is whose list: "recipient" or "organisation".
type Listing struct {
	Stance Stance
	By     string
}

// The names that stand in traces where a list and no rule decided.
const (
	listAllow = "list-allow"
	listBlock = "list-block"
)

// listed changes what the rules decided as the recipient's list wants it. Allowing takes away that a mail is spam, and nothing else:
// the rules are asked again without what was found for spam, so that everything that they say of viruses, programs, deceit or
// the sender himself still holds. A mail that is not authenticated is judged as any other.
func (f Facts) listed(p *Policy, d Decision) Decision {
	switch {
	case f.Direction != sekisho.Inbound:
		return d
	case f.Listing.Stance == Block && d.Action == Pass && !d.Junk:
		d.Junk, d.Rule, d.Reason = true, listBlock, "blocked by the "+f.Listing.By
		return d
	case f.Listing.Stance != Allow:
		return d
	}
	without := f.withoutSpam()
	if without.Score >= f.Score {
		return d
	}
	x := decide(p, without)
	if x.same(d) {
		return d
	}
	if !f.authenticated() {
		d.Reason += "; allowed by the " + f.Listing.By + ", but not proven to come from the sender"
		return d
	}
	note := fmt.Sprintf("allowed by the %s, otherwise: %s", f.Listing.By, d.Rule)
	if x.Rule == "" {
		x.Rule, x.Reason = listAllow, note
	} else {
		x.Reason += "; " + note
	}
	return x
}

// authenticated says whether the domain in From is proven: DMARC passed; or whoever sent it signed in here; or its owner publishes no
// DMARC record, and SPF or DKIM passed for that very domain (strict alignment, RFC 7489 section 3.1).
func (f Facts) authenticated() bool {
	if f.DMARC == "pass" || f.Internal && f.Envelope.Account != 0 {
		return true
	}
	from := strings.ToLower(domain(f.From))
	if f.DMARC != "none" && f.DMARC != "" || from == "" {
		return false
	}
	return f.SPF == "pass" && strings.ToLower(domain(f.Envelope.From)) == from || f.DKIM == "pass" && strings.ToLower(f.DKIMDomain) == from
}

// withoutSpam are the facts without what speaks for spam only.
func (f Facts) withoutSpam() Facts {
	var rest []sekisho.Finding
	for _, x := range f.Findings {
		if x.Kind == sekisho.KindSpam && x.Score > 0 {
			f.Score -= x.Score
			continue
		}
		rest = append(rest, x)
	}
	f.Findings = rest
	return f
}

// same says whether two decisions do the same for the same reason.
func (d Decision) same(x Decision) bool {
	return d.Action == x.Action && d.Rule == x.Rule && d.Junk == x.Junk && len(d.Tags) == len(x.Tags) && len(d.Warn) == len(x.Warn) && len(d.Headers) == len(x.Headers)
}
