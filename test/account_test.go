package test

import (
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2/imapclient"
)

// A suspended account cannot sign in and its mail waits with the senders; when it is let back, nothing is lost.
func TestSuspendedAccount(t *testing.T) {
	h := NewService(t, Setting{Zone: "partner.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\n"})
	send := func(subject string) error {
		return deliver(h, "lena@partner.example", []string{"ann@mori.example"}, message("lena@partner.example", "ann@mori.example", subject, 1000))
	}
	if err := send("before"); err != nil {
		t.Fatal(err)
	}
	if out := h.Run("account", "set", "ann@mori.example", "--status", "suspended", "--name", "Ann Mori"); !strings.Contains(out, "suspended") {
		t.Error(out)
	}
	if err := send("meanwhile"); err == nil || !strings.Contains(err.Error(), "takes no mail at present") {
		t.Errorf("mail for a suspended account: %v", err)
	}
	c, err := imapclient.DialTLS(h.Port("imaps"), &imapclient.Options{TLSConfig: h.TLS()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("ann@mori.example", h.Secret("ann@mori.example")).Wait(); err == nil {
		t.Error("a suspended account signed in")
	}
	if out, err := h.Try("account", "set", "nobody@mori.example", "--status", "active"); err == nil {
		t.Errorf("an account that is not there was changed: %s", out)
	}
	h.Run("account", "set", "ann@mori.example", "--status", "active")
	if err := send("after"); err != nil {
		t.Fatal(err)
	}
	inbox := bodies(t, mailbox(t, h, "ann@mori.example"), "INBOX")
	if !has(inbox, "before") || !has(inbox, "after") || len(inbox) != 2 {
		t.Errorf("%d mails", len(inbox))
	}
}
