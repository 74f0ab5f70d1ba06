package test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// browse reads the mail in webmail, looks into the console, signs out everywhere, and waits until the processes of the web have
// had a rest: then nothing of it may be left in them.
func browse(t *testing.T, h *House, words map[string]string) {
	t.Helper()
	secret := map[string]string{}
	for _, a := range h.Ready.Accounts {
		secret[a.Address] = a.Password
	}
	b := NewBrowser(t, h)
	if status, out := b.SignIn("mail", "ann@mori.example", secret["ann@mori.example"]); status != 200 {
		t.Fatalf("%d %v", status, out)
	}
	_, session, _ := b.Ask("mail", "GET", "/jmap/session", nil)
	account := session["primaryAccounts"].(map[string]any)["urn:ietf:params:jmap:mail"]
	_, page, _ := b.Ask("mail", "POST", "/jmap/api", map[string]any{"using": []string{"urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail", "urn:sekisho:jmap"}, "methodCalls": []any{
		[]any{"Email/query", map[string]any{"accountId": account, "limit": 20}, "0"},
		[]any{"Email/get", map[string]any{"accountId": account, "#ids": map[string]any{"resultOf": "0", "name": "Email/query", "path": "/ids"},
			"properties": []string{"subject", "bodyValues", "textBody", "preview"}, "fetchTextBodyValues": true}, "1"},
		[]any{"Email/render", map[string]any{"accountId": account, "#ids": map[string]any{"resultOf": "0", "name": "Email/query", "path": "/ids"}, "language": "en"}, "2"}}})
	text, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"subject", "body"} {
		if !strings.Contains(string(text), words[what]) {
			t.Fatalf("webmail did not show the %s: nothing would be proved about it: %.1000s", what, text)
		}
	}
	if status, out := b.SignIn("mail", "ann@mori.example", "wrong horse "+marker("typo")); status != 401 && status != 403 && status != 422 {
		t.Errorf("a wrong password: %d %v", status, out)
	}
	b.Ask("mail", "POST", "/auth/sign-out", map[string]any{})
	if status, out := b.SignIn("console", "sato@mori.example", secret["sato@mori.example"]); status != 200 {
		t.Fatalf("%d %v", status, out)
	}
	if status, me, _ := b.Ask("console", "GET", "/api/v1/me", nil); status != 200 {
		t.Fatalf("%d %v", status, me)
	}
	b.Ask("console", "POST", "/auth/sign-out", map[string]any{})
	b.CloseIdleConnections()
	time.Sleep(6 * time.Second)
}
