package inspect

import (
	"bytes"
	"context"

	"sekisho"
	"sekisho/mail/dmarc"
	"sekisho/mail/message"
	"sekisho/mail/tlsrpt"
	"sekisho/scan/archive"
	"sekisho/scan/file"
	"sekisho/wire"
)

// Bounds of what a mail of reports may hold.
const (
	mostReports = 10
	mostPacked  = 200 // expanded to packed size
)

// dmarc answers InspectDMARC: reports come as XML (RFC 9990 section 3.5) or JSON (RFC 8460 section 5.3), packed with gzip or zip or not at
// all. What they are is seen by what is in them, whatever their names and types.
func (i *Inspect) dmarc(ctx context.Context, _ sekisho.Caller, q wire.DMARCQuery) (wire.DMARCReports, error) {
	i.count()
	m := message.Read(q.Raw, message.Limit{})
	r := &reports{ctx: ctx, budget: archive.NewBudget(archive.Limit{Depth: 1, Entries: 100, Bytes: 2 * dmarc.MostReport, Ratio: mostPacked, Member: dmarc.MostReport})}
	r.part(m, &m.Root)
	return r.out, nil
}

type reports struct {
	ctx    context.Context
	budget *archive.Budget
	out    wire.DMARCReports
}

func (r *reports) part(m *message.Message, p *sekisho.Part) {
	for n := range p.Parts {
		r.part(m, &p.Parts[n])
	}
	if len(p.Parts) > 0 {
		return
	}
	data, err := m.Content(p)
	if err != nil {
		return
	}
	switch t := file.Sniff(data); t {
	case file.Gzip, file.Zip:
		for _, n := range archive.Walk(r.ctx, t, data, r.budget, func(f *archive.Member) { r.text(f.Data) }) {
			r.out.Fault = "the archive: " + n.Name
		}
	default:
		r.text(data)
	}
}

// text reads what may be a report.
func (r *reports) text(data []byte) {
	begin := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(r.out.List)+len(r.out.TLS) >= mostReports {
		return
	}
	if bytes.HasPrefix(begin, []byte("{")) && bytes.Contains(begin, []byte(`"policies"`)) {
		r.tls(begin)
	}
	if !bytes.HasPrefix(begin, []byte("<")) || !bytes.Contains(begin[:min(len(begin), 4096)], []byte("<feedback")) {
		return
	}
	a, err := dmarc.ParseAggregate(data)
	if err != nil {
		r.out.Fault = err.Error()
		return
	}
	x := wire.DMARCReport{Reporter: a.Reporter, ID: a.ID, Domain: a.Domain, Policy: a.Policy, Begin: a.Begin, End: a.End}
	for _, w := range a.Rows {
		x.Rows = append(x.Rows, wire.DMARCRow(w))
	}
	r.out.List = append(r.out.List, x)
}

// tls reads a report about TLS: one for each domain that it speaks of.
func (r *reports) tls(data []byte) {
	a, err := tlsrpt.Parse(data)
	if err != nil {
		r.out.Fault = err.Error()
		return
	}
	at := map[string]int{}
	for _, p := range a.Policies {
		n, known := at[p.Domain]
		if !known {
			n = len(r.out.TLS)
			at[p.Domain] = n
			r.out.TLS = append(r.out.TLS, wire.TLSReport{Reporter: a.Reporter, ID: a.ID, Domain: p.Domain, Begin: a.Begin, End: a.End})
		}
		x := wire.TLSPolicy{Type: p.Type, Success: p.Success, Failure: p.Failure}
		for _, f := range p.Failures {
			x.Failures = append(x.Failures, wire.TLSFailure{Result: f.Result, Host: f.Host, Count: f.Count})
		}
		r.out.TLS[n].Policies = append(r.out.TLS[n].Policies, x)
	}
}
