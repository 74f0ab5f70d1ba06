package test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sekisho/mail/header"
	"sekisho/office"
	"sekisho/role/admin"
	"sekisho/wire"
)

// New keys sign nothing before their records are there: mail goes on being signed with those that are published.
func TestRotation(t *testing.T) {
	w, remote := reportsWorld(t)
	first := Ask[office.Rotation](t, w.Admin, "domain/rotate", admin.Query{Match: "mori.example"})
	if first.Step != "publish" || len(first.Records) != 2 || !strings.HasSuffix(first.Records[0].Name, "._domainkey.mori.example") {
		t.Fatalf("%+v", first)
	}
	again := Ask[office.Rotation](t, w.Admin, "domain/rotate", admin.Query{Match: "mori.example"})
	if again.Step != "waiting" || len(again.Records) != 2 || again.Records[0].Live != "missing" || again.Records[0].Value != first.Records[0].Value {
		t.Fatalf("%+v", again)
	}
	states := map[string]int{}
	for _, d := range Ask[[]admin.Domain](t, w.Admin, "domain/list", admin.Query{Contract: "Mori"}) {
		for _, k := range d.DKIM {
			states[k.State]++
		}
	}
	if states[""] != 2 || states["next"] != 2 {
		t.Errorf("%v", states)
	}
	// A report is a mail of ours that is signed.
	err := handIn(t, w, "x@partner.example", "u1@mori.example", message("boss@good.example", "u1@mori.example", "forged", 300))
	if err := errors.Join(err, w.Flush(t.Context())); err != nil {
		t.Fatal(err)
	}
	Ask[wire.ReportsOrdered](t, w.Admin, "report/send", wire.ReportOrder{Day: time.Now()})
	fields, _ := header.Split([]byte(remote.await(t, "dmarc@good.example", 1).raw))
	var selectors []string
	for _, f := range fields {
		if f.Is("DKIM-Signature") {
			_, s, _ := strings.Cut(f.Value(), " s=")
			s, _, _ = strings.Cut(s, ";")
			selectors = append(selectors, s)
		}
	}
	if strings.Join(selectors, " ") != "sekisho-ed sekisho-rsa" {
		t.Errorf("signed with %q", selectors)
	}
}
