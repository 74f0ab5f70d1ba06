package file

import "testing"

func TestName(t *testing.T) {
	for name, want := range map[string]Names{
		"report.pdf":              {},
		"report.pdf.exe":          {Runs: true, Double: true},
		"report.exe":              {Runs: true},
		"見積書.com":                 {Runs: true},
		"photo\u202egpj.exe":      {Runs: true, Turned: true},
		"a.pdf      .scr":         {Runs: true, Double: true, Spaced: true},
		"a.exe. . ":               {Runs: true},
		"dir\\run.BAT":            {Runs: true},
		"v1.2":                    {},
		"":                        {},
		"archive.tar.gz":          {},
		"請求書\u3000\u3000.ｅxe.vbs": {Runs: true, Spaced: false},
	} {
		if got := Name(name); got != want {
			t.Errorf("%q: %+v, want %+v", name, got, want)
		}
	}
}

func TestSniff(t *testing.T) {
	for content, want := range map[string]Type{
		"PK\x03\x04aaaa":                    Zip,
		"%PDF-1.7":                          PDF,
		"junk before %PDF-1.4":              PDF,
		"<!DOCTYPE HTML><p>":                HTML,
		"\xef\xbb\xbf <html>":               HTML,
		"<?xml version='1.0'?><svg>":        SVG,
		"<?xml version='1.0'?><doc>":        XML,
		"hello":                             Unknown,
		"":                                  Unknown,
		"{\\rtf1":                           RTF,
		"L\x00\x00\x00\x01\x14\x02\x00\x00": Link,
	} {
		if got := Sniff([]byte(content)); got != want {
			t.Errorf("%q is %q, want %q", content, got, want)
		}
	}
}

func FuzzName(f *testing.F) {
	f.Add("a.pdf.exe", []byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		if n := Name(name); n.Double && !n.Runs {
			t.Fatal("a double ending that does not run")
		}
		Sniff(b)
	})
}
