//go:build redteam

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho"
	"sekisho/config"
	"sekisho/ledger/scope"
	"sekisho/role/admin"
	"sekisho/role/reader"
	"sekisho/seal/key"
	"sekisho/supervise"
	"sekisho/takeover"
	"sekisho/wire"
)

// browser is somebody at work in webmail or console.
type browser struct {
	t    *testing.T
	http *http.Client
	base string
}

func newBrowser(t *testing.T, at, host string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(at)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, &http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true,
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, at)
			}}}, "https://" + net.JoinHostPort(host, port)}
}

// ask makes one request and gives status, headers and body.
func (b *browser) ask(method, path string, question any) (int, http.Header, []byte) {
	b.t.Helper()
	var body io.Reader
	if question != nil {
		text, err := json.Marshal(question)
		if err != nil {
			b.t.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, b.base+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "Origin": b.base, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"} {
		r.Header.Set(name, value)
	}
	got, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return got.StatusCode, got.Header, text
}

// signIn signs in with the main password, sealed as a browser does it.
func (b *browser) signIn(address, password string) {
	b.t.Helper()
	_, _, text := b.ask("GET", "/auth/session", nil)
	var s struct {
		Seal struct{ Key, Challenge string }
	}
	if err := json.Unmarshal(text, &s); err != nil {
		b.t.Fatalf("%v: %s", err, text)
	}
	decode := func(x string) []byte {
		out, err := base64.RawURLEncoding.DecodeString(x)
		if err != nil {
			b.t.Fatal(err)
		}
		return out
	}
	sealed, err := key.SealTyped(decode(s.Seal.Key), decode(s.Seal.Challenge), []byte(password))
	if err != nil {
		b.t.Fatal(err)
	}
	code, _, text := b.ask("POST", "/auth/password", map[string]any{"address": address,
		"password": map[string]string{"challenge": s.Seal.Challenge, "sealed": base64.RawURLEncoding.EncodeToString(sealed)}})
	if code != 200 || !strings.Contains(string(text), "done") {
		b.t.Fatalf("%s: %d %s", address, code, text)
	}
}

// jmap calls one method.
func (b *browser) jmap(name string, arguments map[string]any) (int, string) {
	b.t.Helper()
	code, _, text := b.ask("POST", "/jmap/api", map[string]any{"using": []string{"urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"},
		"methodCalls": []any{[]any{name, arguments, "0"}}})
	return code, string(text)
}

// webHosts are the host names that the attacked service has.
func webHosts() (mail, console string) {
	mail, console, _, _ = config.Defaults().Hosts()
	return mail, console
}

// take has a process behave as one taken over.
func (h attacked) take(t *testing.T, role sekisho.Role, p takeover.Plan) takeover.Loot {
	t.Helper()
	order, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := h.Take(role, 0, order)
	if err != nil {
		t.Fatal(err)
	}
	var l takeover.Loot
	if err := json.Unmarshal(raw, &l); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	for _, x := range l.Got {
		t.Errorf("the intruder got %s", x)
	}
	return l
}

// alerts counts what the supervisor was told about a role since.
func (h attacked) alerts(role sekisho.Role, kind string) (n int) {
	for _, a := range h.Status().Alerts {
		if a.Role == role.String() && a.Kind == kind {
			n++
		}
	}
	return n
}

// TestTakeoverWebmail takes the confined webmail of the running product over. Two people work in it, one of the same contract and
// one of another have signed in before and are not at work: the intruder reads the mail of the two while their tickets last, and
// nothing of the others; what he answers instead of JSON does not reach a browser and is told at once; the scope names exactly
// the mails that he read.
//
//	go test -tags redteam -run Takeover ./cmd/sekisho
func TestTakeoverWebmail(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("not root: the roles of level L3 are taken over")
	}
	h := startAttacked(t, 1)
	if err := os.Symlink(h.at["admin"], adminSocket(h.data)); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	g := &Global{Data: h.data, Out: io.Discard, Err: io.Discard}
	began := time.Now().Add(-time.Minute).UTC()
	people := settle(t, g)
	for _, p := range people {
		for i := range 4 {
			send(t, h.at["submissions"], p, fmt.Sprintf("From: %[1]s\r\nTo: %[1]s\r\nSubject: %[2]d\r\nMessage-ID: <%[2]d.%[1]s>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0900\r\n\r\nsecret %[2]d\r\n", p.Address, i))
		}
	}
	mail, _ := webHosts()
	var at []*browser
	for i, p := range people {
		b := newBrowser(t, h.at["https"], mail)
		b.signIn(p.Address, "correct horse battery")
		at = append(at, b)
		if i == 0 || i == 2 { // at work; the two others only have a session
			if code, text := b.jmap("Mailbox/get", map[string]any{"accountId": mailAccount(b)}); code != 200 || !strings.Contains(text, "inbox") {
				t.Fatalf("%d %s", code, text)
			}
		}
	}
	time.Sleep(20 * time.Millisecond)
	from := time.Now()
	loot := h.take(t, sekisho.Webmail, takeover.Plan{Mails: 3, Replay: true})
	until := time.Now().Add(time.Millisecond)
	if loot.Tickets != 2 || len(loot.Read) != 6 || loot.Refused != 2+6 {
		t.Fatalf("%d tickets, %d mails read, %d refused: the drill itself is wrong", loot.Tickets, len(loot.Read), loot.Refused)
	}
	h.lie(t, at[0], sekisho.Webmail, "GET", "/jmap/session", nil)
	h.breach(t, sekisho.Webmail)

	id := openIncident(t, g, "0-webmail-0", began, read(loot), from, until)
	s := ran[scoped](t, g, &incidentScope{ID: id, caseFlags: caseFlags{Verify: true}, outputs: outputs{Level: "exposed", Lang: "en"}, Sets: true})
	if c := s.Confirmed.Classes["body"]; c.Objects != 6 || c.Accounts != 2 || c.Contracts != 2 || len(s.Confirmed.Classes) != 1 {
		t.Errorf("confirmed: %+v", s.Confirmed)
	}
	want := scope.RunsOf([]uint64{uint64(people[0].ID), uint64(people[2].ID)})
	if got := s.Exposed.Classes["body"].Sets; got == nil || !slices.Equal(got.Accounts, want) {
		t.Errorf("exposed bodies: %+v, want the accounts at work: %v", got, want)
	}
	exact(t, g, id, read(loot), []sekisho.ContractID{people[0].Contract, people[2].Contract, people[3].Contract},
		func(c sekisho.ContractID) bool { return c != people[3].Contract })
}

// mailAccount is the id of the account that a browser is signed in to.
func mailAccount(b *browser) string {
	b.t.Helper()
	code, _, text := b.ask("GET", "/jmap/session", nil)
	var s struct{ PrimaryAccounts map[string]string }
	if err := json.Unmarshal(text, &s); err != nil || code != 200 {
		b.t.Fatalf("%d %v: %s", code, err, text)
	}
	return s.PrimaryAccounts["urn:ietf:params:jmap:mail"]
}

func read(l takeover.Loot) (out []reader.Read) {
	for _, x := range l.Read {
		out = append(out, reader.Read(x))
	}
	return out
}

// lie has the role answer what no browser may get: each time it gets 502, without a word of the answer, and an alert is raised.
func (h attacked) lie(t *testing.T, b *browser, role sekisho.Role, method, path string, question any) {
	t.Helper()
	for _, a := range []wire.WebResponse{
		{Status: 200, Type: "text/html", Body: []byte("<script>stolen()</script>")},
		{Status: 200, Type: "text/html; charset=utf-8", Body: []byte("<form action=https://evil.example>stolen")},
		{Status: 200, Type: "application/javascript", Body: []byte("stolen()")},
		{Status: 200, Type: "image/svg+xml", Body: []byte("<svg onload=stolen()>")},
		{Status: 200, Type: "", Body: []byte("<html>stolen")},
		{Status: 302, Type: "application/json", Body: []byte("{}"), Begun: "https://evil.example/stolen"},
		{Status: 201, Type: "application/json", Body: []byte("{}"), Begun: "//evil.example/stolen"},
		{Status: 200, Type: "application/json\r\nSet-Cookie: stolen=1", Body: []byte("{}")},
		{Status: 101, Type: "application/json", Body: []byte("{}")},
		{Status: 200, Type: "application/json", Body: []byte("<script>stolen()</script>")},
	} {
		before := h.alerts(role, supervise.AlertBreach)
		h.take(t, role, takeover.Plan{Answer: &a})
		code, head, text := b.ask(method, path, question)
		if code != 502 || strings.Contains(string(text), "stolen") || strings.Contains(fmt.Sprint(head), "stolen") || !strings.HasPrefix(head.Get("Content-Type"), "application/problem+json") {
			t.Errorf("%d %q %q reached the browser as %d %v %s", a.Status, a.Type, a.Body, code, head, text)
		}
		if !eventually(func() bool { return h.alerts(role, supervise.AlertBreach) > before }) {
			t.Errorf("%d %q raised no alert", a.Status, a.Type)
		}
	}
	h.take(t, role, takeover.Plan{Honest: true})
	if code, _, text := b.ask(method, path, question); code != 200 {
		t.Errorf("honest again: %d %s", code, text)
	}
}

// breach has the role ask what it may not ask.
func (h attacked) breach(t *testing.T, role sekisho.Role) {
	t.Helper()
	before := h.alerts(role, supervise.AlertBreach)
	h.take(t, role, takeover.Plan{Breach: true})
	if !eventually(func() bool { return h.alerts(role, supervise.AlertBreach) >= before+2 }) {
		t.Errorf("%v asked what it may not ask, and nobody was told", role)
	}
}

func eventually(is func() bool) bool {
	for range 100 {
		if is() {
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

// TestTakeoverConsole takes the confined console over while a contract's administrator works in it: the intruder reaches nothing of
// another contract, opens no mailbox, and nothing but JSON reaches a browser.
func TestTakeoverConsole(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("not root: the roles of level L3 are taken over")
	}
	h := startAttacked(t, 1)
	if err := os.Symlink(h.at["admin"], adminSocket(h.data)); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	g := &Global{Data: h.data, Out: io.Discard, Err: io.Discard}
	people := settle(t, g)
	if _, err := call[admin.Account](g, "account/set", admin.AccountSet{Address: people[0].Address, Role: "admin"}); err != nil {
		t.Fatal(err)
	}
	_, console := webHosts()
	b := newBrowser(t, h.at["https"], console)
	b.signIn(people[0].Address, "correct horse battery")
	if code, _, text := b.ask("GET", "/api/v1/me", nil); code != 200 || !strings.Contains(string(text), people[0].Address) {
		t.Fatalf("%d %s", code, text)
	}
	loot := h.take(t, sekisho.Console, takeover.Plan{Other: people[3].Contract, Replay: true})
	if loot.Tickets != 1 || loot.Refused != 1+5 {
		t.Errorf("%d tickets, %d refused", loot.Tickets, loot.Refused)
	}
	h.lie(t, b, sekisho.Console, "GET", "/api/v1/me", nil)
	h.breach(t, sekisho.Console)
}
