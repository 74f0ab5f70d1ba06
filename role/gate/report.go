package gate

import (
	"context"
	"path"
	"slices"
	"strings"

	"sekisho"
	"sekisho/wire"
)

// Mails that carry reports about a customer's domain (RFC 9990, RFC 8460) are counted for him, beside being delivered. Only from senders
// that their domain stands behind: who may send the domain's mail may say what he likes of it all the same, so nothing is decided by them.

// Bounds of a mail that may carry reports.
const (
	mostReportMail  = 12 << 20
	mostReportParts = 12
)

// reporting says whether a mail has a part that can be a report: XML, JSON, or a package of them. Names say nothing, and reporters differ in
// types; inspect looks at what is inside.
func reporting(s *sekisho.Summary) bool {
	parts, some := 0, false
	var walk func(p *sekisho.Part)
	walk = func(p *sekisho.Part) {
		if len(p.Parts) == 0 {
			parts++
			switch p.Subtype {
			case "gzip", "x-gzip", "zip", "x-zip", "x-zip-compressed", "xml", "json", "tlsrpt+gzip", "tlsrpt+json":
				some = true
			case "octet-stream":
				for _, n := range names(p, nil) {
					some = some || slices.Contains([]string{".gz", ".zip", ".xml", ".json"}, strings.ToLower(path.Ext(n)))
				}
			}
		}
		for i := range p.Parts {
			walk(&p.Parts[i])
		}
	}
	walk(&s.Root)
	return some && parts <= mostReportParts && s.Size <= mostReportMail
}

// reports reads the reports of a mail that is about to be delivered. What fails is only not counted.
func (in *intake) reports(ctx context.Context, outcomes []outcome) (list []wire.DMARCKeep) {
	if in.envelope.Contract != 0 || !in.envelope.Vouched {
		return nil
	}
	contracts := map[sekisho.ContractID]*contract{}
	for _, o := range outcomes {
		if o.fate == wire.FateMailbox && !o.decision.Junk && reporting(&o.report.Summary) {
			contracts[o.contract.ID] = o.contract
		}
	}
	if len(contracts) == 0 {
		return nil
	}
	got, _, err := inspected(ctx, in, wire.InspectDMARC, wire.DMARCQuery{Raw: in.raw})
	if err != nil || got.Fault != "" {
		in.gate.config.Log.Warn("a report about a domain is not counted", "trace", in.trace.String(), "error", err, "fault", brief(got.Fault))
	}
	for id, c := range contracts {
		for _, r := range got.List {
			if c.has(r.Domain) {
				list = append(list, wire.DMARCKeep{Contract: id, Report: r})
			}
		}
		for i := range got.TLS {
			if c.has(got.TLS[i].Domain) {
				list = append(list, wire.DMARCKeep{Contract: id, TLS: &got.TLS[i]})
			}
		}
	}
	return list
}

// has says whether a domain is one of the contract's, or below one.
func (c *contract) has(domain string) bool {
	return slices.ContainsFunc(c.domains, func(d string) bool {
		return strings.EqualFold(d, domain) || strings.HasSuffix(domain, "."+strings.ToLower(d))
	})
}

// reported has store keep the reports of a mail that is durable. A report that is there already is not counted again.
func (in *intake) reported(ctx context.Context, list []wire.DMARCKeep) {
	for _, q := range list {
		if _, err := wire.StoreReport.Ask(ctx, in.gate.peers.Store, q); err != nil {
			in.gate.config.Log.Warn("a report about a domain is not kept", "trace", in.trace.String(), "error", err)
		}
	}
}
