package scan

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sekisho"
	"sekisho/scan/office"
	"sekisho/test/corpus"
)

// Documents that LibreOffice, xlsx-populate, officecrypto-tool and qpdf encrypted with the password Kawa-2026 (AES as Office 2007 does it, agile AES, RC4, PDF revisions 2 to 6) are looked into
// when the mail tells it, and are locked else.
func TestPasswordOfDocument(t *testing.T) {
	s := scanner(t)
	list, err := filepath.Glob("testdata/locked/*")
	if err != nil || len(list) < 15 {
		t.Fatal(err, list)
	}
	for _, path := range list {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for text, open := range map[string]bool{"パスワードは「Kawa-2026」です。": true, "Kawa-2025 password": false} {
			r := s.Scan(context.Background(), bytes.Replace(wrap(filepath.Base(path), data), []byte("Hello"), []byte(text), 1), Context{})
			opened := slices.ContainsFunc(r.Findings, func(f sekisho.Finding) bool { return f.Name == "opened" })
			if opened != open || has(r, sekisho.KindEncrypted) == open || r.Unscannable {
				t.Errorf("%s, %q: %+v", path, text, r.Findings)
			}
			for _, f := range r.Findings {
				if strings.Contains(f.Evidence+f.Where, "Kawa") {
					t.Errorf("the password is told: %+v", f)
				}
			}
		}
	}
}

// What was decrypted is what was written.
func TestDecrypted(t *testing.T) {
	for name, want := range map[string]string{"c.xls": "secret row 299", "w.doc": "The secret meeting", "w_Standard.docx": "word/document.xml", "pop.xlsx": "xl/workbook.xml"} {
		data, err := os.ReadFile("testdata/locked/" + name)
		if err != nil {
			t.Fatal(err)
		}
		plain, word := office.Unlock(data, []string{"x", "Kawa-2026"}, func() bool { return true })
		if word != "Kawa-2026" || !bytes.Contains(plain, []byte(want)) && !bytes.Contains(bytes.ReplaceAll(plain, []byte{0}, nil), []byte(want)) {
			t.Errorf("%s: %q, %d bytes without %q", name, word, len(plain), want)
		}
		for _, f := range office.OLE(plain).Facts {
			if f.Name == office.Encrypted {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

// Workbooks that Excel opens without a question are looked into without one.
func TestEverybodyPassword(t *testing.T) {
	list, err := filepath.Glob(filepath.Join(corpus.Path(t, "data/attach/oletools/encrypted"), "*standardpassword*"))
	if err != nil || len(list) < 5 {
		t.Fatal(err, list)
	}
	s := scanner(t)
	for _, path := range list {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := s.File(context.Background(), filepath.Base(path), data)
		if !has(r, sekisho.KindEncrypted) || !has(r, sekisho.KindActive) { // it is encrypted as it comes, and what is in it is told of
			t.Errorf("%s: %+v", path, r.Findings)
		}
	}
}

// Macros in an OpenDocument that LibreOffice encrypted are found with the password.
func TestDecryptedOpen(t *testing.T) {
	for name, want := range map[string]string{"w.odt": "The secret meeting", "c.ods": "secret row 299"} {
		data, err := os.ReadFile("testdata/locked/" + name)
		if err != nil {
			t.Fatal(err)
		}
		r := scanner(t).Scan(context.Background(), bytes.Replace(wrap(name, data), []byte("Hello"), []byte("パスワードは「Kawa-2026」です。"), 1), Context{})
		if !strings.Contains(r.Text, strings.ToLower(want)) {
			t.Errorf("%s: the text is not read: %+v", name, r.Findings)
		}
	}
}

func FuzzUnlockOpen(f *testing.F) {
	data, err := os.ReadFile("testdata/locked/w.odt")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(0, byte(0))
	f.Add(len(data)-600, byte(255))
	f.Fuzz(func(t *testing.T, at int, what byte) {
		data := slices.Clone(data)
		if at >= 0 && at < len(data) {
			data[at] = what
		}
		office.UnlockOpen(data, []string{"Kawa-2026"}, func() bool { return true })
	})
}

func FuzzUnlock(f *testing.F) {
	for _, name := range []string{"c.xls", "c_Standard.xlsx", "w.doc"} {
		data, err := os.ReadFile("testdata/locked/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, 0, byte(0))
		f.Add(data, 700, byte(255))
	}
	f.Fuzz(func(t *testing.T, data []byte, at int, what byte) {
		data = slices.Clone(data)
		if at >= 0 && at < len(data) {
			data[at] = what
		}
		tries := 0
		plain, _ := office.Unlock(data, []string{"a", "Kawa-2026"}, func() bool { tries++; return tries < 3 })
		if plain != nil {
			office.OLE(plain)
		}
	})
}
