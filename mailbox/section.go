package mailbox

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"

	"sekisho"
)

// Find gives the part that a section number names (RFC 9051 section 6.4.5.1). Every message, also an embedded one, has
// at least part 1: its only body when it is not a multipart.
func Find(root *sekisho.Part, path []int) *sekisho.Part {
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

// Touched gives the classes of a span's bytes, as bits.
func Touched(s *sekisho.Summary, x sekisho.Span) (set uint16) {
	for _, p := range s.Pieces {
		if max(p.Start, x.Start) < min(p.End, x.End) {
			set |= 1 << p.Class
		}
	}
	return set
}

// Cut gives the bytes of a span, put together from the pieces; false when a piece is not there.
func (m *Mail) Cut(x sekisho.Span) ([]byte, bool) {
	if x.Start < 0 || x.End < x.Start || x.End > m.Summary.Size {
		return nil, false
	}
	out := make([]byte, 0, x.Len())
	var used [16]int64 // bytes of each class that earlier pieces took
	for _, p := range m.Summary.Pieces {
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

func (m *Mail) class(c sekisho.Class) []byte {
	switch c {
	case sekisho.ClassHeader:
		return m.Header
	case sekisho.ClassAttachment:
		return m.Attachment
	}
	return m.Body
}

// Transferred takes the transfer encoding off (RFC 2045 section 6). What follows an error of encoding is left out.
func Transferred(b []byte, encoding string) []byte {
	var r io.Reader
	switch encoding {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(b))
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(b))
	default:
		return b
	}
	out, _ := io.ReadAll(r)
	return out
}
