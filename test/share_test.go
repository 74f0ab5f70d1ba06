package test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/role/admin"
)

const sharePolicy = `version = 1

[[rule]]
name = "once"
direction = "outbound"
when = 'subject contains "once"'
action = "secure-link"
opens = 1
code = false

[[rule]]
name = "short"
direction = "outbound"
when = 'subject contains "short"'
action = "secure-link"
for = "8s"
code = false

[[rule]]
name = "files by link"
direction = "outbound"
when = 'any(attachments, true)'
action = "secure-link"
`

var (
	shareLink  = regexp.MustCompile(`https://desk\.localhost:\d+/f/#[A-Za-z0-9_-]+`)
	mailedCode = regexp.MustCompile(`\n    (\d{6})\r?\n`)
)

// sheet is bytes that no text is.
var sheet = bytes.Repeat([]byte{0, 1, 2, 0xff, 0xfe, '\r', '\n', 'S'}, 4000)

// mailWithFiles is a mail with a text, a page, two files, and a picture that the page shows.
func mailWithFiles(from, to, subject string) []byte {
	return []byte("From: " + from + "\r\nTo: " + to + "\r\nSubject: " + subject + "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n" +
		"--m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Please find the plan.<img src=\"cid:logo\"></p>\r\n" +
		"--r\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--r--\r\n" +
		"--m\r\nContent-Type: application/octet-stream; name=\"plan.bin\"\r\nContent-Disposition: attachment; filename=\"plan.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		wrapped(base64.StdEncoding.EncodeToString(sheet)) +
		"--m\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename*=utf-8''%E8%A6%8B%E7%A9%8D.csv\r\n\r\na,b\r\n1,2\r\n--m--\r\n")
}

// wrapped breaks base64 as RFC 2045 section 6.8 wants it.
func wrapped(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s + "\r\n"
}

// shareHouse is a demonstration whose mails with files leave by links, with a customer more.
func shareHouse(t *testing.T, policy string) *House {
	t.Helper()
	h := NewHouse(t, 0, false)
	file := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(file, []byte(policy), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "mori.example", "--set", file)
	h.Run("contract", "add", "Hoshi", "--language", "ja")
	h.Run("domain", "add", "Hoshi", "hoshi.example")
	var a admin.Account
	if err := json.Unmarshal([]byte(h.Run("account", "add", "yui@hoshi.example", "--json")), &a); err != nil {
		t.Fatal(err)
	}
	h.Ready.Accounts = append(h.Ready.Accounts, Account{Address: "yui@hoshi.example", AppPassword: a.AppPassword})
	return h
}

// received is the one mail with a subject in a mailbox.
func received(t *testing.T, h *House, who, subject string) string {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		for _, b := range bodies(t, mailbox(t, h, who), "INBOX") {
			if strings.Contains(b, "Subject: "+subject) {
				return b
			}
		}
	}
	t.Fatalf("%s has no mail %q", who, subject)
	return ""
}

// linked is the link of somebody's copy, parted at the "#".
func linked(t *testing.T, h *House, who, subject string) (origin, token string) {
	t.Helper()
	body := texts(t, received(t, h, who, subject))
	all := shareLink.FindAllString(body, -1)
	slices.Sort(all)
	if all = slices.Compact(all); len(all) != 1 {
		t.Fatalf("links %q in %s", all, body)
	}
	origin, token, _ = strings.Cut(all[0], "/f/#")
	return origin, token
}

func shares(t *testing.T, h *House) []admin.Share {
	t.Helper()
	var list []admin.Share
	if err := json.Unmarshal([]byte(h.Run("share", "list", "mori.example", "--json")), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// codeFor asks for a code and reads it from its mail.
func codeFor(t *testing.T, h *House, v *Visitor, token, who string) string {
	t.Helper()
	v.Want(200, "POST", "/desk/share/code", map[string]string{"token": token})
	m := mailedCode.FindStringSubmatch(awaited(t, h, who, "ann@mori.example", "This is the code", "確認コード"))
	if m == nil {
		t.Fatal("no code in the mail")
	}
	return m[1]
}

// Files leave by a link: each recipient has his own, a code goes to his address, and with it he has the same bytes; all of it is in the log,
// and nothing is left when the sender's side stops it.
func TestSecureLink(t *testing.T) {
	h := shareHouse(t, sharePolicy)
	for _, to := range []string{"yui@hoshi.example", "sato@mori.example"} {
		if err := submit(t, h, "ann@mori.example", to, mailWithFiles("ann@mori.example", to, "plan")); err != nil {
			t.Fatal(err)
		}
	}
	mail := received(t, h, "yui@hoshi.example", "plan")
	body := texts(t, mail)
	if strings.Contains(mail, "filename") || strings.Contains(body, "a,b") || !strings.Contains(body, "Please find") || !strings.Contains(mail, "Content-ID: <logo>") || !strings.Contains(body, "plan.bin") || !strings.Contains(body, "https://desk.") {
		t.Fatalf("the mail: %s\n%s", mail, body)
	}
	origin, token := linked(t, h, "sato@mori.example", "plan")
	if _, other := linked(t, h, "yui@hoshi.example", "plan"); other == token {
		t.Fatal("two recipients have one link")
	}
	v := h.Visit(origin)
	v.Want(200, "GET", "/f/", nil)
	v.Want(405, "GET", "/desk/share/open", nil)
	v.Want(404, "POST", "/desk/share", map[string]string{"token": token[:len(token)-6] + "AAAAAA"})
	for range 3 { // looking changes nothing
		seen := v.Want(200, "POST", "/desk/share", map[string]string{"token": token})
		if seen.Body["state"] != "open" || seen.Body["code"] != true || seen.Body["files"] != 2.0 || seen.Body["sender"] != "ann@mori.example" || strings.Contains(string(seen.Raw), "plan.bin") {
			t.Fatalf("%s", seen.Raw)
		}
	}
	v.Want(404, "POST", "/desk/look", map[string]string{"token": token})
	v.Want(422, "POST", "/desk/share/open", map[string]string{"token": token, "code": ""})
	code := codeFor(t, h, v, token, "sato@mori.example")
	v.Want(429, "POST", "/desk/share/code", map[string]string{"token": token})
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	if a := v.Want(422, "POST", "/desk/share/open", map[string]string{"token": token, "code": wrong}); !strings.Contains(string(a.Raw), "ten minutes") {
		t.Errorf("%s", a.Raw)
	}
	opened := v.Want(200, "POST", "/desk/share/open", map[string]string{"token": token, "code": code})
	v.Want(422, "POST", "/desk/share/open", map[string]string{"token": token, "code": code}) // a code works once
	word, _ := opened.Body["word"].(string)
	files, _ := opened.Body["files"].([]any)
	if len(files) != 2 || files[1].(map[string]any)["name"] != "見積.csv" {
		t.Fatalf("%s", opened.Raw)
	}
	for i, want := range [][]byte{sheet, []byte("a,b\r\n1,2")} {
		got := v.Want(200, "POST", "/desk/share/file", map[string]any{"token": token, "word": word, "file": i})
		if !bytes.Equal(got.Raw, want) {
			t.Errorf("file %d: %d bytes, not %d", i, len(got.Raw), len(want))
		}
		if d := got.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") || !strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") ||
			got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("Content-Type") != "application/octet-stream" {
			t.Errorf("file %d: %v", i, got.Header)
		}
	}
	v.Want(409, "POST", "/desk/share/file", map[string]any{"token": token, "word": base64.RawURLEncoding.EncodeToString(make([]byte, 16)), "file": 0})
	v.Want(404, "POST", "/desk/share/file", map[string]any{"token": token, "word": word, "file": 2})
	stopShare(t, h, v, token, word)
}

// stopShare reads the log of the one share that was opened, stops it, and finds nothing behind its link.
func stopShare(t *testing.T, h *House, v *Visitor, token, word string) {
	t.Helper()
	var one admin.Share
	for _, s := range shares(t, h) {
		if slices.ContainsFunc(s.To, func(to admin.ShareTo) bool { return to.Address == "sato@mori.example" && to.Opened == 1 }) {
			one = s
		}
	}
	var did []string
	for _, e := range one.Events {
		did = append(did, strings.TrimSpace(fmt.Sprint(e.What, " ", e.File)))
	}
	if want := "code 0,wrong 0,opened 0,downloaded 1,downloaded 2"; strings.Join(did, ",") != want {
		t.Errorf("the log says %q, not %q", did, want)
	}
	if out := h.Run("share", "stop", fmt.Sprint(one.ID)); !strings.Contains(out, "stopped") {
		t.Errorf("%s", out)
	}
	v.Want(404, "POST", "/desk/share", map[string]string{"token": token})
	v.Want(404, "POST", "/desk/share/file", map[string]any{"token": token, "word": word, "file": 0})
	if out := h.Run("trace", one.Trace); !strings.Contains(out, "plan.bin") || !strings.Contains(out, "share-downloaded") || !strings.Contains(out, "share-stopped") {
		t.Errorf("the trace says: %s", out)
	}
	if out, err := h.Try("share", "show", "999999999"); err == nil || !strings.Contains(out, "share list") {
		t.Errorf("%v %s", err, out)
	}
}

// A link that may be opened once opens once; one whose time is over opens nothing, and its files are gone.
func TestSecureLinkEnds(t *testing.T) {
	h := shareHouse(t, sharePolicy)
	for _, subject := range []string{"once", "short"} {
		if err := submit(t, h, "ann@mori.example", "yui@hoshi.example", mailWithFiles("ann@mori.example", "yui@hoshi.example", subject)); err != nil {
			t.Fatal(err)
		}
	}
	origin, once := linked(t, h, "yui@hoshi.example", "once")
	v := h.Visit(origin)
	v.Want(200, "POST", "/desk/share/open", map[string]string{"token": once, "code": ""})
	v.Want(403, "POST", "/desk/share/open", map[string]string{"token": once, "code": ""})
	if a := v.Want(200, "POST", "/desk/share", map[string]string{"token": once}); a.Body["state"] != "used" {
		t.Errorf("%s", a.Raw)
	}
	_, short := linked(t, h, "yui@hoshi.example", "short")
	for end := time.Now().Add(40 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		if slices.ContainsFunc(shares(t, h), func(s admin.Share) bool { return s.State == "expired" }) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("nothing expired: %+v", shares(t, h))
		}
	}
	v.Want(404, "POST", "/desk/share", map[string]string{"token": short})
	v.Want(404, "POST", "/desk/share/open", map[string]string{"token": short, "code": ""})
}

// jmap asks the webmail one thing as who is signed in.
func jmap(t *testing.T, v *Visitor, method string, args map[string]any) map[string]any {
	t.Helper()
	session := v.Want(200, "GET", "/jmap/session", nil)
	args["accountId"] = session.Body["primaryAccounts"].(map[string]any)["urn:ietf:params:jmap:mail"]
	a := v.Want(200, "POST", "/jmap/api", map[string]any{"using": []string{"urn:ietf:params:jmap:core", "urn:sekisho:jmap"}, "methodCalls": []any{[]any{method, args, "0"}}})
	said := a.Body["methodResponses"].([]any)[0].([]any)
	if said[0] != method {
		t.Fatalf("%s: %s", method, a.Raw)
	}
	return said[1].(map[string]any)
}

// The sender sees in the webmail who had his files, and stops them; administrators do in the API; nobody sees or stops another's.
func TestSharedFiles(t *testing.T) {
	h := shareHouse(t, sharePolicy)
	signed := func(address string) *Visitor {
		v := h.Visit(fmt.Sprintf("https://mail.localhost:%d", h.Ready.Ports["https"]))
		for _, a := range h.Ready.Accounts {
			if a.Address == address {
				v.Want(200, "POST", "/auth/password", map[string]string{"address": address, "password": a.Password})
			}
		}
		return v
	}
	for _, subject := range []string{"once", "once more"} {
		if err := submit(t, h, "ann@mori.example", "sato@mori.example", mailWithFiles("ann@mori.example", "sato@mori.example", subject)); err != nil {
			t.Fatal(err)
		}
	}
	origin, token := linked(t, h, "sato@mori.example", "once more")
	v := h.Visit(origin)
	v.Want(200, "POST", "/desk/share/open", map[string]string{"token": token, "code": ""})
	ann, sato := signed("ann@mori.example"), signed("sato@mori.example")
	list := jmap(t, ann, "Share/get", map[string]any{"ids": nil})["list"].([]any)
	if len(list) != 2 {
		t.Fatalf("%v", list)
	}
	first := list[0].(map[string]any) // the newest
	if events := first["events"].([]any); len(events) != 1 || events[0].(map[string]any)["what"] != "opened" || first["to"].([]any)[0].(map[string]any)["opened"] != 1.0 {
		t.Errorf("%v", first)
	}
	stop := map[string]any{first["id"].(string): map[string]any{"state": "stopped"}}
	if got := jmap(t, sato, "Share/get", map[string]any{"ids": nil}); len(got["list"].([]any)) != 0 {
		t.Errorf("the recipient sees the sender's: %v", got)
	}
	if got := jmap(t, sato, "Share/set", map[string]any{"update": stop}); got["notUpdated"] == nil {
		t.Errorf("the recipient stops it: %v", got)
	}
	if got := jmap(t, ann, "Share/set", map[string]any{"update": stop}); got["updated"] == nil {
		t.Errorf("%v", got)
	}
	v.Want(404, "POST", "/desk/share", map[string]string{"token": token})
	boss := h.employed("admin")
	c := h.console(boss.Address)
	of := fmt.Sprintf("/api/v1/contracts/%d/shares", boss.Contract)
	items := c.Want(200, "GET", of, nil).Body["items"].([]any)
	if len(items) != 2 || items[0].(map[string]any)["state"] != "stopped" || items[1].(map[string]any)["state"] != "open" {
		t.Fatalf("%v", items)
	}
	path := fmt.Sprintf("%s/%.0f/stop", of, items[1].(map[string]any)["id"])
	if got := c.Want(200, "POST", path, nil); got.Body["state"] != "stopped" || !strings.Contains(string(got.Raw), boss.Address) {
		t.Errorf("%s", got.Raw)
	}
	c.Want(404, "POST", of+"/999999999/stop", nil)
}

// A customer's archive has the mail with its files, besides what left.
func TestArchiveOfSharedFiles(t *testing.T) {
	h := NewHouse(t, 0, false)
	file := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(file, []byte(sharePolicy), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "Kawa Works", "--set", file)
	h.Run("contract", "set", "Kawa Works", "--archive")
	raw := mailWithFiles("ken@kawa.example", "ann@mori.example", "plan")
	if err := submit(t, h, "ken@kawa.example", "ann@mori.example", raw); err != nil {
		t.Fatal(err)
	}
	list := archived(t, h)
	if !slices.ContainsFunc(list, func(a admin.Archived) bool { return a.Subject == "plan" && a.Size >= int64(len(raw)) && a.Bad == "" }) {
		t.Errorf("the archive has not the whole mail: %+v", list)
	}
	linked(t, h, "ann@mori.example", "plan")
}
