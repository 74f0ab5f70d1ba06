package test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Browser is what a scenario in test/browser is told.
type Browser struct {
	Mail       string    `json:"mail"`
	Console    string    `json:"console"`
	Desk       string    `json:"desk"`
	Content    string    `json:"content"`
	CA         string    `json:"ca"`
	Accounts   []Account `json:"accounts"`
	SMTP       string    `json:"smtp"`
	Out        string    `json:"out"`
	Chromium   string    `json:"chromium"`
	Axe        string    `json:"axe"`
	Playwright string    `json:"playwright"`
	Scenarios  []string  `json:"scenarios"`
	Letters    any       `json:"letters,omitempty"` // what the test sent before
}

// theBrowser finds what the scenarios need; the test is skipped where something is missing.
func theBrowser(t *testing.T) *Browser {
	t.Helper()
	for _, program := range []string{"node", "certutil"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s here: test/deps.sh installs it", program)
		}
	}
	b := &Browser{}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			b.Chromium = p
			break
		}
	}
	if b.Chromium == "" {
		t.Skip("no chromium here: test/deps.sh installs it")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	b.Axe, b.Playwright = filepath.Join(root, "ui/node_modules/axe-core/axe.min.js"), filepath.Join(root, "ui/node_modules/playwright-core")
	if _, err := os.Stat(b.Axe); err != nil {
		t.Skip("the browser apps' packages are not here: run \"make ui\"")
	}
	b.Out = filepath.Join(root, "bench/out/browser")
	return b
}

// at tells a browser where a house is.
func (b *Browser) at(h *House) {
	_, port, _ := strings.Cut(h.Port("https"), ":")
	for name, to := range map[string]*string{"mail": &b.Mail, "console": &b.Console, "desk": &b.Desk, "content": &b.Content} {
		*to = "https://" + name + ".localhost:" + port
	}
	b.CA, b.Accounts, b.SMTP = h.Ready.CA, h.Ready.Accounts, h.Port("smtp")
}

// play runs scenarios, each as a test of its own.
func (b *Browser) play(t *testing.T, names ...string) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			told := *b
			told.Scenarios = []string{name}
			in, err := json.Marshal(told)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
			defer cancel()
			c := exec.CommandContext(ctx, "node", "browser/house.mjs")
			c.Stdin = bytes.NewReader(in)
			out, err := c.CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			} else {
				t.Log(string(out))
			}
		})
	}
}

// The browser apps, by a real browser, over the real binary. Pictures of the screens are left in bench/out/browser.
func TestBrowserHouse(t *testing.T) {
	b := theBrowser(t)
	h := NewHouse(t, 0, true)
	b.at(h)
	waitFor(t, h, "Deleting")
	b.play(t, "login", "frame")
	if alerts := strings.Count(h.Log(), "kind=denied"); alerts > 0 {
		t.Errorf("%d refused calls in honest work:\n%s", alerts, alertsOf(h.Log()))
	}
}

func alertsOf(log string) string {
	var out []string
	for line := range strings.Lines(log) {
		if strings.Contains(line, "ALERT") && len(out) < 20 {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}
