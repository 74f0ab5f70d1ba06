package scan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/scan/html"
	"sekisho/search"
)

// Summarize reads a mail for its Summary, Text and Tokens, and whether it is Ambiguous; nothing is inspected and nothing else
// of the Report is set. It is for a mail that was changed after its inspection, and costs a fraction of it.
func (s *Scanner) Summarize(raw []byte) (rep Report) {
	j := s.job(context.Background(), Context{})
	j.quick = true
	defer func() {
		if recover() != nil {
			rep = j.rep
		}
	}()
	j.mail = message.Read(raw, s.config.Mail)
	j.rep.Ambiguous = j.mail.Ambiguous
	j.rep.Summary = summary(j.mail)
	j.text(j.mail.Fields.Subject)
	j.part(j.mail, &j.mail.Root, number(&j.mail.Root, ""), "")
	j.searchable()
	j.rep.Findings, j.rep.Unscannable = nil, false
	return j.rep
}

func summary(m *message.Message) sekisho.Summary {
	s := sekisho.Summary{Fields: m.Fields, Size: int64(len(m.Raw())), Root: m.Root}
	s.Preview = preview(m)
	s.Thread = thread(&m.Fields)
	p := pieces{size: s.Size}
	p.add(sekisho.ClassHeader, m.Root.Header)
	s.Attachment = p.walk(&m.Root, false)
	p.rest(sekisho.ClassBody, s.Size)
	s.Pieces = p.list
	return s
}

// pieces cuts a mail into runs of one class.
type pieces struct {
	list []sekisho.Piece
	at   int64 // up to where the mail is covered
	size int64
}

// add gives span to class; what lies before it and is in no piece yet is body.
func (p *pieces) add(class sekisho.Class, span sekisho.Span) {
	p.rest(sekisho.ClassBody, span.Start)
	p.rest(class, span.End)
}

// rest gives everything up to end to class.
func (p *pieces) rest(class sekisho.Class, end int64) {
	if end <= p.at {
		return
	}
	if n := len(p.list); n > 0 && p.list[n-1].Class == class && class != sekisho.ClassHeader {
		p.list[n-1].End = end
	} else {
		p.list = append(p.list, sekisho.Piece{Class: class, Span: sekisho.Span{Start: p.at, End: end}})
	}
	p.at = end
}

// walk adds the attachments below part; true when a person would say that the mail has one.
func (p *pieces) walk(part *sekisho.Part, related bool) bool {
	if part.Type == "multipart" {
		has := false
		for i := range part.Parts {
			if p.walk(&part.Parts[i], part.Subtype == "related" && i > 0) {
				has = true
			}
		}
		return has
	}
	if inline(part) {
		return false
	}
	p.add(sekisho.ClassAttachment, part.Body)
	switch {
	case part.Disposition == "attachment":
		return true
	case related, part.Type == "message" && part.Subtype != "rfc822", part.Subtype == "pgp-signature", part.Subtype == "pkcs7-signature",
		part.Subtype == "x-pkcs7-signature", part.Type == "text" && part.Subtype == "calendar":
		return false
	case part.Disposition == "inline" && part.ID != "" && part.Type == "image":
		return false
	}
	return true
}

// inline says whether part is text that is shown as the mail itself.
func inline(part *sekisho.Part) bool {
	if part.Type != "text" || part.Disposition == "attachment" {
		return false
	}
	return message.Filename(part) == "" && part.Subtype != "calendar" && part.Subtype != "rtf"
}

// preview is the start of the first text, on one line.
func preview(m *message.Message) string {
	part := firstText(&m.Root)
	if part == nil {
		return ""
	}
	b, _ := m.Content(part)
	b = b[:min(len(b), 16<<10)]
	t := message.Decode(b, message.Param(part.Params, "charset"))
	if part.Subtype == "html" {
		t = html.Read(t).Text
	}
	return oneLine(t, 256)
}

// firstText finds the text to show: plain before HTML.
func firstText(p *sekisho.Part) *sekisho.Part {
	if p.Type == "text" && p.Disposition != "attachment" {
		return p
	}
	var best *sekisho.Part
	for i := range p.Parts {
		f := firstText(&p.Parts[i])
		if f == nil {
			continue
		}
		if f.Subtype == "plain" || p.Subtype != "alternative" {
			return f
		}
		if best == nil {
			best = f
		}
	}
	return best
}

// oneLine is the start of t, white space made one blank, at most n bytes.
func oneLine(t string, n int) string {
	out := make([]byte, 0, n)
	space := false
	for _, r := range t {
		if unicode.IsSpace(r) || r < ' ' || r == 0x7f || r == utf8.RuneError || r == 0x200b || r == 0xfeff || r == 0x200c || r == 0x034f || r == 0x00ad {
			space = len(out) > 0
			continue
		}
		need := utf8.RuneLen(r)
		if space {
			need++
		}
		if len(out)+need > n {
			break
		}
		if space {
			out = append(out, ' ')
			space = false
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

// thread is a name for the conversation: made from the first mail that it refers to, else from its own id, else from the
// subject without the marks of answers.
func thread(f *sekisho.Fields) string {
	root := f.MessageID
	switch {
	case len(f.References) > 0:
		root = f.References[0]
	case f.InReplyTo != "":
		root = f.InReplyTo
	}
	if root == "" {
		root = "subject " + baseSubject(f.Subject)
	}
	sum := sha256.Sum256([]byte(root))
	return hex.EncodeToString(sum[:12])
}

// baseSubject is a subject without "Re:", "Fwd:", tags in brackets and case (RFC 5256 section 2.1, roughly).
func baseSubject(s string) string {
	s = search.Fold(strings.TrimSpace(s))
	for {
		t := s
		if strings.HasPrefix(t, "[") {
			if i := strings.IndexByte(t, ']'); i > 0 && i < len(t)-1 {
				t = strings.TrimSpace(t[i+1:])
			}
		}
		for _, p := range []string{"re:", "fw:", "fwd:", "aw:", "sv:", "返信:", "転送:"} {
			if strings.HasPrefix(t, p) {
				t = strings.TrimSpace(t[len(p):])
			}
		}
		if t == s {
			return s
		}
		s = t
	}
}
