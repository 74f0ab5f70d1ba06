package reply

import (
	"bytes"
	"io"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"
)

var stamp = Stamp{Date: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC), MessageID: "r1@example.com"}

func from(raw map[string]string) Header { return func(name string) string { return raw[name] } }

func TestVacation(t *testing.T) {
	v := &Vacation{From: "ボブ <bob@example.com>", To: "ada@example.org", Subject: "不在です", Text: "明日まで\r\nいません"}
	b := v.Write(from(map[string]string{"message-id": "<1@example.org>", "references": "<0@example.org> junk", "from": `"Ada L." <ada@example.org>`}), stamp)
	m, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var d mime.WordDecoder
	for name, want := range map[string]string{"From": "ボブ <bob@example.com>", "To": `"Ada L." <ada@example.org>`, "Subject": "不在です", "In-Reply-To": "<1@example.org>",
		"References": "<0@example.org> <1@example.org>", "Auto-Submitted": "auto-replied (vacation)", "Message-Id": "<r1@example.com>", "Date": "Sat, 28 Nov 2026 09:00:00 +0000"} {
		if got, _ := d.DecodeHeader(m.Header.Get(name)); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if body, _ := io.ReadAll(m.Body); !strings.Contains(string(body), "=E6=98=8E") {
		t.Errorf("body %q", body)
	}
}

// What a script gives cannot add fields to the reply, but for content fields of a MIME entity.
func TestInjection(t *testing.T) {
	v := &Vacation{From: "bob@example.com", To: "ada@example.org", Subject: "a\r\nBcc: x@example.net", Text: "Content-Type: text/html\r\nBcc: y@example.net\r\n\tmore\r\n\r\n<p>", MIME: true}
	m, err := mail.ReadMessage(bytes.NewReader(v.Write(from(map[string]string{"message-id": "<1@x>\r\nBcc: <z@x>"}), stamp)))
	if err != nil {
		t.Fatal(err)
	}
	if m.Header.Get("Bcc") != "" || m.Header.Get("Content-Type") != "text/html" {
		t.Errorf("%v", m.Header)
	}
}

func TestMethod(t *testing.T) {
	m, why := ReadMethod("mailto:a@example.org%2cb@example.org?cc=c@example.org&subject=x%20y&body=l1%0d%0al2&from=evil@example.net&X-A=1&DKIM-Signature=z")
	if why != "" || len(m.To) != 2 || m.Cc[0] != "c@example.org" || m.Subject != "x y" || m.Text != "l1\r\nl2" || len(m.Fields) != 1 || m.From != "" {
		t.Errorf("%s %+v", why, m)
	}
	for _, bad := range []string{"", "mailto:", "xmpp:a@b.example", "mailto:a", "mailto:a@b.example?x", "mailto:a@b.example?x:=y", "mailto:a@b.example?to=c", "mailto:a%zz@b.example"} {
		if _, why := ReadMethod(bad); why == "" {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestMailbox(t *testing.T) {
	for in, want := range map[string]string{"a@b.example": "a@b.example", " Ada  < a @ b.example > ": "a@b.example", `"a b"@c.example`: `"a b"@c.example`, `"ab"@c.example`: "ab@c.example",
		".a.@b.example": ".a.@b.example", "a@[192.0.2.1]": "a@[192.0.2.1]", "a": "", "a@": "", "@b": "", "a@b..c": "", "a b@c.example": "", "a@b.example, c@d.example": "", "<a@b.example": "",
		"a@b.example\r\nX: y": "", "ü@b.example": "", "": ""} {
		if got, ok := Mailbox(in); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", in, got, ok, want)
		}
	}
}

func TestAutomatic(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{{"List-Id", "x", true}, {"Precedence", "Bulk", true}, {"Precedence", "first-class", false}, {"Auto-Submitted", "no", false}, {"Auto-Submitted", "auto-replied; x", true},
		{"X-Auto-Response-Suppress", "DR, OOF", true}, {"X-Auto-Response-Suppress", "DR", false}, {"Subject", "list", false}} {
		if got := Automatic(c.name, c.value) != ""; got != c.want {
			t.Errorf("%s: %s: %v, want %v", c.name, c.value, got, c.want)
		}
	}
}

// FuzzReply: whatever the parts are, the mail has the header that it must have, each field once.
func FuzzReply(f *testing.F) {
	f.Add("Ada <a@b.example>", "x", "text\r\n\r\nmore", "<1@x>", true)
	f.Add("\r\n\r\n", "=?utf-8?q?=0d=0aBcc:?=", "\x00\xff", "<a\r\nb>", false)
	f.Fuzz(func(t *testing.T, sender, subject, text, id string, entity bool) {
		if a, ok := Mailbox(sender); ok {
			if again, ok := Mailbox(a); !ok || again != a {
				t.Fatalf("%q became %q, then %q", sender, a, again)
			}
		}
		v := &Vacation{From: "bob@example.com", To: "ada@example.org", Subject: subject, Text: text, MIME: entity}
		b := v.Write(from(map[string]string{"message-id": id, "references": id, "from": sender}), stamp)
		m, err := mail.ReadMessage(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%v\n%q", err, b)
		}
		for name, values := range m.Header {
			if len(values) != 1 && !strings.HasPrefix(name, "Content-") {
				t.Fatalf("%s is there %d times: %q", name, len(values), b)
			}
		}
		if m.Header.Get("Bcc") != "" || m.Header.Get("Auto-Submitted") == "" {
			t.Fatalf("%q", b)
		}
		if n, why := ReadMethod(text); why == "" {
			n.Write("o@example.com", stamp)
		}
	})
}
