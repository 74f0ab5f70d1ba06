package message

import (
	"bytes"
	"strings"

	"sekisho"
)

// canonical writes raw anew in a form that all readers read alike: one header with clean fields, boundaries that occur
// nowhere else, every content in an encoding without oddities, every parameter once. The reading is that of Read.
func canonical(raw []byte) []byte {
	m := Read(raw, Limit{})
	w := &writer{m: m, eol: "\r\n", raw: raw, count: new(int)}
	if m.LF {
		w.eol = "\n"
	}
	w.mail(&m.Root, m.Header)
	if !bytes.HasSuffix(w.out.Bytes(), []byte(w.eol)) {
		w.out.WriteString(w.eol)
	}
	return w.out.Bytes()
}

// writer writes one mail, or one that is embedded in another.
type writer struct {
	m      *Message
	raw    []byte // of the outermost mail: boundaries are made from it
	eol    string
	out    bytes.Buffer
	count  *int // boundaries so far
	nested int
}

// Limits of what is written, so that reading it again stays below those of Read.
const (
	maxFields    = 1900
	maxHeader    = 900 << 10
	maxFieldSize = 200 << 10
)

// mail writes header and body of a mail whose root is p.
func (w *writer) mail(p *sekisho.Part, fields []Field) {
	seen := make(map[string]bool)
	start, n := w.out.Len(), 0
	for i := range fields {
		f := &fields[i]
		if strings.HasPrefix(f.Key, "content-") || f.Key == "mime-version" || n >= maxFields || w.out.Len()-start > maxHeader {
			continue
		}
		if single := slot(f.Key) != 0 && f.Key != "to" && f.Key != "cc" && f.Key != "bcc"; single && seen[f.Key] {
			continue
		}
		seen[f.Key] = true
		w.field(f)
		n++
	}
	w.line("MIME-Version: 1.0")
	w.part(p)
}

func (w *writer) line(s string) {
	w.out.WriteString(s)
	w.out.WriteString(w.eol)
}

// field writes a field of the header: as it is when nothing is wrong with it.
func (w *writer) field(f *Field) {
	name := string(bytes.TrimRight(w.m.raw[f.Span.Start:value(w.m.raw, f)-1], " \t"))
	v := f.Value[:min(len(f.Value), maxFieldSize)]
	if f.Key == "from" {
		if list := Addresses(v); !sound(list) {
			w.line(name + ": " + fold(writeAddress(firstMailbox(list)), w.eol))
			return
		}
	}
	if unreadable(v) {
		w.line(name + ": " + fold(Encode(clean(Words(Unfold(v)))), w.eol))
		return
	}
	if tidy(v) {
		w.out.WriteString(name + ": ")
		v = bytes.TrimLeft(v, " \t")
		if w.eol == "\n" {
			w.out.Write(bytes.ReplaceAll(v, []byte("\r\n"), []byte("\n")))
		} else {
			w.out.WriteString(crlf(string(v)))
		}
		w.out.WriteString(w.eol)
		return
	}
	w.line(name + ": " + fold(Unfold(v), w.eol))
}

// sound says that a list of authors is read alike by all.
func sound(list []sekisho.Address) bool {
	hosts := 0
	for i := range list {
		if list[i].Host != "" {
			hosts++
		}
		if strings.Contains(list[i].Mailbox, "@") && !strings.HasPrefix(list[i].Mailbox, "\"") {
			return false
		}
	}
	return hosts <= 1
}

func firstMailbox(list []sekisho.Address) sekisho.Address {
	for _, a := range list {
		if a.Host != "" {
			return a
		}
	}
	return sekisho.Address{}
}

// writeAddress writes one address with its name.
func writeAddress(a sekisho.Address) string {
	if a.Host == "" {
		return "<>"
	}
	box := a.Mailbox
	if !strings.HasPrefix(box, "\"") && strings.ContainsAny(box, "@ ,;:<>()[]\"\\") {
		box = "\"" + strings.NewReplacer("\\", "\\\\", "\"", "\\\"").Replace(box) + "\""
	}
	if strings.HasPrefix(box, "\"") {
		box = clean(box)
	} else {
		box = strings.Map(visible, box)
	}
	spec := "<" + box + "@" + strings.Map(visible, a.Host) + ">"
	if a.Name == "" {
		return spec
	}
	if ascii(a.Name) && !strings.Contains(a.Name, "=?") {
		return "\"" + strings.NewReplacer("\\", "\\\\", "\"", "\\\"").Replace(a.Name) + "\" " + spec
	}
	return Encode(a.Name) + " " + spec
}

// visible drops what would end an address early.
func visible(r rune) rune {
	if r <= ' ' || r == '<' || r == '>' || r == 0x7f {
		return -1
	}
	return r
}

// tidy says that a value is folded properly and has no bytes that readers take differently.
func tidy(v []byte) bool {
	if bytes.IndexByte(v, 0) >= 0 || len(bytes.TrimSpace(v)) == 0 {
		return false
	}
	lines := bytes.Split(v, []byte{'\n'})
	for i, line := range lines {
		if i < len(lines)-1 {
			line = bytes.TrimSuffix(line, []byte{'\r'})
		}
		if bytes.IndexByte(line, '\r') >= 0 || len(line) > 900 || len(bytes.TrimSpace(line)) == 0 && (i > 0 || len(v) > len(line)) {
			return false
		}
		if i > 0 && line[0] != ' ' && line[0] != '\t' {
			return false
		}
	}
	return true
}

// fold breaks a long value at blanks.
func fold(v, eol string) string {
	v = strings.TrimSpace(v)
	if len(v) <= 78 {
		return v
	}
	var b strings.Builder
	for col := 0; len(v) > 0; {
		n := strings.IndexByte(v[1:], ' ') + 1
		if n == 0 {
			n = len(v)
		}
		word := v[:n] // begins with the blank before it, but for the first
		v = v[n:]
		if col > 0 && col+n > 76 && strings.TrimSpace(word) != "" {
			b.WriteString(eol)
			col = 0
		}
		b.WriteString(word)
		col += n
	}
	return b.String()
}

// part writes the content fields and the body of p. The fields before them, if any, are written.
func (w *writer) part(p *sekisho.Part) {
	switch {
	case p.Type == "multipart" && len(p.Parts) > 0:
		w.multipart(p)
	case p.Type == "message" && len(p.Parts) == 1:
		w.embedded(p, w.m, &p.Parts[0], w.m.HeaderOf(&p.Parts[0]))
	case p.Type == "message" && (p.Subtype == "rfc822" || p.Subtype == "global") && w.decodes(p):
	default:
		w.leaf(p)
	}
}

// decodes writes a mail that is embedded in encoded form in the clear; false when it is nested too deeply.
func (w *writer) decodes(p *sekisho.Part) bool {
	if w.nested >= 20 {
		return false
	}
	b, err := w.m.Content(p)
	if err != nil || len(b) == 0 {
		return false
	}
	m := Read(b, Limit{})
	inner := &writer{m: m, raw: w.raw, eol: w.eol, count: w.count, nested: w.nested + 1}
	inner.mail(&m.Root, m.Header)
	w.line("Content-Type: message/rfc822")
	w.about(p)
	w.line("Content-Transfer-Encoding: " + bits(inner.out.Bytes()))
	w.line("")
	w.out.Write(inner.out.Bytes())
	return true
}

// bits is the encoding that says what is in b.
func bits(b []byte) string {
	if ascii(b) {
		return "7bit"
	}
	return "8bit"
}

// embedded writes a part that is a mail.
func (w *writer) embedded(p *sekisho.Part, m *Message, c *sekisho.Part, fields []Field) {
	inner := &writer{m: m, raw: w.raw, eol: w.eol, count: w.count, nested: w.nested}
	inner.mail(c, fields)
	w.line("Content-Type: message/rfc822")
	w.about(p)
	w.line("Content-Transfer-Encoding: " + bits(inner.out.Bytes()))
	w.line("")
	w.out.Write(inner.out.Bytes())
}

// multipart writes the parts of p between new boundaries.
func (w *writer) multipart(p *sekisho.Part) {
	*w.count++
	b := newBoundary(w.raw, *w.count)
	params := []sekisho.Param{{Name: "boundary", Value: b}}
	for _, q := range p.Params {
		switch q.Name {
		case "type", "report-type", "start", "protocol", "micalg":
			params = append(params, q)
		}
	}
	sub := p.Subtype
	if sub == "digest" { // its parts would have another default type
		sub = "mixed"
	}
	w.line("Content-Type: multipart/" + sub + Params(params, w.eol))
	w.about(p)
	w.line("")
	for i := range p.Parts {
		w.line("--" + b)
		w.part(&p.Parts[i])
		w.line("")
	}
	w.line("--" + b + "--")
}

// about writes the fields that describe a part.
func (w *writer) about(p *sekisho.Part) {
	if p.ID != "" && tidy([]byte(p.ID)) && len(p.ID) < 500 {
		w.line("Content-ID: " + p.ID)
	}
	if p.Description != "" {
		w.line("Content-Description: " + fold(Encode(clean(p.Description[:min(len(p.Description), 1000)])), w.eol))
	}
	if p.Location != "" && tidy([]byte(p.Location)) && len(p.Location) < 900 {
		w.line("Content-Location: " + p.Location)
	}
	d := p.Disposition
	if d != "" && d != "inline" {
		d = "attachment" // what is not known counts as that (RFC 2183 section 2.8)
	}
	name := Filename(p)
	if name != "" && d == "" && p.Type != "text" {
		d = "attachment"
	}
	if d == "" && name != "" {
		d = "inline"
	}
	if d != "" {
		var list []sekisho.Param
		if name != "" {
			list = []sekisho.Param{{Name: "filename", Value: clean(cut(name, 900))}}
		}
		w.line("Content-Disposition: " + d + Params(list, w.eol))
	}
}

// cut is the start of s, at most n bytes of whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// leaf writes a part without parts.
func (w *writer) leaf(p *sekisho.Part) {
	b, _ := w.m.Content(p)
	kind, params := p.Type+"/"+p.Subtype, []sekisho.Param(nil)
	text := p.Type == "text"
	switch {
	case p.Type == "multipart":
		kind, text = "text/plain", true
		b, params = []byte(Decode(b, "")), []sekisho.Param{{Name: "charset", Value: "utf-8"}}
	case p.Type == "message" && (p.Subtype == "rfc822" || p.Subtype == "global" || p.Subtype == "news"):
		kind = "application/octet-stream"
	case text:
		cs := Param(p.Params, "charset")
		e, ok := lookup(cs)
		if !ok || cs == "" || e.wide || !token([]byte(cs)) || strings.ContainsAny(cs, "*'\"") || e.table == nil && !e.jis && !ascii(b) {
			b, cs = []byte(Decode(b, cs)), "utf-8"
		}
		params = append(params, sekisho.Param{Name: "charset", Value: strings.ToLower(cs)})
		for _, q := range p.Params {
			if q.Name == "format" || q.Name == "delsp" || q.Name == "method" {
				params = append(params, q)
			}
		}
	case p.Type == "message":
		text = true
	}
	w.line("Content-Type: " + kind + Params(params, w.eol))
	w.about(p)
	encoding, body := "base64", ""
	if text {
		encoding, body = encodeText(b, w.eol)
	} else {
		body = base64Lines(b, w.eol)
	}
	w.line("Content-Transfer-Encoding: " + encoding)
	w.line("")
	w.out.WriteString(body)
}
