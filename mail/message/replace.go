package message

import (
	"strings"

	"sekisho"
)

// Piece is what stands in a mail in the place of a part from now on.
type Piece struct {
	Part       *sekisho.Part // of the reading that is changed; no part of another piece may stand in it
	Type       string        // "text/plain"; a text is UTF-8
	Name       string        // of the file; "" for none
	Attached   bool          // shown as a file, not as text
	Data       []byte
	Identified bool // the part keeps its Content-ID, so that a page can go on showing it
}

// Replace gives the mail with other contents in place of some of its parts. Everything else stays as it is, byte for byte.
func (m *Message) Replace(list []Piece) []byte {
	if len(list) == 0 {
		return m.raw
	}
	e := editor{m: m, eol: "\r\n"}
	if m.LF {
		e.eol = "\n"
	}
	for i := range list {
		e.piece(&list[i])
	}
	return e.apply()
}

// piece replaces what a part says of its content, and the content.
func (e *editor) piece(x *Piece) {
	p := x.Part
	lines, text := x.encoded(e.eol)
	at := p.Header.Start
	fields := e.fieldsOf(p)
	for i := range fields {
		f := &fields[i]
		if strings.HasPrefix(f.Key, "content-") && (f.Key != "content-id" || !x.Identified) {
			e.replace(f.Span.Start, f.Span.End, lines)
			lines = ""
		} else if lines != "" {
			at = f.Span.End
		}
	}
	if lines != "" {
		if p == &e.m.Root && Get(fields, "mime-version") == nil {
			lines += "MIME-Version: 1.0" + e.eol
		}
		if p.Header.Len() == 0 {
			lines += e.eol
		}
		e.replace(at, at, lines)
	}
	if p.Header.End == p.Body.Start && !e.separated(p) {
		text = e.eol + text
	}
	e.replace(p.Body.Start, p.Body.End, text)
}

// encoded gives the fields that say what a content is, and the content.
func (x *Piece) encoded(eol string) (lines, text string) {
	encoding := "base64"
	var params []sekisho.Param
	if strings.HasPrefix(x.Type, "text/") {
		params = append(params, sekisho.Param{Name: "charset", Value: "utf-8"})
		encoding, text = encodeText(x.Data, eol)
	} else {
		text = base64Lines(x.Data, eol)
	}
	if x.Name != "" {
		params = append(params, sekisho.Param{Name: "name", Value: x.Name})
	}
	return "Content-Type: " + x.Type + Params(params, eol) + eol + "Content-Transfer-Encoding: " + encoding + eol + x.disposition(eol), text
}

// disposition is the field that says how the content is shown.
func (x *Piece) disposition(eol string) string {
	if x.Name == "" && !x.Attached {
		return ""
	}
	kind := "inline"
	if x.Attached {
		kind = "attachment"
	}
	var params []sekisho.Param
	if x.Name != "" {
		params = append(params, sekisho.Param{Name: "filename", Value: x.Name})
	}
	return "Content-Disposition: " + kind + Params(params, eol) + eol
}

// Compose gives a mail with the header of this one and nothing of its content: text, and files behind it.
func (m *Message) Compose(text string, files []Piece) []byte {
	e := editor{m: m, eol: "\r\n"}
	if m.LF {
		e.eol = "\n"
	}
	var out strings.Builder
	versioned := false
	for i := range m.Header {
		f := &m.Header[i]
		if strings.HasPrefix(f.Key, "content-") {
			continue
		}
		versioned = versioned || f.Key == "mime-version"
		out.Write(m.raw[f.Span.Start:f.Span.End])
		out.WriteString(e.missing(f))
	}
	if !versioned {
		out.WriteString("MIME-Version: 1.0" + e.eol)
	}
	body := Piece{Type: "text/plain", Data: []byte(text)}
	if len(files) == 0 {
		return []byte(out.String() + e.whole(&body))
	}
	b := newBoundary(m.raw, 1)
	out.WriteString("Content-Type: multipart/mixed; boundary=\"" + b + "\"" + e.eol + e.eol + "--" + b + e.eol + e.whole(&body))
	for i := range files {
		out.WriteString(e.eol + "--" + b + e.eol + e.whole(&files[i]))
	}
	return []byte(out.String() + e.eol + "--" + b + "--" + e.eol)
}

// whole is a part with its header.
func (e *editor) whole(x *Piece) string {
	lines, text := x.encoded(e.eol)
	return lines + e.eol + text
}
