package scan

import (
	"fmt"
	"strings"

	"sekisho"
	"sekisho/scan/html"
	"sekisho/scan/phish"
	"sekisho/scan/spam"
	"sekisho/scan/url"
	"sekisho/search"
)

// maxWays is how many links of one mail are kept for judging it as a whole.
const maxWays = 300

// pageFacts are what the HTML of a mail is made of.
type pageFacts struct {
	html, form, attached bool
	write                bool // a link writes to a free address
	images, hidden       int
	veiled, alts         []string
}

func (f *pageFacts) add(p *html.Page) {
	f.html = true
	f.form = f.form || p.Form
	f.images += p.Images
	f.hidden += p.Hidden
	f.veiled = append(f.veiled, p.Veiled...)
	f.alts = append(f.alts, p.Alts...)
}

// keep keeps a link of a text that is shown as the mail itself.
func (j *job) keep(raw, shown, tag string) {
	if len(j.ways) >= maxWays {
		return
	}
	if box, is := strings.CutPrefix(strings.ToLower(strings.TrimSpace(raw)), "mailto:"); is {
		_, host, _ := strings.Cut(box, "@")
		host, _, _ = strings.Cut(host, "?")
		j.facts.write = j.facts.write || free(host)
	}
	if l, ok := url.Parse(raw); ok {
		j.ways = append(j.ways, phish.Link{Link: l, Text: shown, Tag: tag})
	}
}

// phish asks what knowledge says about fraud.
func (j *job) phish() {
	if len(j.mail.Header) == 0 || j.c.Direction == sekisho.Outbound {
		return
	}
	j.tricks()
	f := &j.mail.Fields
	m := &phish.Mail{Fields: f, Text: j.clean, Links: j.ways, Inside: j.inside, Images: j.facts.images, HTML: j.facts.html, Form: j.facts.form, Write: j.facts.write,
		Hidden: j.facts.hidden, Page: j.facts.attached, File: j.rep.Summary.Attachment, Subject: j.subject(), Recipients: j.recipients()}
	if len(f.From) > 0 {
		host := strings.ToLower(f.From[0].Host)
		m.Site, m.Free = url.Site(host), free(host)
		m.Own = j.ours()
		m.Forged = j.c.Auth.Domain != "" && !j.c.Auth.Aligned && j.c.Auth.ARC != "pass"
	}
	for i := range j.rep.Findings {
		switch r := &j.rep.Findings[i]; {
		case r.Kind == sekisho.KindImpersonation && r.Score >= 1:
			m.Strange += 1
		case r.Kind == sekisho.KindURL && r.Score > 0:
			m.Strange += min(r.Score/2, 2)
		}
	}
	var facts []phish.Fact
	facts, j.genuine, j.coherent = phish.Judge(m)
	for _, x := range facts {
		j.find(x.Kind, x.Name, x.Where, x.Score, x.Evidence)
	}
}

// mostAlt is how much of what stands for pictures is read.
const mostAlt = 1000

// visible is the text as it is seen: without what is out of sight, with the words that stand for pictures at its end.
func (j *job) visible() string {
	text := j.rep.Text
	hidden := 0
	for _, v := range j.facts.veiled[:min(len(j.facts.veiled), 100)] {
		v = search.Fold(v)
		if len(v) < 8 {
			continue
		}
		if at := strings.LastIndex(text, v); at >= j.subject() {
			text = text[:at] + text[at+len(v):]
			hidden += len(v)
		}
	}
	if hidden > 400 && hidden > len(text) {
		j.find(sekisho.KindPhish, "hidden-text", "1", 0.5, fmt.Sprintf("%d bytes of text are out of sight", hidden))
	}
	if alts := strings.Join(j.facts.alts, "\n"); alts != "" {
		text += "\n" + search.Fold(alts[:min(len(alts), mostAlt)])
	}
	return text
}

// tricks reads the text as people do, and states how it was hidden from programs.
func (j *job) tricks() {
	var k spam.Trick
	j.clean, k = spam.Clean(j.visible())
	if k.Invisible >= 3 {
		j.find(sekisho.KindPhish, "invisible-letters", "1", min(0.3*float64(k.Invisible), 2), fmt.Sprintf("%d invisible characters inside of words", k.Invisible))
	}
	if k.Mixed > 0 {
		j.find(sekisho.KindPhish, "mixed-letters", "1", min(0.8*float64(k.Mixed), 3), fmt.Sprintf("%d words mix Latin with other letters that look alike", k.Mixed))
	}
	if k.Spaced > 0 {
		j.find(sekisho.KindPhish, "spaced-letters", "1", 0.3, fmt.Sprintf("%d words are written letter by letter", k.Spaced))
	}
}

// recipients are the addresses that a mail was sent to, in lower case.
func (j *job) recipients() []string {
	var out []string
	add := func(a string) {
		if a = strings.ToLower(a); len(out) < 5 && strings.IndexByte(a, '@') > 0 {
			out = append(out, a)
		}
	}
	for _, to := range j.c.Envelope.Rcpt {
		add(to)
	}
	for i := range j.mail.Fields.To {
		add(j.mail.Fields.To[i].String())
	}
	return out
}
