package vault

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/wire"
)

// handOf signs account 11 of contract 1 in, for a process.
func (b *bench) handOf(process sekisho.Instance, app string) wire.Hand {
	b.t.Helper()
	who := sekisho.Caller{Role: sekisho.Vault, Instance: process, Cell: wire.CellOf(1, max(b.config.Cells, 1))}
	t := must[wire.Ticket](b.t)(b.login(background, who, wire.Login{Contract: 1, Account: 11, Secret: app, Protocol: "imap", Client: client}))
	return wire.Hand{Session: t.Session, Secret: t.Secret}
}

func (d *driven) aboutHands() []drive {
	k := func(kinds ...ledger.Kind) []ledger.Kind { return kinds }
	return []drive{
		{"vault.hand-contract", k(ledger.Grant), "", is(wire.VaultHandContract, func() wire.HandContract {
			return wire.HandContract{Hand: d.hand, New: wire.NewContract{Contract: 1}}
		}, nil)},
		{"vault.hand-account", k(ledger.Grant, ledger.KeyMade), "", is(wire.VaultHandAccount, func() wire.HandAccount {
			return wire.HandAccount{Hand: d.hand, New: wire.NewAccount{Contract: 1, Account: 12, Password: "correct horse"}}
		}, nil)},
		{"vault.hand-signer", k(ledger.Grant, ledger.KeyMade), "", is(wire.VaultHandSigner, func() wire.HandSigner {
			return wire.HandSigner{Hand: d.hand, New: wire.NewSigner{Contract: 1, Purpose: "dkim", Name: "t.mori.example", Algorithm: "ed25519"}}
		}, nil)},
		{"vault.hand-kept", k(ledger.Opening), "", is(wire.VaultHandKept, func() wire.HandKept {
			return wire.HandKept{Hand: d.hand, Open: d.kept(wire.QuarantineKey, d.keys.Quarantine)}
		}, nil)},
		{"vault.hand-transit", k(ledger.PassedBy), "", is(wire.VaultHandTransit, func() wire.HandTransit {
			return wire.HandTransit{Hand: d.hand, Runs: []wire.Passage{{Contract: 1, First: 9, Count: 1}}}
		}, nil)},
		{"vault.hand-ledger", nil, "numbers, roots, a public key", is(wire.VaultHandLedger, func() wire.HandLedger {
			return wire.HandLedger{Hand: d.hand, Streams: true, Tail: &wire.Tail{Most: 10}}
		}, nil)},
		{"vault.token", k(ledger.KeyMade), "", is(wire.VaultToken, func() wire.TokenChange {
			return wire.TokenChange{Hand: d.hand, Do: "make", Name: "t", Scopes: []string{"account:view"}, Expires: d.b.now.Add(time.Hour)}
		}, func(a wire.Tokens) { d.secrets["a token"] = []byte(a.Secret) })},
		{"vault.refused", k(ledger.Denial), "", is(wire.VaultRefused, just(wire.Refused{By: sekisho.Caller{Role: sekisho.Store, Instance: 100 + sekisho.Instance(sekisho.Store)}, Contract: 1}), nil)},
		{"vault.link", k(ledger.Grant), "", is(wire.VaultLink, just(wire.LinkOrder{Contract: 1, Links: []wire.LinkTo{{Purpose: uint8(seal.LinkHold), Message: 5, To: "a@mori.example",
			Expires: d.b.now.Add(time.Hour)}}}), nil)},
		{"vault.link-release", k(ledger.Release), "", func(ctx context.Context, to *wire.Peer) (any, error) {
			token := seal.SignLink(d.b.pass, seal.Link{ID: 1, Purpose: seal.LinkQuarantine, Contract: 1, Message: 5, Expires: d.b.now.Add(time.Hour), To: "a@mori.example"})
			pair, err := d.b.pair(1, wire.QuarantineKey)
			if err != nil {
				return nil, err
			}
			sealed := box(d.b.t, pair.Public(), seal.For{Contract: 1, Key: uint8(wire.QuarantineKey), Message: 5}, seal.NewKey())
			return wire.VaultLinkRelease.Ask(ctx, to, wire.LinkRelease{Token: token, Sealed: sealed})
		}},
		{"vault.granted", k(ledger.Grant), "", is(wire.VaultGranted, just(wire.Granted{ID: 1, Contract: 1, Home: 2, Account: 3, Until: d.b.now.Add(time.Hour)}), nil)},
	}
}

// Whoever is signed in reaches his own contract's keys; another's only while a grant stands that store told of; and what is refused
// is entered with his session.
func TestHandsReachTheirContract(t *testing.T) {
	b := open(t, t.TempDir())
	who := sekisho.Caller{Role: sekisho.Console, Instance: 70}
	var keys [3]wire.ContractKeys
	for c := sekisho.ContractID(1); c <= 2; c++ {
		keys[c] = must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: c}))
	}
	ann := must[wire.AccountKeys](t)(b.newAccount(background, admin, wire.NewAccount{Contract: 1, Account: 11, Password: "correct horse", AppPassword: true}))
	hand := b.handOf(who.Instance, ann.AppPassword)
	data := seal.NewKey()
	look := func(h wire.Hand, c sekisho.ContractID) error {
		q := wire.OpenKept{Contract: c, Key: wire.QuarantineKey, Classes: []sekisho.Class{sekisho.ClassHeader}, Boxes: []wire.MessageBox{{Message: 5, Key: wire.QuarantineKey,
			Sealed: box(t, keys[c].Quarantine, seal.For{Contract: c, Key: uint8(wire.QuarantineKey), Message: 5}, data)}}}
		got, err := b.handKept(background, who, wire.HandKept{Hand: h, Open: q})
		if err == nil && len(got.Messages[0].Keys) != 1 {
			t.Error("allowed, and nothing opened")
		}
		return err
	}
	everything := func(c sekisho.ContractID) []error {
		_, e1 := b.handContract(background, who, wire.HandContract{Hand: hand, New: wire.NewContract{Contract: c}})
		_, e2 := b.handAccount(background, who, wire.HandAccount{Hand: hand, New: wire.NewAccount{Contract: c, Account: 90 + sekisho.AccountID(len(b.entries())), Password: "correct horse"}})
		_, e3 := b.handSigner(background, who, wire.HandSigner{Hand: hand, New: wire.NewSigner{Contract: c, Purpose: "dkim", Name: "x.example", Algorithm: "ed25519"}})
		_, e4 := b.handTransit(background, who, wire.HandTransit{Hand: hand, Runs: []wire.Passage{{Contract: c, First: 1, Count: 1}}})
		return []error{look(hand, c), e1, e2, e3, e4}
	}
	for i, err := range everything(1) {
		if err != nil {
			t.Errorf("his own, %d: %v", i, err)
		}
	}
	grant := wire.Granted{ID: 4, Contract: 2, Home: 1, Account: 11, Until: b.now.Add(time.Hour)}
	for _, step := range []struct {
		name string
		do   func()
		may  bool
	}{
		{"no grant", func() {}, false},
		{"another's grant", func() { b.mustGrant(wire.Granted{ID: 3, Contract: 2, Home: 1, Account: 12, Until: grant.Until}) }, false},
		{"a grant", func() { b.mustGrant(grant) }, true},
		{"its end", func() { over := grant; over.Until = time.Time{}; b.mustGrant(over) }, false},
		{"another one", func() { grant.ID = 5; b.mustGrant(grant) }, true},
		{"its time over", func() { b.now = b.now.Add(2 * time.Hour) }, false},
	} {
		step.do()
		before := len(b.entries())
		for i, err := range everything(2) {
			if (err == nil) != step.may {
				t.Errorf("%s, %d: %v", step.name, i, err)
			}
		}
		denials := 0
		for _, e := range b.entries()[before:] {
			if e.Kind == ledger.Denial && e.Contract == 2 && e.Account == 11 && e.Session == hand.Session && e.Role == sekisho.Console {
				denials++
			}
		}
		if want := map[bool]int{true: 0, false: 5}[step.may]; denials != want {
			t.Errorf("%s: %d denials entered", step.name, denials)
		}
	}
	for name, h := range map[string]wire.Hand{"a wrong secret": {Session: hand.Session, Secret: seal.NewKey()}, "no session": {Session: 1, Secret: hand.Secret}} {
		if look(h, 1) == nil {
			t.Errorf("%s opens", name)
		}
	}
	if _, err := b.handKept(background, sekisho.Caller{Role: sekisho.Console, Instance: 71}, wire.HandKept{Hand: hand, Open: wire.OpenKept{Contract: 1, Key: wire.QuarantineKey}}); err == nil {
		t.Error("another process uses the session")
	}
	if _, err := b.handSigner(background, who, wire.HandSigner{Hand: hand, New: wire.NewSigner{Contract: 1, Purpose: "tls", Name: "mx.example", Algorithm: "ed25519"}}); err == nil {
		t.Error("a certificate for whoever is signed in")
	}
	key := wire.NewSigner{Purpose: "tls", Name: "mta-sts.mori.example", Algorithm: "ecdsa-p256"}
	if _, err := b.handSigner(background, who, wire.HandSigner{Hand: hand, New: key, STS: 1}); err != nil {
		t.Errorf("the host of an MTA-STS policy has no key: %v", err)
	}
	with := func(change func(*wire.HandSigner)) wire.HandSigner {
		q := wire.HandSigner{Hand: hand, New: key, STS: 1}
		change(&q)
		return q
	}
	for name, q := range map[string]wire.HandSigner{"of no contract": with(func(q *wire.HandSigner) { q.STS = 0 }), "of another contract": with(func(q *wire.HandSigner) { q.STS = 77 }),
		"of another host": with(func(q *wire.HandSigner) { q.New.Name = "mail.mori.example" }), "with a chain": with(func(q *wire.HandSigner) { q.New.Chain = []byte{1} })} {
		if _, err := b.handSigner(background, who, q); err == nil {
			t.Errorf("a key %s", name)
		}
	}
}

func (b *bench) mustGrant(g wire.Granted) {
	b.t.Helper()
	must[wire.Nothing](b.t)(b.granted(background, sekisho.Caller{Role: sekisho.Store, Instance: 4}, g))
}

// Tokens are made by whoever is signed in, for himself; one never makes another that may more; vault keeps no secret of them.
func TestTokens(t *testing.T) {
	b := open(t, t.TempDir())
	who := sekisho.Caller{Role: sekisho.Console, Instance: 70}
	for c := sekisho.ContractID(1); c <= 2; c++ {
		must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: c}))
	}
	ann := must[wire.AccountKeys](t)(b.newAccount(background, admin, wire.NewAccount{Contract: 1, Account: 11, Password: "correct horse", AppPassword: true}))
	hand := b.handOf(who.Instance, ann.AppPassword)
	make := func(h wire.Hand, scopes []string, change func(*wire.TokenChange)) (wire.Tokens, error) {
		q := wire.TokenChange{Hand: h, Do: "make", Name: "robot", Scopes: scopes, Expires: b.now.Add(24 * time.Hour)}
		if change != nil {
			change(&q)
		}
		return b.tokens(background, who, q)
	}
	made := must[wire.Tokens](t)(make(hand, []string{"account:view", "token:manage"}, func(q *wire.TokenChange) { q.Networks = []string{"192.0.2.0/24"} }))
	if len(made.Secret) < 40 || len(made.List) != 1 {
		t.Fatalf("%+v", made)
	}
	for name, change := range map[string]func(*wire.TokenChange){
		"no name": func(q *wire.TokenChange) { q.Name = "" }, "no scope": func(q *wire.TokenChange) { q.Scopes = nil }, "two in one": func(q *wire.TokenChange) { q.Scopes = []string{"a b"} },
		"no network": func(q *wire.TokenChange) { q.Networks = []string{"everywhere"} }, "past": func(q *wire.TokenChange) { q.Expires = b.now }, "for ever": func(q *wire.TokenChange) { q.Expires = b.now.AddDate(2, 0, 0) },
	} {
		if _, err := make(hand, []string{"account:view"}, change); sekisho.KindOf(err) != sekisho.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	prove := func(from string) (wire.Granting, error) {
		return b.newCapability(background, sekisho.Caller{Role: sekisho.Edge, Instance: 60}, wire.Proof{Token: made.Secret, For: sekisho.Console, Client: netip.MustParseAddr(from)})
	}
	if _, err := prove("198.51.100.1"); err == nil {
		t.Error("used from elsewhere")
	}
	ticket := must[wire.Ticket](t)(b.enterBy(background, who, must[wire.Granting](t)(prove("192.0.2.9")).Capability))
	if len(ticket.Scopes) != 2 || !ticket.Fresh.IsZero() || ticket.Account != 11 {
		t.Errorf("%+v", ticket)
	}
	robot := wire.Hand{Session: ticket.Session, Secret: ticket.Secret}
	for scope, may := range map[string]bool{"account:view": true, "account:change": false, "token:manage": false} {
		before := len(b.entries())
		_, err := make(robot, []string{scope}, nil)
		if (err == nil) != may {
			t.Errorf("a token makes one with %s: %v", scope, err)
		}
		if made := b.entries()[before:]; !may && (len(made) != 1 || made[0].Kind != ledger.Denial || made[0].Account != 11) {
			t.Errorf("%s: refused, and entered: %v", scope, made)
		}
	}
	list := must[wire.Tokens](t)(b.tokens(background, who, wire.TokenChange{Hand: hand, Do: "list"}))
	if len(list.List) != 2 || list.Secret != "" || list.List[0].Used.IsZero() == list.List[1].Used.IsZero() {
		t.Errorf("%+v", list)
	}
	if _, err := b.tokens(background, who, wire.TokenChange{Hand: hand, Do: "revoke", ID: 1}); sekisho.KindOf(err) != sekisho.NotFound {
		t.Errorf("revoking what is not his: %v", err)
	}
	must[wire.Tokens](t)(b.tokens(background, who, wire.TokenChange{Hand: hand, Do: "revoke", ID: made.List[0].ID}))
	if _, err := prove("192.0.2.9"); err == nil {
		t.Error("used after its end")
	}
}

// A release by link goes to him whom the mail is for, and nobody else: the link names the mail, the box the account, and the key is
// the one that vault knows.
func TestLinkRelease(t *testing.T) {
	b := open(t, t.TempDir())
	who := sekisho.Caller{Role: sekisho.Desk, Instance: 70}
	keys := must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1}))
	must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 2}))
	must[wire.AccountKeys](t)(b.newAccount(background, admin, wire.NewAccount{Contract: 1, Account: 11, Password: "correct horse"}))
	data := seal.NewKey()
	sealed := box(t, keys.Quarantine, seal.For{Contract: 1, Account: 11, Key: uint8(wire.QuarantineKey), Message: 5}, data)
	link := func(p seal.LinkPurpose, c sekisho.ContractID, m sekisho.MessageID, life time.Duration) []byte {
		return seal.SignLink(b.pass, seal.Link{ID: 1, Purpose: p, Contract: c, Message: m, Expires: b.now.Add(life), To: "ann@mori.example"})
	}
	good := link(seal.LinkQuarantine, 1, 5, time.Hour)
	got, err := b.linkRelease(background, who, wire.LinkRelease{Token: good, Account: 11, Sealed: sealed})
	if err != nil || got.Box.Account != 11 || got.Box.Key != wire.AccountKey || len(got.Box.Sealed) == 0 {
		t.Fatalf("%+v %v", got, err)
	}
	released := b.entries()[len(b.entries())-1]
	if released.Kind != ledger.Release || released.Contract != 1 || released.Account != 11 || released.Object != 5 || released.Role != sekisho.Desk {
		t.Errorf("%+v", released)
	}
	forged := append([]byte{}, good...)
	forged[len(forged)-1] ^= 1
	for name, q := range map[string]wire.LinkRelease{
		"another account":  {Token: good, Account: 12, Sealed: sealed},
		"nobody's mailbox": {Token: good, Account: 0, Sealed: sealed},
		"another mail":     {Token: link(seal.LinkQuarantine, 1, 6, time.Hour), Account: 11, Sealed: sealed},
		"another contract": {Token: link(seal.LinkQuarantine, 2, 5, time.Hour), Account: 11, Sealed: sealed},
		"another purpose":  {Token: link(seal.LinkHold, 1, 5, time.Hour), Account: 11, Sealed: sealed},
		"over":             {Token: link(seal.LinkQuarantine, 1, 5, -time.Second), Account: 11, Sealed: sealed},
		"forged":           {Token: forged, Account: 11, Sealed: sealed},
		"no token":         {Account: 11, Sealed: sealed},
	} {
		before := len(b.entries())
		if got, err := b.linkRelease(background, who, q); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
		if made := b.entries()[before:]; len(made) != 1 || made[0].Kind != ledger.Denial {
			t.Errorf("%s: entered %+v", name, made)
		}
	}
}
