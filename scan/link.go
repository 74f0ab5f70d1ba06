package scan

import (
	"slices"
	"strings"

	"sekisho"
	"sekisho/scan/html"
	"sekisho/scan/url"
)

// maxHosts is how many different hosts of one mail are judged.
const maxHosts = 500

// maxLinks is how many links are told of, for whoever has lists.
const maxLinks = 500

// shorteners are services whose links hide where they lead; searched as " name ".
const shorteners = " bit.ly tinyurl.com t.co goo.gl ow.ly is.gd buff.ly rebrand.ly cutt.ly shorturl.at tiny.cc lnkd.in rb.gy t.ly bl.ink x.gd qr.paps.jp " +
	"ux.nu onl.bz onl.la onl.tl urx.blue urx.space urx2.nu urx3.nu bit.do soo.gd s.id v.gd clck.ru u.to kutt.it qrco.de me-qr.com tr.im snurl.com snipurl.com "

// page states what is wrong with a text of HTML that is shown as the mail itself. Mail programs run no script, so it
// weighs little; links weigh as everywhere.
func (j *job) page(p *html.Page, where string) {
	j.tags = append(j.tags, p.Tags...)
	j.facts.add(p)
	if p.Script || p.Handler {
		j.find(sekisho.KindActive, "html-script", where, 0.5, "script in the text")
	}
	if p.Password {
		j.find(sekisho.KindPhish, "password-form", where, 5, "asks for a password")
	}
	if p.Scheme {
		j.find(sekisho.KindActive, "html-scheme", where, 2, "a link that runs script")
	}
	for i := range p.Links {
		l := &p.Links[i]
		j.keep(l.Target, l.Text, l.Tag)
		switch l.Tag {
		case "a", "area", "form", "iframe", "meta", "script", "object", "base":
			j.link(l.Target, l.Text, where)
		case "img":
			if strings.HasPrefix(l.Target, "data:") {
				j.link(l.Target, "", where)
			}
		}
	}
}

// masked is a link as it may stand in evidence: without the password in it.
func masked(raw string, l *url.Link) string {
	if !l.User {
		return raw
	}
	return l.Scheme + "://***@" + l.Host + l.Path
}

// links judges the links of a plain text.
func (j *job) links(text, where string) {
	url.Find(text, 200, func(raw string) {
		j.keep(raw, "", "")
		j.link(raw, "", where)
	})
}

func parse(raw string) (url.Link, bool) { return url.Parse(raw) }

// link judges one link and the text that is shown for it.
func (j *job) link(raw, shown, where string) {
	l, ok := parse(raw)
	if !ok {
		if len(raw) > 40 && strings.EqualFold(raw[:5], "data:") {
			j.embeddedData(raw, where)
		}
		j.program(raw, where)
		return
	}
	posing := l.User && looksLikeHost(raw)
	raw = masked(raw, &l)
	if len(l.Path) > 1 && len(j.paths) < 30 {
		j.paths = append(j.paths, l.Path)
	}
	if shown != "" {
		j.mismatch(&l, shown, where)
	}
	switch {
	case posing:
		j.find(sekisho.KindURL, "userinfo", where, 2, raw)
	case l.User:
		j.find(sekisho.KindURL, "userinfo", where, 0.5, raw)
	}
	if len(j.rep.Links) < maxLinks && len(l.Path) < 2000 {
		j.rep.Links = append(j.rep.Links, l.Host+l.Path)
	}
	if j.hosts[l.Host] || len(j.hosts) >= maxHosts {
		return
	}
	if j.hosts == nil {
		j.hosts = make(map[string]bool)
	}
	j.hosts[l.Host] = true
	j.sites = append(j.sites, l.Site)
	switch {
	case l.IP && l.Odd:
		j.find(sekisho.KindURL, "hidden-number", where, 5, raw)
	case l.IP:
		j.find(sekisho.KindURL, "number-host", where, 1, raw)
	case l.Odd:
		j.find(sekisho.KindURL, "hidden-host", where, 3, raw)
	}
	if strings.Contains(shorteners, " "+l.Site+" ") {
		j.find(sekisho.KindURL, "shortener", where, 0.5, raw)
	}
	if l.Puny {
		j.find(sekisho.KindURL, "international-host", where, 0.5, raw)
	}
	if is, ok := j.like(l.Host); ok {
		j.find(sekisho.KindURL, "look-alike-"+is.How, where, weightOf(is.How), l.Host+" looks like "+is.Of)
	}
}

// program judges a link that leads to no page.
func (j *job) program(raw, where string) {
	if html.Launches(raw) {
		j.find(sekisho.KindActive, "link-program", where, 6, "a link that starts a program: "+raw)
	}
	switch host := html.Server(raw); {
	case host == "":
	case strings.IndexByte(host, '.') < 0 || j.inside(host): // colleagues send such links
		j.find(sekisho.KindActive, "link-server", where, 0.3, "a link to a file server: "+raw)
	default:
		j.find(sekisho.KindActive, "link-server", where, 5, "a link to a file server outside: "+raw)
	}
}

// like compares a host with the domains of the contract and of its partners, and the well-known ones.
func (j *job) like(host string) (url.Likeness, bool) {
	if known := len(j.c.Domains) + len(j.c.Partners); j.own == nil && known > 0 {
		j.own = j.s.lookalike(slices.Concat(j.c.Domains, j.c.Partners))
	}
	if is, ok := j.own.Of(host); ok {
		return is, true
	}
	return j.s.brands.Of(host)
}

// Imitation gives a function that says which of the domains, or of the well-known ones, a host looks like.
func (s *Scanner) Imitation(domains []string) func(host string) (of string, similar bool) {
	var own *url.Lookalike
	if len(domains) > 0 {
		own = s.lookalike(domains)
	}
	return func(host string) (string, bool) {
		if is, ok := own.Of(host); ok {
			return is.Of, true
		}
		is, ok := s.brands.Of(host)
		return is.Of, ok
	}
}

// lookalike makes the comparison with a contract's domains, and keeps it for the contract's next mail.
func (s *Scanner) lookalike(domains []string) *url.Lookalike {
	key := strings.Join(domains, " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.own[key]
	if !ok {
		if len(s.own) > 100 {
			clear(s.own)
		}
		l = url.NewLookalike(domains, false)
		s.own[key] = l
	}
	return l
}

// weightOf is the weight of an imitated domain.
func weightOf(how string) float64 {
	switch how {
	case "homograph":
		return 8
	case "inside":
		return 4
	}
	return 4
}

// mismatch states that the text of a link names another place than the link.
func (j *job) mismatch(l *url.Link, shown, where string) {
	shown = strings.TrimSpace(shown)
	if len(shown) > 300 || strings.IndexByte(shown, '.') < 0 {
		return
	}
	if i := strings.IndexAny(shown, " \n\t"); i >= 0 {
		shown = shown[:i]
	}
	if strings.IndexByte(shown, '@') >= 0 {
		return
	}
	if !strings.Contains(shown, "://") {
		if !strings.HasPrefix(strings.ToLower(shown), "www.") {
			return
		}
		shown = "http://" + shown
	}
	s, ok := url.Parse(shown)
	if ok && s.Site != l.Site {
		j.find(sekisho.KindURL, "shown-elsewhere", where, 2, "shows "+s.Host+", leads to "+l.Host)
	}
}

// looksLikeHost says whether what stands before the @ of a link would be read as its host: it has a dot. A plain name and password are how
// programs are told to sign in.
func looksLikeHost(raw string) bool {
	_, rest, _ := strings.Cut(raw, "//")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	user := rest[:max(strings.LastIndexByte(rest, '@'), 0)]
	return strings.ContainsAny(user, ".%")
}
