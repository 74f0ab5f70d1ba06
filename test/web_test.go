package test

import (
	"crypto/tls"
	"encoding/base64"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestWebSignIn goes through the real processes: the password sealed by the page, a cookie, requests that reach the roles behind,
// a proof that gets old, and the end of the session.
func TestWebSignIn(t *testing.T) {
	h := NewHouse(t, nobody, false)
	ann := h.Ready.Accounts[1]
	b := NewBrowser(t, h)
	if status, _, _ := b.Ask("mail", "GET", "/jmap/session", nil); status != 401 {
		t.Errorf("without a session: %d", status)
	}
	wrong, bad := b.SignIn("mail", ann.Address, "wrong horse")
	unknown, nobody := b.SignIn("mail", "nobody@mori.example", ann.Password)
	if wrong != 401 || unknown != 401 || bad["detail"] != nobody["detail"] || bad["type"] != "urn:sekisho:problem:sign-in-failed" {
		t.Errorf("%d %v, %d %v", wrong, bad, unknown, nobody)
	}
	typed := b.Seal("mail", ann.Password)
	if status, out, _ := b.Ask("mail", "POST", "/auth/password", map[string]any{"address": ann.Address, "password": typed}); status != 200 || out["next"] != "done" {
		t.Fatalf("%d %v\n%s", status, out, h.Log())
	}
	if status, _, _ := NewBrowser(t, h).Ask("mail", "POST", "/auth/password", map[string]any{"address": ann.Address, "password": typed}); status != 409 {
		t.Errorf("what the page sealed, sent again by somebody who saw it: %d", status)
	}
	_, s, _ := b.Ask("mail", "GET", "/auth/session", nil)
	if s["signedIn"] != true || s["address"] != ann.Address || s["fresh"] != true {
		t.Errorf("%v", s)
	}
	if status, _, _ := b.Ask("mail", "GET", "/jmap/session", nil); status == 401 || status == 403 || status >= 500 {
		t.Errorf("JMAP with a session: %d", status)
	}
	if status, _, _ := b.Ask("mail", "GET", "/jmap/session", nil, "Sec-Fetch-Site", "cross-site"); status != 403 {
		t.Errorf("from another site: %d", status)
	}
	if _, s, _ := b.Ask("console", "GET", "/auth/session", nil); s["signedIn"] != false {
		t.Error("one origin's cookie signs in at another")
	}
	status, app, _ := b.Ask("mail", "POST", "/auth/app-passwords", map[string]any{"label": "script", "protocols": []string{"jmap"}})
	if status != 200 {
		t.Fatalf("an app password: %d %v", status, app)
	}
	program := NewBrowser(t, h)
	basic := func(secret string) int {
		auth := "Basic " + base64.StdEncoding.EncodeToString([]byte(ann.Address+":"+secret))
		status, _, _ := program.Ask("mail", "GET", "/jmap/session", nil, "Authorization", auth)
		return status
	}
	if status := basic(app["secret"].(string)); status == 401 || status >= 500 {
		t.Errorf("a program with its app password: %d", status)
	}
	if status := basic(ann.Password); status != 401 {
		t.Errorf("a program with the main password: %d", status)
	}
	if status, _, _ := b.Ask("mail", "DELETE", "/auth/app-passwords/"+app["id"].(string), nil); status != 200 {
		t.Errorf("revoking: %d", status)
	}
	if status := basic(app["secret"].(string)); status != 401 {
		t.Errorf("a revoked app password: %d", status)
	}
	if status, out := NewBrowser(t, h).SignIn("mail", ann.Address, ann.Password); status != 200 {
		t.Errorf("another device: %d %v", status, out)
	}
	warned := func(subject string) bool {
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
			if has(bodies(t, mailbox(t, h, ann.Address), "INBOX"), mime.BEncoding.Encode("utf-8", subject)) {
				return true
			}
		}
		return false
	}
	for _, subject := range []string{"新しい端末からのサインイン", "サインイン方法が変更されました"} {
		if !warned(subject) {
			t.Errorf("the owner was not told: %s", subject)
		}
	}
	cookies := b.Jar.Cookies(mustURL(t, b.Origin("mail")))
	if status, _, _ := b.Ask("mail", "POST", "/auth/sign-out", map[string]any{}); status != 200 {
		t.Errorf("signing out: %d", status)
	}
	var line []string
	for _, c := range cookies {
		line = append(line, c.Name+"="+c.Value)
	}
	if status, _, _ := program.Ask("mail", "GET", "/jmap/session", nil, "Cookie", strings.Join(line, "; ")); status != 401 {
		t.Errorf("a copy of the cookie after signing out: %d", status)
	}
	if log := h.Log(); strings.Contains(log, ann.Password) || strings.Contains(log, "ALERT") {
		t.Errorf("the log has a password or an alert:\n%s", log)
	}
}

// TestWebPages: each origin serves its own app with its own policy, over HTTP/2.
func TestWebPages(t *testing.T) {
	h := NewHouse(t, nobody, false)
	b := NewBrowser(t, h)
	for _, host := range []string{"mail", "console", "desk", "content"} {
		q, err := http.NewRequest("GET", b.Origin(host)+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		a, err := b.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, a.Body)
		a.Body.Close()
		csp := a.Header.Get("Content-Security-Policy")
		if a.StatusCode != 200 || a.ProtoMajor != 2 || !strings.Contains(csp, "default-src 'none'") || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d %s %v", host, a.StatusCode, a.Proto, a.Header)
		}
		if framed := host == "content"; framed != strings.Contains(csp, "frame-ancestors https://mail.localhost") {
			t.Errorf("%s: %s", host, csp)
		}
	}
	if _, err := tls.Dial("tcp", h.Port("https"), &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10, InsecureSkipVerify: true}); err == nil {
		t.Error("TLS 1.1 was spoken")
	}
}

func mustURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
