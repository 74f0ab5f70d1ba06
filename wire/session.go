package wire

import (
	"net/netip"
	"strings"
	"time"

	"sekisho"
)

// Sessions of browsers and programs: what edge asks of vault. A cookie is a secret of edge's visitors that vault gave out; it
// opens nothing by itself, since what it seals is also under the contract key, and edge has neither.

// The calls about sessions of the web.
var (
	VaultSignIn     = define[SignIn, SignedIn](sekisho.Vault, 81, "sign-in", small, sekisho.Edge)
	VaultSecond     = define[Second, SignedIn](sekisho.Vault, 82, "second", small, sekisho.Edge)
	VaultCapability = define[Proof, Granting](sekisho.Vault, 83, "capability", small, sekisho.Edge)
	VaultSession    = define[Proof, SessionState](sekisho.Vault, 84, "session", small, sekisho.Edge)
	VaultSignOut    = define[Proof, Nothing](sekisho.Vault, 85, "sign-out", small, sekisho.Edge)
	VaultSecurity   = define[Proof, Security](sekisho.Vault, 86, "security", small, sekisho.Edge)
	VaultPasskey    = define[PasskeyQuery, PasskeyBegun](sekisho.Vault, 87, "passkey", small, sekisho.Edge)
	VaultFactor     = define[FactorChange, FactorChanged](sekisho.Vault, 88, "factor", small, sekisho.Edge)
)

// Phrase is a secret that a person typed: sealed in his browser, or, by programs that cannot, as it is.
type Phrase struct {
	Typed Typed
	Text  string // when Typed is empty
}

// SignIn presents the main password. With the cookie of a whole session it makes that one fresh instead of beginning another.
type SignIn struct {
	Contract sekisho.ContractID
	Account  sekisho.AccountID // 0: nobody of that name; it fails as any wrong secret does, and takes as long
	Password Phrase
	Client   netip.Addr
	Agent    string // what the browser calls itself, for the list of sessions
	Device   []byte // secret of a known device; empty: none
	Cookie   []byte // of the session to make fresh
}

// SignedIn is what came of a step of signing in.
type SignedIn struct {
	Cookie   []byte   // the new secret; the one before is good no longer
	Ways     []string // "totp", "passkey", "recovery": one of these has to follow. Empty: the session is whole
	Expires  time.Time
	Device   []byte // set when this device was not known: a secret to know it by
	New      bool   // the account has signed in before, but not from this device
	Contract sekisho.ContractID
	Account  sekisho.AccountID
}

// Second presents a second factor in a session that waits for it, or makes a whole one fresh. Way "passkey" without a cookie
// signs in by the passkey alone: then Assertion.PRF must open the account's key.
type Second struct {
	Cookie    []byte
	Way       string // "totp", "recovery", "passkey"
	Code      Phrase
	Assertion Assertion
	Client    netip.Addr
	Agent     string
	Device    []byte
}

// Assertion is a passkey's signature over a challenge (W3C Web Authentication, AuthenticatorAssertionResponse).
type Assertion struct {
	Credential    []byte // its id
	ClientData    []byte // JSON
	Authenticator []byte // authenticator data
	Signature     []byte
	PRF           []byte // output of the prf extension; empty: the passkey has none
}

// Proof says who a request is from: a cookie, an access token, or an app password with its account.
type Proof struct {
	Cookie   []byte
	Token    string
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	Password string // an app password
	For      sekisho.Role
	Client   netip.Addr
	Held     bool // the cookie came with a request that is still open: it is not renewed, and that it was replaced meanwhile is no theft
}

// Granting is a capability, and what edge needs to pass it on.
type Granting struct {
	Capability Capability
	Cell       uint16 // of webmail: where it is good
	Contract   sekisho.ContractID
	Account    sekisho.AccountID
	Session    sekisho.SessionID // 0: no cookie's
	Fresh      time.Time
	Renewed    []byte // the cookie's next secret, when it is due; the old one is good until this one was used
	Expires    time.Time
}

// SessionState is what a browser may know of its session.
type SessionState struct {
	Session  sekisho.SessionID
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	Ways     []string // still to come; then nobody is signed in yet
	Fresh    time.Time
	Expires  time.Time
	Renewed  []byte
}

// Security lists how an account can be signed in to.
type Security struct {
	TOTP          bool
	RecoveryCodes int
	Passkeys      []Passkey
	AppPasswords  []AppPassword
	Sessions      []WebSession
}

// Passkey is one of an account's.
type Passkey struct {
	ID            uint64
	Name          string
	Created, Used time.Time
	PRF           bool // it opens the mailbox alone
}

// AppPassword is one of an account's.
type AppPassword struct {
	ID            uint64
	Label         string
	Protocols     []string // "imap", "smtp", "jmap"; empty: all
	Networks      []string // CIDR; empty: from anywhere
	Created, Used time.Time
}

// WebSession is one of an account's sessions.
type WebSession struct {
	ID          sekisho.SessionID
	Current     bool
	Agent       string
	Client      netip.Addr
	Began, Used time.Time
}

// PasskeyQuery begins a ceremony: signing in (no cookie, or one that waits for its second factor), making a session fresh, or,
// with Add, making a passkey.
type PasskeyQuery struct {
	Cookie []byte
	Add    bool
}

// PasskeyBegun is what the browser needs. Known are the account's credentials, when there is a cookie.
type PasskeyBegun struct {
	Challenge []byte
	Salt      []byte // for the prf extension
	Known     [][]byte
	User      []byte // Add: the user handle
	Expires   time.Time
}

// FactorChange changes how an account can be signed in to. The session must be fresh.
type FactorChange struct {
	Cookie []byte
	Client netip.Addr
	Do     string // a Do constant
	ID     uint64 // what to remove

	Code     Phrase // DoTOTPConfirm
	Old, New Phrase // DoPassword

	Label     string // of an app password or passkey
	Protocols []string
	Networks  []string

	ClientData    []byte // DoPasskeyAdd, with what follows
	Authenticator []byte
	Credential    []byte
	Public        []byte // PKIX
	PRF           []byte
}

// What FactorChange can do.
const (
	DoTOTPBegin     = "totp-begin"
	DoTOTPConfirm   = "totp-confirm"
	DoTOTPRemove    = "totp-remove"
	DoPasskeyAdd    = "passkey-add"
	DoPasskeyRemove = "passkey-remove"
	DoRecoveryCodes = "recovery-codes"
	DoAppMake       = "app-make"
	DoAppRevoke     = "app-revoke"
	DoSessionEnd    = "session-end"
	DoOthersEnd     = "others-end"
	DoPassword      = "password"
)

// FactorChanged is what was made; secrets are shown once and not kept.
type FactorChanged struct {
	ID     uint64
	Secret string // an app password, or the TOTP secret in base32
	Codes  []string

	Contract sekisho.ContractID // whose it is
	Account  sekisho.AccountID
}

// RelyingParty is the id by which passkeys made on a host are known (W3C Web Authentication section 5.1.2): the name of the
// installation where the host is below it, so that one passkey serves all origins; otherwise the host itself.
func RelyingParty(host, name string) string {
	if strings.Contains(name, ".") && (host == name || strings.HasSuffix(host, "."+name)) {
		return name
	}
	return host
}
