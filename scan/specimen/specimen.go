// Package specimen makes mails of many kinds, wanted and unwanted, in Japanese and English: for teaching the spam model
// and for measuring it on material that no collection holds. The same seed makes the same mails.
//
// There are two families that share no subject, no sentence and no company: what one teaches, the other measures. All
// people, addresses and unknown domains are invented; domains end in reserved names where a real one is not the point.
package specimen

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"sekisho/scan/brand"
)

// Family is one half of the material.
type Family int

// The families.
const (
	Teach Family = iota
	Check
)

// Mail is one made mail.
type Mail struct {
	Raw  []byte
	Bad  bool
	Kind string // "ham-letter-ja", "phish-en", ...
}

// kind is a sort of mail.
type kind struct {
	name     string
	bad      bool
	share    int // of all mails, in parts
	form     func(*maker) letter
	subjects []string
	lines    []string // paragraphs, of which a mail has some
	most     int      // paragraphs
}

// letter is a mail before it is written down.
type letter struct {
	name, from, reply string // displayed name, addresses
	to                string
	subject           string
	lines             []string
	link, shown       string // the link that it is about, and its text
	links             []string
	page              bool // HTML
	picture           string
	attach            string // name of an attached file
	answer            bool
	japanese          bool
}

// maker makes one mail.
type maker struct {
	*rand.Rand
	family Family
	kind   *kind
	brand  *brand.Brand
	to     string // recipient's address
	slots  map[string]string
}

// Make makes n mails of a family.
func Make(family Family, seed uint64, n int) []Mail {
	total := 0
	for i := range kinds {
		total += kinds[i].share
	}
	out := make([]Mail, 0, n)
	for i := range n {
		r := rand.New(rand.NewPCG(seed+uint64(family)<<32, uint64(i)))
		at := (i*7919 + 13) % total
		k := &kinds[0]
		for j := range kinds {
			if k = &kinds[j]; at < k.share {
				break
			}
			at -= k.share
		}
		m := &maker{Rand: r, family: family, kind: k, slots: make(map[string]string)}
		out = append(out, Mail{Raw: m.mail(), Bad: k.bad, Kind: k.name})
	}
	return out
}

// mine are the entries of a list that belong to the family.
func (m *maker) mine(list []string) []string {
	if len(list) < 2 {
		return list
	}
	out := make([]string, 0, len(list)/2+1)
	for i := int(m.family); i < len(list); i += 2 {
		out = append(out, list[i])
	}
	return out
}

// pick is one of the family's entries.
func (m *maker) pick(list []string) string {
	own := m.mine(list)
	return m.fill(own[m.IntN(len(own))])
}

// some are several of the family's entries, in order.
func (m *maker) some(list []string, least, most int) []string {
	own := m.mine(list)
	n := min(least+m.IntN(max(most-least+1, 1)), len(own))
	take := make([]bool, len(own))
	for _, i := range m.Perm(len(own))[:n] {
		take[i] = true
	}
	var out []string
	for i, t := range own {
		if take[i] {
			out = append(out, m.fill(t))
		}
	}
	return out
}

// one is any of some words.
func (m *maker) one(words ...string) string { return words[m.IntN(len(words))] }

// fill puts words for what stands in braces: one of "{a|b}", or a slot.
func (m *maker) fill(t string) string {
	for n := 0; n < 60; n++ {
		open := strings.LastIndexByte(t, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(t[open:], '}')
		if end < 0 {
			break
		}
		what := t[open+1 : open+end]
		t = t[:open] + m.word(what) + t[open+end+1:]
	}
	return t
}

// word is what stands for one pair of braces.
func (m *maker) word(what string) string {
	if strings.IndexByte(what, '|') >= 0 {
		return m.one(strings.Split(what, "|")...)
	}
	if v, ok := m.slots[what]; ok {
		return v
	}
	v := m.slot(what)
	switch what {
	case "n", "amount", "yen", "id", "time", "thing-en", "thing-ja":
	default:
		m.slots[what] = v // the same in the whole mail
	}
	return v
}

func (m *maker) slot(what string) string {
	switch what {
	case "n":
		return fmt.Sprint(2 + m.IntN(40))
	case "amount":
		return fmt.Sprintf("%d,%03d.%02d", 1+m.IntN(60), m.IntN(1000), m.IntN(100))
	case "yen":
		return fmt.Sprintf("%d,%03d", 1+m.IntN(300), m.IntN(1000))
	case "id":
		return strings.ToUpper(m.letters(2)) + fmt.Sprint(100000+m.IntN(900000))
	case "time":
		return fmt.Sprintf("%d:%02d", 8+m.IntN(11), 5*m.IntN(12))
	case "date":
		return fmt.Sprintf("%d%s%d", 1+m.IntN(12), "/", 1+m.IntN(28))
	case "日付":
		return fmt.Sprintf("%d月%d日", 1+m.IntN(12), 1+m.IntN(28))
	case "day":
		return m.one("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
	case "曜":
		return m.one("月", "火", "水", "木", "金")
	case "brand":
		return m.brandName()
	case "to":
		return m.to
	case "box":
		box, _, _ := strings.Cut(m.to, "@")
		return box
	case "host":
		_, host, _ := strings.Cut(m.to, "@")
		return host
	}
	if list, ok := pools[what]; ok {
		own := m.mine(list)
		return own[m.IntN(len(own))]
	}
	return what
}

// letters are random small letters.
func (m *maker) letters(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + m.IntN(26))
	}
	return string(b)
}

// mix are random letters and digits.
func (m *maker) mix(n int) string {
	const set = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = set[m.IntN(len(set))]
	}
	return string(b)
}

// choose takes a company of the family: those with a Japanese name for Japanese mails.
func (m *maker) choose(japanese bool) *brand.Brand {
	all := brand.All()
	for {
		i := m.IntN(len(all)/2)*2 + int(m.family)
		if i >= len(all) {
			continue
		}
		b := all[i]
		if isJapanese(b) == japanese || japanese && m.IntN(4) == 0 {
			m.brand = b
			return b
		}
	}
}

func isJapanese(b *brand.Brand) bool {
	for _, d := range b.Domains {
		if strings.HasSuffix(d, ".jp") {
			return true
		}
	}
	return false
}

// brandName is the company's name as it writes it.
func (m *maker) brandName() string {
	if m.brand == nil {
		m.choose(m.kind != nil && strings.HasSuffix(m.kind.name, "ja"))
	}
	n := m.brand.Name
	if n[0] < 0x80 {
		w := strings.Fields(n)
		for i := range w {
			w[i] = strings.ToUpper(w[i][:1]) + w[i][1:]
		}
		n = strings.Join(w, " ")
		if len(n) <= 4 {
			n = strings.ToUpper(n)
		}
	}
	return n
}
