// Package render makes of a mail what a person is shown: a tree of elements and texts, pictures and links by number, and a
// list of attachments. Nothing of the mail's HTML is passed on: the tree is built from an allow-list, has no address and no
// name in it, and whoever builds a page of it does so with methods of its own. So there is no second reading of markup that
// could differ from the first.
package render

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Node is an element, or a text when Tag is empty.
type Node struct {
	Tag      string
	Text     string
	Attrs    []Attr
	Style    []Attr
	Picture  int // number + 1; 0 none
	Link     int // number + 1; 0 none
	Children []*Node
}

// Attr is one attribute or property.
type Attr struct{ Name, Value string }

// elements are those that stay. Others vanish, and what is in them stays, unless they are in dropped.
const elements = " a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure font footer " +
	"h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead " +
	"time tr tt u ul var wbr "

// dropped are elements whose content is not for people, or is markup of another kind.
const dropped = " script style title template head-only select datalist audio video canvas map "

const void = " br hr img col wbr area base embed input link meta param source track "

// attributes are kept as they are, when they are short; none takes an address.
const attributes = " align alt border cellpadding cellspacing colspan dir height lang open reversed rowspan span start title type valign width bgcolor color face size "

// Limits of a tree: the same that the frame has in which it is built.
const (
	mostNodes = 50_000
	mostDepth = 180
	mostText  = 2 << 20
	mostAttr  = 500
)

func in(list, name string) bool { return name != "" && strings.Contains(list, " "+name+" ") }

// builder builds a tree from one text of HTML.
type builder struct {
	mail  *mail
	root  *Node
	stack []*Node // open elements; the first is root
	nodes int
	text  int
	skip  []string // open elements whose content is dropped
	Cut   bool     // something was left out for want of room
}

// build reads HTML into a tree. It takes time linear in the text.
func (m *mail) build(source string) *Node {
	b := &builder{mail: m, root: &Node{Tag: "div"}}
	b.stack = []*Node{b.root}
	z := html.NewTokenizer(strings.NewReader(source))
	z.SetMaxBuf(4 << 20)
	for {
		switch z.Next() {
		case html.ErrorToken:
			m.cut = m.cut || b.Cut
			return b.root
		case html.TextToken:
			if len(b.skip) == 0 {
				b.say(z.Token().Data)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data == "noscript" { // shown, as no script runs
				z.NextIsNotRawText()
			}
			b.open(&t)
		case html.EndTagToken:
			t := z.Token()
			b.close(t.Data)
		}
	}
}

func (b *builder) top() *Node { return b.stack[len(b.stack)-1] }

func (b *builder) add(n *Node) bool {
	if b.nodes++; b.nodes > mostNodes {
		b.Cut = true
		return false
	}
	t := b.top()
	t.Children = append(t.Children, n)
	return true
}

// say adds a text without the characters that turn or hide what follows.
func (b *builder) say(s string) {
	if b.text += len(s); b.text > mostText {
		b.Cut = true
		return
	}
	s = plain(s)
	if s == "" {
		return
	}
	if c := b.top().Children; len(c) > 0 && c[len(c)-1].Tag == "" {
		c[len(c)-1].Text += s
		return
	}
	b.add(&Node{Text: s})
}

// plain removes control characters and what is no UTF-8.
func plain(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, s)
}

func (b *builder) open(t *html.Token) {
	name := t.Data
	if len(b.skip) > 0 {
		if name == b.skip[len(b.skip)-1] && !in(void, name) && t.Type == html.StartTagToken && len(b.skip) < mostDepth {
			b.skip = append(b.skip, name)
		}
		return
	}
	n, hidden := b.element(t)
	switch {
	case in(dropped, name) || hidden && !in(void, name):
		if t.Type == html.StartTagToken {
			b.skip = append(b.skip, name)
		}
		return
	case n == nil || hidden:
		return
	}
	b.implied(name)
	if len(b.stack) > mostDepth {
		b.Cut = true
		return
	}
	if !b.add(n) {
		return
	}
	if !in(void, name) {
		b.stack = append(b.stack, n)
	}
}

// close ends the nearest open element of that name, with what is open inside of it. A cell's borders hold: markup inside of
// one does not end what is outside.
func (b *builder) close(name string) {
	if n := len(b.skip); n > 0 {
		if b.skip[n-1] == name {
			b.skip = b.skip[:n-1]
		}
		return
	}
	for i := len(b.stack) - 1; i > 0; i-- {
		switch tag := b.stack[i].Tag; {
		case tag == name:
			b.stack = b.stack[:i]
			return
		case in(" td th table ", tag) && !in(" table tr td th tbody thead tfoot ", name):
			return
		case tag == "table":
			return
		}
	}
}

// implied ends what a new element ends without saying so.
func (b *builder) implied(name string) {
	switch {
	case name == "li":
		b.end(" li ", " ul ol td th table ")
	case name == "dt" || name == "dd":
		b.end(" dt dd ", " dl td th table ")
	case name == "tr":
		b.end(" tr ", " table ")
	case name == "td" || name == "th":
		b.end(" td th ", " tr table ")
	case in(" tbody thead tfoot ", name):
		b.end(" tbody thead tfoot ", " table ")
	case in(" p div ul ol dl table h1 h2 h3 h4 h5 h6 blockquote pre hr center address section article header footer ", name):
		b.end(" p ", " td th table div li blockquote a span font ")
	case name == "a":
		b.end(" a ", " td th table ")
	}
}

// end closes the nearest of the elements, unless one of the borders is nearer.
func (b *builder) end(these, borders string) {
	for i := len(b.stack) - 1; i > 0; i-- {
		switch tag := b.stack[i].Tag; {
		case in(these, tag):
			b.stack = b.stack[:i]
			return
		case in(borders, tag):
			return
		}
	}
}

// element makes the node of a tag; nil when the tag itself vanishes. hidden means that nobody would see it.
func (b *builder) element(t *html.Token) (n *Node, hidden bool) {
	keep := in(elements, t.Data)
	n = &Node{Tag: t.Data}
	if t.Data == "image" { // browsers take it for img
		n.Tag, keep = "img", true
	}
	var href, src string
	seen := map[string]bool{}
	for _, a := range t.Attr {
		if a.Namespace != "" || seen[a.Key] {
			continue
		}
		seen[a.Key] = true // the first of a name counts, as in browsers
		switch {
		case a.Key == "href":
			href = a.Val
		case a.Key == "src":
			src = a.Val
		case a.Key == "hidden":
			hidden = true
		case a.Key == "style":
			var none bool
			n.Style, none = style(a.Val)
			hidden = hidden || none
		case in(attributes, a.Key):
			if v, ok := attribute(a.Key, a.Val); ok {
				n.Attrs = append(n.Attrs, Attr{a.Key, v})
			}
		}
	}
	if !keep {
		return nil, hidden
	}
	switch n.Tag {
	case "a":
		n.Link = b.mail.link(href) + 1
	case "img":
		number, shown := b.mail.picture(src, n)
		if !shown {
			return nil, hidden
		}
		n.Picture = number + 1
	}
	return n, hidden
}

// attribute checks a value.
func attribute(name, v string) (string, bool) {
	v = strings.TrimSpace(plain(v))
	if v == "" || len(v) > mostAttr {
		return "", false
	}
	switch name {
	case "alt", "title":
		return v, true
	case "lang":
		return v, letters(v, "-")
	case "width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "span", "start", "size":
		digits := strings.TrimSuffix(strings.TrimSuffix(v, "%"), "px")
		if name == "size" {
			digits = strings.TrimLeft(digits, "+-")
		}
		k, err := strconv.Atoi(digits)
		most := map[string]int{"colspan": 100, "rowspan": 100, "span": 100, "border": 50, "size": 7}[name]
		if most == 0 {
			most = 5000
		}
		return v, err == nil && k >= 0 && k <= most
	case "bgcolor", "color":
		return v, letters(v, "#")
	case "face":
		return v, fonts(v)
	}
	return strings.ToLower(v), letters(v, "-")
}

func letters(s, also string) bool {
	return len(s) <= 40 && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(also, r))
	})
}

// fonts says whether s is a list of names of fonts.
func fonts(s string) bool {
	return len(s) <= 200 && !strings.ContainsAny(s, "\\;{}<>@()/*:!&=`")
}
