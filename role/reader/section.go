package reader

import (
	"bytes"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/mailbox"
)

// span gives the bytes that a section names; false when there is no such section.
func span(s *sekisho.Summary, f *imap.FetchItemBodySection) (sekisho.Span, bool) {
	if len(f.Part) == 0 {
		switch f.Specifier {
		case imap.PartSpecifierHeader, imap.PartSpecifierMIME:
			return s.Root.Header, true
		case imap.PartSpecifierText:
			return sekisho.Span{Start: s.Root.Header.End, End: s.Size}, true
		}
		return sekisho.Span{End: s.Size}, true
	}
	p := mailbox.Find(&s.Root, f.Part)
	if p == nil {
		return sekisho.Span{}, false
	}
	switch f.Specifier {
	case imap.PartSpecifierNone:
		return p.Body, true
	case imap.PartSpecifierMIME:
		return p.Header, true
	}
	if p.Message == nil || len(p.Parts) != 1 {
		return sekisho.Span{}, false
	}
	if f.Specifier == imap.PartSpecifierHeader {
		return p.Parts[0].Header, true
	}
	return sekisho.Span{Start: p.Parts[0].Header.End, End: p.Body.End}, true
}

// section gives what a BODY[...] item asks for; empty when there is nothing of that name.
func (m *mail) section(f *imap.FetchItemBodySection) ([]byte, bool) {
	x, there := span(m.Summary, f)
	if !there {
		return nil, true
	}
	if f.Partial != nil && len(f.HeaderFields)+len(f.HeaderFieldsNot) == 0 {
		return m.Cut(partial(x, f.Partial))
	}
	b, ok := m.Cut(x)
	if !ok {
		return nil, false
	}
	switch {
	case len(f.HeaderFields) > 0:
		b = chosen(b, f.HeaderFields, true)
	case len(f.HeaderFieldsNot) > 0:
		b = chosen(b, f.HeaderFieldsNot, false)
	}
	if f.Partial != nil {
		x = partial(sekisho.Span{End: int64(len(b))}, f.Partial)
		b = b[x.Start:x.End]
	}
	return b, true
}

// partial cuts a span to <offset.size>.
func partial(x sekisho.Span, p *imap.SectionPartial) sekisho.Span {
	low := x.Start + min(max(p.Offset, 0), x.Len())
	return sekisho.Span{Start: low, End: low + min(max(p.Size, 0), x.End-low)}
}

// chosen keeps the fields of the given names, or all others, and the empty line.
func chosen(b []byte, names []string, keep bool) []byte {
	fields, _ := header.Split(b)
	var out bytes.Buffer
	for _, f := range fields {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, f.Name) }) == keep {
			out.Write(f.Raw)
		}
	}
	out.WriteString("\r\n")
	return out.Bytes()
}
