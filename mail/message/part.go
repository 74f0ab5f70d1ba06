package message

import (
	"bytes"
	"strconv"
	"strings"

	"sekisho"
)

// hit is where a body ends: before a boundary line, or at the end of the mail (level -1).
type hit struct {
	line, next int // start of the boundary line, start of the line after it
	level      int // which of the open boundaries; -1 none
	closing    bool
}

// match says whether the line from pos to end is a boundary line. The innermost boundary is tried first. A line that only
// begins like a boundary is none, but RFC 2046 section 5.1.1 lets readers compare the beginning only.
func (r *reader) match(pos, end int) hit {
	line := r.raw[pos:end]
	if len(line) < 2 || line[0] != '-' || line[1] != '-' {
		return hit{level: -1}
	}
	line = bytes.TrimRight(line[2:], " \t\r")
	for i := len(r.stack) - 1; i >= 0; i-- {
		d := &r.stack[i]
		n := len(d.text)
		if len(line) < n || string(line[:n]) != d.text {
			continue
		}
		rest := line[n:]
		switch {
		case len(rest) == 0 || string(rest) == "--":
			if d.closed {
				r.note("boundary-after-end", "", 1, d.text)
				continue
			}
			return hit{level: i, closing: len(rest) != 0}
		case !r.noted["ambiguousboundary-prefix "] && !r.exact(line):
			r.note("boundary-prefix", "", 1, string(line))
		}
	}
	return hit{level: -1}
}

// exact says whether line, without its dashes, is one of the open boundaries.
func (r *reader) exact(line []byte) bool {
	for i := range r.stack {
		if t := r.stack[i].text; string(line) == t || len(line) == len(t)+2 && string(line) == t+"--" {
			return true
		}
	}
	return false
}

// until finds the next boundary line from pos on, which is the start of a line.
func (r *reader) until(pos int) hit {
	if len(r.stack) == 0 {
		return hit{line: len(r.raw), next: len(r.raw), level: -1}
	}
	for {
		if bytes.HasPrefix(r.raw[pos:], []byte("--")) {
			end, next := r.line(pos)
			if h := r.match(pos, end); h.level >= 0 {
				h.line, h.next = pos, next
				return h
			}
			pos = max(next-1, pos) // the line break may begin the next hit
		}
		i := bytes.Index(r.raw[pos:], []byte("\n--"))
		if i < 0 {
			return hit{line: len(r.raw), next: len(r.raw), level: -1}
		}
		pos += i + 1
	}
}

// body reads the body of p, whose type is known, from pos on.
func (r *reader) body(p *sekisho.Part, pos int, where string, depth int) hit {
	p.Body.Start = int64(pos)
	var h hit
	switch {
	case depth > r.lim.Depth && (p.Type == "multipart" || p.Type == "message"):
		r.state(sekisho.KindBomb, "mime-depth", where, 10, "more than "+strconv.Itoa(r.lim.Depth)+" levels")
		r.note("mime-depth", where, 1, "deeper levels are not read")
		h = r.until(pos)
	case p.Type == "multipart":
		h = r.multipart(p, pos, where, depth)
	case p.Type == "message" && embedded(p):
		h = r.embedded(p, pos, where, depth)
	default:
		h = r.until(pos)
	}
	p.Body.End = int64(r.before(pos, h))
	if n := len(p.Parts); n > 0 { // the empty line of an empty last part is that part's
		p.Body.End = max(p.Body.End, p.Parts[n-1].Body.End)
	}
	if len(p.Parts) == 0 || p.Type == "message" {
		r.leaf(p, where)
	}
	return h
}

// embedded says whether the content of p is a mail that stands there in the open.
func embedded(p *sekisho.Part) bool {
	t, ok := transfer(p.Encoding)
	return (p.Subtype == "rfc822" || p.Subtype == "global" || p.Subtype == "news") && ok && t == ""
}

// before is where a body ends that begins at pos: the line break before a boundary belongs to the boundary.
func (r *reader) before(pos int, h hit) int {
	end := h.line
	if h.level >= 0 && end > pos && r.raw[end-1] == '\n' {
		end--
		if end > pos && r.raw[end-1] == '\r' {
			end--
		}
	}
	return max(end, pos)
}

// multipart reads the parts of p.
func (r *reader) multipart(p *sekisho.Part, pos int, where string, depth int) hit {
	b := r.boundary(p, where)
	if b == "" {
		return r.until(pos)
	}
	level := len(r.stack)
	r.stack = append(r.stack, delimiter{text: b})
	h := r.until(pos)
	if h.level != level || h.closing {
		r.note("boundary-missing", where, 1, b) // no part at all: some show the text, others nothing
	}
	for h.level == level && !h.closing {
		if r.parts >= r.lim.Parts {
			r.state(sekisho.KindBomb, "mime-parts", where, 10, "more than "+strconv.Itoa(r.lim.Parts)+" parts")
			r.note("mime-parts", where, 1, "more parts are not read")
			h = r.until(h.next)
			continue
		}
		r.parts++
		p.Parts = append(p.Parts, sekisho.Part{})
		sub := strconv.Itoa(len(p.Parts))
		if where != "" {
			sub = where + "." + sub
		}
		def := "text/plain"
		if p.Subtype == "digest" {
			def = "message/rfc822"
		}
		h = r.part(&p.Parts[len(p.Parts)-1], h.next, sub, def, depth+1)
	}
	if h.level == level { // behind the last part nothing follows that anybody should show
		r.stack[level].closed = true
		h = r.until(h.next)
	} else if len(p.Parts) > 0 {
		r.note("boundary-unclosed", where, unclosed(h), b)
	}
	r.stack = r.stack[:level]
	return h
}

// unclosed weighs a multipart without its last boundary: a mail that was cut off is read alike by all, one that an outer
// boundary ends is not.
func unclosed(h hit) float64 {
	if h.level < 0 {
		return 0
	}
	return 1
}

// boundary is the boundary of p; "" when it has none that can be used.
func (r *reader) boundary(p *sekisho.Part, where string) string {
	b := Param(p.Params, "boundary")
	trimmed := strings.TrimRight(b, " \t")
	switch {
	case trimmed == "":
		r.note("boundary-none", where, 1, p.Subtype)
		return ""
	case trimmed != b:
		r.note("boundary-blank", where, 1, b)
	case len(b) > 70:
		r.note("boundary-long", where, 0, b)
	}
	if len(trimmed) > 900 || strings.ContainsAny(trimmed, "\r\n\x00") {
		r.note("boundary-none", where, 1, trimmed)
		return ""
	}
	for i := range r.stack {
		switch t := r.stack[i].text; {
		case t == trimmed:
			r.note("boundary-reused", where, 1, t)
		case strings.HasPrefix(t, trimmed) || strings.HasPrefix(trimmed, t):
			r.note("boundary-prefix", where, 1, t+" / "+trimmed)
		}
	}
	return trimmed
}

// part reads header and body of one part.
func (r *reader) part(p *sekisho.Part, pos int, where, def string, depth int) hit {
	var space [8]Field
	fields, next := r.header(pos, where, space[:0])
	p.Header = sekisho.Span{Start: int64(pos), End: int64(next)}
	r.content(p, fields, where, def)
	return r.body(p, next, where, depth)
}

// embedded reads the mail that stands in p.
func (r *reader) embedded(p *sekisho.Part, pos int, where string, depth int) hit {
	p.Parts = make([]sekisho.Part, 1)
	c := &p.Parts[0]
	fields, next := r.header(pos, where, nil)
	c.Header = sekisho.Span{Start: int64(pos), End: int64(next)}
	f := r.fields(fields, where)
	p.Message = &f
	r.content(c, fields, where, "text/plain")
	sub := where
	if c.Type != "multipart" {
		sub = where + ".1"
	}
	return r.body(c, next, sub, depth+1)
}

// leaf looks at the encoded content of a part that has no parts of its own.
func (r *reader) leaf(p *sekisho.Part, where string) {
	if where == "" {
		where = "1"
	}
	body := r.raw[p.Body.Start:p.Body.End]
	if p.Type == "text" || p.Type == "message" {
		p.Lines = int64(bytes.Count(body, []byte{'\n'}))
		if len(body) > 0 && body[len(body)-1] != '\n' {
			p.Lines++
		}
	}
	t, ok := transfer(p.Encoding)
	switch {
	case !ok:
		r.note("encoding-unknown", where, 1, p.Encoding)
	case t == "b":
		r.base64(body, where)
	case t == "u":
		r.note("encoding-uu", where, 0, p.Encoding)
	}
	if t != "" && (p.Type == "message" && (p.Subtype == "rfc822" || p.Subtype == "global")) {
		r.note("nested-encoding", where, 1, "an embedded mail in "+p.Encoding)
	}
}

// base64 says what a strict and a lenient decoder would make different of body.
func (r *reader) base64(body []byte, where string) {
	ended, n := false, 0
	for i, c := range body {
		switch v := reverse[c]; {
		case v < 64:
			n++
			if ended {
				r.note("base64-padding", where, 1, "text goes on after the end at byte "+strconv.Itoa(i))
				return
			}
		case v == 0xfd:
			ended = true
		case v == 0xff:
			// A footer that a mailing list hung on in the clear is the usual case. Strict decoders stop, others read it.
			r.note("base64-garbage", where, 1, "byte "+strconv.Itoa(i)+": "+string(rune(c)))
			return
		}
	}
	if n%4 == 1 {
		r.note("base64-short", where, 0, strconv.Itoa(n)+" characters")
	}
}
