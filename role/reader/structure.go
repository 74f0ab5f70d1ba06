package reader

import (
	"mime"
	"strings"

	"github.com/emersion/go-imap/v2"

	"sekisho"
)

// envelope says what the summary says, in IMAP's words (RFC 9051 section 7.5.2).
func envelope(f *sekisho.Fields) *imap.Envelope {
	e := &imap.Envelope{Date: f.Date, Subject: f.Subject, From: addresses(f.From), Sender: addresses(f.Sender), ReplyTo: addresses(f.ReplyTo),
		To: addresses(f.To), Cc: addresses(f.Cc), Bcc: addresses(f.Bcc), MessageID: bare(f.MessageID)}
	if f.InReplyTo != "" {
		e.InReplyTo = []string{bare(f.InReplyTo)}
	}
	return e
}

// bare takes the angle brackets off: the library puts them back.
func bare(id string) string { return strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">") }

func addresses(list []sekisho.Address) []imap.Address {
	if len(list) == 0 {
		return nil
	}
	out := make([]imap.Address, len(list))
	for i, a := range list {
		out[i] = imap.Address{Name: a.Name, Mailbox: a.Mailbox, Host: a.Host}
	}
	return out
}

// structure writes the tree of a message. A message or a multipart that has nothing inside is shown as what it is with
// an empty text inside, as the grammar wants something there.
func structure(p *sekisho.Part, extended bool) imap.BodyStructure {
	if p.Type == "multipart" {
		m := &imap.BodyStructureMultiPart{Subtype: p.Subtype}
		for i := range p.Parts {
			m.Children = append(m.Children, structure(&p.Parts[i], extended))
		}
		if len(m.Children) == 0 {
			m.Children = []imap.BodyStructure{emptyText(extended)}
		}
		if extended {
			m.Extended = &imap.BodyStructureMultiPartExt{Params: params(p.Params), Disposition: disposition(p), Language: p.Language, Location: p.Location}
		}
		return m
	}
	s := &imap.BodyStructureSinglePart{Type: p.Type, Subtype: p.Subtype, Params: params(p.Params), ID: p.ID, Description: encoded(p.Description),
		Encoding: p.Encoding, Size: uint32(min(p.Body.Len(), 1<<32-1))}
	switch {
	case p.Type == "message" && p.Subtype == "rfc822":
		s.MessageRFC822 = &imap.BodyStructureMessageRFC822{Envelope: &imap.Envelope{}, BodyStructure: emptyText(extended), NumLines: p.Lines}
		if p.Message != nil && len(p.Parts) == 1 {
			s.MessageRFC822.Envelope, s.MessageRFC822.BodyStructure = envelope(p.Message), structure(&p.Parts[0], extended)
		}
	case p.Type == "text":
		s.Text = &imap.BodyStructureText{NumLines: p.Lines}
		if s.Params["charset"] == "" { // what is not said is US-ASCII (RFC 2045 section 5.2)
			s.Params["charset"] = "us-ascii"
		}
	}
	if extended {
		s.Extended = &imap.BodyStructureSinglePartExt{Disposition: disposition(p), Language: p.Language, Location: p.Location}
	}
	return s
}

func emptyText(extended bool) imap.BodyStructure {
	return structure(&sekisho.Part{Type: "text", Subtype: "plain", Encoding: "7bit"}, extended)
}

func params(list []sekisho.Param) map[string]string {
	out := map[string]string{}
	for _, p := range list {
		if p.Name != "" {
			out[strings.ToLower(p.Name)] = encoded(p.Value)
		}
	}
	return out
}

func disposition(p *sekisho.Part) *imap.BodyStructureDisposition {
	if p.Disposition == "" {
		return nil
	}
	return &imap.BodyStructureDisposition{Value: p.Disposition, Params: params(p.DispositionParams)}
}

// encoded writes text that is not ASCII as encoded words, which is what programs understand here.
func encoded(s string) string { return mime.QEncoding.Encode("utf-8", s) }
