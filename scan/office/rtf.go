package office

import (
	"bytes"
	"strings"
)

// RTF looks into a document in Rich Text Format.
func RTF(data []byte) *Document {
	d := &Document{}
	low := lowered(data)
	if bytes.Contains(low, []byte("\\objdata")) || bytes.Contains(low, []byte("\\objocx")) || bytes.Contains(low, []byte("\\objemb")) {
		d.fact(Object, "object data")
	}
	if bytes.Contains(low, []byte("\\objupdate")) || bytes.Contains(low, []byte("\\objautlink")) {
		d.fact(External, "an object that updates itself")
	}
	if i := bytes.Index(low, []byte("\\*\\template")); i >= 0 {
		d.template(strings.TrimSpace(lettersRTF(data[i+11 : min(len(data), i+4000)])))
	}
	for rest, n := low, 0; n < 1000; n++ {
		i := bytes.Index(rest, []byte("fldinst"))
		if i < 0 {
			break
		}
		rest = rest[i+7:]
		field := plainRTF(rest[:min(len(rest), 400)])
		if isDDE(field) {
			d.fact(DDE, field)
			break
		}
		d.included(field)
	}
	for at, n := 0, 0; n < 50; n++ {
		i := bytes.Index(low[at:], []byte("\\objdata"))
		if i < 0 {
			break
		}
		at += i + 8
		d.object(unhex(low[at:]))
	}
	return d
}

// plainRTF is the text of a piece of RTF without its control words.
func plainRTF(b []byte) string {
	var out []byte
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\' && i+1 < len(b) && b[i+1] == '\\':
			out = append(out, c)
			i++
		case c == '\\':
			for i+1 < len(b) && (b[i+1] >= 'a' && b[i+1] <= 'z' || b[i+1] >= '0' && b[i+1] <= '9' || b[i+1] == '*' || b[i+1] == '-') {
				i++
			}
			if i+1 < len(b) && b[i+1] == ' ' {
				i++
			}
		case c == '{' || c == '}' || c == '\r' || c == '\n':
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// unhex reads hexadecimal digits up to the end of a group, past control words and braces that hide among them.
func unhex(b []byte) []byte {
	var out []byte
	half, have, depth := 0, false, 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		v := -1
		switch {
		case c >= '0' && c <= '9':
			v = int(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			v = int(c|0x20-'a') + 10
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth < 0 {
				return out
			}
		case c == '\\':
			for i+1 < len(b) && (b[i+1]|0x20 >= 'a' && b[i+1]|0x20 <= 'z' || b[i+1] >= '0' && b[i+1] <= '9' || b[i+1] == '*') {
				i++
			}
		}
		if v < 0 {
			continue
		}
		if !have {
			half, have = v, true
			continue
		}
		out = append(out, byte(half<<4|v))
		have = false
	}
	return out
}

// object looks into the data of an OLE 1 object ([MS-OLEDS] 2.2.5): a compound file or a package stands in it.
func (d *Document) object(b []byte) {
	if i := bytes.Index(b, []byte(magicCompound)); i >= 0 {
		d.file("object", b[i:])
		return
	}
	if i := bytes.Index(b, []byte("Package\x00")); i >= 0 && len(b) > i+20 {
		if name, data := unpack(b[i+8+12:]); data != nil {
			d.file(name, data)
			return
		}
	}
	if i := bytes.Index(b, []byte("\x02\x00")); i >= 0 {
		if name, data := unpack(b[i:]); data != nil && name != "" {
			d.file(name, data)
			return
		}
	}
	d.file("object", b)
	if i := bytes.Index(b, []byte("Equation")); i >= 0 {
		d.fact(External, "an equation object, which old versions of Office run")
	}
}

// template notes a template that is somewhere else.
func (d *Document) template(t string) {
	if remote(t) {
		d.fact(Template, t)
		d.Links = append(d.Links, t)
	}
}

// included notes what a field takes from elsewhere when the document opens.
func (d *Document) included(field string) {
	f := strings.TrimLeft(field, " \t\"")
	low := strings.ToLower(f)
	for _, w := range []string{"includepicture", "includetext", "import", "link ", "rd "} {
		if !strings.HasPrefix(low, w) {
			continue
		}
		for word := range strings.FieldsSeq(f[len(w):]) {
			if t := strings.Trim(word, "\"“”"); remote(t) {
				if w != "includepicture" || !strings.HasPrefix(strings.ToLower(t), "http") { // pictures of the web are shown by every page
					d.fact(External, t)
				}
				d.Links = append(d.Links, t)
			}
		}
	}
}

// remote says whether an address is not on the reader's own disk.
func remote(t string) bool {
	low := strings.ReplaceAll(strings.ToLower(t), "\\", "/")
	return !strings.HasPrefix(low, "file:///") && strings.Contains(low, "://") || strings.HasPrefix(low, "file:////") || strings.HasPrefix(low, "//") || strings.HasPrefix(low, "mhtml:")
}

// lettersRTF is the text up to the end of a group, its letters that are written as numbers read: \'68 and \u104?.
func lettersRTF(b []byte) string {
	var out strings.Builder
	skip := 0
	put := func(r rune) {
		if skip > 0 {
			skip--
		} else {
			out.WriteRune(r)
		}
	}
	for i := 0; i < len(b) && out.Len() < 1000; i++ {
		switch c := b[i]; {
		case c == '}':
			return out.String()
		case c == '{' || c == '\r' || c == '\n':
		case c == '\\' && i+3 < len(b) && b[i+1] == '\'':
			put(rune(hexDigit(b[i+2])<<4 | hexDigit(b[i+3])))
			i += 3
		case c == '\\' && i+1 < len(b) && (b[i+1] == '\\' || b[i+1] == '{' || b[i+1] == '}'):
			put(rune(b[i+1]))
			i++
		case c == '\\':
			word, n := i+1, 0
			for i+1 < len(b) && b[i+1]|0x20 >= 'a' && b[i+1]|0x20 <= 'z' {
				i++
			}
			name := string(b[word : i+1])
			negative := i+1 < len(b) && b[i+1] == '-'
			if negative {
				i++
			}
			for i+1 < len(b) && b[i+1] >= '0' && b[i+1] <= '9' && n < 1<<20 {
				i++
				n = n*10 + int(b[i]-'0')
			}
			if i+1 < len(b) && b[i+1] == ' ' {
				i++
			}
			if name == "u" {
				if negative {
					n = 65536 - n
				}
				put(rune(n))
				skip = 1
			}
		default:
			put(rune(c))
		}
	}
	return out.String()
}

// hexDigit is the value of a hexadecimal digit; 0 for others.
func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return 0
}

// lowered is data with its letters of ASCII in lower case: places in it are places in data.
func lowered(data []byte) []byte {
	out := bytes.Clone(data)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c | 0x20
		}
	}
	return out
}
