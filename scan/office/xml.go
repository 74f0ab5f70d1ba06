package office

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"html"
	"io"
	"strings"
)

// Member looks at one file of a document that is a zip. Documents of LibreOffice are meant too.
func Member(name string, data []byte) *Document {
	d := &Document{}
	low := strings.ToLower(strings.TrimPrefix(name, "/"))
	base := low[strings.LastIndexByte(low, '/')+1:]
	switch {
	case strings.HasPrefix(base, "vbaproject") && strings.HasSuffix(base, ".bin"), base == "vbadata.xml":
		d.fact(Macro, name)
	case strings.HasPrefix(low, "xl/macrosheets/") || strings.HasPrefix(low, "xl/intlmacrosheets/"):
		d.fact(XLM, name)
	case strings.Contains(low, "/activex/"):
		d.fact(ActiveX, name)
	case strings.Contains(low, "/embeddings/"):
		d.fact(Object, name)
	case strings.HasPrefix(low, "basic/") && strings.HasSuffix(low, ".xml") && base != "script-lc.xml" && base != "script-lb.xml":
		d.fact(Macro, name)
	case strings.HasPrefix(low, "scripts/") && base != "":
		d.fact(Macro, name)
	case low == "meta-inf/manifest.xml" && bytes.Contains(data, []byte("encryption-data")):
		d.fact(Encrypted, "the manifest says so")
	case strings.HasSuffix(low, ".rels"):
		d.relations(narrowXML(data))
	case strings.HasSuffix(low, ".xml"):
		d.fields([]byte(narrowXML(data)))
		d.settings(low, data)
		if base == "content.xml" {
			d.openDocument(data)
		}
		if low == "xl/workbook.xml" && bytes.Contains(bytes.ToLower(data), []byte("_xlnm.auto_")) {
			d.fact(Auto, "a macro that runs by itself")
		}
	case low == "xl/workbook.bin" || strings.HasPrefix(low, "xl/externallinks/") && strings.HasSuffix(low, ".bin"):
		d.binary(data)
	}
	return d
}

// settings looks at what the main parts of a document say of themselves: content types that promise macros (MS-OFFMACRO2 2.1).
func (d *Document) settings(low string, data []byte) {
	if low != "[content_types].xml" {
		return
	}
	elements(narrowXML(data), "Default", func(tag string) bool {
		if strings.EqualFold(attribute(tag, "ContentType"), "application/vnd.ms-office.vbaProject") {
			d.fact(Macro, "files of the ending "+attribute(tag, "Extension"))
		}
		return true
	})
	elements(narrowXML(data), "Override", func(tag string) bool {
		switch kind := attribute(tag, "ContentType"); {
		case strings.EqualFold(kind, "application/vnd.ms-office.vbaProject"):
			d.fact(Macro, attribute(tag, "PartName"))
		case strings.EqualFold(kind, "application/vnd.ms-excel.macrosheet+xml"), strings.EqualFold(kind, "application/vnd.ms-excel.intlmacrosheet+xml"),
			strings.EqualFold(kind, "application/vnd.ms-excel.macrosheet"), strings.EqualFold(kind, "application/vnd.ms-excel.intlmacrosheet"):
			d.fact(XLM, attribute(tag, "PartName"))
		}
		return true
	})
}

// supBook begins an external book of a binary workbook; its first word is 1 for DDE ([MS-XLSB] 2.4.170).
const supBook = 360

// binary looks at the records of a binary workbook and its external books: a number and a length of one to four bytes before each.
func (d *Document) binary(b []byte) {
	for n := 0; n < 1<<20 && len(b) > 0; n++ {
		kind, rest := varint(b, 2)
		size, body := varint(rest, 4)
		if body == nil || size > len(body) {
			return
		}
		r := body[:size]
		b = body[size:]
		switch {
		case kind == supBook && len(r) >= 2 && binary.LittleEndian.Uint16(r) == 1:
			d.fact(DDE, "an external book that is a program: "+string(bytes.ReplaceAll(r[2:min(len(r), 80)], []byte{0}, nil)))
		case kind == 39 && bytes.Contains(bytes.ToLower(bytes.ReplaceAll(r, []byte{0}, nil)), []byte("auto_open")):
			d.fact(Auto, "a macro that runs by itself")
		}
	}
}

// varint reads a number of seven bits a byte, most bytes at most. rest is nil at the end.
func varint(b []byte, most int) (n int, rest []byte) {
	for i := 0; i < most && i < len(b); i++ {
		v := int(b[i] & 0x7f)
		if n |= v << (7 * i); b[i]&0x80 == 0 {
			return n, b[i+1:]
		}
	}
	if len(b) < most {
		return 0, nil
	}
	return n, b[most:]
}

// relations reads the links of a part to others ([ISO 29500-2] 8.3).
func (d *Document) relations(s string) {
	elements(s, "Relationship", func(tag string) bool {
		kind := attribute(tag, "Type")
		switch {
		case strings.EqualFold(attribute(tag, "TargetMode"), "External"):
			d.external(kind, attribute(tag, "Target"))
		case codeRelation(kind) && strings.Contains(strings.ToLower(kind), "xl"):
			d.fact(XLM, attribute(tag, "Target"))
		case codeRelation(kind):
			d.fact(Macro, attribute(tag, "Target"))
		}
		return true
	})
}

// external weighs a link to the outside: one that is clicked is harmless by itself, others act when the document opens.
func (d *Document) external(kind, target string) {
	kind = strings.ToLower(kind[strings.LastIndexByte(kind, '/')+1:])
	if len(d.Links) < 500 {
		d.Links = append(d.Links, target)
	}
	low := strings.ReplaceAll(strings.ToLower(target), "\\", "/")
	local := strings.HasPrefix(low, "file:///") && !strings.HasPrefix(low, "file:////")
	remote := !local && (strings.Contains(low, "://") || strings.HasPrefix(low, "//") || strings.HasPrefix(low, "mhtml:") || strings.HasPrefix(low, "file:////"))
	server := remote && (strings.HasPrefix(low, "//") || strings.HasPrefix(low, "file:"))
	switch kind {
	case "attachedtemplate":
		if remote {
			d.fact(Template, target)
		}
	case "oleobject", "frame", "subdocument", "externallinkpath", "control", "package", "afchunk", "connections":
		if remote || kind == "oleobject" {
			d.fact(External, target)
		}
	case "hyperlink":
	default: // even a picture from a file server gives that server the reader's credentials
		if server {
			d.fact(External, target)
		}
	}
}

// attribute is the value of an attribute of a tag. A prefix before its name does not count.
func attribute(tag, name string) string {
	for at := 0; ; {
		i := strings.Index(tag[at:], name)
		if i < 0 {
			return ""
		}
		i += at
		at = i + len(name)
		if i > 0 && strings.IndexByte(" \t\r\n:", tag[i-1]) < 0 {
			continue
		}
		v := strings.TrimLeft(tag[at:], " \t\r\n")
		if !strings.HasPrefix(v, "=") {
			continue
		}
		if v = strings.TrimLeft(v[1:], " \t\r\n"); v == "" || v[0] != '"' && v[0] != '\'' {
			continue
		}
		end := strings.IndexByte(v[1:], v[0])
		if end < 0 {
			return ""
		}
		return html.UnescapeString(v[1 : 1+end])
	}
}

// XML looks into a document of Office that is one XML file.
func XML(data []byte) *Document {
	d := &Document{}
	d.fields(data)
	d.flat(data)
	d.openDocument(data)
	elements(string(data), "attachedTemplate", func(tag string) bool {
		d.template(attribute(tag, "val"))
		return true
	})
	if bytes.Contains(data, []byte(`macrosPresent="yes"`)) || bytes.Contains(data, []byte("vbaProject")) {
		d.fact(Macro, "the document says so")
	}
	if bytes.Contains(data, []byte(`embeddedObjPresent="yes"`)) {
		d.fact(Object, "the document says so")
	}
	for rest := data; ; {
		i := bytes.Index(rest, []byte("binData"))
		if i < 0 {
			break
		}
		rest = rest[i+7:]
		d.binData(rest)
	}
	if bytes.Contains(data, []byte("Formula=\"")) {
		d.formulas(string(data))
	}
	return d
}

// binData expands an object that stands in XML as base64.
func (d *Document) binData(rest []byte) {
	a := bytes.IndexByte(rest[:min(len(rest), 500)], '>')
	if a < 0 {
		return
	}
	body := rest[a+1:]
	end := bytes.IndexByte(body, '<')
	if end < 20 {
		return
	}
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(body[:end])), ""))
	if err != nil {
		return
	}
	if m := Mime(b); m != nil {
		b = m
	}
	if bytes.HasPrefix(b, []byte(magicCompound)) {
		d.file("object", b)
	}
}

// formulas looks at the formulas of a sheet in XML.
func (d *Document) formulas(s string) {
	for {
		i := strings.Index(s, "Formula=\"")
		if i < 0 {
			return
		}
		s = s[i+9:]
		end := strings.IndexByte(s, '"')
		if end < 0 {
			return
		}
		if f := html.UnescapeString(s[:end]); commands(f) {
			d.fact(DDE, f)
			return
		}
		s = s[end:]
	}
}

// fields looks for DDE in the fields of a text and in the links of a workbook.
func (d *Document) fields(data []byte) {
	if i := bytes.Index(data, []byte("<ddeLink")); i >= 0 {
		d.fact(DDE, string(data[i:min(len(data), i+150)]))
	}
	if bytes.Contains(data, []byte("<f>")) && bytes.Contains(data, []byte("|'")) || bytes.Contains(data, []byte("|&apos;")) {
		d.cells(string(data))
	}
	if !bytes.Contains(data, []byte("DDE")) && !bytes.Contains(data, []byte("instr")) {
		return
	}
	s := string(data)
	for rest := s; ; {
		i := strings.Index(rest, ":instr=")
		if i < 0 {
			break
		}
		rest = rest[i+1:]
		if v := attribute(rest[:min(len(rest), 600)], "instr"); isDDE(v) {
			d.fact(DDE, v)
			return
		}
	}
	var field strings.Builder // the text of a field can be spread over many runs
	for rest := s; field.Len() < 1<<20; {
		i := strings.Index(rest, "instrText")
		if i < 0 {
			break
		}
		rest = rest[i+9:]
		a, b := strings.IndexByte(rest, '>'), strings.IndexByte(rest, '<')
		if a >= 0 && b > a {
			field.WriteString(html.UnescapeString(rest[a+1 : b]))
			rest = rest[b:]
			if strings.HasPrefix(rest, "</") && len(rest) > 14 {
				rest = rest[14:]
			}
		}
	}
	up := strings.ToUpper(field.String())
	if strings.Contains(up, "DDEAUTO") || strings.Contains(up, " DDE ") || strings.HasPrefix(up, "DDE ") {
		d.fact(DDE, field.String())
	}
}

// Symbolic looks into a sheet in the form SYLK: it can be a macro sheet, whose formulas run when it is opened.
func Symbolic(data []byte) *Document {
	d := CSV(data)
	for line := range strings.SplitSeq(string(data[:min(len(data), 8<<20)]), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "O;") && strings.Contains(line+";", ";E;") || strings.HasPrefix(line, "NN;") && strings.Contains(strings.ToLower(line), ";nauto") {
			d.fact(XLM, line)
		}
		if strings.HasPrefix(line, "C;") {
			if i := strings.Index(line, ";E"); i > 0 && commands("="+line[i+2:]) {
				d.fact(DDE, line)
			}
		}
	}
	return d
}

// cells looks at the formulas of a sheet: <f>cmd|'/c calc'!A0</f>.
func (d *Document) cells(s string) {
	for {
		i := strings.Index(s, "<f")
		if i < 0 {
			return
		}
		s = s[i+2:]
		a, b := strings.IndexByte(s, '>'), strings.IndexByte(s, '<')
		if a < 0 || b < a {
			continue
		}
		if f := "=" + html.UnescapeString(s[a+1:b]); commands(f) {
			d.fact(DDE, f)
			return
		}
	}
}

// CSV looks for formulas that start programs in a text of fields.
func CSV(data []byte) *Document {
	d := &Document{}
	if bytes.IndexByte(data, '|') < 0 || bytes.IndexByte(data, '!') < 0 {
		return d
	}
	for line := range strings.SplitSeq(string(data[:min(len(data), 8<<20)]), "\n") {
		if strings.IndexByte(line, '|') < 0 {
			continue
		}
		for field := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ',' || r == ';' || r == '\t' }) {
			if commands(strings.Trim(field, "\" \r")) {
				d.fact(DDE, field)
				return d
			}
		}
	}
	return d
}

// commands says whether a formula talks to a program: =program|'topic'!item.
func commands(f string) bool {
	if f == "" || strings.IndexByte("=+-@", f[0]) < 0 {
		return false
	}
	i := strings.IndexByte(f, '|')
	return i > 0 && i < 60 && strings.IndexByte(f[i:], '!') > 0
}

// unzlib expands b as far as it goes, 32 MB at most.
func unzlib(b []byte) []byte {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(z, 32<<20))
	return out
}
