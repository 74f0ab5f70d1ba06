package message

import (
	"bytes"
	"strconv"

	"sekisho"
)

// Field is one header field as it stands in the mail (RFC 5322 section 2.2).
type Field struct {
	Key   string       // name in lower case
	Value []byte       // what follows the colon, still folded, without the last line break; do not change it
	Span  sekisho.Span // the whole field with its line break
}

// lower is the field name in lower case, without making a new string for the names that every mail has.
func lower(b []byte) string {
	var buf [40]byte
	if len(b) > len(buf) {
		return string(bytes.ToLower(b))
	}
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf[i] = c
	}
	switch s := buf[:len(b)]; string(s) {
	case "from":
		return "from"
	case "to":
		return "to"
	case "cc":
		return "cc"
	case "subject":
		return "subject"
	case "date":
		return "date"
	case "received":
		return "received"
	case "message-id":
		return "message-id"
	case "in-reply-to":
		return "in-reply-to"
	case "references":
		return "references"
	case "reply-to":
		return "reply-to"
	case "sender":
		return "sender"
	case "return-path":
		return "return-path"
	case "delivered-to":
		return "delivered-to"
	case "mime-version":
		return "mime-version"
	case "content-type":
		return "content-type"
	case "content-transfer-encoding":
		return "content-transfer-encoding"
	case "content-disposition":
		return "content-disposition"
	case "content-id":
		return "content-id"
	case "content-description":
		return "content-description"
	case "x-mailer":
		return "x-mailer"
	case "user-agent":
		return "user-agent"
	case "precedence":
		return "precedence"
	case "list-id":
		return "list-id"
	case "list-unsubscribe":
		return "list-unsubscribe"
	case "errors-to":
		return "errors-to"
	case "dkim-signature":
		return "dkim-signature"
	case "authentication-results":
		return "authentication-results"
	default:
		return string(s)
	}
}

// header reads the header that begins at pos, into the space of fields. It gives the fields and the place after the
// empty line. In a part it also ends before a boundary line. Findings are placed at where.
func (r *reader) header(pos int, where string, fields []Field) ([]Field, int) {
	start, over := pos, false
	for pos < len(r.raw) {
		end, next := r.line(pos)
		if end == pos {
			return fields, next
		}
		if r.raw[pos] == '-' && len(r.stack) > 0 && r.match(pos, end).level >= 0 {
			return fields, pos
		}
		if !over && (pos-start > r.lim.HeaderBytes || len(fields) >= r.lim.HeaderFields) {
			over = true
			r.note("header-size", at(where, ""), 1, strconv.Itoa(len(fields))+" fields, "+strconv.Itoa(pos-start)+" bytes are read")
		}
		if !over {
			var body bool
			if fields, body = r.field(fields, pos, end, next, where); body {
				return fields, pos
			}
		}
		pos = next
	}
	if pos > start {
		r.note("header-end", at(where, ""), 0, "no empty line")
	}
	return fields, pos
}

// at names a place in a header: "header/from" of the mail, "2/header/content-type" of part 2.
func at(where, key string) string {
	if where != "" {
		where += "/"
	}
	if key == "" {
		return where + "header"
	}
	return where + "header/" + key
}

// field adds the line at pos to fields: as a new field, or as the continuation of the last. body is true when this
// cannot be a header at all, so that the body begins here.
func (r *reader) field(fields []Field, pos, end, next int, where string) (_ []Field, body bool) {
	line := r.raw[pos:end]
	if end-pos > 998 {
		r.note("long-line", at(where, ""), 0, strconv.Itoa(end-pos)+" bytes in one line of the header")
	}
	if line[0] == ' ' || line[0] == '\t' {
		r.fold(fields, line, end, next, where)
		return fields, false
	}
	colon := bytes.IndexByte(line, ':')
	n := colon
	for n > 0 && (line[n-1] == ' ' || line[n-1] == '\t') {
		n--
	}
	if n <= 0 || !token(line[:n]) {
		return fields, r.junk(fields, line, pos, where)
	}
	key := lower(line[:n])
	if n < colon {
		r.note("blank-before-colon", at(where, key), 1, string(line[:colon]))
	}
	r.skip = false
	f := Field{Key: key, Value: line[colon+1:], Span: sekisho.Span{Start: int64(pos), End: int64(next)}}
	if fields == nil {
		fields = make([]Field, 0, 32)
	}
	return append(fields, f), false
}

// fold makes line a continuation of the last field.
func (r *reader) fold(fields []Field, line []byte, end, next int, where string) {
	if len(bytes.TrimRight(line, " \t")) == 0 {
		// Some readers take a line of blanks for the end of the header.
		r.note("blank-fold", at(where, ""), 1, "a line of blanks only")
	}
	if len(fields) == 0 {
		r.note("leading-fold", at(where, ""), 1, string(line))
		return
	}
	if r.skip {
		return // it continues a line that is no field
	}
	f := &fields[len(fields)-1]
	// The value is one run of raw from behind the colon to here.
	off := cap(r.raw) - cap(f.Value)
	f.Value = r.raw[off:end]
	f.Span.End = int64(next)
}

// junk states that a line is no field. True means that the header ends before it.
func (r *reader) junk(fields []Field, line []byte, pos int, where string) bool {
	switch {
	case pos == 0 && bytes.HasPrefix(line, []byte("From ")):
		r.note("mbox-line", at(where, ""), 0, string(line)) // left by a mail box file
		return false
	case bytes.HasPrefix(line, []byte(">From ")):
		r.note("mbox-line", at(where, ""), 0, string(line))
		return false
	case len(fields) == 0:
		r.note("no-header", at(where, ""), 0, string(line))
		return true
	}
	r.skip = true
	r.note("no-colon", at(where, ""), 1, string(line))
	return false
}

// token says whether b can be a field name (RFC 5322 section 2.2).
func token(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || c == ':' {
			return false
		}
	}
	return len(b) > 0
}

// Unfold is a field's value on one line: line breaks removed, ends trimmed. NUL and lone CR become blanks.
func Unfold(v []byte) string {
	v = bytes.Trim(v, " \t\r\n")
	if bytes.IndexByte(v, '\n') < 0 && bytes.IndexByte(v, '\r') < 0 && bytes.IndexByte(v, 0) < 0 {
		return string(v)
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '\n', c == '\r' && i+1 < len(v) && v[i+1] == '\n':
		case c == '\r', c == 0:
			out = append(out, ' ')
		default:
			out = append(out, c)
		}
	}
	return string(out)
}
