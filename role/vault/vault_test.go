package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/ledger/book"
	"sekisho/seal"
	"sekisho/wire"
)

type bench struct {
	*Vault
	t   testing.TB
	now time.Time

	ledger atomic.Int64 // the journal's own time, ms since 1970: it looks at any moment
}

var (
	reader = sekisho.Caller{Role: sekisho.Reader, Instance: 7}
	admin  = sekisho.Caller{Role: sekisho.Admin, Instance: 8}
	post   = sekisho.Caller{Role: sekisho.Post, Instance: 9}
	client = netip.MustParseAddr("192.0.2.1")
)

func open(t testing.TB, dir string) *bench {
	t.Helper()
	return openWith(t, Config{Dir: dir})
}

func openWith(t testing.TB, c Config) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	b.ledger.Store(b.now.UnixMilli())
	c.Clock = func() time.Time { return b.now }
	c.Ledger.Clock = func() time.Time { return time.UnixMilli(b.ledger.Load()) }
	v, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	b.Vault = v
	t.Cleanup(func() { v.Close() })
	return b
}

func must[T any](t testing.TB) func(T, error) T {
	return func(x T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
}

func (b *bench) entries() []ledger.Entry {
	b.t.Helper()
	list, _, _ := b.journal.Recent(0, 1<<20, false, 0)
	var out []ledger.Entry
	for _, r := range list {
		out = append(out, must[ledger.Entry](b.t)(ledger.ParseRow(r.Row[:])))
	}
	return out
}

// whole verifies the ledger.
func (b *bench) whole() {
	b.t.Helper()
	q := wire.Verify{}
	for {
		a := must[wire.Verified](b.t)(b.verify(context.Background(), admin, q))
		if q.Token = a.Token; !a.Finished {
			continue
		}
		var r book.Report
		if err := json.Unmarshal(a.Report, &r); err != nil || len(r.Faults) > 0 || r.Entries == 0 {
			b.t.Errorf("the ledger: %+v %v", r, err)
		}
		return
	}
}

func (b *bench) count(want ledger.Entry) int {
	n := 0
	for _, e := range b.entries() {
		if e.Kind == want.Kind && (want.Class == 0 || e.Class == want.Class) && (want.Account == 0 || e.Account == want.Account) &&
			(want.Object == 0 || e.Object <= want.Object && want.Object < e.Object+uint64(e.Count)) {
			n++
		}
	}
	return n
}

// account makes contract c with account a and gives its public key and app password.
func (b *bench) account(c sekisho.ContractID, a sekisho.AccountID) wire.AccountKeys {
	b.t.Helper()
	must[wire.ContractKeys](b.t)(b.newContract(context.Background(), admin, wire.NewContract{Contract: c}))
	return must[wire.AccountKeys](b.t)(b.newAccount(context.Background(), admin,
		wire.NewAccount{Contract: c, Account: a, Password: "correct horse", AppPassword: true}))
}

func box(t testing.TB, public []byte, f seal.For, data []byte) []byte {
	t.Helper()
	p := must[seal.Public](t)(seal.ParsePublic(public))
	return must[[]byte](t)(p.Box(f, data))
}

func (b *bench) signIn(c sekisho.ContractID, a sekisho.AccountID, secret string) (wire.Ticket, error) {
	return b.login(context.Background(), reader, wire.Login{Contract: c, Account: a, Secret: secret, Protocol: "imap", Client: client})
}

func TestOpenings(t *testing.T) {
	b := open(t, t.TempDir())
	ann, bob := b.account(1, 11), b.account(2, 22)
	ticket := must[wire.Ticket](t)(b.signIn(1, 11, ann.AppPassword))
	data := seal.NewKey()
	mine := func(m sekisho.MessageID) wire.MessageBox {
		return wire.MessageBox{Message: m, Key: wire.AccountKey,
			Sealed: box(t, ann.Public, seal.For{Contract: 1, Account: 11, Key: uint8(wire.AccountKey), Message: m}, data)}
	}
	foreign := wire.MessageBox{Message: 7, Key: wire.AccountKey,
		Sealed: box(t, bob.Public, seal.For{Contract: 2, Account: 22, Key: uint8(wire.AccountKey), Message: 7}, data)}
	moved := mine(8)
	moved.Message = 9
	q := wire.Open{Session: ticket.Session, Secret: ticket.Secret, Classes: []sekisho.Class{sekisho.ClassHeader, sekisho.ClassBody},
		Boxes: []wire.MessageBox{mine(3), mine(4), mine(5), foreign, moved}}
	got := must[wire.Opened](t)(b.open(context.Background(), reader, q))
	for i := range 3 {
		if !bytes.Equal(got.Messages[i].Keys[1], seal.ClassKey(data, sekisho.ClassBody)) {
			t.Errorf("box %d: wrong body key", i)
		}
	}
	if got.Messages[3].Keys != nil || got.Messages[4].Keys != nil {
		t.Error("a box of another account, or one moved to another message, was opened")
	}
	for _, c := range q.Classes {
		if b.count(ledger.Entry{Kind: ledger.Opening, Class: c, Account: 11}) != 1 {
			t.Errorf("%s: three neighbours are one entry", c)
		}
		if n := b.count(ledger.Entry{Kind: ledger.Denial, Class: c, Object: 7}) + b.count(ledger.Entry{Kind: ledger.Denial, Class: c, Object: 9}); n != 2 {
			t.Errorf("%s: %d denials, want 2", c, n)
		}
	}
	again := q
	again.Boxes = []wire.MessageBox{{Message: 4, Key: wire.WrappedKey, Sealed: got.Messages[1].Wrapped}}
	if o := must[wire.Opened](t)(b.open(context.Background(), reader, again)); !bytes.Equal(o.Messages[0].Keys[0], seal.ClassKey(data, sekisho.ClassHeader)) {
		t.Error("the wrap made at the first opening does not open")
	}
}

func TestWhoMayNotOpen(t *testing.T) {
	b := open(t, t.TempDir())
	ann := b.account(1, 11)
	ticket := must[wire.Ticket](t)(b.signIn(1, 11, ann.AppPassword))
	q := wire.Open{Session: ticket.Session, Secret: ticket.Secret, Classes: []sekisho.Class{sekisho.ClassBody}}
	other := sekisho.Caller{Role: sekisho.Reader, Instance: 99}
	stolen := q
	stolen.Secret = seal.NewKey()
	for name, try := range map[string]func() error{
		"another process":    func() error { _, err := b.open(context.Background(), other, q); return err },
		"without the secret": func() error { _, err := b.open(context.Background(), reader, stolen); return err },
		"a class mails have not": func() error {
			x := q
			x.Classes = []sekisho.Class{sekisho.ClassLogin}
			_, err := b.open(context.Background(), reader, x)
			return err
		},
		"after the session ended": func() error {
			b.now = b.now.Add(13 * time.Hour)
			_, err := b.open(context.Background(), reader, q)
			return err
		},
	} {
		before := b.count(ledger.Entry{Kind: ledger.Denial})
		if err := try(); err == nil {
			t.Errorf("%s: opened", name)
		}
		if b.count(ledger.Entry{Kind: ledger.Denial}) != before+1 {
			t.Errorf("%s: no denial was entered", name)
		}
	}
}

func TestLogin(t *testing.T) {
	b := open(t, t.TempDir())
	ann := b.account(1, 11)
	if _, err := b.signIn(1, 11, "correct horse"); sekisho.KindOf(err) != sekisho.Denied {
		t.Errorf("the main password on IMAP: %v", err)
	}
	if _, err := b.signIn(1, 0, ann.AppPassword); sekisho.KindOf(err) != sekisho.Denied {
		t.Errorf("nobody: %v", err)
	}
	for range guesses {
		b.signIn(1, 11, "wrong")
	}
	if _, err := b.signIn(1, 11, ann.AppPassword); sekisho.KindOf(err) != sekisho.Denied {
		t.Errorf("after %d wrong secrets from this address: %v", guesses, err)
	}
	elsewhere := wire.Login{Contract: 1, Account: 11, Secret: ann.AppPassword, Client: netip.MustParseAddr("192.0.2.99")}
	if _, err := b.login(context.Background(), reader, elsewhere); err != nil {
		t.Errorf("the owner elsewhere is locked out too: %v", err)
	}
	b.now = b.now.Add(guessWindow + time.Second)
	if _, err := b.signIn(1, 11, ann.AppPassword); err != nil {
		t.Errorf("after the window: %v", err)
	}
	if b.count(ledger.Entry{Kind: ledger.Failure}) < guesses+2 || b.count(ledger.Entry{Kind: ledger.Login}) != 2 {
		t.Error("logins and failures are not all in the ledger")
	}
}

func TestSlots(t *testing.T) {
	b := open(t, t.TempDir())
	b.account(1, 11)
	ask := func(q wire.NewSlot) (wire.Slot, error) {
		q.Contract, q.Account = 1, 11
		return b.newSlot(context.Background(), admin, q)
	}
	if _, err := ask(wire.NewSlot{Password: "wrong password", Do: "app-password"}); sekisho.KindOf(err) != sekisho.Denied {
		t.Fatalf("with a wrong main password: %v", err)
	}
	phone := must[wire.Slot](t)(ask(wire.NewSlot{Password: "correct horse", Do: "app-password", Label: "phone"}))
	must[wire.Ticket](t)(b.signIn(1, 11, phone.Secret))
	must[wire.Slot](t)(ask(wire.NewSlot{Password: "correct horse", Do: "password", NewPassword: "battery staple"}))
	if _, err := ask(wire.NewSlot{Password: "correct horse", Do: "revoke", Slot: phone.ID}); err == nil {
		t.Error("the old password still works")
	}
	must[wire.Slot](t)(ask(wire.NewSlot{Password: "battery staple", Do: "revoke", Slot: phone.ID}))
	if _, err := b.signIn(1, 11, phone.Secret); err == nil {
		t.Error("a revoked app password still works")
	}
}

func TestSpoolIsForPostOnly(t *testing.T) {
	b := open(t, t.TempDir())
	b.account(1, 11)
	keys := must[wire.ContractKeys](t)(b.newContract(context.Background(), admin, wire.NewContract{Contract: 1}))
	data := seal.NewKey()
	q := wire.OpenKept{Contract: 1, Key: wire.SpoolKey, Classes: []sekisho.Class{sekisho.ClassBody}, Boxes: []wire.MessageBox{{Message: 5, Key: wire.SpoolKey,
		Sealed: box(t, keys.Spool, seal.For{Contract: 1, Key: uint8(wire.SpoolKey), Message: 5}, data)}}}
	if got := must[wire.Opened](t)(b.openSpool(context.Background(), post, q)); got.Messages[0].Keys == nil {
		t.Fatal("spool does not open")
	}
	q.Key = wire.QuarantineKey
	if _, err := b.openSpool(context.Background(), post, q); sekisho.KindOf(err) != sekisho.Denied {
		t.Errorf("post opened quarantine: %v", err)
	}
}

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir)
	ann := b.account(1, 11)
	ticket := must[wire.Ticket](t)(b.signIn(1, 11, ann.AppPassword))
	entries := len(b.entries())
	b.Close()
	c := open(t, dir)
	if _, err := c.open(context.Background(), reader, wire.Open{Session: ticket.Session, Secret: ticket.Secret}); err == nil {
		t.Error("a session outlived vault")
	}
	must[wire.Ticket](t)(c.signIn(1, 11, ann.AppPassword))
	if got := len(c.entries()); got < entries+2 {
		t.Errorf("%d entries after the restart, there were %d before", got, entries)
	}
	c.whole()
	c.Close()
	if err := os.Remove(filepath.Join(dir, "root.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Dir: dir}); sekisho.KindOf(err) != sekisho.Corrupt {
		t.Errorf("without its root key vault started and would have made a new one: %v", err)
	}
}

func TestNoLedgerNoOpening(t *testing.T) {
	b := open(t, t.TempDir())
	ann := b.account(1, 11)
	ticket := must[wire.Ticket](t)(b.signIn(1, 11, ann.AppPassword))
	b.journal.Close() // the disk is gone
	data := seal.NewKey()
	q := wire.Open{Session: ticket.Session, Secret: ticket.Secret, Classes: []sekisho.Class{sekisho.ClassBody}, Boxes: []wire.MessageBox{{Message: 3,
		Key: wire.AccountKey, Sealed: box(t, ann.Public, seal.For{Contract: 1, Account: 11, Key: uint8(wire.AccountKey), Message: 3}, data)}}}
	if got, err := b.open(context.Background(), reader, q); sekisho.KindOf(err) != sekisho.Unavailable || got.Messages != nil {
		t.Errorf("opened without an entry: %v", err)
	}
	if _, err := b.signIn(1, 11, ann.AppPassword); err == nil {
		t.Error("logged in without an entry")
	}
}

func TestSigners(t *testing.T) {
	b := open(t, t.TempDir())
	b.account(1, 11)
	dkim := must[wire.Signer](t)(b.newSigner(context.Background(), admin, wire.NewSigner{Contract: 1, Purpose: "dkim", Name: "s1.mori.example", Algorithm: "ed25519"}))
	again := must[wire.Signer](t)(b.newSigner(context.Background(), admin, wire.NewSigner{Contract: 1, Purpose: "dkim", Name: "s1.mori.example", Algorithm: "ed25519"}))
	if dkim.Key != again.Key {
		t.Error("asking twice made two keys")
	}
	must[wire.Signed](t)(b.signDKIM(context.Background(), post, wire.Sign{Key: dkim.Key, Digest: []byte("what is signed"), For: 5}))
	if _, err := b.signTLS(context.Background(), reader, wire.Sign{Key: dkim.Key, Digest: []byte("x")}); sekisho.KindOf(err) != sekisho.Denied {
		t.Errorf("a DKIM key signed for TLS: %v", err)
	}
	if b.count(ledger.Entry{Kind: ledger.Signature, Object: dkim.Key}) != 1 {
		t.Error("the signature is not in the ledger")
	}
	must[wire.Signer](t)(b.newSigner(context.Background(), admin, wire.NewSigner{Purpose: "tls", Name: "localhost", Algorithm: "ecdsa-p256"}))
	if c := must[wire.Chains](t)(b.chains(context.Background(), admin, wire.Nothing{})); len(c.List) != 1 || len(c.CA) == 0 {
		t.Errorf("%d chains", len(c.List))
	}
}

// What the supervisor tells is entered in the stream of whom it is about; what could not be entered comes with the next beat,
// marked; and every component that lives says so.
func TestBeats(t *testing.T) {
	b := open(t, t.TempDir())
	cell := sekisho.Caller{Role: sekisho.Reader, Instance: 70, Cell: 2}
	twin := sekisho.Caller{Role: sekisho.Reader, Instance: 71, Cell: 2}
	digest := [32]byte{1, 2, 3}
	for _, who := range []sekisho.Caller{cell, twin, {Role: sekisho.Inspect, Instance: 72}} {
		if err := b.Began(who, digest); err != nil {
			t.Fatal(err)
		}
	}
	last := b.entries()[len(b.entries())-1]
	if last.Kind != ledger.Start || last.Role != sekisho.Inspect || last.Process != 72 || last.Digest() != digest {
		t.Errorf("%+v", last)
	}
	if err := b.beat(); err != nil {
		t.Fatal(err)
	}
	if n := b.count(ledger.Entry{Kind: ledger.Heartbeat}); n != 3 { // vault itself, reader's cell once, inspect
		t.Errorf("%d heartbeats, want 3", n)
	}
	if err := b.Ended(twin); err != nil {
		t.Fatal(err)
	}
	s := must[*book.Stream](t)(b.journal.Stream(ledger.Stream{Role: sekisho.Reader, Cell: 2}))
	if s.Size() != 4 {
		t.Errorf("%s has %d entries, want two starts, a beat and an end", s.Name, s.Size())
	}
	v := b.journal
	b.journal = openWith(t, Config{Dir: t.TempDir()}).journal // one that is closed: nothing can be entered
	b.journal.Close()
	if err := b.Ended(cell); err == nil {
		t.Fatal("entered in a closed ledger")
	}
	b.journal = v
	if err := b.beat(); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, e := range b.entries() {
		found = found || e.Kind == ledger.Stop && e.Process == 70 && e.Flags&ledger.FlagGap != 0
	}
	if !found {
		t.Error("an end that could not be entered at once is lost")
	}
	if len(b.living.unsaid) > 0 {
		t.Error("it would be entered again")
	}
}

func TestFlags(t *testing.T) {
	b := open(t, t.TempDir())
	ann := b.account(1, 11)
	ticket := must[wire.Ticket](t)(b.signIn(1, 11, ann.AppPassword))
	q := wire.Open{Session: ticket.Session, Secret: ticket.Secret, Classes: []sekisho.Class{sekisho.ClassBody}, Index: true, Sync: true,
		Boxes: []wire.MessageBox{b.mail(ann.Public, 1, 11, 5).MessageBox, {Message: 9, Key: wire.AccountKey, Sealed: []byte("no box")}}}
	must[wire.Opened](t)(b.open(background, reader, q))
	for _, e := range b.entries() {
		want := uint8(0)
		switch {
		case e.Kind == ledger.Opening && e.Class == sekisho.ClassIndex:
			want = ledger.FlagLease
		case e.Kind == ledger.Opening:
			want = ledger.FlagSync
		case e.Kind == ledger.Denial:
			want = ledger.FlagSync | ledger.FlagDenied
		}
		if e.Flags != want {
			t.Errorf("%+v: flags %d, want %d", e, e.Flags, want)
		}
	}
}
