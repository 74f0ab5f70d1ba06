package test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/role/post"
	"sekisho/wire"
)

// reportsWorld sends reports, and has somebody else's server for good.example and broken.example, which want some.
func reportsWorld(t *testing.T, with ...func(*World)) (*World, *FakeMTA) {
	t.Helper()
	w, remote, _, _ := transportWorld(t, `
_dmarc.good.example.      TXT "v=DMARC1; p=none; rua=mailto:dmarc@good.example,mailto:flood@other.example"
_smtp._tls.good.example.  TXT "v=TLSRPTv1; rua=mailto:tls@good.example,https://good.example/r"
_smtp._tls.broken.example. TXT "v=TLSRPTv1; rua=mailto:tls@good.example"
`, map[string]string{"mta-sts.good.example": sts("enforce", "*.good.example"), "mta-sts.broken.example": sts("enforce", "mx.broken.example")},
		append(with, func(w *World) { w.Report = post.Reporter{From: "reports@mori.example", Name: "Test & Co"} })...)
	return w, remote
}

// read gives the reports that a mail carries, as our own reader reads them.
func (w *World) read(t *testing.T, raw string) wire.DMARCReports {
	t.Helper()
	got, err := wire.InspectDMARC.Ask(t.Context(), w.Peer(sekisho.Gate, sekisho.Inspect), wire.DMARCQuery{Raw: []byte(raw)})
	if err != nil || got.Fault != "" {
		t.Fatalf("%s %v\n%s", got.Fault, err, raw)
	}
	return got
}

// What mails in a domain's name looked like here, and how its servers could be reached, is reported to those of its addresses that want it,
// and once.
func TestReportsSent(t *testing.T) {
	w, remote := reportsWorld(t)
	for range 3 {
		if err := handIn(t, w, "x@partner.example", "u1@mori.example", message("boss@good.example", "u1@mori.example", "forged", 300)); err != nil {
			t.Fatal(err)
		}
	}
	forward(t, w, "taro@good.example")
	remote.await(t, "taro@good.example", 1)
	forward(t, w, "taro@broken.example")
	waits(t, w, "taro@broken.example")
	if err := w.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	day := time.Now().UTC()
	if n := Ask[wire.ReportsOrdered](t, w.Admin, "report/send", wire.ReportOrder{Day: day}); n.Reports != 3 {
		t.Errorf("%d reports", n.Reports)
	}
	m := remote.await(t, "dmarc@good.example", 1)
	got := w.read(t, m.raw)
	if len(got.List) != 1 || len(got.List[0].Rows) != 1 {
		t.Fatalf("%+v\n%s", got, m.raw)
	}
	r := got.List[0]
	if r.Domain != "good.example" || r.Policy != "none" || r.Reporter != "Test & Co" || r.Rows[0].Count != 3 || r.Rows[0].DKIM != "fail" || r.Rows[0].Disposition != "none" || r.Rows[0].Source.String() != "127.0.0.1" {
		t.Errorf("%+v", r)
	}
	fields, _ := header.Split([]byte(m.raw))
	subject, _ := header.First(fields, "Subject")
	from, _ := header.First(fields, "From")
	if m.from != "" || !strings.Contains(from, "reports@mori.example") || !strings.Contains(subject, "Report Domain: good.example Submitter: mx.test.example Report-ID: "+r.ID) {
		t.Errorf("from %q %q, subject %q", m.from, from, subject)
	}
	if bytes.Contains([]byte(m.raw), []byte("boss@")) {
		t.Error("a person is named")
	}
	if _, taken := remote.count("flood"); taken != 0 {
		t.Error("somebody got a report who did not ask for it")
	}
}
