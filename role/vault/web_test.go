package vault

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"slices"
	"testing"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/wire"
)

var (
	edge    = sekisho.Caller{Role: sekisho.Edge, Instance: 20}
	webmail = sekisho.Caller{Role: sekisho.Webmail, Instance: 21}
	console = sekisho.Caller{Role: sekisho.Console, Instance: 22}
)

const webOrigin = "https://mail.mori.example"

func openWeb(t testing.TB) *bench {
	return openWith(t, Config{Dir: t.TempDir(), Name: "mori.example", Origins: []string{webOrigin}})
}

func (b *bench) enterWeb(q wire.SignIn) (wire.SignedIn, error) {
	q.Contract, q.Account = 1, 11
	if !q.Client.IsValid() {
		q.Client = client
	}
	if q.Password.Text == "" && len(q.Password.Typed.Sealed) == 0 {
		q.Password.Text = "correct horse"
	}
	return b.webSignIn(background, edge, q)
}

func isDenied(t *testing.T, what string, err error) {
	t.Helper()
	if sekisho.KindOf(err) != sekisho.Denied {
		t.Errorf("%s: %v, want denied", what, err)
	}
}

// TestWebSession: cookie to capability to ticket to opening, and every way to misuse what passes between.
func TestWebSession(t *testing.T) {
	b := openWeb(t)
	ann := b.account(1, 11)
	var alerts []string
	b.Service(func(by sekisho.Caller, call string, why error) {
		alerts = append(alerts, by.Role.String()+" "+why.Error())
	})
	in := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	ask := func(to sekisho.Role) wire.Capability {
		return must[wire.Granting](t)(b.newCapability(background, edge, wire.Proof{Cookie: in.Cookie, For: to, Client: client})).Capability
	}
	ticket := must[wire.Ticket](t)(b.enterBy(background, webmail, ask(sekisho.Webmail)))
	data := seal.NewKey()
	open := wire.Open{Session: ticket.Session, Secret: ticket.Secret, Classes: []sekisho.Class{sekisho.ClassBody}, Boxes: []wire.MessageBox{{Message: 4, Key: wire.AccountKey,
		Sealed: box(t, ann.Public, seal.For{Contract: 1, Account: 11, Key: uint8(wire.AccountKey), Message: 4}, data)}}}
	if got := must[wire.Opened](t)(b.open(background, webmail, open)); !bytes.Equal(got.Messages[0].Keys[0], seal.ClassKey(data, sekisho.ClassBody)) {
		t.Error("the ticket does not open the mailbox")
	}
	_, err := b.open(background, sekisho.Caller{Role: sekisho.Webmail, Instance: 99}, open)
	isDenied(t, "the ticket in another process", err)
	if p, err := seal.CheckPass(b.pass.Public().(ed25519.PublicKey), ticket.Pass, webmail.Instance, b.now); err != nil || p.Account != 11 {
		t.Errorf("pass: %+v %v", p, err)
	}

	twice := ask(sekisho.Webmail)
	first := must[wire.Ticket](t)(b.enterBy(background, webmail, twice))
	_, err = b.enterBy(background, webmail, twice)
	isDenied(t, "a capability a second time", err)
	_, err = b.open(background, webmail, wire.Open{Session: first.Session, Secret: first.Secret})
	isDenied(t, "the ticket of a capability that came twice", err)
	_, err = b.enterBy(background, console, ask(sekisho.Webmail))
	isDenied(t, "another role's capability", err)
	wrong := ask(sekisho.Webmail)
	wrong.Secret = seal.NewKey()
	_, err = b.enterBy(background, webmail, wrong)
	isDenied(t, "a wrong secret", err)
	if len(alerts) != 3 {
		t.Errorf("alerts: %q", alerts)
	}
	denials := b.count(ledger.Entry{Kind: ledger.Denial})
	late := ask(sekisho.Webmail)
	b.now = b.now.Add(capabilityLife)
	_, err = b.enterBy(background, webmail, late)
	isDenied(t, "a capability too late", err)
	_, err = b.open(background, webmail, open)
	isDenied(t, "a ticket too late", err)
	if got := b.count(ledger.Entry{Kind: ledger.Denial}); got < denials+2 {
		t.Errorf("%d denials entered", got-denials)
	}

	c := must[wire.Ticket](t)(b.enterBy(background, console, ask(sekisho.Console)))
	if s, _, err := b.resume(console, c.Session, c.Secret); err != nil || s.account != 11 {
		t.Errorf("console's ticket: %v", err)
	}
	_, err = b.open(background, console, wire.Open{Session: c.Session, Secret: c.Secret, Classes: open.Classes, Boxes: open.Boxes, Index: true})
	isDenied(t, "console opened a mailbox", err)

	waits := ask(sekisho.Webmail)
	live := must[wire.Ticket](t)(b.enterBy(background, webmail, ask(sekisho.Webmail)))
	must[wire.Nothing](t)(b.signOut(background, edge, wire.Proof{Cookie: in.Cookie}))
	_, err = b.enterBy(background, webmail, waits)
	isDenied(t, "a capability after signing out", err)
	_, err = b.open(background, webmail, wire.Open{Session: live.Session, Secret: live.Secret})
	isDenied(t, "a ticket after signing out", err)
	_, err = b.webState(background, edge, wire.Proof{Cookie: in.Cookie})
	isDenied(t, "the cookie after signing out", err)
	b.whole()
}

// TestWebCell: a capability is good in the cell of its contract only.
func TestWebCell(t *testing.T) {
	b := openWith(t, Config{Dir: t.TempDir(), Cells: 4})
	b.account(1, 11)
	must[wire.Nothing](t)(b.pin(background, admin, wire.Pin{Contract: 1, Hosts: []string{"imap.mori.example"}}))
	in := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	ask := func() wire.Granting {
		return must[wire.Granting](t)(b.newCapability(background, edge, wire.Proof{Cookie: in.Cookie, For: sekisho.Webmail}))
	}
	g := ask()
	if g.Cell == 0 || g.Cell != wire.CellOf(1, 4) {
		t.Fatalf("cell %d", g.Cell)
	}
	_, err := b.enterBy(background, webmail, g.Capability)
	isDenied(t, "in the shared cell", err)
	must[wire.Ticket](t)(b.enterBy(background, sekisho.Caller{Role: sekisho.Webmail, Instance: 30, Cell: g.Cell}, ask().Capability))
}

// TestWebPassword: wrong passwords, unknown people and barred accounts look alike; a device that is known is not locked out.
func TestWebPassword(t *testing.T) {
	b := openWeb(t)
	b.account(1, 11)
	in := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	if in.New || len(in.Device) == 0 {
		t.Errorf("the first device: %+v", in)
	}
	again := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{Device: in.Device}))
	if again.New || len(again.Device) != 0 {
		t.Errorf("a known device: %+v", again)
	}
	if other := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{Device: seal.NewKey()})); !other.New || len(other.Device) == 0 {
		t.Errorf("a new device: %+v", other)
	}
	_, wrong := b.enterWeb(wire.SignIn{Password: wire.Phrase{Text: "wrong horse"}})
	hashed := b.hashed.Load()
	_, unknown := b.webSignIn(background, edge, wire.SignIn{Password: wire.Phrase{Text: "correct horse"}, Client: client})
	if wrong.Error() != unknown.Error() || sekisho.KindOf(wrong) != sekisho.Denied || b.hashed.Load() != hashed+1 {
		t.Errorf("%v, %v, %d hashes", wrong, unknown, b.hashed.Load()-hashed)
	}
	for range guesses {
		b.enterWeb(wire.SignIn{Password: wire.Phrase{Text: "wrong horse"}})
	}
	_, barred := b.enterWeb(wire.SignIn{})
	if barred == nil || barred.Error() != wrong.Error() {
		t.Errorf("after many guesses: %v", barred)
	}
	must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{Device: in.Device}))
	must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{Client: netip.MustParseAddr("198.51.100.1")}))
	for range guessesAll {
		b.guess.add(guess{account: 11, all: true}, b.now)
	}
	_, err := b.enterWeb(wire.SignIn{Client: netip.MustParseAddr("198.51.100.2")})
	isDenied(t, "after guesses from everywhere", err)
	must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{Device: in.Device}))
	_, err = b.enterWeb(wire.SignIn{Password: wire.Phrase{Typed: wire.Typed{Challenge: make([]byte, 16), Sealed: make([]byte, 100)}}})
	if sekisho.KindOf(err) != sekisho.Conflict {
		t.Errorf("an old challenge: %v", err)
	}
}

// TestWebExpiry: sessions end when nobody uses them and at last; their secret turns, and a copy of an old one ends them.
func TestWebExpiry(t *testing.T) {
	b := openWeb(t)
	b.account(1, 11)
	state := func(c []byte) (wire.SessionState, error) {
		return b.webState(background, edge, wire.Proof{Cookie: c})
	}
	in := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	b.now = b.now.Add(webIdle)
	_, err := state(in.Cookie)
	isDenied(t, "idle", err)

	in = must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	c := in.Cookie
	for range 7 * 24 {
		b.now = b.now.Add(time.Hour)
		s, err := state(c)
		if err != nil {
			break
		}
		if len(s.Renewed) == 0 {
			t.Fatal("the secret does not turn")
		}
		c = s.Renewed
	}
	_, err = state(c)
	isDenied(t, "after seven days of use", err)

	in = must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	b.now = b.now.Add(secretLife)
	must[wire.SessionState](t)(state(in.Cookie))
	b.now = b.now.Add(2 * time.Hour) // the answer was lost: the old one is still good
	next := must[wire.SessionState](t)(state(in.Cookie)).Renewed
	must[wire.SessionState](t)(state(next))
	must[wire.SessionState](t)(state(in.Cookie)) // requests under way
	b.now = b.now.Add(turning)
	must[wire.SessionState](t)(state(next))
	_, err = state(in.Cookie)
	isDenied(t, "a replaced secret", err)
	_, err = state(next)
	isDenied(t, "the session whose old secret came back", err)
	for _, bad := range [][]byte{nil, {1}, make([]byte, cookieLen), make([]byte, 1000)} {
		_, err = state(bad)
		isDenied(t, "no cookie", err)
	}
}

// TestWebRotation: sessions, and capabilities on their way, live over a new contract key and die with their contract.
func TestWebRotation(t *testing.T) {
	b := openWeb(t)
	b.account(1, 11)
	in := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	ask := wire.Proof{Cookie: in.Cookie, For: sekisho.Webmail}
	g := must[wire.Granting](t)(b.newCapability(background, edge, ask))
	secret := must[wire.FactorChanged](t)(b.factor(background, edge, wire.FactorChange{Cookie: in.Cookie, Do: wire.DoTOTPBegin})).Secret
	must[wire.Rotated](t)(b.rotate(background, admin, wire.Rotate{What: "contract", Contract: 1}))
	must[wire.Ticket](t)(b.enterBy(background, webmail, g.Capability))
	must[wire.Granting](t)(b.newCapability(background, edge, ask))
	must[wire.FactorChanged](t)(b.factor(background, edge, wire.FactorChange{Cookie: in.Cookie, Do: wire.DoTOTPConfirm, Code: wire.Phrase{Text: b.code(secret)}}))
	must[wire.Certificate](t)(b.terminate(background, admin, wire.Terminate{Contract: 1, Name: "Mori"}))
	_, err := b.newCapability(background, edge, ask)
	if err == nil {
		t.Error("a session outlived its contract")
	}
}

// TestWebCrowd: sessions, capabilities and ceremonies do not pile up.
func TestWebCrowd(t *testing.T) {
	b := openWeb(t)
	b.account(1, 11)
	in := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	s, ring, err := b.webOpen(edge, in.Cookie)
	if err != nil {
		t.Fatal(err)
	}
	for range webPerAccount + 5 {
		if _, _, err := b.webBegin(edge, 1, 11, browser{client: client}, ring, 1, nil); err != nil {
			t.Fatal(err)
		}
		b.now = b.now.Add(time.Second)
	}
	if n := len(b.web.sessions); n != webPerAccount {
		t.Errorf("%d sessions", n)
	}
	in = must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	for range askedMost {
		g, err := b.newCapability(background, edge, wire.Proof{Cookie: in.Cookie, For: sekisho.Console})
		if err != nil {
			t.Fatal(err)
		}
		if s.asked%100 == 0 {
			must[wire.Ticket](t)(b.enterBy(background, console, g.Capability))
		}
	}
	_, err = b.newCapability(background, edge, wire.Proof{Cookie: in.Cookie, For: sekisho.Console})
	if sekisho.KindOf(err) != sekisho.TooMany {
		t.Errorf("capability %d in a minute: %v", askedMost+1, err)
	}
	b.now = b.now.Add(2 * time.Minute)
	must[wire.Granting](t)(b.newCapability(background, edge, wire.Proof{Cookie: in.Cookie, For: sekisho.Console}))
	if len(b.web.capabilities) != 1 || len(b.sessions) != 0 {
		t.Errorf("%d capabilities and %d tickets are kept", len(b.web.capabilities), len(b.sessions))
	}
}

// code is the code that an authenticator shows now.
func (b *bench) code(secret string) string {
	k := must[[]byte](b.t)(base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret))
	return totpCode(k, b.now.Unix()/totpStep)
}

// TestTOTPVectors: RFC 6238 appendix B, the last six of the eight digits.
func TestTOTPVectors(t *testing.T) {
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := totpCode([]byte("12345678901234567890"), at/totpStep); got != want {
			t.Errorf("%d: %s, want %s", at, got, want)
		}
	}
}

// TestSecondFactor: a session that waits is nobody's; a code is good once; recovery codes stand in.
func TestSecondFactor(t *testing.T) {
	b := openWeb(t)
	b.account(1, 11)
	in := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	change := func(q wire.FactorChange) (wire.FactorChanged, error) {
		q.Cookie, q.Client = in.Cookie, client
		return b.factor(background, edge, q)
	}
	secret := must[wire.FactorChanged](t)(change(wire.FactorChange{Do: wire.DoTOTPBegin})).Secret
	if _, err := change(wire.FactorChange{Do: wire.DoTOTPConfirm, Code: wire.Phrase{Text: "000000"}}); sekisho.KindOf(err) != sekisho.Invalid {
		t.Errorf("a wrong first code: %v", err)
	}
	must[wire.FactorChanged](t)(change(wire.FactorChange{Do: wire.DoTOTPConfirm, Code: wire.Phrase{Text: b.code(secret)}}))
	codes := must[wire.FactorChanged](t)(change(wire.FactorChange{Do: wire.DoRecoveryCodes})).Codes
	if len(codes) != recoveryCodes {
		t.Fatalf("%d codes", len(codes))
	}
	half := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	if !slices.Equal(half.Ways, []string{"totp", "recovery"}) {
		t.Fatalf("ways %q", half.Ways)
	}
	for _, to := range []sekisho.Role{sekisho.Webmail, sekisho.Console} {
		_, err := b.newCapability(background, edge, wire.Proof{Cookie: half.Cookie, For: to})
		isDenied(t, "a capability for half a session", err)
	}
	_, err := b.factor(background, edge, wire.FactorChange{Cookie: half.Cookie, Do: wire.DoTOTPRemove})
	isDenied(t, "half a session removes the factor", err)
	second := func(c []byte, way, code string) (wire.SignedIn, error) {
		return b.second(background, edge, wire.Second{Cookie: c, Way: way, Code: wire.Phrase{Text: code}, Client: client})
	}
	_, err = second(half.Cookie, "totp", b.code(secret))
	isDenied(t, "a code that was used", err)
	b.now = b.now.Add(2 * totpStep * time.Second)
	code := b.code(secret)
	whole := must[wire.SignedIn](t)(second(half.Cookie, "totp", code))
	_, err = b.webState(background, edge, wire.Proof{Cookie: half.Cookie})
	isDenied(t, "the cookie of the half", err)
	must[wire.Granting](t)(b.newCapability(background, edge, wire.Proof{Cookie: whole.Cookie, For: sekisho.Webmail}))

	half = must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	_, err = second(half.Cookie, "totp", code)
	isDenied(t, "the code in another session", err)
	must[wire.SignedIn](t)(second(half.Cookie, "recovery", codes[3]))
	half = must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	_, err = second(half.Cookie, "recovery", codes[3])
	isDenied(t, "a recovery code again", err)
	for range halfTries - 1 {
		second(half.Cookie, "totp", "123456")
	}
	_, err = second(half.Cookie, "recovery", codes[4])
	isDenied(t, "after five wrong codes", err)

	b.now = b.now.Add(time.Hour) // stale: changes need freshness, which a code gives
	in = must[wire.SignedIn](t)(second(must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{})).Cookie, "totp", b.code(secret)))
	b.now = b.now.Add(freshLife)
	_, err = change(wire.FactorChange{Do: wire.DoTOTPRemove})
	isDenied(t, "a stale session", err)
	if a := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{Cookie: in.Cookie})); len(a.Ways) == 0 {
		t.Error("the password alone made a session with a second factor fresh")
	}
	in = must[wire.SignedIn](t)(second(in.Cookie, "totp", b.code(secret)))
	must[wire.FactorChanged](t)(change(wire.FactorChange{Do: wire.DoTOTPRemove}))
	if a := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{})); len(a.Ways) != 0 {
		t.Errorf("without factors: %q", a.Ways)
	}
}

// TestAppPasswordBounds: protocols and networks hold, there is an end to their number, and a revoked one is gone.
func TestAppPasswordBounds(t *testing.T) {
	b := openWeb(t)
	b.account(1, 11)
	in := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	change := func(q wire.FactorChange) (wire.FactorChanged, error) {
		q.Cookie, q.Client = in.Cookie, client
		return b.factor(background, edge, q)
	}
	phone := must[wire.FactorChanged](t)(change(wire.FactorChange{Do: wire.DoAppMake, Label: "phone", Protocols: []string{"imap"}, Networks: []string{"192.0.2.0/24"}}))
	login := func(protocol, from string) error {
		_, err := b.login(background, reader, wire.Login{Contract: 1, Account: 11, Secret: phone.Secret, Protocol: protocol, Client: netip.MustParseAddr(from)})
		return err
	}
	if err := login("imap", "192.0.2.9"); err != nil {
		t.Errorf("where it is good: %v", err)
	}
	isDenied(t, "by another protocol", login("smtp", "192.0.2.9"))
	isDenied(t, "from elsewhere", login("imap", "198.51.100.9"))
	_, err := b.newCapability(background, edge, wire.Proof{Contract: 1, Account: 11, Password: phone.Secret, For: sekisho.Webmail, Client: client})
	isDenied(t, "JMAP", err)
	for _, bad := range []wire.FactorChange{{Do: wire.DoAppMake, Protocols: []string{"telnet"}}, {Do: wire.DoAppMake, Networks: []string{"everywhere"}}} {
		if _, err := change(bad); sekisho.KindOf(err) != sekisho.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	jmap := must[wire.FactorChanged](t)(change(wire.FactorChange{Do: wire.DoAppMake, Protocols: []string{"jmap"}}))
	g := must[wire.Granting](t)(b.newCapability(background, edge, wire.Proof{Contract: 1, Account: 11, Password: jmap.Secret, For: sekisho.Webmail, Client: client}))
	must[wire.Ticket](t)(b.enterBy(background, webmail, g.Capability))
	_, err = b.newCapability(background, edge, wire.Proof{Contract: 1, Account: 11, Password: jmap.Secret, For: sekisho.Console, Client: client})
	isDenied(t, "console by an app password", err)
	list := must[wire.Security](t)(b.security(background, edge, wire.Proof{Cookie: in.Cookie}))
	for len(list.AppPasswords) < appsMost {
		must[wire.FactorChanged](t)(change(wire.FactorChange{Do: wire.DoAppMake}))
		list = must[wire.Security](t)(b.security(background, edge, wire.Proof{Cookie: in.Cookie}))
	}
	if _, err := change(wire.FactorChange{Do: wire.DoAppMake}); sekisho.KindOf(err) != sekisho.Full {
		t.Errorf("one more: %v", err)
	}
	must[wire.FactorChanged](t)(change(wire.FactorChange{Do: wire.DoAppRevoke, ID: phone.ID}))
	isDenied(t, "revoked", login("imap", "192.0.2.9"))
}

// TestWebPasswordChange: the old one is needed, the new one is in force, other sessions end.
func TestWebPasswordChange(t *testing.T) {
	b := openWeb(t)
	b.account(1, 11)
	in, other := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{})), must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	change := func(old, next string) error {
		_, err := b.factor(background, edge, wire.FactorChange{Cookie: in.Cookie, Client: client, Do: wire.DoPassword, Old: wire.Phrase{Text: old}, New: wire.Phrase{Text: next}})
		return err
	}
	isDenied(t, "a wrong old one", change("wrong horse", "battery staple"))
	if err := change("correct horse", "short"); sekisho.KindOf(err) != sekisho.Invalid {
		t.Errorf("too short: %v", err)
	}
	if err := change("correct horse", "battery staple"); err != nil {
		t.Fatal(err)
	}
	_, err := b.webState(background, edge, wire.Proof{Cookie: other.Cookie})
	isDenied(t, "the other session", err)
	_, err = b.enterWeb(wire.SignIn{})
	isDenied(t, "the old password", err)
	must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{Password: wire.Phrase{Text: "battery staple"}}))
}

// TestToken: an access token is good for console, while it lasts, from where it may be used.
func TestToken(t *testing.T) {
	b := openWeb(t)
	b.account(1, 11)
	hash := sha256.Sum256([]byte("sekisho_token"))
	if err := b.keys.addToken(tokenRow{contract: 1, id: 5, account: 11, name: "ci", scopes: []string{"trace:read"}, networks: []string{"192.0.2.0/24"}, created: b.now, expires: b.now.Add(time.Hour)}, hash[:]); err != nil {
		t.Fatal(err)
	}
	ask := func(text, from string, to sekisho.Role) (wire.Granting, error) {
		return b.newCapability(background, edge, wire.Proof{Token: text, For: to, Client: netip.MustParseAddr(from)})
	}
	g := must[wire.Granting](t)(ask("sekisho_token", "192.0.2.7", sekisho.Console))
	if ticket := must[wire.Ticket](t)(b.enterBy(background, console, g.Capability)); !slices.Equal(ticket.Scopes, []string{"trace:read"}) || !ticket.Fresh.IsZero() {
		t.Errorf("%+v", ticket)
	}
	_, err := ask("sekisho_token", "192.0.2.7", sekisho.Webmail)
	isDenied(t, "for webmail", err)
	_, err = ask("sekisho_token", "198.51.100.7", sekisho.Console)
	isDenied(t, "from elsewhere", err)
	_, err = ask("sekisho_tokem", "192.0.2.7", sekisho.Console)
	isDenied(t, "another", err)
	b.now = b.now.Add(time.Hour)
	_, err = ask("sekisho_token", "192.0.2.7", sekisho.Console)
	isDenied(t, "ended", err)
}

// authenticator is a passkey in software.
type authenticator struct {
	private crypto.Signer
	id      []byte
	counter uint32
	prf     []byte
}

func newAuthenticator(t testing.TB, algorithm string) *authenticator {
	a := &authenticator{id: seal.NewKey()[:16], prf: seal.NewKey()}
	var err error
	switch algorithm {
	case "es256":
		a.private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "rs256":
		a.private, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		_, a.private, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *authenticator) data(rp string, flags byte) []byte {
	h := sha256.Sum256([]byte(rp))
	a.counter++
	return binary.BigEndian.AppendUint32(append(h[:], flags), a.counter)
}

func clientJSON(kind, origin string, challenge []byte) []byte {
	b, _ := json.Marshal(clientData{Type: kind, Origin: origin, Challenge: base64.RawURLEncoding.EncodeToString(challenge)})
	return b
}

func (a *authenticator) sign(t testing.TB, client, data []byte) wire.Assertion {
	hash := sha256.Sum256(client)
	text := append(bytes.Clone(data), hash[:]...)
	digest, opts := text, crypto.SignerOpts(crypto.Hash(0))
	if _, plain := a.private.(ed25519.PrivateKey); !plain {
		d := sha256.Sum256(text)
		digest, opts = d[:], crypto.SHA256
	}
	return wire.Assertion{Credential: a.id, ClientData: client, Authenticator: data, Signature: must[[]byte](t)(a.private.Sign(rand.Reader, digest, opts)), PRF: a.prf}
}

func (a *authenticator) create(t testing.TB, b *bench, c []byte) wire.FactorChange {
	begun := must[wire.PasskeyBegun](t)(b.passkey(background, edge, wire.PasskeyQuery{Cookie: c, Add: true}))
	data := slices.Concat(a.data("mori.example", flagPresent|flagVerified|flagAttested), make([]byte, 16), []byte{0, byte(len(a.id))}, a.id)
	return wire.FactorChange{Cookie: c, Client: client, Do: wire.DoPasskeyAdd, Label: "key", ClientData: clientJSON("webauthn.create", webOrigin, begun.Challenge), Authenticator: data,
		Credential: a.id, Public: must[[]byte](t)(x509.MarshalPKIXPublicKey(a.private.Public())), PRF: a.prf}
}

// TestPasskey: signing in by a passkey alone and as a second factor, for each algorithm, and everything that must be refused.
func TestPasskey(t *testing.T) {
	for _, algorithm := range []string{"es256", "rs256", "eddsa"} {
		t.Run(algorithm, func(t *testing.T) {
			b := openWeb(t)
			b.account(1, 11)
			in := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
			a := newAuthenticator(t, algorithm)
			must[wire.FactorChanged](t)(b.factor(background, edge, a.create(t, b, in.Cookie)))
			alone := func(change func(*wire.Assertion)) (wire.SignedIn, error) {
				begun := must[wire.PasskeyBegun](t)(b.passkey(background, edge, wire.PasskeyQuery{}))
				x := a.sign(t, clientJSON("webauthn.get", webOrigin, begun.Challenge), a.data("mori.example", flagPresent|flagVerified))
				if change != nil {
					change(&x)
				}
				return b.second(background, edge, wire.Second{Way: "passkey", Assertion: x, Client: client})
			}
			got := must[wire.SignedIn](t)(alone(nil))
			g := must[wire.Granting](t)(b.newCapability(background, edge, wire.Proof{Cookie: got.Cookie, For: sekisho.Webmail}))
			must[wire.Ticket](t)(b.enterBy(background, webmail, g.Capability))
			a.refusals(t, b, alone)
			b.guess = guessing{failed: map[guess][]time.Time{}}

			half := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
			if !slices.Equal(half.Ways, []string{"passkey"}) {
				t.Fatalf("ways %q", half.Ways)
			}
			begun := must[wire.PasskeyBegun](t)(b.passkey(background, edge, wire.PasskeyQuery{Cookie: half.Cookie}))
			if len(begun.Known) != 1 || !bytes.Equal(begun.Known[0], a.id) {
				t.Errorf("known %x", begun.Known)
			}
			x := a.sign(t, clientJSON("webauthn.get", webOrigin, begun.Challenge), a.data("mori.example", flagPresent))
			x.PRF = nil
			must[wire.SignedIn](t)(b.second(background, edge, wire.Second{Cookie: half.Cookie, Way: "passkey", Assertion: x, Client: client}))
			_, err := b.second(background, edge, wire.Second{Cookie: half.Cookie, Way: "passkey", Assertion: x, Client: client})
			if err == nil {
				t.Error("an assertion was good twice")
			}
		})
	}
}

func (a *authenticator) refusals(t *testing.T, b *bench, alone func(func(*wire.Assertion)) (wire.SignedIn, error)) {
	t.Helper()
	stranger := newAuthenticator(t, "es256")
	challenge := func(x *wire.Assertion) []byte {
		var d clientData
		json.Unmarshal(x.ClientData, &d)
		c, _ := base64.RawURLEncoding.DecodeString(d.Challenge)
		return c
	}
	resign := func(kind, origin, rp string, flags byte) func(*wire.Assertion) {
		return func(x *wire.Assertion) { *x = a.sign(t, clientJSON(kind, origin, challenge(x)), a.data(rp, flags)) }
	}
	const both = flagPresent | flagVerified
	for name, change := range map[string]func(*wire.Assertion){
		"another type":      resign("webauthn.create", webOrigin, "mori.example", both),
		"another origin":    resign("webauthn.get", "https://mail.mori.example.evil.example", "mori.example", both),
		"another party":     resign("webauthn.get", webOrigin, "evil.example", both),
		"nobody present":    resign("webauthn.get", webOrigin, "mori.example", flagVerified),
		"nobody verified":   resign("webauthn.get", webOrigin, "mori.example", flagPresent),
		"no prf":            func(x *wire.Assertion) { x.PRF = nil },
		"a wrong prf":       func(x *wire.Assertion) { x.PRF = seal.NewKey() },
		"a wrong signature": func(x *wire.Assertion) { x.Signature[len(x.Signature)-1] ^= 1 },
		"no signature":      func(x *wire.Assertion) { x.Signature = nil },
		"unknown":           func(x *wire.Assertion) { x.Credential = stranger.id },
		"another's key": func(x *wire.Assertion) {
			id := x.Credential
			*x = stranger.sign(t, x.ClientData, x.Authenticator)
			x.Credential = id
		},
		"a counter back": func(x *wire.Assertion) {
			a.counter = 0
			*x = a.sign(t, x.ClientData, a.data("mori.example", both))
			a.counter = 1000
		},
		"no data": func(x *wire.Assertion) { x.Authenticator = x.Authenticator[:30] },
		"no JSON": func(x *wire.Assertion) { x.ClientData = []byte("x") },
	} {
		b.guess = guessing{failed: map[guess][]time.Time{}}
		if _, err := alone(change); err == nil || sekisho.KindOf(err) == sekisho.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPasskeyRegistration: what is not what the browser was asked for is refused.
func TestPasskeyRegistration(t *testing.T) {
	b := openWeb(t)
	b.account(1, 11)
	in := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	a := newAuthenticator(t, "es256")
	for name, change := range map[string]func(*wire.FactorChange){
		"another credential": func(q *wire.FactorChange) { q.Credential = seal.NewKey()[:16] },
		"no attested data":   func(q *wire.FactorChange) { q.Authenticator[32] &^= flagAttested },
		"cut":                func(q *wire.FactorChange) { q.Authenticator = q.Authenticator[:50] },
		"no key":             func(q *wire.FactorChange) { q.Public = []byte("x") },
		"a sign-in": func(q *wire.FactorChange) {
			q.ClientData = bytes.Replace(q.ClientData, []byte("create"), []byte("get"), 1)
		},
	} {
		q := a.create(t, b, in.Cookie)
		change(&q)
		if _, err := b.factor(background, edge, q); err == nil || sekisho.KindOf(err) == sekisho.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
	must[wire.FactorChanged](t)(b.factor(background, edge, a.create(t, b, in.Cookie)))
	if _, err := b.factor(background, edge, a.create(t, b, in.Cookie)); sekisho.KindOf(err) != sekisho.Exists {
		t.Errorf("twice: %v", err)
	}
	list := must[wire.Security](t)(b.security(background, edge, wire.Proof{Cookie: in.Cookie}))
	if len(list.Passkeys) != 1 || !list.Passkeys[0].PRF {
		t.Fatalf("%+v", list.Passkeys)
	}
	must[wire.FactorChanged](t)(b.factor(background, edge, wire.FactorChange{Cookie: in.Cookie, Do: wire.DoPasskeyRemove, ID: list.Passkeys[0].ID}))
	if again := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{})); len(again.Ways) != 0 {
		t.Errorf("removed, and still asked for: %q", again.Ways)
	}
}

// passkey adds a passkey to the session and answers its challenge.
func (d *driven) passkey(c []byte) wire.Second {
	d.b.config.Origins, d.b.config.Name = []string{webOrigin}, "mori.example"
	a := newAuthenticator(d.b.t, "es256")
	if _, err := d.b.factor(background, sekisho.Caller{Role: sekisho.Edge, Instance: 100 + sekisho.Instance(sekisho.Edge), Cell: wire.CellOf(1, 4)}, a.create(d.b.t, d.b, c)); err != nil {
		return wire.Second{Way: "passkey"}
	}
	begun := must[wire.PasskeyBegun](d.b.t)(d.b.passkey(background, edge, wire.PasskeyQuery{Cookie: c}))
	return wire.Second{Cookie: c, Way: "passkey", Client: client, Assertion: a.sign(d.b.t, clientJSON("webauthn.get", webOrigin, begun.Challenge), a.data("mori.example", flagPresent))}
}

// FuzzCeremony: client and authenticator data that nobody signed never pass.
func FuzzCeremony(f *testing.F) {
	b := openWeb(f)
	f.Add([]byte(`{"type":"webauthn.get","challenge":"AAAA","origin":"https://mail.mori.example"}`), make([]byte, 37), []byte{1}, make([]byte, 40))
	f.Fuzz(func(t *testing.T, client, data, signature, c []byte) {
		if _, _, err := b.assert(wire.Assertion{Credential: c, ClientData: client, Authenticator: data, Signature: signature}, 0); err == nil {
			t.Error("passed")
		}
		b.ceremonial("webauthn.create", client, data, 0, true)
		if _, _, err := b.webOpen(edge, c); err == nil {
			t.Error("a cookie that nobody was given opens a session")
		}
	})
}

// TestWebQuota: a new ticket for every request is no way around the quota of openings.
func TestWebQuota(t *testing.T) {
	b := openWeb(t)
	ann := b.account(1, 11)
	b.config.Quota = 5
	in := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	other := must[wire.SignedIn](t)(b.enterWeb(wire.SignIn{}))
	sealed := box(t, ann.Public, seal.For{Contract: 1, Account: 11, Key: uint8(wire.AccountKey), Message: 4}, seal.NewKey())
	open := func(cookie []byte) error {
		g := must[wire.Granting](t)(b.newCapability(background, edge, wire.Proof{Cookie: cookie, For: sekisho.Webmail, Client: client}))
		x := must[wire.Ticket](t)(b.enterBy(background, webmail, g.Capability))
		_, err := b.open(background, webmail, wire.Open{Session: x.Session, Secret: x.Secret, Classes: []sekisho.Class{sekisho.ClassBody},
			Boxes: []wire.MessageBox{{Message: 4, Key: wire.AccountKey, Sealed: sealed}}})
		return err
	}
	for i := range 5 {
		if err := open(in.Cookie); err != nil {
			t.Fatalf("opening %d: %v", i, err)
		}
	}
	if err := open(in.Cookie); sekisho.KindOf(err) != sekisho.TooMany {
		t.Errorf("one more with a new ticket: %v", err)
	}
	if err := open(other.Cookie); err != nil {
		t.Errorf("another session of the same person: %v", err)
	}
	b.now = b.now.Add(time.Hour)
	if err := open(in.Cookie); err != nil {
		t.Errorf("an hour later: %v", err)
	}
	if n := len(b.web.meters); n > 2 {
		t.Errorf("%d meters are kept", n)
	}
}
