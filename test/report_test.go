package test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"sekisho/role/admin"
	"sekisho/wire"
)

// reportMail carries an aggregate report about a domain.
func reportMail(t *testing.T, domain, id string, count int) []byte {
	t.Helper()
	end := time.Now().Unix()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprintf(z, `<feedback><report_metadata><org_name>There</org_name><report_id>%s</report_id><date_range><begin>%d</begin><end>%d</end></date_range></report_metadata>
<policy_published><domain>%s</domain><p>none</p></policy_published>
<record><row><source_ip>192.0.2.1</source_ip><count>%d</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>%[4]s</header_from></identifiers></record>
<record><row><source_ip>198.51.100.9</source_ip><count>7</count><policy_evaluated><disposition>reject</disposition><dkim>fail</dkim><spf>fail</spf></policy_evaluated></row></record></feedback>`,
		id, end-86400, end, domain, count)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, "From: <noreply@partner.example>\r\nTo: <u1@mori.example>\r\nSubject: Report domain: %s Submitter: there Report-ID: %s\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: application/gzip; name=\"there!%[1]s!1!2.xml.gz\"\r\nContent-Disposition: attachment; filename=\"there!%[1]s!1!2.xml.gz\"\r\nContent-Transfer-Encoding: base64\r\n\r\n%[3]s\r\n",
		domain, id, base64.StdEncoding.EncodeToString(b.Bytes()))
}

// What other receivers report of a customer's domain is counted once for him, and what they report of other domains is not.
func TestReports(t *testing.T) {
	w := NewWorld(t, "partner.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\nforged.example. TXT \"v=spf1 ?all\"\n")
	settle(t, w.Admin, "Mori", "mori.example", 1)
	for _, m := range []struct {
		from string
		raw  []byte
	}{
		{"noreply@partner.example", reportMail(t, "kawa.example", "1", 100)}, // another's domain
		{"noreply@forged.example", reportMail(t, "mori.example", "2", 1000)}, // nobody stands behind it
		{"noreply@partner.example", reportMail(t, "mori.example", "3", 5)},
		{"noreply@partner.example", reportMail(t, "mori.example", "4", 6)},
		{"noreply@partner.example", reportMail(t, "mori.example", "4", 6)}, // again
	} {
		if err := handIn(t, w, m.from, "u1@mori.example", m.raw); err != nil {
			t.Fatal(err)
		}
	}
	var got wire.ReportStatistic
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && got.Reports < 2; time.Sleep(50 * time.Millisecond) {
		got = Ask[wire.ReportStatistic](t, w.Admin, "report/dmarc", admin.Query{Contract: "Mori", Since: 24 * time.Hour})
	}
	if got.Reports != 2 || got.Mails != 25 || got.Passed != 11 || len(got.Sources) != 2 {
		t.Fatalf("%+v", got)
	}
	if s := got.Sources[0]; s.Source.String() != "198.51.100.9" || s.Mails != 14 || s.Passed != 0 || s.Stopped != 14 || s.Reporters != 1 {
		t.Errorf("first %+v", s)
	}
	if s := got.Sources[1]; s.Mails != 11 || s.DKIM != 11 || s.SPF != 0 || s.Domain != "mori.example" {
		t.Errorf("second %+v", s)
	}
	if none := Ask[wire.ReportStatistic](t, w.Admin, "report/dmarc", admin.Query{Contract: "Mori", Match: "other.example", Since: 24 * time.Hour}); none.Reports != 0 {
		t.Errorf("another domain: %+v", none)
	}
}
