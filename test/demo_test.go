package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"sekisho/ledger/book"
	"sekisho/role/admin"
)

// levels are the ways to start: as root and as an ordinary user.
func levels(t *testing.T) map[string]int {
	if os.Getuid() == 0 {
		return map[string]int{"L3": 0, "L2": nobody}
	}
	t.Log("not root: only the confinement of an ordinary user is tried")
	return map[string]int{"L2": 0}
}

// mailbox signs in over IMAP with TLS.
func mailbox(t testing.TB, h *House, address string) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialTLS(h.Port("imaps"), &imapclient.Options{TLSConfig: h.TLS()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login(address, h.Secret(address)).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// bodies fetches every mail of a folder, whole.
func bodies(t testing.TB, c *imapclient.Client, folder string) map[imap.UID]string {
	t.Helper()
	s, err := c.Select(folder, nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	out := map[imap.UID]string{}
	if s.NumMessages == 0 {
		return out
	}
	section := &imap.FetchItemBodySection{Peek: true}
	got, err := c.Fetch(imap.SeqSet{imap.SeqRange{Start: 1}}, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range got {
		out[m.UID] = string(m.FindBodySection(section))
	}
	return out
}

// submit sends a mail as one of the house's people.
func submit(t testing.TB, h *House, from, to string, raw []byte) error {
	t.Helper()
	c, err := smtp.DialTLS(h.Port("submissions"), h.TLS())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Auth(sasl.NewPlainClient("", from, h.Secret(from))); err != nil {
		t.Fatal(err)
	}
	return c.SendMail(from, []string{to}, bytes.NewReader(raw))
}

// deliver sends a mail from outside.
func deliver(h *House, from string, to []string, raw []byte) error {
	c, err := smtp.Dial(h.Port("smtp"))
	if err != nil {
		return err
	}
	defer c.Close()
	return c.SendMail(from, to, bytes.NewReader(raw))
}

// The demonstration, at both levels: it is ready, what it sent can be read, its decisions are those that the README shows,
// it stops when told, and goes on later with the same accounts and no second set of mails.
func TestDemo(t *testing.T) {
	for level, uid := range levels(t) {
		t.Run(level, func(t *testing.T) {
			h := NewHouse(t, uid, true)
			if h.Ready.Level != level {
				t.Errorf("level %s", h.Ready.Level)
			}
			waitFor(t, h, "Deleting")
			c := mailbox(t, h, "ann@mori.example")
			inbox := bodies(t, c, "INBOX")
			if !has(inbox, "Minutes of Tuesday's call") {
				t.Errorf("the first mail is not in the mailbox: %d mails", len(inbox))
			}
			for _, m := range inbox {
				if strings.Contains(m, "invoice_2231") {
					t.Error("a hidden program was delivered")
				}
			}
			if japanese := bodies(t, mailbox(t, h, "sato@mori.example"), "INBOX"); len(japanese) == 0 {
				t.Error("no Japanese mail")
			}
			fates := map[string]int{}
			for _, r := range Ask[[]admin.Trace](t, h.Socket(), "trace", admin.Query{Most: 100}) {
				fates[r.Fate]++
			}
			for _, f := range []string{"mailbox", "quarantine", "hold", "refuse"} {
				if fates[f] == 0 {
					t.Errorf("no mail ended in %s: %v", f, fates)
				}
			}
			if alerts := strings.Count(h.Log(), "kind=denied"); alerts > 0 {
				t.Errorf("%d refused calls in honest work:\n%s", alerts, h.Log())
			}
			before, secret := len(inbox), h.Secret("ann@mori.example")
			h.Stop()
			h.Start(true)
			if h.Secret("ann@mori.example") != secret {
				t.Error("the app password changed")
			}
			if again := len(bodies(t, mailbox(t, h, "ann@mori.example"), "INBOX")); again != before {
				t.Errorf("%d mails after the restart, %d before", again, before)
			}
			var v book.Report
			if err := json.Unmarshal([]byte(h.Run("ledger", "verify", "--json")), &v); err != nil || len(v.Faults) > 0 || v.Entries == 0 {
				t.Errorf("ledger: %+v %v", v, err)
			}
		})
	}
}

func has(mails map[imap.UID]string, text string) bool {
	for _, m := range mails {
		if strings.Contains(m, text) {
			return true
		}
	}
	return false
}

// A directory that root made is refused to an ordinary user, with what to do.
func TestForeignDirectory(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to make a directory as root and open it as somebody else")
	}
	h := NewHouse(t, 0, false)
	h.Stop()
	other := &House{Data: h.Data, t: t, base: bases.take(), uid: nobody}
	var err error
	if other.binary, err = copyTo(Binary(t), filepath.Join(filepath.Dir(h.Data), "sekisho")); err != nil {
		t.Fatal(err)
	}
	out, err := other.Try("demo", "--port-base", fmt.Sprint(other.base))
	if err == nil {
		t.Fatal("started on a foreign directory")
	}
	if !strings.Contains(out, "chown") && !strings.Contains(out, "permission denied") {
		t.Errorf("the refusal does not say what to do: %s", out)
	}
}
