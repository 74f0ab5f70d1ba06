package url

import (
	"strings"
	"testing"
)

// marked shows where links were and what they were.
func marked(target string) string {
	if strings.Contains(target, "own.example") {
		return ""
	}
	return "[" + target + "]"
}

func TestReplaceText(t *testing.T) {
	for in, want := range map[string]string{
		"see https://a.example/x?y=1, and www.b.example.": "see [https://a.example/x?y=1], and [http://www.b.example].",
		"http://a.example/www.b.example/":                 "[http://a.example/www.b.example/]",
		"https://own.example/ mailto:x@a.example":         "https://own.example/ mailto:x@a.example",
		"ftp://a.example/ http://intranet/x":              "ftp://a.example/ http://intranet/x",
		"詳細はhttps://a.example/路。":                         "詳細は[https://a.example/路]。",
		"(http://2130706433/)":                            "([http://2130706433/])",
		"nothing here":                                    "nothing here",
	} {
		if got := Replace(marked).Text(in); got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestReplacePage(t *testing.T) {
	for in, want := range map[string]string{
		`<p>A <A HREF='https://a.example/?x=1&amp;y=2'>shop</a></p>`:                         `<p>A <a href="[https://a.example/?x=1&amp;y=2]">shop</a></p>`,
		`<a href="ht&#10;tps://a.example/">x</a>`:                                            `<a href="[https://a.example/]">x</a>`,
		`<a href=" //a.example/">x</a>`:                                                      `<a href="[https://a.example/]">x</a>`,
		`<a href="/\a.example/">x</a>`:                                                       `<a href="[https:/\a.example/]">x</a>`,
		`<base href="https://a.example/d/"><a href="e">x</a><a href="#f">y</a>`:              `<base href="https://a.example/d/"><a href="[https://a.example/d/e]">x</a><a href="#f">y</a>`,
		`<form action=http://a.example/><button formaction=http://b.example/>`:               `<form action="[http://a.example/]"><button formaction="[http://b.example/]">`,
		`<map><area href="http://a.example/"></map>`:                                         `<map><area href="[http://a.example/]"></map>`,
		`<noscript><a href="http://a.example/">x</a></noscript>`:                             `<noscript><a href="[http://a.example/]">x</a></noscript>`,
		`<!--[if mso]><a href="http://a.example/">x</a><![endif]-->`:                         `<!--[if mso]><a href="[http://a.example/]">x</a><![endif]-->`,
		`<p>see https://a.example/?a&amp;b &lt;now&gt;</p>`:                                  `<p>see <a href="[https://a.example/?a&amp;b]">https://a.example/?a&amp;b</a> &lt;now&gt;</p>`,
		`<a href="http://a.example/">http://b.example/</a>`:                                  `<a href="[http://a.example/]">http://b.example/</a>`,
		`<a href="mailto:x@a.example">x</a><a href="cid:1">y</a><img src=http://a.example/>`: `<a href="mailto:x@a.example">x</a><a href="cid:1">y</a><img src=http://a.example/>`,
		`<style>a{background:url(http://a.example/)}</style><p>x</p>`:                        `<style>a{background:url(http://a.example/)}</style><p>x</p>`,
		`<meta charset=shift_jis><a href="http://a.example/">x</a>`:                          `<meta charset="utf-8"><a href="[http://a.example/]">x</a>`,
		`<a href="https://own.example/">x</a><meta charset=shift_jis>`:                       `<a href="https://own.example/">x</a><meta charset=shift_jis>`,
	} {
		if got := Replace(marked).Page(in); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func FuzzReplace(f *testing.F) {
	f.Add(`<p>A <A HREF='https://a.example/?x=1&amp;y=2'>shop</a> www.b.example <!-- <noscript><a href=//c.d>`)
	f.Add("see https://a.example/x?y=1, and www.b.example.")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 1<<16 {
			return
		}
		same := Replace(func(string) string { return "" })
		if same.Text(s) != s || same.Page(s) != s {
			t.Fatal("changed without a change")
		}
		Replace(marked).Text(s)
		Replace(marked).Page(s)
	})
}
