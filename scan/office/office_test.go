package office

import (
	"strings"
	"testing"
)

func names(d *Document) string {
	var s []string
	for _, f := range d.Facts {
		s = append(s, f.Name)
	}
	return strings.Join(s, " ")
}

func TestTexts(t *testing.T) {
	for in, want := range map[string]string{
		`{\rtf1{\object\objemb{\*\objdata 0105}}}`:                 Object,
		`{\rtf1{\*\template http://x.test/t.dot}}`:                 Template,
		`{\rtf1{\*\template C:\\Templates\\t.dot}}`:                "",
		`{\rtf1{\field{\*\fldinst { DDEAUTO c:\\\\windows cmd}}}}`: DDE,
		`{\rtf1 plain}`: "",
	} {
		if got := names(RTF([]byte(in))); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"a,b\n=cmd|'/c calc'!A0,2\n": DDE,
		"a,b\n=SUM(A1:A2),2\n":       "",
		"a|b!c,-1\n":                 "",
		"":                           "",
	} {
		if got := names(CSV([]byte(in))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		`<w:instrText>DDE</w:instrText><w:t>x</w:t><w:instrText xml:space="preserve">AUTO c:\\windows\\cmd.exe</w:instrText>`: DDE,
		`<w:fldSimple w:instr=" DDEAUTO c:\\cmd.exe "/>`:                                                                      DDE,
		`<w:instrText>PAGE</w:instrText>`:                                                                                     "",
		`<w:t>DDE is old</w:t>`:                                                                                               "",
	} {
		if got := names(Member("word/document.xml", []byte(in))); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestRelations(t *testing.T) {
	const base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	for in, want := range map[string]string{
		`<Relationship Id="r1" Type="` + base + `attachedTemplate" Target="https://x.test/t.dotm" TargetMode="External"/>`: Template,
		`<Relationship Id="r1" Type="` + base + `oleObject" Target="https://x.test/o" TargetMode="External"/>`:             External,
		`<Relationship Id="r1" Type="` + base + `hyperlink" Target="https://x.test/" TargetMode="External"/>`:              "",
		`<Relationship Id="r1" Type="` + base + `image" Target="media/a.png"/>`:                                            "",
	} {
		d := Member("word/_rels/document.xml.rels", []byte(in))
		if got := names(d); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
		if strings.Contains(in, "External") && len(d.Links) != 1 {
			t.Errorf("%s: links %q", in, d.Links)
		}
	}
}

// TestInflate packs by hand: a chunk of letters and one copy of what stands three letters before.
func TestInflate(t *testing.T) {
	chunk := []byte{0x08, 'a', 'b', 'c', 0x03, 0x20} // the fourth token: offset 3, length 6
	packed := append([]byte{byte(len(chunk) - 1), 0xb0}, chunk...)
	if got := string(inflate(packed)); got != "abcabcabc" {
		t.Errorf("%q", got)
	}
	inflate([]byte{0xff, 0xbf, 0xff, 0xff, 0xff})
}

func FuzzOLE(f *testing.F) {
	f.Add([]byte(magicCompound + strings.Repeat("\x00", 600)))
	f.Fuzz(func(t *testing.T, b []byte) {
		OLE(b)
		OLE(append([]byte(magicCompound), b...))
		inflate(b)
		unpack(b)
	})
}

func FuzzText(f *testing.F) {
	f.Add("word/document.xml", []byte(`<w:instrText>DDEAUTO</w:instrText>`))
	f.Add("a.rels", []byte(`<Relationship Type="oleObject" Target="http://x" TargetMode="External">`))
	f.Add("x", []byte(`{\rtf1{\*\objdata 0102}{\field{\*\fldinst DDE }}}`))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		Member(name, b)
		XML(b)
		RTF(b)
		CSV(b)
	})
}
