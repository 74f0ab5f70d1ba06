package render

import (
	"net/url"
	"strings"

	"sekisho/mail/weblink"
	links "sekisho/scan/url"
)

// Warning says why one should think before following a link.
type Warning uint8

// The warnings, mildest first.
const (
	Fine      Warning = iota
	Script            // letters of another script, which may look like others
	Number            // the host is a number
	Odd               // written in a way that hides the host
	Imitates          // the host looks like another's
	Elsewhere         // the text names another place
)

// canonical writes a link again from its parts: no name before the host, no odd spelling, nothing that is not ASCII.
func canonical(l *links.Link) string {
	s := l.Scheme + "://" + l.Host
	if strings.Contains(l.Host, ":") && !strings.HasPrefix(l.Host, "[") {
		s = l.Scheme + "://[" + l.Host + "]"
	}
	if l.Port != "" {
		s += ":" + l.Port
	}
	var b strings.Builder
	for i := range len(l.Path) {
		c := l.Path[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			const digits = "0123456789ABCDEF"
			b.WriteString("%" + string([]byte{digits[c>>4], digits[c&15]}))
			continue
		}
		b.WriteByte(c)
	}
	path := b.String()
	if path != "" && path[0] != '/' && path[0] != '?' && path[0] != '#' {
		path = "/" + path
	}
	return s + path
}

// link gives the number of a link; -1 when it leads nowhere that a person may go: script, data, files, other programs.
func (m *mail) link(href string) int {
	href = address(href)
	if href == "" || len(href) > 4000 || len(m.Links) >= mostLinks {
		return -1
	}
	if i, known := m.byHref[href]; known {
		m.Links = append(m.Links, Link{Href: m.Links[i].Href, Host: m.Links[i].Host, Warning: m.Links[i].Warning, Like: m.Links[i].Like})
		return len(m.Links) - 1
	}
	x, ok := m.judge(href)
	if target := m.over(href); target != "" && ok { // the way stays, what is told is where it ends
		desk := x.Href
		if x, ok = m.judge(target); ok {
			x.Href = desk
		}
	}
	if !ok {
		return -1
	}
	m.Links = append(m.Links, x)
	m.byHref[href] = len(m.Links) - 1
	return len(m.Links) - 1
}

func (m *mail) judge(href string) (Link, bool) {
	low := strings.ToLower(href[:min(len(href), 10)])
	if strings.HasPrefix(low, "mailto:") || strings.HasPrefix(low, "tel:") {
		u, err := url.Parse(strings.Map(func(r rune) rune {
			if r <= ' ' || r == 0x7f {
				return -1
			}
			return r
		}, href))
		if err != nil || u.Scheme != "mailto" && u.Scheme != "tel" {
			return Link{}, false
		}
		host := ""
		if u.Scheme == "mailto" {
			_, host, _ = strings.Cut(u.Opaque, "@")
		}
		return Link{Href: u.String(), Host: host}, true
	}
	l, ok := links.Parse(href)
	if !ok || l.Scheme != "http" && l.Scheme != "https" || l.Host == "" || strings.ContainsFunc(l.Host, noHost) {
		return Link{}, false
	}
	x := Link{Href: canonical(&l), Host: l.Host}
	switch {
	case l.User || l.Odd:
		x.Warning = Odd
	case l.IP:
		x.Warning = Number
	case l.Puny:
		x.Warning = Script
	}
	if m.o.Look != nil {
		if of, similar := m.o.Look(l.Host); similar {
			x.Warning, x.Like = max(x.Warning, Imitates), of
		}
	}
	return x, true
}

// Judged is a link and its parts.
type Judged struct {
	Link
	Scheme string
	Site   string // the registered part of the host
}

// Judge says of one link to the web what is said of those in mails; false when it leads nowhere that a person may go.
func Judge(href string, o Options) (Judged, bool) {
	m := &mail{o: o}
	x, ok := m.judge(address(href))
	l, web := links.Parse(x.Href)
	return Judged{x, l.Scheme, l.Site}, ok && web
}

// over gives where a link over the desk ends; "" for other links.
func (m *mail) over(href string) string {
	target, _ := weblink.Target(m.o.Desk, href)
	return target
}

// noHost says whether a character can stand in no host of a link. Hosts in other scripts are written in ASCII before.
func noHost(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"<>\\^`{|}/?#@", r) }

// texts finds what is shown for each link, and compares it with where the link leads.
func (m *mail) texts(root *Node) {
	type step struct {
		n    *Node
		link int
	}
	stack := []step{{root, -1}}
	out := make([]strings.Builder, len(m.Links))
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if s.n.Tag == "" && s.link >= 0 && out[s.link].Len() < 500 {
			out[s.link].WriteString(s.n.Text[:min(len(s.n.Text), 500)])
		}
		if s.n.Link > 0 {
			s.link = s.n.Link - 1
		}
		for i := len(s.n.Children) - 1; i >= 0; i-- {
			stack = append(stack, step{s.n.Children[i], s.link})
		}
	}
	for i := range out {
		m.Links[i].Text = strings.Join(strings.Fields(strings.ToValidUTF8(out[i].String(), "")), " ")
		m.compare(&m.Links[i])
	}
}

// compare warns when the text is itself an address of another place.
func (m *mail) compare(x *Link) {
	if strings.HasPrefix(x.Href, "mailto:") || strings.HasPrefix(x.Href, "tel:") {
		return
	}
	shown := strings.ToLower(strings.TrimSpace(x.Text))
	if shown == "" || strings.ContainsAny(shown, " \u3000@") || !strings.Contains(shown, ".") {
		return
	}
	if !strings.Contains(shown, "://") {
		shown = "http://" + shown
	}
	l, ok := links.Parse(shown)
	if !ok || l.Host == "" || !strings.Contains(l.Site, ".") || known(l.Host) {
		return
	}
	if real := links.Site(x.Host); l.Site != real && l.Host != x.Host {
		x.Warning = Elsewhere
	}
}

// known endings of names of files, which are no hosts: "report.pdf".
func known(host string) bool {
	i := strings.LastIndexByte(host, '.')
	return in(" pdf doc docx xls xlsx ppt pptx txt csv zip jpg jpeg png gif html htm exe mp4 md ", host[i+1:])
}

// found lists the links of a plain text.
func (m *mail) found(s string) {
	links.Find(s, mostLinks, func(raw string) {
		if _, known := m.byHref[raw]; known {
			return
		}
		if i := m.link(raw); i >= 0 {
			m.Links[i].Text = raw
		}
	})
}
