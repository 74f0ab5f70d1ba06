package inspect

import (
	"bytes"
	"context"
	"strings"

	"sekisho"
	"sekisho/mail/dmarc"
	"sekisho/mail/message"
	"sekisho/scan/archive"
	"sekisho/scan/file"
	"sekisho/wire"
)

// Bounds of what a mail of reports may hold.
const (
	mostReports = 10
	mostPacked  = 200 // expanded to packed size
)

// dmarc answers InspectDMARC: reports come as XML, packed with gzip or zip or not at all (RFC 9990 section 3.5).
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
		if strings.HasSuffix(strings.ToLower(message.Filename(p)), ".xml") || strings.EqualFold(p.Subtype, "xml") {
			r.text(data)
		}
	}
}

// text reads what may be a report.
func (r *reports) text(data []byte) {
	if len(r.out.List) >= mostReports || !bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<")) {
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
