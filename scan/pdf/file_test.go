package pdf

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// documents are files of real makers, each of two pages with a link.
func documents(t testing.TB) map[string][]byte {
	t.Helper()
	list, err := filepath.Glob("testdata/*.pdf")
	if err != nil || len(list) < 9 {
		t.Fatal(list, err)
	}
	out := map[string][]byte{}
	for _, p := range list {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(p), ".pdf")] = b
	}
	return out
}

// whole checks that a document was read with everything in it.
func whole(t *testing.T, name string, b []byte) {
	t.Helper()
	f, err := Open(b)
	if err != nil || f.Pages() != 2 {
		t.Errorf("%s: %v", name, err)
		return
	}
	p, err := f.Page(1)
	if err != nil || p.Box[2]-p.Box[0] < 290 || !bytes.Contains(f.Content(p, 1<<20), []byte("(Invoice 4711: pay at https://pay.example/)")) {
		t.Errorf("%s: %v %+v", name, err, p)
	}
	if _, err := f.Page(3); !errors.Is(err, ErrNoPage) {
		t.Errorf("%s: a third page: %v", name, err)
	}
	if d := Read(b); len(d.Links) != 1 || d.Links[0] != "https://link.example/a" || d.Encrypted || d.Cut {
		t.Errorf("%s: %+v", name, d)
	}
}

func TestOpen(t *testing.T) {
	for name, b := range documents(t) {
		if name == "locked" {
			if _, err := Open(b); !errors.Is(err, ErrLocked) {
				t.Errorf("locked: %v", err)
			}
			if d := Read(b); !d.Encrypted || len(d.Links) > 0 && d.Links[0] == "https://link.example/a" {
				t.Errorf("locked: %+v", d)
			}
			continue
		}
		whole(t, name, b)
	}
}

// TestRecovery damages the tables: the objects are found all the same.
func TestRecovery(t *testing.T) {
	all := documents(t)
	plain := all["plain"]
	whole(t, "bytes in front", append([]byte(strings.Repeat("junk\n", 20)), plain...))
	whole(t, "no end", plain[:bytes.LastIndex(plain, []byte("startxref"))])
	whole(t, "no table", plain[:bytes.LastIndex(plain, []byte("xref\n0"))])
	whole(t, "offsets that lie", bytes.ReplaceAll(plain, []byte("0000 n"), []byte("0001 n")))
	bundled := all["bundled"]
	whole(t, "no end of a file whose table is a stream", bundled[:bytes.LastIndex(bundled, []byte("startxref"))])
	aes := all["aes-256"]
	whole(t, "an encrypted file without end", aes[:bytes.LastIndex(aes, []byte("startxref"))])
	for _, s := range []string{"", "%PDF-1.7", "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj trailer<</Root 1 0 R>>", "%PDF-1.4 trailer <</Root 5 0 R>> startxref 9"} {
		if f, err := Open([]byte(s)); err == nil && f.Pages() > 1 {
			t.Errorf("%q has %d pages", s, f.Pages())
		}
	}
}

func TestCycles(t *testing.T) {
	for name, s := range map[string]string{
		"pages":      "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[2 0 R 3 0 R]/Parent 2 0 R>>endobj 3 0 obj<</Kids[2 0 R]>>endobj",
		"references": "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj 4 0 R endobj 4 0 obj 2 0 R endobj",
		"length":     "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[3 0 R]>>endobj 3 0 obj<</Type/Page/Contents 5 0 R>>endobj 5 0 obj<</Length 5 0 R>>stream\nq Q\nendstream endobj",
		"bundle":     "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/ObjStm/N 1/First 4/Filter 2 0 R>>stream\n2 0 <<>>\nendstream endobj",
		"nested":     "1 0 obj" + strings.Repeat("[", 100_000) + " endobj 2 0 obj" + strings.Repeat("<</A", 100_000),
		"filters":    "1 0 obj<</Type/Catalog/Pages 1 0 R/Filter[" + strings.Repeat("/Fl ", 1000) + "]>>stream\nx\nendstream",
	} {
		f, err := Open([]byte("%PDF-1.4\n" + s))
		if err == nil {
			for n := 1; n <= f.Pages(); n++ {
				if p, err := f.Page(n); err == nil {
					f.Content(p, 1<<20)
				}
			}
		}
		Read([]byte("%PDF-1.4\n" + s))
		_ = name
	}
}

func TestFilters(t *testing.T) {
	f := &File{left: 1 << 20}
	f.forget()
	for _, c := range []struct {
		filter Object
		parm   Object
		in     string
		want   string
	}{
		{Name("ASCIIHexDecode"), nil, "48 65 6C 6c 6F>", "Hello"},
		{Name("A85"), nil, "87cURDZ~>", "Hello"},
		{Name("RunLengthDecode"), nil, "\x02abc\xfed\x80x", "abcddd"},
		{Name("LZWDecode"), nil, "\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", "-----A---B"},
		{Array{Name("AHx"), Name("LZW")}, nil, "800B6050220C0C8501>", "-----A---B"},
		{Name("AHx"), Array{nil}, "00 >", "\x00"},
		{Array{Name("AHx"), Name("Crypt")}, nil, "41", "A"},
	} {
		out, _, err := f.Decode(&Stream{Dict: Dict{"Filter": c.filter, "DecodeParms": c.parm}, Raw: []byte(c.in)}, 1000)
		if err != nil || string(out) != c.want {
			t.Errorf("%v: %q %v", c.filter, out, err)
		}
	}
	if got := unpng([]byte{2, 1, 2, 3, 2, 1, 1, 1, 1, 5, 1, 1, 4, 1, 1, 1, 3, 2, 2, 2}, 3, 1); string(got) != "\x01\x02\x03\x02\x03\x04\x05\x06\x07\x06\x07\x08\x05\x08\x0a" {
		t.Errorf("PNG predictors: %v", got)
	}
	if got := untiff([]byte{1, 1, 1, 1, 5, 1}, 3, 1, 8); string(got) != "\x01\x02\x03\x01\x06\x07" {
		t.Errorf("TIFF predictor: %v", got)
	}
	if _, _, err := f.Decode(&Stream{Dict: Dict{"Filter": Name("RL")}, Raw: bytes.Repeat([]byte{129, 'x'}, 100)}, 1000); !errors.Is(err, ErrLimit) {
		t.Errorf("over the limit: %v", err)
	}
	if _, _, err := f.Decode(&Stream{Dict: Dict{"Filter": Name("Mine")}}, 1000); !errors.Is(err, ErrFilter) {
		t.Errorf("unknown: %v", err)
	}
	if _, coded, err := f.Decode(&Stream{Dict: Dict{"Filter": Name("DCT")}, Raw: []byte("x")}, 1000); err != nil || coded.Filter != "DCTDecode" {
		t.Errorf("a picture: %v %v", coded, err)
	}
}

func TestLexer(t *testing.T) {
	l := NewLexer([]byte("% c\n/A#42 -1.5 +7 (a\\(b\\051\\n(c)) <4 1> [1 2] <</K true/K false>> null BT 1.2.3 --4 ] > q"))
	var got []Object
	for {
		o, ok := l.Next()
		if !ok {
			break
		}
		got = append(got, o)
	}
	if len(got) != 12 || got[0] != Name("AB") || got[1] != -1.5 || got[2] != 7 || got[3] != String("a(b)\n(c)") || got[4] != String("A") || len(got[5].(Array)) != 2 ||
		got[6].(Dict)["K"] != true || got[7] != nil || got[8] != Keyword("BT") || got[10] != -4 || got[11] != Keyword("q") {
		t.Errorf("%#v", got)
	}
}

func FuzzOpen(f *testing.F) {
	for _, b := range documents(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := Open(b)
		if err != nil {
			return
		}
		for n := 1; n <= min(3, x.Pages()); n++ {
			p, err := x.Page(n)
			if err != nil {
				t.Fatal(err)
			}
			if c := x.Content(p, 1<<20); len(c) > 1<<20+2 {
				t.Fatal(len(c))
			}
			for _, o := range x.Dict(p.Resources["XObject"]) {
				if s, ok := x.Resolve(o).(*Stream); ok {
					if r := x.Rows(s, 10); r != nil {
						r.Next(make([]byte, 10))
					}
				}
			}
		}
	})
}
