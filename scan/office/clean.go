package office

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
)

// plainTypes are the content types that promise macros, and those of the same documents without.
var plainTypes = [...][2]string{
	{"application/vnd.ms-word.document.macroEnabled.main+xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"},
	{"application/vnd.ms-word.template.macroEnabledTemplate.main+xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"},
	{"application/vnd.ms-excel.sheet.macroEnabled.main+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"},
	{"application/vnd.ms-excel.template.macroEnabled.main+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml"},
	{"application/vnd.ms-excel.addin.macroEnabled.main+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"},
	{"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"},
	{"application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml", "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml"},
	{"application/vnd.ms-powerpoint.template.macroEnabled.main+xml", "application/vnd.openxmlformats-officedocument.presentationml.template.main+xml"},
	{"application/vnd.ms-powerpoint.addin.macroEnabled.main+xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"},
	{"application/vnd.ms-office.vbaProject", "application/octet-stream"}, // as the default of an ending that other parts have too
}

// plainEndings are the endings of documents with macros, and those of the same documents without.
var plainEndings = map[string]string{"docm": "docx", "dotm": "dotx", "xlsm": "xlsx", "xltm": "xltx", "xlam": "xlsx", "pptm": "pptx", "ppsm": "ppsx", "potm": "potx", "ppam": "pptx"}

// PlainName is the name of a document once its macros are out: report.docm becomes report.docx.
func PlainName(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return name
	}
	if e := plainEndings[strings.ToLower(strings.TrimSpace(name[i+1:]))]; e != "" {
		return name[:i+1] + e
	}
	return name
}

// clean takes out of the parts that stay what refers to those that go.
func (s *stripper) clean() error {
	for i := range s.parts {
		p := &s.parts[i]
		switch low := strings.ToLower(p.name); {
		case low == "[content_types].xml":
			p.data = []byte(s.types(narrowXML(p.data)))
		case strings.HasSuffix(low, ".rels"):
			p.data = []byte(s.relations(p.name, narrowXML(p.data)))
		case low == "meta-inf/manifest.xml":
			p.data = []byte(elements(narrowXML(p.data), "file-entry", func(tag string) bool {
				to := strings.ToLower(attribute(tag, "full-path"))
				return !strings.HasPrefix(to, "basic/") && !strings.HasPrefix(to, "scripts/")
			}))
		case low == "content.xml" || low == "styles.xml":
			p.data = []byte(elements(narrowXML(p.data), "event-listener", func(string) bool { return false }))
		case len(s.sheets) > 0 && low == "xl/workbook.xml":
			book, err := s.book(narrowXML(p.data))
			if err != nil {
				return err
			}
			p.data = []byte(book)
		case len(s.sheets) > 0 && low == "xl/workbook.bin" && s.hasSheets():
			return errBare // sheets of a binary workbook are not taken out one by one
		}
	}
	return nil
}

// hasSheets says whether macro sheets, and not only code, are among what goes.
func (s *stripper) hasSheets() bool {
	for name := range s.gone {
		if strings.HasPrefix(name, "xl/macrosheets/") || strings.HasPrefix(name, "xl/intlmacrosheets/") {
			return true
		}
	}
	return false
}

// types writes the content types anew.
func (s *stripper) types(text string) string {
	text = elements(text, "Override", func(tag string) bool {
		return !s.gone[strings.ToLower(strings.TrimPrefix(attribute(tag, "PartName"), "/"))]
	})
	for _, t := range plainTypes {
		text = strings.ReplaceAll(text, t[0], t[1])
	}
	return text
}

// relations takes the relations to parts that go out of the list at name.
func (s *stripper) relations(name, text string) string {
	owner := strings.Replace(name[:len(name)-len(".rels")], "_rels/", "", 1)
	return elements(text, "Relationship", func(tag string) bool {
		if strings.EqualFold(attribute(tag, "TargetMode"), "External") {
			return true
		}
		return !codeRelation(attribute(tag, "Type")) && !s.gone[strings.ToLower(resolve(owner, attribute(tag, "Target")))]
	})
}

// book takes the macro sheets out of the list of sheets, and the names that lead to them.
func (s *stripper) book(text string) (string, error) {
	var names []string
	kept := []int{} // by the old number of a sheet: its new one, -1 for none
	n := 0
	text = elements(text, "sheet", func(tag string) bool {
		id := attribute(tag, "id") // with a prefix of the writer's choice; sheetId is another
		if s.sheets[id] {
			names, kept = append(names, attribute(tag, "name")), append(kept, -1)
			return false
		}
		kept = append(kept, n)
		n++
		return true
	})
	if n == 0 {
		return "", errBare
	}
	if len(names) == 0 {
		return text, nil
	}
	text = scoped(text, names, kept)
	for _, a := range []string{"activeTab", "firstSheet"} {
		if v := attribute(text, a); v != "" {
			text = strings.Replace(text, a+`="`+v+`"`, a+`="0"`, 1)
		}
	}
	return text, nil
}

// scoped takes out the defined names that belong to sheets that are gone or speak of them, and numbers the others anew.
func scoped(text string, gone []string, kept []int) string {
	const end = "</definedName>"
	var out strings.Builder
	for {
		i := strings.Index(text, "<definedName ")
		if i < 0 {
			break
		}
		j := strings.Index(text[i:], end)
		if j < 0 {
			break
		}
		one := text[i : i+j+len(end)]
		out.WriteString(text[:i])
		text = text[i+len(one):]
		keep := !strings.Contains(strings.ToLower(one), "auto_") && !strings.Contains(one, `xlm="1"`)
		for _, g := range gone {
			keep = keep && !strings.Contains(one, g+"!") && !strings.Contains(one, g+"'!")
		}
		if v := attribute(one, "localSheetId"); v != "" {
			k, err := strconv.Atoi(v)
			if err != nil || k < 0 || k >= len(kept) || kept[k] < 0 {
				keep = false
			} else {
				one = strings.Replace(one, `localSheetId="`+v+`"`, `localSheetId="`+strconv.Itoa(kept[k])+`"`, 1)
			}
		}
		if keep {
			out.WriteString(one)
		}
	}
	return out.String() + text
}

// elements gives text without those elements of a name that keep is false for. Prefixes of namespaces do not count; the elements hold
// no others of their name.
func elements(text, name string, keep func(tag string) bool) string {
	var out strings.Builder
	for at := 0; ; {
		i := strings.IndexByte(text[at:], '<')
		if i < 0 {
			out.WriteString(text)
			return out.String()
		}
		i += at
		end := strings.IndexByte(text[i:], '>')
		if end < 0 {
			out.WriteString(text)
			return out.String()
		}
		tag := text[i+1 : i+end]
		word := tag
		if k := strings.IndexAny(word, " \t\r\n/"); k >= 0 {
			word = word[:k]
		}
		local := word[strings.LastIndexByte(word, ':')+1:]
		at = i + end + 1
		if local != name || keep(tag) {
			continue
		}
		out.WriteString(text[:i])
		text, at = text[at:], 0
		if !strings.HasSuffix(tag, "/") {
			if k := strings.Index(text, "</"+word+">"); k >= 0 {
				text = text[k+len(word)+3:]
			}
		}
	}
}

// narrowXML is XML in UTF-8: Office reads parts in UTF-16 too, and a reader that does not sees nothing in them.
func narrowXML(b []byte) string {
	big := false
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("<\x00")):
	case bytes.HasPrefix(b, []byte("\xfe\xff")), bytes.HasPrefix(b, []byte("\x00<")):
		big = true
	default:
		return string(b)
	}
	u := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		c := uint16(b[i]) | uint16(b[i+1])<<8
		if big {
			c = c>>8 | c<<8
		}
		u = append(u, c)
	}
	text := strings.TrimPrefix(string(utf16.Decode(u)), "\ufeff")
	if strings.HasPrefix(text, "<?xml") { // what it says of its own coding is no longer so
		if i := strings.Index(text, "?>"); i >= 0 {
			text = `<?xml version="1.0" encoding="UTF-8"?>` + text[i+2:]
		}
	}
	return text
}
