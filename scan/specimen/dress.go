package specimen

import (
	"math/rand/v2"
	"strings"
)

// Content is what a mail says, apart from how it is written down.
type Content struct {
	Name, From, Reply string // displayed name, addresses
	Subject, Text     string
	Links             []string
	Answer            bool
}

// mostLines is how many paragraphs are written down.
const mostLines = 60

// Dress writes down what a mail says the way mail is written today, in one of many forms. Wanted and unwanted mails are dressed alike:
// who learns from both learns that the form says nothing. The same seed makes the same mail.
func Dress(seed uint64, c Content) []byte {
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 77)), family: Teach, slots: make(map[string]string)}
	l := letter{name: c.Name, from: c.From, reply: c.Reply, subject: strings.Join(strings.Fields(c.Subject), " "), answer: c.Answer, page: m.IntN(5) < 3}
	if strings.IndexByte(l.from, '@') < 0 {
		l.from = m.letters(6) + "@" + m.pick(pools["house"])
	}
	for p := range strings.SplitSeq(strings.ReplaceAll(c.Text, "\r", ""), "\n\n") {
		if p = strings.TrimSpace(p); p != "" && len(l.lines) < mostLines {
			l.lines = append(l.lines, p)
		}
	}
	if len(l.lines) == 0 {
		l.lines = []string{l.subject}
	}
	if l.page && len(c.Links) > 0 {
		l.link, l.shown, l.links = c.Links[0], m.one("", "Here", "More", "Read more", "Open", "Continue"), c.Links[1:min(len(c.Links), 20)]
	}
	m.kind = &kind{form: func(*maker) letter { return l }}
	return m.mail()
}
