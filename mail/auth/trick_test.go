package auth

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"sekisho/mail/dkim"
)

// Everybody who is not mori.example, and wants to be shown as hana@mori.example: no way may end in a pass for that domain, and each is a
// finding that a rule can ask for.
func TestTricks(t *testing.T) {
	z := testZone(t)
	hana := "hana@mori.example"
	genuine := signed(mail("Hana <" + hana + ">"))
	for name, c := range map[string]struct {
		raw, finding string
	}{
		"a second From above":          {"From: x@evil.example\r\n" + genuine, "from-several"},
		"a second From below":          {"From: " + hana + "\r\nFrom: x@evil.example\r\n\r\nx", "from-several"},
		"a From with a blank":          {"From : " + hana + "\r\nFrom: x@evil.example\r\n\r\nx", "from-several"},
		"two domains":                  {mail(hana + ", x@evil.example"), "from-domains"},
		"a group":                      {mail("Mori <hana@mori.example>:x@evil.example;"), "from-malformed"},
		"an innocent group":            {mail("Mori: x@evil.example;"), "from-odd"},
		"a route":                      {mail("<@mori.example:x@evil.example>"), "from-odd"},
		"an address in a comment":      {mail("(" + hana + ") x@evil.example"), "from-odd"},
		"an address before":            {mail(hana + " <x@evil.example>"), "from-odd"},
		"a quoted local part":          {mail(`"` + hana + `"@evil.example`), "from-odd"},
		"an encoded word":              {mail("=?utf-8?q?hana=40mori.example?=@evil.example"), "from-odd"},
		"a zero":                       {mail(hana + "\x00 <x@evil.example>"), "from-control"},
		"a zero in the address":        {mail("<" + hana + "\x00.evil.example>"), "from-control"},
		"brackets in brackets":         {mail("<<" + hana + ">x@evil.example>"), "from-malformed"},
		"two addresses":                {mail("<" + hana + "><x@evil.example>"), "from-domains"},
		"a domain that takes no mail":  {mail("Hana (hana mori.example) <x@quiet.example>"), "from-no-mail"},
		"a domain that does not exist": {mail("x@mori-example.example"), "from-no-mail"},
		"a second subject":             {strings.Replace(genuine, "From:", "From: x@evil.example\r\nFrom:", 1), "dkim-added"},
		"signed by a stranger":         {signed(mail("x@soft.example")), "dkim-strangers"},
	} {
		r := Check(t.Context(), Input{Raw: []byte(c.raw), Client: netip.MustParseAddr("192.0.2.66"), Helo: "evil.example", From: "x@evil.example", Resolver: z, Now: now, Name: "mx.example"})
		var names []string
		for _, f := range r.Findings {
			names = append(names, f.Name)
		}
		if !slices.Contains(names, c.finding) {
			t.Errorf("%s: no %s in %v (%s)", name, c.finding, names, r.DMARCReason)
		}
		if r.Aligned && r.FromDomain == "mori.example" {
			t.Errorf("%s: it passes for %s", name, r.FromDomain)
		}
	}
}

// A signature that leaves the end of the body out is no pass, and says so.
func TestPartlySigned(t *testing.T) {
	r := dkim.Signature{Unsigned: 3, Result: dkim.Policy, Domain: "mori.example"}
	c := &check{mail: dkim.Open([]byte(mail("hana@mori.example")))}
	c.Signatures = []dkim.Signature{r}
	c.FromDomain = "mori.example"
	if list, _ := c.proofs(); len(list) != 0 {
		t.Error(list)
	}
	c.noteDKIM()
	if len(c.Findings) == 0 || c.Findings[0].Name != "dkim-partial" {
		t.Error(c.Findings)
	}
}

// Ordinary authors are not odd.
func TestNotOdd(t *testing.T) {
	for _, v := range []string{"Hana <hana@mori.example>", `"Mori, Hana" <hana@mori.example>`, "=?utf-8?b?6Iqx?= <hana@mori.example>", "hana@mori.example (Hana)", "[Tracker] Hana <hana@mori.example>",
		"花 <hana@mori.example>", `"hana@mori.example" <hana@mori.example>`, "Hana <hana+tag@mori.example>", "<hana@mori.example>", "a@mori.example, b@mori.example"} {
		r := Check(t.Context(), Input{Raw: []byte(mail(v)), Client: netip.MustParseAddr("192.0.2.1"), Helo: "mori.example", From: "hana@mori.example", Resolver: testZone(t), Now: now, Name: "mx.example"})
		for _, f := range r.Findings {
			if f.Name != "spf-pass" && f.Name != "dmarc-pass" {
				t.Errorf("%s: %+v", v, f)
			}
		}
		if r.FromDomain != "mori.example" {
			t.Errorf("%s: %s", v, r.DMARCReason)
		}
	}
}
