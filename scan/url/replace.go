package url

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Replace is asked for every link to the web that stands in a text or a page, and gives what stands there from now on; "" leaves it.
type Replace func(target string) string

// Text replaces the links of a plain text, where mail programs make some clickable.
func (f Replace) Text(text string) string {
	var b strings.Builder
	at := 0
	for _, p := range f.places(text) {
		b.WriteString(text[at:p.start] + p.to)
		at = p.end
	}
	return b.String() + text[at:]
}

// place is where a link stands, and what comes there.
type place struct {
	start, end int
	to         string
}

// places finds the links that are replaced, in their order. None lies in another.
func (f Replace) places(text string) []place {
	var list []place
	Places(text, len(text), func(start, end int, raw string) {
		if target, ok := web(raw, nil); ok {
			if to := f(target); to != "" {
				list = append(list, place{start, end, to})
			}
		}
	})
	slices.SortFunc(list, func(a, b place) int { return cmp.Compare(a.start, b.start) })
	out := list[:0]
	for _, p := range list {
		if len(out) == 0 || p.start >= out[len(out)-1].end {
			out = append(out, p)
		}
	}
	return out
}

// Page replaces the links of a page: of every element that has one to follow or to send a form to, in what only some programs
// show too (noscript, conditional comments), and addresses in the text that mail programs make clickable, which become links that show
// what they showed. The page is UTF-8, and says so afterwards. A page without such links is given back as it is.
func (f Replace) Page(page string) string {
	w := &pageWriter{replace: f}
	w.page(page, 0)
	if !w.changed {
		return page
	}
	return w.out.String()
}

// pageWriter writes a page anew.
type pageWriter struct {
	replace Replace
	out     strings.Builder
	base    *url.URL // of relative links; nil: there is none
	within  string   // element whose text the tokenizer does not read
	link    int      // how deep within links
	changed bool
}

// mostNested bounds pages within comments within pages.
const mostNested = 4

func (w *pageWriter) page(s string, depth int) {
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch {
		case kind == html.ErrorToken:
			w.out.WriteString(raw)
			return
		case kind == html.TextToken:
			w.text(raw, depth)
		case kind == html.CommentToken && depth < mostNested && strings.HasPrefix(raw, "<!--"):
			w.out.WriteString("<!--")
			inner, end := raw[4:], ""
			if strings.HasSuffix(inner, "-->") {
				inner, end = inner[:len(inner)-3], "-->"
			}
			w.page(inner, depth+1)
			w.out.WriteString(end)
		case kind == html.StartTagToken || kind == html.SelfClosingTagToken:
			w.tag(raw, z.Token())
		case kind == html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "a" {
				w.link = max(w.link-1, 0)
			}
			w.within = ""
			w.out.WriteString(raw)
		default:
			w.out.WriteString(raw)
		}
	}
}

// text is the text between tags. What the tokenizer takes for text within noscript and the like is a page to programs without script.
func (w *pageWriter) text(raw string, depth int) {
	switch w.within {
	case "noscript", "noembed", "noframes":
		if depth < mostNested {
			w.within = ""
			w.page(raw, depth+1)
			return
		}
	case "":
		if list := w.replace.places(html.UnescapeString(raw)); w.link == 0 && len(list) > 0 {
			w.clickable(html.UnescapeString(raw), list)
			return
		}
	}
	w.out.WriteString(raw)
}

// clickable makes links of addresses in a text.
func (w *pageWriter) clickable(text string, list []place) {
	at := 0
	for _, p := range list {
		w.out.WriteString(html.EscapeString(text[at:p.start]) + `<a href="` + html.EscapeString(p.to) + `">` + html.EscapeString(text[p.start:p.end]) + "</a>")
		at = p.end
	}
	w.out.WriteString(html.EscapeString(text[at:]))
	w.changed = true
}

// tag writes one tag, anew when a link of it is replaced.
func (w *pageWriter) tag(raw string, t html.Token) {
	switch t.Data {
	case "a":
		if t.Type == html.StartTagToken {
			w.link++
		}
	case "base":
		for _, a := range t.Attr {
			if u, err := url.Parse(squeeze(a.Val)); a.Key == "href" && w.base == nil && err == nil && (u.Scheme == "http" || u.Scheme == "https") {
				w.base = u
			}
		}
	case "noscript", "noembed", "noframes", "script", "style", "title", "textarea", "xmp", "iframe", "plaintext":
		if t.Type == html.StartTagToken {
			w.within = t.Data
		}
	}
	changed := t.Data == "meta" && inUTF8(&t)
	for i := range t.Attr {
		a := &t.Attr[i]
		if !follows(t.Data, a.Key) {
			continue
		}
		if target, ok := web(a.Val, w.base); ok {
			if to := w.replace(target); to != "" {
				a.Val, changed, w.changed = to, true, true
			}
		}
	}
	if changed {
		raw = t.String()
	}
	w.out.WriteString(raw)
}

// follows says whether an attribute has a link that somebody follows by a click. Style sheets, pictures and the like are not: mail programs have
// rules of their own for what they load.
func follows(element, attribute string) bool {
	switch attribute {
	case "href":
		return element != "link" && element != "base" && element != "image" && element != "use"
	case "xlink:href":
		return element == "a"
	case "action", "formaction":
		return true
	}
	return false
}

// inUTF8 has a meta element that names a character set name UTF-8; false when it names none.
func inUTF8(t *html.Token) (changed bool) {
	typed := slices.ContainsFunc(t.Attr, func(a html.Attribute) bool {
		return a.Key == "http-equiv" && strings.EqualFold(strings.TrimSpace(a.Val), "content-type")
	})
	for i := range t.Attr {
		switch a := &t.Attr[i]; {
		case a.Key == "charset":
			a.Val, changed = "utf-8", true
		case a.Key == "content" && typed:
			a.Val, changed = "text/html; charset=utf-8", true
		}
	}
	return changed
}

// web gives the whole address of a link to the web; false for other links, those within the page or to a host of one word, which is
// a neighbour's.
func web(raw string, base *url.URL) (string, bool) {
	s := squeeze(raw)
	slashed := strings.ReplaceAll(s[:min(len(s), 2)], "\\", "/") == "//"
	scheme, _, _ := strings.Cut(s, ":")
	if absolute := strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"); !absolute && !slashed {
		if u, err := url.Parse(s); base == nil || s == "" || s[0] == '#' || err != nil || u.Scheme != "" {
			return "", false
		} else {
			s = base.ResolveReference(u).String()
		}
	}
	if slashed {
		s = "https:" + s
	}
	if u, err := url.Parse(s); err == nil && neighbour(u.Hostname()) {
		return "", false
	}
	return s, true
}

// neighbour says whether a host is one word, and no number.
func neighbour(host string) bool {
	return host != "" && !strings.ContainsFunc(host, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-')
	})
}

// squeeze takes out what browsers do not see in an address.
func squeeze(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, s)
}
