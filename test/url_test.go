package test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	gomessage "github.com/emersion/go-message"
)

const relinkPolicy = `version = 1

[[rule]]
name = "links"
direction = "inbound"
action = "rewrite-links"
for = "720h"
`

var mailedLink = regexp.MustCompile(`https://desk\.localhost:\d+/u/#[A-Za-z0-9_-]+`)

// letterWithLinks has one link as text, one of a page, one to a host that is allowed, and one that is no link to the web.
const letterWithLinks = "From: hana@minato.example\r\nTo: ann@mori.example\r\nSubject: links\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain\r\n\r\nsee http://shop.example/order?n=5 or https://intra.mori.example/x\r\n" +
	"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p><a href=\"https://www.xn--pypal-4ve.com/login\">https://paypal.com/</a> <a href=\"https://evil.example/\">more</a> <a href=\"mailto:hana@minato.example\">write</a></p>\r\n--b--\r\n"

// texts gives the decoded parts of a mail, one after another.
func texts(t *testing.T, raw string) string {
	t.Helper()
	e, err := gomessage.Read(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	err = e.Walk(func(_ []int, p *gomessage.Entity, err error) error {
		if err == nil && !strings.HasPrefix(p.Header.Get("Content-Type"), "multipart/") {
			var b []byte
			b, err = io.ReadAll(p.Body)
			all.Write(append(b, '\n'))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// relinked delivers the letter and gives its links over the desk: of the text, then of the page.
func relinked(t *testing.T, h *House) (body string, links []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(file, []byte(relinkPolicy), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "mori.example", "--set", file)
	h.Run("urls", "allow", "mori.example", "mori.example")
	if err := deliver(h, "hana@minato.example", []string{"ann@mori.example"}, []byte(letterWithLinks)); err != nil {
		t.Fatal(err)
	}
	for _, b := range bodies(t, mailbox(t, h, "ann@mori.example"), "INBOX") {
		if strings.Contains(b, "Subject: links") {
			body = texts(t, b)
		}
	}
	links = mailedLink.FindAllString(body, -1)
	if len(links) != 3 || strings.Contains(body, "shop.example") || !strings.Contains(body, "https://intra.mori.example/x") || !strings.Contains(body, "mailto:hana@minato.example") || !strings.Contains(body, ">https://paypal.com/<") {
		t.Fatalf("%d links over the desk in:\n%s", len(links), body)
	}
	return body, links
}

// Links of delivered mail lead over the desk, which names where they end; lists of hosts count when they are clicked.
func TestLinks(t *testing.T) {
	h := NewHouse(t, 0, false)
	_, links := relinked(t, h)
	origin, shop, _ := strings.Cut(links[0], "/u/#")
	_, bank, _ := strings.Cut(links[1], "/u/#")
	v := h.Visit(origin)
	v.Want(200, "GET", "/u/", nil)
	v.Want(405, "GET", "/desk/url", nil)
	v.Want(400, "POST", "/desk/url", map[string]any{"token": shop, "who": "ann"})
	v.Want(404, "POST", "/desk/url", map[string]string{"token": shop[:len(shop)-4] + "AAAA"})
	v.Want(404, "POST", "/desk/url", map[string]string{"token": "x"})

	see := func(token string) map[string]any {
		t.Helper()
		return v.Want(200, "POST", "/desk/url", map[string]string{"token": token}).Body
	}
	if x := see(shop); x["state"] != "open" || x["href"] != "http://shop.example/order?n=5" || x["host"] != "shop.example" || x["scheme"] != "http" || x["warning"] != nil {
		t.Errorf("%v", x)
	}
	if x := see(bank); x["state"] != "open" || x["host"] != "www.xn--pypal-4ve.com" || x["unicode"] != "www.pаypal.com" || x["site"] != "pаypal.com" || x["code"] != "imitates" || !strings.Contains(fmt.Sprint(x["warning"]), "paypal.com") {
		t.Errorf("%v", x)
	}
	h.Run("urls", "block", "mori.example", "shop.example")
	if x := see(shop); x["state"] != "blocked" || x["href"] != nil {
		t.Errorf("a blocked host: %v", x)
	}
	h.Run("urls", "allow", "mori.example", "shop.example")
	if x := see(shop); x["state"] != "allowed" || x["direct"] != nil {
		t.Errorf("an allowed host: %v", x)
	}
	h.Run("urls", "direct", "mori.example", "on")
	if x := see(shop); x["state"] != "allowed" || x["direct"] != true || x["href"] != "http://shop.example/order?n=5" {
		t.Errorf("an allowed host that opens at once: %v", x)
	}
	v.Want(200, "POST", "/desk/url/report", map[string]string{"token": bank})
	clicks := h.Run("urls", "clicks", "mori.example", "--json")
	var counted []struct {
		Site, Result string
		Count        int
	}
	if err := json.Unmarshal([]byte(clicks), &counted); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, c := range counted {
		got[c.Site+" "+c.Result] = c.Count
	}
	for what, n := range map[string]int{"shop.example shown": 2, "shop.example blocked": 1, "shop.example direct": 1, "xn--pypal-4ve.com shown": 1, "xn--pypal-4ve.com reported": 1} {
		if got[what] != n {
			t.Errorf("%s %d times: %v", what, got[what], got)
		}
	}
	if strings.Contains(clicks, "ann@") {
		t.Errorf("counts name the reader: %s", clicks)
	}
	if out, err := h.Try("urls", "block", "mori.example", "https://x.example/"); err == nil || !strings.Contains(out, "without https://") {
		t.Errorf("%v %s", err, out)
	}
	shownInWebmail(t, h, links)
	feeds(t, h, v, bank)
}

// feeds imports a list that has the host of a link: it counts at the click, and for mail that comes. A list that is none changes nothing.
func feeds(t *testing.T, h *House, v *Visitor, token string) {
	t.Helper()
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "list")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	if out := h.Run("feed", "import", "watchers", write("# bad\nxn--pypal-4ve.com\nhttps://site.example/bad\none line is bad\n")); !strings.Contains(out, "line 4") {
		t.Errorf("the bad line is not named: %s", out)
	}
	if out, err := h.Try("feed", "import", "watchers", write("no list at all\n")); err == nil || !strings.Contains(out, "of before") {
		t.Errorf("%v %s", err, out)
	}
	if out := h.Run("feed", "list"); !strings.Contains(out, "watchers") || !strings.Contains(out, "2") {
		t.Errorf("%s", out)
	}
	blocked := func() bool {
		x := v.Want(200, "POST", "/desk/url", map[string]string{"token": token}).Body
		return x["state"] == "blocked" && x["feed"] == "watchers" && x["href"] == nil
	}
	if !eventually(blocked) {
		t.Error("a link to a listed host is not blocked")
	}
	found := func() bool {
		if err := deliver(h, "hana@minato.example", []string{"ann@mori.example"}, []byte(letterWithLinks)); err != nil {
			t.Fatal(err)
		}
		return strings.Contains(h.Run("trace", "ann@mori.example", "--json"), "by the feed watchers")
	}
	if !eventually(found) {
		t.Errorf("mail with a listed link has no finding: %s", h.Run("trace", "ann@mori.example", "--json"))
	}
	if out := h.Run("feed", "import", "visited", write("1,hokkaidobank.example\n2,minato-unyu.example\n"), "--known"); !strings.Contains(out, "2") {
		t.Errorf("%s", out)
	}
	if out := h.Run("feed", "list"); !strings.Contains(out, "known domains") {
		t.Errorf("%s", out)
	}
	imitated := func() bool {
		for from, want := range map[string]string{"hana@h0kkaidobank.example": "h0kkaidobank.example looks like hokkaidobank.example, by the list visited", "hana@minato-uunyu.example": "minato-uunyu.example looks like minato-unyu.example"} {
			raw := strings.Replace(letterWithLinks, "hana@minato.example", from, 1)
			if err := deliver(h, from, []string{"ann@mori.example"}, []byte(raw)); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(h.Run("trace", "ann@mori.example", "--json"), want) {
				return false
			}
		}
		return true
	}
	if !eventually(imitated) {
		t.Errorf("senders that imitate known domains have no finding: %s", h.Run("trace", "ann@mori.example", "--json"))
	}
	h.Run("feed", "remove", "watchers")
	if _, err := h.Try("feed", "remove", "watchers"); err == nil {
		t.Error("a list is removed twice")
	}
}

// eventually tries until it is so: lists count within half a minute.
func eventually(f func() bool) bool {
	for end := time.Now().Add(45 * time.Second); time.Now().Before(end); time.Sleep(3 * time.Second) {
		if f() {
			return true
		}
	}
	return false
}

// shownInWebmail sees that webmail tells where links end, and not that they lead over the desk.
func shownInWebmail(t *testing.T, h *House, links []string) {
	t.Helper()
	b := NewBrowser(t, h)
	password := ""
	for _, a := range h.Ready.Accounts {
		if a.Address == "ann@mori.example" {
			password = a.Password
		}
	}
	if status, out := b.SignIn("mail", "ann@mori.example", password); status != 200 {
		t.Fatalf("%d %v", status, out)
	}
	_, session, _ := b.Ask("mail", "GET", "/jmap/session", nil)
	account := session["primaryAccounts"].(map[string]any)["urn:ietf:params:jmap:mail"]
	_, page, _ := b.Ask("mail", "POST", "/jmap/api", map[string]any{"using": []string{"urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail", "urn:sekisho:jmap"}, "methodCalls": []any{
		[]any{"Email/query", map[string]any{"accountId": account, "filter": map[string]any{"subject": "links"}, "limit": 1}, "0"},
		[]any{"Email/render", map[string]any{"accountId": account, "#ids": map[string]any{"resultOf": "0", "name": "Email/query", "path": "/ids"}, "language": "en"}, "1"}}})
	text, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"host":"www.xn--pypal-4ve.com"`, `"href":"` + links[1], "see http://shop.example/order?n=5 or"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

// The page that links lead over, in a browser.
func TestLinksInBrowser(t *testing.T) {
	node, chromium := browserTools(t)
	h := NewHouse(t, 0, false)
	_, links := relinked(t, h)
	h.Run("urls", "block", "mori.example", "evil.example")
	out, err := filepath.Abs(filepath.Join("browser", "out"))
	if err != nil {
		t.Fatal(err)
	}
	if said, failed := drive(t, node, chromium, "link-run.mjs", out, links[0], links[1], links[2]); failed {
		t.Errorf("%s\nthe pictures are in %s", said, out)
	}
}
