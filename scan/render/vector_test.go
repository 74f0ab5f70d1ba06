package render

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// vectors are tries to get script, a request, a name or a place outside of the frame into what is shown. They are made from
// tables, so that each trick is tried in each place where a browser would take it.
func vectors() (out []string) {
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, url := range []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)", "&#106;avascript:alert(1)", "javascript&colon;alert(1)",
		"java&Tab;script:alert(1)", "vbscript:msgbox(1)", "data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD4=", "data:image/svg+xml,<svg onload=alert(1)>", "file:///etc/passwd", "blob:https://x/1",
		"about:blank", "view-source:https://x/", "filesystem:https://x/", "ms-msdt:/id", "search-ms:query=x", "\\\\evil.example\\share", "jar:https://x!/", "feed:javascript:alert(1)", "https://x.example/\"onclick=alert(1)",
		"//evil.example/", "https:evil.example", "http://evil.example\\@good.example/", "http://[::1]/", "http://%65vil.example/", "http://ev il.example/"} {
		add(`<a href="%s">x</a>`, url)
		add(`<img src="%s" width=50>`, url)
		add(`<img src=x onerror=1 srcset="%s 2x">`, url)
		add(`<form action="%s"><button formaction="%s">x</button></form>`, url, url)
		add(`<svg><a xlink:href="%s"><text>x</text></a></svg>`, url)
		add(`<div style="background-image:url('%s')">x</div>`, url)
	}
	for _, style := range []string{"position:fixed;top:0;left:0;width:100%", "position:absolute;z-index:9999", "background:url(https://t.example/)", "background-image:u\\72l(https://t.example/)", "width:expression(alert(1))",
		"behavior:url(x.htc)", "-moz-binding:url(x)", "content:url(x)", "list-style:url(x)", "list-style-image:url(x)", "cursor:url(x),auto", "filter:url(#a)", "mask:url(x)", "color:red}</style><script>alert(1)</script>",
		"font-family:'x;}*{color:red'", "@import 'https://t.example/'", "width:calc(100% + 1000000px)", "width:99999999px", "height:1e9px", "margin:-1000px", "margin-left:-50%", "transform:scale(100)", "animation:x 1s",
		"color:var(--x)", "color:attr(x)", "background-color:image-set('x' 1x)", "background-color:linear-gradient(red,blue)", "width:env(x)", "color:/**/red", "co\\lor:red", "font:12px url(x)", "display:none", "opacity:0.0",
		"background-color:#fff url(https://t.example/x.png)", "border-image:url(x)", "shape-outside:url(x)", "width:element(#x)", "font-size:9999px", "letter-spacing:-999px", "line-height:9999"} {
		add(`<div style="%s">x</div>`, style)
		add(`<p style='%s'>x</p>`, strings.ReplaceAll(style, "'", "&#39;"))
		add(`<style>*{%s}</style><b>x</b>`, style)
	}
	for _, tag := range []string{"script", "iframe", "object", "embed", "applet", "frame", "frameset", "base", "meta", "link", "form", "input", "button", "select", "textarea", "isindex", "keygen", "video", "audio", "source", "track",
		"canvas", "svg", "math", "template", "slot", "portal", "dialog", "marquee", "bgsound", "layer", "ilayer", "xml", "plaintext", "listing", "xmp", "noembed", "noframes", "noscript", "custom-element", "html", "head", "body", "style", "title", "map", "area", "object"} {
		add(`<%s src=javascript:alert(1) href=javascript:alert(1) data=javascript:alert(1) onload=alert(1) srcdoc="<script>alert(1)</script>" http-equiv=refresh content="0;url=javascript:alert(1)" id=document name=cookie>x</%s>`, tag, tag)
		add(`<%s><img src=x onerror=alert(1)></%s>`, tag, tag)
		add(`<%s/onload=alert(1)//`, tag)
	}
	for _, event := range []string{"onclick", "onerror", "onload", "onmouseover", "onfocus", "onbegin", "onanimationstart", "ontoggle", "onpointerrawupdate", "ONCLICK", "on click", "onscroll"} {
		add(`<b %s=alert(1)>x</b>`, event)
		add(`<details open %s="alert(1)">x</details>`, event)
		add(`<img src="https://x.example/a.png" width=50 %s='alert(1)'>`, event)
	}
	for _, name := range []string{"document", "cookie", "getElementById", "body", "__proto__", "constructor", "app", "location", "top"} {
		add(`<a id=%s name=%s class=%s>x</a><img name=%s src=https://x.example/a.png width=50>`, name, name, name, name)
	}
	return append(out, // what parsers read differently on a second reading
		`<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`, `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
		`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`, `<svg><style><img title="</style><img src onerror=alert(1)>"></style></svg>`,
		`<table><a href="javascript:alert(1)"><td>x`, `<b><table></b><script>alert(1)</script></table>`, `<select><template><script>alert(1)</script></template></select>`, `<!--><img src=x onerror=alert(1)>-->`,
		`<!--!><script>alert(1)</script>`, `<![CDATA[<script>alert(1)</script>]]>`, `<?xml version="1.0"?><script>alert(1)</script>`, `<scr<script>ipt>alert(1)</scr</script>ipt>`, `<<script>alert(1)//<</script>`,
		`<img """><script>alert(1)</script>">`, `<img src="x`+"`"+`<script>alert(1)</script>"`+"`"+`>`, `<a href="a<b>c">x</a>`, `<p/title="/onclick=alert(1)//">x`, "<\x00script>alert(1)</script>", "<img\x00src=x onerror=alert(1)>",
		"<a href=\"java\x00script:alert(1)\">x</a>", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "\x1b$B<script>\x1b(Balert(1)", "<b title='\u202e'>x</b>", "<meta charset=utf-7>+ADw-b+AD4-", "<plaintext><script>alert(1)</script>",
		`<xmp><p title="</xmp><svg/onload=alert(1)>">`, `<textarea><p title="</textarea><img src=x onerror=alert(1)>">`, `<title><p title="</title><script>alert(1)</script>">`, `<iframe><p title="</iframe><img src=x onerror=alert(1)>">`)
}

// TestVectors: nothing but the lists is in the tree, whatever comes.
func TestVectors(t *testing.T) {
	list := vectors()
	if len(list) < 300 {
		t.Fatalf("%d vectors", len(list))
	}
	for _, v := range list {
		m := Read(mailOf(v), Options{})
		if err := verify(m); err != nil {
			t.Errorf("%s: %v in %s", v, err, m.Tree.JSON())
		}
	}
	// All at once, so that what is left open by one meets the next.
	if err := verify(Read(mailOf(strings.Join(list, "")), Options{})); err != nil {
		t.Error(err)
	}
}

// TestVectorFile: the browser's test opens the same vectors.
func TestVectorFile(t *testing.T) {
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, vectors()) {
		t.Error("testdata/vectors.json is not what vectors gives: write it anew")
	}
}
