package message

import (
	"strings"

	"sekisho"
)

// join puts the sections of split parameters together and decodes them (RFC 2231). Where the rules are broken the
// reading is: the form with a star wins over the plain one, the first of equals wins, sections count from 0 without gap.
func (p *params) join(list []rawParam) []sekisho.Param {
	if len(list) == 0 {
		return nil
	}
	out := make([]sekisho.Param, 0, len(list))
	for i := range list {
		name := list[i].name
		if Has(out, name) {
			continue
		}
		out = append(out, sekisho.Param{Name: name, Value: p.value(list[i:], name)})
	}
	return out
}

// Has says whether list has a parameter of that lower-case name.
func Has(list []sekisho.Param, name string) bool {
	for i := range list {
		if list[i].Name == name {
			return true
		}
	}
	return false
}

// value is the decoded value of one parameter from all that have its name.
func (p *params) value(list []rawParam, name string) string {
	var plain, whole *rawParam
	var parts [64]*rawParam
	n, top := 0, -1
	for i := range list {
		q := &list[i]
		if q.name != name {
			continue
		}
		n++
		switch {
		case q.index < 0 && q.ext:
			p.twice(whole, q)
			whole = first(whole, q)
		case q.index < 0:
			p.twice(plain, q)
			plain = first(plain, q)
		case q.index >= len(parts):
			p.oddly("param-section", 1, name)
		default:
			p.twice(parts[q.index], q)
			parts[q.index] = first(parts[q.index], q)
			top = max(top, q.index)
		}
	}
	if n == 1 && plain != nil {
		return p.plain(plain)
	}
	var v string
	switch {
	case whole != nil:
		v = p.extended(whole.value, true)
		if top >= 0 {
			p.oddly("param-mixed", 1, name)
		}
	case top >= 0:
		v = p.sections(parts[:top+1], name)
	default:
		return p.plain(plain)
	}
	// A plain form beside the extended one is advised for old readers (RFC 6266 section 4.3), if it says the same.
	if plain != nil {
		if w := p.plain(plain); w != v && (name == "boundary" || name == "charset" || extension(w) != extension(v)) {
			p.oddly("param-two-values", 1, w+" / "+v)
		} else if w != v {
			p.oddly("param-two-values", 0, w+" / "+v)
		}
	}
	return v
}

func first(a, b *rawParam) *rawParam {
	if a != nil {
		return a
	}
	return b
}

// twice states that a parameter stands there two times.
func (p *params) twice(a, b *rawParam) {
	switch {
	case a == nil:
	case a.value == b.value:
		p.oddly("param-twice", 0, a.name)
	default:
		p.oddly("param-twice", 1, a.name+": "+a.value+" / "+b.value)
	}
}

// plain is a value without RFC 2231; an encoded word in it is against RFC 2047 section 5 but usual for names of files.
func (p *params) plain(q *rawParam) string {
	if q == nil {
		return ""
	}
	v := q.value
	if strings.Contains(v, "=?") && (q.name == "name" || q.name == "filename") {
		if w := Words(v); w != v {
			p.oddly("param-word", 0, v)
			return w
		}
		return v
	}
	if strings.Contains(v, "=?") && strings.Contains(v, "?=") {
		p.oddly("param-word", 1, v)
	}
	return text8(v)
}

// sections joins name*0, name*1 and so on.
func (p *params) sections(parts []*rawParam, name string) string {
	var b strings.Builder
	charset := ""
	for i, q := range parts {
		if q == nil {
			p.oddly("param-gap", 1, name)
			break
		}
		v := q.value
		if q.ext {
			if i == 0 {
				charset, v = p.charset(v)
			}
			v = percent(v)
		}
		b.WriteString(v)
	}
	return p.decode(charset, b.String())
}

// extended decodes charset'language'percent-encoded.
func (p *params) extended(v string, marked bool) string {
	cs := ""
	if marked {
		cs, v = p.charset(v)
	}
	return p.decode(cs, percent(v))
}

func (p *params) decode(cs, v string) string {
	out := v
	if cs == "" {
		out = text8(v)
	} else if e, ok := lookup(cs); ok {
		out = e.decode([]byte(v))
	} else {
		p.oddly("param-charset", 1, cs)
		out = text8(v)
	}
	if strings.IndexByte(out, 0) >= 0 || strings.ContainsAny(out, "\r\n") {
		p.oddly("param-nul", 1, out)
		out = strings.NewReplacer("\x00", "", "\r", "", "\n", "").Replace(out)
	}
	return out
}

// charset takes charset and language off the front of an extended value.
func (p *params) charset(v string) (cs, rest string) {
	a := strings.IndexByte(v, '\'')
	if a < 0 {
		p.oddly("param-charset", 1, v)
		return "", v
	}
	b := strings.IndexByte(v[a+1:], '\'')
	if b < 0 {
		p.oddly("param-charset", 1, v)
		return "", v
	}
	return v[:a], v[a+1+b+1:]
}

// percent decodes %XX; what is none stays.
func percent(v string) string {
	if strings.IndexByte(v, '%') < 0 {
		return v
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == '%' && i+2 < len(v) {
			if h, l := nibble(v[i+1]), nibble(v[i+2]); h >= 0 && l >= 0 {
				out = append(out, byte(h<<4|l))
				i += 2
				continue
			}
		}
		out = append(out, v[i])
	}
	return string(out)
}

// nibble is the value of a hexadecimal digit; -1 for anything else.
func nibble(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// extension is the part of a file name from the last dot on, in lower case.
func extension(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return ""
	}
	return strings.ToLower(strings.TrimRight(name[i:], " ."))
}
