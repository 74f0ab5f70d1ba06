package scan

import (
	"slices"
	"strings"

	"sekisho"
	"sekisho/mail/likeness"
	"sekisho/scan/url"
	"sekisho/search"
)

// Bounds of what is read of a quoted conversation.
const (
	mostQuoted  = 60
	quotedBytes = 64 << 10
)

// quoted is one who takes part in a conversation, as programs write him above what he said: a name and an address.
type quoted struct{ name, box, host string }

// hijack looks whether a mail goes on with a conversation in the place of one who took part in it: what it quotes names a person whose name
// the sender has, with another address, and one of the contract's own people; or a domain that the sender's looks like. Who has read somebody's mail goes on with it this way.
func (j *job) hijack(a sekisho.Address, site string) bool {
	if !j.answers() || a.Host == "" || j.inside(a.Host) {
		return false
	}
	list := participants(j.rep.Text[min(j.subject(), len(j.rep.Text)):])
	box, host, name := strings.ToLower(a.Mailbox), strings.ToLower(a.Host), person(a.Name)
	for _, q := range list {
		if q.box == box && q.host == host {
			return false // he took part
		}
	}
	first, _, _ := strings.Cut(site, ".")
	for _, q := range list {
		other := url.Site(q.host)
		if other == site {
			continue
		}
		label, _, _ := strings.Cut(other, ".")
		if one, two := likeness.Skeleton(first), likeness.Skeleton(label); first != label && len(two) >= 5 && (one == two || likeness.OneChange(one, two)) {
			j.find(sekisho.KindImpersonation, "thread-look-alike", "1", 6, "goes on from "+a.Host+" with a conversation with "+q.host)
			return true
		}
	}
	if !slices.ContainsFunc(list, func(q quoted) bool { return j.inside(q.host) }) {
		return false // a conversation of others; people on lists have several addresses
	}
	for _, q := range list {
		if name != "" && len(name) > 3 && person(q.name) == name && url.Site(q.host) != site && !j.inside(q.host) {
			j.find(sekisho.KindImpersonation, "thread-other-address", "1", 2.5, a.Name+" writes from "+a.Host+"; in the conversation that is quoted the address is at "+q.host)
			return true
		}
	}
	return false
}

// answers says whether a mail says that it goes on with a conversation.
func (j *job) answers() bool {
	f := &j.mail.Fields
	if f.InReplyTo != "" || len(f.References) > 0 {
		return true
	}
	subject := search.Fold(f.Subject)
	for _, p := range [...]string{"re:", "aw:", "sv:", "antw:", "fw:", "fwd:", "wg:", "tr:", "rv:", "rif:", "res:", "回复:", "转发:", "返信:", "転送:"} {
		if strings.HasPrefix(subject, p) {
			return true
		}
	}
	return false
}

// participants are the names and addresses in a folded text: "hana minato <hana@minato.example>", "hana minato [mailto:hana@minato.example]".
func participants(text string) []quoted {
	text = text[:min(len(text), quotedBytes)]
	var out []quoted
	for at := 0; len(out) < mostQuoted; {
		i := strings.IndexByte(text[at:], '@')
		if i < 0 {
			break
		}
		i += at
		at = i + 1
		begin := strings.LastIndexAny(text[:i], "<[(\n") + 1
		end := strings.IndexAny(text[i:], ">]) \n")
		if begin == 0 || end < 0 || strings.IndexByte("<[(", text[begin-1]) < 0 {
			continue
		}
		box, host := strings.TrimPrefix(text[begin:i], "mailto:"), text[i+1:i+end]
		if box == "" || strings.ContainsAny(box, " \"") || strings.IndexByte(host, '.') <= 0 {
			continue
		}
		line := text[strings.LastIndexByte(text[:begin-1], '\n')+1 : begin-1]
		out = append(out, quoted{writer(line), box, host})
	}
	return out
}

// writer is the name at the end of a line that leads to an address: "> on monday, 3 may, 10:00 hana minato" gives "hana minato".
func writer(line string) string {
	if i := strings.LastIndexAny(line, ",:;>|、:"); i >= 0 {
		line = line[i+1:]
	}
	return strings.Trim(line, " \t\"'0123456789\u3000")
}
