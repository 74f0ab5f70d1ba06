package test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	mime "sekisho/mail/message"
	"sekisho/scan"
)

const attachmentPolicy = `version = 1
[[rule]]
name = "plain documents"
direction = "inbound"
when = 'Has("macro")'
action = "strip-macro"
for = "48h"
[[rule]]
name = "text only"
direction = "inbound"
when = 'subject startsWith "unknown"'
action = "sanitise"
for = "72h"
[[rule]]
name = "no programs"
direction = "inbound"
action = "remove-attachment"
text = "executable encrypted virus"
`

// macroDocument is a document of Word with a project of macros.
func macroDocument(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{
		{"[Content_Types].xml", `<Types><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`},
		{"_rels/.rels", `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<w:document><w:body><w:p><w:r><w:t>the report</w:t></w:r></w:p></w:body></w:document>`},
		{"word/_rels/document.xml.rels", `<Relationships><Relationship Id="r9" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>`},
		{"word/vbaProject.bin", "the code"},
	} {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(f[1]))
	}
	z.Close()
	return b.Bytes()
}

// plainDocument is a document of Word without anything that acts.
func plainDocument(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{{"[Content_Types].xml", "<Types/>"}, {"word/document.xml", "<w:p><w:t>the list</w:t></w:p>"}} {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(f[1]))
	}
	z.Close()
	return b.Bytes()
}

// withFiles is a mail with files: names and contents.
func withFiles(subject, text string, files ...string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: Lena <lena@partner.example>\r\nTo: ann@mori.example\r\nSubject: %s\r\nMessage-ID: <%d.%s@partner.example>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0900\r\n", subject, len(files), strings.ReplaceAll(subject, " ", "."))
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=edge\r\n\r\n--edge\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n")
	for i := 0; i < len(files); i += 2 {
		b.WriteString("--edge\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"" + files[i] + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
		for e := base64.StdEncoding.EncodeToString([]byte(files[i+1])); e != ""; e = e[min(len(e), 76):] {
			b.WriteString(e[:min(len(e), 76)] + "\r\n")
		}
	}
	return []byte(b.String() + "--edge--\r\n")
}

// filesOf gives the attachments of a mail by name.
func filesOf(raw string) map[string][]byte {
	m := mime.Read([]byte(raw), mime.Limit{})
	out := map[string][]byte{}
	for i := range m.Root.Parts {
		p := &m.Root.Parts[i]
		if name := mime.Filename(p); name != "" {
			out[name], _ = m.Content(p)
		}
	}
	return out
}

// found is the mail of a subject.
func found(t testing.TB, list []string, subject string) string {
	t.Helper()
	i := slices.IndexFunc(list, func(s string) bool { return strings.Contains(s, "Subject: "+subject+"\r\n") })
	if i < 0 {
		t.Fatalf("no mail %q among %d", subject, len(list))
	}
	return list[i]
}

func inbox(t testing.TB, h *House, who string) []string {
	t.Helper()
	var out []string
	for _, raw := range bodies(t, mailbox(t, h, who), "INBOX") {
		out = append(out, raw)
	}
	return out
}

// Macros and programs do not reach the mailbox; the mail as it came is in quarantine and can be released. What is harmless is not kept.
func TestAttachmentsAreTakenOut(t *testing.T) {
	h := NewService(t, Setting{Zone: "partner.example. TXT \"v=spf1 -all\"\n"})
	file := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(file, []byte(attachmentPolicy), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "Mori", "--set", file)
	program := "MZ" + strings.Repeat("\x00", 200)
	for _, raw := range [][]byte{withFiles("report", "the report", "report.docm", string(macroDocument(t)), "notes.txt", "plain notes"),
		withFiles("tool", "お送りします", "tool.exe", program), withFiles("harmless", "nothing", "notes.txt", "plain notes"),
		withFiles("unknown sender", "look at https://www.bad.example/x", "list.docx", string(plainDocument(t)), "data.bin", "\x01\x02\x03")} {
		if err := deliver(h, "lena@partner.example", []string{"ann@mori.example"}, raw); err != nil {
			t.Fatal(err)
		}
	}
	list := inbox(t, h, "ann@mori.example")
	files := filesOf(found(t, list, "report"))
	if len(files) != 2 || string(files["notes.txt"]) != "plain notes" {
		t.Fatalf("delivered: %q", files)
	}
	s, err := scan.New(scan.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.File(context.Background(), "report.docx", files["report.docx"]); len(files["report.docx"]) == 0 || len(r.Findings) > 0 {
		t.Errorf("the document has still %+v", r.Findings)
	}
	note := string(filesOf(found(t, list, "tool"))["tool.exe.txt"])
	if !strings.Contains(note, "取り除きました") || !strings.Contains(note, "tool.exe") || !strings.Contains(note, "プログラム") || !strings.Contains(note, "隔離") {
		t.Errorf("the note is %q", note)
	}
	copied := found(t, list, "unknown sender")
	if f := filesOf(copied); len(f) != 2 || !strings.Contains(string(f["list.txt"]), "the list") || !strings.Contains(string(f["data.bin.txt"]), "SHA-256") ||
		strings.Contains(copied, "https://www.bad") || !strings.Contains(copied, "hxxps://www[.]bad[.]example/x") {
		t.Errorf("made anew: %s", copied)
	}
	kept := quarantine(t, h)
	if len(kept) != 3 {
		t.Fatalf("in quarantine: %+v", kept)
	}
	for _, k := range kept {
		if k.Rule != "plain documents" && k.Rule != "no programs" && k.Rule != "text only" || k.Recipient != "ann@mori.example" {
			t.Errorf("%+v", k)
		}
		h.Run("quarantine", "release", fmt.Sprint(k.ID))
	}
	list = inbox(t, h, "ann@mori.example")
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	originals := 0
	for _, raw := range list {
		f := filesOf(raw)
		if bytes.Equal(f["list.docx"], plainDocument(t)) || bytes.Equal(f["report.docm"], macroDocument(t)) || string(f["tool.exe"]) == program {
			originals++
		}
	}
	if originals != 3 || len(list) != 7 {
		t.Errorf("%d originals among %d mails after the release", originals, len(list))
	}
	if out := h.Run("trace", "ann@mori.example", "--json"); !strings.Contains(out, "macros taken out of report.docm") || !strings.Contains(out, "attachment tool.exe removed: executable") {
		t.Errorf("the trace does not tell: %s", out)
	}
}
