package office

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

const macroTypes = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>` +
	`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>` +
	`<Override PartName="/xl/macrosheets/sheet1.xml" ContentType="application/vnd.ms-excel.macrosheet+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`

const macroRels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
	`<Relationship Id="r2" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" Target="macrosheets/sheet1.xml"/><Relationship Id="r3" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="media/image9.png"/></Relationships>`

const macroBook = `<workbook xmlns:r="x"><bookViews><workbookView activeTab="1"/></bookViews><sheets><sheet name="Macro1" sheetId="2" state="veryHidden" r:id="r2"/><sheet name="Data" sheetId="1" r:id="r1"/></sheets>` +
	`<definedNames><definedName name="_xlnm.Auto_Open" hidden="1">Macro1!$A$1</definedName><definedName name="area" localSheetId="1">Data!$A$1</definedName></definedNames></workbook>`

// packed makes a zip of names and contents.
func packed(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(files[i+1]))
	}
	z.Close()
	return b.Bytes()
}

// workbook is a workbook with a macro sheet and a project under the name of a picture.
func workbook(t testing.TB) []byte {
	return packed(t, "[Content_Types].xml", macroTypes, "xl/workbook.xml", macroBook, "xl/_rels/workbook.xml.rels", macroRels, "xl/worksheets/sheet1.xml", "<worksheet/>",
		"xl/macrosheets/sheet1.xml", "<xm:macrosheet/>", "xl/macrosheets/_rels/sheet1.xml.rels", "<Relationships/>", "xl/media/image9.png", magicCompound+"code", "xl/printerSettings/p.bin", "p")
}

// content gives the parts of a document by name, and what the reader says of them.
func content(t testing.TB, data []byte) (map[string]string, []string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out, facts := map[string]string{}, []string{}
	for _, f := range z.File {
		in, _ := f.Open()
		b, _ := io.ReadAll(in)
		out[f.Name] = string(b)
		for _, x := range Member(f.Name, b).Facts {
			facts = append(facts, x.Name)
		}
	}
	return out, facts
}

func TestStripWorkbook(t *testing.T) {
	data := workbook(t)
	if _, facts := content(t, data); !slices.Contains(facts, Macro) || !slices.Contains(facts, XLM) {
		t.Fatalf("the workbook is not seen to have macros: %q", facts)
	}
	out, removed, err := Strip(data)
	if err != nil || len(removed) != 2 {
		t.Fatalf("%v, removed %q", err, removed)
	}
	parts, facts := content(t, out)
	if slices.Contains(facts, Macro) || slices.Contains(facts, XLM) {
		t.Errorf("still %q", facts)
	}
	for name := range parts {
		if strings.Contains(name, "macrosheets") || strings.Contains(name, "image9") {
			t.Errorf("%s is still there", name)
		}
	}
	book, types := parts["xl/workbook.xml"], parts["[Content_Types].xml"]
	if strings.Contains(book, "Macro1") || !strings.Contains(book, `localSheetId="0">Data`) || !strings.Contains(book, `activeTab="0"`) || !strings.Contains(book, `r:id="r1"`) {
		t.Error(book)
	}
	if strings.Contains(types, "macro") || !strings.Contains(types, "spreadsheetml.sheet.main+xml") || !strings.Contains(types, "/xl/worksheets/sheet1.xml") {
		t.Error(types)
	}
	if r := parts["xl/_rels/workbook.xml.rels"]; strings.Contains(r, "r2") || strings.Contains(r, "r3") || !strings.Contains(r, `Id="r1"`) {
		t.Error(r)
	}
	again, removed, err := Strip(out)
	if err != nil || removed != nil || !bytes.Equal(again, out) {
		t.Errorf("not the same when done again: %v %q", err, removed)
	}
}

func TestStripOthers(t *testing.T) {
	doc := func(rels string) []byte {
		return packed(t, "[Content_Types].xml", "<Types/>", "word/document.xml", "<w:document/>", "word/_rels/document.xml.rels", rels, "word/evil.xml", "code")
	}
	const rels = `<r:Relationships><r:Relationship Id='a' Type = 'http://schemas.microsoft.com/office/2006/relationships/vbaProject' Target='/word/evil.xml'></r:Relationship></r:Relationships>`
	wide := "\xff\xfe"
	for _, u := range utf16.Encode([]rune(rels)) {
		wide += string([]byte{byte(u), byte(u >> 8)})
	}
	for name, data := range map[string][]byte{"prefixed": doc(rels), "wide": doc(wide), "inner": packed(t, "[Content_Types].xml", "<Types/>", "word/embeddings/a.xlsm", string(workbook(t))),
		"odf": packed(t, "mimetype", "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml", `<manifest:file-entry manifest:full-path="Basic/Standard/Module1.xml"/>`, "Basic/Standard/Module1.xml", "Sub x")} {
		out, removed, err := Strip(data)
		if err != nil || len(removed) == 0 {
			t.Errorf("%s: %v %q", name, err, removed)
			continue
		}
		if parts, facts := content(t, out); slices.Contains(facts, Macro) || parts["word/evil.xml"] != "" || strings.Contains(parts["META-INF/manifest.xml"], "Basic") {
			t.Errorf("%s: %q %v", name, facts, parts)
		}
	}
	for name, data := range map[string][]byte{"no document": packed(t, "a.txt", "x"), "twice": packed(t, "[Content_Types].xml", "a", "[content_types].xml", "b"), "no zip": []byte("PK\x03\x04"),
		"bare": packed(t, "[Content_Types].xml", macroTypes, "xl/workbook.xml", `<workbook><sheets><sheet name="M" r:id="r2"/></sheets></workbook>`, "xl/_rels/workbook.xml.rels", macroRels, "xl/macrosheets/sheet1.xml", "x")} {
		if _, _, err := Strip(data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if got := PlainName("a.b.DOCM") + PlainName("x.xlsx") + PlainName("none"); got != "a.b.docxx.xlsxnone" {
		t.Error(got)
	}
}

func FuzzStrip(f *testing.F) {
	f.Add(workbook(f))
	f.Add(packed(f, "[Content_Types].xml", "<Types", "xl/_rels/workbook.xml.rels", "<Relationship Type=\"/vbaProject\" Target='../../x'"))
	f.Fuzz(func(t *testing.T, b []byte) {
		out, removed, err := Strip(b)
		if err == nil && len(removed) == 0 && !bytes.Equal(out, b) {
			t.Fatal("changed without a reason")
		}
	})
}
