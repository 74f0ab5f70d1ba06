package reader

import (
	"bytes"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"sekisho"
	"sekisho/mail/header"
)

// find gives the part that a section number names (RFC 9051 section 6.4.5.1). Every message, also an embedded one, has
// at least part 1: its only body when it is not a multipart.
func find(root *sekisho.Part, path []int) *sekisho.Part {
	at, inside := root, false // inside: at is a part, not yet opened as a message
	for _, n := range path {
		if inside && at.Message != nil && len(at.Parts) == 1 {
			at, inside = &at.Parts[0], false
		}
		switch {
		case at.Type == "multipart":
			if n < 1 || n > len(at.Parts) {
				return nil
			}
			at = &at.Parts[n-1]
		case inside || n != 1:
			return nil
		}
		inside = true
	}
	return at
}

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
	p := find(&s.Root, f.Part)
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

// touched gives the classes of a span's bytes, as bits.
func touched(s *sekisho.Summary, x sekisho.Span) (set uint16) {
	for _, p := range s.Pieces {
		if max(p.Start, x.Start) < min(p.End, x.End) {
			set |= 1 << p.Class
		}
	}
	return set
}

// cut gives the bytes of a span, put together from the pieces; false when a piece is not there.
func (m *mail) cut(x sekisho.Span) ([]byte, bool) {
	if x.Start < 0 || x.End < x.Start || x.End > m.summary.Size {
		return nil, false
	}
	out := make([]byte, 0, x.Len())
	var used [16]int64 // bytes of each class that earlier pieces took
	for _, p := range m.summary.Pieces {
		if p.Class > sekisho.ClassTransit || p.Len() < 0 {
			return nil, false
		}
		from := used[p.Class]
		used[p.Class] += p.Len()
		low, high := max(p.Start, x.Start), min(p.End, x.End)
		if low >= high {
			continue
		}
		b := m.class(p.Class)
		a, z := from+low-p.Start, from+high-p.Start
		if z > int64(len(b)) || low != x.Start+int64(len(out)) {
			return nil, false
		}
		out = append(out, b[a:z]...)
	}
	return out, int64(len(out)) == x.Len()
}

func (m *mail) class(c sekisho.Class) []byte {
	switch c {
	case sekisho.ClassHeader:
		return m.header
	case sekisho.ClassAttachment:
		return m.attachment
	}
	return m.body
}

// section gives what a BODY[...] item asks for; empty when there is nothing of that name.
func (m *mail) section(f *imap.FetchItemBodySection) ([]byte, bool) {
	x, there := span(m.summary, f)
	if !there {
		return nil, true
	}
	if f.Partial != nil && len(f.HeaderFields)+len(f.HeaderFieldsNot) == 0 {
		return m.cut(partial(x, f.Partial))
	}
	b, ok := m.cut(x)
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
