package test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	gomessage "github.com/emersion/go-message"

	"sekisho/role/admin"
)

const lockPolicy = `version = 1

[[rule]]
name = "mine alone"
direction = "outbound"
when = 'subject contains "alone"'
action = "encrypt"
text = "sender"

[[rule]]
name = "locked"
direction = "outbound"
action = "encrypt"
for = "2s"

[[rule]]
name = "waits"
direction = "outbound"
when = 'subject contains "waits"'
action = "approve"
`

var mailedPassword = regexp.MustCompile(`Password: ([a-z0-9]{4}(?:-[a-z0-9]{4}){3})\r?\n`)

// zipOf is the one zip that a mail has.
func zipOf(t *testing.T, raw string) (name string, data []byte) {
	t.Helper()
	e, err := gomessage.Read(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	err = e.Walk(func(_ []int, p *gomessage.Entity, err error) error {
		if kind, params, _ := p.Header.ContentType(); err == nil && kind == "application/zip" {
			name = params["name"]
			data, err = io.ReadAll(p.Body)
		}
		return err
	})
	if err != nil || data == nil {
		t.Fatalf("%v: no zip in %s", err, raw)
	}
	return name, data
}

// Attachments leave in one encrypted zip, whose password comes in a mail of its own, a moment later: to the recipient, or to the sender
// alone where the rule says so or somebody still has to approve the mail. It stands nowhere else.
func TestEncrypt(t *testing.T) {
	h := NewService(t, Setting{Zone: "there.example. TXT \"v=spf1 -all\"\n"})
	file := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(file, []byte(lockPolicy), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "Mori", "--set", file)
	for _, subject := range []string{"plan", "alone", "nothing", "waits"} {
		raw := mailWithFiles("ann@mori.example", "sato@mori.example", subject)
		if subject == "nothing" {
			raw = message("ann@mori.example", "sato@mori.example", subject, 300)
		}
		if err := submit(t, h, "ann@mori.example", "sato@mori.example", raw); err != nil {
			t.Fatal(err)
		}
	}
	mail := received(t, h, "sato@mori.example", "plan")
	name, data := zipOf(t, mail)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) != 2 || z.File[0].Name != "plan.bin" || z.File[1].Name != "見積.csv" || z.File[0].Method != 99 || z.File[0].UncompressedSize64 != uint64(len(sheet)) {
		t.Fatalf("%q %v %+v", name, err, z)
	}
	if !strings.Contains(texts(t, mail), "Its password comes in another mail") || !strings.Contains(mail, "<logo>") {
		t.Errorf("%s", mail)
	}
	var passwords []string
	for who, subject := range map[string]string{"sato@mori.example": "Subject: plan", "ann@mori.example": "Subject: alone"} {
		m := mailedPassword.FindStringSubmatch(awaited(t, h, who, subject, "Password: "))
		if m == nil {
			t.Fatalf("no password for %s", subject)
		}
		passwords = append(passwords, m[1])
	}
	awaited(t, h, "ann@mori.example", "Subject: waits", "Password: ")
	for _, n := range notices(t, h, "sato@mori.example") {
		if strings.Contains(n, "Subject: alone") || strings.Contains(n, "Subject: nothing") || strings.Contains(n, "Subject: waits") {
			t.Errorf("the recipient was told: %s", n)
		}
	}
	var kept []admin.Kept
	if err := json.Unmarshal([]byte(h.Run("hold", "list", "--json")), &kept); err != nil || len(kept) != 1 {
		t.Errorf("%v %+v", err, kept)
	}
	for _, k := range kept {
		if shown := h.Run("hold", "show", fmt.Sprint(k.ID)); !strings.Contains(shown, "Its sender tells you the password") {
			t.Errorf("what waits says: %s", shown)
		}
	}
	told := h.Log() + h.Run("trace", "--json") + h.Run("hold", "list", "--json")
	for _, p := range passwords {
		if strings.Contains(told, p) || strings.Contains(mail, p) {
			t.Errorf("the password %s stands in log, trace or mail", p)
		}
		if err := onDisk(h.Data, p); err != nil {
			t.Error(err)
		}
	}
}

// onDisk fails when a text stands in a file below a directory.
func onDisk(dir, text string) error {
	return filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // files come and go while the service runs
		}
		if b, err := os.ReadFile(path); err == nil && bytes.Contains(b, []byte(text)) {
			return &os.PathError{Op: "a password stands in", Path: path, Err: os.ErrExist}
		}
		return nil
	})
}
