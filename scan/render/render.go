package render

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/scan/html"
	links "sekisho/scan/url"
)

// Options are what is known beside the mail.
type Options struct {
	Look func(host string) (of string, similar bool) // which known domain a host imitates; nil: nobody is asked
	Desk string                                      // origin that rewritten links lead over: shown and judged is where they lead then
}

// Mail is what a person is shown.
type Mail struct {
	Tree     *Node // nil when the mail has no HTML
	Plain    string
	Pictures []Picture
	Links    []Link
	Files    []File
	Cut      bool // something was left out, as the mail is too large to be shown
}

// Picture is where a picture comes from: one of the three.
type Picture struct {
	Part   string // section number
	Data   []byte // of a data: address, unopened
	Remote string // address outside
}

// Link is one place that the mail leads to.
type Link struct {
	Href, Host, Text string
	Warning          Warning
	Like             string // Imitates: which domain
}

// File is one attachment.
type File struct {
	Part *sekisho.Part
	ID   string // section number
	Name string
}

// Limits of one mail.
const (
	mostPictures = 500
	mostLinks    = 2000
	mostInline   = 5 << 20 // bytes of all pictures in data: addresses
)

// mail is one mail while it is read.
type mail struct {
	*message.Message
	Mail
	o      Options
	byHref map[string]int
	bySrc  map[string]int
	byCID  map[string]string // Content-ID or Content-Location: section number
	used   map[string]bool   // parts that are shown as pictures of the text
	inline int
	cut    bool
}

// Read makes of a mail what is shown of it.
func Read(raw []byte, o Options) *Mail {
	m := &mail{Message: message.Read(raw, message.Limit{}), o: o, byHref: map[string]int{}, bySrc: map[string]int{}, byCID: map[string]string{}, used: map[string]bool{}}
	id := "1"
	if m.Root.Type == "multipart" {
		id = ""
	}
	m.resources(&m.Root, id)
	shown := &Node{Tag: "div"}
	html, files := m.walk(&m.Root, id, shown, 0)
	if html {
		m.Tree = shown
		m.texts(shown)
	} else {
		m.found(m.Plain)
	}
	if o.Desk != "" {
		m.Plain = links.Replace(m.over).Text(m.Plain)
	}
	for _, f := range files {
		if !m.used[f.ID] {
			m.Files = append(m.Files, f)
		}
	}
	m.Mail.Cut = m.cut
	return &m.Mail
}

// resources notes the parts that HTML can refer to.
func (m *mail) resources(p *sekisho.Part, id string) {
	if p.Type != "multipart" {
		if cid := strings.ToLower(strings.Trim(p.ID, "<> ")); cid != "" {
			m.byCID["cid:"+cid] = id
		}
		if p.Location != "" {
			m.byCID[p.Location] = id
		}
		return
	}
	for i := range p.Parts {
		m.resources(&p.Parts[i], below(id, i))
	}
}

func below(id string, i int) string {
	if id == "" {
		return strconv.Itoa(i + 1)
	}
	return id + "." + strconv.Itoa(i+1)
}

const deepest = 50

// walk shows the parts that are the mail's text, in order, and gives the others. html means that one of them was HTML.
func (m *mail) walk(p *sekisho.Part, id string, into *Node, depth int) (html bool, files []File) {
	switch {
	case depth > deepest:
		m.cut = true
		return false, nil
	case p.Type == "multipart" && p.Subtype == "alternative" && len(p.Parts) > 0:
		return m.alternative(p, id, into, depth)
	case p.Type == "multipart":
		for i := range p.Parts {
			if p.Subtype == "related" && i > 0 {
				files = append(files, File{&p.Parts[i], below(id, i), message.Filename(&p.Parts[i])})
				continue
			}
			h, f := m.walk(&p.Parts[i], below(id, i), into, depth+1)
			html, files = html || h, append(files, f...)
		}
		return html, files
	case text(p):
		return m.text(p, into), nil
	}
	return false, []File{{p, id, message.Filename(p)}}
}

// text says whether a part is text that is shown as the mail itself.
func text(p *sekisho.Part) bool {
	return p.Type == "text" && (p.Subtype == "plain" || p.Subtype == "html") && p.Disposition != "attachment" && message.Filename(p) == ""
}

// alternative shows the richest of several forms of one text: the last that can be shown. Files of the others are listed.
func (m *mail) alternative(p *sekisho.Part, id string, into *Node, depth int) (html bool, files []File) {
	best := -1
	for i := range p.Parts {
		if holds(&p.Parts[i], "html", 0) || best < 0 && holds(&p.Parts[i], "plain", 0) {
			best = i
		}
	}
	plain := m.Plain
	for i := range p.Parts {
		x := &p.Parts[i]
		switch {
		case i == best:
			h, f := m.walk(x, below(id, i), into, depth+1)
			html, files = html || h, append(files, f...)
		case text(x):
		default:
			_, f := m.walk(x, below(id, i), &Node{}, depth+1)
			files = append(files, f...)
		}
	}
	for i := range p.Parts { // for those who read plain text the form that was written for them
		if i != best && text(&p.Parts[i]) && p.Parts[i].Subtype == "plain" {
			m.Plain = plain + m.Text(&p.Parts[i])
		}
	}
	return html, files
}

// holds says whether there is a shown text of a kind in p.
func holds(p *sekisho.Part, kind string, depth int) bool {
	if text(p) {
		return p.Subtype == kind
	}
	if p.Type == "multipart" && depth < deepest {
		for i := range p.Parts {
			if holds(&p.Parts[i], kind, depth+1) {
				return true
			}
		}
	}
	return false
}

// text shows one text; true for HTML.
func (m *mail) text(p *sekisho.Part, into *Node) bool {
	b, _ := m.Content(p)
	s, _ := message.Plain(b, "8bit", message.Param(p.Params, "charset"), p.Subtype == "html")
	if len(s) > mostText {
		s, m.cut = strings.ToValidUTF8(s[:mostText], ""), true
	}
	if p.Subtype == "html" {
		into.Children = append(into.Children, m.build(s))
		m.Plain += html.Read(s).Text + "\n"
		return true
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	m.Plain += plain(s)
	into.Children = append(into.Children, &Node{Tag: "div", Style: []Attr{{"white-space", "pre-wrap"}}, Children: []*Node{{Text: plain(s)}}})
	return false
}

// address removes what browsers remove from an address.
func address(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	return strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(s)
}

// picture gives the number of a picture; false when it is not to be shown: without a source, of a kind that nobody shows, or
// too small to be seen, which only counts readers.
func (m *mail) picture(src string, n *Node) (int, bool) {
	src = address(src)
	if src == "" || len(m.Pictures) >= mostPictures {
		return 0, false
	}
	if i, known := m.bySrc[src]; known {
		return i, true
	}
	var p Picture
	low := strings.ToLower(src[:min(len(src), 40)])
	switch {
	case strings.HasPrefix(low, "cid:") || m.byCID[src] != "":
		key := src
		if strings.HasPrefix(low, "cid:") {
			key = "cid:" + strings.ToLower(src[4:])
			if plain, err := url.PathUnescape(key); err == nil {
				key = plain
			}
		}
		if p.Part = m.byCID[key]; p.Part == "" {
			return 0, false
		}
		m.used[p.Part] = true
	case strings.HasPrefix(low, "data:"):
		if p.Data = m.data(src); p.Data == nil {
			return 0, false
		}
	default:
		l, ok := links.Parse(src)
		if !ok || l.Scheme != "http" && l.Scheme != "https" || tiny(n) || len(src) > 4000 {
			return 0, false
		}
		p.Remote = canonical(&l)
	}
	m.Pictures = append(m.Pictures, p)
	m.bySrc[src] = len(m.Pictures) - 1
	return len(m.Pictures) - 1, true
}

// data reads a data: address of a picture.
func (m *mail) data(src string) []byte {
	head, body, ok := strings.Cut(src, ",")
	if !ok {
		return nil
	}
	switch strings.ToLower(strings.ReplaceAll(head, " ", "")) {
	case "data:image/png;base64", "data:image/jpeg;base64", "data:image/jpg;base64", "data:image/gif;base64", "data:image/webp;base64":
	default:
		return nil
	}
	if m.inline += len(body); m.inline > mostInline {
		m.cut = true
		return nil
	}
	if plain, err := url.PathUnescape(body); err == nil {
		body = plain
	}
	b, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, " ", ""))
	if err != nil || len(b) == 0 {
		return nil
	}
	return b
}

// tiny says whether a picture is said to be of one or two points.
func tiny(n *Node) bool {
	small := func(name string) bool {
		for _, list := range [][]Attr{n.Attrs, n.Style} {
			for _, a := range list {
				if a.Name == name {
					v := strings.TrimSuffix(a.Value, "px")
					return v == "0" || v == "1" || v == "2"
				}
			}
		}
		return false
	}
	return small("width") || small("height")
}
