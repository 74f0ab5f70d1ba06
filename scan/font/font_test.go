package font

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/font/gofont/goregular"

	"sekisho/scan/pdf"
	"sekisho/scan/shape"
)

// carried are the fonts of the documents that the drawing of pages is tested with.
func carried(t testing.TB) [][]byte {
	t.Helper()
	list, err := filepath.Glob("../draw/testdata/*.pdf")
	if err != nil || len(list) < 5 {
		t.Fatal(list, err)
	}
	var out [][]byte
	for _, p := range list {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		f, err := pdf.Open(b)
		if err != nil {
			t.Fatal(p, err)
		}
		for n := range 300 {
			d := f.Dict(pdf.Ref{Number: n})
			for _, k := range []pdf.Name{"FontFile", "FontFile2", "FontFile3"} {
				if s, ok := f.Resolve(d[k]).(*pdf.Stream); ok {
					data, _, err := f.Decode(s, 1<<22)
					if err != nil {
						t.Fatal(p, n, err)
					}
					out = append(out, data)
				}
			}
		}
	}
	return out
}

// TestCarried reads fonts of all kinds: most glyphs have an outline that lies near the em, and a width.
func TestCarried(t *testing.T) {
	kinds := map[string]int{}
	for i, b := range carried(t) {
		f, err := Read(b)
		if err != nil {
			t.Errorf("font %d: %v", i, err)
			continue
		}
		switch {
		case f.CIDs != nil:
			kinds["CFF by CID"]++
		case f.Names != nil && f.Codes != nil && b[0] == 1:
			kinds["CFF"]++
		case f.Names != nil && f.Codes != nil:
			kinds["Type 1"]++
		default:
			kinds["TrueType"]++
		}
		drawn, wide := 0, 0
		for g := range f.Glyphs {
			p := f.Outline(g)
			x0, y0, x1, y1 := shape.Bounds(p.Flatten(shape.Identity(), 100))
			if !p.Empty() {
				if drawn++; x0 < -2 || y0 < -2 || x1 > 4 || y1 > 3 {
					t.Errorf("font %d, glyph %d: %v %v %v %v", i, g, x0, y0, x1, y1)
				}
			}
			if w, ok := f.Width(g); ok && w > 0 && w < 3 {
				wide++
			}
		}
		if drawn == 0 || wide == 0 {
			t.Errorf("font %d of %d glyphs: %d are drawn, %d have a width", i, f.Glyphs, drawn, wide)
		}
	}
	for _, k := range []string{"CFF", "CFF by CID", "TrueType", "Type 1"} {
		if kinds[k] == 0 {
			t.Errorf("no font of the kind %s: %v", k, kinds)
		}
	}
}

func TestTrueType(t *testing.T) {
	f, err := Read(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	if w, _ := f.Width(f.Runes['i']); w < 0.2 || w > 0.3 {
		t.Errorf("i is %v wide", w)
	}
	x0, y0, x1, y1 := shape.Bounds(f.Outline(f.Runes['H']).Flatten(shape.Identity(), 1000))
	if y0 != 0 || y1 < 0.7 || y1 > 0.75 || x0 < 0 || x1 > 0.75 {
		t.Errorf("H: %v %v %v %v", x0, y0, x1, y1)
	}
	if f.Outline(f.Runes[' ']).Empty() != true || !f.Outline(-1).Empty() || !f.Outline(1<<20).Empty() {
		t.Error("glyphs that are none are drawn")
	}
	if f.Names["eacute"] != f.Runes['é'] || f.Outline(f.Runes['é']).Empty() {
		t.Errorf("é is %d and %d", f.Names["eacute"], f.Runes['é'])
	}
	for n := range 64 {
		Read(goregular.TTF[:len(goregular.TTF)*n/64])
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]rune{"A": 'A', "eacute": 'é', "uni3042": 'あ', "u1F600": '😀', "A.small": 'A', "f_i": 'f', "alpha": 'α', "Euro": '€', "g17": 0, "": 0, "uniXYZW": 0} {
		if got := Rune(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for what, c := range map[string]struct {
		e    *Encoding
		code int
		want string
	}{"Standard": {Standard(), 0xae, "fi"}, "standard A": {Standard(), 'A', "A"}, "Windows": {WinAnsi(), 0x80, "Euro"}, "Windows é": {WinAnsi(), 0xe9, "eacute"}, "Mac": {MacRoman(), 0x8e, "eacute"}, "Symbol": {Symbol(), 'a', "alpha"}} {
		if got := c.e[c.code]; got != c.want {
			t.Errorf("%s: %s", what, got)
		}
	}
}

const toUnicode = `/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange
2 beginbfchar <0001> <0041> <0002> <D83DDE00> endbfchar 2 beginbfrange <0010> <0012> <3042> <0020> <0021> [<0066006C> <0078>] endbfrange
1 begincidrange <0030> <0040> 500 endcidrange endcmap`

func TestCMap(t *testing.T) {
	m := ParseCMap([]byte(toUnicode))
	for c, want := range map[uint32]string{1: "A", 2: "😀", 0x12: "い", 0x20: "fl", 0x21: "x", 0x99: ""} {
		if got := m.Text(c, 2); got != want {
			t.Errorf("%x: %q", c, got)
		}
	}
	if cid, ok := m.CID(0x31, 2); !ok || cid != 501 {
		t.Errorf("CID %d", cid)
	}
	if c, n := m.Next("\x00\x10rest"); c != 0x10 || n != 2 {
		t.Errorf("%x %d", c, n)
	}
}

// TestJapan: what a code means, and which glyph of Adobe-Japan1 it is. The numbers are known from Adobe technical note 5078.
func TestJapan(t *testing.T) {
	for _, c := range []struct {
		cmap, in, want string
		cid            int
	}{
		{"90ms-RKSJ-H", "\x88\x9f", "亜", 1125}, {"90ms-RKSJ-H", "A", "A", 264}, {"90msp-RKSJ-H", "A", "A", 34}, {"90ms-RKSJ-H", "\xb1", "ｱ", 343},
		{"EUC-H", "\xa4\xa2", "あ", 843}, {"H", "\x24\x22", "あ", 843}, {"UniJIS-UCS2-H", "\x4e\x9c", "亜", 1125}, {"UniJIS-UTF16-V", "\x30\x00", "\u3000", 633},
		{"Identity-H", "\x04\x65", "", 1125},
	} {
		m := Predefined(c.cmap)
		code, n := m.Next(c.in + "rest")
		cid, ok := m.CID(code, n)
		if n != len(c.in) || m.Text(code, n) != c.want || !ok || cid != c.cid {
			t.Errorf("%s: %q: %d bytes, %q, CID %d", c.cmap, c.in, n, m.Text(code, n), cid)
		}
		if c.want != "" && c.cid > 200 && JapanRune(c.cid) != []rune(c.want)[0] {
			t.Errorf("CID %d is %q", c.cid, JapanRune(c.cid))
		}
	}
	if Predefined("Mine") != nil || !Predefined("90ms-RKSJ-V").Vertical {
		t.Error("names of CMaps")
	}
	if got := Predefined("GBK-EUC-H").Text(0xb0a1, 2); got != "啊" {
		t.Errorf("Chinese: %q", got)
	}
}

func FuzzRead(f *testing.F) {
	seen := map[byte]int{}
	for _, b := range carried(f) {
		if seen[b[0]]++; seen[b[0]] <= 3 && len(b) < 30_000 {
			f.Add(b)
		}
	}
	f.Add([]byte("%!PS-AdobeFont-1.0 /FontMatrix [0.001 0 0 0.001 0 0] /Encoding 256 array dup 65 /A put readonly def eexec 0000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := Read(b)
		if err != nil {
			return
		}
		for g := range min(x.Glyphs, 100) {
			x.Outline(g)
			if x.Width != nil {
				x.Width(g)
			}
		}
	})
}

func FuzzCMap(f *testing.F) {
	f.Add([]byte(toUnicode), "\x00\x01\x00\x10")
	f.Add([]byte("/90ms-RKSJ-H usecmap 1 begincidchar <41> 7 endcidchar"), "A\x88\x9f")
	f.Fuzz(func(t *testing.T, b []byte, s string) {
		m := ParseCMap(b)
		for len(s) > 0 {
			c, n := m.Next(s)
			if n < 1 || n > len(s) {
				t.Fatal(n)
			}
			m.CID(c, n)
			m.Text(c, n)
			s = s[n:]
		}
	})
}
