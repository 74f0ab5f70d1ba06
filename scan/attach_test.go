package scan

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sekisho"
	"sekisho/test/corpus"
)

// wrap makes a mail with data attached.
func wrap(name string, data []byte) []byte {
	var b strings.Builder
	b.WriteString("From: a@x.example\nTo: b@y.example\nSubject: file\nMessage-ID: <1@x.example>\nDate: Mon, 2 Nov 2026 10:00:00 +0900\nMIME-Version: 1.0\n")
	fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=bb\n\n--bb\nContent-Type: text/plain\n\nHello\n--bb\n")
	fmt.Fprintf(&b, "Content-Type: application/octet-stream\nContent-Disposition: attachment;\n filename*=utf-8''%s\nContent-Transfer-Encoding: base64\n\n", percent(name))
	e := base64.StdEncoding.EncodeToString(data)
	for len(e) > 76 {
		b.WriteString(e[:76] + "\n")
		e = e[76:]
	}
	b.WriteString(e + "\n--bb--\n")
	return crlf(b.String())
}

func percent(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		fmt.Fprintf(&b, "%%%02X", s[i])
	}
	return b.String()
}

// expected turns the words of the list into kinds.
func expected(word string) []sekisho.Kind {
	switch word {
	case "virus-or-unscannable":
		return []sekisho.Kind{sekisho.KindVirus, sekisho.KindAmbiguous}
	case "unscannable":
		return []sekisho.Kind{sekisho.KindAmbiguous}
	case "encrypted-clean":
		return []sekisho.Kind{sekisho.KindEncrypted}
	case "bomb-depth":
		return []sekisho.Kind{sekisho.KindBomb}
	}
	return []sekisho.Kind{sekisho.Kind(word)}
}

func TestGeneratedAttachments(t *testing.T) {
	dir := corpus.Path(t, "data/attach/generated")
	list, err := os.ReadFile(filepath.Join(dir, "expect.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	s := scanner(t)
	for _, line := range strings.Split(strings.TrimSpace(string(list)), "\n")[1:] {
		col := strings.Split(line, "\t")
		data, err := os.ReadFile(filepath.Join(dir, "files", col[0]))
		if err != nil {
			t.Fatal(err)
		}
		for how, r := range map[string]Report{"file": s.File(context.Background(), col[0], data), "mail": s.Scan(context.Background(), wrap(col[0], data), Context{})} {
			if col[1] == "clean" {
				odd := slices.ContainsFunc(r.Findings, func(f sekisho.Finding) bool { return f.Kind != sekisho.KindSpam })
				if odd || r.Verdict != sekisho.VerdictPass {
					t.Errorf("%s as %s: %+v", col[0], how, r.Findings)
				}
				continue
			}
			ok := false
			for _, k := range expected(col[1]) {
				ok = ok || has(r, k)
			}
			if !ok {
				t.Errorf("%s as %s is not %s: %s %+v", col[0], how, col[1], r.Verdict, r.Findings)
			}
			if r.Ambiguous {
				t.Errorf("%s as %s: the mail itself is not ambiguous: %+v", col[0], how, r.Findings)
			}
		}
	}
}

func TestOfficeFiles(t *testing.T) {
	dir := corpus.Path(t, "data/attach/oletools")
	s := scanner(t)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".md") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		r := s.File(context.Background(), filepath.Base(path), data)
		var want []sekisho.Kind
		switch {
		case strings.HasPrefix(filepath.Base(path), "harmless-clean"), strings.HasPrefix(name, "basic/empty"), strings.HasPrefix(name, "basic/text"):
			if len(r.Findings) > 0 {
				t.Errorf("%s is harmless: %+v", name, r.Findings)
			}
			return nil
		case strings.Contains(name, "encrypt"), strings.HasSuffix(name, ".zip"):
			want = []sekisho.Kind{sekisho.KindEncrypted}
		case strings.HasPrefix(name, "excel4"):
			want = []sekisho.Kind{sekisho.KindMacro}
		default:
			want = []sekisho.Kind{sekisho.KindActive}
		}
		for _, k := range want {
			if !has(r, k) {
				t.Errorf("%s is not %s: %+v", name, k, r.Findings)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
