package scan

import (
	"context"
	"strings"
	"testing"

	"sekisho"
)

// mori is a contract.
var mori = Context{Direction: sekisho.Inbound, Domains: []string{"mori-kogyo.example"}, People: []Person{{"森 太郎", "taro@mori-kogyo.example"}, {"Hanako Mori", "hanako@mori-kogyo.example"}}}

func named(r Report, name string) *sekisho.Finding {
	for i := range r.Findings {
		if r.Findings[i].Name == name {
			return &r.Findings[i]
		}
	}
	return nil
}

func TestImpersonation(t *testing.T) {
	s := scanner(t)
	for _, c := range []struct {
		header string
		change func(*Context)
		want   string // "-name" must not be found
	}{
		{"From: =?UTF-8?B?5qOu5aSq6YOO?= <x@foreign.example>", nil, "display-name"},
		{"From: \"Mori Hanako\" <x@foreign.example>", nil, "display-name"},
		{"From: \"Hanako Mori\" <hanako@mori-kogyo.example>", nil, "-display-name"},
		{"From: \"Hanako Mori\" <hanako@mori-kogyo.example>", func(c *Context) { c.Auth = Auth{SPF: "fail", DMARC: "fail"} }, "own-domain"},
		{"From: \"Hanako Mori\" <hanako@mori-kogyo.example>", func(c *Context) { c.Auth = Auth{SPF: "pass", DMARC: "pass", Aligned: true} }, "-own-domain"},
		{"From: a@rnori-kogyo.example", nil, "look-alike-homograph"},
		{"From: a@mori-koqyo.example", nil, "look-alike-typo"},
		{"From: \"info@mori-kogyo.example\" <x@foreign.example>", nil, "name-is-address"},
		{"From: =?UTF-8?B?5qW95aSp44Kr44O844OJ?= <x@foreign.example>", nil, "company-name"},
		{"From: =?UTF-8?B?5qW95aSp44Kr44O844OJ?= <info@mail.rakuten-card.co.jp>", nil, "-company-name"},
		{"From: a@foreign.example\nReply-To: b@gmail.com", nil, "reply-freemail"},
		{"From: a@foreign.example\nReply-To: b@mail.foreign.example", nil, "-reply-elsewhere"},
		{"From: a@foreign.example", nil, "first-contact"},
		{"From: a@foreign.example", func(c *Context) { c.Known = true }, "-first-contact"},
		{"From: a@foreign.example", func(c *Context) { c.Auth.DMARC = "fail" }, "dmarc-fail"},
		{"From: a@foreign.example", func(c *Context) {
			c.Auth.DMARC = "fail"
			c.Extra = []sekisho.Finding{{Kind: sekisho.KindAuth, Name: "stated"}}
		}, "-dmarc-fail"},
		{"From: \"Mori Hanako\" <x@foreign.example>", func(c *Context) { c.Direction = sekisho.Outbound }, "-display-name"},
	} {
		ctx := mori
		if c.change != nil {
			c.change(&ctx)
		}
		r := s.Scan(context.Background(), crlf("To: taro@mori-kogyo.example\n"+c.header+"\nSubject: x\n\nhello\n"), ctx)
		name, unwanted := strings.CutPrefix(c.want, "-")
		if f := named(r, name); (f == nil) != unwanted {
			t.Errorf("%s: %s, got %+v", c.header, c.want, r.Findings)
		}
	}
}

func TestLinks(t *testing.T) {
	s := scanner(t)
	for body, want := range map[string]string{
		`<a href="http://evil.test/">https://www.bank.example/login</a>`: "shown-elsewhere",
		`<a href="http://www.bank.example/x">www.bank.example</a>`:       "-shown-elsewhere",
		`<a href="http://192.0.2.7/">here</a>`:                           "number-host",
		`<a href="http://3221225991/">here</a>`:                          "hidden-number",
		`<a href="http://www.bank.example@evil.test/">here</a>`:          "userinfo",
		`<a href="https://amaz0n.co.jp/">here</a>`:                       "look-alike-homograph",
		`<a href="https://www.mori-kogy0.example/">here</a>`:             "look-alike-homograph",
		`<a href="https://bit.ly/abc">here</a>`:                          "shortener",
		`<form action="https://x.test/"><input type="password"></form>`:  "password-form",
		`<a href="https://www.amazon.co.jp/">here</a>`:                   "-look-alike-homograph",
	} {
		r := s.Scan(context.Background(), crlf("From: a@b.example\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<p>"+body+"</p>\n"), mori)
		name, unwanted := strings.CutPrefix(want, "-")
		if f := named(r, name); (f == nil) != unwanted {
			t.Errorf("%s: %s, got %+v", body, want, r.Findings)
		}
	}
}

func TestLeaksHoldMailThatLeaves(t *testing.T) {
	s := scanner(t)
	secret := "522208323802"
	raw := crlf("From: a@mori-kogyo.example\nTo: b@x.example\nMessage-ID: <1@mori-kogyo.example>\nDate: Mon, 2 Nov 2026 10:00:00 +0900\nSubject: =?UTF-8?B?5LuY5Lu2?=\n\nMy Number: " + secret + "\n")
	out := mori
	out.Direction = sekisho.Outbound
	r := s.Scan(context.Background(), raw, out)
	f := named(r, "my-number")
	if f == nil || r.Verdict != sekisho.VerdictHold {
		t.Fatalf("%s %+v", r.Verdict, r.Findings)
	}
	if strings.Contains(f.Evidence, secret[:4]) {
		t.Errorf("the evidence shows the number: %s", f.Evidence)
	}
	if r := s.Scan(context.Background(), raw, mori); named(r, "my-number") == nil || r.Verdict == sekisho.VerdictHold {
		t.Errorf("mail that arrives: %s %+v", r.Verdict, r.Findings)
	}
	r = s.Scan(context.Background(), wrap("list.csv", []byte("name,number\nA,"+secret+"\n")), out)
	if f := named(r, "my-number"); f == nil || f.Where != "2/list.csv" {
		t.Errorf("in a file: %+v", r.Findings)
	}
}
