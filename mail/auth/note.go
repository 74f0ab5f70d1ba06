package auth

import (
	"strconv"
	"strings"

	"sekisho"
	"sekisho/mail/arc"
	"sekisho/mail/authres"
	"sekisho/mail/dkim"
	"sekisho/mail/dmarc"
	"sekisho/mail/spf"
)

// The weights of what speaks against a mail. SPF and DKIM alone say little: forwarders and lists break both, and when DMARC
// passes all the same they say nothing.
const (
	weightSPFFail      = 1.5
	weightSPFSoftFail  = 0.5
	weightSPFPermError = 0.5
	weightDKIMFail     = 0.5
	weightDKIMPartial  = 1
	weightDMARCRefused = 4   // the domain asks for quarantine or rejection
	weightDMARCFail    = 1.5 // it asks for nothing
	weightDMARCBroken  = 2   // From has no one domain to ask about
	weightDMARCPass    = -0.5
)

// note states what was found as findings. "none" is no finding: the results say it.
func (c *check) note() {
	c.noteSPF()
	c.noteDKIM()
	switch c.DMARC {
	case dmarc.Pass:
		c.add("dmarc-pass", "header/from", weightDMARCPass, c.FromDomain+": "+c.DMARCReason)
	case dmarc.Fail:
		score := weightDMARCFail
		if c.Policy != "none" {
			score = weightDMARCRefused
		}
		c.add("dmarc-fail", "header/from", score, c.FromDomain+" asks for "+c.Policy+": "+c.DMARCReason)
	case dmarc.PermError:
		c.add("dmarc-permerror", "header/from", weightDMARCBroken, c.DMARCReason)
	case dmarc.TempError:
		c.add("dmarc-temperror", "header/from", 0, c.DMARCReason)
	}
	switch c.ARC {
	case arc.Pass:
		c.add("arc-pass", "", 0, "sealed by "+strings.Join(c.Chain.Sealers, ", "))
	case arc.Fail, arc.TempError:
		c.add("arc-"+c.ARC, "", 0, c.ARCReason)
	}
}

func (c *check) noteSPF() {
	weight := map[string]float64{spf.Fail: weightSPFFail, spf.SoftFail: weightSPFSoftFail, spf.PermError: weightSPFPermError}[c.SPF]
	if c.Aligned {
		weight = 0
	}
	if c.SPF != spf.None && c.SPF != spf.Neutral {
		c.add("spf-"+c.SPF, "envelope/from", weight, c.SPFDomain+": "+c.SPFReason)
	}
}

// noteDKIM has one finding for the signature that speaks for the mail, and one when some signature leaves out a part of it.
func (c *check) noteDKIM() {
	s := c.best()
	if s == nil {
		return
	}
	partial := false
	for _, each := range c.Signatures {
		partial = partial || each.Unsigned > 0
	}
	if partial {
		c.add("dkim-partial", "header/dkim-signature", weightDKIMPartial, "the end of the body is not signed")
	}
	if n := len(c.Signatures); n > dkim.MostSignatures {
		c.add("dkim-many", "header/dkim-signature", weightDKIMFail, strconv.Itoa(n)+" signatures")
	}
	weight := 0.0
	if s.Result == dkim.Fail && !c.Aligned {
		weight = weightDKIMFail
	}
	if s.Result != dkim.Policy {
		why := s.Domain
		if s.Reason != "" {
			why += ": " + s.Reason
		}
		c.add("dkim-"+s.Result, "header/dkim-signature", weight, why)
	}
}

// add makes a finding with evidence that is printable and short: names in it come from outside.
func (c *check) add(name, where string, score float64, evidence string) {
	b := make([]byte, 0, min(len(evidence), sekisho.MaxEvidence))
	for i := 0; i < len(evidence) && i < sekisho.MaxEvidence; i++ {
		if e := evidence[i]; e < ' ' || e > '~' {
			b = append(b, '?')
		} else {
			b = append(b, e)
		}
	}
	c.Findings = append(c.Findings, sekisho.Finding{Kind: sekisho.KindAuth, Name: name, Where: where, Score: score, Evidence: string(b)})
}

// header writes Authentication-Results: SPF, every signature, DMARC, ARC.
func (c *check) header() string {
	identity := authres.Property{Name: "smtp.mailfrom", Value: c.Input.From}
	if c.spf.Helo {
		identity = authres.Property{Name: "smtp.helo", Value: c.Helo}
	}
	list := []authres.Method{{Name: "spf", Result: c.SPF, Properties: []authres.Property{identity}}}
	if len(c.Signatures) == 0 {
		list = append(list, authres.Method{Name: "dkim", Result: dkim.None})
	}
	for i, s := range c.Signatures {
		if i == dkim.MostSignatures {
			break // the others were not looked at
		}
		list = append(list, authres.Method{Name: "dkim", Result: s.Result, Reason: s.Reason, Properties: []authres.Property{
			{Name: "header.d", Value: s.Domain}, {Name: "header.s", Value: s.Selector}, {Name: "header.b", Value: s.Start}}})
	}
	list = append(list, c.dmarcMethod(), authres.Method{Name: "arc", Result: c.ARC, Reason: c.ARCReason})
	return authres.Format(c.Name, list)
}

func (c *check) dmarcMethod() authres.Method {
	m := authres.Method{Name: "dmarc", Result: c.DMARC}
	if c.FromDomain == "" {
		m.Reason = c.author
		return m
	}
	m.Properties = []authres.Property{{Name: "header.from", Value: c.FromDomain}}
	if c.dmarc.At != "" {
		m.Properties = append(m.Properties, authres.Property{Name: "polrec.p", Value: c.Policy})
	}
	return m
}
