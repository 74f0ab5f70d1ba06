package tlsrpt

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func counted() []Counted {
	sts := Observation{Type: STS, Text: []string{"version: STSv1", "mode: enforce"}, MX: []string{"mx.mori.example"}}
	failed := sts
	failed.Result, failed.Host, failed.Address = Expired, "mx.mori.example", "192.0.2.1"
	other := failed
	other.Result = NoSTARTTLS
	return []Counted{{sts, 10}, {failed, 2}, {Observation{Type: None}, 5}, {other, 3}}
}

// TestWrite: what is written is read back the same, whatever the order of the counts.
func TestWrite(t *testing.T) {
	r := Report{Reporter: "Kawa", Contact: "tls@kawa.example", ID: "1.x", Begin: time.Unix(1772323200, 0).UTC(), End: time.Unix(1772409599, 0).UTC(), Policies: Add("mori.example", counted())}
	text, err := r.Write()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(text)
	if err != nil || !reflect.DeepEqual(got, r) {
		t.Fatalf("%+v\n%+v %v\n%s", got, r, err, text)
	}
	if len(r.Policies) != 2 || r.Policies[1].Success != 10 || r.Policies[1].Failure != 5 || r.Policies[1].Failures[0].Result != NoSTARTTLS || r.Policies[0].Success != 5 {
		t.Errorf("%+v", r.Policies)
	}
	list := counted()
	list[0], list[3] = list[3], list[0]
	list[1], list[2] = list[2], list[1]
	if again := Add("mori.example", list); !reflect.DeepEqual(again, r.Policies) {
		t.Errorf("%+v", again)
	}
	for _, word := range []string{`"policy-type": "sts"`, `"total-failure-session-count": 5`, `"start-datetime": "2026-03-01T00:00:00Z"`, `"result-type": "certificate-expired"`} {
		if !strings.Contains(string(text), word) {
			t.Errorf("no %s in\n%s", word, text)
		}
	}
}

// TestSample reads a report that another program wrote.
func TestSample(t *testing.T) {
	dir := os.Getenv("SEKISHO_SHARED")
	text, err := os.ReadFile(filepath.Join(dir, "data/protocol/dmarc-report-samples-parsedmarc/samples/smtp_tls/smtp_tls.json"))
	if dir == "" || err != nil {
		t.Skip("no samples here")
	}
	r, err := Parse(text)
	if err != nil || r.Reporter != "Example Inc." || len(r.Policies) != 1 || r.Policies[0].Failure != 3 || len(r.Policies[0].Failures) != 2 || r.Policies[0].Domain != "example.com" {
		t.Errorf("%+v %v", r, err)
	}
}

func TestBadReports(t *testing.T) {
	const rest = `"report-id":"1","date-range":{"start-datetime":"2026-03-01T00:00:00Z","end-datetime":"2026-03-01T23:59:59Z"},"policies":`
	for _, s := range []string{"", "{}", "[]", `{"organization-name":"x",` + rest + `[]}`, `{` + rest + `[{"policy":{"policy-type":"sts","policy-domain":"a.example"}}]}`,
		`{"organization-name":"x",` + rest + `[{"policy":{"policy-type":"magic","policy-domain":"a.example"}}]}`,
		`{"organization-name":"x",` + rest + `[{"policy":{"policy-type":"sts","policy-domain":"a.example"},"summary":{"total-failure-session-count":-1}}]}`,
		`{"organization-name":"x",` + strings.ReplaceAll(rest, "2026-03-01T23", "2020-03-01T23") + `[{"policy":{"policy-type":"sts","policy-domain":"a.example"}}]}`} {
		if r, err := Parse([]byte(s)); !errors.Is(err, ErrReport) {
			t.Errorf("%s: %+v %v", s, r, err)
		}
	}
}

func TestDestinations(t *testing.T) {
	for in, want := range map[string]string{
		"v=TLSRPTv1; rua=mailto:a@mori.example,https://x.example/r , mailto:b@kawa.example": "a@mori.example b@kawa.example",
		"v=TLSRPTv1;rua=mailto:a@mori.example%0d%0aBcc:x,mailto:nobody,mailto:a@b":          "",
		"v=TLSRPTv2; rua=mailto:a@mori.example":                                             "",
		"v=spf1 -all":                                                                       "",
	} {
		if got, _ := Destinations([]string{"other", in}); strings.Join(got, " ") != want {
			t.Errorf("%s: %q", in, got)
		}
	}
	if got, _ := Destinations([]string{"v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:c@d.example"}); len(got) != 0 {
		t.Errorf("two records: %q", got)
	}
	if _, web := Destinations([]string{"v=TLSRPTv1; rua=https://x.example/"}); web != 1 {
		t.Errorf("%d", web)
	}
}

func FuzzParse(f *testing.F) {
	r := Report{Reporter: "Kawa", ID: "1", Begin: time.Unix(1772323200, 0).UTC(), End: time.Unix(1772409599, 0).UTC(), Policies: Add("mori.example", counted())}
	text, _ := r.Write()
	f.Add(text)
	f.Add([]byte(`{"policies":[{"policy":{"policy-string":"x"}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		again, err := r.Write()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(again); err != nil {
			t.Errorf("%v\n%s", err, again)
		}
	})
}

func FuzzDestinations(f *testing.F) {
	f.Add("v=TLSRPTv1; rua=mailto:a@mori.example,https://x.example/r")
	f.Fuzz(func(t *testing.T, s string) {
		list, _ := Destinations([]string{s})
		for _, a := range list {
			if strings.ContainsAny(a, "\r\n<> ") {
				t.Errorf("%q", a)
			}
		}
	})
}
