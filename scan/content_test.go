package scan

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pierrec/lz4/v4"

	"sekisho"
)

// zipped makes a zip of one file.
func zipped(name, content string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create(name)
	w.Write([]byte(content))
	z.Close()
	return b.Bytes()
}

// tnef makes a winmail.dat with one attachment.
func tnef(name, content string) []byte {
	le := binary.LittleEndian
	out := append([]byte{0x78, 0x9f, 0x3e, 0x22}, 1, 0)
	add := func(id uint32, v string) {
		out = append(out, 2)
		out = le.AppendUint32(out, id)
		out = le.AppendUint32(out, uint32(len(v)))
		out = append(out, v...)
		out = append(out, 0, 0)
	}
	add(0x00069002, strings.Repeat("\x00", 14))
	add(0x00018010, name+"\x00")
	add(0x0006800f, content)
	return out
}

// notebook makes something like a notebook of OneNote with one embedded file.
func notebook(content string) []byte {
	out := append([]byte("\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d"), make([]byte, 100)...)
	out = append(out, "\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac"...)
	out = binary.LittleEndian.AppendUint64(out, uint64(len(content)))
	return append(append(out, make([]byte, 12)...), content...)
}

func lz4ed(content string) []byte {
	var b bytes.Buffer
	w := lz4.NewWriter(&b)
	w.Write([]byte(content))
	w.Close()
	return b.Bytes()
}

// uuencode writes one line of up to 45 bytes at a time.
func uuencode(name, content string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "begin 644 %s\n", name)
	for len(content) > 0 {
		n := min(len(content), 45)
		b.WriteByte(byte(n) + ' ')
		line := content[:n] + "\x00\x00"
		for i := 0; i < n; i += 3 {
			v := uint32(line[i])<<16 | uint32(line[i+1])<<8 | uint32(line[i+2])
			for s := 18; s >= 0; s -= 6 {
				b.WriteByte(byte(v>>s&63) + ' ')
			}
		}
		b.WriteByte('\n')
		content = content[n:]
	}
	return b.String() + "`\nend\n"
}

func TestHidingPlaces(t *testing.T) {
	s := scanner(t)
	b64 := base64.StdEncoding.EncodeToString([]byte(eicar()))
	for name, data := range map[string][]byte{
		"winmail.dat":     tnef("a.txt", eicar()),
		"note.one":        notebook(eicar()),
		"a.lz4":           lz4ed(eicar()),
		"a.zip":           zipped("a.txt", eicar()),
		"script.html":     []byte("<html><script>var x='" + b64 + "';</script>"),
		"data.html":       []byte("<html><a href=\"data:application/octet-stream;base64," + b64 + "\">x</a>"),
		"mail.eml":        []byte("From: a@b.example\nSubject: x\nContent-Transfer-Encoding: base64\n\n" + b64 + "\n"),
		"behind.png":      append([]byte("\x89PNG\r\n\x1a\n"), zipped("a.txt", eicar())...),
		"doc.zip":         zipped("in.zip", string(zipped("deep.txt", eicar()))),
		"with a blank.gz": []byte(eicar()),
	} {
		r := s.Scan(context.Background(), wrap(name, data), Context{})
		if !has(r, sekisho.KindVirus) || r.Verdict != sekisho.VerdictReject {
			t.Errorf("%s: %s %+v", name, r.Verdict, r.Findings)
		}
	}
	for name, raw := range map[string]string{
		"before the parts": "From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + eicar() + "\n--b\n\nx\n--b--\n",
		"behind the parts": "From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n" + eicar() + "\n",
		"wrong encoding":   "From: a@b.example\nMIME-Version: 1.0\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base-64\n\n" + b64[:76] + "\n" + b64[76:] + "\n",
		"no encoding":      "From: a@b.example\nMIME-Version: 1.0\nContent-Type: application/octet-stream\n\n" + b64[:76] + "\n" + b64[76:] + "\n",
		"no boundary":      "From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed\n\n--b\n\n" + eicar() + "\n--b--\n",
		"RTF":              "From: a@b.example\nMIME-Version: 1.0\nContent-Type: application/rtf\n\n{\\rtf1{\\object{\\*\\objdata " + hex.EncodeToString([]byte(eicar())) + "}}}\n",
	} {
		if r := s.Scan(context.Background(), crlf(raw), Context{}); !has(r, sekisho.KindVirus) {
			t.Errorf("%s: %+v", name, r.Findings)
		}
	}
	raw := crlf("From: a@b.example\nSubject: x\n\nlook:\n\n" + uuencode("a.com", eicar()))
	if r := s.Scan(context.Background(), raw, Context{}); !has(r, sekisho.KindVirus) {
		t.Errorf("uuencoded: %+v", r.Findings)
	}
}

func TestFacts(t *testing.T) {
	s := scanner(t)
	for name, c := range map[string]struct {
		data []byte
		kind sekisho.Kind
		want string
	}{
		"slip.zip":     {zipped("../../etc/passwd", "x"), sekisho.KindActive, "path"},
		"laughs.xml":   {[]byte("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a 'x'><!ENTITY b '&a;&a;'><!ENTITY c '&b;&b;'>]><a>&c;</a>"), sekisho.KindBomb, "xml-entities"},
		"refresh.html": {[]byte("<html><meta http-equiv=refresh content='0;url=http://x.example/'>"), sekisho.KindActive, "html-refresh"},
		"run.js":       {[]byte("WScript.Echo(1)"), sekisho.KindActive, "runs"},
		"run.pdf .exe": {[]byte("MZ" + strings.Repeat("\x00", 100)), sekisho.KindExecutable, "program"},
		"a.xls":        {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken"), sekisho.KindAmbiguous, "broken"},
		"a.cab":        {[]byte("MSCF\x00\x00\x00\x00xxxxxxxx"), sekisho.KindAmbiguous, "archive-broken"},
		"a.lzh":        {[]byte("\x20\x00-lh5-xxxxxxxxxx"), sekisho.KindAmbiguous, "archive-broken"},
		"a.ace":        {[]byte("xxxxxxx**ACE**xxxx"), sekisho.KindAmbiguous, "unscannable"},
		"big.zip":      {zipped("zero", strings.Repeat("\x00", 4<<20)), sekisho.KindBomb, "archive"},
	} {
		r := s.Scan(context.Background(), wrap(name, c.data), Context{})
		if f := named(r, c.want); f == nil || f.Kind != c.kind && !has(r, c.kind) {
			t.Errorf("%s: %+v", name, r.Findings)
		}
		if r.Unscannable && r.Verdict == sekisho.VerdictPass {
			t.Errorf("%s could not be looked into and passes", name)
		}
	}
}

func TestPasswordsInLinksAreNotKept(t *testing.T) {
	r := scanner(t).Scan(context.Background(), crlf("From: a@b.example\nSubject: x\n\nhttp://user:secret@host.example/\n"), Context{})
	f := named(r, "userinfo")
	if f == nil || strings.Contains(f.Evidence, "secret") {
		t.Errorf("%+v", r.Findings)
	}
}

func TestHalfAMailIsNotClean(t *testing.T) {
	for _, kind := range []string{"message/partial; id=x; number=1; total=2", "message/external-body; access-type=URL; URL=\"http://x.example/\""} {
		r := scanner(t).Scan(context.Background(), crlf("From: a@b.example\nSubject: x\nContent-Type: "+kind+"\n\nContent-Type: text/plain\n\nhello\n"), Context{})
		if !r.Unscannable || r.Verdict != sekisho.VerdictQuarantine {
			t.Errorf("%s: %s %+v", kind, r.Verdict, r.Findings)
		}
	}
}

// TestAmbiguityInside: an embedded mail is written anew with the mail; a file that happens to be a mail is left alone.
func TestAmbiguityInside(t *testing.T) {
	s := scanner(t)
	inner := "Subject: a\nSubject: b\n\nhello\n"
	r := s.Scan(context.Background(), crlf("From: a@b.example\nSubject: x\nContent-Type: message/rfc822\n\n"+inner), Context{})
	if !r.Ambiguous || !has(r, sekisho.KindAmbiguous) {
		t.Errorf("embedded: %+v", r.Findings)
	}
	r = s.Scan(context.Background(), wrap("a.eml", crlf("From: a@b.example\n"+inner)), Context{})
	if r.Ambiguous || !has(r, sekisho.KindAmbiguous) {
		t.Errorf("a file: %v %+v", r.Ambiguous, r.Findings)
	}
}

// TestDocumentText: what is written on the pages of a PDF document is read, in whatever way it is compressed or encrypted.
func TestDocumentText(t *testing.T) {
	for _, name := range []string{"plain", "bundled", "aes-256", "rc4-40"} {
		data, err := os.ReadFile("pdf/testdata/" + name + ".pdf")
		if err != nil {
			t.Fatal(err)
		}
		r := scanner(t).Scan(context.Background(), wrap("invoice.pdf", data), mori)
		if !strings.Contains(r.Text, "invoice 4711") || !strings.Contains(r.Text, "second page") || !names(r, "document-link") || names(r, "pdf-password") {
			t.Errorf("%s: %q %+v", name, r.Text, r.Findings)
		}
	}
	data, err := os.ReadFile("pdf/testdata/locked.pdf")
	if err != nil {
		t.Fatal(err)
	}
	if r := scanner(t).Scan(context.Background(), wrap("invoice.pdf", data), mori); !names(r, "pdf-password") || strings.Contains(r.Text, "4711") {
		t.Errorf("locked: %+v", r.Findings)
	}
}

func names(r Report, name string) bool {
	return slices.ContainsFunc(r.Findings, func(f sekisho.Finding) bool { return f.Name == name })
}
