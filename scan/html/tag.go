package html

import (
	"html"
	"strings"
)

// tag reads the attributes of an opening tag and acts on it.
func (p *page) tag(name string) {
	var a attrs
	for {
		n, v, ok := p.attr()
		if !ok {
			break
		}
		a.take(p, n, v)
	}
	name = plain(name)
	p.seen(name)
	p.cover(name, a.hides)
	switch name {
	case "a", "area":
		p.Smuggle = p.Smuggle || a.download && (strings.HasPrefix(lower(clean(a.href)), "data:") || strings.HasPrefix(lower(clean(a.href)), "blob:"))
		p.closeLink()
		if a.href != "" {
			n := len(p.Links)
			p.link(name, a.href)
			if len(p.Links) > n {
				p.open, p.start = len(p.Links), p.out.Len()
			}
		}
	case "br", "p", "div", "h1", "h2", "h3", "h4", "li", "hr", "blockquote", "pre", "dd", "dt":
		p.block()
	case "tr", "table":
		p.row()
	case "td", "th":
		p.cell()
	case "noscript": // its content is shown where script does not run, as in mail programs
	case "script", "style", "title", "textarea", "xmp", "noembed", "noframes":
		p.raw(name, a.src)
	default:
		p.active(name, &a)
	}
}

// plain is the name of an element without the prefix of its namespace, for those that act: <svg:script>.
func plain(name string) string {
	i := strings.LastIndexByte(name, ':')
	if i < 0 {
		return name
	}
	switch name[i+1:] {
	case "script", "iframe", "form", "input", "meta", "object", "embed", "foreignobject", "a":
		return name[i+1:]
	}
	return name
}

// seen keeps the name of an element.
func (p *page) seen(name string) {
	if len(p.Tags) >= 40 || len(name) > 12 {
		return
	}
	for _, t := range p.Tags {
		if t == name {
			return
		}
	}
	p.Tags = append(p.Tags, name)
}

// active acts on the tags that load or send something.
func (p *page) active(name string, a *attrs) {
	switch name {
	case "img", "image":
		p.Images++
		if t := strings.TrimSpace(html.UnescapeString(a.alt)); t != "" && len(p.Alts) < 40 {
			p.Alts = append(p.Alts, t[:min(len(t), 200)])
		}
		p.link("img", a.src)
		p.link("img", a.href)
	case "use":
		p.link("object", a.href)
	case "form":
		p.Form = true
		p.link("form", a.action)
	case "input", "button":
		if strings.EqualFold(a.kind, "password") {
			p.Password = true
		}
		p.link("form", a.formaction)
	case "iframe", "frame":
		p.Frame = true
		p.link("iframe", a.src)
		if a.srcdoc != "" {
			p.nested(a.srcdoc)
		}
	case "object", "embed", "applet":
		p.Object = true
		p.link("object", a.src)
		p.link("object", a.data)
	case "base", "link":
		p.link(name, a.href)
	case "meta":
		p.meta(a)
	}
}

// meta reads charset and refresh.
func (p *page) meta(a *attrs) {
	if a.charset != "" {
		p.Charset = a.charset
	}
	low := strings.ToLower(a.content)
	switch {
	case strings.EqualFold(a.equiv, "refresh"):
		if i := strings.Index(low, "url="); i >= 0 {
			p.Refresh = true
			p.link("meta", strings.Trim(a.content[min(i+4, len(a.content)):], "'\" "))
		}
	case strings.EqualFold(a.equiv, "content-type"):
		if i := strings.Index(low, "charset="); i >= 0 && p.Charset == "" {
			p.Charset = strings.Trim(low[i+8:], "\"' ;")
		}
	}
}

// attrs are the attributes that matter.
type attrs struct {
	href, src, action, formaction, kind, content, equiv, charset, data, srcdoc, alt string
	hides, download                                                                 bool
}

// take keeps an attribute; the first of a name counts, as in browsers.
func (a *attrs) take(p *page, n, v string) {
	if len(n) < 3 || len(n) > 12 {
		p.Scheme = p.Scheme || len(n) == 2 && strings.EqualFold(n, "to") && strings.HasPrefix(lower(clean(v)), "javascript:")
		return
	}
	if n[0]|0x20 == 'o' && n[1]|0x20 == 'n' {
		p.Handler = p.Handler || v != ""
		p.script(html.UnescapeString(v))
		return
	}
	var at *string
	switch c := n[0] | 0x20; {
	case c == 'h' && strings.EqualFold(n, "href"):
		at = &a.href
	case c == 's' && strings.EqualFold(n, "src"):
		at = &a.src
	case c == 'a' && strings.EqualFold(n, "alt"):
		at = &a.alt
	case c == 's' && strings.EqualFold(n, "srcdoc"):
		at = &a.srcdoc
	case c == 's' && strings.EqualFold(n, "style"):
		if hides(v) {
			p.Hidden++
			a.hides = true
		}
		return
	case c == 'd' && strings.EqualFold(n, "download"):
		a.download = true
		return
	case c == 'v' && strings.EqualFold(n, "values"):
		p.Scheme = p.Scheme || strings.Contains(strings.ToLower(clean(v)), "javascript:")
		return
	case c == 'a' && strings.EqualFold(n, "action"):
		at = &a.action
	case c == 'f' && strings.EqualFold(n, "formaction"):
		at = &a.formaction
	case c == 't' && strings.EqualFold(n, "type"):
		at = &a.kind
	case c == 'c' && strings.EqualFold(n, "content"):
		at = &a.content
	case c == 'c' && strings.EqualFold(n, "charset"):
		at = &a.charset
	case c == 'h' && strings.EqualFold(n, "http-equiv"):
		at = &a.equiv
	case c == 'd' && strings.EqualFold(n, "data"):
		at = &a.data
	case c == 'x' && strings.EqualFold(n, "xlink:href"):
		at = &a.href
	default:
		return
	}
	if *at == "" {
		*at = v
	}
}

// hides says whether a style puts an element out of sight.
func hides(style string) bool {
	if len(style) < 9 || len(style) > 2000 {
		return false
	}
	s := strings.ToLower(strings.ReplaceAll(style, " ", ""))
	return strings.Contains(s, "display:none") || strings.Contains(s, "font-size:0") || strings.Contains(s, "visibility:hidden") ||
		strings.Contains(s, "mso-hide:all") || strings.Contains(s, "max-height:0")
}

// raw reads the content of an element in which no tags are.
func (p *page) raw(name, src string) {
	from := p.i
	end := p.find("</" + name)
	body := p.s[from:end]
	switch name {
	case "script":
		p.link("script", src)
		if strings.TrimSpace(body) != "" || src != "" {
			p.Script = true
		}
		p.script(body)
	case "title":
		if p.Title == "" {
			p.Title = strings.TrimSpace(html.UnescapeString(body[:min(len(body), 500)]))
		}
	case "textarea", "noembed", "noframes", "xmp":
		p.text(body)
	}
	p.i = end
	if end < len(p.s) {
		p.i += 2 + len(name)
		p.skip()
	}
}

// find is where tag, in lower case, begins next; the end of the text when it does not.
func (p *page) find(tag string) int {
	for i := p.i; i < len(p.s); {
		j := strings.IndexByte(p.s[i:], '<')
		if j < 0 {
			break
		}
		i += j
		if len(p.s)-i >= len(tag) && strings.EqualFold(p.s[i:i+len(tag)], tag) {
			return i
		}
		i++
	}
	return len(p.s)
}
