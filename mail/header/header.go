// Package header reads the header section of a mail as lines: enough for sender authentication and for the trace fields
// that a server adds, and no more. It knows nothing of MIME and decodes nothing, so it is safe where hostile content must
// not be opened.
package header

import (
	"bytes"
	"strings"
)

// Field is one header field as it stands in the mail (RFC 5322 section 2.2).
type Field struct {
	Name string // as written, without trailing blanks
	Raw  []byte // the whole field with its line breaks
}

// Value is the field's body, unfolded, without leading and trailing blanks.
func (f Field) Value() string {
	_, v, _ := bytes.Cut(f.Raw, []byte{':'})
	s := strings.NewReplacer("\r\n", "", "\n", "", "\r", "").Replace(string(v))
	return strings.Trim(s, " \t")
}

// Is says whether the field has a name, whatever its case.
func (f Field) Is(name string) bool { return strings.EqualFold(f.Name, name) }

// Split cuts a mail into its fields and the rest, which begins with the empty line; rest is empty when there is none.
// Nothing is lost: the fields' Raw and the rest joined are the mail. A line that is no field and continues none begins the
// rest, as most readers see it.
func Split(raw []byte) (fields []Field, rest []byte) {
	for len(raw) > 0 {
		n := fieldLen(raw)
		if n == 0 {
			break
		}
		name, _, _ := bytes.Cut(raw[:n], []byte{':'})
		fields = append(fields, Field{string(bytes.TrimRight(name, " \t")), raw[:n:n]})
		raw = raw[n:]
	}
	return fields, raw
}

// fieldLen is the length of the field that raw begins with, with its folded lines; 0 when it begins with none.
func fieldLen(raw []byte) int {
	colon := bytes.IndexByte(raw, ':')
	if colon <= 0 || !name(bytes.TrimRight(raw[:colon], " \t")) {
		return 0
	}
	n := 0
	for {
		end := bytes.IndexByte(raw[n:], '\n')
		if end < 0 {
			return len(raw)
		}
		n += end + 1
		if n == len(raw) || raw[n] != ' ' && raw[n] != '\t' {
			return n
		}
	}
}

// name says whether b can be a field's name (RFC 5322 section 3.6.8).
func name(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c > '~' || c == ':' {
			return false
		}
	}
	return len(b) > 0
}

// Count is the number of fields of a name.
func Count(fields []Field, name string) int {
	n := 0
	for _, f := range fields {
		if f.Is(name) {
			n++
		}
	}
	return n
}

// First is the value of the first field of a name; false when there is none.
func First(fields []Field, name string) (string, bool) {
	for _, f := range fields {
		if f.Is(name) {
			return f.Value(), true
		}
	}
	return "", false
}

// Broken finds what SMTP forbids in a message: a CR or LF that is not part of CRLF (RFC 5321 section 2.3.8). It gives the
// place, or -1.
func Broken(raw []byte) int {
	for at := 0; at < len(raw); {
		line := raw[at:]
		end := bytes.IndexByte(line, '\n')
		if end >= 0 {
			line = line[:end]
		}
		cr := bytes.IndexByte(line, '\r')
		switch {
		case cr >= 0 && (end < 0 || cr != end-1):
			return at + cr
		case cr < 0 && end >= 0:
			return at + end
		case end < 0:
			return -1
		}
		at += end + 1
	}
	return -1
}
