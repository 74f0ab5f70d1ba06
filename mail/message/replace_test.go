package message

import (
	"bytes"
	"strings"
	"testing"

	"sekisho"
)

// leaves are the parts of a mail that have a content of their own.
func leaves(p *sekisho.Part) (out []*sekisho.Part) {
	if len(p.Parts) == 0 {
		return []*sekisho.Part{p}
	}
	for i := range p.Parts {
		out = append(out, leaves(&p.Parts[i])...)
	}
	return out
}

func TestReplace(t *testing.T) {
	const raw = "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-ID: <i>\nX-Kept: y\nContent-Type: a/b\nContent-Disposition: attachment; filename=old.exe\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\nend\n"
	m := Read([]byte(raw), Limit{})
	got := string(m.Replace([]Piece{{Part: &m.Root.Parts[1], Type: "application/x", Name: "新.bin", Attached: true, Data: []byte("new"), Identified: true}}))
	n := Read([]byte(got), Limit{})
	if len(n.Root.Parts) != 2 || n.Ambiguous || strings.Contains(got, "old.exe") || strings.Contains(got, "\r") || !strings.HasSuffix(got, "--b--\nend\n") {
		t.Fatal(got)
	}
	p := &n.Root.Parts[1]
	if b, err := n.Content(p); err != nil || string(b) != "new" || Filename(p) != "新.bin" || p.Disposition != "attachment" || !strings.Contains(got, "Content-ID: <i>\nX-Kept: y\n") {
		t.Errorf("%q %v in %s", b, err, got)
	}
	made := string(m.Compose("text\n", []Piece{{Type: "image/png", Name: "a.png", Attached: true, Data: []byte("p")}}))
	n = Read([]byte(made), Limit{})
	if len(n.Root.Parts) != 2 || n.Ambiguous || n.Fields.Subject != "x" || strings.Contains(made, "old.exe") || strings.TrimSpace(n.Text(&n.Root.Parts[0])) != "text" {
		t.Error(made)
	}
	if alone := Read([]byte(m.Compose("text", nil)), Limit{}); alone.Root.Type != "text" || alone.Ambiguous {
		t.Errorf("%s", alone.Raw())
	}
}

func FuzzReplace(f *testing.F) {
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--\r\n"))
	f.Add([]byte("Content-Type: a/b\n\nx"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Read(canonical(raw), Limit{})
		var list []Piece
		for _, p := range leaves(&m.Root) {
			list = append(list, Piece{Part: p, Type: "text/plain", Name: "a.txt", Attached: true, Data: []byte("in its place")})
		}
		n := Read(m.Replace(list), Limit{})
		got := leaves(&n.Root)
		if len(got) != len(list) {
			t.Fatalf("%d parts, then %d: %q", len(list), len(got), n.Raw())
		}
		for _, p := range got {
			if b, err := n.Content(p); err != nil || !bytes.Equal(bytes.TrimSpace(b), []byte("in its place")) {
				t.Fatalf("%q %v in %q", b, err, n.Raw())
			}
		}
	})
}
