package test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sekisho/role/admin"
)

const heldPolicy = `version = 1
[[rule]]
name = "wait"
direction = "outbound"
when = 'subject contains "price"'
action = "hold"
for = "6s"
at_end = "delete"
reason = "prices go out after a moment"
[[rule]]
name = "word"
direction = "outbound"
when = 'subject contains "names"'
action = "approve"
reason = "personal data"
`

// notices are the mails of the house itself in a mailbox, as people read them.
func notices(t testing.TB, h *House, who string) []string {
	t.Helper()
	var out []string
	for _, raw := range bodies(t, mailbox(t, h, who), "INBOX") {
		if head, body, ok := strings.Cut(raw, "\r\n\r\n"); ok && strings.Contains(head, "Auto-Submitted: auto-generated") {
			text, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\r\n", ""))
			if err != nil {
				t.Fatalf("%v in %s", err, raw)
			}
			out = append(out, head+"\n"+string(text))
		}
	}
	return out
}

// awaited waits until one of somebody's notices has all the words.
func awaited(t testing.TB, h *House, who string, words ...string) string {
	t.Helper()
	var all []string
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		all = notices(t, h, who)
		for _, n := range all {
			found := true
			for _, w := range words {
				found = found && strings.Contains(n, w)
			}
			if found {
				return n
			}
		}
	}
	t.Fatalf("no notice to %s with %q, but %q", who, words, all)
	return ""
}

// Who sent a mail that is held is told so within seconds, without its content, with a link; and how it ended. What waits for
// approval is told to those who may approve, too.
func TestHeldMailIsTold(t *testing.T) {
	h := NewService(t, Setting{Zone: "there.example. TXT \"v=spf1 -all\"\n"})
	file := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(file, []byte(heldPolicy), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "Mori", "--set", file)
	h.Run("account", "set", "sato@mori.example", "--role", "approver")
	if err := submit(t, h, "ann@mori.example", "suzuki@there.example", message("ann@mori.example", "suzuki@there.example", "price list", 500)); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	held := awaited(t, h, "ann@mori.example", "Your mail is on hold until", "Subject: price list", "suzuki@there.example", "https://desk.", "/#", "It is deleted then", "prices go out")
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("told after %s", took)
	}
	if strings.Contains(held, "meeting") {
		t.Errorf("the text of the mail is in the notice: %s", held)
	}
	awaited(t, h, "ann@mori.example", "Your mail was deleted at", "suzuki@there.example", "end of time")
	if err := submit(t, h, "ann@mori.example", "suzuki@there.example", message("ann@mori.example", "suzuki@there.example", "names", 500)); err != nil {
		t.Fatal(err)
	}
	told := awaited(t, h, "sato@mori.example", "ann@mori.example", "waits for your decision", "https://desk.")
	if strings.Contains(told, "names") || strings.Contains(told, "meeting") {
		t.Errorf("content in a notice to an approver: %s", told)
	}
	awaited(t, h, "ann@mori.example", "It leaves when somebody with that duty has approved it")
	var kept []admin.Kept
	if err := json.Unmarshal([]byte(h.Run("hold", "list", "--json")), &kept); err != nil || len(kept) != 1 || kept[0].AtEnd != "delete" {
		t.Errorf("%v %+v", err, kept)
	}
}
