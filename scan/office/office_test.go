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

// FuzzMember reads members of documents and documents in one file.
func FuzzMember(f *testing.F) {
	f.Add("xl/externalLinks/externalLink1.bin", []byte("\xe8\x02\x0c\x01\x00\x03\x00\x00\x00c\x00"))
	f.Add("content.xml", []byte(`urn:oasis:names:tc:opendocument: source-code event-listener xlink:href="macro:x"> formula="of:=DDE(&quot;a`))
	f.Add("[Content_Types].xml", []byte(`<Default ContentType="application/vnd.ms-office.vbaProject" Extension="x"/>`))
	f.Add("x.rtf", []byte(`{\rtf1{\*\template \u-10?\'6`))
	f.Add("x.xml", []byte(`schemas.microsoft.com/office/2006/xmlPackage<pkg:part pkg:name="/a.bin"><pkg:binaryData>AA==`))
	f.Add("x", []byte("\xf6\\*\\templAte"))
	f.Add("x.mso", []byte("ActiveMime\x00\x78\x9c"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		for _, d := range []*Document{Member(name, data), XML(data), RTF(data), Workbook(data)} {
			if len(d.Files) > 100 {
				t.Errorf("%d files", len(d.Files))
			}
		}
		Mime(data)
	})
}
