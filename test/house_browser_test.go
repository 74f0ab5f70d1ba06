package test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// stage is what a scenario in test/browser is told.
type stage struct {
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
func theBrowser(t *testing.T) *stage {
	t.Helper()
	for _, program := range []string{"node", "certutil"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s here: test/deps.sh installs it", program)
		}
	}
	b := &stage{}
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
func (b *stage) at(h *House) {
	_, port, _ := strings.Cut(h.Port("https"), ":")
	for name, to := range map[string]*string{"mail": &b.Mail, "console": &b.Console, "desk": &b.Desk, "content": &b.Content} {
		*to = "https://" + name + ".localhost:" + port
	}
	b.CA, b.Accounts, b.SMTP = h.Ready.CA, h.Ready.Accounts, h.Port("smtp")
}

// play runs scenarios, each as a test of its own.
func (b *stage) play(t *testing.T, names ...string) {
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
	b.play(t, "login", "frame", "person")
	const account = "ann@mori.example"
	b.Letters = map[string]any{"account": account, "mails": fileVectors(t, h, account)}
	b.play(t, "vector")
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

// fileVectors files mails with the vectors of scan/render in a folder, as a mail program would: nothing filters what comes in
// that way. It gives how many mails there are.
func fileVectors(t *testing.T, h *House, account string) int {
	t.Helper()
	b, err := os.ReadFile("../scan/render/testdata/vector.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	const together = 6 // those made from tables go together; those that swallow what follows go alone
	alone := max(0, len(list)-40)
	var mails []string
	for i := 0; i < alone; i += together {
		mails = append(mails, strings.Join(list[i:min(i+together, alone)], "\n"))
	}
	mails = append(mails, list[alone:]...)
	c := mailbox(t, h, account)
	if err := c.Create("Vectors", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	for i, v := range mails {
		raw := fmt.Sprintf("From: Mallory <mallory@evil.example>\r\nTo: %s\r\nSubject: vector %d\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n",
			account, i, wrapped([]byte(fmt.Sprintf("<p>mark-%d.</p>%s", i, v))))
		w := c.Append("Vectors", int64(len(raw)), nil)
		if _, err := w.Write([]byte(raw)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	return len(mails)
}

// wrapped is base64 in lines.
func wrapped(b []byte) string {
	var out strings.Builder
	for text := base64.StdEncoding.EncodeToString(b); text != ""; {
		n := min(76, len(text))
		out.WriteString(text[:n] + "\r\n")
		text = text[n:]
	}
	return out.String()
}
