package test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"sekisho/ledger/book"
	"sekisho/role/admin"
)

// signsIn says whether an account's app password opens its mailbox.
func signsIn(t *testing.T, h *House, address, secret string) bool {
	t.Helper()
	ok, err := trySignIn(h, address, secret)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// trySignIn is signsIn where the service may not answer.
func trySignIn(h *House, address, secret string) (bool, error) {
	c, err := imapclient.DialTLS(h.Port("imaps"), &imapclient.Options{TLSConfig: h.TLS()})
	if err != nil {
		return false, err
	}
	defer c.Close()
	return c.Login(address, secret).Wait() == nil, nil
}

const note = "From: <lena@partner.example>\r\nTo: <%s>\r\nSubject: kept for later\r\nMessage-ID: <1@partner.example>\r\n\r\nA note that is read after the restore.\r\n"

// A contract ends in the running product: its people are locked out at once, the other customer notices nothing, the
// certificate checks, and a data backup from before, restored, opens nothing of it and everything of the other.
func TestTermination(t *testing.T) {
	for level, uid := range levels(t) {
		t.Run(level, func(t *testing.T) { termination(t, NewHouse(t, uid, false)) })
	}
}

func termination(t *testing.T, h *House) {
	for _, to := range []string{"ann@mori.example", "ken@kawa.example"} {
		if err := deliver(h, "lena@partner.example", []string{to}, []byte(strings.Replace(note, "%s", to, 1))); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Dir(h.Data)
	backup, export, cert := filepath.Join(dir, "backup"), filepath.Join(dir, "export"), filepath.Join(dir, "cert.json")
	live := mailbox(t, h, "ann@mori.example")
	h.Run("backup", backup)
	for _, gone := range []string{"root.key", "current.db"} {
		if _, err := os.Stat(filepath.Join(backup, "vault", gone)); err == nil {
			t.Errorf("%s is part of a data backup", gone)
		}
	}
	if out, err := h.Try("contract", "terminate", "Mori Trading", "--confirm", "Mori"); err == nil {
		t.Errorf("terminated without its name: %s", out)
	}
	out := h.Run("contract", "terminate", "Mori Trading", "--confirm", "Mori Trading", "--reason", "end of term", "--export", export,
		"--contact", "Mori <mori@home.example>", "--out", cert)
	if !strings.Contains(out, "データ消去証明書") {
		t.Errorf("no Japanese text: %s", out)
	}
	for _, f := range []string{"accounts.json", "policy.toml", "trace.json"} {
		if b, err := os.ReadFile(filepath.Join(export, f)); err != nil || len(b) < 3 {
			t.Errorf("export of %s: %v", f, err)
		}
	}
	if out := h.Run("contract", "certificate", "--check", cert); !strings.Contains(out, "right") {
		t.Error(out)
	}
	b, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cert, []byte(strings.Replace(string(b), "end of term", "end of form", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := h.Try("contract", "certificate", "--check", cert); err == nil {
		t.Errorf("an altered certificate checks: %s", out)
	}
	if _, err := live.Select("INBOX", nil).Wait(); err == nil {
		t.Error("a live session still reads")
	}
	check := func(step string) {
		t.Helper()
		if signsIn(t, h, "ann@mori.example", h.Secret("ann@mori.example")) {
			t.Errorf("%s: an account of the terminated contract signs in", step)
		}
		if !has(bodies(t, mailbox(t, h, "ken@kawa.example"), "INBOX"), "read after the restore") {
			t.Errorf("%s: the other customer's mail is gone", step)
		}
		for _, a := range Ask[[]admin.Account](t, h.Socket(), "account/list", admin.Query{Most: 100}) {
			if strings.HasSuffix(a.Address, "@mori.example") {
				t.Errorf("%s: a row still names %s", step, a.Address)
			}
		}
		var v book.Report
		if err := json.Unmarshal([]byte(h.Run("ledger", "verify", "--json")), &v); err != nil || len(v.Faults) > 0 {
			t.Errorf("%s: ledger: %+v %v", step, v, err)
		}
	}
	check("terminated")
	if out := h.Run("contract", "contact", "Mori Trading"); !strings.Contains(out, "mori@home.example") {
		t.Error(out)
	}
	if err := deliver(h, "lena@partner.example", []string{"ann@mori.example"}, []byte(note)); err == nil {
		t.Error("mail for a customer who is gone was taken")
	}
	if out, err := h.Try("restore", backup); err == nil || !strings.Contains(out, "stop it first") {
		t.Errorf("restored under a running service: %s", out)
	}
	h.Stop()
	h.Run("restore", backup)
	h.StartServe()
	untilPurged(t, h)
	check("restored")
	keys := filepath.Join(dir, "keys")
	for range 2 { // each copy over the one before
		h.Run("vault", "copy", keys)
	}
	h.Stop()
	if out, err := h.Try("restore", backup, "--keys", keys); err == nil {
		t.Errorf("a copy of the key table was put over the one that is there: %s", out)
	}
	zone, err := os.ReadFile(filepath.Join(h.Data, "demo.zone"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(h.Data); err != nil {
		t.Fatal(err)
	}
	if out, err := h.Try("restore", backup); err == nil {
		t.Errorf("restored without keys: %s", out)
	}
	h.Run("restore", backup, "--keys", keys)
	if err := os.WriteFile(filepath.Join(h.Data, "demo.zone"), zone, 0o644); err != nil {
		t.Fatal(err)
	}
	h.StartServe()
	untilPurged(t, h)
	h.saveCA()
	check("restored on an empty disk")
}

// untilPurged waits until admin has deleted again what a restored backup brought back.
func untilPurged(t *testing.T, h *House) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		gone := true
		for _, k := range Ask[[]admin.Contract](t, h.Socket(), "contract/list", admin.Query{}) {
			gone = gone && (k.Name != "Mori Trading" || k.Status == "terminated")
		}
		if gone {
			return
		}
		if time.Now().After(end) {
			t.Fatal("rows of a terminated contract are still there")
		}
	}
}

// The whole house is killed while a contract is being terminated: the next start finishes, or the command can be repeated.
func TestTerminationSurvivesKill(t *testing.T) {
	if testing.Short() {
		t.Skip("a drill")
	}
	for _, after := range []time.Duration{0, 3 * time.Millisecond, 8 * time.Millisecond, 15 * time.Millisecond, 40 * time.Millisecond} {
		h := NewHouse(t, 0, false)
		done := make(chan struct{})
		go func() {
			defer close(done)
			ask[admin.Certificate](h.Socket(), "contract/terminate", admin.Terminate{Contract: "Mori Trading", Name: "Mori Trading"})
		}()
		time.Sleep(after)
		for _, c := range h.Children() {
			syscall.Kill(c.Pid, syscall.SIGKILL)
		}
		h.Kill()
		<-done
		h.StartServe()
		x := Ask[admin.Certificate](t, h.Socket(), "contract/terminate", admin.Terminate{Contract: "Mori Trading", Name: "Mori Trading"})
		if len(x.Signature) == 0 {
			t.Errorf("after %v: no certificate", after)
		}
		ann := h.Secret("ann@mori.example")
		if after == 0 { // the demonstration goes on without the customer who is gone
			h.Stop()
			h.Start(true)
		}
		if signsIn(t, h, "ann@mori.example", ann) || !signsIn(t, h, "ken@kawa.example", h.Secret("ken@kawa.example")) {
			t.Errorf("after %v: the wrong people are locked out", after)
		}
		h.Stop()
	}
}

// A lost password: an officer and the operator give the account a new one, its old mail is there, and its owner is told.
func TestRecovery(t *testing.T) {
	h := NewHouse(t, 0, false)
	if err := deliver(h, "lena@partner.example", []string{"ann@mori.example"}, []byte(note)); err != nil {
		t.Fatal(err)
	}
	words, err := os.ReadFile(filepath.Join(h.Data, "demo-shares-mori.example.txt"))
	if err != nil {
		t.Fatal(err)
	}
	shares := strings.Split(strings.TrimSpace(string(words)), "\n")
	file := filepath.Join(filepath.Dir(h.Data), "share.txt")
	if err := os.WriteFile(file, []byte(shares[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := h.Try("account", "recover", "ann@mori.example", "--share-file", file); err == nil {
		t.Fatalf("one share was enough: %s", out)
	}
	var r struct{ Password string }
	if err := json.Unmarshal([]byte(h.Run("account", "recover", "ann@mori.example", "--share-file", file, "--operator", "--json")), &r); err != nil || r.Password == "" {
		t.Fatal(err)
	}
	made := Ask[admin.AppPasswordMade](t, h.Socket(), "account/app-password", admin.AppPassword{Address: "ann@mori.example", Password: r.Password})
	if !signsIn(t, h, "ann@mori.example", made.Secret) {
		t.Error("the new password's app password does not sign in")
	}
	inbox := bodies(t, mailbox(t, h, "ann@mori.example"), "INBOX")
	if !has(inbox, "read after the restore") || !has(inbox, "Auto-Submitted: auto-generated") {
		t.Errorf("old mail, or the notice to the owner, is missing: %d mails", len(inbox))
	}
	for _, c := range [][]string{{"contract", "rotate", "Mori Trading", "--accounts"}, {"vault", "rotate"}, {"vault", "rotate", "--installation"}} {
		h.Run(c...)
	}
	if err := deliver(h, "lena@partner.example", []string{"ann@mori.example"}, []byte(strings.Replace(note, "restore", "rotation", 1))); err != nil {
		t.Fatal(err)
	}
	h.Stop()
	h.Start(false)
	if inbox := bodies(t, mailbox(t, h, "ann@mori.example"), "INBOX"); !has(inbox, "read after the restore") || !has(inbox, "read after the rotation") {
		t.Error("mail from before or after the rotations is not readable")
	}
	tail := h.Run("ledger", "tail", "--most", "200")
	for _, kind := range []string{"share-used", "recovery", "rotation"} {
		if !strings.Contains(tail, kind) {
			t.Errorf("no entry %q in the ledger", kind)
		}
	}
}

// Shares that nobody got are made again while nothing hangs on them, and never after.
func TestFreshOfficers(t *testing.T) {
	h := NewHouse(t, 0, false)
	var k admin.Contract
	if err := json.Unmarshal([]byte(h.Run("contract", "add", "Tani", "--recovery", "3/5", "--json")), &k); err != nil || k.Shares == nil || len(k.Shares.Words) != 5 {
		t.Fatalf("%+v %v", k.Shares, err)
	}
	var s admin.Shares
	if err := json.Unmarshal([]byte(h.Run("contract", "officers", "Tani", "--fresh", "--json")), &s); err != nil || len(s.Words) != 2 || !s.Kept {
		t.Fatalf("%+v %v", s, err)
	}
	for _, contract := range []string{"Kawa Works", "None"} {
		if out, err := h.Try("contract", "officers", contract, "--fresh"); err == nil {
			t.Errorf("%s: %s", contract, out)
		}
	}
	h.Run("contract", "add", "Oka", "--archive")
	if out, err := h.Try("contract", "officers", "Oka", "--fresh"); err == nil {
		t.Errorf("an archive lost its officers: %s", out)
	}
	for _, bad := range []string{"1/2", "3/2", "two"} {
		if out, err := h.Try("contract", "add", "Bad", "--recovery", bad); err == nil {
			t.Errorf("%s: %s", bad, out)
		}
	}
	if out, err := h.Try("contract", "add", "Bad", "--recovery", "none", "--archive"); err == nil {
		t.Errorf("an archive that nobody can open: %s", out)
	}
}

// A contract's archive keeps mail that its recipient deletes; officers read headers for a time, each an entry.
func TestArchive(t *testing.T) {
	h := NewHouse(t, 0, false)
	if err := deliver(h, "lena@partner.example", []string{"ken@kawa.example"}, []byte(strings.Replace(note, "kept", "before", 1))); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "set", "Kawa Works", "--archive")
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) { // gate asks for settings anew after a moment
		if err := deliver(h, "lena@partner.example", []string{"ken@kawa.example"}, []byte(note)); err != nil {
			t.Fatal(err)
		}
		if n := len(archived(t, h)); n > 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("nothing was archived")
		}
	}
	list := archived(t, h)
	c := mailbox(t, h, "ken@kawa.example")
	n := len(bodies(t, c, "INBOX"))
	if n <= len(list) {
		t.Errorf("%d mails in the mailbox, %d archived: the one from before is none of them", n, len(list))
	}
	if list[0].Subject != "kept for later" || list[0].From != "lena@partner.example" || list[0].Bad != "" {
		t.Errorf("%+v", list[0])
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if err := c.Store(imap.SeqSet{imap.SeqRange{Start: 1}}, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Expunge().Close(); err != nil {
		t.Fatal(err)
	}
	if after := archived(t, h); len(after) != len(list) || after[0].Subject != "kept for later" {
		t.Errorf("%d archived mails after the mailbox was emptied, %d before", len(after), len(list))
	}
	ticket := filepath.Join(filepath.Dir(h.Data), "ticket")
	h.Run("archive", "close", ticket)
	if out, err := h.Try("archive", "list", ticket); err == nil {
		t.Errorf("a closed archive is read: %s", out)
	}
	tail := h.Run("ledger", "tail", "--most", "300")
	for _, kind := range []string{"archive-open", "archive-shut"} {
		if !strings.Contains(tail, kind) {
			t.Errorf("no entry %q in the ledger", kind)
		}
	}
}

// archived lists Kawa's archive, opening it first when it is not open.
func archived(t *testing.T, h *House) []admin.Archived {
	t.Helper()
	dir := filepath.Dir(h.Data)
	ticket := filepath.Join(dir, "ticket")
	if _, err := os.Stat(ticket); err != nil {
		words, err := os.ReadFile(filepath.Join(h.Data, "demo-shares-kawa.example.txt"))
		if err != nil {
			t.Fatal(err)
		}
		var files []string
		for i, w := range strings.Split(strings.TrimSpace(string(words)), "\n") {
			f := filepath.Join(dir, fmt.Sprintf("share%d", i))
			if err := os.WriteFile(f, []byte(w), 0o600); err != nil {
				t.Fatal(err)
			}
			files = append(files, "--share-file", f)
		}
		h.Run(append([]string{"archive", "open", "Kawa Works", "--reason", "case 12", "--ticket", ticket}, files...)...)
	}
	var out []admin.Archived
	if err := json.Unmarshal([]byte(h.Run("archive", "list", ticket, "--json")), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
