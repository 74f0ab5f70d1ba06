package gate

import (
	"strings"

	"sekisho/mail/dkim"
	"sekisho/mail/dmarc"
	"sekisho/mail/zone"
	"sekisho/policy"
	"sekisho/wire"
)

// observe counts a mail that was judged, when its author's domain asks for reports (RFC 9990). Of several recipients the first tells what was done.
func (in *intake) observe(outcomes []outcome) {
	a := &in.auth
	if !in.gate.config.Report || in.envelope.Contract != 0 || a.Published == nil || len(outcomes) == 0 {
		return
	}
	if a.DMARC != dmarc.Pass && a.DMARC != dmarc.Fail {
		return // what could not be asked says nothing
	}
	o := dmarc.Observation{Published: *a.Published, Source: in.envelope.Client, From: a.FromDomain, DKIM: word(a.DKIMAligned), SPF: word(a.SPFAligned)}
	if host, ok := zone.Host(in.envelope.From[strings.LastIndexByte(in.envelope.From, '@')+1:]); ok {
		o.Envelope = host
	}
	o.Disposition, o.Override = in.disposed(&outcomes[0])
	for _, s := range a.Signatures[:min(len(a.Signatures), dkim.MostSignatures)] {
		if selector, ok := zone.Host(s.Selector); ok && s.Domain != "" {
			o.Signatures = append(o.Signatures, dmarc.Verdict{Domain: s.Domain, Selector: selector, Result: s.Result})
		}
	}
	if host, ok := zone.Host(a.SPFDomain); ok {
		o.Return = dmarc.Verdict{Domain: host, Result: a.SPF}
	}
	in.gate.observer.Add(wire.ReportDMARC, a.Published.Domain, in.envelope.At, o)
}

func word(aligned bool) string {
	if aligned {
		return "pass"
	}
	return "fail"
}

// disposed says what was done to a mail because of DMARC, and why that is not what its domain asks for.
func (in *intake) disposed(o *outcome) (disposition, override string) {
	if in.auth.DMARC == dmarc.Pass {
		return "pass", ""
	}
	switch o.decision.Action {
	case policy.Reject:
		disposition = "reject"
	case policy.Quarantine:
		disposition = "quarantine"
	default:
		disposition = "none"
		if o.decision.Junk {
			disposition = "quarantine"
		}
	}
	by, _ := in.voucher(o.contract)
	switch {
	case disposition == in.auth.Policy && !in.auth.Published.Test:
		return disposition, ""
	case disposition == in.auth.Policy:
		return disposition, "policy_test_mode"
	case by != "" && disposition == "none":
		return disposition, "trusted_forwarder"
	}
	return disposition, "local_policy"
}
