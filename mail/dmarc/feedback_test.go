package dmarc

import (
	"encoding/xml"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/mail/zone"
)

func feedbackOf() *Feedback {
	p := Published{Domain: "mori.example", Policy: "reject", Sub: "reject", Absent: "reject", DKIM: "r", SPF: "s", Test: true}
	end := time.Date(2026, 3, 1, 23, 59, 59, 0, time.UTC)
	return &Feedback{Reporter: "Kawa & Co <x>", Email: "dmarc@kawa.example", ID: "7.a", Begin: end.Add(1 - 24*time.Hour).Truncate(time.Second), End: end, Published: p, Rows: []Counted{
		{Observation{Published: p, Source: netip.MustParseAddr("::ffff:192.0.2.1"), From: "mori.example", Envelope: "mori.example", Disposition: "pass", DKIM: "pass", SPF: "fail",
			Signatures: []Verdict{{"mori.example", "s1", "pass"}, {"x.example", "s", "fail"}}, Return: Verdict{Domain: "mori.example", Result: "softfail"}}, 2},
		{Observation{Published: p, Source: netip.MustParseAddr("2001:db8::1"), From: "a.mori.example", Disposition: "none", Override: "trusted_forwarder", DKIM: "fail", SPF: "fail"}, 40},
	}}
}

// TestFeedback: what is written has the elements of RFC 9990 appendix A in their order, and our own reader reads it back.
func TestFeedback(t *testing.T) {
	f := feedbackOf()
	text, err := f.Write()
	if err != nil {
		t.Fatal(err)
	}
	a, err := ParseAggregate(text)
	if err != nil || a.Reporter != f.Reporter || a.ID != f.ID || a.Domain != "mori.example" || a.Policy != "reject" || !a.Begin.Equal(f.Begin) || !a.End.Equal(f.End) || len(a.Rows) != 2 {
		t.Fatalf("%+v %v\n%s", a, err, text)
	}
	if r := a.Rows[0]; r.Count != 40 || r.From != "a.mori.example" || r.Disposition != "none" || r.Passed() {
		t.Errorf("%+v", r)
	}
	if r := a.Rows[1]; r.Count != 2 || r.Source.String() != "192.0.2.1" || r.DKIM != "pass" || r.SPF != "fail" || r.Disposition != "pass" {
		t.Errorf("%+v", r)
	}
	want := "feedback version report_metadata org_name email report_id date_range begin end generator policy_published domain p sp np adkim aspf testing discovery_method " +
		"record row source_ip count policy_evaluated disposition dkim spf reason type identifiers header_from auth_results " +
		"record row source_ip count policy_evaluated disposition dkim spf identifiers envelope_from header_from auth_results dkim domain selector result dkim domain selector result spf domain scope result"
	if got := elements(t, text); got != want {
		t.Errorf("elements\n%s\nwant\n%s", got, want)
	}
	slices.Reverse(f.Rows)
	if again, _ := f.Write(); string(again) != string(text) {
		t.Error("the order of rows shows")
	}
}

// elements lists the names of all elements, in order, which must be of the namespace.
func elements(t *testing.T, text []byte) string {
	var names []string
	for d := xml.NewDecoder(strings.NewReader(string(text))); ; {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(names, " ")
		}
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := tok.(xml.StartElement); ok {
			if names = append(names, s.Name.Local); s.Name.Space != Namespace {
				t.Errorf("%v", s.Name)
			}
		}
	}
}

// TestDestinations: nobody gets reports who did not ask for them.
func TestDestinations(t *testing.T) {
	z, err := zone.Parse(strings.NewReader(`
_dmarc.mori.example. TXT "v=DMARC1; p=none; rua=mailto:a@mori.example,mailto:b@sub.mori.example,mailto:c@victim.example,mailto:d@wants.example,mailto:e@other.example,mailto:f@lies.example,https://x.example/"
mori.example._report._dmarc.wants.example. TXT "v=DMARC1"
mori.example._report._dmarc.other.example. TXT "v=DMARC1; rua=mailto:dmarc@other.example,mailto:x@victim.example"
mori.example._report._dmarc.lies.example. TXT "v=DMARC1; rua=mailto:x@victim.example"
kawa.example._report._dmarc.victim.example. TXT "v=DMARC1"
_dmarc.kawa.example. TXT "v=DMARC1; rua=mailto:a@gone.example"
kawa.example._report._dmarc.gone.example. TXT "!temperror"
_dmarc.evil.example. TXT "v=DMARC1; rua=mailto:a%0D%0ABcc:x@evil.example,mailto:%3Ca@evil.example"
`), ".")
	if err != nil {
		t.Fatal(err)
	}
	list, refused, err := Destinations(t.Context(), z, "mori.example")
	if err != nil || strings.Join(list, " ") != "a@mori.example b@sub.mori.example d@wants.example dmarc@other.example" || strings.Join(refused, " ") != "c@victim.example f@lies.example" {
		t.Errorf("%q %q %v", list, refused, err)
	}
	if _, _, err := Destinations(t.Context(), z, "kawa.example"); !errors.Is(err, zone.ErrTemporary) {
		t.Errorf("a name server that is silent: %v", err)
	}
	if list, _, err := Destinations(t.Context(), z, "evil.example"); len(list) != 0 || err != nil {
		t.Errorf("%q %v", list, err)
	}
	if list, _, err := Destinations(t.Context(), z, "nothing.example"); len(list) != 0 || err != nil {
		t.Errorf("%q %v", list, err)
	}
}
