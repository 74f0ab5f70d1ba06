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

// With a rule against backscatter, a notification about a mail that left here is taken, and one about a mail that others sent in our name is not.
func TestBackscatter(t *testing.T) {
	w, remote := reportsWorld(t)
	err := handIn(t, w, "x@partner.example", "u1@mori.example", message("boss@good.example", "u1@mori.example", "forged", 300))
	if err := errors.Join(err, w.Flush(t.Context())); err != nil {
		t.Fatal(err)
	}
	Ask[wire.ReportsOrdered](t, w.Admin, "report/send", wire.ReportOrder{Day: time.Now()})
	left := remote.await(t, "dmarc@good.example", 1).raw
	Ask[admin.Contract](t, w.Admin, "contract/set", admin.ContractSet{Contract: "Mori",
		Policy: "version = 1\n[[rule]]\nname = \"backscatter\"\ndirection = \"inbound\"\nwhen = 'Found(\"auth\", \"bounce-unknown\")'\naction = \"reject\"\n"})
	head, _, _ := strings.Cut(left, "\r\n\r\n")
	bounce := func(head string) error {
		return handIn(t, w, "", "u1@mori.example", []byte("From: MAILER-DAEMON@good.example\r\nTo: u1@mori.example\r\nSubject: failed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=zz\r\n\r\n"+
			"--zz\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n--zz\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; good.example\r\n\r\nFinal-Recipient: rfc822; dmarc@good.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"+
			"--zz\r\nContent-Type: text/rfc822-headers\r\n\r\n"+head+"\r\n\r\n--zz--\r\n"))
	}
	if err := bounce(head); err != nil {
		t.Errorf("about a mail of ours: %v", err)
	}
	if err := bounce(strings.Replace(head, "Subject: ", "Subject: cheap ", 1)); err == nil || !strings.HasPrefix(err.Error(), "550") {
		t.Errorf("about a mail of others: %v", err)
	}
}
