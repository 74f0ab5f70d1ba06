// Package compose writes mails: header fields and a tree of parts become a message (RFC 5322, RFC 2045) that every reader
// reads in one way. Whatever is given, the result has one header, CRLF at the ends of lines of at most 998 bytes, and no
// field or part that was not asked for: line breaks and control characters in values become blanks.
package compose

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"
	"unicode/utf8"

	"sekisho"
)

// Message is what is to be written.
type Message struct {
	From, Sender, ReplyTo, To, Cc, Bcc []sekisho.Address
	Subject                            string
	Date                               time.Time
	MessageID                          string   // without angle brackets
	InReplyTo, References              []string // without angle brackets
	Fields                             []sekisho.Param
	Root                               Part
	Boundary                           string // random letters and digits: makes boundaries that no part contains
}

// Part is one node of the tree.
type Part struct {
	Type        string // "text/plain"; multiparts have Parts
	Charset     string // of text that comes as Content; Text is UTF-8
	Disposition string // "inline", "attachment", ""
	Name        string
	CID         string // without angle brackets
	Language    []string
	Location    string
	Text        *string
	Content     []byte
	Parts       []Part
}

const deepest = 20

// Write writes the message. It fails when a part has a type that cannot be, or the tree is too deep.
func Write(m *Message) ([]byte, error) {
	w := &writer{boundary: m.Boundary}
	if !m.Date.IsZero() {
		w.field("Date", m.Date.Format(time.RFC1123Z))
	}
	for _, x := range []struct {
		name string
		list []sekisho.Address
	}{{"From", m.From}, {"Sender", m.Sender}, {"Reply-To", m.ReplyTo}, {"To", m.To}, {"Cc", m.Cc}, {"Bcc", m.Bcc}} {
		if len(x.list) > 0 {
			w.list(x.name, addresses(x.list))
		}
	}
	w.field("Subject", words(m.Subject))
	if m.MessageID != "" {
		w.field("Message-ID", "<"+clean(m.MessageID)+">")
	}
	for _, x := range []struct {
		name string
		ids  []string
	}{{"In-Reply-To", m.InReplyTo}, {"References", m.References}} {
		if len(x.ids) > 0 {
			w.field(x.name, ids(x.ids))
		}
	}
	for _, f := range m.Fields {
		if !fieldName(f.Name) {
			return nil, fmt.Errorf("no field can be called %.40q", f.Name)
		}
		w.field(f.Name, words(f.Value))
	}
	w.field("MIME-Version", "1.0")
	err := w.part(&m.Root, 0)
	return w.b.Bytes(), err
}

func fieldName(s string) bool {
	low := strings.ToLower(s)
	if s == "" || len(s) > 70 || strings.HasPrefix(low, "content-") {
		return false
	}
	switch low {
	case "date", "from", "sender", "reply-to", "to", "cc", "bcc", "subject", "message-id", "in-reply-to", "references", "mime-version", "received", "return-path":
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' })
}

type writer struct {
	b        bytes.Buffer
	boundary string
	n        int
}

// clean makes blanks of what could end a line or a text.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return strings.TrimSpace(s)
}

// words writes a text as encoded words where it has to be (RFC 2047).
func words(s string) string {
	s = clean(s)
	if ascii(s) && !strings.Contains(s, "=?") && longest(s) < 900 {
		return s
	}
	if ascii(s) {
		return mime.QEncoding.Encode("utf-8", s+"\u200b")
	}
	return mime.BEncoding.Encode("utf-8", s)
}

func longest(s string) (n int) {
	for f := range strings.FieldsSeq(s) {
		n = max(n, len(f))
	}
	return n
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

const fold = 76

// field writes one field, folded at blanks.
func (w *writer) field(name, value string) {
	w.b.WriteString(name + ":")
	at := len(name) + 1
	for f := range strings.FieldsSeq(value) {
		if at+1+len(f) > fold && at > len(name)+1 {
			w.b.WriteString("\r\n")
			at = 0
		}
		w.b.WriteString(" " + f)
		at += 1 + len(f)
	}
	w.b.WriteString("\r\n")
}

// list writes a field with one entry a line.
func (w *writer) list(name string, entries []string) {
	w.b.WriteString(name + ": " + strings.Join(entries, ",\r\n ") + "\r\n")
}

func ids(list []string) string {
	var out []string
	for _, id := range list {
		if id = strings.Map(func(r rune) rune {
			if r <= ' ' || r == '<' || r == '>' || r == 0x7f {
				return -1
			}
			return r
		}, clean(id)); id != "" && len(id) < 900 {
			out = append(out, "<"+id+">")
		}
	}
	return strings.Join(out, " ")
}

func addresses(list []sekisho.Address) (out []string) {
	for _, a := range list {
		out = append(out, Address(a))
	}
	return out
}

// Address writes one address (RFC 5322 section 3.4). The local part is quoted when it has to be.
func Address(a sekisho.Address) string {
	local := clean(a.Mailbox)
	if !dotAtom(local) {
		local = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(local) + `"`
	}
	spec := local + "@" + strings.Map(func(r rune) rune {
		if r <= ' ' || strings.ContainsRune(`<>@,;"()\`, r) {
			return -1
		}
		return r
	}, clean(a.Host))
	name := clean(a.Name)
	switch {
	case name == "":
		return "<" + spec + ">"
	case !ascii(name) || strings.Contains(name, "=?") || len(name) > 200:
		return strings.Join(strings.Fields(mime.BEncoding.Encode("utf-8", name)), "\r\n ") + "\r\n <" + spec + ">"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `" <` + spec + ">"
}

func dotAtom(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`()<>[]:;@\,"`, r) })
}

// token says whether s can stand in a type.
func token(s string) bool {
	return s != "" && len(s) < 100 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?=`, r) })
}

func (w *writer) part(p *Part, depth int) error {
	if depth > deepest {
		return errors.New("parts are nested too deep")
	}
	kind, sub, ok := strings.Cut(strings.ToLower(p.Type), "/")
	if !ok || !token(kind) || !token(sub) {
		return fmt.Errorf("no type %.60q", p.Type)
	}
	if kind == "multipart" {
		return w.multipart(p, sub, depth)
	}
	params := map[string]string{}
	body := p.Content
	if p.Text != nil {
		if kind != "text" {
			return fmt.Errorf("%.60q is not a text", p.Type)
		}
		params["charset"] = "utf-8"
		body = []byte(lines(*p.Text))
	} else if kind == "text" && token(p.Charset) {
		params["charset"] = p.Charset
	}
	if p.Name != "" {
		params["name"] = clean(p.Name)
	}
	w.field("Content-Type", formatted(kind+"/"+sub, params))
	w.describe(p)
	w.content(kind, sub, body)
	return nil
}

// formatted writes a type or disposition with its parameters (RFC 2231).
func formatted(value string, params map[string]string) string {
	if s := mime.FormatMediaType(value, params); s != "" {
		return s
	}
	return value
}

// describe writes the fields of a part besides type and encoding.
func (w *writer) describe(p *Part) {
	if p.Disposition == "inline" || p.Disposition == "attachment" {
		params := map[string]string{}
		if p.Name != "" {
			params["filename"] = clean(p.Name)
		}
		w.field("Content-Disposition", formatted(p.Disposition, params))
	}
	if p.CID != "" {
		if id := ids([]string{p.CID}); id != "" {
			w.field("Content-ID", id)
		}
	}
	if len(p.Language) > 0 {
		w.field("Content-Language", words(strings.Join(p.Language, ", ")))
	}
	if p.Location != "" {
		w.field("Content-Location", words(p.Location))
	}
}

func (w *writer) multipart(p *Part, sub string, depth int) error {
	if len(p.Parts) == 0 {
		return errors.New("a multipart without parts")
	}
	w.n++
	b := fmt.Sprintf("=_%s_%d", w.boundary, w.n) // "=_" is in no encoded text
	w.field("Content-Type", formatted("multipart/"+sub, map[string]string{"boundary": b}))
	w.describe(p)
	w.b.WriteString("\r\n")
	for i := range p.Parts {
		w.b.WriteString("--" + b + "\r\n")
		if err := w.part(&p.Parts[i], depth+1); err != nil {
			return err
		}
		w.b.WriteString("\r\n")
	}
	w.b.WriteString("--" + b + "--\r\n")
	return nil
}

// lines ends all lines with CRLF.
func lines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\ufffd"))
	return strings.ReplaceAll(s, "\n", "\r\n")
}

// content writes encoding and body. A message inside is not encoded (RFC 2046 section 5.2.1), if its lines allow it.
func (w *writer) content(kind, sub string, body []byte) {
	short, eight := true, false
	for line := range bytes.SplitSeq(body, []byte("\n")) {
		short = short && len(line) < 998
		eight = eight || bytes.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf })
	}
	bare := bytes.Count(body, []byte("\n")) != bytes.Count(body, []byte("\r\n")) || bytes.Count(body, []byte("\r")) != bytes.Count(body, []byte("\r\n")) || bytes.IndexByte(body, 0) >= 0
	switch {
	case kind == "message" && short && !bare:
		w.field("Content-Transfer-Encoding", map[bool]string{false: "7bit", true: "8bit"}[eight])
		w.b.WriteString("\r\n")
		w.b.Write(body)
	case kind == "text" && short && !bare && !eight && !bytes.Contains(body, []byte("\nFrom ")) && longestLine(body) <= 78:
		w.field("Content-Transfer-Encoding", "7bit")
		w.b.WriteString("\r\n")
		w.b.Write(body)
	case kind == "text" && !bare && mostlyASCII(body):
		w.field("Content-Transfer-Encoding", "quoted-printable")
		w.b.WriteString("\r\n")
		q := quotedprintable.NewWriter(&w.b)
		q.Write(body)
		q.Close()
	default:
		w.field("Content-Transfer-Encoding", "base64")
		w.b.WriteString("\r\n")
		text := base64.StdEncoding.EncodeToString(body)
		for len(text) > fold {
			w.b.WriteString(text[:fold] + "\r\n")
			text = text[fold:]
		}
		w.b.WriteString(text + "\r\n")
	}
}

func longestLine(b []byte) (n int) {
	for line := range bytes.SplitSeq(b, []byte("\n")) {
		n = max(n, len(line))
	}
	return n
}

func mostlyASCII(b []byte) bool {
	n := 0
	for _, c := range b {
		if c >= utf8.RuneSelf {
			n++
		}
	}
	return n*5 <= len(b)
}
