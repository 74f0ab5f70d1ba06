package test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
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
	browser(t, NewHouse(t, 0, true), nil, "webmail")
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

// lines cuts a long text into lines of 76.
func lines(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s
}
