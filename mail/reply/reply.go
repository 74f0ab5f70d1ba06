// Package reply writes the mails that a filter answers with: automatic replies (RFC 3834, RFC 5230) and notices (RFC 5436). It also
// knows to what no automatic reply may go.
package reply

import (
	"bytes"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Header gives the first field of a lower-case name as it stands in the mail, unfolded; "" when there is none.
type Header func(name string) string

// Stamp is what a mail that is made here needs from outside.
type Stamp struct {
	Date      time.Time
	MessageID string // without angle brackets
}

// Write writes the reply of a vacation to a message with this header (RFC 3834 section 3): it goes to v.To with the null
// sender. Lines end with CRLF.
func (v *Vacation) Write(to Header, s Stamp) []byte {
	var b bytes.Buffer
	head(&b, "Date", s.Date.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	head(&b, "From", person(v.From))
	head(&b, "To", recipient(v.To, to))
	head(&b, "Subject", encode(v.Subject))
	head(&b, "Message-ID", "<"+s.MessageID+">")
	if id := identifier(to("message-id")); id != "" {
		head(&b, "In-Reply-To", id)
		head(&b, "References", references(to("references"), id))
	}
	head(&b, "Auto-Submitted", "auto-replied (vacation)")
	head(&b, "Precedence", "bulk")
	head(&b, "X-Auto-Response-Suppress", "All")
	head(&b, "MIME-Version", "1.0")
	if v.MIME {
		entity(&b, v.Text)
		return b.Bytes()
	}
	plain(&b, v.Text)
	return b.Bytes()
}

// Vacation is an automatic reply (RFC 5230). It is sent only when none with this handle went to the sender within Period.
type Vacation struct {
	Handle  string
	Period  time.Duration
	From    string // as the script gave it or as found; with a display name or not
	Subject string // "" is that of the message with Auto: before it
	Text    string // plain text, or with MIME an entity with its header
	MIME    bool
	To      string // the envelope's sender, who gets the reply
}

// OneLine makes line breaks blanks: a value that a script made cannot begin another field.
func OneLine(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\r\n ", " ", "\r\n\t", " ", "\r\n", " ", "\r", " ", "\n", " ").Replace(s))
}

// Brief is a subject of a length that people read; what is left out is shown by an ellipsis.
func Brief(s string) string {
	const most = 256
	n := 0
	for i := range s {
		if n++; n == most && len(s)-i > utf8.UTFMax {
			return s[:i] + "\u2026"
		}
	}
	return s
}

// System says whether an address is one behind which nobody reads.
func System(a string) bool {
	local := strings.ToLower(a[:strings.LastIndexByte(a, '@')])
	for _, s := range []string{"mailer-daemon", "listserv", "majordomo", "noreply", "no-reply", "do-not-reply", "postmaster"} {
		if local == s {
			return true
		}
	}
	return strings.HasPrefix(local, "owner-") || strings.HasSuffix(local, "-request") || strings.HasSuffix(local, "-owner") ||
		strings.HasSuffix(local, "-bounces") || strings.HasPrefix(local, "bounce")
}

// Automatic says what in a header field shows that no person waits for an answer; "" when it shows nothing.
func Automatic(name, value string) string {
	name, value = strings.ToLower(name), strings.ToLower(strings.TrimSpace(value))
	word, _, _ := strings.Cut(value, ";")
	switch {
	case strings.HasPrefix(name, "list-"):
		return "the message came by a mailing list"
	case name == "precedence" && slices.Contains([]string{"bulk", "list", "junk"}, value):
		return "the message is bulk mail"
	case name == "auto-submitted" && strings.TrimSpace(word) != "no":
		return "the message was made by a program"
	case name == "x-auto-response-suppress":
		for s := range strings.SplitSeq(value, ",") {
			if s = strings.TrimSpace(s); s == "all" || s == "oof" || s == "autoreply" {
				return "the sender asked for no automatic reply"
			}
		}
	}
	return ""
}

// head writes a field, folded at blanks before column 78 where it can be.
func head(b *bytes.Buffer, name, value string) {
	b.WriteString(name + ":")
	column := len(name) + 1
	for w := range strings.FieldsSeq(value) {
		const most = 76
		if column+1+len(w) > most && column > len(name)+1 {
			b.WriteString("\r\n")
			column = 0
		}
		b.WriteString(" " + w)
		column += 1 + len(w)
	}
	b.WriteString("\r\n")
}

// encode writes a text in encoded words where it must (RFC 2047). Words that are encoded already stay.
func encode(s string) string { return mime.QEncoding.Encode("utf-8", OneLine(s)) }

// person writes an address with its display name.
func person(s string) string {
	a, err := mail.ParseAddress(s)
	if err != nil {
		return OneLine(s)
	}
	if a.Name == "" {
		return Bare(a.Address)
	}
	return phrase(a.Name) + " <" + Bare(a.Address) + ">"
}

// phrase writes a display name: as an atom, in quotes, or encoded.
func phrase(s string) string {
	switch e := encode(s); {
	case e != OneLine(s):
		return e
	case strings.ContainsAny(s, "()<>[]:;@\\,.\""):
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(OneLine(s)) + `"`
	default:
		return e
	}
}

// recipient writes the address with the name that From or Sender give it.
func recipient(to string, h Header) string {
	for _, name := range []string{"sender", "from", "reply-to", "resent-from"} {
		a, err := mail.ParseAddress(h(name))
		if err == nil && strings.EqualFold(Bare(a.Address), to) && a.Name != "" {
			e := encode(a.Name)
			if e == OneLine(a.Name) {
				e = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(e) + `"`
			}
			return e + " <" + to + ">"
		}
	}
	return "<" + to + ">"
}

// identifier is the message identifier in s with its angle brackets; "" when there is none.
func identifier(s string) string {
	i, k := strings.IndexByte(s, '<'), strings.IndexByte(s, '>')
	if i < 0 || k < i || k-i > 900 || strings.ContainsFunc(s[i:k], func(c rune) bool { return c <= ' ' || c > '~' }) {
		return ""
	}
	return s[i : k+1]
}

// references adds id to what a message refers to: the last 30 of it.
func references(old, id string) string {
	var list []string
	for w := range strings.FieldsSeq(old) {
		if w = identifier(w); w != "" {
			list = append(list, w)
		}
	}
	const most = 30
	list = append(list[max(0, len(list)-most):], id)
	return strings.Join(list, " ")
}

// plain writes a text body.
func plain(b *bytes.Buffer, s string) {
	head(b, "Content-Type", "text/plain; charset=utf-8")
	if strings.ContainsFunc(s, func(c rune) bool { return c >= 0x80 || c == 0 }) || long(s) {
		head(b, "Content-Transfer-Encoding", "quoted-printable")
		b.WriteString("\r\n")
		w := quotedprintable.NewWriter(b)
		_, _ = w.Write([]byte(s)) // a buffer takes all
		_ = w.Close()
	} else {
		b.WriteString("\r\n")
		b.WriteString(s)
	}
	if !strings.HasSuffix(s, "\n") {
		b.WriteString("\r\n")
	}
}

// long says whether a line is longer than mail allows.
func long(s string) bool {
	for l := range strings.SplitSeq(s, "\n") {
		if len(l) > 900 {
			return true
		}
	}
	return false
}

// entity writes a MIME entity that the script gave. Of its header only content fields go out.
func entity(b *bytes.Buffer, s string) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "")
	header, body, ok := strings.Cut(s, "\n\n")
	if !ok {
		header, body = s, ""
	}
	keep := false
	for l := range strings.SplitSeq(header, "\n") {
		if l == "" {
			continue
		}
		if l[0] != ' ' && l[0] != '\t' {
			name, _, _ := strings.Cut(l, ":")
			keep = strings.HasPrefix(strings.ToLower(name), "content-") && FieldName(name)
		}
		if keep {
			b.WriteString(l + "\r\n")
		}
	}
	b.WriteString("\r\n" + strings.ReplaceAll(body, "\n", "\r\n"))
}

// Write writes the notice: it is sent to all of To and Cc, from owner when the script named nobody (RFC 5436 section 2.7).
func (m *Notice) Write(owner string, s Stamp) []byte {
	var b bytes.Buffer
	from := m.From
	if from == "" {
		from = owner
	}
	head(&b, "Date", s.Date.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	head(&b, "From", person(from))
	head(&b, "To", strings.Join(m.To, ", "))
	if len(m.Cc) > 0 {
		head(&b, "Cc", strings.Join(m.Cc, ", "))
	}
	head(&b, "Subject", encode(m.Subject))
	head(&b, "Message-ID", "<"+s.MessageID+">")
	head(&b, "Auto-Submitted", "auto-notified; owner-email=\""+owner+"\"")
	head(&b, "X-Priority", [...]string{"3 (Normal)", "1 (High)", "3 (Normal)", "5 (Low)"}[m.Importance&3])
	head(&b, "Importance", [...]string{"normal", "high", "normal", "low"}[m.Importance&3])
	head(&b, "X-Sieve", "Sekisho")
	for _, f := range m.Fields {
		head(&b, f[0], encode(f[1]))
	}
	head(&b, "MIME-Version", "1.0")
	plain(&b, m.Text)
	return b.Bytes()
}
