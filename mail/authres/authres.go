// Package authres writes the field Authentication-Results (RFC 8601): what this server found out about a mail's sender, for
// the filters and readers behind it.
//
// The field is believed, so it must say nothing that a sender put into it. Names and addresses come from outside; each is
// written as a plain token or as a quoted string, with everything unprintable replaced, so that no value can end the field,
// begin another result, or open a comment. Comments are not written at all.
package authres

import "strings"

// Method is one result: "spf=pass reason="..." smtp.mailfrom=a@b.example".
type Method struct {
	Name, Result string // "spf", "pass": words of ours, from the registry of RFC 8601 section 6
	Reason       string // "" for none
	Properties   []Property
}

// Property is what the result is about.
type Property struct {
	Name  string // "smtp.mailfrom": ours
	Value string // from outside
}

// Lines are folded before the first column that they would pass; no value is longer than mostValue.
const (
	mostLine  = 78
	mostValue = 250
)

// Format writes the whole field with its line break. id is our name (section 2.5); without methods the field says "none".
func Format(id string, methods []Method) string {
	w := &writer{}
	w.b.WriteString("Authentication-Results:")
	w.column = w.b.Len()
	w.word(value(id))
	if len(methods) == 0 {
		w.b.WriteString("; none")
	}
	for _, m := range methods {
		w.b.WriteByte(';')
		w.fold()
		w.word(token(m.Name) + "=" + token(m.Result))
		if m.Reason != "" {
			w.word("reason=" + quoted(m.Reason))
		}
		for _, p := range m.Properties {
			w.word(token(p.Name) + "=" + value(p.Value))
		}
	}
	w.b.WriteString("\r\n")
	return w.b.String()
}

type writer struct {
	b      strings.Builder
	column int
	fresh  bool // the line has nothing but its indent
}

// word writes a space, or a fold, and a word.
func (w *writer) word(s string) {
	if !w.fresh {
		if w.column+1+len(s) > mostLine {
			w.fold()
		} else {
			w.b.WriteByte(' ')
			w.column++
		}
	}
	w.b.WriteString(s)
	w.column += len(s)
	w.fresh = false
}

func (w *writer) fold() {
	w.b.WriteString("\r\n\t")
	w.column, w.fresh = 8, true
}

// value writes s as it is when that is a token or an address of tokens, else quoted.
func value(s string) string {
	local, domain, ok := strings.Cut(s, "@")
	if len(s) <= mostValue && (isToken(s) || ok && (local == "" || isToken(local)) && isToken(domain)) {
		return s
	}
	return quoted(s)
}

// isToken says whether s is a token of MIME (RFC 2045 section 5.1).
func isToken(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// token makes our own words safe too: a mistake here must not become a hole.
func token(s string) string {
	if isToken(s) {
		return s
	}
	return "unknown"
}

func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		if i == mostValue {
			b.WriteString("...")
			break
		}
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			b.WriteByte('?')
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
