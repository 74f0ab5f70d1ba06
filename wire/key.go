package wire

import (
	"time"

	"sekisho"
)

// These calls are about the life of keys: recovery and archives by officers, rotation, termination, backups. They are
// vault's, and admin's alone to ask; each is entered before it is answered.

// The calls.
var (
	VaultRotate      = define[Rotate, Rotated](sekisho.Vault, 40, "rotate", large, sekisho.Admin)
	VaultRecover     = define[Recover, Slot](sekisho.Vault, 41, "recover", small, sekisho.Admin)
	VaultOfficers    = define[Officers, Shares](sekisho.Vault, 42, "officers", small, sekisho.Admin)
	VaultArchive     = define[ArchiveOpening, ArchiveTicket](sekisho.Vault, 43, "archive", small, sekisho.Admin)
	VaultArchiveRead = define[ArchiveRead, Opened](sekisho.Vault, 44, "archive-read", large, sekisho.Admin)
	VaultArchiveShut = define[ArchiveTicket, Nothing](sekisho.Vault, 45, "archive-shut", small, sekisho.Admin)
	VaultTerminate   = define[Terminate, Certificate](sekisho.Vault, 46, "terminate", small, sekisho.Admin)
	VaultTerminated  = define[Nothing, Certificates](sekisho.Vault, 47, "terminated", large, sekisho.Admin, sekisho.Store)
	VaultContact     = define[ContactQuery, ContactGiven](sekisho.Vault, 48, "contact", small, sekisho.Admin)
	VaultSnapshot    = define[SnapshotQuery, Snapshot](sekisho.Vault, 49, "snapshot", small, sekisho.Admin)
)

// Choice says who may open what an owner has lost, and the archive. The zero value is the default: any two of three, of
// which one is the operator.
type Choice struct {
	Need, Of int  // shares needed, and made
	Operator bool // the first share is kept by the installation and used by the operator
	None     bool // nobody: what an owner loses is lost, and there can be no archive
}

// Rotate replaces a key.
type Rotate struct {
	What     string             // "root", "contract", "accounts"
	Contract sekisho.ContractID // 0 with "contract": the installation's own
	Operator uint64             // user number of the operator + 1
}

// Rotated says what is in force now.
type Rotated struct {
	Generation uint64          // of the contract's key; the epoch's number for "root"
	Left       string          // what of the old root key could not be destroyed, and what to do; "" nothing
	Accounts   []AccountPublic // "accounts": what store must seal to from now on
}

// AccountPublic is an account's public key.
type AccountPublic struct {
	Account sekisho.AccountID
	Public  []byte
}

// Presented are the shares that officers brought, in words, and whether the operator adds the one kept here.
type Presented struct {
	Words    []string
	Operator bool
}

// Recover opens an account with officers' shares and gives it a new main password.
type Recover struct {
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	Shares   Presented
	Password string // the new one
	Revoke   bool   // also revoke all app passwords
	Operator uint64 // user number of the operator + 1
}

// Officers gives a contract new shares; the old ones are worth nothing from then on.
type Officers struct {
	Contract sekisho.ContractID
	Shares   Presented
	Choice   Choice
	Operator uint64 // user number of the operator + 1
}

// Shares are shown once and not kept, each for one officer.
type Shares struct {
	Need  int
	Words []string
	Kept  bool // one more is kept for the operator
}

// ArchiveOpening opens a contract's archive for a time.
type ArchiveOpening struct {
	Contract sekisho.ContractID
	Shares   Presented
	Reason   string
	For      time.Duration // at most a day
	Operator uint64        // user number of the operator + 1
}

// ArchiveTicket proves an open archive. Secret opens its key inside vault and is known to its holder only.
type ArchiveTicket struct {
	Contract sekisho.ContractID
	ID       uint64
	Secret   []byte
	Until    time.Time
	Operator uint64
}

// ArchiveRead asks for class keys of archived messages.
type ArchiveRead struct {
	Ticket  ArchiveTicket
	Classes []sekisho.Class
	Boxes   []MessageBox
}

// Terminate destroys a contract's keys. Repeating it, with whatever words, gives the certificate of the first time.
type Terminate struct {
	Contract sekisho.ContractID
	Name     string // of the customer, for the certificate
	Reason   string
	Contact  string // whom to tell of a breach that is found later; sealed, and kept for a time
	Messages uint64 // how many messages store has of the contract, for the certificate
	Bytes    uint64
	Operator uint64 // user number of the operator + 1
}

// Certificate is the signed statement that a contract's keys are destroyed.
type Certificate struct {
	Contract  sekisho.ContractID
	Done      bool // the keys are gone and the statement is signed
	Statement []byte
	Signature []byte // Ed25519
	Public    []byte // the installation's key for certificates
}

// Certificates lists those of all contracts that were terminated, or are being.
type Certificates struct{ List []Certificate }

// ContactQuery asks for the contact of a customer that is gone.
type ContactQuery struct {
	Contract sekisho.ContractID
	Operator uint64 // user number of the operator + 1
}

// ContactGiven is the contact.
type ContactGiven struct {
	Contact string
	Expires time.Time
}

// SnapshotQuery asks for a snapshot, or says that it was copied.
type SnapshotQuery struct {
	Done bool
	Keys bool // vault: the current key table instead of data; its copies replace one another
}

// Snapshot names files that a role wrote into its own directory for a backup: consistent, and ciphertext only.
type Snapshot struct {
	Files   []string // relative to the role's directory
	Growing []string // directories whose files only grow or stay: to be copied after Files
}
