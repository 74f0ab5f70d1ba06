package scan

import (
	"context"
	"testing"
)

// A conversation that goes on from where nobody of it writes.
func TestHijack(t *testing.T) {
	s := scanner(t)
	const quote = "\n\nOn Monday, 3 May, Hana Minato <hana@minato-unyu.example> wrote:\n> Dear Taro, the invoice follows.\n> From: Taro Mori <taro@mori-kogyo.example>\n"
	for _, c := range []struct {
		name, header, body, want string
	}{
		{"look-alike domain", "From: Hana Minato <hana@minato-unyo.example>\nSubject: Re: invoice", "Please use our new account." + quote, "thread-look-alike"},
		{"look-alike letters", "From: Hana Minato <hana@rninato-unyu.example>\nSubject: RE: invoice", "Please use our new account." + quote, "thread-look-alike"},
		{"another address", "From: Hana Minato <hana.minato@gmail.com>\nIn-Reply-To: <1@minato-unyu.example>\nSubject: invoice", "Please use our new account." + quote, "thread-other-address"},
		{"outlook's way of quoting", "From: Hana Minato <office@stranger.example>\nSubject: FW: invoice", "see below\n\nFrom: Hana Minato [mailto:hana@minato-unyu.example]\nSent: Monday\nTo: Taro Mori <taro@mori-kogyo.example>\n", "thread-other-address"},
		{"japanese", "From: =?UTF-8?B?5rmK6Iqx?= <hana@stranger.example>\nSubject: Re: =?UTF-8?B?6KuL5rGC5pu4?=", "新しい口座へお願いします。\n\n2026年5月3日(月) 10:00 湊花 <hana@minato-unyu.example>:\n> 宛先: <taro@mori-kogyo.example>\n> 請求書をお送りします。\n", "thread-other-address"},
		{"one who took part", "From: Hana Minato <hana@minato-unyu.example>\nSubject: Re: invoice", "thanks" + quote, ""},
		{"a third person", "From: Ken Sato <ken@sato.example>\nSubject: Fwd: invoice", "for your information" + quote, ""},
		{"a colleague of the same house", "From: Rin Minato <rin@mail.minato-unyu.example>\nSubject: Re: invoice", "thanks" + quote, ""},
		{"a conversation of others", "From: Hana Minato <hana.minato@gmail.com>\nSubject: Re: invoice", "thanks\n\nOn Monday, Hana Minato <hana@minato-unyu.example> wrote:\n> hello\n", ""},
		{"no answer", "From: Hana Minato <hana@stranger.example>\nSubject: hello", "thanks" + quote, ""},
	} {
		r := s.Scan(context.Background(), crlf("To: taro@mori-kogyo.example\n"+c.header+"\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"+c.body), mori)
		got := ""
		for _, f := range r.Findings {
			if len(f.Name) > 7 && f.Name[:7] == "thread-" {
				got = f.Name
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q: %+v", c.name, got, c.want, r.Findings)
		}
	}
}

func FuzzParticipants(f *testing.F) {
	f.Add("on monday, hana <hana@minato.example> wrote:\n> a@b [mailto:x@y.example] (z@w.example)")
	f.Add("<@>\n<a@b.c")
	f.Fuzz(func(t *testing.T, text string) {
		for _, q := range participants(text) {
			if q.box == "" || q.host == "" {
				t.Errorf("%+v", q)
			}
		}
	})
}
