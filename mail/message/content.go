package message

import (
	"bytes"
	"strconv"
	"strings"

	"sekisho"
)

// content reads the fields that say what a part is. def is the type when nothing says.
func (r *reader) content(p *sekisho.Part, fields []Field, where, def string) {
	p.Encoding = "7bit"
	ct, ok := r.once(fields, "content-type", where)
	if ok {
		r.kind(p, ct, where)
	}
	if p.Type == "" {
		p.Type, p.Subtype, _ = strings.Cut(def, "/")
	}
	if cte, ok := r.once(fields, "content-transfer-encoding", where); ok {
		r.encoding(p, cte, where)
	}
	if cd, ok := r.once(fields, "content-disposition", where); ok {
		v := ParseValue(cd)
		r.oddities(v.odd, at(where, "content-disposition"))
		p.Disposition, p.DispositionParams = v.First, v.Params
	}
	r.names(p, where)
	for i := range fields {
		f := &fields[i]
		if !strings.HasPrefix(f.Key, "content-") {
			continue
		}
		switch f.Key {
		case "content-id":
			p.ID = Unfold(f.Value)
		case "content-description":
			p.Description = Words(Unfold(f.Value))
		case "content-location":
			p.Location = Unfold(f.Value)
		case "content-md5":
			p.MD5 = Unfold(f.Value)
		case "content-language":
			for l := range strings.SplitSeq(Unfold(f.Value), ",") {
				if l = strings.TrimSpace(l); l != "" && len(p.Language) < 10 {
					p.Language = append(p.Language, l)
				}
			}
		}
	}
}

// once is the value of a field that may stand only once; the first counts.
func (r *reader) once(fields []Field, key, where string) ([]byte, bool) {
	var v []byte
	found := false
	for i := range fields {
		f := &fields[i]
		if f.Key != key {
			continue
		}
		if !found {
			v, found = f.Value, true
			continue
		}
		score := 1.0
		if bytes.Equal(bytes.TrimSpace(v), bytes.TrimSpace(f.Value)) {
			score = 0
		}
		r.note("twice", at(where, key), score, string(bytes.TrimSpace(v))+" / "+string(bytes.TrimSpace(f.Value)))
	}
	return v, found
}

func (r *reader) oddities(list []oddity, where string) {
	for _, o := range list {
		r.note(o.name, where, o.score, o.evidence)
	}
}

// kind takes type and parameters from a Content-Type.
func (r *reader) kind(p *sekisho.Part, value []byte, where string) {
	v := ParseValue(value)
	place := at(where, "content-type")
	r.oddities(v.odd, place)
	p.Params = v.Params
	a, b, ok := strings.Cut(v.First, "/")
	switch {
	case v.First == "":
		r.note("type-empty", place, 0, string(value))
		return
	case !ok && (a == "text" || a == "multipart"): // "text" alone is what very old mailers wrote
		r.note("type-short", place, 0, v.First)
		b = "plain"
		if a == "multipart" {
			b = "mixed"
		}
	case !ok || !token([]byte(a)) || !token([]byte(b)) || strings.ContainsAny(v.First, "()<>@,;:\\\"[]?=") || strings.Contains(b, "/"):
		// Readers fall back to text/plain (RFC 2045 section 5.2) or to application/octet-stream. The first shows it.
		r.note("type-bad", place, 1, v.First)
		p.Type, p.Subtype = "application", "octet-stream"
		return
	}
	p.Type, p.Subtype = a, b
	if a == "text" {
		r.charset(p, place)
	}
}

// charset looks at the character set of a text.
func (r *reader) charset(p *sekisho.Part, place string) {
	cs := Param(p.Params, "charset")
	if _, ok := lookup(cs); ok {
		return
	}
	if l := strings.ToLower(cs); strings.Contains(l, "utf-7") || l == "utf7" {
		r.note("charset-utf-7", place, 1, cs)
		return
	}
	r.note("charset-unknown", place, 0, cs)
}

// encoding takes the Content-Transfer-Encoding.
func (r *reader) encoding(p *sekisho.Part, value []byte, where string) {
	v := ParseValue(value)
	place := at(where, "content-transfer-encoding")
	for _, o := range v.odd {
		if o.name == "comment" {
			o.score = 1 // few readers expect comments here
		}
		r.note(o.name, place, o.score, o.evidence)
	}
	if v.First == "" {
		return
	}
	if len(v.Params) > 0 {
		r.note("encoding-params", place, 1, string(value))
	}
	p.Encoding = v.First
	t, ok := transfer(v.First)
	if p.Type == "multipart" && (t != "" || !ok) {
		// RFC 2045 section 6.4 forbids it; some readers decode all the same.
		r.note("encoding-multipart", place, 1, v.First)
	}
}

// names compares the two places where the name of a file can stand.
func (r *reader) names(p *sekisho.Part, where string) {
	a, b := Param(p.DispositionParams, "filename"), Param(p.Params, "name")
	if a == "" || b == "" || a == b {
		return
	}
	score := 0.0
	if extension(a) != extension(b) {
		score = 1
	}
	r.note("two-names", at(where, "content-disposition"), score, a+" / "+b)
}

// Filename is the name of the part's file as people see it; "" when it has none.
func Filename(p *sekisho.Part) string {
	if f := Param(p.DispositionParams, "filename"); f != "" {
		return f
	}
	return Param(p.Params, "name")
}

// Content is the content of p without its transfer encoding. For a multipart it is the body as it stands. The error is
// Invalid when the encoding is not known; the body as it stands is given then too. The slice may be a part of the text
// that was read: do not change it.
func (m *Message) Content(p *sekisho.Part) ([]byte, error) {
	if p.Body.Start < 0 || p.Body.Start > p.Body.End || p.Body.End > int64(len(m.raw)) {
		return nil, sekisho.E("message.content", sekisho.Invalid, nil)
	}
	body := m.raw[p.Body.Start:p.Body.End]
	t, ok := transfer(p.Encoding)
	if !ok {
		return body, sekisho.E("message.content", sekisho.Invalid, nil)
	}
	if p.Type == "multipart" {
		return body, nil
	}
	switch t {
	case "b":
		out, _ := Base64(body)
		return out, nil
	case "q":
		out, _ := Quoted(body)
		return out, nil
	case "u":
		return Uudecode(body), nil
	}
	return body, nil
}

// Text is the content of a text part in UTF-8.
func (m *Message) Text(p *sekisho.Part) string {
	b, _ := m.Content(p)
	return Decode(b, Param(p.Params, "charset"))
}

// Decode is b in UTF-8, read as the character set of that name. Without a name, or with one that is not known, it is
// guessed: UTF-8, else ISO-2022-JP by its escapes, else Shift_JIS or EUC-JP when all fits, else Windows-1252.
func Decode(b []byte, charset string) string {
	e, ok := lookup(charset)
	if ok && (e.table != nil || e.jis) {
		return e.decode(b)
	}
	if ascii(b) {
		if bytes.Contains(b, []byte("\x1b$B")) || bytes.Contains(b, []byte("\x1b$@")) {
			return jis(b)
		}
		return string(b)
	}
	return guess(b)
}

// Part finds a part by its number, such as "2.1" (RFC 9051 section 6.4.5.1); nil when there is none.
func (m *Message) Part(number string) *sekisho.Part {
	p := &m.Root
	if p.Type != "multipart" {
		if number == "1" {
			return p
		}
		if !strings.HasPrefix(number, "1.") {
			return nil
		}
		number = number[2:]
		p = inner(p)
	}
	for n := range strings.SplitSeq(number, ".") {
		i, err := strconv.Atoi(n)
		p = inner(p)
		if err != nil || p == nil || i < 1 || i > max(len(p.Parts), 1) {
			return nil
		}
		if p.Type != "multipart" { // an embedded mail of one part
			if i != 1 {
				return nil
			}
			continue
		}
		if i > len(p.Parts) {
			return nil
		}
		p = &p.Parts[i-1]
	}
	return p
}

// inner is what the numbers below p count: p itself, or the mail in it.
func inner(p *sekisho.Part) *sekisho.Part {
	if p != nil && p.Type == "message" && len(p.Parts) == 1 {
		return &p.Parts[0]
	}
	return p
}

// Plain is a text part's content in UTF-8, from its bytes as they stand in the mail. problem means that something was not
// as it said: an unknown encoding or character set, or bytes that do not fit it.
func Plain(body []byte, encoding, charset string, html bool) (text string, problem bool) {
	m := &Message{raw: body}
	part := sekisho.Part{Type: "text", Encoding: encoding, Body: sekisho.Span{End: int64(len(body))}}
	b, err := m.Content(&part)
	problem = err != nil
	if charset == "" && html {
		charset = metaCharset(b)
	}
	if _, known := lookup(charset); !known {
		problem = true
	}
	text = Decode(b, charset)
	return text, problem || strings.Contains(text, "\uFFFD")
}

// metaCharset finds the character set that HTML declares in its first kilobyte.
func metaCharset(b []byte) string {
	low := bytes.ToLower(b[:min(len(b), 1024)])
	at := bytes.Index(low, []byte("charset="))
	if at < 0 || !bytes.Contains(low[:at], []byte("<meta")) {
		return ""
	}
	name := bytes.TrimLeft(low[at+len("charset="):], `"' `)
	if end := bytes.IndexAny(name, `"'; />`); end >= 0 {
		name = name[:end]
	}
	if len(name) > 40 || bytes.HasPrefix(name, []byte("utf-16")) || bytes.HasPrefix(name, []byte("utf-7")) { // it was read as ASCII
		return ""
	}
	return string(name)
}
