package pdf

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// objects looks at the names in b, whatever stands around them.
func (d *Document) objects(b []byte) {
	if bytes.IndexByte(b, '#') >= 0 {
		b = names(b)
	}
	for {
		i := bytes.IndexByte(b, '/')
		if i < 0 {
			return
		}
		b = b[i+1:]
		n := 0
		for n < len(b) && n < 40 && (b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z' || b[n] >= '0' && b[n] <= '9') {
			n++
		}
		d.name(string(b[:n]), b[n:])
		b = b[n:]
	}
}

// name acts on one name; rest is what follows it.
func (d *Document) name(n string, rest []byte) {
	next := byte(0) // what follows, after white space
	if t := bytes.TrimLeft(rest[:min(len(rest), 20)], " \r\n\t"); len(t) > 0 {
		next = t[0]
	}
	object := next == '(' || next == '<' || next >= '0' && next <= '9'
	switch n {
	case "JavaScript":
		d.Script = true
	case "JS":
		d.Script = d.Script || object
	case "OpenAction":
		d.Auto = true
	case "AA":
		d.Auto = d.Auto || object
	case "Launch":
		d.Launch = true
	case "SubmitForm", "ImportData":
		d.Submit = true
	case "RichMedia", "Flash":
		d.Media = true
	case "XFA":
		d.Form = d.Form || object || next == '['
	case "Encrypt":
		if object && next != '(' && d.file != nil && d.file.crypt == nil {
			d.Encrypted = true
		}
	case "URI":
		if d.tried++; d.tried > 4*maxLinks || d.file != nil && d.file.crypt != nil {
			return
		}
		l := &Lexer{b: rest[:min(len(rest), 8192)]}
		if s, ok := l.Next(); ok {
			if s, is := s.(String); is {
				d.link(address([]byte(s)))
			}
		}
	}
}

// object looks at one object, with all that stands in it.
func (d *Document) object(o Object, depth int) {
	if depth > maxNest+1 {
		return
	}
	switch v := o.(type) {
	case *Stream:
		d.object(v.Dict, depth+1)
	case Array:
		for _, x := range v {
			d.object(x, depth+1)
		}
	case Dict:
		for _, k := range []Name{"OpenAction", "AA", "RichMedia", "XFA"} {
			if x, has := v[k]; has && x != nil {
				d.name(string(k), []byte("<"))
			}
		}
		d.action(v)
		d.filespec(v)
		for _, x := range v {
			switch x.(type) {
			case Array, Dict:
				d.object(x, depth+1)
			}
		}
	}
}

// action looks at a dictionary that may be an action (ISO 32000-1 section 12.6).
func (d *Document) action(v Dict) {
	kind, _ := d.file.Resolve(v["S"]).(Name)
	switch kind {
	case "JavaScript", "Rendition":
		d.Script = d.Script || kind == "JavaScript" || v["JS"] != nil
	case "Launch":
		d.Launch = true
		if d.Command == "" {
			d.Command = d.command(v)
		}
	case "SubmitForm", "ImportData":
		d.Submit = true
		d.target(v["F"])
	case "GoToR", "GoToE", "Thread":
		d.target(v["F"])
	case "URI":
		d.link(address(d.file.bytes(v["URI"])))
	}
	switch js := d.file.Resolve(v["JS"]).(type) {
	case String:
		d.Script = true
		d.code(Text([]byte(js)))
	case *Stream:
		d.Script = true
		d.forms = append(d.forms, js.Ref)
	}
	if base, is := d.file.Resolve(v["Base"]).(String); is && v["URI"] == nil {
		d.link(string(base))
	}
	d.form(v["XFA"])
}

// form notes the streams of an XFA form.
func (d *Document) form(o Object) {
	list, many := d.file.Resolve(o).(Array)
	if !many {
		list = Array{o}
	}
	for _, x := range list {
		if r, is := x.(Ref); is && len(d.forms) < maxFiles {
			d.forms = append(d.forms, r)
		}
	}
}

// command is what a Launch action starts.
func (d *Document) command(v Dict) string {
	if win := d.file.Dict(v["Win"]); win != nil {
		return strings.TrimSpace(Text(d.file.bytes(win["F"])) + " " + Text(d.file.bytes(win["P"])))
	}
	name, _ := d.specified(v["F"])
	return name
}

// target notes where an action leads: a link, or a file on a server.
func (d *Document) target(o Object) {
	name, _ := d.specified(o)
	switch {
	case strings.Contains(name, "://"):
		d.link(name)
	case strings.HasPrefix(name, `\\`) || strings.HasPrefix(name, "//"):
		d.Remote = name
	}
}

// filespec notes the names of files inside (ISO 32000-1 section 7.11.3), and files that are URLs.
func (d *Document) filespec(v Dict) {
	name, url := d.specified(v)
	if url {
		d.link(name)
	}
	ef, is := d.file.Resolve(v["EF"]).(Dict)
	if !is || len(d.names) > 4*maxFiles {
		return
	}
	for _, k := range []Name{"UF", "F", "Unix", "DOS", "Mac"} {
		if r, is := ef[k].(Ref); is && d.names[r.Number] == "" {
			d.names[r.Number] = name
		}
	}
}

// specified is the name in a file specification, and whether it is a URL by what it says.
func (d *Document) specified(o Object) (name string, url bool) {
	switch v := d.file.Resolve(o).(type) {
	case String:
		return Text([]byte(v)), false
	case Dict:
		for _, k := range []Name{"UF", "F", "Unix", "DOS", "Mac"} {
			if s, is := d.file.Resolve(v[k]).(String); is {
				return Text([]byte(s)), d.file.Resolve(v["FS"]) == Name("URL")
			}
		}
	}
	return "", false
}

// address is a link as it stands, unless it says that it is UTF-16.
func address(b []byte) string {
	if bytes.HasPrefix(b, []byte("\xfe\xff")) || bytes.HasPrefix(b, []byte("\xff\xfe")) {
		return Text(b)
	}
	return string(b)
}

// Text is a string that people read: UTF-16 when it says so, UTF-8 when it can be, otherwise Latin letters (ISO 32000-2
// section 7.9.2.2).
func Text(b []byte) string {
	if len(b) >= 2 && (b[0] == 0xfe && b[1] == 0xff || b[0] == 0xff && b[1] == 0xfe) {
		u := make([]uint16, 0, len(b)/2)
		for i := 2; i+1 < len(b); i += 2 {
			v := uint16(b[i])<<8 | uint16(b[i+1])
			if b[0] == 0xff {
				v = v<<8 | v>>8
			}
			u = append(u, v)
		}
		return string(utf16.Decode(u))
	}
	if b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")); utf8.Valid(b) {
		return string(b)
	}
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}
