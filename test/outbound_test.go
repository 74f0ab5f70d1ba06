package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sekisho/role/admin"
)

const outboundPolicy = `version = 1

[[rule]]
name = "few"
direction = "outbound"
action = "bcc-outside"
text = "2"

[[rule]]
name = "second pair of eyes"
direction = "outbound"
when = 'outside > 0 && importance != "high"'
action = "approve"
stages = [["supervisor"], ["group:legal"]]
remind = "1h"
escalate = "2h"
escalate_to = ["ito@mori.example"]
reason = "mail to the outside takes two words"
`

// Mail to the outside waits for the sender's supervisor, told by mail, and what an approver sees is what leaves; urgent mail does not wait;
// nobody outside reads whom else it went to.
func TestWordsBeforeSending(t *testing.T) {
	h := NewService(t, Setting{Zone: "there.example. TXT \"v=spf1 -all\"\n"})
	file := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(file, []byte(outboundPolicy), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "Mori", "--set", file)
	h.Run("account", "set", "ann@mori.example", "--supervisor", "sato@mori.example")
	if out, err := h.Try("account", "set", "ann@mori.example", "--supervisor", "nobody@mori.example"); err == nil {
		t.Errorf("a supervisor who is not there: %s", out)
	}
	to := []string{"suzuki@there.example", "ito@there.example", "abe@there.example"}
	raw := strings.Replace(string(message("ann@mori.example", to[0], "names", 500)), "To: <"+to[0]+">", "To: "+strings.Join(append(to, "sato@mori.example"), ", "), 1)
	if !strings.Contains(raw, to[2]) {
		t.Fatalf("no such field: %s", raw)
	}
	for _, r := range append(to, "sato@mori.example") {
		if err := submit(t, h, "ann@mori.example", r, []byte(raw)); err != nil {
			t.Fatal(err)
		}
	}
	awaited(t, h, "sato@mori.example", "ann@mori.example", "waits for your decision", "https://desk.")
	for _, b := range bodies(t, mailbox(t, h, "sato@mori.example"), "INBOX") {
		if strings.Contains(b, "Subject: names") && (strings.Contains(b, "@there.example") || !strings.Contains(b, "sato@mori.example")) {
			t.Errorf("addresses outside are shown: %s", b)
		}
	}
	var kept []admin.Kept
	if err := json.Unmarshal([]byte(h.Run("hold", "list", "--json")), &kept); err != nil || len(kept) != 3 || kept[0].AtEnd != "delete" {
		t.Fatalf("%v %+v", err, kept)
	}
	if out := h.Run("account", "delegate", "sato@mori.example", "--to", "ann@mori.example"); !strings.Contains(out, "stands in for") {
		t.Errorf("%s", out)
	}
	h.Run("account", "delegate", "sato@mori.example")
	urgent := append([]byte("Importance: high\r\n"), message("ann@mori.example", to[0], "urgent", 500)...)
	if err := submit(t, h, "ann@mori.example", to[0], urgent); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(h.Run("hold", "list", "--json")), &kept); err != nil || len(kept) != 3 {
		t.Errorf("urgent mail waits: %v %d", err, len(kept))
	}
}
