package dmarc

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sample = `<?xml version="1.0" encoding="UTF-8"?><feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0"><report_metadata><org_name>There</org_name><email>x@there.example</email>
<report_id> 7 </report_id><date_range><begin>1700000000</begin><end>1700086399</end></date_range></report_metadata><policy_published><domain>Mori.example</domain><p>reject</p></policy_published>
<record><row><source_ip>192.0.2.1</source_ip><count>3</count><policy_evaluated><disposition>none</disposition><dkim>PASS</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>mori.example</header_from></identifiers></record>
<record><row><source_ip>::ffff:192.0.2.1</source_ip><count>2</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>MORI.example</header_from></identifiers></record>
<record><row><source_ip>2001:db8::1</source_ip><count>40</count><policy_evaluated><disposition>reject</disposition><dkim>fail</dkim><spf>fail</spf></policy_evaluated></row></record></feedback>`

func TestParseAggregate(t *testing.T) {
	a, err := ParseAggregate([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if a.Reporter != "There" || a.ID != "7" || a.Domain != "mori.example" || a.Policy != "reject" || a.End.Sub(a.Begin).Seconds() != 86399 || len(a.Rows) != 2 {
		t.Fatalf("%+v", a)
	}
	if r := a.Rows[0]; r.Count != 40 || r.Passed() || r.Disposition != "reject" || r.From != "mori.example" {
		t.Errorf("first %+v", r)
	}
	if r := a.Rows[1]; r.Count != 5 || !r.Passed() || r.Source.String() != "192.0.2.1" {
		t.Errorf("second %+v", r)
	}
	for what, bad := range map[string]string{"empty": "", "html": "<html></html>", "cut": sample[:len(sample)-30], "no domain": strings.Replace(sample, "Mori.example", "", 1),
		"no id": strings.Replace(sample, " 7 ", "", 1), "a count": strings.Replace(sample, ">3<", ">-3<", 1), "an address": strings.Replace(sample, "192.0.2.1", "host", 1),
		"a range": strings.Replace(sample, "1700086399", "17", 1), "an entity": strings.Replace(sample, "There", "&file;", 1)} {
		if a, err := ParseAggregate([]byte(bad)); !errors.Is(err, ErrReport) {
			t.Errorf("%s: %+v %v", what, a, err)
		}
	}
}

// Every sample of other receivers' reports is read, or refused with a reason.
func TestAggregateSamples(t *testing.T) {
	shared := os.Getenv("SEKISHO_SHARED")
	if shared == "" {
		t.Skip("SEKISHO_SHARED is not set")
	}
	files, err := filepath.Glob(filepath.Join(shared, "data/protocol/dmarc-report-samples-parsedmarc/samples/*", "*.xml"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	read := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		a, err := ParseAggregate(b)
		if err != nil && !errors.Is(err, ErrReport) {
			t.Errorf("%s: %v", f, err)
		}
		if err == nil {
			read++
		}
		t.Logf("%s: %d rows, %v", filepath.Base(f), len(a.Rows), err)
	}
	if read < 8 {
		t.Errorf("%d of %d samples were read", read, len(files))
	}
}

func FuzzParseAggregate(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("<feedback/>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ParseAggregate(b)
		if err == nil && (a.Domain == "" || a.End.Before(a.Begin) || len(a.Rows) > mostRows) {
			t.Errorf("%q gave %+v", b, a)
		}
	})
}
