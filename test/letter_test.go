package test

import (
	"fmt"
	"testing"

	"sekisho/role/admin"
)

// TestLetters composes and sends ordinary mails through webmail, as its app does: none is taken for an attack,
// and none is kept back; few are marked.
func TestLetters(t *testing.T) {
	n := 500
	if testing.Short() {
		n = 50
	}
	h := NewHouse(t, 0, false)
	b := NewBrowser(t, h)
	for _, a := range h.Ready.Accounts {
		if a.Address == "ann@mori.example" {
			if status, out := b.SignIn("mail", a.Address, a.Password); status != 200 {
				t.Fatalf("%d %v", status, out)
			}
		}
	}
	_, session, _ := b.Ask("mail", "GET", "/jmap/session", nil)
	account := session["primaryAccounts"].(map[string]any)["urn:ietf:params:jmap:mail"].(string)
	call := func(calls ...[]any) []any {
		t.Helper()
		status, out, _ := b.Ask("mail", "POST", "/jmap/api", map[string]any{"methodCalls": calls,
			"using": []string{"urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail", "urn:ietf:params:jmap:submission"}})
		if status != 200 {
			t.Fatalf("%d %v", status, out)
		}
		return out["methodResponses"].([]any)
	}
	list := func(name string) []any {
		return call([]any{name, map[string]any{"accountId": account}, "0"})[0].([]any)[1].(map[string]any)["list"].([]any)
	}
	identity := list("Identity/get")[0].(map[string]any)["id"]
	drafts := ""
	for _, m := range list("Mailbox/get") {
		if m := m.(map[string]any); m["role"] == "drafts" {
			drafts = m["id"].(string)
		}
	}
	for i, l := range Letters(n) {
		got := call([]any{"Email/set", map[string]any{"accountId": account, "create": map[string]any{"m": map[string]any{
			"mailboxIds": map[string]bool{drafts: true}, "keywords": map[string]bool{"$draft": true},
			"from": []any{map[string]any{"email": "ann@mori.example", "name": "Ann Mori"}}, "to": []any{map[string]any{"email": "sato@mori.example"}},
			"subject": l.Subject, "textBody": []any{map[string]any{"partId": "t", "type": "text/plain"}}, "htmlBody": []any{map[string]any{"partId": "h", "type": "text/html"}},
			"bodyValues": map[string]any{"t": map[string]any{"value": l.Text}, "h": map[string]any{"value": l.HTML}}}}}, "0"},
			[]any{"EmailSubmission/set", map[string]any{"accountId": account, "create": map[string]any{"s": map[string]any{"identityId": identity, "emailId": "#m"}}}, "1"})
		for k, r := range got {
			if made := fmt.Sprint(r.([]any)[1].(map[string]any)["created"]); made == "<nil>" || made == "map[]" {
				t.Fatalf("letter %d %q, call %d: %v", i, l.Subject, k, r)
			}
		}
	}
	delivered, marked := 0, 0
	for _, x := range Ask[[]admin.Trace](t, h.Socket(), "trace", admin.Query{Most: 10_000}) {
		if x.From != "ann@mori.example" || x.Recipient != "sato@mori.example" {
			continue
		}
		delivered++
		if x.Fate != "mailbox" {
			t.Errorf("%s: %s by rule %q: %s", x.Trace, x.Fate, x.Rule, x.Reason)
		}
		if x.Rule != "" {
			marked++
		}
	}
	t.Logf("%d letters composed, sent and delivered; %d of them marked by a rule", delivered, marked)
	if marked*50 > delivered {
		t.Errorf("%d of %d ordinary letters are marked", marked, delivered)
	}
	if delivered < n {
		t.Errorf("%d of %d letters are in the trace", delivered, n)
	}
}
