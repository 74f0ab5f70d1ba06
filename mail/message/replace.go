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
	encoding, text := "base64", ""
	var params []sekisho.Param
	if strings.HasPrefix(x.Type, "text/") {
		params = append(params, sekisho.Param{Name: "charset", Value: "utf-8"})
		encoding, text = encodeText(x.Data, e.eol)
	} else {
		text = base64Lines(x.Data, e.eol)
	}
	if x.Name != "" {
		params = append(params, sekisho.Param{Name: "name", Value: x.Name})
	}
	lines := "Content-Type: " + x.Type + Params(params, e.eol) + e.eol + "Content-Transfer-Encoding: " + encoding + e.eol + x.disposition(e.eol)
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
