package test

import (
	"strings"
	"testing"
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
