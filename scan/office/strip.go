package office

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Errors of Strip. With any of them the document stays what it was, and should not be passed on.
var (
	errForm  = errors.New("not a document in a zip")
	errLarge = errors.New("the document expands beyond the limits")
	errTwice = errors.New("two parts of one name")
	errBare  = errors.New("nothing would be left without its macro sheets")
)

// Bounds of what Strip expands.
const (
	mostParts = 5000
	mostPart  = 64 << 20
	mostTotal = 192 << 20
)

// part is one file of a document.
type part struct {
	name string
	data []byte
}

// stripper takes the macros out of one document.
type stripper struct {
	parts   []part
	gone    map[string]bool // parts that are left out, by their lower-case names
	sheets  map[string]bool // relationship ids of the macro sheets, in the workbook
	removed []string
}

// Strip gives a document of Word, Excel or PowerPoint since 2007, or of LibreOffice, without its macros: the parts with code and
// Excel 4 macro sheets, what refers to them, and the content types that promise macros. Documents embedded in it are done alike.
// removed names the parts that were left out; with none, out is data itself.
func Strip(data []byte) (out []byte, removed []string, err error) { return strip(data, 0) }

func strip(data []byte, depth int) (out []byte, removed []string, err error) {
	s := &stripper{gone: make(map[string]bool), sheets: make(map[string]bool)}
	if err := s.read(data); err != nil {
		return nil, nil, err
	}
	s.mark()
	if err := s.embedded(depth); err != nil {
		return nil, nil, err
	}
	if len(s.removed) == 0 {
		return data, nil, nil
	}
	if err := s.clean(); err != nil {
		return nil, nil, err
	}
	out, err = s.write()
	return out, s.removed, err
}

// read takes the parts out of the zip as its directory says.
func (s *stripper) read(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return errors.Join(errForm, err)
	}
	if len(z.File) > mostParts {
		return errLarge
	}
	known, total, seen := false, 0, make(map[string]bool)
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if low := strings.ToLower(f.Name); seen[low] {
			return errTwice
		} else {
			seen[low] = true
			known = known || low == "[content_types].xml" || low == "meta-inf/manifest.xml"
		}
		in, err := f.Open()
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		b, err := io.ReadAll(io.LimitReader(in, mostPart+1))
		in.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if total += len(b); len(b) > mostPart || total > mostTotal {
			return errLarge
		}
		s.parts = append(s.parts, part{f.Name, b})
	}
	if !known {
		return errForm
	}
	return nil
}

// mark finds the parts that go, by their names and by what refers to them.
func (s *stripper) mark() {
	for i := range s.parts {
		if codeName(s.parts[i].name) {
			s.leave(s.parts[i].name)
		}
	}
	for i := range s.parts {
		p := &s.parts[i]
		if !strings.HasSuffix(strings.ToLower(p.name), ".rels") {
			continue
		}
		owner := strings.Replace(strings.TrimSuffix(p.name, path.Ext(p.name)), "_rels/", "", 1)
		elements(narrowXML(p.data), "Relationship", func(tag string) bool {
			target := resolve(owner, attribute(tag, "Target"))
			if codeRelation(attribute(tag, "Type")) && !strings.EqualFold(attribute(tag, "TargetMode"), "External") {
				s.leave(target)
			}
			if s.gone[strings.ToLower(target)] && strings.HasPrefix(strings.ToLower(owner), "xl/workbook.") {
				s.sheets[attribute(tag, "Id")] = true
			}
			return true
		})
	}
}

// leave marks a part, when there is one of that name.
func (s *stripper) leave(name string) {
	low := strings.ToLower(strings.TrimPrefix(name, "/"))
	for i := range s.parts {
		if strings.ToLower(strings.TrimPrefix(s.parts[i].name, "/")) == low && !s.gone[low] {
			s.gone[low] = true
			s.removed = append(s.removed, s.parts[i].name)
		}
	}
	rels := path.Dir(low) + "/_rels/" + path.Base(low) + ".rels"
	s.gone[rels] = true
}

// codeName says whether a part holds code, by its name.
func codeName(name string) bool {
	low := strings.ToLower(strings.TrimPrefix(name, "/"))
	base := low[strings.LastIndexByte(low, '/')+1:]
	switch {
	case strings.HasPrefix(base, "vbaproject") && strings.HasSuffix(base, ".bin"), base == "vbadata.xml":
		return true
	case strings.HasPrefix(low, "xl/macrosheets/"), strings.HasPrefix(low, "xl/intlmacrosheets/"):
		return !strings.Contains(low, "/_rels/")
	}
	return strings.HasPrefix(low, "basic/") || strings.HasPrefix(low, "scripts/") // LibreOffice
}

// codeRelation says whether a relation leads to code (MS-OFFMACRO2 2.2.1, MS-XLSX 2.2).
func codeRelation(kind string) bool {
	switch strings.ToLower(kind[strings.LastIndexByte(kind, '/')+1:]) {
	case "vbaproject", "wordvbadata", "vbaprojectsignature", "vbaprojectsignatureagile", "vbaprojectsignaturev3", "xlmacrosheet", "xlintlmacrosheet":
		return true
	}
	return false
}

// resolve is the name of the part that a relation of owner leads to.
func resolve(owner, target string) string {
	target = strings.ReplaceAll(target, "\\", "/")
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(path.Clean(target), "/")
	}
	return strings.TrimPrefix(path.Clean("/"+path.Dir(owner)+"/"+target), "/")
}

// embedded strips the documents that stand in the document.
func (s *stripper) embedded(depth int) error {
	for i := range s.parts {
		p := &s.parts[i]
		if !bytes.HasPrefix(p.data, []byte("PK\x03\x04")) {
			continue
		}
		if depth >= 4 {
			return errLarge
		}
		out, removed, err := strip(p.data, depth+1)
		if errors.Is(err, errForm) {
			continue
		}
		if err != nil {
			return err
		}
		p.data = out
		for _, r := range removed {
			s.removed = append(s.removed, p.name+"/"+r)
		}
	}
	return nil
}

// write makes the zip anew.
func (s *stripper) write() ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range s.parts {
		p := &s.parts[i]
		if s.gone[strings.ToLower(strings.TrimPrefix(p.name, "/"))] {
			continue
		}
		h := &zip.FileHeader{Name: p.name, Method: zip.Deflate}
		if p.name == "mimetype" { // to be readable at a fixed place (ISO/IEC 26300-3 3.3)
			h.Method = zip.Store
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(p.data); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}
