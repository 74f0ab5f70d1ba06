// Package phish recognises fraud by knowledge, not by examples: companies named by those who are not them, links that
// hide where they lead, and what swindlers say to make somebody hurry, log in or pay, in Japanese and English.
//
// Each fact is small; together they are evidence. A letter of a company from its own domain with its own links may say
// the same words: then they count for nothing.
package phish

import (
	"strings"

	"sekisho"
	"sekisho/scan/brand"
	"sekisho/scan/url"
)

// Link is one link of a mail.
type Link struct {
	url.Link
	Text string // what is shown for it
	Tag  string // "a", "form", "img", ...; "" for one in a plain text
}

// Mail is what is known of a mail.
type Mail struct {
	Fields     *sekisho.Fields
	Text       string // subject and texts, folded (search.Fold)
	Subject    int    // how many bytes of Text are the subject
	Links      []Link
	Recipients []string // addresses that it was sent to, in lower case
	Site       string   // registered domain of From
	Own        bool     // From is the contract's own, and that is proven
	Inside     func(host string) bool
	Forged     bool // authentication says that From is not true
	Free       bool // From is at a provider where everybody gets an address
	Images     int
	HTML       bool
	Form       bool
	Write      bool    // a link writes to an address at a provider where everybody gets one
	Hidden     int     // pieces of text that are out of sight
	Page       bool    // HTML is attached
	File       bool    // something else is attached
	Strange    float64 // how strange the inspection found sender and links already
}

// Fact is one thing that speaks for fraud.
type Fact struct {
	Kind     sekisho.Kind
	Name     string
	Score    float64
	Where    string
	Evidence string
}

// mail is one judgement.
type mail struct {
	*Mail
	facts     []Fact
	said      *found
	claimed   *brand.Brand // the company that it says it comes from
	genuine   bool         // it comes from the company that it names, with that company's links
	strange   float64      // how strange sender and links are
	clicks    int          // links that a person could follow
	elsewhere int          // those that do not lead to the sender's domain
}

func (m *mail) add(kind sekisho.Kind, name string, score float64, where, evidence string) {
	for i := range m.facts {
		if m.facts[i].Name == name {
			return
		}
	}
	m.facts = append(m.facts, Fact{kind, name, score, where, evidence})
}

// Judge gives the facts, each name once. genuine says that the mail comes from the domain of a known company and leads to
// its pages, and nothing says that the sender is forged. coherent says that nothing is strange: sender and all links are of one
// domain, which is no odd one, and no known company is named.
func Judge(in *Mail) (facts []Fact, genuine, coherent bool) {
	m := &mail{Mail: in, said: look(in.Text[:min(len(in.Text), maxText)])}
	m.strange = in.Strange
	m.targets()
	m.sender()
	m.links()
	m.recipient()
	m.form()
	m.lures()
	return m.facts, m.genuine, m.elsewhere == 0 && m.strange < 0.5 && !m.Free && m.Site != "" && m.claimed == nil && !m.Page
}

// maxText is how much of a text is searched for what swindlers say.
const maxText = 24 << 10

// targets counts the links that a person could follow.
func (m *mail) targets() {
	for i := range m.Links {
		l := &m.Links[i]
		if l.Tag == "img" || l.Tag == "link" {
			continue
		}
		m.clicks++
		if l.Site != m.Site {
			m.elsewhere++
		}
	}
}

// lures weighs what is said. Words alone are weak: everybody says them sometimes. They count by how strange sender and links
// are, and by how many topics of fraud meet.
func (m *mail) lures() {
	if m.genuine || m.Own {
		return
	}
	s := m.said
	weight := [topics]float64{secret: 1.2, threat: 1.2, hurry: 0.7, mailbox: 1.2, document: 0.5, parcel: 0.9, tax: 0.9, payment: 0.7, account: 1.2, transfer: 1, private: 0.6, prize: 0.8, blackmail: 1.2, coin: 0.7,
		press: 0.6, stranger: 0.6}
	sum, kinds := 0.0, 0
	for t := range topics {
		if n := s.count[t]; n > 0 {
			sum += weight[t] * (1 + 0.25*float64(min(n, 4)-1))
			kinds++
		}
	}
	way := m.clicks > 0 || m.Form || m.Page || m.File
	switch {
	case s.has(blackmail) && s.count[blackmail] >= 2 && s.has(coin):
		m.add(sekisho.KindPhish, "blackmail", 5, "1", s.by[blackmail]+", "+s.by[coin])
	case s.has(account) && (s.count[account] >= 2 || s.has(transfer) || s.has(payment) || s.has(hurry)):
		m.add(sekisho.KindPhish, "account-change", m.scaled(1.5, 2.5), "1", s.by[account])
	case s.has(private) && s.has(transfer) && !way && len(m.Text) < 2500:
		m.add(sekisho.KindPhish, "favour", m.scaled(2.5, 2), "1", s.by[private]+", "+s.by[transfer])
	case s.count[prize] >= 3 && (s.has(stranger) || s.has(private)):
		m.add(sekisho.KindPhish, "advance-fee", m.scaled(2.5, 1.5), "1", s.by[prize])
	}
	if kinds < 2 || !way {
		return
	}
	if s.has(secret) || s.has(threat) || s.has(mailbox) || s.has(parcel) || s.has(tax) || s.has(payment) || s.has(document) && m.strange >= 1 {
		score := m.scaled(0.25*sum, 0.35*sum)
		if long := len(m.Text); long > 6000 {
			score *= 0.5
		}
		m.add(sekisho.KindPhish, "lure", min(score, 6), "1", m.spoken())
	}
}

// scaled is a weight that grows with how strange sender and links are.
func (m *mail) scaled(plain, more float64) float64 { return plain + more*min(m.strange/2, 1.5) }

// spoken says in words what a mail does.
func (m *mail) spoken() string {
	var out []string
	for _, t := range [...]topic{secret, threat, mailbox, parcel, tax, payment, document, hurry, press, stranger} {
		if m.said.has(t) {
			out = append(out, words[t]+" ("+m.said.by[t]+")")
		}
	}
	return strings.Join(out[:min(len(out), 4)], ", ")
}
