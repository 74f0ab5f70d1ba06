package scan

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/scan/html"
	"sekisho/search"
)

// number is how IMAP counts the root of a mail that stands at prefix.
func number(p *sekisho.Part, prefix string) string {
	if p.Type == "multipart" {
		return prefix
	}
	return join(prefix, "1")
}

func join(prefix, n string) string {
	if prefix == "" {
		return n
	}
	return prefix + "." + n
}

// part inspects p, whose number is no, of m. base stands before the number in places: the attachment that m came from.
func (j *job) part(m *message.Message, p *sekisho.Part, no, base string) {
	if j.ctx.Err() != nil {
		return
	}
	switch {
	case p.Type == "multipart":
		j.margins(m, p, place(base, no, ""))
		for i := range p.Parts {
			j.part(m, &p.Parts[i], join(no, strconv.Itoa(i+1)), base)
		}
		if len(p.Parts) == 0 { // some programs show this as text
			data, _ := m.Content(p)
			j.plain(message.Decode(data, ""), place(base, no, ""))
			j.leaf(m, p, no, base)
		}
	case p.Type == "message" && len(p.Parts) == 1:
		j.text(p.Message.Subject)
		c := &p.Parts[0]
		j.part(m, c, number(c, no), base)
	default:
		j.leaf(m, p, no, base)
	}
}

// margins looks at what stands before the first part and behind the last: programs that know no MIME show it.
func (j *job) margins(m *message.Message, p *sekisho.Part, where string) {
	if len(p.Parts) == 0 || j.quick {
		return
	}
	raw := m.Raw()
	for _, b := range [][]byte{raw[p.Body.Start:p.Parts[0].Header.Start], raw[p.Parts[len(p.Parts)-1].Body.End:p.Body.End]} {
		if len(b) < 60 {
			continue
		}
		if v := j.s.engine.Find(b); v != "" {
			j.find(sekisho.KindVirus, v, where, 30, "known malware outside of the parts")
		}
		if len(b) > 300 {
			j.undecoded(b, where)
		}
	}
}

// leaf inspects a part that has a content of its own.
func (j *job) leaf(m *message.Message, p *sekisho.Part, no, base string) {
	if j.quick && p.Type != "text" && p.Type != "message" && p.Type != "multipart" {
		return
	}
	data, err := m.Content(p)
	name := message.Filename(p)
	if p.Type == "application" {
		j.sealed(p, place(base, no, name))
	}
	where := place(base, no, name)
	if err != nil {
		j.rep.Unscannable = true
		j.undecoded(data, where)
	}
	if p.Type == "text" && p.Disposition != "attachment" && (name == "" || p.Subtype == "plain" || p.Subtype == "html") {
		j.body(p, data, where)
		if name == "" && !active(data) {
			return
		}
	}
	if p.Type == "message" && (p.Subtype == "rfc822" || p.Subtype == "global") {
		if j.embedded(data, where) {
			j.rep.Ambiguous = true
		}
		return
	}
	if p.Type == "message" && (p.Subtype == "delivery-status" || p.Subtype == "disposition-notification") {
		j.text(string(data[:min(len(data), 4096)]))
		return
	}
	if p.Type == "message" && (p.Subtype == "partial" || p.Subtype == "external-body") {
		// The rest comes in another mail, or from elsewhere: nobody has seen the whole (RFC 2046 section 5.2).
		j.rep.Unscannable = true
		j.find(sekisho.KindAmbiguous, p.Subtype, where, 5, "only a part of a mail")
	}
	j.file(name, data, where, 0)
}

// sealed states that a part is encrypted to somebody by S/MIME or OpenPGP.
func (j *job) sealed(p *sekisho.Part, where string) {
	switch p.Subtype {
	case "pkcs7-mime", "x-pkcs7-mime":
		if t := strings.ToLower(message.Param(p.Params, "smime-type")); t != "signed-data" && t != "certs-only" {
			j.find(sekisho.KindEncrypted, "smime", where, 0, t)
		}
	case "pgp-encrypted":
		j.find(sekisho.KindEncrypted, "openpgp", where, 0, "")
	}
}

// place is part and name: "2/invoice.zip".
func place(base, no, name string) string {
	if base != "" {
		no = base + "/" + no
	}
	if name != "" {
		no += "/" + name
	}
	return no
}

// active says whether a text is in truth something else.
func active(data []byte) bool {
	if len(data) < 4 {
		return false
	}
	switch data[0] {
	case 'M', 'P', '%', 0x7f, 0xd0, '{', 'R', '7', 0x1f:
		return true
	}
	return false
}

// embedded inspects a mail that stands in an attachment in encoded form. True when it is ambiguous.
func (j *job) embedded(data []byte, where string) bool {
	if j.nested++; j.nested > 20 {
		j.find(sekisho.KindBomb, "mime-depth", where, 10, "more than 20 mails in attachments")
		j.rep.Unscannable = true
		return false
	}
	m := message.Read(data, j.s.config.Mail)
	j.take(m.Findings, where)
	j.text(m.Fields.Subject)
	j.part(m, &m.Root, number(&m.Root, ""), where)
	return m.Ambiguous
}

// body reads a text that is shown as the mail itself.
func (j *job) body(p *sekisho.Part, data []byte, where string) {
	if !j.quick {
		if v := j.s.engine.Find(data); v != "" {
			j.find(sekisho.KindVirus, v, where, 30, "known malware")
		}
	}
	cs := message.Param(p.Params, "charset")
	if p.Subtype != "html" {
		j.plain(message.Decode(data, cs), where)
		return
	}
	if cs == "" && !utf8.Valid(data) {
		cs = declared(data)
	}
	page := html.Read(message.Decode(data, cs))
	j.text(page.Text)
	if j.quick {
		return
	}
	j.page(page, where)
}

// declared is the character set that a page says itself.
func declared(data []byte) string {
	head := bytes.ToLower(data[:min(len(data), 2048)])
	i := bytes.Index(head, []byte("charset="))
	if i < 0 {
		return ""
	}
	v := strings.TrimLeft(string(head[i+8:min(len(head), i+48)]), "\"'")
	if end := strings.IndexAny(v, "\"' />;\r\n"); end >= 0 {
		v = v[:end]
	}
	return v
}

// plain reads a text without marks.
func (j *job) plain(t, where string) {
	j.text(t)
	if j.quick {
		return
	}
	j.links(t, where)
	j.uuencoded(t, where)
	if strings.Contains(t, "-----BEGIN PGP MESSAGE-----") {
		j.find(sekisho.KindEncrypted, "openpgp", where, 0, "")
	}
}

// uuencoded inspects a file that stands in a text in the old way: some mail programs show it as an attachment, others show
// letters.
func (j *job) uuencoded(t, where string) {
	for n := 0; n < 20; n++ {
		i := strings.Index(t, "begin ")
		if i < 0 {
			return
		}
		head, _, ok := strings.Cut(t[i:], "\n")
		w := strings.Fields(head)
		if ok && len(w) >= 3 && len(w[1]) == 3 && (i == 0 || t[i-1] == '\n') && w[1] >= "000" && w[1] <= "777" {
			name := strings.Join(w[2:], " ")
			if data := message.Uudecode([]byte(t[i:])); len(data) > 0 {
				j.find(sekisho.KindAmbiguous, "uuencoded-file", where, 0.5, name)
				j.file(name, data, where+"/"+name, 0)
			}
		}
		t = t[i+6:]
	}
}

// searchable makes the text and the tokens for searching.
func (j *job) searchable() {
	t := search.Fold(strings.Join(j.words, "\n"))
	if len(t) > maxText {
		t = strings.ToValidUTF8(t[:maxText], "")
	}
	j.rep.Text = t
	if people := correspondents(&j.mail.Fields); t != "" || people != "" {
		j.rep.Tokens = search.Encode(search.TokensOfFolded(t + "\n" + people))
	}
}

// index adds the texts of attached documents to what a mail is found by.
func (j *job) index() {
	if len(j.papers) == 0 {
		return
	}
	t := j.rep.Text + "\n" + search.Fold(strings.Join(j.papers, "\n"))
	if len(t) > maxText {
		t = strings.ToValidUTF8(t[:maxText], "")
	}
	j.rep.Text = t
	j.rep.Tokens = search.Encode(search.TokensOfFolded(t + "\n" + correspondents(&j.mail.Fields)))
}

// correspondents is the people of a mail as one text, in the form in which texts are compared: tokens find them too.
func correspondents(f *sekisho.Fields) string {
	var b strings.Builder
	for _, list := range [][]sekisho.Address{f.From, f.Sender, f.ReplyTo, f.To, f.Cc, f.Bcc} {
		for _, a := range list {
			if b.Len() > maxText/4 {
				break
			}
			b.WriteString(a.Name + " " + a.String() + "\n")
		}
	}
	return search.Fold(b.String())
}
