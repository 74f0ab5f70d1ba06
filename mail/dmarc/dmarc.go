// Package dmarc joins SPF and DKIM to what the reader sees: Domain-based Message Authentication, Reporting and Conformance
// (RFC 9989).
//
// SPF and DKIM each prove some domain, but neither needs to be the one in the header's From, which is all that a reader
// looks at. DMARC passes when one of the proven domains is aligned with the From's: the same, or, unless the owner asks for
// strictness, of the same organisation. And the owner says in DNS, at _dmarc.<domain>, what he wishes for mail that does
// not pass: nothing, quarantine or rejection. That is a wish; what is done is policy's business.
//
// Where an organisation begins is found by walking up the DNS tree: of the names above, the last with a DMARC record is the
// organisation's, unless a record says otherwise with psd=. There is no list of public suffixes.
package dmarc

import (
	"context"
	"strings"

	"sekisho/mail/zone"
)

// The results (RFC 9989 section 5.4), spelled as in Authentication-Results.
const (
	None      = "none"      // the domain has no policy
	Pass      = "pass"      // SPF or DKIM proved the domain of From
	Fail      = "fail"      // neither did
	TempError = "temperror" // not to be known now
	PermError = "permerror" // no one domain of From to ask about
)

// Proof is a domain that SPF or DKIM proved.
type Proof struct {
	Domain string // as zone.Host gives it
	DKIM   bool   // else SPF
}

// Result is the answer.
type Result struct {
	Value        string
	Policy       string // the owner's wish for this mail if it fails: "none", "quarantine", "reject"; "none" without a record
	Organisation string // the organisational domain; "" when it was not needed
	At           string // the domain whose record was used; "" when there is none
	Aligned      string // the proven domain that passed
	Reason       string
	Testing      bool // t=y: Policy is already one step milder
}

// Discovery is what DNS says about a From domain: made before SPF and DKIM have finished, as it does not depend on them.
type Discovery struct {
	domain       string
	organisation string
	record       *Record
	at           string
	policy       string
	partial      bool // some name above did not answer: the organisation may be larger
	err          error
}

// Discover finds the policy for a domain, which must be as zone.Host gives it. It asks at most nine questions.
func Discover(ctx context.Context, r zone.Resolver, domain string) *Discovery {
	d := &Discovery{domain: domain, policy: "none"}
	var steps []step
	steps, d.err = walk(ctx, r, domain)
	if d.err != nil {
		if len(steps) == 0 || steps[0].domain != domain {
			return d
		}
		d.partial, d.err = true, nil // the domain's own record applies whatever is above
	}
	d.organisation = organisation(domain, steps)
	d.choose(steps)
	if d.record == nil {
		return d
	}
	d.err = d.wish(ctx, r)
	return d
}

// choose takes the record that applies: the domain's own, else its organisation's, else that of the public suffix above
// (RFC 9989 section 4.10.1).
func (d *Discovery) choose(steps []step) {
	for _, s := range steps {
		if s.domain == d.domain || s.domain == d.organisation || s.record.PSD == 'y' {
			d.record, d.at = s.record, s.domain
			return
		}
	}
}

// wish computes the policy for the domain (RFC 9989 sections 4.7 and 4.10.1).
func (d *Discovery) wish(ctx context.Context, r zone.Resolver) error {
	p := d.record
	if !p.usable() {
		d.record, d.at = nil, ""
		return nil
	}
	d.policy = p.Policy
	if d.at != d.domain {
		d.policy = p.Sub
		if p.Absent != p.Sub {
			x, err := zone.Ask(ctx, r, "A", d.domain)
			if err != nil {
				return err
			}
			if x.Void {
				d.policy = p.Absent
			}
		}
	}
	if p.Testing {
		d.policy = map[string]string{"reject": "quarantine"}[d.policy]
		if d.policy == "" {
			d.policy = "none"
		}
	}
	return nil
}

// Evaluate says whether one of the proofs is aligned. Pending are the domains for which proof could not be had for now: a
// failure is not final when one of them would be aligned. Others change nothing, else a sender could keep any mail from
// failing by a name server of his own that does not answer.
func (d *Discovery) Evaluate(ctx context.Context, r zone.Resolver, proofs, pending []Proof) Result {
	out := Result{Policy: d.policy, Organisation: d.organisation, At: d.at}
	switch {
	case d.err != nil:
		out.Value, out.Reason, out.Policy = TempError, "no answer about the policy of "+d.domain, "none"
		return out
	case d.record == nil:
		out.Value, out.Reason = None, "no DMARC record"
		return out
	}
	out.Testing = d.record.Testing
	unsure := d.partial
	for _, p := range proofs {
		ok, err := d.aligned(ctx, r, p)
		if err != nil {
			unsure = true
		}
		if ok {
			out.Value, out.Aligned = Pass, p.Domain
			out.Reason = map[bool]string{true: "DKIM", false: "SPF"}[p.DKIM] + " of " + p.Domain
			return out
		}
	}
	for _, p := range pending {
		unsure = unsure || p.Domain == d.domain || !d.strict(p) && within(p.Domain, d.organisation)
	}
	out.Value, out.Reason = Fail, "no aligned pass of SPF or DKIM"
	if unsure {
		out.Value, out.Reason = TempError, "no aligned pass, but not everything could be asked"
	}
	return out
}

// aligned compares a proven domain with that of From (RFC 9989 section 4.10.2). A domain outside of the organisation needs
// no question.
func (d *Discovery) aligned(ctx context.Context, r zone.Resolver, p Proof) (bool, error) {
	if p.Domain == d.domain {
		return true, nil
	}
	if d.strict(p) || !within(p.Domain, d.organisation) {
		return false, nil
	}
	steps, err := walk(ctx, r, p.Domain)
	return err == nil && organisation(p.Domain, steps) == d.organisation, err
}

// Aligned says which of SPF and DKIM have a proof that is aligned.
func (d *Discovery) Aligned(ctx context.Context, r zone.Resolver, proofs []Proof) (spf, dkim bool) {
	for _, p := range proofs {
		if p.DKIM && dkim || !p.DKIM && spf {
			continue
		}
		ok, _ := d.aligned(ctx, r, p)
		spf, dkim = spf || ok && !p.DKIM, dkim || ok && p.DKIM
	}
	return spf, dkim
}

func (d *Discovery) strict(p Proof) bool {
	if p.DKIM {
		return d.record.StrictDKIM
	}
	return d.record.StrictSPF
}

func within(name, domain string) bool {
	return domain != "" && (name == domain || strings.HasSuffix(name, "."+domain))
}
