package message

import (
	"slices"
	"strings"

	"sekisho"
)

// Change is what a decision wants to be changed in a mail. The zero value changes nothing.
type Change struct {
	Canonical bool            // write the mail anew in one form that all readers read alike
	Subject   string          // put before the subject, with a blank: "[SPAM]"
	AddHeader []sekisho.Param // fields to put on top, in this order; values are not folded
	Remove    []string        // fields to take out, by name in any case
	Warning   string          // put before the text, in plain text and in HTML
	Footer    string          // put behind the text, in plain text and in HTML; left out of mail that is signed, encrypted or has no text
}

// Rewrite gives raw with the change made. What is not named by the change stays as it is, byte for byte; the reading stays
// the same in any case. Signatures over what was changed break. The error is Invalid for a field that cannot stand in a
// header.
func Rewrite(raw []byte, c Change) ([]byte, error) {
	for _, h := range c.AddHeader {
		if !token([]byte(h.Name)) || strings.ContainsAny(h.Value, "\r\n\x00") {
			return nil, sekisho.E("message.rewrite", sekisho.Invalid, nil)
		}
	}
	if c.Canonical {
		raw = canonical(raw)
	}
	if c.Subject == "" && c.Warning == "" && c.Footer == "" && len(c.AddHeader) == 0 && len(c.Remove) == 0 {
		return raw, nil
	}
	m := Read(raw, Limit{})
	e := editor{m: m, eol: "\r\n"}
	if m.LF {
		e.eol = "\n"
	}
	if c.Warning != "" || c.Footer != "" {
		e.frame(c.Warning, c.Footer)
	}
	e.header(c)
	return e.apply(), nil
}

// edit replaces a run of bytes.
type edit struct {
	sekisho.Span
	text []byte
}

// editor collects the edits of one mail.
type editor struct {
	m     *Message
	eol   string
	edits []edit
}

func (e *editor) replace(start, end int64, text string) {
	e.edits = append(e.edits, edit{sekisho.Span{Start: start, End: end}, []byte(text)})
}

// apply makes the edits in the order of their places.
func (e *editor) apply() []byte {
	slices.SortStableFunc(e.edits, func(a, b edit) int {
		if a.Start != b.Start {
			return int(a.Start - b.Start)
		}
		return int(a.End - b.End)
	})
	raw := e.m.raw
	out := make([]byte, 0, len(raw)+1024)
	at := int64(0)
	for _, x := range e.edits {
		if x.Start < at { // two edits of one field: the first counts
			continue
		}
		out = append(out, raw[at:x.Start]...)
		out = append(out, x.text...)
		at = x.End
	}
	return append(out, raw[at:]...)
}

// header adds, removes and tags.
func (e *editor) header(c Change) {
	var top strings.Builder
	for _, h := range c.AddHeader {
		top.WriteString(h.Name + ": " + h.Value + e.eol)
	}
	start := int64(0)
	if len(e.m.Header) > 0 {
		start = e.m.Header[0].Span.Start
	}
	tagged := c.Subject == ""
	for i := range e.m.Header {
		f := &e.m.Header[i]
		switch {
		case slices.ContainsFunc(c.Remove, func(n string) bool { return strings.EqualFold(n, f.Key) }):
			e.replace(f.Span.Start, f.Span.End, "")
		case f.Key == "subject" && !tagged:
			tagged = true
			name := e.m.raw[f.Span.Start : f.Span.Start+7]
			e.replace(f.Span.Start, f.Span.End, string(name)+": "+tag(c.Subject)+strings.TrimLeft(string(e.m.raw[value(e.m.raw, f):f.Span.End]), " \t\r\n")+e.missing(f))
		}
	}
	if !tagged {
		top.WriteString("Subject: " + strings.TrimRight(tag(c.Subject), " ") + e.eol)
	}
	if len(e.m.Header) == 0 && top.Len() > 0 && e.m.Root.Header.Len() == 0 {
		top.WriteString(e.eol) // there was no header
	}
	if top.Len() > 0 {
		e.replace(start, start, top.String())
	}
}

// value is where the value of a field begins.
func value(raw []byte, f *Field) int64 {
	i := f.Span.Start
	for i < f.Span.End && raw[i] != ':' {
		i++
	}
	return i + 1
}

// missing is the line break that the last line of a cut mail lacks.
func (e *editor) missing(f *Field) string {
	if f.Span.End > f.Span.Start && e.m.raw[f.Span.End-1] == '\n' {
		return ""
	}
	return e.eol
}

// tag is a mark for the subject with a blank behind it, encoded when it has to be.
func tag(s string) string {
	s = clean(s)
	if ascii(s) {
		return s + " "
	}
	return Encode(s+" ") + " "
}

// frame puts a warning before the texts that are shown and a footer behind them. A warning comes into a part of its own when
// there is no text, or when the text is signed or encrypted; a footer is left out then.
func (e *editor) frame(warning, footer string) {
	root := &e.m.Root
	closed := root.Type == "multipart" && (root.Subtype == "signed" || root.Subtype == "encrypted")
	plain, page := shown(root, "plain"), shown(root, "html")
	if closed || plain == nil && page == nil {
		if warning != "" {
			e.wrap(warning)
		}
		return
	}
	if plain != nil {
		old := strings.ReplaceAll(e.m.Text(plain), "\r\n", "\n")
		params := []sekisho.Param{{Name: "charset", Value: "utf-8"}}
		for _, p := range plain.Params {
			if p.Name == "format" || p.Name == "delsp" {
				params = append(params, p)
			}
		}
		e.body(plain, "text/plain", params, []byte(around(warning, old, footer)))
	}
	if page != nil {
		b, _ := e.m.Content(page)
		params := slices.DeleteFunc(slices.Clone(page.Params), func(p sekisho.Param) bool { return p.Name != "charset" })
		if warning != "" {
			b = banner(b, warning)
		}
		if footer != "" {
			b = foot(b, footer)
		}
		e.body(page, "text/html", params, b)
	}
}

// around is a plain text between a warning and a footer; "" for none.
func around(warning, text, footer string) string {
	if warning != "" {
		text = strings.TrimRight(warning, "\r\n") + "\n\n" + text
	}
	if footer != "" {
		text = strings.TrimRight(text, "\r\n") + "\n\n" + strings.Trim(footer, "\r\n") + "\n"
	}
	return text
}

// Shown gives the first text of a kind, "plain" or "html", that is shown as the mail itself; nil when there is none.
func (m *Message) Shown(subtype string) *sekisho.Part { return shown(&m.Root, subtype) }

// shown finds the first text of a kind that is shown as the mail itself.
func shown(p *sekisho.Part, subtype string) *sekisho.Part {
	if p.Type == "text" && p.Subtype == subtype && p.Disposition != "attachment" {
		return p
	}
	if p.Type != "multipart" || p.Subtype == "signed" || p.Subtype == "encrypted" {
		return nil
	}
	for i := range p.Parts {
		if f := shown(&p.Parts[i], subtype); f != nil {
			return f
		}
	}
	return nil
}

// banner puts a warning at the start of the body of a page.
func banner(page []byte, text string) []byte {
	box := division(`border:2px solid #c00;background:#fff8e1;color:#000;padding:8px;margin:0 0 12px 0;font-family:sans-serif;font-size:14px`, text)
	return slices.Insert(slices.Clone(page), bodyTag(page), []byte(box)...)
}

// foot puts a footer at the end of the body of a page.
func foot(page []byte, text string) []byte {
	at := len(page)
	for i := len(page) - 6; i >= 0; i-- {
		end := string(page[i : i+6])
		if strings.EqualFold(end, "</html") {
			at = i
		}
		if strings.EqualFold(end, "</body") {
			at = i
			break
		}
	}
	return slices.Insert(slices.Clone(page), at, []byte(division(`border-top:1px solid #888;padding:8px 0 0 0;margin:12px 0 0 0;font-family:sans-serif;font-size:12px`, text))...)
}

// division is a text in a box. Its characters are written as numbers, so that it fits every character set.
func division(style, text string) string {
	var b strings.Builder
	b.WriteString(`<div style="` + style + `">`)
	text = strings.TrimSpace(text)
	end := 0 // of an address that is a link
	for at, r := range text {
		if end > 0 && at == end {
			b.WriteString("</a>")
			end = 0
		}
		if n := addressLen(text, at); end == 0 && n > 0 {
			b.WriteString(`<a href="` + text[at:at+n] + `">`)
			end = at + n
		}
		switch {
		case r == '\n':
			b.WriteString("<br>")
		case r == '<' || r == '>' || r == '&' || r == '"' || r == '\'' || r >= 0x7f:
			b.WriteString("&#" + itoa(int(r)) + ";")
		case r >= ' ':
			b.WriteRune(r)
		}
	}
	if end > 0 {
		b.WriteString("</a>")
	}
	b.WriteString("</div>")
	return b.String()
}

// addressLen is how long the https address is that has a line of its own at that place; 0 for none.
func addressLen(text string, at int) int {
	if at > 0 && text[at-1] != '\n' || !strings.HasPrefix(text[at:], "https://") {
		return 0
	}
	line, _, _ := strings.Cut(text[at:], "\n")
	line = strings.TrimSuffix(line, "\r")
	if strings.ContainsFunc(line, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>"'&`, r) }) {
		return 0
	}
	return len(line)
}

// bodyTag is where the content of a page begins: behind the body tag, else at its start.
func bodyTag(page []byte) int {
	for i := 0; i+5 < len(page); i++ {
		if page[i] == '<' && strings.EqualFold(string(page[i+1:i+5]), "body") && (page[i+5] == '>' || page[i+5] <= ' ') {
			for k := i + 5; k < len(page); k++ {
				if page[k] == '>' {
					return k + 1
				}
			}
		}
	}
	return 0
}

// body replaces type, encoding and content of a part that is text.
func (e *editor) body(p *sekisho.Part, kind string, params []sekisho.Param, content []byte) {
	encoding, text := encodeText(content, e.eol)
	fields := e.fieldsOf(p)
	lines := "Content-Type: " + kind + Params(params, e.eol) + e.eol + "Content-Transfer-Encoding: " + encoding + e.eol
	at := p.Header.Start
	for i := range fields {
		f := &fields[i]
		if f.Key == "content-type" || f.Key == "content-transfer-encoding" || f.Key == "content-md5" {
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

// separated says whether an empty line ends the header of p.
func (e *editor) separated(p *sekisho.Part) bool {
	h := e.m.raw[p.Header.Start:p.Header.End]
	if len(h) == 0 {
		return true
	}
	return string(h) == "\n" || string(h) == "\r\n" || strings.HasSuffix(string(h[max(0, len(h)-4):]), "\n\r\n") || strings.HasSuffix(string(h[max(0, len(h)-4):]), "\n\n")
}

// fieldsOf reads the header of a part again.
func (e *editor) fieldsOf(p *sekisho.Part) []Field {
	if p == &e.m.Root {
		return e.m.Header
	}
	return e.m.HeaderOf(p)
}

// HeaderOf gives the header fields of a part, or of an embedded mail (Parts[0] of its part).
func (m *Message) HeaderOf(p *sekisho.Part) []Field {
	r := &reader{raw: m.raw[:p.Header.End], lim: Limit{}.filled(), m: &Message{}}
	fields, _ := r.header(int(p.Header.Start), "", nil)
	return fields
}

// Get is the first field of that lower-case name; nil when there is none.
func Get(fields []Field, key string) *Field {
	for i := range fields {
		if fields[i].Key == key {
			return &fields[i]
		}
	}
	return nil
}

// wrap makes the mail the second part of a new one whose first part is the warning.
func (e *editor) wrap(text string) {
	b := newBoundary(e.m.raw, 0)
	var own strings.Builder // the fields that say what the old content is
	for i := range e.m.Header {
		f := &e.m.Header[i]
		if strings.HasPrefix(f.Key, "content-") {
			own.Write(e.m.raw[f.Span.Start:f.Span.End])
			own.WriteString(e.missing(f))
			e.replace(f.Span.Start, f.Span.End, "")
		}
	}
	encoding, body := encodeText([]byte(text), e.eol)
	var top strings.Builder
	if Get(e.m.Header, "mime-version") == nil {
		top.WriteString("MIME-Version: 1.0" + e.eol)
	}
	top.WriteString("Content-Type: multipart/mixed; boundary=\"" + b + "\"" + e.eol)
	if !e.separated(&e.m.Root) || e.m.Root.Header.Len() == 0 {
		top.WriteString(e.eol)
		e.replace(e.m.Root.Header.End, e.m.Root.Header.End, top.String())
	} else {
		at := e.m.Root.Header.End - int64(len(e.eol))
		if n := len(e.m.Header); n > 0 {
			at = e.m.Header[n-1].Span.End
		}
		e.replace(at, at, top.String())
	}
	e.replace(e.m.Root.Body.Start, e.m.Root.Body.Start, "--"+b+e.eol+"Content-Type: text/plain; charset=utf-8"+e.eol+
		"Content-Transfer-Encoding: "+encoding+e.eol+e.eol+body+e.eol+"--"+b+e.eol+own.String()+e.eol)
	end := int64(len(e.m.raw))
	e.replace(end, end, e.eol+"--"+b+"--"+e.eol)
}
