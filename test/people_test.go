package test

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sekisho/role/admin"
)

// advertisement is a mail that the engine calls spam, from a header address.
func advertisement(from, id string) []byte {
	return fmt.Appendf(nil, "From: Best Pills <%s>\r\nTo: ann@mori.example\r\nSubject: CONGRATULATIONS!!! You have WON $1,000,000 - FREE VIAGRA cheap pills online casino %s\r\n"+
		"Date: Sun, 29 Nov 2026 02:00:00 +0000\r\nMessage-ID: <%s@shop.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"+
		"<html><body><font color=red size=7><b>CLICK HERE NOW!!! 100%% FREE viagra cialis cheap meds no prescription winner lottery million dollars</b></font>\r\n"+
		"<p>Dear friend, you have been selected. Act now! Limited time offer, make money fast, work from home, unsubscribe remove</p>\r\n"+
		"<a href=\"http://cheap-pills.example.biz/buy?id=1\">BUY NOW</a></body></html>\r\n", from, id, id)
}

// program is a mail with something that runs.
func program(id string) []byte {
	return fmt.Appendf(nil, "From: <lena@partner.example>\r\nTo: ann@mori.example\r\nSubject: the tool %s\r\nDate: Sun, 29 Nov 2026 02:00:00 +0000\r\nMessage-ID: <%s@partner.example>\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nas agreed\r\n--b\r\nContent-Type: application/octet-stream\r\n"+
		"Content-Disposition: attachment; filename=\"tool.exe\"\r\nContent-Transfer-Encoding: base64\r\n\r\nTVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgAAAAA==\r\n--b--\r\n", id, id)
}

const shopZone = "shop.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\nmailer.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\npartner.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\n"

// digests has people told now.
func digests(t testing.TB, h *House) admin.DigestSent {
	t.Helper()
	var out admin.DigestSent
	if err := json.Unmarshal([]byte(h.Run("digest", "send", "--now", "--json")), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// linkIn finds the link that follows some words in a notice.
func linkIn(t testing.TB, notice, words string) (origin, token string) {
	t.Helper()
	_, rest, found := strings.Cut(notice, words)
	if i := strings.Index(rest, "https://desk."); found && i >= 0 {
		origin, token, _ = strings.Cut(strings.Fields(rest[i:])[0], "/#")
		return origin, token
	}
	t.Fatalf("no link after %q in %s", words, notice)
	return "", ""
}

// decide looks at a link and does something about it, as a person does.
func decide(t testing.TB, v *Visitor, token, do string) (seen, done Answer) {
	t.Helper()
	for range 2 { // looking changes nothing
		seen = v.Want(200, "POST", "/desk/look", map[string]string{"token": token})
	}
	if seen.Body["act"] == nil {
		t.Fatalf("nothing to do: %s", seen.Raw)
	}
	time.Sleep(1100 * time.Millisecond)
	return seen, v.Want(200, "POST", "/desk/act", map[string]any{"token": token, "act": seen.Body["act"], "do": do, "confirm": seen.Body["task"]})
}

func quarantine(t testing.TB, h *House) (out []admin.Kept) {
	t.Helper()
	if err := json.Unmarshal([]byte(h.Run("quarantine", "list", "--json")), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// People are told of what was kept from them, once; by its link a mail is released, its sender allowed, what is dangerous asked for.
func TestQuarantineByLink(t *testing.T) {
	h := NewService(t, Setting{Zone: shopZone})
	h.Run("account", "set", "sato@mori.example", "--role", "contract-admin")
	send := func(envelope string, raw []byte) {
		t.Helper()
		if err := deliver(h, envelope, []string{"ann@mori.example"}, raw); err != nil {
			t.Fatal(err)
		}
	}
	send("news@shop.example", advertisement("news@shop.example", "one"))
	send("news@shop.example", advertisement("news@shop.example", "two"))
	send("lena@partner.example", program("three"))
	if got := digests(t, h); got.People != 1 || got.Mails != 3 {
		t.Fatalf("%+v, with %+v", got, quarantine(t, h))
	}
	if got := digests(t, h); got.People != 0 {
		t.Errorf("told twice: %+v", got)
	}
	told := awaited(t, h, "ann@mori.example", "casino one", "casino two", "the tool three", "news@shop.example", "an administrator decides")
	if strings.Contains(told, "viagra cialis") || strings.Contains(told, "as agreed") {
		t.Errorf("content in %s", told)
	}
	origin, one := linkIn(t, told, "casino one")
	_, two := linkIn(t, told, "casino two")
	_, three := linkIn(t, told, "the tool three")
	v := h.Visit(origin)

	seen, done := decide(t, v, one, "release")
	if seen.Body["purpose"] != "quarantine" || seen.Body["from"] != "news@shop.example" || done.Body["won"] != true {
		t.Fatalf("%s %s", seen.Raw, done.Raw)
	}
	if !has(bodies(t, mailbox(t, h, "ann@mori.example"), "INBOX"), "casino one") {
		t.Error("released, but not in the mailbox")
	}
	if again := v.Want(200, "POST", "/desk/look", map[string]string{"token": one}); again.Body["act"] != nil || !strings.Contains(string(again.Raw), "released") {
		t.Errorf("a link works twice: %s", again.Raw)
	}
	if _, done := decide(t, v, two, "allow"); done.Body["won"] != true {
		t.Fatalf("%s", done.Raw)
	}
	send("news@shop.example", advertisement("news@shop.example", "four"))
	send("x@mailer.example", advertisement("news@shop.example", "five")) // in her name, by somebody else
	inbox := bodies(t, mailbox(t, h, "ann@mori.example"), "INBOX")
	if !has(inbox, "casino two") || !has(inbox, "casino four") || has(inbox, "casino five") {
		t.Errorf("allowed mail did not come, or forged mail did: %d mails", len(inbox))
	}
	if has(inbox, "[SPAM]") {
		t.Error("allowed mail is marked as spam")
	}
	if out := h.Run("trace", "ann@mori.example", "--json"); !strings.Contains(out, "allowed by the recipient, otherwise: spam-high") || !strings.Contains(out, "not proven to come from the sender") {
		t.Errorf("the trace does not tell: %s", out)
	}

	v.Want(409, "POST", "/desk/act", map[string]any{"token": three, "act": "AAAA", "do": "release", "confirm": "1"})
	seen, done = decide(t, v, three, "ask")
	if fmt.Sprint(seen.Body["choices"]) != "[ask spam]" || done.Body["won"] != true || len(quarantine(t, h)) != 2 {
		t.Errorf("%s %s", seen.Raw, done.Raw)
	}
	awaited(t, h, "sato@mori.example", "ann@mori.example asks that a mail in quarantine be released", "a program")
	for _, k := range quarantine(t, h) {
		if k.Wanted {
			h.Run("quarantine", "delete", fmt.Sprint(k.ID))
		}
	}
	awaited(t, h, "ann@mori.example", "An administrator deleted a mail whose release you asked for")
	if again := v.Want(200, "POST", "/desk/look", map[string]string{"token": three}); again.Body["act"] != nil {
		t.Errorf("%s", again.Raw)
	}
}

// A mail that is held and cancelled by its sender, over the link that he was sent, is among his drafts again, with what was attached;
// one that leaves is not.
func TestCancelledIsDraft(t *testing.T) {
	h := NewService(t, Setting{Zone: "there.example. TXT \"v=spf1 -all\"\n"})
	file := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(heldPolicy, "\"6s\"", "\"10m\"")), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "Mori", "--set", file)
	const raw = "From: <ann@mori.example>\r\nTo: <suzuki@there.example>\r\nSubject: price list\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <p@mori.example>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nas asked\r\n--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=prices.csv\r\n\r\nbolt,12\r\n--b--\r\n"
	if err := submit(t, h, "ann@mori.example", "suzuki@there.example", []byte(raw)); err != nil {
		t.Fatal(err)
	}
	told := awaited(t, h, "ann@mori.example", "Your mail is on hold until", "https://desk.")
	origin, token := linkIn(t, told, "Your mail is on hold until")
	if n := len(bodies(t, mailbox(t, h, "ann@mori.example"), "Drafts")); n != 0 {
		t.Fatalf("%d drafts while it is held", n)
	}
	if _, done := decide(t, h.Visit(origin), token, "cancel"); done.Body["won"] != true {
		t.Fatalf("%s", done.Raw)
	}
	drafts := bodies(t, mailbox(t, h, "ann@mori.example"), "Drafts")
	if len(drafts) != 1 || !has(drafts, "bolt,12") || !has(drafts, "Subject: price list") || !has(drafts, "suzuki@there.example") {
		t.Errorf("%v", drafts)
	}
}

// Who is suspended hears it at once, in the middle of IDLE.
func TestSuspendedHearsBye(t *testing.T) {
	h := NewService(t, Setting{})
	c, err := tls.Dial("tcp", h.Port("imaps"), h.TLS())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	in := bufio.NewReader(c)
	until := func(words string) {
		t.Helper()
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				t.Fatalf("no %q: %v", words, err)
			}
			if strings.Contains(line, words) {
				return
			}
		}
	}
	fmt.Fprintf(c, "a LOGIN ann@mori.example %q\r\n", h.Secret("ann@mori.example"))
	until("a OK")
	fmt.Fprint(c, "b SELECT INBOX\r\n")
	until("b OK")
	fmt.Fprint(c, "c IDLE\r\n")
	until("+ ")
	h.Run("account", "set", "ann@mori.example", "--status", "suspended")
	until("* BYE")
	for {
		if _, err := in.ReadString('\n'); err != nil {
			if !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "reset") {
				t.Errorf("the connection is open: %v", err)
			}
			break
		}
	}
}
