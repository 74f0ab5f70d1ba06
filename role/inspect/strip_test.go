package inspect

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/png"
	"strings"
	"testing"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/wire"
)

// packed makes a zip of names and contents.
func packed(files ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, _ := z.Create(files[i])
		w.Write([]byte(files[i+1]))
	}
	z.Close()
	return b.String()
}

// letter is a mail with a text, a page and files.
func letter(text string, files ...string) []byte {
	var b strings.Builder
	b.WriteString("DKIM-Signature: v=1\r\nFrom: a@x.example\r\nTo: b@y.example\r\nSubject: files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=e\r\n\r\n--e\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n")
	for i := 0; i < len(files); i += 2 {
		b.WriteString("--e\r\nContent-Type: application/x-odd\r\nContent-Disposition: attachment; filename=\"" + files[i] + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(files[i+1])) + "\r\n")
	}
	return []byte(b.String() + "--e--\r\n")
}

// converted is a mail after conversions: its files by name, its text, and what is said of it.
func converted(t testing.TB, raw []byte, list ...wire.Conversion) (files map[string]string, text string, w wire.Rewritten) {
	t.Helper()
	i, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if w, err = i.convert(context.Background(), raw, list); err != nil {
		t.Fatal(err)
	}
	m := message.Read(w.Raw, message.Limit{})
	if m.Ambiguous {
		t.Errorf("the copy is ambiguous: %+v", m.Findings)
	}
	files = map[string]string{}
	attachments(&m.Root, func(p *sekisho.Part) {
		b, _ := m.Content(p)
		files[message.Filename(p)] = string(b)
	})
	if p := m.Shown("plain"); p != nil {
		text = m.Text(p)
	}
	return files, text, w
}

func TestRemoveAttachment(t *testing.T) {
	program := "MZ" + strings.Repeat("\x00", 100)
	raw := letter("hello", "a.exe", program, "b.txt", "plain", "c.zip", packed("d.txt", program), "e.zip", packed("f.txt", "x"))
	files, text, w := converted(t, raw, wire.Conversion{Action: "remove-attachment", Text: "executable", Kept: true})
	if len(files) != 4 || files["b.txt"] != "plain" || !strings.Contains(files["a.exe.txt"], "contains a program") || !strings.Contains(files["c.zip.txt"], "SHA-256") ||
		!strings.Contains(files["a.exe.txt"], "quarantine") || files["e.zip"] == "" || text != "hello" {
		t.Errorf("%q %q", files, text)
	}
	if len(w.Took) != 1 || len(w.Notes) != 2 {
		t.Errorf("%q %q", w.Took, w.Notes)
	}
	again, _, w := converted(t, raw, wire.Conversion{Action: "remove-attachment", Text: "executable"}, wire.Conversion{Action: "remove-attachment", Text: "all"})
	if !strings.Contains(again["a.exe.txt"], "contains a program") || !strings.Contains(again["b.txt.txt"], "not delivered") || len(again) != 4 || len(w.Took) != 2 {
		t.Errorf("notes of an earlier rule: %q", again)
	}
	if _, _, w := converted(t, raw, wire.Conversion{Action: "remove-attachment", Text: ".pdf macro"}); !bytes.Equal(w.Raw, raw) || w.Took != nil {
		t.Error("changed without a reason")
	}
	alone := []byte("From: a@x.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: application/zip; name=a.exe\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(program)) + "\r\n")
	if files, _, w := converted(t, alone, wire.Conversion{Action: "remove-attachment"}); !strings.Contains(files["a.exe.txt"], "program") || bytes.Contains(w.Raw, []byte("application/zip")) {
		t.Errorf("%q", w.Raw)
	}
}

func TestStripMacro(t *testing.T) {
	doc := packed("[Content_Types].xml", "<Types/>", "word/document.xml", "<w:t>x</w:t>", "word/vbaProject.bin", "code")
	files, _, w := converted(t, letter("hello", "a.docm", doc, "b.zip", packed("c.docm", doc), "d.docx", packed("[Content_Types].xml", "<Types/>")), wire.Conversion{Action: "strip-macro"})
	if len(files) != 3 || files["a.docx"] == "" || strings.Contains(files["a.docx"], "vbaProject") || !strings.Contains(files["b.zip.txt"], "contains macros") || files["d.docx"] == "" || len(w.Notes) != 2 {
		t.Errorf("%q %q", files, w.Notes)
	}
}

func TestSanitise(t *testing.T) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	document := packed("[Content_Types].xml", "<Types/>", "word/document.xml", "<w:p><w:t>see www.bad.example</w:t></w:p>", "word/vbaProject.bin", "code")
	files, text, w := converted(t, letter("ご確認ください https://login.bad.example/a?b=http://c.example/", "p.png", picture.String()+"trailing", "d.docm", document, "x.exe", "MZ"+strings.Repeat("\x00", 99), "n.csv", "a,b"),
		wire.Conversion{Action: "sanitise", Kept: true})
	if !strings.Contains(text, "ご確認ください hxxps://login[.]bad[.]example/a?b=hxxp://c.example/") {
		t.Errorf("%q", text)
	}
	if len(files) != 4 || !strings.HasPrefix(files["p.png"], "\x89PNG") || strings.Contains(files["p.png"], "trailing") || !strings.Contains(files["d.txt"], "see www[.]bad[.]example") ||
		!strings.Contains(files["x.exe.txt"], "文字や画像にできない") || files["n.txt"] != "a,b" {
		t.Errorf("%q", files)
	}
	if bytes.Contains(w.Raw, []byte("docm")) || !bytes.Contains(w.Raw, []byte("Subject: files\r\n")) || len(w.Took) != 1 {
		t.Errorf("%q", w.Raw)
	}
	page := []byte("From: a@x.example\r\nSubject: x\r\nContent-Type: multipart/alternative; boundary=e\r\n\r\n--e\r\nContent-Type: text/html\r\n\r\n<p>Press <a href='https://bad.example/'>here</a><script>x</script></p>\r\n--e--\r\n")
	if files, text, w := converted(t, page, wire.Conversion{Action: "sanitise"}); len(files) > 0 || !strings.Contains(text, "Press") || bytes.Contains(w.Raw, []byte("bad.example")) || bytes.Contains(w.Raw, []byte("script")) {
		t.Errorf("%q", w.Raw)
	}
}

func TestDisarm(t *testing.T) {
	for in, want := range map[string]string{
		"see http://a.example.":        "see hxxp://a[.]example[.]",
		"www.a.example/x.html and 3.5": "www[.]a[.]example/x.html and 3.5",
		"mail a.b@x.example":           "mail a.b@x.example",
		"file://s.example/a":           "file[:]//s[.]example/a",
		"まで。":                          "まで。",
		"HTTPS://A.EXAMPLE:8080/":      "HXXPS://A[.]EXAMPLE:8080/",
	} {
		if got := disarm(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzConvert(f *testing.F) {
	i, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(letter("hello http://x.example/", "a.docm", packed("[Content_Types].xml", "<Types/>", "word/vbaProject.bin", "x")))
	f.Add([]byte("Content-Type: message/rfc822\n\nContent-Type: multipart/alternative; boundary=x\n\n--x\n\na\n--x\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, a := range []string{"strip-macro", "remove-attachment", "sanitise"} {
			w, err := i.convert(context.Background(), raw, []wire.Conversion{{Action: a}})
			if err != nil {
				t.Fatal(err)
			}
			if len(w.Took) == 0 && !bytes.Equal(w.Raw, raw) {
				t.Fatalf("%s changed the mail and does not say so", a)
			}
		}
	})
}
