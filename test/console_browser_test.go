package test

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var deskLink = regexp.MustCompile(`https://desk\.[^\s/]+/#[A-Za-z0-9_-]+`)

// TestConsoleInBrowser drives the administrators' app and the desk in Chromium over the real processes. The link of the desk
// is the one in the notice that a sender got about his held mail.
func TestConsoleInBrowser(t *testing.T) {
	node, chromium := browserTools(t)
	h := NewHouse(t, 0, true)
	link := noticeLink(t, h, "sato@mori.example")
	out, err := filepath.Abs(filepath.Join("browser", "out"))
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(node, filepath.Join("browser", "console-run.mjs"), filepath.Join(filepath.Dir(h.Data), "ready.json"), out, link)
	c.Env = append(os.Environ(), "CHROMIUM="+chromium, "HOME="+t.TempDir())
	said, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	if lines[len(lines)-1] != "0" {
		t.Errorf("%s\nthe pictures are in %s", said, out)
	}
}

// browserTools finds what drives a browser, or says what is missing and skips.
func browserTools(t *testing.T) (node, chromium string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed (test/deps.sh)")
	}
	if chromium, err = exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is not installed (test/deps.sh)")
	}
	for _, p := range []string{"node_modules/playwright-core", "node_modules/axe-core", "dist/console/index.html"} {
		if _, err := os.Stat(filepath.Join("..", "ui", p)); err != nil {
			t.Skipf("ui/%s is not there: run \"make ui\"", p)
		}
	}
	return node, chromium
}

// noticeLink is the link in the notice about a held mail, which takes a moment to come.
func noticeLink(t *testing.T, h *House, address string) string {
	t.Helper()
	c := mailbox(t, h, address)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		for _, raw := range bodies(t, c, "INBOX") {
			_, body, _ := strings.Cut(raw, "\r\n\r\n")
			text, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(body))
			if err != nil {
				continue // no notice: those are base64
			}
			if link := deskLink.FindString(string(text)); link != "" {
				return link
			}
		}
	}
	t.Fatal("no notice with a link came within a minute")
	return ""
}
