package scan

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sekisho"
)

// hostile are mails that are made to hurt: each would take minutes if any step took time that grows faster than the mail.
func hostile() map[string][]byte {
	out := map[string]string{
		"fields":          strings.Repeat("X-A: b\n", 200000) + "\n",
		"one field":       "Subject: " + strings.Repeat("a ", 1<<20) + "\n\n",
		"folds":           "Subject: a\n" + strings.Repeat(" b\n", 300000) + "\n",
		"blank folds":     "Subject: a\n" + strings.Repeat(" \n", 300000) + "\n",
		"no colons":       "A: b\n" + strings.Repeat("x\n", 500000),
		"words":           "Subject: " + strings.Repeat("=?a?q?", 200000) + "\n\n",
		"word tails":      "Subject: " + strings.Repeat("=?utf-8?q?a?= ", 100000) + "\n\n",
		"addresses":       "From: " + strings.Repeat("a@b,", 300000) + "\n\n",
		"brackets":        "From: " + strings.Repeat("<", 500000) + "\n\n",
		"quotes":          "From: " + strings.Repeat("\"", 500001) + "\n\n",
		"comments":        "From: " + strings.Repeat("(", 500000) + "\n\n",
		"groups":          "To: " + strings.Repeat("a:;", 300000) + "\n\n",
		"ids":             "References: " + strings.Repeat("<a@b> ", 200000) + "\n\n",
		"parameters":      "Content-Type: text/plain" + strings.Repeat("; a=b", 200000) + "\n\n",
		"sections":        "Content-Type: text/plain" + strings.Repeat("; a*0=b", 100000) + "\n\n",
		"type comments":   "Content-Type: text/" + strings.Repeat("()", 300000) + "plain\n\n",
		"dashes":          "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--\n", 500000),
		"parts":           "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\n", 200000),
		"prefix":          "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--bb\n", 200000),
		"base64":          "Content-Transfer-Encoding: base64\n\n" + strings.Repeat("=", 2<<20),
		"base64 lines":    "Content-Transfer-Encoding: base64\n\n" + strings.Repeat("A\n", 1<<20),
		"quoted":          "Content-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("=", 2<<20),
		"quoted lines":    "Content-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("=\n", 1<<20),
		"links":           "Subject: x\n\n" + strings.Repeat("http://a.example/ ", 100000),
		"hosts":           "Subject: x\n\n" + many("http://%d.example%d.com/ ", 50000),
		"www":             "Subject: x\n\n" + strings.Repeat("www.", 300000),
		"schemes":         "Subject: x\n\n" + strings.Repeat("://", 500000),
		"numbers":         "Subject: x\n\n" + strings.Repeat("1234-", 300000),
		"digits":          "Subject: x\n\n" + strings.Repeat("4111 1111 1111 1111 ", 100000),
		"ats":             "Subject: x\n\n" + strings.Repeat("@", 1<<20),
		"prefectures":     "Subject: x\n\n" + strings.Repeat("東京都", 200000),
		"keys":            "Subject: x\n\n" + strings.Repeat("-----begin ", 100000) + strings.Repeat("akia", 200000),
		"marks":           "Subject: x\n\n" + strings.Repeat("a\u0301\u0300\u0323", 200000),
		"html tags":       "Content-Type: text/html\n\n" + strings.Repeat("<a href=x", 200000),
		"html links":      "Content-Type: text/html\n\n" + strings.Repeat("<a href='http://a.b/'>http://c.d/</a>", 30000),
		"html entities":   "Content-Type: text/html\n\n" + strings.Repeat("&amp", 300000),
		"html noscript":   "Content-Type: text/html\n\n" + strings.Repeat("<noscript>", 200000),
		"jis":             "Content-Type: text/plain; charset=iso-2022-jp\n\n" + strings.Repeat("\x1b$B", 500000),
		"utf-16":          "Content-Type: text/plain; charset=utf-16\n\n" + strings.Repeat("\xd8\x00", 500000),
		"uuencode":        "Content-Transfer-Encoding: uuencode\n\nbegin 644 a\n" + strings.Repeat("M\n", 500000),
		"nul":             "Subject: \x00\n\n" + strings.Repeat("\x00", 1<<20),
		"only line feeds": strings.Repeat("\n", 2<<20),
		"only returns":    strings.Repeat("\r", 1<<20),
		"deep":            deep(10000),
		"embedded":        strings.Repeat("Content-Type: message/rfc822\n\n", 20000),
	}
	mails := make(map[string][]byte, len(out))
	for k, v := range out {
		mails[k] = []byte(v)
	}
	for name, file := range map[string]string{
		"pdf streams":    "%PDF-1.4\n" + strings.Repeat("stream\n", 200000),
		"pdf names":      "%PDF-1.4\n" + strings.Repeat("/URI(", 200000),
		"rtf objects":    "{\\rtf1" + strings.Repeat("\\objdata ", 100000),
		"rtf fields":     "{\\rtf1" + strings.Repeat("fldinst", 100000),
		"xml data":       "<?xml version='1.0'?>" + strings.Repeat("binData", 200000),
		"xml fields":     "<?xml version='1.0'?>" + strings.Repeat(" w:instr=\"", 100000),
		"xml text":       "<?xml version='1.0'?>" + strings.Repeat("instrText>", 100000),
		"zip headers":    strings.Repeat("PK\x03\x04", 200000),
		"zip ends":       "PK\x03\x04" + strings.Repeat("PK\x05\x06", 200000),
		"zip directory":  "PK\x03\x04" + strings.Repeat("PK\x01\x02", 200000) + "PK\x05\x06",
		"ole":            "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00\x00\x00\x00\t\x00\x00\x00", 200000),
		"csv":            strings.Repeat("=a|b,", 200000) + "!",
		"script in html": "<html>" + strings.Repeat("<script>", 200000),
	} {
		ext := ".dat"
		if name == "csv" {
			ext = ".csv"
		}
		mails[name] = wrap("file"+ext, []byte(file))
	}
	return mails
}

func many(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i, i)
	}
	return b.String()
}

// deep nests multiparts.
func deep(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	return b.String()
}

func TestHostileMails(t *testing.T) {
	s := scanner(t)
	for name, raw := range hostile() {
		start := time.Now()
		r := s.Scan(context.Background(), raw, mori)
		if d := time.Since(start); d > time.Second {
			t.Logf("%s: %v for %d bytes", name, d, len(raw))
		}
		if len(r.Findings) > maxFindings+20 {
			t.Errorf("%s: %d findings", name, len(r.Findings))
		}
		for _, f := range r.Findings {
			if f.Name == "fault" {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if len(r.Text) > maxText || !bytes.Equal([]byte(strings.ToValidUTF8(r.Text, "")), []byte(r.Text)) {
			t.Errorf("%s: the text is not good", name)
		}
	}
}

func TestTimeRunsOut(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := scanner(t).Scan(ctx, crlf(mixed), Context{})
	if !r.Unscannable || !has(r, sekisho.KindBomb) || r.Verdict == sekisho.VerdictPass {
		t.Errorf("%s %+v", r.Verdict, r.Findings)
	}
}

func FuzzScan(f *testing.F) {
	f.Add(crlf(mixed))
	f.Add([]byte("From: a@b\nContent-Type: text/html\n\n<a href=\"http://x.y@1.2.3.4/\">http://z.example</a>"))
	f.Add(wrap("a.docx", []byte("PK\x03\x04")))
	f.Add(wrap("見積.pdf", []byte("%PDF-1.4 1 0 obj <</JS (x)>> stream\nx\nendstream")))
	s := scanner(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := s.Scan(context.Background(), raw, mori)
		at := int64(0)
		for _, p := range r.Summary.Pieces {
			if p.Start != at || p.End <= p.Start {
				t.Fatalf("pieces %+v", r.Summary.Pieces)
			}
			at = p.End
		}
		if at != int64(len(raw)) || len(r.Summary.Preview) > 256 || strings.ContainsAny(r.Summary.Preview, "\r\n") {
			t.Fatalf("pieces up to %d of %d, preview %q", at, len(raw), r.Summary.Preview)
		}
		for _, x := range r.Findings {
			if x.Name == "fault" || len(x.Evidence) > sekisho.MaxEvidence {
				t.Fatalf("%+v", x)
			}
		}
	})
}
