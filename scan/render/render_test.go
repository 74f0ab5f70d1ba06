package render

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func mailOf(html string) []byte {
	return []byte("From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html)
}

func tree(html string) string { return string(Read(mailOf(html), Options{}).Tree.JSON()) }

func TestTree(t *testing.T) {
	for in, want := range map[string]string{
		`<p>Hello <b>W</b>orld`:                       `["p",{},"Hello ",["b",{},"W"],"orld"]`,
		`<ul><li>a<li>b</ul>c`:                        `["ul",{},["li",{},"a"],["li",{},"b"]],"c"`,
		`<table><tr><td>1<td>2<tr><td>3</table>`:      `["table",{},["tr",{},["td",{},"1"],["td",{},"2"]],["tr",{},["td",{},"3"]]]`,
		`<td></table></div>x</b>`:                     `["td",{},"x"]`,
		`<p>a<p>b<div>c</div>`:                        `["p",{},"a"],["p",{},"b"],["div",{},"c"]`,
		`<b id=x name=y class=z onclick=e data-a=b>t`: `["b",{},"t"]`,
		`<a href="https://x.example/p?q=1#f">t</a>`:   `["a",{"link":0},"t"]`,
		`<font color=red size=+1 face="Arial">t`:      `["font",{"color":"red","size":"+1","face":"Arial"},"t"]`,
		`<div style="COLOR: Red !important; position:fixed; width:10px; background:url(x); margin-top:-5px; font-size:12pt; background-color:#FFF">t`: `["div",{"style":{"color":"red","width":"10px","font-size":"12pt","background-color":"#fff"}},"t"]`,
		`<div style="display:none">secret</div>shown`:               `"shown"`,
		`<span style="font-size:0px">secret</span>shown`:            `"shown"`,
		`<div hidden>secret<div>more</div></div>shown`:              `"shown"`,
		`<title>t</title><style>p{}</style><script>s</script>shown`: `"shown"`,
		`<noscript><b>shown</b></noscript>`:                         `["b",{},"shown"]`,
		`a&lt;b&amp;c&nbsp;d&#x202e;e`:                              `"a\u003cb\u0026c` + "\u00a0" + `de"`,
		`<svg><circle/><text>words</text></svg>after`:               `"wordsafter"`,
		`<textarea><b>x</b></textarea>`:                             `"\u003cb\u003ex\u003c/b\u003e"`,
		`<img src="https://t.example/pixel.gif" width=1 height=1>x`: `"x"`,
		`<img src="https://t.example/a.png" alt="A" width="200">`:   `["img",{"alt":"A","width":"200","picture":0}]`,
		`<td width="100%" colspan=2 bgcolor="#eee" nowrap>x`:        `["td",{"width":"100%","colspan":"2","bgcolor":"#eee"},"x"]`,
	} {
		if got := tree(in); got != `["div",{},["div",{},`+want+`]]` {
			t.Errorf("%s:\n%s\nwant\n%s", in, got, want)
		}
	}
}

// check walks a tree as JSON and reports everything that is not on the lists.
func check(v any, links, pictures int) error {
	switch v := v.(type) {
	case string:
		if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r >= 0x202a && r <= 0x202e }) {
			return fmt.Errorf("control characters in %q", v)
		}
		return nil
	case []any:
		if len(v) < 2 {
			return fmt.Errorf("a node of %d", len(v))
		}
		tag, _ := v[0].(string)
		if !in(elements, tag) {
			return fmt.Errorf("element %q", tag)
		}
		attrs, _ := v[1].(map[string]any)
		for name, value := range attrs {
			if err := checkAttr(tag, name, value, links, pictures); err != nil {
				return err
			}
		}
		for _, c := range v[2:] {
			if err := check(c, links, pictures); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("a node %T", v)
}

func checkAttr(tag, name string, value any, links, pictures int) error {
	switch name {
	case "link":
		if n, ok := value.(float64); !ok || tag != "a" || n < 0 || int(n) >= links {
			return fmt.Errorf("link %v", value)
		}
	case "picture":
		if n, ok := value.(float64); !ok || tag != "img" || n < 0 || int(n) >= pictures {
			return fmt.Errorf("picture %v", value)
		}
	case "style":
		for p, s := range value.(map[string]any) {
			low := strings.ToLower(fmt.Sprint(s))
			if !in(properties, p) || strings.ContainsAny(low, "\\;{}<>@&`/*:=!") || strings.Contains(low, "url") || strings.Contains(low, "expression") || strings.Contains(low, "script") {
				return fmt.Errorf("style %s: %v", p, s)
			}
		}
	default:
		if !in(attributes, name) || strings.HasPrefix(name, "on") {
			return fmt.Errorf("attribute %q", name)
		}
		if s := strings.ToLower(fmt.Sprint(value)); name != "alt" && name != "title" && strings.ContainsAny(s, ":<>\\&") {
			return fmt.Errorf("%s=%q", name, s)
		}
	}
	return nil
}

// verify is what has to hold for every mail.
func verify(m *Mail) error {
	if m.Tree != nil {
		var v any
		if err := json.Unmarshal(m.Tree.JSON(), &v); err != nil {
			return err
		}
		if err := check(v, len(m.Links), len(m.Pictures)); err != nil {
			return err
		}
	}
	for _, l := range m.Links {
		ok := strings.HasPrefix(l.Href, "https://") || strings.HasPrefix(l.Href, "http://") || strings.HasPrefix(l.Href, "mailto:") || strings.HasPrefix(l.Href, "tel:")
		if !ok || strings.ContainsFunc(l.Href, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '<' || r == '>' || r == '"' }) {
			return fmt.Errorf("link %q", l.Href)
		}
	}
	for _, p := range m.Pictures {
		if p.Remote != "" && !strings.HasPrefix(p.Remote, "https://") && !strings.HasPrefix(p.Remote, "http://") {
			return fmt.Errorf("picture %q", p.Remote)
		}
	}
	return nil
}

func TestLinks(t *testing.T) {
	look := func(h string) (string, bool) { return "paypal.com", h == "paypa1.com" }
	for in, want := range map[string]Link{
		`<a href="https://good.example/x">good.example</a>`:              {Href: "https://good.example/x", Host: "good.example", Text: "good.example"},
		`<a href="https://evil.example/">https://bank.example/login</a>`: {Href: "https://evil.example/", Host: "evil.example", Text: "https://bank.example/login", Warning: Elsewhere},
		`<a href="https://www.bank.example/">bank.example</a>`:           {Href: "https://www.bank.example/", Host: "www.bank.example", Text: "bank.example"},
		`<a href="http://192.0.2.1/">here</a>`:                           {Href: "http://192.0.2.1/", Host: "192.0.2.1", Text: "here", Warning: Number},
		`<a href="https://bank.example@evil.example/">x</a>`:             {Href: "https://evil.example/", Host: "evil.example", Text: "x", Warning: Odd},
		`<a href="https://paypa1.com/">x</a>`:                            {Href: "https://paypa1.com/", Host: "paypa1.com", Text: "x", Warning: Imitates, Like: "paypal.com"},
		`<a href="https://xn--e1afmkfd.example/">x</a>`:                  {Href: "https://xn--e1afmkfd.example/", Host: "xn--e1afmkfd.example", Text: "x", Warning: Script},
		`<a href="mailto:a@b.example?subject=x y">x</a>`:                 {Href: "mailto:a@b.example?subject=xy", Host: "b.example", Text: "x"},
		"<a href=\"https://x.example/a b\"c\">report.pdf</a>":            {Href: "https://x.example/a%20b", Host: "x.example", Text: "report.pdf"},
	} {
		m := Read(mailOf(in), Options{Look: look})
		if len(m.Links) != 1 || m.Links[0] != want {
			t.Errorf("%s: %+v; want %+v", in, m.Links, want)
		}
	}
}

const picture1 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

func TestParts(t *testing.T) {
	raw := "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n" +
		"--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n" +
		"--a\r\nContent-Type: text/plain\r\n\r\nthe plain form\r\n" +
		"--a\r\nContent-Type: multipart/related; boundary=r\r\n\r\n" +
		"--r\r\nContent-Type: text/html\r\n\r\n<p>the rich form<img src=\"cid:Logo@x\"><img src=cid:none><img src='data:image/png;base64," + picture1 + "'><img src=data:image/svg+xml;base64,PHN2Zz4=></p>\r\n" +
		"--r\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n" + picture1 + "\r\n" +
		"--r\r\nContent-Type: image/png; name=unused.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + picture1 + "\r\n--r--\r\n--a--\r\n" +
		"--m\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nx\r\n" +
		"--m\r\nContent-Type: text/plain\r\n\r\nthe footer of a list\r\n--m--\r\n"
	m := Read([]byte(raw), Options{})
	if !strings.Contains(string(m.Tree.JSON()), "the rich form") || strings.Contains(string(m.Tree.JSON()), "the plain form") || !strings.Contains(string(m.Tree.JSON()), "footer of a list") {
		t.Errorf("%s", m.Tree.JSON())
	}
	if !strings.HasPrefix(m.Plain, "the plain form") || !strings.Contains(m.Plain, "footer") || strings.Contains(m.Plain, "rich") {
		t.Errorf("%q", m.Plain)
	}
	if len(m.Pictures) != 2 || m.Pictures[0].Part != "1.2.2" || len(m.Pictures[1].Data) == 0 {
		t.Errorf("%+v", m.Pictures)
	}
	if len(m.Files) != 2 || m.Files[0].Name != "unused.png" || m.Files[0].ID != "1.2.3" || m.Files[1].Name != "a.pdf" || m.Files[1].ID != "2" {
		t.Errorf("%+v", m.Files)
	}
	if p := Read([]byte("From: a@b\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B8+@Q\x1b(B http://x.example/a and http://192.0.2.7/\r\n"), Options{}); p.Tree != nil || p.Plain != "見積 http://x.example/a and http://192.0.2.7/\n" || len(p.Links) != 2 || p.Links[1].Warning != Number {
		t.Errorf("%q %+v", p.Plain, p.Links)
	}
}

func TestLinear(t *testing.T) {
	for _, s := range []string{"<a href=https://x.example/>", "<!--", "<script>", "</", "<a \"", "&", "<p", "<textarea>", "<noscript>", "<", "<div>", "<table><td>", "<b><i>", "<svg><style>", "<img src=data:image/png;base64,AAAA>", "<li>", "<div style=display:none>", "<math>"} {
		m := Read(mailOf(strings.Repeat(s, 1<<20/len(s))), Options{})
		if err := verify(m); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, v := range vectors() {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if err := verify(Read(mailOf(s), Options{})); err != nil {
			t.Fatal(err)
		}
		verify(Read([]byte(s), Options{}))
	})
}
