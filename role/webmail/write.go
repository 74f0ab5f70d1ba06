package webmail

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"sekisho"
)

// written is JSON that is ready: what answers with many mails writes itself, as a page of a folder is asked for all day.
type written []byte

const hexDigits = "0123456789abcdef"

// appendText appends a string as JSON.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, s[from:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			default:
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			from = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			b = append(append(b, s[from:i]...), "\ufffd"...)
			i++
			from = i
			continue
		}
		i += n
	}
	return append(append(b, s[from:]...), '"')
}

// writer writes one object, property by property.
type writer struct {
	b     []byte
	first bool
}

func (w *writer) begin() { w.b, w.first = append(w.b, '{'), true }

func (w *writer) end() { w.b = append(w.b, '}') }

func (w *writer) name(n string) {
	if !w.first {
		w.b = append(w.b, ',')
	}
	w.first = false
	w.b = append(appendText(w.b, n), ':')
}

func (w *writer) text(n, v string) { w.name(n); w.b = appendText(w.b, v) }

func (w *writer) number(n string, v int64) { w.name(n); w.b = strconv.AppendInt(w.b, v, 10) }

func (w *writer) truth(n string, v bool) { w.name(n); w.b = strconv.AppendBool(w.b, v) }

func (w *writer) null(n string) { w.name(n); w.b = append(w.b, "null"...) }

// optional writes null instead of an empty text.
func (w *writer) optional(n, v string) {
	if v == "" {
		w.null(n)
		return
	}
	w.text(n, v)
}

// set writes an object whose values are all true.
func (w *writer) set(n string, list []string) {
	w.name(n)
	w.b = append(w.b, '{')
	for i, x := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(appendText(w.b, x), ":true"...)
	}
	w.b = append(w.b, '}')
}

func (w *writer) texts(n string, list []string) {
	if list == nil {
		w.null(n)
		return
	}
	w.name(n)
	w.b = append(w.b, '[')
	for i, x := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = appendText(w.b, x)
	}
	w.b = append(w.b, ']')
}

func (w *writer) addresses(n string, list []sekisho.Address) {
	if len(list) == 0 {
		w.null(n)
		return
	}
	w.name(n)
	w.b = append(w.b, '[')
	first := true
	for _, a := range list {
		if a.Host == "" { // begins or ends a group
			continue
		}
		if !first {
			w.b = append(w.b, ',')
		}
		first = false
		w.b = append(w.b, `{"name":`...)
		if a.Name == "" {
			w.b = append(w.b, "null"...)
		} else {
			w.b = appendText(w.b, a.Name)
		}
		w.b = append(appendText(append(w.b, `,"email":`...), a.String()), '}')
	}
	w.b = append(w.b, ']')
}

// value writes anything else.
func (w *writer) value(n string, v any) {
	w.name(n)
	b, err := json.Marshal(v)
	if err != nil {
		b = []byte("null")
	}
	w.b = append(w.b, b...)
}

func utc(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
