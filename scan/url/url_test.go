package url

import (
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for raw, want := range map[string]Link{
		"http://www.Example.co.jp/a?b":    {Scheme: "http", Host: "www.example.co.jp", Site: "example.co.jp", Path: "/a?b"},
		"https://bank.example@evil.test/": {Scheme: "https", Host: "evil.test", Site: "evil.test", Path: "/", User: true},
		"http://1.2.3.4:8080/":            {Scheme: "http", Host: "1.2.3.4", Site: "1.2.3.4", Path: "/", Port: "8080", IP: true},
		"http://0x7f.1/":                  {Scheme: "http", Host: "127.0.0.1", Site: "127.0.0.1", Path: "/", IP: true, Odd: true},
		"http://2130706433":               {Scheme: "http", Host: "127.0.0.1", Site: "127.0.0.1", IP: true, Odd: true},
		"http:\\\\evil.test\\x":           {Scheme: "http", Host: "evil.test", Site: "evil.test", Path: "\\x", Odd: true},
		"http://ev%69l.test":              {Scheme: "http", Host: "evil.test", Site: "evil.test", Odd: true},
		"https://аpple.com/":              {Scheme: "https", Host: "xn--pple-43d.com", Site: "xn--pple-43d.com", Path: "/", Puny: true},
		"http://[::1]/":                   {Scheme: "http", Host: "::1", Site: "::1", Path: "/", IP: true},
		"http://a.b.c.example.com.":       {Scheme: "http", Host: "a.b.c.example.com", Site: "example.com"},
	} {
		got, ok := Parse(raw)
		want.Raw = raw
		if !ok || got != want {
			t.Errorf("%s: %v\n got %+v\nwant %+v", raw, ok, got, want)
		}
	}
	for _, raw := range []string{"", "mailto:a@b.c", "http://", "x", "http://localhost/", "http:// a.b/", "javascript:1"} {
		if got, ok := Parse(raw); ok {
			t.Errorf("%s is read as %+v", raw, got)
		}
	}
}

func TestFind(t *testing.T) {
	var got []string
	Find("See http://a.example/x. And (https://b.example/?q=1), www.c.example/y! ftp://d.example httpx://no 見てhttps://e.example/。次", 10, func(raw string) { got = append(got, raw) })
	want := []string{"http://a.example/x", "https://b.example/?q=1", "ftp://d.example", "https://e.example/", "http://www.c.example/y"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestLookalike(t *testing.T) {
	l := NewLookalike([]string{"mori-kogyo.example", "山田工業.example"}, true)
	for host, want := range map[string]string{
		"rnicrosoft.com":              "microsoft.com",
		"rnori-kogyo.example":         "mori-kogyo.example",
		"mori-kogy0.example":          "mori-kogyo.example",
		"mori-koqyo.example":          "mori-kogyo.example",
		"morikogyo.example":           "mori-kogyo.example",
		"moir-kogyo.example":          "mori-kogyo.example",
		"moriーkogyo.example":          "mori-kogyo.example",
		"xn--pple-43d.com":            "apple.com",
		"paypa1.com":                  "paypal.com",
		"www.amaz0n.co.jp":            "amazon.co.jp",
		"rakuten.co.jp.login.example": "rakuten.co.jp",
		"山田エ業.example":                "山田工業.example",
		"paypall.com":                 "paypal.com",
		"netfl1x.com":                 "netflix.com",
	} {
		if got, ok := l.Of(host); !ok || got.Of != want {
			t.Errorf("%s is like %+v %v, want %s", host, got, ok, want)
		}
	}
	for _, host := range []string{"microsoft.com", "www.amazon.co.jp", "mori-kogyo.example", "example.com", "mori.example", "apples.test", "", "line.me", "office365.com", "login.microsoft.com"} {
		if got, ok := l.Of(host); ok {
			t.Errorf("%s is taken for %+v", host, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("http://user@ex%61mple.com:80/a")
	f.Add("https://xn--pple-43d.com/")
	l := NewLookalike([]string{"mori-kogyo.example"}, true)
	f.Fuzz(func(t *testing.T, s string) {
		if u, ok := Parse(s); ok && (u.Host == "" || strings.ContainsAny(u.Host, " <>\"")) {
			t.Fatalf("%q has the host %q", s, u.Host)
		} else if ok {
			l.Of(u.Host)
		}
		Find(s, 10, func(raw string) { Parse(raw) })
	})
}
