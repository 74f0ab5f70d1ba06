package wire

import (
	"net/netip"
	"time"

	"sekisho"
)

// vault holds the keys and writes the ledger. Whatever it opens, refuses or makes is entered and on disk before it
// answers; when the ledger cannot be written it opens nothing. What an entry names (contract, account, message) comes
// from the sealed box that was opened, never from the asker's words.

// The calls of vault.
var (
	VaultHello    = define[Nothing, VaultPublic](sekisho.Vault, 1, "hello", small, sekisho.Store, sekisho.Gate, sekisho.Reader, sekisho.Post, sekisho.Admin, sekisho.Edge, sekisho.Webmail, sekisho.Console, sekisho.Desk)
	VaultContract = define[NewContract, ContractKeys](sekisho.Vault, 2, "contract", small, sekisho.Admin)
	VaultAccount  = define[NewAccount, AccountKeys](sekisho.Vault, 3, "account", small, sekisho.Admin)
	VaultSlot     = define[NewSlot, Slot](sekisho.Vault, 4, "slot", small, sekisho.Admin)
	VaultLogin    = define[Login, Ticket](sekisho.Vault, 5, "login", small, sekisho.Reader, sekisho.Gate)
	VaultLogout   = define[Logout, Nothing](sekisho.Vault, 6, "logout", small, sekisho.Reader, sekisho.Gate)
	VaultOpen     = define[Open, Opened](sekisho.Vault, 7, "open", large, sekisho.Reader, sekisho.Webmail)
	VaultSpool    = define[OpenKept, Opened](sekisho.Vault, 8, "spool", large, sekisho.Post)
	VaultFilter   = define[OpenFilter, Opened](sekisho.Vault, 18, "filter", small, sekisho.Gate)
	VaultRelease  = define[OpenKept, Opened](sekisho.Vault, 9, "quarantine", small, sekisho.Admin)
	VaultTransit  = define[Transit, Nothing](sekisho.Vault, 10, "transit", small, sekisho.Gate, sekisho.Post, sekisho.Reader, sekisho.Admin, sekisho.Webmail)
	VaultSign     = define[Sign, Signed](sekisho.Vault, 11, "sign", small, sekisho.Post)
	VaultTLS      = define[Sign, Signed](sekisho.Vault, 12, "tls", small, sekisho.Gate, sekisho.Reader, sekisho.Edge)
	VaultSigner   = define[NewSigner, Signer](sekisho.Vault, 13, "signer", small, sekisho.Admin)
	VaultChains   = define[Nothing, Chains](sekisho.Vault, 14, "chains", small, sekisho.Gate, sekisho.Reader, sekisho.Admin, sekisho.Edge)
	VaultTail     = define[Tail, Entries](sekisho.Vault, 15, "tail", large, sekisho.Admin)
	VaultVerify   = define[Verify, Verified](sekisho.Vault, 16, "verify", small, sekisho.Admin)
	VaultInform   = define[Inform, Nothing](sekisho.Vault, 17, "inform", small, sekisho.Admin, sekisho.Gate, sekisho.Reader, sekisho.Post)
)

// VaultPublic is what everybody may know: the key that checks passes.
type VaultPublic struct{ PassKey []byte }

// NewContract makes the key of a contract and its key pairs. Repeating it gives the same public keys, and new shares as long
// as nothing hangs on the old ones.
type NewContract struct {
	Contract sekisho.ContractID
	Recovery Choice
	Operator uint64 // user number of the operator + 1
}

// ContractKeys are the public halves. Shares are shown once and not kept.
type ContractKeys struct {
	Spool, Quarantine, Archive, Config []byte
	Shares                             Shares
}

// NewAccount makes an account's key pair with a password slot and, if asked, a random app password.
type NewAccount struct {
	Contract    sekisho.ContractID
	Account     sekisho.AccountID
	Password    string // see seal/key.Weak
	AppPassword bool
	Given       string // an app password of 160 bits to use instead of a new one: demonstrations that begin again
	Operator    uint64 // user number of the operator + 1
}

// AccountKeys is the public half, and the app password, which is shown once and not kept.
type AccountKeys struct {
	Public      []byte
	AppPassword string
}

// NewSlot adds or removes a slot; it needs the main password, as the private key is in slots only.
type NewSlot struct {
	Contract    sekisho.ContractID
	Account     sekisho.AccountID
	Password    string
	Do          string // "app-password", "password" (change), "revoke"
	NewPassword string
	Label       string // what the person calls it: "phone"
	Slot        uint64 // revoke
	Operator    uint64 // user number of the operator + 1
}

// Slot is what was made.
type Slot struct {
	ID     uint64
	Secret string // app password, shown once
}

// Login presents a secret. Main passwords are for the web; mail protocols take app passwords only.
type Login struct {
	Contract sekisho.ContractID
	Account  sekisho.AccountID // 0: nobody of that name; it fails as any wrong secret does
	Secret   string
	Protocol string // "imap", "smtp", ...
	Client   netip.Addr
}

// Ticket proves a session. Secret opens the session's key inside vault and is known to its holder only.
type Ticket struct {
	Session  sekisho.SessionID
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	Secret   []byte
	Pass     Pass
	Expires  time.Time
	Fresh    time.Time // web: when its holder last proved himself with more than the cookie; zero: programs
	Scopes   []string  // web: what an access token may do; empty: everything that its account may
}

// Logout ends a session.
type Logout struct {
	Session sekisho.SessionID
	Secret  []byte
}

// Open asks for class keys of messages of the session's account.
type Open struct {
	Session sekisho.SessionID
	Secret  []byte
	Classes []sekisho.Class // header, body, attachment, index; each is an entry of its own
	Boxes   []MessageBox
	Index   bool // also the account's index key
	Sync    bool // the client brings its copy up to date; entered as the asker says it
}

// MessageBox is one message's box.
type MessageBox struct {
	Message sekisho.MessageID
	Key     KeyName
	Sealed  []byte
}

// Opened answers in the order of the boxes. A box that does not open has no keys: it was altered or is another's.
type Opened struct {
	Messages []MessageKeys
	Index    []byte // the account's index key
}

// MessageKeys are the keys of the classes asked for, in their order. Wrapped, when not empty, should replace the box.
type MessageKeys struct {
	Keys    [][]byte
	Wrapped []byte
	Box     []byte // OpenKept with Release: the data key sealed to the account
}

// OpenKept asks for class keys of messages under one of a contract's own key pairs: spool for post, quarantine for admin.
type OpenKept struct {
	Contract sekisho.ContractID
	Key      KeyName
	Classes  []sekisho.Class
	Boxes    []MessageBox
	Release  sekisho.AccountID // quarantine: give the data key to this account, sealed to Public
	Public   []byte
	Spool    []byte // release of a held or routed mail: sealed to this spool key
	Operator uint64 // user number of the operator + 1
}

// OpenFilter asks for the key of one account's Sieve script, which sorts mail that comes while its owner is not signed in.
type OpenFilter struct {
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	ID       sekisho.MessageID
	Box      []byte
}

// Transit enters that messages passed through a process in the clear: one entry per run.
type Transit struct{ Runs []Passage }

// Passage is a run of consecutive messages of one contract.
type Passage struct {
	Contract sekisho.ContractID
	First    sekisho.MessageID
	Count    uint32
	Bytes    uint64
	Worker   sekisho.Instance // the inspect process
}

// Sign asks for a signature by a key that never leaves vault.
type Sign struct {
	Key    uint64
	Digest []byte // what is signed: a hash for RSA and ECDSA, the message for Ed25519
	Hash   uint16 // crypto.Hash; 0 for Ed25519
	PSS    bool
	For    sekisho.MessageID // DKIM: the message, for the ledger
}

// Signed is the signature.
type Signed struct{ Signature []byte }

// NewSigner makes a signing key, or finds the one of that purpose and name; or destroys it.
type NewSigner struct {
	Contract  sekisho.ContractID // 0: the installation's own
	Purpose   string             // "dkim" or "tls"
	Name      string             // selector and domain, or host name
	Algorithm string             // "rsa-2048", "ed25519", "ecdsa-p256"
	Chain     []byte             // tls: certificate chain in PEM to keep with the key; empty: signed by the installation's own CA
	Gone      bool               // dkim: destroy the key of that name, if there is one; the answer is empty
}

// Signer is a key's public side.
type Signer struct {
	Key    uint64
	Public []byte // PKIX
	Chain  []byte // PEM
}

// Chains lists the certificates that this installation can show.
type Chains struct {
	List []Chain
	CA   []byte // PEM of the installation's own CA
}

// Chain is one certificate chain and the key that signs for it.
type Chain struct {
	Name string
	Key  uint64
	PEM  []byte
}

// Inform enters something that is not an opening: a policy change, an operator's look at settings. That processes begin and
// end is the supervisor's to tell.
type Inform struct {
	What     string // "policy", "config-read", "insider"
	Contract sekisho.ContractID
	Operator uint64 // user number of the operator + 1
}
