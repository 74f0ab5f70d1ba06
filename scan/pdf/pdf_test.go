package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"slices"
	"testing"
)

// deflated makes a stream object.
func deflated(dict, content string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(content))
	w.Close()
	return fmt.Sprintf("5 0 obj\n<<%s/Filter/FlateDecode/Length %d>>\nstream\r\n%s\nendstream\nendobj\n", dict, b.Len(), b.String())
}

func TestRead(t *testing.T) {
	const head = "%PDF-1.7\n"
	for in, want := range map[string]func(*Document) bool{
		"1 0 obj <</Type/Catalog/OpenAction[3 0 R/Fit]>>":                                              func(d *Document) bool { return d.Auto && !d.Script },
		"1 0 obj <</S/JavaScript/JS(app.alert\\(1\\))>>":                                               func(d *Document) bool { return d.Script },
		"1 0 obj <</S/J#61vaScr#69pt /#4a#53 (x)>>":                                                    func(d *Document) bool { return d.Script },
		"1 0 obj <</S/Launch/F(cmd.exe)>>":                                                             func(d *Document) bool { return d.Launch },
		"1 0 obj <</S/URI/URI(http://a.example/\\(x\\))>>":                                             func(d *Document) bool { return slices.Equal(d.Links, []string{"http://a.example/(x)"}) },
		"1 0 obj <</S/URI/URI<687474703a2f2f62>>>":                                                     func(d *Document) bool { return slices.Equal(d.Links, []string{"http://b"}) },
		"trailer <</Encrypt 7 0 R>>":                                                                   func(d *Document) bool { return d.Encrypted },
		deflated("/Type/ObjStm", "<</S/JavaScript>> <</URI (http://c)>>"):                              func(d *Document) bool { return d.Script && len(d.Links) == 1 },
		deflated("/Type/EmbeddedFile", "inside"):                                                       func(d *Document) bool { return len(d.Files) == 1 && string(d.Files[0].Data) == "inside" },
		"9 0 obj <</Type/EmbeddedFile/Filter/ASCIIHexDecode>> stream\n68 69>\nendstream":               func(d *Document) bool { return len(d.Files) == 1 && string(d.Files[0].Data) == "hi" },
		"9 0 obj <</Type/EmbeddedFile/Filter/JBIG2Decode>> stream\nabc\nendstream":                     func(d *Document) bool { return d.Cut },
		"1 0 obj <</Type/Catalog/Names 2 0 R>> (not /JavaScriptish)":                                   func(d *Document) bool { return !d.Script },
		"1 0 obj <</S/Launch/Win<</F(cmd.exe)/P(/c calc)>>>>":                                          func(d *Document) bool { return d.Launch && d.Command == "cmd.exe /c calc" },
		"1 0 obj <</#53/L#61unch/F(a.exe)>>":                                                           func(d *Document) bool { return d.Launch && d.Command == "a.exe" },
		"1 0 obj <</S/SubmitForm/F<</FS/URL/F(http://f.example/)>>>>":                                  func(d *Document) bool { return d.Submit && slices.Equal(d.Links, []string{"http://f.example/"}) },
		"1 0 obj <</S/GoToR/F(\\\\\\\\host\\\\share\\\\x.pdf)>>":                                       func(d *Document) bool { return d.Remote == `\\host\share\x.pdf` },
		"1 0 obj <</S/JavaScript/JS(app.launchURL\\(\"http://js.example/a\"\\))>>":                     func(d *Document) bool { return d.Script && slices.Equal(d.Links, []string{"http://js.example/a"}) },
		"1 0 obj <</A<</S/URI/URI<FEFF0068007400740070003A002F002F0075>>>>>":                           func(d *Document) bool { return slices.Contains(d.Links, "http://u") },
		"1 0 obj <</XFA[(t) 2 0 R]>> endobj\n2 0 obj <<>>stream\n<script>x</script>\nendstream endobj": func(d *Document) bool { return d.Form && d.Script },
		"1 0 obj <</Type/Filespec/F(a.txt)/UF(b.txt)/EF<</F 2 0 R>>>> endobj\n2 0 obj <<>>stream\nhello\nendstream endobj": func(d *Document) bool {
			return len(d.Files) == 1 && d.Files[0].Name == "b.txt" && string(d.Files[0].Data) == "hello"
		},
		"9 0 obj <</Type/EmbeddedFile/Filter/LZWDecode>> stream\n\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01\nendstream": func(d *Document) bool { return len(d.Files) == 1 && string(d.Files[0].Data) == "-----A---B" },
	} {
		if d := Read([]byte(head + in)); !want(d) {
			t.Errorf("%q: %+v", in, d)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("%PDF-1.7\n" + deflated("/Type/ObjStm", "<</S/JavaScript>>")))
	f.Add([]byte("%PDF-1.7 /URI(a\\)/Encrypt 1 /A#41 stream\n\nendstream"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d := Read(b)
		if len(d.Links) > maxLinks || len(d.Files) > 100 {
			t.Fatal("over the limits")
		}
	})
}
