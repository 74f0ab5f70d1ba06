package message

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sekisho"
	"sekisho/test/corpus"
)

// texts are the decoded texts of a tree, with the types of what has none.
func texts(m *Message, p *sekisho.Part, out []string) []string {
	if len(p.Parts) == 0 {
		if p.Type == "text" {
			return append(out, strings.TrimSpace(strings.ReplaceAll(m.Text(p), "\r\n", "\n")))
		}
		return append(out, p.Type)
	}
	for i := range p.Parts {
		out = texts(m, &p.Parts[i], out)
	}
	return out
}

// check says what is wrong with the canonical form of raw.
func check(t *testing.T, name string, raw []byte) {
	t.Helper()
	out, err := Rewrite(raw, Change{Canonical: true})
	if err != nil {
		t.Fatal(err)
	}
	a, b := Read(raw, Limit{}), Read(out, Limit{})
	if b.Ambiguous {
		t.Errorf("%s: the canonical form is ambiguous: %+v", name, b.Findings)
	}
	if a.Fields.Subject != b.Fields.Subject && len(a.Fields.Subject) < 10000 {
		t.Errorf("%s: the subject was %q and is %q", name, a.Fields.Subject, b.Fields.Subject)
	}
	x, y := texts(a, &a.Root, nil), texts(b, &b.Root, nil)
	if a.Ambiguous {
		return // what cannot be kept is written in the nearest form
	}
	if strings.Join(x, "\n--\n") != strings.Join(y, "\n--\n") {
		t.Errorf("%s: the texts were\n%.300q\nand are\n%.300q", name, x, y)
	}
}

func TestCanonicalKeepsTheReading(t *testing.T) {
	n := 0
	for _, dir := range []string{"data/mime", "data/mail/spamassassin/spam"} {
		err := filepath.WalkDir(corpus.Path(t, dir), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			if err == nil {
				check(t, filepath.Base(path), raw)
				n++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 1000 {
		t.Fatalf("only %d mails", n)
	}
}

const simple = "From: a@b.example\r\nTo: c@d.example\r\nSubject: =?UTF-8?B?6KaL56mN?=\r\n =?UTF-8?B?5pu4?=\r\nX-Old: 1\r\nX-Old: 2\r\n\r\nHello\r\n"

func TestHeaderChanges(t *testing.T) {
	out, err := Rewrite([]byte(simple), Change{Subject: "[注意]", AddHeader: []sekisho.Param{{Name: "X-New", Value: "n"}}, Remove: []string{"x-old"}})
	if err != nil {
		t.Fatal(err)
	}
	m := Read(out, Limit{})
	if m.Fields.Subject != "[注意] 見積書" || m.Get("x-new") != "n" || m.Get("x-old") != "" || !bytes.HasSuffix(out, []byte("\r\n\r\nHello\r\n")) || m.Ambiguous {
		t.Errorf("%q %+v", out, m.Findings)
	}
	out, _ = Rewrite([]byte("To: x@y\n\nbody"), Change{Subject: "[SPAM]"})
	if string(out) != "Subject: [SPAM]\nTo: x@y\n\nbody" {
		t.Errorf("%q", out)
	}
	out, _ = Rewrite([]byte("From: a@b\r\nSubject: plain\r\n\r\nbody"), Change{Subject: "[SPAM]"})
	if string(out) != "From: a@b\r\nSubject: [SPAM] plain\r\n\r\nbody" {
		t.Errorf("%q", out)
	}
	if _, err := Rewrite([]byte(simple), Change{AddHeader: []sekisho.Param{{Name: "X", Value: "a\r\nb"}}}); sekisho.KindOf(err) != sekisho.Invalid {
		t.Errorf("a line break in a field gives %v", err)
	}
	if out, _ := Rewrite([]byte(simple), Change{}); string(out) != simple {
		t.Errorf("no change changes: %q", out)
	}
}

func TestWarning(t *testing.T) {
	const warning = "注意: this mail is from outside."
	for name, raw := range map[string]string{
		"plain":   simple,
		"jis":     "From: a@b.example\r\nContent-Type: text/plain; charset=iso-2022-jp\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\x1b$B8+@Q=q\x1b(B Hello\r\n",
		"no MIME": "From: a@b.example\n\nHello\n",
		"html":    "From: a@b.example\r\nContent-Type: text/html; charset=shift_jis\r\nMIME-Version: 1.0\r\n\r\n<html><body class=x>Hello \x8c\xa9</body></html>\r\n",
		"alternative": "From: a@b.example\r\nContent-Type: multipart/alternative; boundary=x\r\nMIME-Version: 1.0\r\n\r\n--x\r\n\r\nHello\r\n--x\r\n" +
			"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+SGVsbG88L2I+\r\n--x--\r\n",
		"attachment": "From: a@b.example\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\nMIME-Version: 1.0\r\n\r\nSGVsbG8=\r\n",
		"signed": "From: a@b.example\r\nContent-Type: multipart/signed; boundary=x; protocol=\"application/pgp-signature\"\r\nMIME-Version: 1.0\r\n\r\n" +
			"--x\r\n\r\nHello\r\n--x\r\nContent-Type: application/pgp-signature\r\n\r\nsig\r\n--x--\r\n",
		"header only": "From: a@b.example\r\n",
		"nothing":     "",
	} {
		out, err := Rewrite([]byte(raw), Change{Warning: warning})
		if err != nil {
			t.Fatal(err)
		}
		m := Read(out, Limit{})
		all := strings.Join(texts(m, &m.Root, nil), "\n")
		plain := strings.Contains(all, warning) || strings.Contains(all, "&#27880;&#24847;: this mail is from outside.")
		hello := strings.Contains(all, "Hello") || strings.Contains(string(out), "SGVsbG8=") || !strings.Contains(raw, "Hello")
		if !plain || !hello || m.Ambiguous {
			t.Errorf("%s: %q\n%v\n%+v", name, out, all, m.Findings)
		}
		if name == "jis" && !strings.Contains(all, "見積書") || name == "html" && !strings.Contains(all, "見") {
			t.Errorf("%s: the characters are lost: %s", name, all)
		}
		if name == "signed" && !bytes.Contains(out, []byte("--x\r\n\r\nHello\r\n--x\r\n")) {
			t.Errorf("the signed part was touched: %q", out)
		}
	}
}

func TestFooter(t *testing.T) {
	const footer = "機密: for those named only"
	for name, c := range map[string]string{
		"plain":       simple,
		"html":        "From: a@b.example\r\nContent-Type: text/html; charset=shift_jis\r\nMIME-Version: 1.0\r\n\r\n<html><body>\x8c\xa9 Hello</BODY></html>\r\n",
		"no body tag": "From: a@b.example\r\nContent-Type: text/html\r\nMIME-Version: 1.0\r\n\r\n<p>Hello",
	} {
		out, err := Rewrite([]byte(c), Change{Footer: footer, Warning: "first"})
		if err != nil {
			t.Fatal(err)
		}
		m := Read(out, Limit{})
		all := strings.Join(texts(m, &m.Root, nil), "\n")
		first, hello, last := strings.Index(all, "first"), strings.Index(all, "Hello"), strings.Index(all, ": for those named only")
		if first < 0 || hello < first || last < hello || m.Ambiguous {
			t.Errorf("%s: %s", name, all)
		}
		if page := strings.ToLower(all); strings.Contains(page, "</body>") && strings.Index(page, "</body>") < last {
			t.Errorf("%s: behind the page: %s", name, all)
		}
	}
	const signed = "From: a@b.example\r\nContent-Type: multipart/signed; boundary=x; protocol=\"application/pgp-signature\"\r\nMIME-Version: 1.0\r\n\r\n" +
		"--x\r\n\r\nHello\r\n--x\r\nContent-Type: application/pgp-signature\r\n\r\nsig\r\n--x--\r\n"
	if out, _ := Rewrite([]byte(signed), Change{Footer: footer}); string(out) != signed {
		t.Errorf("a signed mail was changed: %q", out)
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add([]byte(simple), true)
	f.Add([]byte("From: a@b, c@d\nContent-Type: multipart/mixed; boundary=a\nContent-Type: text/html\n\n--a\n\nx\n--ab\n\ny\n--a--"), true)
	f.Add([]byte("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nRnJvbTogYUBiCgpoaQ=="), false)
	f.Add([]byte("Subject : x\r\n \r\n\x00: y\r\rz"), true)
	f.Fuzz(func(t *testing.T, raw []byte, all bool) {
		out, err := Rewrite(raw, Change{Canonical: true})
		if err != nil {
			t.Fatal(err)
		}
		m := Read(out, Limit{})
		for _, x := range m.Findings {
			if x.Kind == sekisho.KindAmbiguous && x.Score > 0 {
				t.Fatalf("%q\nis written as\n%q\nwhich is ambiguous: %+v", raw, out, x)
			}
		}
		c := Change{Canonical: all, Subject: "[タグ]", Warning: "W <1>", AddHeader: []sekisho.Param{{Name: "X-A", Value: "b"}}, Remove: []string{"to"}}
		out, err = Rewrite(raw, c)
		if err != nil {
			t.Fatal(err)
		}
		m = Read(out, Limit{})
		if all && (m.Ambiguous || m.Get("x-a") != "b" || !strings.HasPrefix(m.Fields.Subject, "[タグ]")) {
			t.Fatalf("%q\nis changed to\n%q\n%q %+v", raw, out, m.Fields.Subject, m.Findings)
		}
	})
}
