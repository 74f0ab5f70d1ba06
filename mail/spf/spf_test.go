package spf

import (
	"net/netip"
	"strings"
	"testing"

	"sekisho/mail/zone"
)

func master(t testing.TB, text string) *zone.Zone {
	t.Helper()
	z, err := zone.Parse(strings.NewReader(text), "example")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// TestCheck has what the suites leave out.
func TestCheck(t *testing.T) {
	z := master(t, `
mori  TXT "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"
six   TXT "v=spf1 a:v4.example a:v4.example a:v4.example a:v4.example ip6:2001:db8::1 -all"
v4    A   192.0.2.1
a/b   A   192.0.2.7
slow  TXT "!temperror"
late  TXT "v=spf1 a:slow.example -all"
mapped TXT "v=spf1 ip6:::ffff:192.0.2.0/120 -all"
null  TXT "v=spf1 mx -all"
null  MX  0 .
brace TXT "v=spf1 a:%{d}.x} -all"
up    TXT "V=SPF1 IP4:192.0.2.1 -ALL"
`)
	for _, c := range []struct{ from, helo, client, value, domain string }{
		{"a@mori.example", "h", "192.0.2.9", Pass, "mori.example"},
		{"a@mori.example", "h", "::ffff:192.0.2.9", Pass, "mori.example"}, // a socket for both families gives such addresses
		{"a@mori.example", "h", "198.51.100.1", Fail, "mori.example"},
		{"a@MORI.example.", "h", "192.0.2.9", Pass, "mori.example"},
		{"", "mori.example", "192.0.2.9", Pass, "mori.example"},
		{`"a@b"@mori.example`, "h", "192.0.2.9", Pass, "mori.example"}, // the last @ counts
		{"a@six.example", "h", "2001:db8::1", Pass, "six.example"},     // no IPv6 address is not the same as no name
		{"a@slow.example", "h", "192.0.2.9", TempError, "slow.example"},
		{"a@late.example", "h", "192.0.2.9", TempError, "late.example"},
		{"a@mapped.example", "h", "192.0.2.9", Pass, "mapped.example"},
		{"a@null.example", "h", "192.0.2.9", Fail, "null.example"},
		{"a@up.example", "h", "192.0.2.1", Pass, "up.example"},
		{"a@brace.example", "h", "192.0.2.1", PermError, "brace.example"}, // ends like a macro, but is none
		{"a@none.example", "h", "192.0.2.1", None, "none.example"},
		{"a@", "h", "192.0.2.1", None, ""},
		{"", "", "192.0.2.1", None, ""},
	} {
		r := Check(t.Context(), Query{Client: netip.MustParseAddr(c.client), Helo: c.helo, From: c.from, Resolver: z})
		if r.Value != c.value || r.Domain != c.domain {
			t.Errorf("%q from %s: %s (%s) of %q, want %s of %q", c.from, c.client, r.Value, r.Reason, r.Domain, c.value, c.domain)
		}
	}
	if r := Check(t.Context(), Query{From: "a@mori.example", Resolver: z}); r.Value != PermError {
		t.Errorf("without a client: %s", r.Value)
	}
}

// FuzzCheck tries records, and an include of the same: whatever they say, the check ends, with one of the seven words.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"v=spf1 a mx/24//64 ptr:%{d2r.} exists:%{ir}.%{l1r+-}._spf.%{d} include:%{o} ?all", "v=spf1 redirect=%{h} exp=%{S}",
		"v=spf1 ip4:1.2.3.4/33", "v=spf1 %{", "v=spf1 a:%%%_%-.x1 -all", "v=spf1 exp=a.b x=%{p} +all"} {
		f.Add(s, "joe@a.example")
	}
	f.Fuzz(func(t *testing.T, record, from string) {
		dns := newFake()
		for _, n := range []string{"a.example", "b.example"} {
			dns.at(n, "TXT").TXT = []string{record}
		}
		for _, client := range []string{"192.0.2.1", "2001:db8::1"} {
			r := Check(t.Context(), Query{Client: netip.MustParseAddr(client), Helo: "b.example", From: from, Resolver: dns, Explain: true})
			if !strings.Contains(" none neutral pass fail softfail temperror permerror ", " "+r.Value+" ") {
				t.Fatalf("%q", r.Value)
			}
		}
	})
}
