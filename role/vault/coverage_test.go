package vault

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho"
	"sekisho/journal"
	"sekisho/ledger"
	"sekisho/mail/weblink"
	"sekisho/seal"
	"sekisho/wire"
)

// drive asks one call of vault. Kinds are the entries that it must leave; none: then free says why there is nothing to enter,
// and the answer must hold no secret.
type drive struct {
	call  string
	kinds []ledger.Kind
	free  string
	ask   func(ctx context.Context, to *wire.Peer) (any, error)
}

// Every call of vault leaves its entry, durable before the answer, or gives nothing out that opens anything. A call that is
// added to the rules without being added here fails this test. Each is also asked by every role that may not ask it.
func TestEveryCallIsEntered(t *testing.T) {
	b := openWith(t, Config{Dir: t.TempDir(), Cells: 4, ACME: true})
	var rules []wire.Rule
	for _, r := range wire.Rules() {
		if r.Callee == sekisho.Vault {
			rules = append(rules, r)
		}
	}
	service := b.Service(func(sekisho.Caller, string, error) {})
	if got := len(service.Handled()); got != len(rules) {
		t.Errorf("vault answers %d calls, the rules list %d", got, len(rules))
	}
	ctx, cancel := context.WithTimeout(background, time.Minute)
	defer cancel()
	instance, cell := sekisho.Instance(100), wire.CellOf(1, 4)
	line := func(role sekisho.Role) *wire.Peer {
		p := wire.NewPeer(sekisho.Vault)
		if err := wire.Local(ctx, sekisho.Caller{Role: role, Instance: instance + sekisho.Instance(role), Cell: cell}, service, p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	peers := map[sekisho.Role]*wire.Peer{}
	for _, r := range []sekisho.Role{sekisho.Gate, sekisho.Reader, sekisho.Post, sekisho.Admin, sekisho.Store, sekisho.Edge, sekisho.Webmail, sekisho.Console, sekisho.Desk} {
		peers[r] = line(r)
	}
	b.fillAndSeal()
	d := newDriven(b)
	d.admin = ledger.Stream{Role: sekisho.Admin, Cell: cell}.String()
	seen := map[string]bool{}
	for _, x := range d.drives() {
		i := slices.IndexFunc(rules, func(r wire.Rule) bool { return r.Name == x.call })
		if i < 0 {
			t.Fatalf("%s is no call of vault", x.call)
		}
		seen[x.call] = true
		for role := sekisho.Gate; role <= sekisho.Fetch; role++ {
			if !slices.Contains(rules[i].Callers, role) {
				refused(t, b, x, role, line(role))
			}
		}
		before := len(b.entries())
		answer, err := x.ask(ctx, peers[rules[i].Callers[0]])
		if err != nil {
			t.Fatalf("%s: %v", x.call, err)
		}
		made := b.entries()[before:]
		for _, k := range x.kinds {
			if !slices.ContainsFunc(made, func(e ledger.Entry) bool { return e.Kind == k }) {
				t.Errorf("%s: no entry of kind %s, but %v", x.call, k, made)
			}
		}
		for _, e := range made { // the asker is the line's other end; vault's own acts and the streams of pruning apart
			if e.Kind != ledger.Prune && e.Role != sekisho.Vault && (e.Role != rules[i].Callers[0] || e.Process != instance+sekisho.Instance(e.Role)) {
				t.Errorf("%s: entered as %s %d", x.call, e.Role, e.Process)
			}
		}
		if len(x.kinds) == 0 {
			if x.free == "" {
				t.Errorf("%s: nothing is entered, and nothing says why", x.call)
			}
			for name, secret := range d.secrets {
				if holds(reflect.ValueOf(answer), secret) {
					t.Errorf("%s gives out %s without an entry", x.call, name)
				}
			}
		}
	}
	for _, r := range rules {
		if !seen[r.Name] {
			t.Errorf("%s: nobody tried whether it leaves an entry", r.Name)
		}
	}
	b.whole()
	if _, err := b.journal.Stream(ledger.Stream{Role: sekisho.Reader, Cell: cell}); err != nil {
		t.Errorf("a cell has no stream of its own: %v", err)
	}
}

// refused lets a role ask what it may not ask: it gets nothing, and that it asked is entered.
func refused(t *testing.T, b *bench, x drive, role sekisho.Role, to *wire.Peer) {
	t.Helper()
	before := len(b.entries())
	ctx, cancel := context.WithTimeout(background, 20*time.Second)
	defer cancel()
	if _, err := x.ask(ctx, to); err == nil {
		t.Errorf("%s was answered to %s", x.call, role)
	}
	made := b.entries()[before:]
	if len(made) != 1 || made[0].Kind != ledger.Denial || made[0].Role != role || made[0].Flags&ledger.FlagDenied == 0 {
		t.Errorf("%s asked by %s: %+v", x.call, role, made)
	}
}

// holds looks for a secret in everything that an answer has.
func holds(v reflect.Value, secret []byte) bool {
	switch v.Kind() {
	case reflect.String:
		return bytes.Contains([]byte(v.String()), secret)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && holds(v.Field(i), secret) {
				return true
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return bytes.Contains(v.Bytes(), secret)
		}
		for i := range v.Len() {
			if holds(v.Index(i), secret) {
				return true
			}
		}
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && holds(v.Elem(), secret)
	}
	return false
}

// driven is what earlier drives made for later ones.
type driven struct {
	b       *bench
	secrets map[string][]byte
	keys    wire.ContractKeys
	ann     wire.AccountKeys
	ticket  wire.Ticket
	archive wire.ArchiveTicket
	dkim    wire.Signer
	tls     wire.Signer
	note    wire.Submission
	data    []byte
	admin   string // its stream
	hand    wire.Hand
	url     []byte // the key of links in mail
}

// link is the token of a link in mail.
func (d *driven) link() wire.URLCheck {
	w := weblink.For(d.url, 1, d.b.now.Add(time.Hour))
	address, _ := w.Link("https://shop.example/")
	token, err := weblink.Decode(strings.TrimPrefix(address, weblink.Path))
	if err != nil {
		d.b.t.Fatal(err)
	}
	d.secrets["the key of links"] = d.url
	return wire.URLCheck{Token: token}
}

func newDriven(b *bench) *driven {
	d := &driven{b: b, secrets: map[string][]byte{"the root key": bytes.Clone(b.root), "the key of passes": b.pass.Seed()}, data: seal.NewKey()}
	d.secrets["a data key"] = d.data
	d.secrets["a class key"] = seal.ClassKey(d.data, sekisho.ClassBody)
	return d
}

// is wraps a call whose question is made when its turn comes.
func is[Q, A any](c *wire.Call[Q, A], q func() Q, then func(A)) func(context.Context, *wire.Peer) (any, error) {
	return func(ctx context.Context, to *wire.Peer) (any, error) {
		a, err := c.Ask(ctx, to, q())
		if err == nil && then != nil {
			then(a)
		}
		return a, err
	}
}

func (d *driven) kept(name wire.KeyName, public []byte) wire.OpenKept {
	return wire.OpenKept{Contract: 1, Key: name, Classes: []sekisho.Class{sekisho.ClassBody}, Boxes: []wire.MessageBox{{Message: 5, Key: name,
		Sealed: box(d.b.t, public, seal.For{Contract: 1, Key: uint8(name), Message: 5}, d.data)}}}
}

func just[T any](x T) func() T { return func() T { return x } }

// drives are in an order in which each finds what it needs.
func (d *driven) drives() []drive {
	k := func(kinds ...ledger.Kind) []ledger.Kind { return kinds }
	nothing := just(wire.Nothing{})
	return append([]drive{
		{"vault.hello", nil, "a public key", is(wire.VaultHello, nothing, nil)},
		{"vault.contract", k(ledger.KeyMade), "", is(wire.VaultContract, just(wire.NewContract{Contract: 1}), func(a wire.ContractKeys) { d.keys = a })},
		{"vault.pin", k(ledger.Grant), "", is(wire.VaultPin, just(wire.Pin{Contract: 1, Hosts: []string{"imap.mori.example"}, Operator: 1}), nil)},
		{"vault.account", k(ledger.KeyMade), "", is(wire.VaultAccount, just(wire.NewAccount{Contract: 1, Account: 11, Password: "correct horse", AppPassword: true}),
			func(a wire.AccountKeys) { d.ann, d.secrets["an app password"] = a, []byte(a.AppPassword) })},
		{"vault.slot", k(ledger.KeyMade), "", is(wire.VaultSlot, just(wire.NewSlot{Contract: 1, Account: 11, Password: "correct horse", Do: "app-password"}), nil)},
		{"vault.login", k(ledger.Login), "", is(wire.VaultLogin, func() wire.Login {
			return wire.Login{Contract: 1, Account: 11, Secret: d.ann.AppPassword, Protocol: "imap", Client: client}
		}, func(a wire.Ticket) {
			d.ticket, d.secrets["a ticket's secret"], d.hand = a, a.Secret, d.b.handOf(100+sekisho.Instance(sekisho.Console), d.ann.AppPassword)
		})},
		{"vault.open", k(ledger.Opening), "", is(wire.VaultOpen, func() wire.Open {
			return wire.Open{Session: d.ticket.Session, Secret: d.ticket.Secret, Classes: []sekisho.Class{sekisho.ClassBody}, Index: true,
				Boxes: []wire.MessageBox{{Message: 4, Key: wire.AccountKey,
					Sealed: box(d.b.t, d.ann.Public, seal.For{Contract: 1, Account: 11, Key: uint8(wire.AccountKey), Message: 4}, d.data)}}}
		}, nil)},
		{"vault.logout", nil, "it takes a right away and gives nothing", is(wire.VaultLogout, func() wire.Logout {
			return wire.Logout{Session: d.ticket.Session, Secret: d.ticket.Secret}
		}, nil)},
		{"vault.spool", k(ledger.Opening), "", is(wire.VaultSpool, func() wire.OpenKept { return d.kept(wire.SpoolKey, d.keys.Spool) }, nil)},
		{"vault.filter", k(ledger.Opening), "", is(wire.VaultFilter, func() wire.OpenFilter { return d.filterOf(11, 11) }, func(a wire.Opened) { d.opens(a, true) })},
		{"vault.filter", k(ledger.Denial), "", is(wire.VaultFilter, func() wire.OpenFilter { return d.filterOf(11, 12) }, func(a wire.Opened) { d.opens(a, false) })},
		{"vault.quarantine", k(ledger.Opening, ledger.Release), "", is(wire.VaultRelease, func() wire.OpenKept {
			q := d.kept(wire.QuarantineKey, d.keys.Quarantine)
			q.Release, q.Public = 11, d.ann.Public
			return q
		}, nil)},
		{"vault.transit", k(ledger.PassedBy), "", is(wire.VaultTransit, just(wire.Transit{Runs: []wire.Passage{{Contract: 1, First: 5, Count: 2}}}), nil)},
		{"vault.signer", k(ledger.KeyMade), "", is(wire.VaultSigner, just(wire.NewSigner{Contract: 1, Purpose: "dkim", Name: "s.mori.example", Algorithm: "ed25519"}),
			func(a wire.Signer) { d.dkim = a })},
		{"vault.signer", k(ledger.KeyMade), "", is(wire.VaultSigner, just(wire.NewSigner{Contract: 1, Purpose: "dkim", Name: "old.mori.example", Algorithm: "ed25519"}), nil)},
		{"vault.signer", k(ledger.KeyGone), "", is(wire.VaultSigner, just(wire.NewSigner{Contract: 1, Purpose: "dkim", Name: "old.mori.example", Gone: true}), nil)},
		{"vault.signer", k(ledger.KeyMade), "", is(wire.VaultSigner, just(wire.NewSigner{Purpose: "tls", Name: "mx.example", Algorithm: "ed25519"}),
			func(a wire.Signer) { d.tls = a })},
		{"vault.sign", k(ledger.Signature), "", is(wire.VaultSign, func() wire.Sign { return wire.Sign{Key: d.dkim.Key, Digest: []byte("x"), For: 5} }, nil)},
		{"vault.tls", k(ledger.Signature), "", is(wire.VaultTLS, func() wire.Sign { return wire.Sign{Key: d.tls.Key, Digest: []byte("x")} }, nil)},
		{"vault.chains", nil, "certificates are public", is(wire.VaultChains, nothing, nil)},
		{"vault.return", k(ledger.Signature), "", is(wire.VaultReturn, nothing, nil)},
		{"vault.url", k(ledger.Signature), "", is(wire.VaultURL, just(wire.URLKeyQuery{Contract: 1}), func(a wire.URLKey) { d.url = a.Key })},
		{"vault.url-check", nil, "what everybody who has the link can read in it", is(wire.VaultURLCheck, d.link, nil)},
		{"vault.print", k(ledger.Signature), "", is(wire.VaultPrint, just(wire.PrintQuery{Contract: 1}), nil)},
		{"vault.mask", k(ledger.Signature), "", is(wire.VaultMask, nothing, nil)},
		{"vault.typing", nil, "a public key and a random number", is(wire.VaultTyping, nothing, nil)},
		{"vault.request", k(ledger.KeyMade), "", is(wire.VaultRequest, just(wire.CertificateRequest{Name: "mail.example", Operator: 1}), nil)},
		{"vault.install", k(ledger.KeyMade), "", is(wire.VaultInstall, d.certificate, nil)},
		{"vault.inform", k(ledger.ConfigRead), "", is(wire.VaultInform, just(wire.Inform{What: "config-read", Contract: 1, Operator: 1}), nil)},
		{"vault.address", nil, "numbers that stand for addresses which the asker has", is(wire.VaultAddress, just(wire.Addresses{List: []netip.Addr{netip.MustParseAddr("192.0.2.1")},
			From: time.Unix(1_700_000_000, 0), To: time.Unix(1_700_100_000, 0)}), nil)},
		{"vault.scope", k(ledger.Scoped), "", is(wire.VaultScope, just(wire.ScopeReport{Incident: 1, Number: 1, Manifest: make([]byte, 32)}), nil)},
		{"vault.inform", k(ledger.Grant), "", is(wire.VaultInform, just(wire.Inform{What: "policy", Contract: 1, Operator: 1}), nil)},
	}, append(d.aboutHands(), append(d.aboutLedger(), append(d.aboutWeb(), d.aboutLife()...)...)...)...)
}

// aboutWeb has the calls of edge, and of the roles behind it.
func (d *driven) aboutWeb() []drive {
	k := func(kinds ...ledger.Kind) []ledger.Kind { return kinds }
	var c []byte
	var g wire.Granting
	var second wire.Second
	var short wire.Ticket
	proof := func() wire.Proof { return wire.Proof{Cookie: c, For: sekisho.Webmail, Client: client} }
	return []drive{
		{"vault.sign-in", k(ledger.Login), "", is(wire.VaultSignIn, just(wire.SignIn{Contract: 1, Account: 11, Password: wire.Phrase{Text: "correct horse"}, Client: client}),
			func(a wire.SignedIn) { c, d.secrets["a cookie"] = a.Cookie, a.Cookie })},
		{"vault.session", nil, "what the session's own browser may know", is(wire.VaultSession, proof, nil)},
		{"vault.security", nil, "numbers and names", is(wire.VaultSecurity, proof, nil)},
		{"vault.passkey", nil, "a random number", is(wire.VaultPasskey, just(wire.PasskeyQuery{}), nil)},
		{"vault.factor", k(ledger.KeyMade), "", is(wire.VaultFactor, func() wire.FactorChange { return wire.FactorChange{Cookie: c, Do: wire.DoAppMake} },
			func(wire.FactorChanged) { second = d.passkey(c) })},
		{"vault.capability", k(ledger.Login), "", is(wire.VaultCapability, proof, func(a wire.Granting) { g = a })},
		{"vault.enter", k(ledger.Login), "", is(wire.VaultEnter, func() wire.Capability { return g.Capability }, func(t wire.Ticket) { short = t })},
		{"vault.own-kept", k(ledger.Opening), "", is(wire.VaultOwnKept, func() wire.OpenOwn { return d.ownKept(short, 11, false) }, func(a wire.Opened) { d.opens(a, true) })},
		{"vault.own-kept", k(ledger.Release), "", is(wire.VaultOwnKept, func() wire.OpenOwn { return d.ownKept(short, 11, true) }, func(a wire.Opened) { d.opens(a, true) })},
		{"vault.own-kept", k(ledger.Denial), "", is(wire.VaultOwnKept, func() wire.OpenOwn { return d.ownKept(short, 12, true) }, func(a wire.Opened) { d.opens(a, false) })},
		{"vault.second", k(ledger.Login), "", is(wire.VaultSecond, func() wire.Second { return second }, func(a wire.SignedIn) { c = a.Cookie })},
		{"vault.acme", k(ledger.KeyMade), "", is(wire.VaultACME, just(wire.ACME{Do: wire.ACMEAccount}), nil)},
		{"vault.sign-out", k(ledger.KeyGone), "", is(wire.VaultSignOut, proof, nil)},
	}
}

// ownKept asks for a mail that is in quarantine for an account.
func (d *driven) ownKept(t wire.Ticket, account sekisho.AccountID, release bool) wire.OpenOwn {
	return wire.OpenOwn{Session: t.Session, Secret: t.Secret, Release: release, Boxes: []wire.MessageBox{{Message: 9, Key: wire.QuarantineKey,
		Sealed: box(d.b.t, d.keys.Quarantine, seal.For{Contract: 1, Account: account, Key: uint8(wire.QuarantineKey), Message: 9}, d.data)}}}
}

// filterOf asks for the script of one account with the box of another.
func (d *driven) filterOf(asked, sealed sekisho.AccountID) wire.OpenFilter {
	return wire.OpenFilter{Contract: 1, Account: asked, ID: 12, Box: box(d.b.t, d.keys.Config, seal.For{Contract: 1, Account: sealed, Key: uint8(wire.ConfigKey), Message: 12}, d.data)}
}

// opens says whether something was opened, as it should.
func (d *driven) opens(a wire.Opened, want bool) {
	d.b.t.Helper()
	if got := len(a.Messages[0].Keys)+len(a.Messages[0].Wrapped) > 0; got != want {
		d.b.t.Errorf("opened: %v; want %v", got, want)
	}
}

func (d *driven) aboutLedger() []drive {
	k := func(kinds ...ledger.Kind) []ledger.Kind { return kinds }
	witness := d.b.witness()
	return []drive{
		{"vault.tail", nil, "rows are numbers", is(wire.VaultTail, just(wire.Tail{Most: 1000}), nil)},
		{"vault.tail", nil, "rows are numbers", is(wire.VaultTail, just(wire.Tail{Stream: d.admin, Most: 1000}), nil)},
		{"vault.verify", nil, "numbers and roots", is(wire.VaultVerify, just(wire.Verify{}), nil)},
		{"vault.streams", nil, "numbers, roots, a public key", is(wire.VaultStreams, just(wire.Nothing{}), nil)},
		{"vault.prove", nil, "one row, hashes, a signed note", is(wire.VaultProve, just(wire.Prove{Stream: d.admin}), nil)},
		{"vault.hold", k(ledger.Hold), "", is(wire.VaultHold, just(wire.HoldChange{From: d.b.now, Until: d.b.now, Reason: "case", Operator: 1}), nil)},
		{"vault.hold", nil, "what holds there are", is(wire.VaultHold, just(wire.HoldChange{}), nil)},
		{"vault.hold", k(ledger.Hold), "", is(wire.VaultHold, just(wire.HoldChange{Lift: 1, Operator: 1}), nil)},
		{"vault.prune", k(ledger.Prune), "", is(wire.VaultPrune, func() wire.Prune {
			d.b.ledger.Add(2 * journal.Retention.Milliseconds())
			return wire.Prune{Operator: 1}
		}, nil)},
		{"vault.submit", nil, "a signed note and hashes", is(wire.VaultSubmit, just(wire.Submit{}), func(a wire.Submission) { d.note = a })},
		{"vault.cosign", nil, "it takes signatures of others", is(wire.VaultCosign, func() wire.Cosign {
			n := must[ledger.Note](d.b.t)(ledger.ParseNote(d.note.Checkpoint))
			return wire.Cosign{Checkpoint: d.note.Checkpoint, Answer: witness.Line(n.Text, 7), Keys: []string{witness.Verifier.String()}}
		}, nil)},
	}
}

func (d *driven) aboutLife() []drive {
	k := func(kinds ...ledger.Kind) []ledger.Kind { return kinds }
	words := func() wire.Presented { return wire.Presented{Words: d.keys.Shares.Words} }
	operator := d.operator()
	return []drive{
		{"vault.recover", k(ledger.ShareUsed, ledger.Recovery), "", is(wire.VaultRecover, func() wire.Recover {
			return wire.Recover{Contract: 1, Account: 11, Shares: words(), Password: "battery staple", Operator: 1}
		}, nil)},
		{"vault.archive", k(ledger.ShareUsed, ledger.ArchiveOpen), "", is(wire.VaultArchive, func() wire.ArchiveOpening {
			return wire.ArchiveOpening{Contract: 1, Shares: words(), Reason: "a case", For: time.Hour, Operator: 1}
		}, func(a wire.ArchiveTicket) { d.archive = a })},
		{"vault.archive-read", k(ledger.Opening), "", is(wire.VaultArchiveRead, func() wire.ArchiveRead {
			q := d.kept(wire.ArchiveKey, d.keys.Archive)
			return wire.ArchiveRead{Ticket: d.archive, Classes: q.Classes, Boxes: q.Boxes}
		}, nil)},
		{"vault.archive-shut", k(ledger.ArchiveShut), "", is(wire.VaultArchiveShut, func() wire.ArchiveTicket { return d.archive }, nil)},
		{"vault.officers", k(ledger.ShareUsed), "", is(wire.VaultOfficers, func() wire.Officers {
			return wire.Officers{Contract: 1, Shares: words(), Operator: 1}
		}, nil)},
		{"vault.rotate", k(ledger.Rotation), "", is(wire.VaultRotate, just(wire.Rotate{What: "contract", Contract: 1, Operator: 1}), nil)},
		{"vault.snapshot", k(ledger.ConfigRead), "", is(wire.VaultSnapshot, just(wire.SnapshotQuery{}), nil)},
		{"vault.terminate", k(ledger.Termination), "", is(wire.VaultTerminate, just(wire.Terminate{Contract: 1, Name: "Mori", Contact: "who@mori.example", Operator: 1}), nil)},
		{"vault.terminated", nil, "signed statements", is(wire.VaultTerminated, just(wire.Nothing{}), nil)},
		{"vault.ending", k(ledger.Grant), "", is(wire.VaultEnding, just(wire.EndingBy{Session: operator.Session, Until: d.b.now.Add(time.Minute),
			What: wire.Terminate{Contract: 3, Name: "Kita"}}), nil)},
		{"vault.hand-end", k(ledger.Termination), "", is(wire.VaultHandEnd, just(wire.HandEnd{Hand: operator, Contract: 3}), nil)},
		{"vault.contact", k(ledger.Opening), "", is(wire.VaultContact, just(wire.ContactQuery{Contract: 1, Operator: 1}), nil)},
	}
}

// operator is somebody of contract 2 who has just signed in at the console; contract 3 is there too.
func (d *driven) operator() wire.Hand {
	b := d.b
	for c := sekisho.ContractID(2); c <= 3; c++ {
		must[wire.ContractKeys](b.t)(b.newContract(background, admin, wire.NewContract{Contract: c}))
	}
	must[wire.AccountKeys](b.t)(b.newAccount(background, admin, wire.NewAccount{Contract: 2, Account: 21, Password: "correct horse"}))
	edge := sekisho.Caller{Role: sekisho.Edge, Instance: 60}
	in := must[wire.SignedIn](b.t)(b.webSignIn(background, edge, wire.SignIn{Contract: 2, Account: 21, Password: wire.Phrase{Text: "correct horse"}, Client: client}))
	g := must[wire.Granting](b.t)(b.newCapability(background, edge, wire.Proof{Cookie: in.Cookie, For: sekisho.Console, Client: client}))
	t := must[wire.Ticket](b.t)(b.enterBy(background, sekisho.Caller{Role: sekisho.Console, Instance: 100 + sekisho.Instance(sekisho.Console)}, g.Capability))
	return wire.Hand{Session: t.Session, Secret: t.Secret}
}

// certificate is one that comes with its key.
func (d *driven) certificate() wire.CertificateInstall {
	ca := newAuthority(d.b.t, d.b.now)
	private := must[crypto.Signer](d.b.t)(generate("ed25519"))
	d.secrets["a certificate's key"] = private.(ed25519.PrivateKey).Seed()
	return wire.CertificateInstall{Name: "mail.example", Chain: ca.certify(d.b.t, private.Public(), d.b.now.AddDate(0, 1, 0), "mail.example"), Private: privatePEM(d.b.t, private), Operator: 1}
}

// witness is a key that signs as a witness does.
func (b *bench) witness() *ledger.Signer {
	return must[*ledger.Signer](b.t)(ledger.NewCosigner("witness.test.example", b.pass))
}

// fillAndSeal makes two blocks of a stream that are old then.
func (b *bench) fillAndSeal() {
	b.t.Helper()
	var list []ledger.Entry
	for range 512 {
		list = append(list, ledger.Entry{Kind: ledger.Heartbeat, Role: sekisho.Dial})
	}
	for range 2 {
		if err := b.enter(list...); err != nil {
			b.t.Fatal(err)
		}
		if err := b.journal.Seal(); err != nil {
			b.t.Fatal(err)
		}
	}
}
