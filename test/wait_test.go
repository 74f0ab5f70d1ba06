package test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Mail that somebody sends with a mail program waits as his settings have it, without a notice; what a rule keeps longer waits for the rule. Taken
// back, it is a draft of his.
func TestOwnMailWaits(t *testing.T) {
	h := NewHouse(t, 0, false)
	if out, err := h.Try("account", "set", "ann@mori.example", "--wait", "5"); err == nil || !strings.Contains(out, "contract set --wait") {
		t.Fatalf("nobody allowed it: %v %s", err, out)
	}
	h.Run("contract", "set", "Mori Trading", "--wait", "60")
	if out, err := h.Try("account", "set", "ann@mori.example", "--wait", "61"); err == nil || !strings.Contains(out, "at most 60 minutes") {
		t.Fatalf("longer than allowed: %v %s", err, out)
	}
	h.Run("account", "set", "ann@mori.example", "--wait", "30", "--wait-for", "outside")
	for _, to := range []string{"sato@mori.example", "suzuki@there.example"} {
		if err := submit(t, h, "ann@mori.example", to, message("ann@mori.example", to, "plan for "+to, 500)); err != nil {
			t.Fatal(err)
		}
	}
	if got := bodies(t, mailbox(t, h, "sato@mori.example"), "INBOX"); !has(got, "plan for sato@") {
		t.Errorf("mail inside waits: %v", got)
	}
	out := h.Run("hold", "list")
	if !strings.Contains(out, "suzuki@there.example") || strings.Contains(out, "sato@mori.example") {
		t.Fatalf("%s", out)
	}
	if all := notices(t, h, "ann@mori.example"); len(all) != 0 {
		t.Errorf("she was told what she asked for: %q", all)
	}
	v := signedIn(t, h, "ann@mori.example")
	list := v("Kept/get", map[string]any{"ids": nil})["list"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["recipient"] != "suzuki@there.example" {
		t.Fatalf("%v", list)
	}
	if got := v("Kept/set", map[string]any{"update": map[string]any{list[0].(map[string]any)["id"].(string): map[string]any{"do": "cancel"}}}); got["notUpdated"] != nil && len(got["notUpdated"].(map[string]any)) > 0 {
		t.Fatalf("%v", got)
	}
	if drafts := bodies(t, mailbox(t, h, "ann@mori.example"), "Drafts"); len(drafts) != 1 || !has(drafts, "plan for suzuki@") {
		t.Errorf("what was taken back is no draft: %v", drafts)
	}
}

// A rule's time and the sender's own: the longer one counts.
func TestLongerWaitWins(t *testing.T) {
	h := NewService(t, Setting{Zone: "there.example. TXT \"v=spf1 -all\"\n"})
	file := filepath.Join(t.TempDir(), "policy.toml")
	rules := strings.NewReplacer("\"6s\"", "\"10m\"", "\"delete\"", "\"send\"").Replace(heldPolicy)
	if err := os.WriteFile(file, []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "Mori", "--set", file)
	h.Run("contract", "set", "Mori", "--wait", "60")
	for _, x := range []struct {
		wait string
		most time.Duration
	}{{"2", 10 * time.Minute}, {"45", 45 * time.Minute}} {
		h.Run("account", "set", "ann@mori.example", "--wait", x.wait)
		begun := time.Now()
		if err := submit(t, h, "ann@mori.example", "suzuki@there.example", message("ann@mori.example", "suzuki@there.example", "price list", 500)); err != nil {
			t.Fatal(err)
		}
		var list []struct {
			ID    uint64    `json:"id"`
			Until time.Time `json:"until"`
			Rule  string    `json:"rule"`
		}
		if err := json.Unmarshal([]byte(h.Run("hold", "list", "--json")), &list); err != nil || len(list) != 1 {
			t.Fatalf("%v %+v", err, list)
		}
		if d := list[0].Until.Sub(begun); d < x.most-time.Minute || d > x.most+time.Minute || list[0].Rule != "wait" {
			t.Errorf("wait %s: until %s after, by %q", x.wait, d, list[0].Rule)
		}
		h.Run("hold", "cancel", fmt.Sprint(list[0].ID))
	}
}

// signedIn is somebody's webmail: it calls a method and gives its answer.
func signedIn(t *testing.T, h *House, address string) func(name string, args map[string]any) map[string]any {
	t.Helper()
	b := NewBrowser(t, h)
	for _, a := range h.Ready.Accounts {
		if a.Address == address {
			if status, out := b.SignIn("mail", a.Address, a.Password); status != 200 {
				t.Fatalf("%d %v", status, out)
			}
		}
	}
	_, session, _ := b.Ask("mail", "GET", "/jmap/session", nil)
	account := session["primaryAccounts"].(map[string]any)["urn:ietf:params:jmap:mail"]
	return func(name string, args map[string]any) map[string]any {
		t.Helper()
		args["accountId"] = account
		status, out, _ := b.Ask("mail", "POST", "/jmap/api", map[string]any{"using": []string{"urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail", "urn:sekisho:jmap"}, "methodCalls": []any{[]any{name, args, "0"}}})
		if status != 200 {
			t.Fatalf("%s: %d %v", name, status, out)
		}
		return out["methodResponses"].([]any)[0].([]any)[1].(map[string]any)
	}
}
