package test

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/mail/tlsrpt"
	"sekisho/role/admin"
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
	reached, failed := w.read(t, remote.await(t, "tls@good.example", 1).raw), w.read(t, remote.await(t, "tls@good.example", 2).raw)
	if len(reached.TLS) == 1 && reached.TLS[0].Domain == "broken.example" {
		reached, failed = failed, reached
	}
	if len(reached.TLS) != 1 || len(failed.TLS) != 1 {
		t.Fatalf("%+v %+v", reached, failed)
	}
	if r := reached.TLS[0]; r.Domain != "good.example" || len(r.Policies) != 1 || r.Policies[0].Type != "sts" || r.Policies[0].Success == 0 || r.Policies[0].Failure != 0 {
		t.Errorf("%+v", r)
	}
	if r := failed.TLS[0]; r.Domain != "broken.example" || len(r.Policies) != 1 || r.Policies[0].Success != 0 || len(r.Policies[0].Failures) != 1 ||
		r.Policies[0].Failures[0].Result != "certificate-host-mismatch" || r.Policies[0].Failures[0].Host != "mx.broken.example" {
		t.Errorf("%+v", r)
	}
	if n := Ask[wire.ReportsOrdered](t, w.Admin, "report/send", wire.ReportOrder{Day: day.AddDate(0, 0, -1)}); n.Reports != 0 {
		t.Errorf("%d reports about yesterday", n.Reports)
	}
}

// A report about TLS with a customer's servers is counted for him once, whatever its file is called; one that is none is not.
func TestTLSReports(t *testing.T) {
	w := NewWorld(t, plainZone)
	settle(t, w.Admin, "Mori", "mori.example", 1)
	for _, m := range []struct{ id, domain, extra string }{{"1", "mori.example", ""}, {"1", "mori.example", ""}, {"2", "sub.mori.example", ""}, {"3", "kawa.example", ""}, {"4", "mori.example", "{"}} {
		day := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)
		r := tlsrpt.Report{Reporter: "There", ID: m.id, Begin: day, End: day.Add(24*time.Hour - time.Second), Policies: []tlsrpt.Policy{{Type: tlsrpt.STS, Domain: m.domain, Success: 7, Failure: 2,
			Failures: []tlsrpt.Failure{{Result: tlsrpt.Expired, Host: "mx.mori.example", Count: 2}}}}}
		text, err := r.Write()
		if err != nil {
			t.Fatal(err)
		}
		raw := "From: <tls@partner.example>\r\nTo: <u1@mori.example>\r\nSubject: no name\r\nMIME-Version: 1.0\r\nContent-Type: application/tlsrpt+json\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
			base64.StdEncoding.EncodeToString(append([]byte(m.extra), text...)) + "\r\n"
		if err := handIn(t, w, "tls@partner.example", "u1@mori.example", []byte(raw)); err != nil {
			t.Fatal(err)
		}
	}
	got := Ask[wire.TLSStatistic](t, w.Admin, "report/tls", admin.Query{Contract: "Mori", Since: 72 * time.Hour})
	if got.Reports != 2 || got.Success != 14 || got.Failure != 4 || len(got.Days) != 1 || len(got.Results) != 4 || got.Results[0].Result != tlsrpt.Expired {
		t.Errorf("%+v", got)
	}
}
