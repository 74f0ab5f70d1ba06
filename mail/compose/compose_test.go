package compose

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"sekisho"
	"sekisho/mail/header"
)

func text(s string) *string { return &s }

func TestWrite(t *testing.T) {
	html := "<p>見積書を<b>お送り</b>します</p>"
	m := &Message{From: []sekisho.Address{{Name: "森 花子", Mailbox: "hanako", Host: "mori.example"}}, To: []sekisho.Address{{Name: `A "B", C`, Mailbox: "a b", Host: "out.example"}},
		Subject: "見積書の件について、ご確認をお願いいたします。来週の打ち合わせまでにご返信いただけますと幸いです。", Date: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		MessageID: "1@mori.example", InReplyTo: []string{"x@y"}, References: []string{"r@y", "x@y"}, Boundary: "abc",
		Root: Part{Type: "multipart/mixed", Parts: []Part{
			{Type: "multipart/alternative", Parts: []Part{{Type: "text/plain", Text: text("one\ntwo\r\nFrom me")}, {Type: "text/html", Text: &html}}},
			{Type: "application/pdf", Disposition: "attachment", Name: "見積書.pdf", Content: []byte{0, 1, 2, 255}},
			{Type: "message/rfc822", Disposition: "attachment", Content: []byte("Subject: inner\r\n\r\ntext\r\n")}}}}
	raw, err := Write(m)
	if err != nil {
		t.Fatal(err)
	}
	if at := header.Broken(raw); at >= 0 {
		t.Fatalf("a lone CR or LF at %d", at)
	}
	got, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := (&mime.WordDecoder{}).DecodeHeader(got.Header.Get("Subject")); strings.ReplaceAll(s, " ", "") != m.Subject {
		t.Errorf("subject %q", s)
	}
	from, err := got.Header.AddressList("From")
	if err != nil || from[0].Name != "森 花子" || from[0].Address != "hanako@mori.example" {
		t.Errorf("from %v %v", from, err)
	}
	to, err := got.Header.AddressList("To")
	if err != nil || to[0].Name != `A "B", C` || to[0].Address != `"a b"@out.example` && to[0].Address != "a b@out.example" {
		t.Errorf("to %v %v", to, err)
	}
	_, params, _ := mime.ParseMediaType(got.Header.Get("Content-Type"))
	r := multipart.NewReader(got.Body, params["boundary"])
	var kinds []string
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(p)
		kinds = append(kinds, strings.Split(p.Header.Get("Content-Type"), ";")[0]+" "+p.FileName())
		if strings.HasPrefix(p.Header.Get("Content-Type"), "message/") && !bytes.HasPrefix(b, []byte("Subject: inner\r\n")) {
			t.Errorf("the mail inside was changed: %q", b)
		}
	}
	if want := "multipart/alternative |application/pdf 見積書.pdf|message/rfc822 "; strings.Join(kinds, "|") != want {
		t.Errorf("%q", kinds)
	}
}

// TestNoInjection: what stands in values never becomes a field or a line of its own.
func TestNoInjection(t *testing.T) {
	evil := "x\r\nBcc: victim@out.example\r\n\r\n<script>\x00\u2028y"
	m := &Message{From: []sekisho.Address{{Name: evil, Mailbox: evil, Host: evil}}, Subject: evil, MessageID: evil, InReplyTo: []string{evil},
		Fields: []sekisho.Param{{Name: "X-Note", Value: evil}}, Boundary: "b",
		Root: Part{Type: "text/plain", Name: evil, CID: evil, Location: evil, Language: []string{evil}, Disposition: "attachment", Text: text("body")}}
	raw, err := Write(m)
	if err != nil {
		t.Fatal(err)
	}
	fields, rest := header.Split(raw)
	if header.Count(fields, "Bcc") != 0 || string(rest) != "\r\nbody" {
		t.Fatalf("%q", raw)
	}
	for _, name := range []string{"Bcc", "Content-Type", "", "a b", "x:y", "Received"} {
		m.Fields = []sekisho.Param{{Name: name, Value: "v"}}
		if _, err := Write(m); err == nil {
			t.Errorf("field %q was written", name)
		}
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("name", "local", "host", "subject", "text/plain", "body\n.\nFrom x", "file", []byte{1, 2})
	f.Add("森", "a..b", "h", "=?utf-8?q?x?=", "multipart/mixed", "\xff\r", "\"", []byte("--=_b_1"))
	f.Fuzz(func(t *testing.T, name, local, host, subject, kind, body, file string, content []byte) {
		m := &Message{From: []sekisho.Address{{Name: name, Mailbox: local, Host: host}}, Subject: subject, Boundary: "b",
			Root: Part{Type: "multipart/mixed", Parts: []Part{{Type: "text/plain", Text: &body}, {Type: kind, Name: file, Content: content, Disposition: "attachment"}}}}
		raw, err := Write(m)
		if err != nil {
			return
		}
		if header.Broken(raw) >= 0 {
			t.Fatalf("a lone CR or LF: %q", raw)
		}
		fields, _ := header.Split(raw)
		if len(fields) != 4 {
			t.Fatalf("%d fields: %q", len(fields), raw)
		}
		for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
			if len(line) > 998 && len(name)+len(local)+len(host)+len(file) < 500 {
				t.Fatalf("a line of %d bytes", len(line))
			}
		}
	})
}
