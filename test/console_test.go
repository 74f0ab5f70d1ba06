package test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
)

// console signs somebody of the demonstration in at the console's host.
func (h *House) console(address string) *Visitor {
	h.t.Helper()
	v := h.Visit(fmt.Sprintf("https://console.localhost:%d", h.Ready.Ports["https"]))
	for _, a := range h.Ready.Accounts {
		if a.Address == address {
			v.Want(200, "POST", "/auth/password", map[string]string{"address": address, "password": a.Password})
			return v
		}
	}
	h.t.Fatalf("no account %s", address)
	return nil
}

// employed is the first account of the demonstration with a duty.
func (h *House) employed(duty string) Account {
	h.t.Helper()
	for _, a := range h.Ready.Accounts {
		if a.Role == duty {
			return a
		}
	}
	h.t.Fatalf("nobody is %s in %+v", duty, h.Ready.Accounts)
	return Account{}
}

// Administration over the real thing: browser, edge, console, store and vault, each confined. An administrator finds out why a mail
// is in quarantine, looks at it and releases it; he adds somebody, who can sign in; he sees what was changed. Nobody else's things.
func TestConsole(t *testing.T) {
	h := NewHouse(t, 0, true)
	boss := h.employed("admin")
	v := h.console(boss.Address)
	of := fmt.Sprintf("/api/v1/contracts/%d", boss.Contract)
	me := v.Want(200, "GET", "/api/v1/me", nil)
	if me.Body["role"] != "contract-admin" || me.Body["fresh"] != true {
		t.Errorf("%s", me.Raw)
	}
	list := v.Want(200, "GET", of+"/kept/quarantine", nil)
	items, _ := list.Body["items"].([]any)
	if len(items) == 0 {
		t.Fatalf("nothing in quarantine: %s", list.Raw)
	}
	first := items[0].(map[string]any)
	why := v.Want(200, "GET", of+"/traces/"+first["trace"].(string), nil)
	if !bytes.Contains(why.Raw, []byte(`"decision/quarantine"`)) {
		t.Errorf("%s", why.Raw)
	}
	kept := fmt.Sprintf("%s/kept/quarantine/%.0f", of, first["id"])
	if seen := v.Want(200, "POST", kept+"/look", nil); seen.Body["subject"] == "" || len(seen.Body["digest"].(string)) != 64 {
		t.Errorf("%s", seen.Raw)
	}
	v.Want(200, "POST", kept+"/decide", map[string]string{"do": "release"})
	v.Want(404, "POST", kept+"/decide", map[string]string{"do": "release"})
	if inbox := bodies(t, mailbox(t, h, first["recipient"].(string)), "INBOX"); len(inbox) == 0 {
		t.Error("what was released is in no mailbox")
	}

	inForce := v.Want(200, "GET", of+"/policy", nil)
	v.Want(200, "PUT", of+"/policy", map[string]string{"text": "version = 1\n"})
	if back := v.Want(200, "POST", of+"/policy/undo", nil); back.Body["text"] != inForce.Body["text"] {
		t.Errorf("%s", back.Raw)
	}

	_, domain, _ := strings.Cut(boss.Address, "@")
	made := v.Want(201, "POST", of+"/accounts", map[string]any{"address": "new@" + domain, "name": "新人"})
	h.Ready.Accounts = append(h.Ready.Accounts, Account{Address: "new@" + domain, Password: made.Body["password"].(string)})
	if path := made.Header.Get("Location"); !strings.HasPrefix(path, of+"/accounts/") {
		t.Errorf("location %q", path)
	}
	newcomer := h.console("new@" + domain)
	newcomer.Want(403, "GET", of+"/accounts", nil)
	if changes := v.Want(200, "GET", of+"/changes", nil); !bytes.Contains(changes.Raw, []byte("new@"+domain)) {
		t.Errorf("%s", changes.Raw)
	}
	file := v.Want(200, "GET", of+"/accounts?format=csv", nil)
	if !bytes.Contains(file.Raw, []byte("new@"+domain)) || !strings.Contains(file.Header.Get("Content-Disposition"), "attachment") || file.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v %s", file.Header, file.Raw)
	}
	other := boss.Contract + 1
	if boss.Contract > 1 {
		other = boss.Contract - 1
	}
	for _, path := range []string{"", "/accounts", "/traces", "/policy", "/kept/hold"} {
		v.Want(404, "GET", fmt.Sprintf("/api/v1/contracts/%d%s", other, path), nil)
	}
	v.Want(403, "GET", "/api/v1/ledger", nil)
	if doc := h.Visit(v.Origin).Want(200, "GET", "/api/v1/openapi.json", nil); doc.Body["openapi"] != "3.1.0" {
		t.Errorf("%v", doc.Body["openapi"])
	}

	rules := "version = 1\n\n[[rule]]\nname = \"prices\"\ndirection = \"outbound\"\nwhen = 'subject matches \"(?i)price|見積\" && outside > 0 && !known || \"sales\" in sender_groups'\naction = \"approve\"\nreason = \"<b>SELECT</b> * FROM prices; -- it's \\\"quoted\\\"\"\n"
	sample := base64.StdEncoding.EncodeToString([]byte("From: <a@b.example>\r\nSubject: =?UTF-8?B?6KaL56mN?= 7\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>' OR 1=1 -- ../../etc/passwd ${jndi:ldap://x}\r\n"))
	tried := v.Want(200, "POST", of+"/policy/test", map[string]any{"text": rules, "message": sample, "direction": "outbound", "sender": boss.Address, "recipient": "x@there.example"})
	if tried.Body["mails"] != 1.0 {
		t.Errorf("%s", tried.Raw)
	}
	v.Want(200, "PUT", of+"/policy", map[string]any{"text": rules})
	if got := v.Want(200, "GET", of+"/policy", nil); got.Body["text"] != rules {
		t.Errorf("%s", got.Raw)
	}
	var file100 bytes.Buffer
	file100.WriteString("アドレス,氏名\r\n")
	for i := range 100_000 {
		fmt.Fprintf(&file100, "person%d@%s,\"名前 <script> %d\"\r\n", i, domain, i)
	}
	if a := v.Want(200, "POST", of+"/imports", map[string]any{"csv": base64.StdEncoding.EncodeToString(file100.Bytes())}); a.Body["rows"] != 100_000.0 || len(a.Body["errors"].([]any)) != 0 {
		t.Errorf("%s", a.Raw)
	}
	v.Want(200, "GET", of+"/traces?search=o%27brien%2Bx@there.example&from=2026-01-01T00:00:00Z", nil)

	op := h.console(h.employed("operator").Address)
	if l := op.Want(200, "GET", "/api/v1/ledger", nil); l.Body["failure"] != nil || l.Body["entries"].(float64) < 10 {
		t.Errorf("%s", l.Raw)
	}
	if l := op.Want(200, "GET", "/api/v1/contracts", nil); l.Body["total"].(float64) < 3 {
		t.Errorf("%s", l.Raw)
	}
	op.Want(403, "GET", of+"/traces", nil)
	g := op.Want(201, "POST", of+"/grants", map[string]any{"reason": "the customer's ticket 42"})
	v.Want(200, "POST", fmt.Sprintf("%s/grants/%.0f/decide", of, g.Body["id"]), map[string]string{"do": "approve"})
	op.Want(200, "GET", of+"/traces", nil)
	if a := v.Want(200, "GET", of+"/accesses", nil); !bytes.Contains(a.Raw, []byte("operator@")) {
		t.Errorf("%s", a.Raw)
	}
	awaited(t, h, boss.Address, "operator@", "42")

	robot := v.Want(201, "POST", "/api/v1/tokens", map[string]any{"name": "robot", "scopes": []string{"account:view"}, "expires": time.Now().Add(time.Hour)})
	p := h.Visit(v.Origin)
	p.Bearer = robot.Body["secret"].(string)
	p.Want(200, "GET", of+"/accounts", nil)
	p.Want(403, "GET", of+"/traces", nil)
	p.Want(403, "POST", of+"/accounts", map[string]any{"address": "robot@" + domain})
	v.Want(204, "DELETE", "/api/v1/tokens/"+robot.Body["id"].(string), nil)
	p.Want(401, "GET", of+"/accounts", nil)
	v.Want(200, "POST", "/auth/sign-out", nil)
	v.Want(401, "GET", "/api/v1/me", nil)
}

// Desk over the real thing: a mail is held, its sender opens the link in the notice and cancels.
func TestDesk(t *testing.T) {
	h := NewHouse(t, 0, true)
	var notice, link string
	for end := time.Now().Add(30 * time.Second); link == "" && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		for _, a := range h.Ready.Accounts {
			if a.AppPassword == "" {
				continue
			}
			for _, n := range notices(t, h, a.Address) {
				if i := strings.Index(n, "https://desk."); i >= 0 {
					notice, link = n, strings.Fields(n[i:])[0]
				}
			}
		}
	}
	if link == "" {
		t.Fatal("nobody was told of the demonstration's held mail")
	}
	origin, token, ok := strings.Cut(link, "/#")
	if !ok || origin != fmt.Sprintf("https://desk.localhost:%d", h.Ready.Ports["https"]) {
		t.Fatalf("%s in %s", link, notice)
	}
	v := h.Visit(origin)
	v.Want(404, "POST", "/desk/look", map[string]string{"token": token[:len(token)-4] + "AAAA"})
	seen := v.Want(200, "POST", "/desk/look", map[string]string{"token": token})
	if seen.Body["purpose"] != "hold" || len(seen.Body["waiting"].([]any)) == 0 {
		t.Fatalf("%s", seen.Raw)
	}
	time.Sleep(1100 * time.Millisecond)
	done := v.Want(200, "POST", "/desk/act", map[string]any{"token": token, "act": seen.Body["act"], "do": "cancel", "confirm": seen.Body["task"]})
	if done.Body["won"] != true {
		t.Errorf("%s", done.Raw)
	}
	if out := h.Run("hold", "list"); strings.Contains(out, seen.Body["waiting"].([]any)[0].(string)) {
		t.Errorf("still held: %s", out)
	}
	v.Want(200, "POST", "/desk/inquiry", map[string]string{"domain": "never.example", "name": "Ueda", "reply": "ueda@there.example"})
	v.Want(405, "GET", "/desk/look", nil)
}
