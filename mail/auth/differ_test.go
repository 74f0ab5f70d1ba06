package auth

import (
	"strings"
	"testing"

	"sekisho/mail/dkim"
	"sekisho/mail/message"
	"sekisho/mail/zone"
)

// tricks are From fields that make two readers see two authors. Several are of the kinds that the literature about forged senders lists.
var tricks = []string{
	"\"\\", "(\\", "[\\", "<\"\\", "<(\\", "<[\\", "\"a@b.example\", <hana@mori.example>", "a@b.example, <hana@mori.example>", "<a@b.example>, hana@mori.example", "<a@b.example>hana@mori.example", "<a@b.example> <hana@mori.example>",
	"a@b.example <hana@mori.example>", `"a@b.example" <hana@mori.example>`, `"a@b.example>" <hana@mori.example>`, `"a@b.example"<hana@mori.example>`, `"<a@b.example>"<hana@mori.example>`,
	"a@b.example(<hana@mori.example>)", "(<a@b.example>)hana@mori.example", "a@b.example (hana@mori.example", "hana(a@b.example)@mori.example", "hana@(a)b.example(.mori.example", "hana@b.example\\)(<x@mori.example>",
	"=?utf-8?q?a=40b.example?= <hana@mori.example>", "=?utf-8?b?YUBiLmV4YW1wbGU=?=, hana@mori.example", "=?utf-8?q?a@b.example?=", "=?utf-8?q?a?=@b.example", "<=?utf-8?q?a@b.example?=>", "=?utf-8?q?a@b.example?= <hana@mori.example>",
	"hana@mori.example\x00a@b.example", "a@b.example\x00 <hana@mori.example>", "<hana@mori.example\x00@b.example>", "<hana@mori.example\\>@b.example>", "<\"hana@mori.example>\"@b.example>",
	"<@b.example,@c.example:hana@mori.example>", "<@b.example:a@b.example:hana@mori.example>", "<hana@mori.example:a@b.example>", "<a@b.example,hana@mori.example>", "<a@b.example;hana@mori.example>",
	"Tea: a@b.example;, hana@mori.example", "a@b.example:hana@mori.example;", "Tea: hana@mori.example;", "a:b:c@b.example;", "a@b.example;hana@mori.example", "a@b.example hana@mori.example", "hana@mori.example a@b.example",
	"hana@mori.example@b.example", "hana@b.example@mori.example", "\"hana@mori.example\"@b.example", "hana@mori.example.", "hana@mori.example,", ",,hana@mori.example", "hana@[127.0.0.1]", "hana@mori.example\u3002b.example",
	"hana@mori.example\xff.b.example", "hana@mori .example", "hana@mori.example<>", "<>hana@mori.example", "<hana@mori.example", "hana@mori.example>", "<<hana@mori.example>>", "<a@b.example<hana@mori.example>>", "\\\"a@b.example, hana@mori.example",
	"\"a@b.example\\\" <hana@mori.example>", "'a@b.example' <hana@mori.example>", "[a@b.example] <hana@mori.example>", "a\\@b.example <hana@mori.example>", "\"\\\\\" <a@b.example>, \" <hana@mori.example>", "a@b.example\r\n <hana@mori.example>", "a@b.\r\n example <hana@mori.example>",
	"x@b.example\"<hana@mori.example>\"", "\"x\"@b.example\"y\"<hana@mori.example>", "hana@mori.example(\\)a@b.example)", "hana@mori.example;(a", "[,]a@b.example <hana@mori.example>", "[<a@b.example>] hana@mori.example",
}

// differs compares the author whose domain is asked about with whom people see: where there is a domain, every address that mail programs
// and our own pages show is of it.
func differs(t *testing.T, v string) {
	t.Helper()
	if strings.ContainsAny(strings.ReplaceAll(v, "\r\n ", ""), "\r\n") { // refused before anybody asks
		return
	}
	m := dkim.Open([]byte("From: " + v + "\r\n\r\nx"))
	domain, _ := author(m)
	if domain == "" {
		return
	}
	shown := 0
	for _, a := range message.Addresses([]byte(v)) {
		if a.Host == "" {
			continue
		}
		shown++
		if host, ok := zone.Host(a.Host); !ok || host != domain {
			t.Errorf("%q: authenticated is %s, shown is %q at %q", v, domain, a.Mailbox, a.Host)
		}
	}
	if shown == 0 {
		t.Errorf("%q: authenticated is %s, and no address is shown", v, domain)
	}
}

func TestShownIsAuthenticated(t *testing.T) {
	for _, v := range tricks {
		differs(t, v)
	}
}

func FuzzShownIsAuthenticated(f *testing.F) {
	for _, v := range tricks {
		f.Add(v)
	}
	f.Fuzz(differs)
}
