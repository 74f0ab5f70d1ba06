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

// reported reads the reports of a mail that was delivered and keeps them. Nobody waits for it, and what fails is only not counted.
func (in *intake) reported(outcomes []outcome) {
	if in.envelope.Contract != 0 || !in.envelope.Vouched {
		return
	}
	contracts := map[sekisho.ContractID]*contract{}
	for _, o := range outcomes {
		if o.fate == wire.FateMailbox && !o.decision.Junk && reporting(names(&o.report.Summary.Root, nil)) {
			contracts[o.contract.ID] = o.contract
		}
	}
	if len(contracts) == 0 {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), takeTime)
		defer cancel()
		got, _, err := inspected(ctx, in.gate, wire.InspectDMARC, wire.DMARCQuery{Raw: in.raw})
		if err != nil || got.Fault != "" {
			in.gate.config.Log.Warn("a report about a domain is not counted", "trace", in.trace.String(), "error", err, "fault", brief(got.Fault))
		}
		for _, r := range got.List {
			for id, c := range contracts {
				if !slices.ContainsFunc(c.domains, func(d string) bool {
					return strings.EqualFold(d, r.Domain) || strings.HasSuffix(r.Domain, "."+strings.ToLower(d))
				}) {
					continue
				}
				if _, err := wire.StoreReport.Ask(ctx, in.gate.peers.Store, wire.DMARCKeep{Contract: id, Report: r}); err != nil {
					in.gate.config.Log.Warn("a report about a domain is not kept", "trace", in.trace.String(), "error", err)
				}
			}
		}
	}()
}
