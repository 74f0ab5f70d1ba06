package html

import (
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	p := Read(`<html><head><title>T</title><style>p{}</style></head><body><p>Hello&nbsp;<b>W</b>orld<br>next
	<a href="http://evil.example/?a=1&amp;b=2">http://bank.example/</a><!-- <a href="no"> --> end</p>
	<form action='http://f.example/'><input type=password></form><script>var a = "<b>";</script>after</body></html>`)
	if want := "Hello\u00a0World\nnext http://bank.example/ end\nafter"; p.Text != want {
		t.Errorf("text %q, want %q", p.Text, want)
	}
	if p.Title != "T" || !p.Form || !p.Password || !p.Script || p.Handler {
		t.Errorf("%+v", p)
	}
	if len(p.Links) != 2 || p.Links[0] != (Link{"a", "http://evil.example/?a=1&b=2", "http://bank.example/"}) || p.Links[1].Target != "http://f.example/" {
		t.Errorf("links %+v", p.Links)
	}
}

func TestTricks(t *testing.T) {
	for in, want := range map[string]func(*Page) bool{
		`<a href="java&#115;cript:x()">`:                        func(p *Page) bool { return p.Scheme },
		"<a href='java\nscript:x()'>":                           func(p *Page) bool { return p.Scheme },
		`<img src=x onerror=alert(1)>`:                          func(p *Page) bool { return p.Handler },
		`<meta http-equiv=refresh content="0;URL='http://x/'">`: func(p *Page) bool { return p.Refresh && p.Links[0].Target == "http://x/" },
		`<svg><script>x</script></svg>`:                         func(p *Page) bool { return p.Script },
		`<SCRIPT SRC=//x/y></SCRIPT>`:                           func(p *Page) bool { return p.Script },
		`a < b & c`:                                             func(p *Page) bool { return p.Text == "a < b & c" },
		`<!--><p>shown`:                                         func(p *Page) bool { return p.Text == "shown" },
	} {
		if p := Read(in); !want(p) {
			t.Errorf("%s: %+v", in, *p)
		}
	}
}

func TestLinearTime(t *testing.T) {
	for _, s := range []string{"<a href=x>", "<!--", "<script>", "</", "<a \"", "&", "<p", "<textarea>", "<noscript>", "<"} {
		Read(strings.Repeat(s, 200000))
	}
}

func FuzzRead(f *testing.F) {
	f.Add("<p>a<a href=b>c</a><script>d</script>")
	f.Fuzz(func(t *testing.T, s string) { Read(s) })
}

// TestVeiled: what is out of sight is told apart, with what stands in it; what stands for pictures too.
func TestVeiled(t *testing.T) {
	for in, want := range map[string]string{
		`<p>a</p><div style="display: none">b <div>c</div> d</div><p>e</p>`:           "b\nc\nd",
		`<span style="font-size:0">x</span>y<span style="visibility:hidden">z`:        "x|z",
		`<img style="display:none" src="a"><p>shown</p>`:                              "",
		`<div style="display:none"></div><p style="max-height:0">q</p><p>r</p></div>`: "q",
	} {
		if got := strings.Join(Read(in).Veiled, "|"); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	if p := Read(`<img alt="Big&amp;Bank" src="x"><img alt=" ">`); len(p.Alts) != 1 || p.Alts[0] != "Big&Bank" {
		t.Errorf("%q", p.Alts)
	}
}
