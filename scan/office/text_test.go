package office

import "testing"

func TestText(t *testing.T) {
	var x Text
	x.Add("xl/worksheets/sheet1.xml", []byte(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>a&amp;b</t></is></c><c r="C2"><v>5.22208323802E11</v></c><c r="D2"/></row></sheetData></worksheet>`))
	x.Add("xl/sharedStrings.xml", []byte(`<sst><si><t>氏名</t><rPh sb="0"><t>シメイ</t></rPh></si><si><r><t>個人</t></r><r><t>番号</t></r></si></sst>`))
	if got, want := x.String(), "氏名\t\t個人番号\t\na&b\t\t522208323802\t\t\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	var w Text
	w.Add("word/document.xml", []byte(`<w:p><w:r><w:t xml:space="preserve">カード 4111</w:t></w:r><w:r><w:t>1111</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>A</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>B</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`))
	if got, want := w.String(), "カード 41111111\nA \tB \t\n\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	var o Text
	o.Add("content.xml", []byte(`<office:body><text:p>x<text:span>y</text:span></text:p><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row></office:body>`))
	if got, want := o.String(), "xy\n1 \t\n\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzPaper(f *testing.F) {
	f.Add("xl/worksheets/a.xml", []byte(`<row><c r="ZZZZ1" t="s"><v>9</v></c><`))
	f.Add("word/document.xml", []byte(`</t></p><t>a`))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		var x Text
		x.Add(name, b)
		x.Add("xl/sharedStrings.xml", b)
		if len(x.String()) > mostText {
			t.Fatal("too long")
		}
	})
}
