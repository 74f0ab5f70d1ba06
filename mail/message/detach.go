package message

import (
	"bytes"
	"slices"

	"sekisho"
)

// Detach gives the mail without some of its parts, and with a note at the end of its text. Everything else stays as it is, byte for
// byte. A mail that has no text, or one that is signed, has the note in the place of the first part that was taken; unless instead
// stands there.
func (m *Message) Detach(parts []*sekisho.Part, note string, instead *Piece) ([]byte, error) {
	if len(parts) == 0 {
		return m.raw, nil
	}
	e := editor{m: m, eol: "\r\n"}
	if m.LF {
		e.eol = "\n"
	}
	textual := m.Shown("plain") != nil || m.Shown("html") != nil
	var keep []*sekisho.Part // in whose place something has to stand
	if instead == nil && !textual {
		instead = &Piece{Type: "text/plain", Data: []byte(note)}
	}
	if instead != nil {
		keep = append(keep, parts[0])
	}
	keep = hollow(&m.Root, parts, keep)
	for i, p := range parts {
		switch {
		case i == 0 && instead != nil:
			x := *instead
			x.Part = p
			e.piece(&x)
		case slices.Contains(keep, p):
			e.piece(&Piece{Part: p, Type: "text/plain"})
		default:
			e.cut(p)
		}
	}
	out := e.apply()
	if !textual {
		return out, nil
	}
	return Rewrite(out, Change{Footer: note})
}

// hollow adds to keep the first part of each multipart of which nothing would be left: one without parts is none.
func hollow(p *sekisho.Part, taken, keep []*sekisho.Part) []*sekisho.Part {
	if len(p.Parts) == 0 {
		if p.Type != "multipart" && slices.Contains(taken, p) && !slices.Contains(keep, p) && p.Header.Start == 0 {
			keep = append(keep, p) // the mail itself
		}
		return keep
	}
	left := 0
	for i := range p.Parts {
		if c := &p.Parts[i]; !slices.Contains(taken, c) || slices.Contains(keep, c) {
			left++
		}
		keep = hollow(&p.Parts[i], taken, keep)
	}
	if left == 0 {
		keep = append(keep, &p.Parts[0])
	}
	return keep
}

// cut takes a part of a multipart out, with the delimiter line before it (RFC 2046 section 5.1.1). One whose delimiter is not found
// becomes an empty text.
func (e *editor) cut(p *sekisho.Part) {
	raw := e.m.raw
	start := int64(-1)
	if p.Header.Start > 1 {
		start = int64(bytes.LastIndexByte(raw[:p.Header.Start-1], '\n')) + 1
	}
	if start < 1 || !bytes.HasPrefix(raw[start:], []byte("--")) {
		e.piece(&Piece{Part: p, Type: "text/plain"})
		return
	}
	e.replace(start, p.Body.End, "")
	e.lineBefore(start)
}

// lineBefore takes the line break that belongs to the delimiter, unless it ends a header's empty line.
func (e *editor) lineBefore(start int64) {
	raw, last := e.m.raw, &e.edits[len(e.edits)-1]
	at := start - 1
	if at > 0 && raw[at-1] == '\r' {
		at--
	}
	if at > 0 && raw[at-1] != '\n' { // the line before has something in it
		last.Start = at
	}
}
