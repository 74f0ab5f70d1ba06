package message

import (
	"bytes"
	"strings"
	"testing"

	"sekisho"
)

// named are the parts that a test takes out: everything that has a name.
func named(p *sekisho.Part) (out []*sekisho.Part) {
	if len(p.Parts) == 0 && Filename(p) != "" {
		return []*sekisho.Part{p}
	}
	for i := range p.Parts {
		out = append(out, named(&p.Parts[i])...)
	}
	return out
}

const attached = "Content-Type: application/pdf; name=\"a.pdf\"\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\n\r\nSECRET\r\n"

// What is taken out is gone with its header; texts and what else there is stay, and the mail reads as one with a note.
func TestDetach(t *testing.T) {
	for name, x := range map[string]struct {
		raw   string
		parts int // leaves that are left
		has   []string
	}{
		"text and two files": {"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\n" + attached + "--b\r\n" + attached + "--b--\r\n", 1, []string{"hello"}},
		"file first":         {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + attached + "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n", 1, []string{"hello"}},
		"preamble":           {"Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\n" + attached + "--b--\r\nepilogue\r\n", 1, []string{"hello", "preamble", "epilogue"}},
		"only a file":        {"Subject: x\r\n" + attached, 1, nil},
		"only files":         {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + attached + "--b\r\n" + attached + "--b--\r\n", 1, nil},
		"a folder of files":  {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" + attached + "--c\r\n" + attached + "--c--\r\n--b--\r\n", 2, []string{"hello"}},
		"LF":                 {strings.ReplaceAll("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>hello\r\n--b\r\n"+attached+"--b--\r\n", "\r\n", "\n"), 1, []string{"hello"}},
		"cut":                {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\n" + attached, 1, []string{"hello"}},
	} {
		m := Read([]byte(x.raw), Limit{})
		out, err := m.Detach(named(&m.Root), "the note\nhttps://desk.example/f/#abc\n", nil)
		if err != nil {
			t.Fatal(err)
		}
		after := Read(out, Limit{})
		if n := len(leaves(&after.Root)); n != x.parts || strings.Contains(string(out), "SECRET") || strings.Contains(string(out), "a.pdf") || !strings.Contains(string(out), "the note") {
			t.Errorf("%s: %d parts in %s", name, n, out)
		}
		for _, w := range x.has {
			if !strings.Contains(string(out), w) {
				t.Errorf("%s: no %q in %s", name, w, out)
			}
		}
		if page := after.Shown("html"); page != nil && !strings.Contains(after.Text(page), `<a href="https://desk.example/f/#abc">https://desk.example/f/#abc</a>`) {
			t.Errorf("%s: %s", name, out)
		}
		made, err := m.Detach(named(&m.Root), "the note", &Piece{Type: "application/zip", Name: "z.zip", Attached: true, Data: []byte("zip")})
		if again := Read(made, Limit{}); err != nil || len(named(&again.Root)) != 1 || strings.Contains(string(made), "SECRET") {
			t.Errorf("%s: %v %s", name, err, made)
		}
	}
}

// Whatever a mail looks like, nothing of what was taken out is left in it as a file.
func FuzzDetach(f *testing.F) {
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\n" + attached + "--b--\r\n"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b\n" + attached + "--b\n\n--b\n" + attached))
	f.Add([]byte(attached))
	f.Add([]byte("Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + attached + "--b--"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Read(raw, Limit{})
		parts := named(&m.Root)
		out, err := m.Detach(parts, "the note", nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(parts) == 0 {
			if !bytes.Contains(raw, []byte{'\r'}) && !bytes.Equal(out, raw) { // a reading may mend lone CRs
				t.Fatal("changed without need")
			}
			return
		}
		after := Read(out, Limit{})
		if n := len(named(&after.Root)); n >= len(parts) && n > 0 {
			t.Fatalf("%d files of %d are left in %q", n, len(parts), out)
		}
	})
}
