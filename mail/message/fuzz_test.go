package message

import (
	"strings"
	"testing"
	"unicode/utf8"

	"sekisho"
)

// cover says whether the spans of a tree lie in order inside of what they are parts of.
func cover(t *testing.T, p *sekisho.Part, start, end int64) {
	if p.Header.Start < start || p.Header.End < p.Header.Start || p.Body.Start < p.Header.End || p.Body.End < p.Body.Start || p.Body.End > end {
		t.Fatalf("%+v %+v lies not in %d..%d", p.Header, p.Body, start, end)
	}
	at := p.Body.Start
	for i := range p.Parts {
		cover(t, &p.Parts[i], at, p.Body.End)
		at = p.Parts[i].Body.End
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(simple))
	f.Add([]byte("Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\r\n\r\n--ab\r\n\r\nx\r\n--ab\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nz\r\n--ab--\r\n"))
	f.Add([]byte("From: (c) \"a\\\" <b@c>, group: d@e (f), g;\r\nDate: Mon, 2 Jan 2006 15:04:05 -0700 (MST)\r\nContent-Type: text/plain; charset=utf-7; name*=utf-8''%E3%81%82; name=\"=?utf-8?q?a?=\""))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Read(raw, Limit{Depth: 10, Parts: 50})
		cover(t, &m.Root, 0, int64(len(raw)))
		if m.Root.Body.End != int64(len(raw)) {
			t.Fatal("the mail is longer than its body")
		}
		for _, s := range texts(m, &m.Root, nil) {
			if strings.ToValidUTF8(s, "") != s {
				t.Fatalf("%q is not UTF-8", s)
			}
		}
		for _, x := range m.Findings {
			if len(x.Evidence) > sekisho.MaxEvidence || strings.ContainsAny(x.Evidence, "\r\n\x00") {
				t.Fatalf("evidence %q", x.Evidence)
			}
		}
		if strings.ToValidUTF8(m.Fields.Subject, "") != m.Fields.Subject || strings.ContainsAny(m.Fields.Subject, "\r\n\x00") {
			t.Fatalf("subject %q", m.Fields.Subject)
		}
	})
}

func FuzzPlain(f *testing.F) {
	f.Add([]byte("=E6=A3=AE"), "quoted-printable", "utf-8", false)
	f.Add([]byte("<meta charset=shift_jis>\x90\x58"), "8bit", "", true)
	f.Fuzz(func(t *testing.T, body []byte, encoding, charset string, html bool) {
		if s, _ := Plain(body, encoding, charset, html); !utf8.ValidString(s) {
			t.Fatalf("%q", s)
		}
	})
}
