package phish

import (
	"encoding/base64"
	"strings"
	"sync"

	"sekisho"
	"sekisho/scan/brand"
	"sekisho/scan/url"
)

// labels are the first labels of companies' domains that are long enough to be nobody's by chance.
var labels = sync.OnceValue(func() map[string]*brand.Brand {
	m := make(map[string]*brand.Brand)
	for _, b := range brand.All() {
		for _, d := range b.Domains {
			label, _, _ := strings.Cut(url.Site(d), ".")
			if len(label) < 4 || ordinary[label] {
				continue
			}
			if m[label] == nil {
				m[label] = b
			}
		}
	}
	return m
})

// ordinary are labels that are words or parts of many names.
var ordinary = map[string]bool{"outlook": true, "citi": true, "xbox": true, "hotmail": true, "java": true, "live": true, "office": true, "steam": true, "line": true, "block": true, "discover": true, "orange": true, "square": true, "promise": true, "click": true, "family": true,
	"point": true, "wise": true, "chase": true, "apple": true, "target": true, "shell": true, "azure": true, "windows": true, "canon": true, "oracle": true, "cash": true, "world": true, "post": true, "halifax": true,
	"delta": true, "united": true, "spectrum": true, "concur": true, "mail": true, "digital": true, "trust": true, "ledger": true, "crypto": true, "blockchain": true, "canada": true, "force": true, "kabu": true,
	"daiwa": true, "nomura": true, "matsui": true, "boy": true, "home": true, "free": true, "contact": true, "coin": true, "metro": true, "sony": true, "zoom": true, "slack": true, "uber": true, "absa": true,
	"hilton": true, "booking": true, "nationwide": true, "skype": true, "duo": true, "stripe": true, "okta": true, "goo": true,
	"intuit": false}

// linked are companies to whose pages everybody links: their names in a path say nothing.
var linked = map[string]bool{"wordpress": true, "github": true, "google": true, "youtube": true, "twitter": true, "facebook": true, "linkedin": true, "instagram": true, "telegram": true, "atlassian": true, "trello": true, "mailchimp": true, "shopify": true, "cloudflare": true, "salesforce": true, "tiktok": true, "discord": true, "spotify": true, "android": true}

// byLabel is the company whose domain has that first label.
func byLabel(w string) *brand.Brand { return labels()[w] }

// maxLinks is how many links are judged.
const maxLinks = 60

// links judges where a person could be led.
func (m *mail) links() {
	seen := make(map[string]bool)
	n := 0
	for i := range m.Links {
		l := &m.Links[i]
		if l.Tag == "img" || l.Tag == "link" {
			m.borrowed(l)
			continue
		}
		if m.Inside(l.Host) {
			continue
		}
		if n++; n > maxLinks {
			return
		}
		if !seen[l.Host] {
			seen[l.Host] = true
			m.place(l)
		}
		m.path(l)
	}
}

// borrowed sees pictures that are fetched from a company by somebody else.
func (m *mail) borrowed(l *Link) {
	b := brand.Of(l.Site)
	if b == nil || m.genuine || m.clicks == 0 || b.Owns(m.Site) || m.leads(b) || m.claimed != nil && m.claimed != b || hosts().has(l.Host, "") != "" || ordinary[strings.TrimSuffix(l.Site, "."+zone(l.Site))] {
		return
	}
	m.strange += 1.2
	m.add(sekisho.KindPhish, "company-pictures", 1.5, "1", "pictures of "+b.Name)
}

// place judges the host of a link.
func (m *mail) place(l *Link) {
	if own := brand.Of(l.Site); own != nil && hosts().has(l.Host, pathOf(l)) == "" && ways().has(l.Host, pathOf(l)) == "" {
		return // a company's own
	}
	own := l.Site == m.Site
	switch {
	case l.IP:
		m.strange += 1.5
	case hosts().has(l.Host, pathOf(l)) != "" && !own:
		m.strange += 0.9
		m.add(sekisho.KindURL, "free-hosting", 0.8, "1", l.Host)
	case ways().has(l.Host, pathOf(l)) != "" && !own:
		m.strange += 0.5
		m.add(sekisho.KindURL, "redirector", 0.3, "1", l.Host)
	}
	if strings.Contains(cheap, " "+zone(l.Host)+" ") {
		m.strange += 0.5
		m.add(sekisho.KindURL, "cheap-link", 0.4, "1", l.Host)
	}
	if l.Puny {
		m.strange++
	}
	if l.Port != "" && l.Port != "80" && l.Port != "443" {
		m.strange += 0.4
	}
	m.hostWords(l, own)
}

// hostWords looks for companies and for bait in the words of a host name.
func (m *mail) hostWords(l *Link, own bool) {
	host := l.Host
	front := strings.TrimSuffix(host, "."+zone(host))
	tokens(front, func(w string) {
		if b := byLabel(w); b != nil && !b.Owns(host) && w != strings.TrimSuffix(l.Site, l.Site[strings.IndexByte(l.Site, '.'):]) {
			m.strange += 2
			m.add(sekisho.KindURL, "company-in-host", 3, "1", host)
		}
		if !own && len(w) > 3 && baits()[w] && m.Site != l.Site {
			m.strange += 0.5
			m.add(sekisho.KindURL, "bait-in-host", 0.6, "1", host)
		}
	})
	for label := range strings.SplitSeq(front, ".") {
		if random(label) {
			m.strange += 0.4
			m.add(sekisho.KindURL, "random-host", 0.4, "1", host)
		}
	}
}

// pathOf is the path of a link in lower case, "" for the start page.
func pathOf(l *Link) string {
	if len(l.Path) < 2 || l.Path[0] != '/' {
		return ""
	}
	return strings.ToLower(l.Path[:min(len(l.Path), 60)])
}

// path judges what follows the host.
func (m *mail) path(l *Link) {
	if len(l.Path) < 2 || brand.Of(l.Site) != nil {
		return
	}
	p := strings.ToLower(l.Path[:min(len(l.Path), 300)])
	for _, w := range [...]string{"/wp-content/", "/wp-includes/", "/wp-admin/", "/.well-known/", "/cgi-sys/", "/components/com_", "/administrator/", "/~", "/images/login", "/plugins/"} {
		if strings.Contains(p, w) && l.Tag != "" {
			m.strange += 1
			m.add(sekisho.KindURL, "folder-of-another", 1, "1", l.Host+l.Path)
			break
		}
	}
	if m.genuine || l.Site == m.Site {
		return
	}
	p, _, _ = strings.Cut(p, "?")
	tokens(p, func(w string) {
		if b := byLabel(w); b != nil && len(w) > 4 && !linked[w] && !b.Owns(l.Host) {
			m.strange += 0.6
			m.add(sekisho.KindURL, "company-in-path", 0.6, "1", l.Host+l.Path)
		}
		if len(w) > 4 && baits()[w] {
			m.strange += 0.3
			m.add(sekisho.KindURL, "bait-in-path", 0.3, "1", l.Host+l.Path)
		}
	})
}

// carried looks for the recipient's address in a link: a page that knows it fills it into its form.
func (m *mail) carried(to string) {
	b64 := strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(to)), "=")
	for i := range m.Links {
		l := &m.Links[i]
		if l.Tag == "img" || l.Tag == "link" || len(l.Path) < len(to) || l.Site == m.Site {
			continue
		}
		low := strings.ToLower(l.Path)
		hash := strings.IndexByte(low, '#')
		switch {
		case hash >= 0 && strings.Contains(low[hash:], to), strings.Contains(l.Path, b64):
			m.strange += 1.2
			m.add(sekisho.KindURL, "address-in-link", 2, "1", l.Host)
		case strings.Contains(low, to) && !strings.Contains(low, "unsub"):
			m.strange += 0.4
			m.add(sekisho.KindURL, "address-in-link", 0.4, "1", l.Host)
		}
	}
}

// form judges what the mail is built of.
func (m *mail) form() {
	if m.Form && m.elsewhere > 0 {
		m.strange += 0.7
		m.add(sekisho.KindPhish, "form", 1, "1", "a form in the mail")
	}
	if body := len(m.Text) - m.Subject; m.HTML && m.Images > 0 && m.clicks > 0 && body < 60 && m.elsewhere > 0 {
		m.strange += 0.7
		m.add(sekisho.KindPhish, "picture-only", 1.2, "1", "a picture with a link and hardly a word")
	}
	if m.Page {
		m.strange += 0.8
	}
}
