package inspect

import (
	"strings"
	"testing"
	"time"

	"sekisho/mail/message"
	"sekisho/wire"
)

const sharedFile = "Content-Type: application/pdf; name=\"a.pdf\"\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\n\r\nSECRET\r\n"

// However a mail is built, its files come out and a note with the link goes in, once; pictures of a page and signatures stay.
func TestShare(t *testing.T) {
	const text = "Content-Type: text/plain\r\n\r\nhello\r\n"
	for name, x := range map[string]struct {
		raw   string
		files int
		has   []string
	}{
		"text and file": {"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + text + "--b\r\n" + sharedFile + "--b--\r\n", 1, []string{"hello"}},
		"only a file":   {"Subject: x\r\n" + sharedFile, 1, nil},
		"no file":       {"Subject: x\r\n" + text, 0, []string{"hello"}},
		"a page with its picture": {"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>hello<img src=\"cid:a\">\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <a>\r\n\r\nPNG\r\n" +
			"--b\r\n" + sharedFile + "--b--\r\n", 1, []string{"hello", "PNG"}},
		"signed": {"Content-Type: multipart/signed; boundary=s; protocol=\"application/pkcs7-signature\"; micalg=sha-256\r\n\r\n--s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + text + "--b\r\n" + sharedFile +
			"--b--\r\n--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nSIGN\r\n--s--\r\n", 1, []string{"hello", "SIGN"}},
		"passed on": {"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n" + text + "--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + text + "--b\r\n" + sharedFile +
			"--b--\r\n--o--\r\n", 1, []string{"hello", "inner"}},
	} {
		w := wire.Rewritten{Raw: []byte(x.raw)}
		if err := share(&w, wire.Conversion{Action: "secure-link"}); err != nil {
			t.Fatal(err)
		}
		if len(w.Files) != x.files || strings.Contains(string(w.Raw), "SECRET") {
			t.Errorf("%s: %d files, left: %s", name, len(w.Files), w.Raw)
			continue
		}
		if x.files == 0 {
			if string(w.Raw) != x.raw || len(w.Took) > 0 {
				t.Errorf("%s was changed", name)
			}
			continue
		}
		if f := w.Files[0]; f.Name != "a.pdf" || strings.TrimSpace(string(f.Data)) != "SECRET" {
			t.Errorf("%s: %+v", name, f)
		}
		c := wire.Conversion{Action: "secure-link", Link: "https://desk.example/f/#abc", Until: time.Unix(1_800_000_000, 0), Code: true, Files: []wire.ShareFile{{Name: "a.pdf", Size: 6}}}
		if err := share(&w, c); err != nil {
			t.Fatal(err)
		}
		seen := shownTexts(w.Raw)
		if strings.Count(seen, "until") > 1 || !strings.Contains(seen, c.Link) || !strings.Contains(seen, "a.pdf (6 B)") || !strings.Contains(seen, "code") {
			t.Errorf("%s: %s", name, w.Raw)
		}
		for _, h := range x.has {
			if !strings.Contains(string(w.Raw), h) {
				t.Errorf("%s: no %s in %s", name, h, w.Raw)
			}
		}
	}
}

// shownTexts are the texts of a mail that people read.
func shownTexts(raw []byte) string {
	m := message.Read(raw, message.Limit{})
	out := ""
	for _, kind := range []string{"plain", "html"} {
		if p := m.Shown(kind); p != nil {
			out += m.Text(p)
		}
	}
	return out
}

// The note is in Japanese and English for who writes Japanese, in English for others.
func TestShareNoteSpeaksTheMailsLanguage(t *testing.T) {
	c := wire.Conversion{Link: "https://desk.example/f/#abc", Until: time.Date(2026, 11, 29, 15, 30, 0, 0, time.UTC), Files: []wire.ShareFile{{Name: "見積.xlsx", Size: 5 << 20}}}
	ja, en := shareNote(c, true), shareNote(c, false)
	if !strings.Contains(ja, "期限: 2026年11月30日 00:30 (日本時間)") || !strings.Contains(ja, "The attachments") || strings.Count(ja, "見積.xlsx (5.0 MB)") != 1 {
		t.Error(ja)
	}
	if strings.Contains(en, "期限") || !strings.Contains(en, "Until: 29 November 2026, 15:30 UTC") || strings.Contains(en, "code") {
		t.Error(en)
	}
}
