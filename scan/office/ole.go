package office

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// OLE looks into a compound file.
func OLE(data []byte) *Document {
	d := &Document{}
	c := openCompound(data)
	if c == nil {
		d.fact(Broken, "the tables of the file make no sense")
		return d
	}
	if c.installer() {
		d.fact(Installer, "a package of Windows Installer")
	}
	total := 0
	for i := range c.dir {
		e := &c.dir[i]
		low := strings.ToLower(e.name)
		if e.kind == 1 {
			d.storage(low)
			continue
		}
		if e.kind != 2 || e.size == 0 || total > 2*len(data) {
			continue
		}
		total += int(min(e.size, uint64(len(data))))
		d.stream(c, e, low)
	}
	return d
}

// installer says whether the file is a package, a patch or a transform of Windows Installer, by the class of its root, or by names of
// streams in the form that only these have.
func (c *compound) installer() bool {
	for i := range c.dir {
		e := &c.dir[i]
		if e.kind == 5 && strings.HasPrefix(e.class, "\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46") ||
			e.kind == 5 && strings.HasPrefix(e.class, "\x86\x10\x0c\x00") || e.kind == 5 && strings.HasPrefix(e.class, "\x82\x10\x0c\x00") {
			return true
		}
		if e.kind == 2 && strings.HasPrefix(e.name, "\u4840") {
			return true
		}
	}
	return false
}

// Workbook looks into a sheet or workbook of Excel that stands outside of a compound file, as versions to 5 write it.
func Workbook(data []byte) *Document {
	d := &Document{}
	if len(data) > 8 && binary.LittleEndian.Uint16(data[6:]) == 0x40 { // the kind of substream in the first record
		d.fact(XLM, "a macro sheet")
	}
	d.workbook(data)
	return d
}

// storage takes what the name of a storage says.
func (d *Document) storage(low string) {
	switch {
	case low == "vba" || low == "_vba_project_cur" || low == "macros":
		d.fact(Macro, low)
	case low == "objectpool":
		d.fact(Object, low)
	}
}

// stream looks into one stream.
func (d *Document) stream(c *compound, e *entry, low string) {
	switch {
	case low == "encryptedpackage" || low == "encryptioninfo" || low == "encryptedsummary":
		d.fact(Encrypted, e.name)
	case low == "_vba_project" || low == "project" && strings.Contains(e.path, "VBA"):
		d.fact(Macro, e.path+e.name)
	case low == "worddocument":
		d.word(c.stream(e))
	case low == "workbook" || low == "book":
		d.workbook(c.stream(e))
	case low == "current user":
		if b := c.stream(e); len(b) >= 16 && binary.LittleEndian.Uint32(b[12:]) == 0xf3d1c4df {
			d.fact(Encrypted, e.name)
		}
	case low == "powerpoint document":
		d.slides(c.stream(e))
	case strings.HasSuffix(low, "ole10native"):
		d.native(c.stream(e))
	case low == "package" || low == "contents":
		d.fact(Object, e.path+e.name)
		d.file(e.name, c.stream(e))
	case strings.HasPrefix(low, "__substg1.0_37010102"):
		d.file("attachment", c.stream(e))
	case strings.HasPrefix(low, "\x03linkinfo"), low == "\x01ole":
		d.link(c.stream(e))
	default:
		d.module(c.stream(e))
	}
}

// module looks for VBA code in a stream.
func (d *Document) module(b []byte) {
	code := source(b)
	if code == "" {
		return
	}
	d.fact(Macro, "code")
	low := strings.ToLower(code)
	for _, w := range []string{"autoopen", "auto_open", "autoexec", "autoclose", "auto_close", "autonew", "document_open", "document_close",
		"document_new", "workbook_open", "workbook_activate", "workbook_close", "workbook_beforeclose", "_layout(", "_painted", "_painting", "_gotfocus"} {
		if strings.Contains(low, w) {
			d.fact(Auto, w)
			break
		}
	}
	for _, w := range []string{"shell(", "shell ", "createobject", "getobject", "wscript.", "urldownloadtofile", "powershell", "cmd.exe", "cmd /c",
		"xmlhttp", "adodb.stream", "savetofile", "environ(", "callbyname", "virtualalloc", "createthread", "rtlmovememory", ".run ", "shellexecute", "winmgmts", "mshta"} {
		if strings.Contains(low, w) {
			d.fact(Shell, w)
			break
		}
	}
}

// source finds and expands the code of a module ([MS-OVBA] 2.4.1). Every module begins with the word Attribute; packed,
// a flag byte stands before it and its last letter.
func source(b []byte) string {
	i := bytes.Index(b, []byte("\x00Attribut"))
	if i < 3 || b[i-3] != 1 {
		return ""
	}
	return string(inflate(b[i-2:]))
}

// inflate expands the chunks of a compressed container.
func inflate(b []byte) []byte {
	var out []byte
	for len(b) >= 2 && len(out) < 4<<20 {
		head := binary.LittleEndian.Uint16(b)
		size := min(int(head&0xfff)+3, len(b))
		chunk := b[2:size]
		b = b[size:]
		if head&0x8000 == 0 {
			out = append(out, chunk...)
			continue
		}
		out = inflateChunk(out, chunk)
	}
	return out
}

func inflateChunk(out, chunk []byte) []byte {
	start := len(out)
	for len(chunk) > 0 {
		flags := chunk[0]
		chunk = chunk[1:]
		for bit := 0; bit < 8 && len(chunk) > 0; bit++ {
			if flags>>bit&1 == 0 {
				out = append(out, chunk[0])
				chunk = chunk[1:]
				continue
			}
			if len(chunk) < 2 {
				return out
			}
			token := int(binary.LittleEndian.Uint16(chunk))
			chunk = chunk[2:]
			bits := 4
			for len(out)-start > 1<<bits && bits < 12 {
				bits++
			}
			length, offset := token&(0xffff>>bits)+3, token>>(16-bits)+1
			if offset > len(out)-start {
				return out
			}
			for ; length > 0 && len(out)-start < 4096; length-- {
				out = append(out, out[len(out)-offset])
			}
		}
	}
	return out
}

// word looks into the text of a Word document ([MS-DOC] 2.5.1).
func (d *Document) word(b []byte) {
	if len(b) < 12 {
		return
	}
	if binary.LittleEndian.Uint16(b[10:])&0x0100 != 0 {
		d.fact(Encrypted, "the document says so")
		return
	}
	narrow := bytes.ReplaceAll(b, []byte{0}, nil) // wide letters become narrow ones
	for {
		i := bytes.IndexByte(narrow, 0x13) // begins a field
		if i < 0 {
			return
		}
		narrow = narrow[i+1:]
		field := narrow[:min(len(narrow), 200)]
		if end := bytes.IndexAny(field, "\x14\x15"); end >= 0 {
			field = field[:end]
		}
		if isDDE(string(field)) {
			d.fact(DDE, string(field))
			return
		}
	}
}

// isDDE says whether the instruction of a field starts another program's conversation.
func isDDE(field string) bool {
	f := strings.ToUpper(strings.TrimLeft(field, " \t\r\n\"\x13"))
	return strings.HasPrefix(f, "DDEAUTO") || strings.HasPrefix(f, "DDE ") || strings.HasPrefix(f, "DDE\"")
}

// workbook looks at the records of an Excel file ([MS-XLS] 2.1.4).
func (d *Document) workbook(b []byte) {
	for len(b) >= 4 {
		kind, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		n = min(n, len(b)-4)
		r := b[4 : 4+n]
		b = b[4+n:]
		switch {
		case kind == 0x2f:
			d.fact(Encrypted, "FilePass")
			return
		case kind == 0x85 && len(r) >= 6 && r[5]&0x0f == 1:
			d.fact(XLM, [...]string{"a macro sheet", "a hidden macro sheet", "a macro sheet that no menu shows", "a macro sheet"}[r[4]&3])
		case kind == 0x18 && len(r) >= 16 && runsAlone(r):
			d.fact(Auto, "a macro that runs by itself")
		case kind == 0x1ae && len(r) >= 5 && binary.LittleEndian.Uint16(r) == 0 && bytes.IndexByte(r[4:], 3) >= 0:
			d.fact(DDE, "an external book that is a program")
		}
	}
}

// runsAlone says whether a defined name is that of a macro that runs when the workbook opens or closes ([MS-XLS] 2.4.150).
func runsAlone(r []byte) bool {
	if r[0]&0x20 != 0 { // a built-in name: one character that stands for it
		return r[3] == 1 && (r[15] == 1 || r[15] == 2 || r[14] == 1 || r[14] == 2)
	}
	name := strings.ToLower(string(bytes.ReplaceAll(r[14:min(len(r), 60)], []byte{0}, nil)))
	return strings.Contains(name, "auto_open") || strings.Contains(name, "auto_close") || strings.Contains(name, "auto_activate")
}

// slides looks at the records of a PowerPoint file: embedded files stand there packed by zlib ([MS-PPT] 2.10.34).
func (d *Document) slides(b []byte) {
	for n := 0; n < 200; n++ {
		i := bytes.Index(b, []byte{0x11, 0x10}) // ExOleObjStg
		if i < 2 || i+6 > len(b) {
			return
		}
		size := int(binary.LittleEndian.Uint32(b[i+2:]))
		rest := b[i+6:]
		if b[i-2]&0x0f == 0 && size > 4 && size <= len(rest) {
			d.packed(rest[:size], b[i-2]>>4)
		}
		b = b[i+2:]
	}
}

// packed takes an object out of a slide show.
func (d *Document) packed(b []byte, instance byte) {
	if instance == 1 {
		b = unzlib(b[4:])
	}
	if !bytes.HasPrefix(b, []byte(magicCompound)) {
		return
	}
	d.fact(Object, "an object in the slides")
	d.file("object", b)
}

// link looks for the address in an OLE link ([MS-OLEDS] 2.3.3).
func (d *Document) link(b []byte) {
	narrow := bytes.ReplaceAll(b, []byte{0}, nil)
	for _, p := range []string{"http://", "https://", "\\\\"} {
		if i := bytes.Index(narrow, []byte(p)); i >= 0 {
			t := narrow[i:min(len(narrow), i+300)]
			if end := bytes.IndexFunc(t, func(r rune) bool { return r <= ' ' || r > '~' }); end >= 0 {
				t = t[:end]
			}
			d.fact(External, string(t))
			d.Links = append(d.Links, string(t))
			return
		}
	}
}

// native takes the file out of an OLE package ([MS-OLEDS] 2.3.6).
func (d *Document) native(b []byte) {
	d.fact(Object, "a packed file")
	if len(b) < 8 {
		return
	}
	name, data := unpack(b[4:])
	if data == nil {
		d.file("object", b[4:])
		return
	}
	d.file(name, data)
}

// unpack reads the body of a package: a mark, a label, a name, a path and the file.
func unpack(b []byte) (name string, data []byte) {
	if len(b) < 2 || b[0] != 2 || b[1] != 0 {
		return "", nil
	}
	b = b[2:]
	word := func() string {
		i := bytes.IndexByte(b, 0)
		if i < 0 || i > 1000 {
			b = nil
			return ""
		}
		s := string(b[:i])
		b = b[i+1:]
		return s
	}
	label := word()
	file := word()
	if len(b) < 8 {
		return "", nil
	}
	n := int(binary.LittleEndian.Uint32(b[4:]))
	b = b[8:]
	if n < 0 || n > len(b) {
		return "", nil
	}
	b = b[n:]
	if len(b) < 4 {
		return "", nil
	}
	size := int(binary.LittleEndian.Uint32(b))
	b = b[4:]
	name = file
	if name == "" {
		name = label
	}
	if i := strings.LastIndexAny(name, "\\/"); i >= 0 {
		name = name[i+1:]
	}
	return name, b[:min(max(size, 0), len(b))]
}
