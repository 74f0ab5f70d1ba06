package vault

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/seal/share"
	"sekisho/wire"
)

var background = context.Background()

// sealed is a mail's box for an account, with the data key in it.
type sealed struct {
	wire.MessageBox
	data []byte
}

func (b *bench) mail(public []byte, c sekisho.ContractID, a sekisho.AccountID, m sekisho.MessageID) sealed {
	data := seal.NewKey()
	return sealed{wire.MessageBox{Message: m, Key: wire.AccountKey, Sealed: box(b.t, public, seal.For{Contract: c, Account: a, Key: uint8(wire.AccountKey), Message: m}, data)}, data}
}

// reads says whether a session reads all of these mails.
func (b *bench) reads(t wire.Ticket, mails ...sealed) bool {
	q := wire.Open{Session: t.Session, Secret: t.Secret, Classes: []sekisho.Class{sekisho.ClassBody}}
	for _, m := range mails {
		q.Boxes = append(q.Boxes, m.MessageBox)
	}
	got, err := b.open(background, reader, q)
	if err != nil {
		return false
	}
	for i, m := range mails {
		if len(got.Messages[i].Keys) != 1 || !bytes.Equal(got.Messages[i].Keys[0], seal.ClassKey(m.data, sekisho.ClassBody)) {
			return false
		}
	}
	return true
}

func (b *bench) rotated(what string, c sekisho.ContractID) wire.Rotated {
	b.t.Helper()
	return must[wire.Rotated](b.t)(b.rotate(background, admin, wire.Rotate{What: what, Contract: c, Operator: 1}))
}

func TestRecovery(t *testing.T) {
	b := open(t, t.TempDir())
	keys := must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1}))
	again := must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1}))
	if len(keys.Shares.Words) != 2 || keys.Shares.Need != 2 || !keys.Shares.Kept {
		t.Fatalf("the default is any two of three, one of them the operator: %+v", keys.Shares)
	}
	ann := must[wire.AccountKeys](t)(b.newAccount(background, admin, wire.NewAccount{Contract: 1, Account: 11, Password: "correct horse", AppPassword: true}))
	late := must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1}))
	if len(late.Shares.Words) != 0 {
		t.Error("new shares were made although an account hangs on the old ones")
	}
	mail := b.mail(ann.Public, 1, 11, 5)
	words := again.Shares.Words
	try := func(p wire.Presented) error {
		_, err := b.recover(background, admin, wire.Recover{Contract: 1, Account: 11, Shares: p, Password: "battery staple"})
		return err
	}
	for name, p := range map[string]wire.Presented{
		"nobody":                    {},
		"one officer":               {Words: words[:1]},
		"the operator alone":        {Operator: true},
		"one officer twice":         {Words: []string{words[0], words[0]}},
		"shares that were replaced": {Words: keys.Shares.Words},
		"words that are none":       {Words: []string{words[0], strings.Replace(words[1], words[1][:8], "kakakaka", 1)}},
	} {
		if try(p) == nil {
			t.Errorf("%s opened an account", name)
		}
	}
	if b.count(ledger.Entry{Kind: ledger.Recovery}) != 0 {
		t.Error("a recovery was entered that was none")
	}
	for i, p := range []wire.Presented{{Words: words}, {Words: words[:1], Operator: true}, {Words: words[1:], Operator: true}} {
		before := b.count(ledger.Entry{Kind: ledger.ShareUsed})
		if err := try(p); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		if b.count(ledger.Entry{Kind: ledger.ShareUsed}) != before+2 || b.count(ledger.Entry{Kind: ledger.Recovery, Account: 11}) != i+1 {
			t.Errorf("%d: the shares and the recovery are not all entered", i)
		}
	}
	slot := func(password string) error {
		_, err := b.newSlot(background, admin, wire.NewSlot{Contract: 1, Account: 11, Password: password, Do: "app-password"})
		return err
	}
	if slot("correct horse") == nil || slot("battery staple") != nil {
		t.Error("the old password works, or the new one does not")
	}
	if !b.reads(must[wire.Ticket](t)(b.signIn(1, 11, ann.AppPassword)), mail) {
		t.Error("the mail is not readable after the recovery")
	}
	must[wire.Slot](t)(b.recover(background, admin, wire.Recover{Contract: 1, Account: 11, Shares: wire.Presented{Words: words}, Password: "battery staple", Revoke: true}))
	if _, err := b.signIn(1, 11, ann.AppPassword); err == nil {
		t.Error("a revoked app password works")
	}
}

func TestOfficersAreReplaced(t *testing.T) {
	b := open(t, t.TempDir())
	keys := must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1, Recovery: wire.Choice{Need: 3, Of: 5}}))
	must[wire.AccountKeys](t)(b.newAccount(background, admin, wire.NewAccount{Contract: 1, Account: 11, Password: "correct horse"}))
	old := wire.Presented{Words: keys.Shares.Words[1:4]}
	if keys.Shares.Kept || len(keys.Shares.Words) != 5 {
		t.Fatalf("3 of 5 without the operator: %+v", keys.Shares)
	}
	next := must[wire.Shares](t)(b.officers(background, admin, wire.Officers{Contract: 1, Shares: old}))
	if _, err := b.recover(background, admin, wire.Recover{Contract: 1, Account: 11, Shares: old, Password: "battery staple"}); err == nil {
		t.Error("replaced shares still open")
	}
	must[wire.Slot](t)(b.recover(background, admin, wire.Recover{Contract: 1, Account: 11, Shares: wire.Presented{Words: next.Words}, Password: "battery staple"}))
	none := must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 2, Recovery: wire.Choice{None: true}}))
	if len(none.Shares.Words) != 0 || len(none.Archive) != 0 {
		t.Error("a contract that chose nobody has shares or an archive")
	}
	must[wire.AccountKeys](t)(b.newAccount(background, admin, wire.NewAccount{Contract: 2, Account: 22, Password: "correct horse"}))
	if _, err := b.recover(background, admin, wire.Recover{Contract: 2, Account: 22, Shares: wire.Presented{Words: next.Words}, Password: "battery staple"}); sekisho.KindOf(err) != sekisho.NotFound {
		t.Errorf("nobody: %v", err)
	}
	for _, bad := range []wire.Choice{{Need: 1, Of: 2}, {Need: 3, Of: 2}, {Need: 2, Of: 99}} {
		if _, err := b.newContract(background, admin, wire.NewContract{Contract: 3, Recovery: bad}); sekisho.KindOf(err) != sekisho.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// Ten wrong sets of shares close the way for a while: shares of the right set that are wrong are found out only together.
func TestWrongSharesAreBounded(t *testing.T) {
	b := open(t, t.TempDir())
	must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1}))
	keys := must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1}))
	must[wire.AccountKeys](t)(b.newAccount(background, admin, wire.NewAccount{Contract: 1, Account: 11, Password: "correct horse"}))
	wrong := forge(t, keys.Shares.Words[0])
	q := wire.Recover{Contract: 1, Account: 11, Shares: wire.Presented{Words: []string{wrong, keys.Shares.Words[1]}}, Password: "battery staple"}
	for range guesses {
		if _, err := b.recover(background, admin, q); sekisho.KindOf(err) != sekisho.Denied {
			t.Fatalf("a forged share: %v", err)
		}
	}
	if b.count(ledger.Entry{Kind: ledger.Denial}) != guesses {
		t.Error("not every refusal is in the ledger")
	}
	q.Shares.Words = keys.Shares.Words
	if _, err := b.recover(background, admin, q); sekisho.KindOf(err) != sekisho.TooMany {
		t.Errorf("after %d wrong sets: %v", guesses, err)
	}
	b.now = b.now.Add(guessWindow + time.Second)
	must[wire.Slot](t)(b.recover(background, admin, q))
}

func TestArchive(t *testing.T) {
	b := open(t, t.TempDir())
	keys := must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1}))
	f := seal.For{Contract: 1, Key: uint8(wire.ArchiveKey), Message: 5}
	data := seal.NewKey()
	q := wire.ArchiveRead{Classes: []sekisho.Class{sekisho.ClassHeader}, Boxes: []wire.MessageBox{{Message: 5, Key: wire.ArchiveKey, Sealed: box(t, keys.Archive, f, data)}}}
	if _, err := b.readArchive(background, admin, q); sekisho.KindOf(err) != sekisho.Denied {
		t.Errorf("an archive that is not open: %v", err)
	}
	o := wire.ArchiveOpening{Contract: 1, Shares: wire.Presented{Words: keys.Shares.Words}, Reason: "case 12", For: time.Hour}
	for name, change := range map[string]func(*wire.ArchiveOpening){
		"without a reason": func(o *wire.ArchiveOpening) { o.Reason = "" },
		"for a week":       func(o *wire.ArchiveOpening) { o.For = 7 * 24 * time.Hour },
		"with one share":   func(o *wire.ArchiveOpening) { o.Shares.Words = o.Shares.Words[:1] },
	} {
		bad := o
		change(&bad)
		if _, err := b.openArchive(background, admin, bad); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	q.Ticket = must[wire.ArchiveTicket](t)(b.openArchive(background, admin, o))
	works := func() bool {
		got, err := b.readArchive(background, admin, q)
		return err == nil && len(got.Messages[0].Keys) == 1 && bytes.Equal(got.Messages[0].Keys[0], seal.ClassKey(data, sekisho.ClassHeader))
	}
	if !works() || b.count(ledger.Entry{Kind: ledger.Opening, Class: sekisho.ClassHeader, Object: 5}) != 1 {
		t.Error("an archived mail does not open with an entry")
	}
	stolen := q
	stolen.Ticket.Secret = seal.NewKey()
	if _, err := b.readArchive(background, admin, stolen); err == nil {
		t.Error("an archive opened without the ticket's secret")
	}
	b.rotated("contract", 1)
	if !works() {
		t.Error("an open archive did not survive a rotation")
	}
	b.now = b.now.Add(time.Hour)
	if works() {
		t.Error("an archive is open after its time")
	}
	q.Ticket = must[wire.ArchiveTicket](t)(b.openArchive(background, admin, o))
	must[wire.Nothing](t)(b.shutArchive(background, admin, q.Ticket))
	if works() || b.count(ledger.Entry{Kind: ledger.ArchiveShut}) != 1 {
		t.Error("a closed archive opens, or its closing is not entered")
	}
}

// Every key is replaced and nothing at rest is written anew: old mail, old passwords, live sessions, signatures, officers.
func TestRotation(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir)
	keys := must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1}))
	ann := must[wire.AccountKeys](t)(b.newAccount(background, admin, wire.NewAccount{Contract: 1, Account: 11, Password: "correct horse", AppPassword: true}))
	dkim := must[wire.Signer](t)(b.newSigner(background, admin, wire.NewSigner{Contract: 1, Purpose: "dkim", Name: "s1.mori.example", Algorithm: "ed25519"}))
	old := b.mail(ann.Public, 1, 11, 5)
	live := must[wire.Ticket](t)(b.signIn(1, 11, ann.AppPassword))
	wrapped := old
	opened := must[wire.Opened](t)(b.open(background, reader, wire.Open{Session: live.Session, Secret: live.Secret, Classes: []sekisho.Class{sekisho.ClassBody}, Boxes: []wire.MessageBox{old.MessageBox}}))
	wrapped.Key, wrapped.Sealed = wire.WrappedKey, opened.Messages[0].Wrapped
	mails := []sealed{old, wrapped}
	check := func(step string) {
		t.Helper()
		if !b.reads(live, mails...) {
			t.Errorf("%s: the live session reads nothing", step)
		}
		if !b.reads(must[wire.Ticket](t)(b.signIn(1, 11, ann.AppPassword)), mails...) {
			t.Errorf("%s: a new session reads nothing", step)
		}
		must[wire.Signed](t)(b.signDKIM(background, post, wire.Sign{Key: dkim.Key, Digest: []byte("x")}))
	}
	if r := b.rotated("root", 0); r.Generation != 2 {
		t.Errorf("epoch %d", r.Generation)
	}
	check("root")
	if r := b.rotated("contract", 1); r.Generation != 2 {
		t.Errorf("generation %d", r.Generation)
	}
	check("contract")
	b.rotated("contract", 0)
	check("installation")
	for n := range 2 {
		public := b.rotated("accounts", 1).Accounts[0].Public
		mails = append(mails, b.mail(public, 1, 11, sekisho.MessageID(10+n)))
		check("account")
	}
	if bytes.Equal(b.rotated("accounts", 1).Accounts[0].Public, ann.Public) {
		t.Error("the account's public key is the same")
	}
	b.Close()
	b = open(t, dir)
	live = must[wire.Ticket](t)(b.signIn(1, 11, ann.AppPassword))
	check("restart")
	must[wire.Slot](t)(b.recover(background, admin, wire.Recover{Contract: 1, Account: 11, Shares: wire.Presented{Words: keys.Shares.Words}, Password: "battery staple"}))
	must[wire.Slot](t)(b.newSlot(background, admin, wire.NewSlot{Contract: 1, Account: 11, Password: "battery staple", Do: "app-password"}))
	check("recovery")
	if n := must[int](t)(b.keys.count("succession", 1)); n != 0 {
		t.Errorf("%d private halves still wait although every slot has been opened", n)
	}
	if _, err := b.rotate(background, admin, wire.Rotate{What: "contract", Contract: 9}); sekisho.KindOf(err) != sekisho.NotFound {
		t.Errorf("a contract that is not there: %v", err)
	}
}

// What retired is destroyed when no data backup can need it any more.
func TestRetiredKeysGo(t *testing.T) {
	b := open(t, t.TempDir())
	b.account(1, 11)
	b.rotated("contract", 1)
	if n := len(must[[]contractKeyRow](t)(b.current.keys())); n != 3 {
		t.Fatalf("%d keys", n)
	}
	b.now = b.now.Add(defaultBackups + time.Hour)
	b.rotated("root", 0)
	if n := len(must[[]contractKeyRow](t)(b.current.keys())); n != 2 {
		t.Errorf("%d keys after the backups' time", n)
	}
}

// copyData makes a data backup: what vault has, without the current table and the root key.
func copyData(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(from, path)
		if err != nil || strings.HasPrefix(rel, "current.db") || strings.HasPrefix(rel, "root.key") {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func copyAll(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// A data backup from before a termination, put back under the current table, opens nothing of that contract and everything of
// the others, also when keys were rotated since. With the old current table and the old root key of the same time it would
// open: so those are never in a backup, and the old root key is gone from the directory.
func TestTermination(t *testing.T) {
	dir, backup := t.TempDir(), t.TempDir()
	b := open(t, dir)
	ann, bob := b.account(1, 11), b.account(2, 22)
	annMail, bobMail := b.mail(ann.Public, 1, 11, 5), b.mail(bob.Public, 2, 22, 6)
	annLive, bobLive := must[wire.Ticket](t)(b.signIn(1, 11, ann.AppPassword)), must[wire.Ticket](t)(b.signIn(2, 22, bob.AppPassword))
	must[wire.Snapshot](t)(b.snapshot(background, admin, wire.SnapshotQuery{}))
	copyData(t, dir, backup)
	if err := os.Rename(filepath.Join(backup, snapshotFile), filepath.Join(backup, "keys.db")); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(backup, "keys.db-wal"))
	os.Remove(filepath.Join(backup, "keys.db-shm"))
	oldRoot := must[[]byte](t)(os.ReadFile(filepath.Join(dir, "root.key")))
	b.rotated("contract", 2)
	q := wire.Terminate{Contract: 1, Name: "Mori Trading", Reason: "the contract ended", Contact: "Mori <mori@home.example>", Messages: 1, Bytes: 100, Operator: 1}
	c := must[wire.Certificate](t)(b.terminate(background, admin, q))
	if !c.Done || !ed25519.Verify(c.Public, c.Statement, c.Signature) {
		t.Fatal("no signed certificate")
	}
	var s Statement
	if err := json.Unmarshal(c.Statement, &s); err != nil {
		t.Fatal(err)
	}
	if s.Accounts != 1 || s.OldEpoch != 1 || s.NewEpoch != 2 || len(s.Classes) < 10 || s.Destroyed.IsZero() || !s.Copies.After(s.Backups) || s.Messages != 1 {
		t.Errorf("%+v", s)
	}
	again := must[wire.Certificate](t)(b.terminate(background, admin, wire.Terminate{Contract: 1, Name: "another"}))
	if !bytes.Equal(again.Statement, c.Statement) {
		t.Error("asking twice gave two certificates")
	}
	if b.reads(annLive, annMail) {
		t.Error("a live session survived its contract")
	}
	if !b.reads(bobLive, bobMail) {
		t.Error("another contract's session is dead")
	}
	if _, err := b.newContract(background, admin, wire.NewContract{Contract: 1}); err == nil {
		t.Error("a terminated contract got a new key")
	}
	if got := must[wire.ContactGiven](t)(b.contact(background, admin, wire.ContactQuery{Contract: 1})); got.Contact != q.Contact {
		t.Errorf("contact %q", got.Contact)
	}
	if b.count(ledger.Entry{Kind: ledger.Termination}) != 1 || b.count(ledger.Entry{Kind: ledger.Opening, Class: sekisho.ClassDirectory}) != 1 {
		t.Error("the termination or the look at the contact is not in the ledger")
	}
	b.Close()
	searchFiles(t, dir, oldRoot)

	for _, f := range []string{"root.key", "current.db"} {
		raw := must[[]byte](t)(os.ReadFile(filepath.Join(dir, f)))
		if err := os.WriteFile(filepath.Join(backup, f), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := open(t, backup)
	if _, err := r.signIn(1, 11, ann.AppPassword); err == nil {
		t.Error("an account of the terminated contract signs in from the restored backup")
	}
	if !r.reads(must[wire.Ticket](t)(r.signIn(2, 22, bob.AppPassword)), bobMail) {
		t.Error("another contract is not whole after the restore")
	}
	r.now = r.now.Add(defaultContact + 48*time.Hour)
	if _, err := r.contact(background, admin, wire.ContactQuery{Contract: 1}); sekisho.KindOf(err) != sekisho.NotFound {
		t.Errorf("a contact after its time: %v", err)
	}
}

// searchFiles looks for bytes that must be nowhere.
func searchFiles(t *testing.T, dir string, secret []byte) {
	t.Helper()
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if raw, err := os.ReadFile(path); err != nil || bytes.Contains(raw, secret) {
			t.Errorf("%s holds the destroyed key (%v)", path, err)
		}
		return nil
	})
}

var errCrash = errors.New("crash")

// TestCrashes ends vault at every step of every operation about keys. After the next start the operation is either not begun,
// or it can be repeated to its end, and everything that shall open opens.
func TestCrashes(t *testing.T) {
	template := t.TempDir()
	b := open(t, template)
	keys := must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1}))
	ann := must[wire.AccountKeys](t)(b.newAccount(background, admin, wire.NewAccount{Contract: 1, Account: 11, Password: "correct horse", AppPassword: true}))
	bob := b.account(2, 22)
	annMail, bobMail := b.mail(ann.Public, 1, 11, 5), b.mail(bob.Public, 2, 22, 6)
	b.Close()
	_ = keys
	operations := map[string]func(*bench) error{
		"root": func(b *bench) error {
			_, err := b.rotate(background, admin, wire.Rotate{What: "root"})
			return err
		},
		"contract": func(b *bench) error {
			_, err := b.rotate(background, admin, wire.Rotate{What: "contract", Contract: 1})
			return err
		},
		"new": func(b *bench) error {
			_, err := b.newContract(background, admin, wire.NewContract{Contract: 3})
			return err
		},
		"terminate": func(b *bench) error {
			_, err := b.terminate(background, admin, wire.Terminate{Contract: 1, Name: "Mori", Contact: "x@y.example"})
			return err
		},
	}
	for name, run := range operations {
		crashes := 0
		for n := 0; ; n++ {
			dir := scratch(t)
			copyAll(t, template, dir)
			left := crashAt(t, dir, n, run)
			if left == "" {
				break
			}
			once := scratch(t)
			copyAll(t, left, once)
			crashes++
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				afterCrash(t, once, name, run, ann, bob, annMail, bobMail)
			})
			// And once more: a crash while the next start finishes.
			for m := 0; ; m++ {
				start := scratch(t)
				copyAll(t, left, start)
				twice := crashAt(t, start, m, nil)
				if twice == "" {
					break
				}
				t.Run(fmt.Sprintf("%s/%d/%d", name, n, m), func(t *testing.T) {
					afterCrash(t, twice, name, run, ann, bob, annMail, bobMail)
				})
			}
		}
		if crashes == 0 {
			t.Errorf("%s: no place to crash", name)
		}
	}
}

// crashAt opens vault, runs an operation and ends it at the n-th place; "" when there was no such place. It gives a copy of
// what was on disk at that moment, which is all that a crash leaves: nothing is closed in order.
func crashAt(t *testing.T, dir string, n int, run func(*bench) error) (left string) {
	t.Helper()
	count, armed := 0, run == nil
	b := &bench{t: t, now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	defer func() {
		if r := recover(); r != nil && r != errCrash {
			panic(r)
		}
		if b.Vault != nil {
			b.Vault.Close()
		}
	}()
	v, err := New(Config{Dir: dir, Clock: func() time.Time { return b.now }, crash: func(string) {
		if armed {
			if count == n {
				left = scratch(t)
				copyAll(t, dir, left)
				panic(errCrash)
			}
			count++
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	b.Vault, armed = v, true
	if run != nil {
		if err := run(b); err != nil {
			t.Fatal(err)
		}
	}
	return ""
}

// scratch is a directory that may still be written into when the test ends: by a vault that crashed while it started.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sekisho-vault-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func afterCrash(t *testing.T, dir, name string, run func(*bench) error, ann, bob wire.AccountKeys, annMail, bobMail sealed) {
	b := open(t, dir)
	ended := len(must[wire.Certificates](t)(b.terminated(background, admin, wire.Nothing{})).List) > 0
	whole := func(gone bool) {
		t.Helper()
		if !b.reads(must[wire.Ticket](t)(b.signIn(2, 22, bob.AppPassword)), bobMail) {
			t.Error("the other contract is not whole")
		}
		ticket, err := b.signIn(1, 11, ann.AppPassword)
		if gone && err == nil {
			t.Error("a terminated contract's account signs in")
		}
		if !gone && (err != nil || !b.reads(ticket, annMail)) {
			t.Errorf("the contract is not whole: %v", err)
		}
	}
	whole(ended)
	if ended {
		if c := must[wire.Certificates](t)(b.terminated(background, admin, wire.Nothing{})).List[0]; !c.Done || !ed25519.Verify(c.Public, c.Statement, c.Signature) {
			t.Error("a termination that was begun was not finished at the start")
		}
	}
	if err := run(b); err != nil {
		t.Errorf("repeated: %v", err)
	}
	whole(name == "terminate")
	files, _ := filepath.Glob(filepath.Join(dir, "root.key*"))
	if len(files) != 1 {
		t.Errorf("root keys left: %v", files)
	}
	b.whole()
}

// A root key that wraps the epochs' keys comes by a descriptor; an installation moves to it by a rotation.
func TestRootByDescriptor(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir)
	ann := b.account(1, 11)
	mail := b.mail(ann.Public, 1, 11, 5)
	b.Close()
	passed := must[Root](t)(DescriptorRoot(bytes.NewReader(seal.NewKey())))
	start := func(r Root) (*bench, error) {
		b := &bench{t: t, now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
		var err error
		b.Vault, err = New(Config{Dir: dir, Root: r, Clock: func() time.Time { return b.now }})
		return b, err
	}
	b, err := start(passed)
	if err != nil {
		t.Fatal(err)
	}
	b.rotated("root", 0)
	b.Close()
	if _, err := os.Stat(filepath.Join(dir, "root.key")); err == nil {
		t.Error("root.key is still there after the move")
	}
	if _, err := start(must[Root](t)(DescriptorRoot(bytes.NewReader(seal.NewKey())))); sekisho.KindOf(err) != sekisho.Denied {
		t.Errorf("with another key: %v", err)
	}
	if _, err := start(nil); sekisho.KindOf(err) != sekisho.Invalid {
		t.Errorf("without it: %v", err)
	}
	if b, err = start(passed); err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if !b.reads(must[wire.Ticket](t)(b.signIn(1, 11, ann.AppPassword)), mail) {
		t.Error("the mail does not open")
	}
	for _, bad := range []int{0, 31, 33} {
		if _, err := DescriptorRoot(bytes.NewReader(make([]byte, bad))); err == nil {
			t.Errorf("%d bytes were taken", bad)
		}
	}
}

// Tables that do not belong together are refused and nothing is made anew over them.
func TestTablesThatDoNotFit(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir)
	b.account(1, 11)
	b.Close()
	older := t.TempDir()
	copyAll(t, dir, older)
	b = open(t, dir)
	b.rotated("contract", 1)
	b.Close()
	for name, harm := range map[string]func(d string) error{
		"no current table": func(d string) error { return os.Remove(filepath.Join(d, "current.db")) },
		"an old current table": func(d string) error {
			raw, err := os.ReadFile(filepath.Join(older, "current.db"))
			return errors.Join(err, os.WriteFile(filepath.Join(d, "current.db"), raw, 0o600))
		},
		"a directory of an earlier build": func(d string) error {
			k, err := openKeys(filepath.Join(d, "keys.db"))
			if err != nil {
				return err
			}
			_, err = k.db.Exec(`CREATE TABLE contract_key (contract BIGINT PRIMARY KEY, wrapped BLOB NOT NULL)`)
			return errors.Join(err, k.close(), os.Remove(filepath.Join(d, "current.db")))
		},
		"another root key": func(d string) error {
			os.Remove(filepath.Join(d, "root.key"))
			return os.WriteFile(filepath.Join(d, "root.key"), seal.NewKey(), 0o400)
		},
		"a short root key": func(d string) error {
			os.Remove(filepath.Join(d, "root.key"))
			return os.WriteFile(filepath.Join(d, "root.key"), []byte("short"), 0o400)
		},
	} {
		d := t.TempDir()
		copyAll(t, dir, d)
		if err := harm(d); err != nil {
			t.Fatal(err)
		}
		before := must[[]byte](t)(os.ReadFile(filepath.Join(d, "keys.db")))
		if _, err := New(Config{Dir: d}); sekisho.KindOf(err) != sekisho.Corrupt {
			t.Errorf("%s: %v", name, err)
		}
		if after := must[[]byte](t)(os.ReadFile(filepath.Join(d, "keys.db"))); !bytes.Equal(before, after) {
			t.Errorf("%s: keys.db was changed", name)
		}
	}
}

// forge makes a share of the same set with another value and a right sum: what an officer who cheats would bring.
func forge(t *testing.T, words string) string {
	t.Helper()
	s, err := share.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	s.Value[3] ^= 1
	return s.String()
}

// A reader logs in people of its own cell and shows certificates of its own cell, whatever it asks for.
func TestCells(t *testing.T) {
	b := open(t, t.TempDir())
	b.config.Cells = 3
	ann, bob := b.account(1, 11), b.account(2, 22)
	must[wire.Nothing](t)(b.pin(background, admin, wire.Pin{Contract: 1, Hosts: []string{"imap.mori.example"}}))
	signer := must[wire.Signer](t)(b.newSigner(background, admin, wire.NewSigner{Purpose: "tls", Name: "imap.mori.example", Algorithm: "ecdsa-p256"}))
	own := must[wire.Signer](t)(b.newSigner(background, admin, wire.NewSigner{Purpose: "tls", Name: "localhost", Algorithm: "ecdsa-p256"}))
	digest := make([]byte, 32)
	for cell := range uint16(3) {
		who := sekisho.Caller{Role: sekisho.Reader, Instance: 7, Cell: cell}
		mine := cell == wire.CellOf(1, 3)
		_, err1 := b.login(background, who, wire.Login{Contract: 1, Account: 11, Secret: ann.AppPassword, Client: client})
		_, err2 := b.signTLS(background, who, wire.Sign{Key: signer.Key, Digest: digest, Hash: 5})
		if (err1 == nil) != mine || (err2 == nil) != mine {
			t.Errorf("cell %d, Mori is in %d: login %v, certificate %v", cell, wire.CellOf(1, 3), err1, err2)
		}
		_, err := b.login(background, who, wire.Login{Contract: 2, Account: 22, Secret: bob.AppPassword, Client: client})
		if (err == nil) != (cell == 0) {
			t.Errorf("cell %d, somebody of the shared cell: %v", cell, err)
		}
		if _, err := b.signTLS(background, who, wire.Sign{Key: own.Key, Digest: digest, Hash: 5}); err != nil {
			t.Errorf("cell %d: the installation's certificate: %v", cell, err)
		}
	}
	gate := sekisho.Caller{Role: sekisho.Gate, Instance: 9}
	if _, err := b.login(background, gate, wire.Login{Contract: 1, Account: 11, Secret: ann.AppPassword, Client: client}); err != nil {
		t.Errorf("submission has no cells: %v", err)
	}
}

// Mail is read without a gap while every key is being replaced.
func TestRotationUnderLoad(t *testing.T) {
	b := open(t, t.TempDir())
	ann := b.account(1, 11)
	mail := b.mail(ann.Public, 1, 11, 5)
	v := b.Vault
	v.config.Clock = time.Now
	ctx, cancel := context.WithCancel(background)
	s := v.Service(func(by sekisho.Caller, call string, why error) { t.Errorf("%s: %v", call, why) })
	asks, manages := wire.NewPeer(sekisho.Vault), wire.NewPeer(sekisho.Vault)
	must[struct{}](t)(struct{}{}, errors.Join(wire.Local(ctx, reader, s, asks), wire.Local(ctx, admin, s, manages)))
	var running sync.WaitGroup
	stop := make(chan struct{})
	reads := make([]int, 4)
	for i := range reads {
		running.Go(func() {
			ticket, err := wire.VaultLogin.Ask(ctx, asks, wire.Login{Contract: 1, Account: 11, Secret: ann.AppPassword, Protocol: "imap", Client: client})
			if err != nil {
				t.Error(err)
				return
			}
			q := wire.Open{Session: ticket.Session, Secret: ticket.Secret, Classes: []sekisho.Class{sekisho.ClassBody}, Boxes: []wire.MessageBox{mail.MessageBox}}
			for {
				got, err := wire.VaultOpen.Ask(ctx, asks, q)
				if err != nil || len(got.Messages[0].Keys) != 1 {
					t.Errorf("after %d reads: %v", reads[i], err)
					return
				}
				reads[i]++
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for range 10 {
		for _, q := range []wire.Rotate{{What: "root"}, {What: "contract", Contract: 1}, {What: "contract"}, {What: "accounts", Contract: 1}} {
			if _, err := wire.VaultRotate.Ask(ctx, manages, q); err != nil {
				t.Error(err)
			}
		}
	}
	close(stop)
	running.Wait()
	cancel()
	for i, n := range reads {
		if n < 2 {
			t.Errorf("reader %d read %d times", i, n)
		}
	}
}

// A key that is destroyed signs nothing any more, not even from what is kept in memory; doing it again changes nothing.
func TestDestroyedSigner(t *testing.T) {
	b := open(t, t.TempDir())
	must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1}))
	made := must[wire.Signer](t)(b.newSigner(background, admin, wire.NewSigner{Contract: 1, Purpose: "dkim", Name: "s1.mori.example", Algorithm: "ed25519"}))
	must[wire.Signed](t)(b.signDKIM(background, post, wire.Sign{Key: made.Key, Digest: []byte("x")}))
	for range 2 {
		must[wire.Signer](t)(b.newSigner(background, admin, wire.NewSigner{Contract: 1, Purpose: "dkim", Name: "s1.mori.example", Gone: true}))
	}
	if _, err := b.signDKIM(background, post, wire.Sign{Key: made.Key, Digest: []byte("x")}); err == nil {
		t.Error("a destroyed key signs")
	}
	if _, err := b.newSigner(background, admin, wire.NewSigner{Purpose: "tls", Name: "mx.example", Gone: true}); err == nil {
		t.Error("a key of TLS is destroyed by its name")
	}
	again := must[wire.Signer](t)(b.newSigner(background, admin, wire.NewSigner{Contract: 1, Purpose: "dkim", Name: "s1.mori.example", Algorithm: "ed25519"}))
	if again.Key == made.Key {
		t.Error("the same key again")
	}
}
