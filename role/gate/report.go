package gate

import (
	"context"
	"slices"
	"strings"

	"sekisho"
	"sekisho/wire"
)

// Mails that carry aggregate reports about a customer's domain (RFC 9990) are counted for him, beside being delivered. Only from senders
// that their domain stands behind: who may send the domain's mail may say what he likes of it all the same, so nothing is decided by them.

// reporting says whether a mail looks as if it carried reports, by the names of its files (RFC 9990 section 3.5.2).
func reporting(list []string) bool {
	return slices.ContainsFunc(list, func(n string) bool {
		n = strings.ToLower(n)
		return strings.Count(n, "!") >= 3 && (strings.HasSuffix(n, ".xml") || strings.HasSuffix(n, ".gz") || strings.HasSuffix(n, ".zip"))
	})
}

// reports reads the reports of a mail that is about to be delivered. What fails is only not counted.
func (in *intake) reports(ctx context.Context, outcomes []outcome) (list []wire.DMARCKeep) {
	if in.envelope.Contract != 0 || !in.envelope.Vouched {
		return nil
	}
	contracts := map[sekisho.ContractID]*contract{}
	for _, o := range outcomes {
		if o.fate == wire.FateMailbox && !o.decision.Junk && reporting(names(&o.report.Summary.Root, nil)) {
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
	for _, r := range got.List {
		for id, c := range contracts {
			if slices.ContainsFunc(c.domains, func(d string) bool {
				return strings.EqualFold(d, r.Domain) || strings.HasSuffix(r.Domain, "."+strings.ToLower(d))
			}) {
				list = append(list, wire.DMARCKeep{Contract: id, Report: r})
			}
		}
	}
	return list
}

// reported has store keep the reports of a mail that is durable. A report that is there already is not counted again.
func (in *intake) reported(ctx context.Context, list []wire.DMARCKeep) {
	for _, q := range list {
		if _, err := wire.StoreReport.Ask(ctx, in.gate.peers.Store, q); err != nil {
			in.gate.config.Log.Warn("a report about a domain is not kept", "trace", in.trace.String(), "error", err)
		}
	}
}
