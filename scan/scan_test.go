package scan

import (
	"bytes"
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sekisho"
)

// eicar is the test file of the anti-virus industry, put together here so that the source is no find.
func eicar() string {
	return `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-` + `STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`
}

// crlf makes a mail of lines.
func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

func scanner(t testing.TB) *Scanner {
	t.Helper()
	s, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func has(r Report, kind sekisho.Kind) bool {
	return slices.ContainsFunc(r.Findings, func(f sekisho.Finding) bool { return f.Kind == kind })
}

const mixed = `From: =?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <yamada@mori.example>
To: a@b.example
Subject: =?UTF-8?B?6KaL56mN5pu444Gu5Lu2?=
Message-ID: <1@mori.example>
References: <0@mori.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b1

preamble
--b1
Content-Type: multipart/alternative; boundary=b2

--b2
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Guten Tag, =E8=A6=8B=E7=A9=8D=E6=9B=B8
--b2
Content-Type: text/html

<p>Guten Tag</p>
--b2--
--b1
Content-Type: application/octet-stream; name="a.bin"
Content-Disposition: attachment; filename="a.bin"
Content-Transfer-Encoding: base64

AAECAw==
--b1--
`

func TestSummary(t *testing.T) {
	raw := crlf(mixed)
	r := scanner(t).Scan(context.Background(), raw, Context{})
	s := r.Summary
	if s.Subject != "見積書の件" || s.From[0].Name != "山田" || s.Preview != "Guten Tag, 見積書" || !s.Attachment {
		t.Errorf("%+v", s)
	}
	if r.Ambiguous || r.Unscannable || r.Verdict != sekisho.VerdictPass {
		t.Errorf("%+v", r.Findings)
	}
	at, classes := int64(0), ""
	for _, p := range s.Pieces {
		if p.Start != at || p.End <= p.Start {
			t.Fatalf("a hole before %+v", p)
		}
		at = p.End
		classes += " " + p.Class.String()
		if p.Class == sekisho.ClassAttachment && string(raw[p.Start:p.End]) != "AAECAw==" {
			t.Errorf("the attachment is %q", raw[p.Start:p.End])
		}
	}
	if at != int64(len(raw)) || classes != " header body attachment body" {
		t.Errorf("pieces%s up to %d of %d", classes, at, len(raw))
	}
	html := s.Root.Parts[0].Parts[1]
	if got := string(raw[html.Header.Start:html.Header.End]); got != "Content-Type: text/html\r\n\r\n" {
		t.Errorf("1.2.MIME is %q", got)
	}
	if got := string(raw[html.Body.Start:html.Body.End]); got != "<p>Guten Tag</p>" {
		t.Errorf("1.2 is %q", got)
	}
	if r.Text != "見積書の件\nguten tag, 見積書\nguten tag" || len(r.Tokens) == 0 {
		t.Errorf("text %q", r.Text)
	}
}

func TestVirusInMail(t *testing.T) {
	raw := bytes.Replace(crlf(mixed), []byte("Guten Tag, "), []byte(eicar()+" "), 1)
	r := scanner(t).Scan(context.Background(), raw, Context{})
	if !has(r, sekisho.KindVirus) || r.Verdict != sekisho.VerdictReject {
		t.Errorf("%v %+v", r.Verdict, r.Findings)
	}
}

func TestNothingAtAll(t *testing.T) {
	for _, raw := range []string{"", "\r\n", "\n", "x", "\x00", ":", "From", strings.Repeat("\xff", 5000)} {
		r := scanner(t).Scan(context.Background(), []byte(raw), Context{})
		if n := len(r.Summary.Pieces); (n == 0) != (len(raw) == 0) {
			t.Errorf("%q has %d pieces", raw, n)
		}
	}
}

func TestSummarizeIsScanWithoutFindings(t *testing.T) {
	s := scanner(t)
	for _, raw := range [][]byte{crlf(mixed), wrap("a.csv", []byte("a,b")), crlf("Subject: x\nContent-Type: text/html\n\n<p>a <b>b</b>\n"), nil} {
		a, b := s.Scan(context.Background(), raw, Context{}), s.Summarize(raw)
		if b.Text != a.Text || !bytes.Equal(b.Tokens, a.Tokens) || !reflect.DeepEqual(b.Summary, a.Summary) || b.Ambiguous != a.Ambiguous || len(b.Findings) != 0 || b.Verdict != "" {
			t.Errorf("%q\n%+v\n%+v", raw, a, b)
		}
	}
}
