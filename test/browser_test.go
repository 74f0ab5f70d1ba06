package test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// needBrowser skips where Chromium, node or their packages are missing.
func needBrowser(t *testing.T) {
	t.Helper()
	for tool, from := range map[string]string{"chromium": "chromium", "node": "nodejs", "certutil": "libnss3-tools"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is missing: test/deps.sh installs %s", tool, from)
		}
	}
	for _, need := range []string{"node_modules/playwright-core", "node_modules/axe-core", "dist/webmail/index.html"} {
		if _, err := os.Stat(filepath.Join("..", "ui", need)); err != nil {
			t.Skipf("ui/%s is missing: make ui makes it", need)
		}
	}
}

// browser drives Chromium through scenarios of test/browser, over a house or alone; more is for the scenarios.
func browser(t *testing.T, h *House, more map[string]any, scenarios ...string) {
	t.Helper()
	needBrowser(t)
	ui, err := filepath.Abs("../ui")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	out, err := filepath.Abs(filepath.Join("browser", "out"))
	if err != nil {
		t.Fatal(err)
	}
	ask := map[string]any{"scenarios": scenarios, "ui": ui, "out": out}
	maps.Copy(ask, more)
	if h != nil {
		trust(t, h, home)
		ask["port"], ask["accounts"], ask["ports"] = h.Ready.Ports["https"], h.Ready.Accounts, h.Ready.Ports
	}
	b, err := json.Marshal(ask)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithTimeout(t.Context(), 8*time.Minute)
	defer end()
	cmd := exec.CommandContext(ctx, "node", "browser/run.mjs", string(b))
	cmd.Env = append(os.Environ(), "HOME="+home, "TZ=Asia/Tokyo", "NODE_NO_WARNINGS=1")
	cmd.WaitDelay = 5 * time.Second
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n(screenshots are in %s)", err, strings.TrimSpace(string(said)), out)
	}
	t.Log(strings.TrimSpace(string(said)))
}

// trust has the browser of a home directory take the house's CA, since passkeys need an origin that is trusted.
func trust(t *testing.T, h *House, home string) {
	t.Helper()
	db := filepath.Join(home, ".pki", "nssdb")
	if err := os.MkdirAll(db, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-N", "--empty-password"}, {"-A", "-t", "C,,", "-n", "house", "-i", h.Ready.CA}} {
		if said, err := exec.Command("certutil", append([]string{"-d", "sql:" + db}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("certutil %v: %v: %s", args, err, said)
		}
	}
}

// TestBrowserScreens looks at every screen of the mail app over made-up mail.
func TestBrowserScreens(t *testing.T) { browser(t, nil, nil, "screen") }

// TestBrowser goes through the mail app of a running house.
func TestBrowser(t *testing.T) {
	needBrowser(t)
	h := NewHouse(t, 0, true)
	h.Run("contract", "set", "1", "--wait", "30")
	browser(t, h, nil, "webmail")
}

// TestBrowserHostile opens mails that try to break out of the frame that shows them.
func TestBrowserHostile(t *testing.T) {
	needBrowser(t)
	b, err := os.ReadFile("../scan/render/testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	h := NewHouse(t, 0, false)
	from, to := h.Ready.Accounts[0].Address, h.Ready.Accounts[1].Address
	sent := 0
	for i := 0; i < len(all); i += max(1, len(all)/60) {
		raw := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: vector %d\r\nMessage-ID: <vector-%d@mori.example>\r\nDate: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n",
			from, to, i, i, time.Now().Format(time.RFC1123Z), lines(base64.StdEncoding.EncodeToString([]byte("<p>vector</p>"+all[i]))))
		if err := submit(t, h, from, to, []byte(raw)); err != nil {
			t.Logf("vector %d was refused: %v", i, err)
			continue
		}
		sent++
	}
	if sent < 40 {
		t.Fatalf("only %d mails were taken", sent)
	}
	browser(t, h, map[string]any{"vectors": sent, "reader": to}, "hostile")
}

// filePart is an attachment of a mail that is being written.
func filePart(name, kind string, data []byte) string {
	return fmt.Sprintf("--b\r\nContent-Type: %s; name=%q\r\nContent-Disposition: attachment; filename=%q\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n", kind, name, name,
		lines(base64.StdEncoding.EncodeToString(data)))
}

// TestBrowserPreview looks at pages of attachments: documents of a browser and of a library, a photograph, a document that
// hides a file.
func TestBrowserPreview(t *testing.T) {
	needBrowser(t)
	file := func(path string) []byte {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 300, 200)), nil); err != nil {
		t.Fatal(err)
	}
	acts := append(file("../scan/pdf/testdata/plain.pdf"), "\n99 0 obj <</Type/EmbeddedFile>> stream\nhidden\nendstream endobj\n"...)
	h := NewHouse(t, 0, false)
	from, to := h.Ready.Accounts[0].Address, h.Ready.Accounts[1].Address
	raw := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: pages\r\nMessage-ID: <pages-1@mori.example>\r\nDate: %s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"+
		"--b\r\nContent-Type: text/plain\r\n\r\nDear Sato,\r\n\r\nThe estimate for the machines that we talked about on Tuesday is attached. Please tell me by Friday whether the dates suit you.\r\n\r\nKind regards,\r\nAnn\r\n%s%s%s%s--b--\r\n", from, to, time.Now().Format(time.RFC1123Z),
		filePart("estimate.pdf", "application/pdf", file("../scan/draw/testdata/browser.pdf")), filePart("photo.jpg", "image/jpeg", photo.Bytes()),
		filePart("acts.pdf", "application/pdf", acts), filePart("table.csv", "text/csv", []byte("a,b\r\n")))
	if err := submit(t, h, from, to, []byte(raw)); err != nil {
		t.Fatal(err)
	}
	browser(t, h, map[string]any{"reader": to}, "preview")
}

// lines cuts a long text into lines of 76.
func lines(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s
}
