package message

import (
	"strings"
	"testing"
)

func shout(text string, _ bool) string { return strings.ReplaceAll(text, "quiet", "LOUD 音") }

func TestRetext(t *testing.T) {
	raw := "Subject: quiet\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain; charset=us-ascii; format=flowed\r\n\r\nquiet one\r\n" +
		"--c\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>quiet =E9\r\n--c--\r\n" +
		"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nquiet file\r\n" +
		"--b\r\nContent-Type: multipart/signed; boundary=d\r\n\r\n--d\r\n\r\nquiet signed\r\n--d--\r\n" +
		"--b\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nquiet\r\n--b--\r\n"
	out, closed := Retext([]byte(raw), shout)
	if closed != 2 {
		t.Errorf("%d closed parts", closed)
	}
	m := Read(out, Limit{})
	plain, page := m.Shown("plain"), m.Shown("html")
	if got := m.Text(plain); strings.TrimSpace(got) != "LOUD 音 one" || Param(plain.Params, "format") != "flowed" {
		t.Errorf("%q %v", got, plain.Params)
	}
	if got := m.Text(page); strings.TrimSpace(got) != "<p>LOUD 音 é" {
		t.Errorf("%q", got)
	}
	for _, same := range []string{"Subject: quiet", "quiet file", "quiet signed", "MESSAGE-----\r\nquiet\r\n"} {
		if !strings.Contains(string(out), same) {
			t.Errorf("%q was changed", same)
		}
	}
	if out, _ := Retext([]byte(raw), func(s string, _ bool) string { return s }); string(out) != raw {
		t.Error("changed without a change")
	}
}

func FuzzRetext(f *testing.F) {
	f.Add([]byte("Content-Type: text/html\r\n\r\n<p>quiet"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nquiet\n--b--\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		out, _ := Retext(raw, shout)
		Read(out, Limit{})
	})
}
