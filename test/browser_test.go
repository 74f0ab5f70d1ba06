package test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// browser drives Chromium through scenarios of test/browser. It skips where Chromium, node or their packages are missing.
func browser(t *testing.T, h *House, scenarios ...string) {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is missing: test/deps.sh installs it")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is missing: test/deps.sh installs it")
	}
	ui, err := filepath.Abs("../ui")
	if err != nil {
		t.Fatal(err)
	}
	for _, need := range []string{"node_modules/playwright-core", "node_modules/axe-core", "dist/webmail/index.html"} {
		if _, err := os.Stat(filepath.Join(ui, need)); err != nil {
			t.Skipf("ui/%s is missing: make ui makes it", need)
		}
	}
	home := t.TempDir()
	out, err := filepath.Abs(filepath.Join("browser", "out"))
	if err != nil {
		t.Fatal(err)
	}
	ask := map[string]any{"scenarios": scenarios, "ui": ui, "out": out, "chromium": chromium}
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
	tool, err := exec.LookPath("certutil")
	if err != nil {
		t.Skip("certutil is missing: test/deps.sh installs libnss3-tools")
	}
	db := filepath.Join(home, ".pki", "nssdb")
	if err := os.MkdirAll(db, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-N", "--empty-password"}, {"-A", "-t", "C,,", "-n", "house", "-i", h.Ready.CA}} {
		if said, err := exec.Command(tool, append([]string{"-d", "sql:" + db}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("certutil %v: %v: %s", args, err, said)
		}
	}
}

// TestBrowserScreens looks at every screen of the mail app over made-up mail.
func TestBrowserScreens(t *testing.T) { browser(t, nil, "screen") }
