package office

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// mostFlat bounds the parts of a document in one XML file.
const mostFlat = 5000

// flat reads the parts of a document whose package is one XML file (Flat OPC): each as the member of a zip that it stands for.
func (d *Document) flat(data []byte) {
	if !bytes.Contains(data, []byte("schemas.microsoft.com/office/2006/xmlPackage")) {
		return
	}
	for rest, n := data, 0; n < mostFlat; n++ {
		at := bytes.Index(rest, []byte(":part "))
		if at < 0 {
			break
		}
		rest = rest[at+6:]
		end := bytes.IndexByte(rest, '>')
		if end < 0 {
			break
		}
		tag := string(rest[:min(end, 4096)])
		body := rest[end+1:]
		if stop := bytes.Index(body, []byte(":part>")); stop >= 0 {
			body = body[:stop]
		}
		rest = rest[end+1:]
		d.flatPart(strings.TrimPrefix(attribute(tag, "name"), "/"), attribute(tag, "contentType"), body)
	}
}

// flatPart reads one part.
func (d *Document) flatPart(name, kind string, body []byte) {
	content, packed := inner(body, "binaryData")
	if !packed {
		content, _ = inner(body, "xmlData")
	} else if b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(content)), "")); err == nil {
		content = b
	}
	part := Member(name, content)
	if strings.EqualFold(kind, "application/vnd.ms-office.vbaProject") {
		part.fact(Macro, name)
	}
	if strings.Contains(strings.ToLower(kind), "macrosheet") {
		part.fact(XLM, name)
	}
	for _, f := range part.Facts {
		d.fact(f.Name, f.Evidence)
	}
	d.Links = append(d.Links, part.Links[:min(len(part.Links), 500)]...)
	if packed {
		d.file(name, content)
	}
}

// inner is what stands in the first element of a name, whatever its prefix.
func inner(b []byte, name string) ([]byte, bool) {
	i := bytes.Index(b, []byte(name))
	if i < 0 {
		return nil, false
	}
	b = b[i+len(name):]
	if i = bytes.IndexByte(b, '>'); i < 0 {
		return nil, false
	}
	b = b[i+1:]
	if end := bytes.LastIndex(b, []byte(name)); end >= 0 {
		if lt := bytes.LastIndexByte(b[:end], '<'); lt >= 0 {
			return b[:lt], true
		}
	}
	return b, true
}

// Mime takes the compound file out of the form in which Word saves macros with pages (ActiveMime); nil when data is none.
func Mime(data []byte) []byte {
	if !bytes.HasPrefix(data, []byte("ActiveMime")) {
		return nil
	}
	head := data[:min(len(data), 400)]
	for _, mark := range []string{"\x78\x9c", "\x78\x01", "\x78\xda", "\x78\x5e"} {
		if i := bytes.Index(head, []byte(mark)); i > 0 {
			if b := unzlib(data[i:]); len(b) > 0 {
				return b
			}
		}
	}
	return nil
}
