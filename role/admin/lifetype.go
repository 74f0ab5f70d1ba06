package admin

import (
	"time"

	"sekisho"
)

// This file is the language between commands and admin about the life of keys.

// Shares are officers' shares in words: shown once, each for one officer.
type Shares struct {
	Need  int      `json:"need"`
	Words []string `json:"words"`
	Kept  bool     `json:"operator_share_kept"` // one more is kept for the operator
}

// Presented are the shares that officers brought.
type Presented struct {
	Words    []string `json:"words,omitempty"`
	Operator bool     `json:"operator,omitempty"` // the operator adds the one that is kept for him
}

// Officers asks for new shares.
type Officers struct {
	Contract string    `json:"contract"`
	Shares   Presented `json:"shares"`
	Recovery string    `json:"recovery,omitempty"` // "K/N"; empty: two of three with the operator
	Fresh    bool      `json:"fresh,omitempty"`    // without the old shares: only while nothing hangs on them
}

// Recover gives an account a new main password.
type Recover struct {
	Address  string    `json:"address"`
	Shares   Presented `json:"shares"`
	Password string    `json:"password"`
	Revoke   bool      `json:"revoke_app_passwords,omitempty"`
}

// Recovered says what was done.
type Recovered struct {
	Address string `json:"address"`
	Told    bool   `json:"owner_told"` // a mail about it is in the mailbox
}

// Rotate replaces keys: "root", "contract" (of the installation when no contract is named) or "accounts".
type Rotate struct {
	What     string `json:"what"`
	Contract string `json:"contract,omitempty"`
}

// Rotated says what is in force.
type Rotated struct {
	What       string             `json:"what"`
	Contract   sekisho.ContractID `json:"contract,omitempty"`
	Generation uint64             `json:"generation,omitempty"`
	Accounts   int                `json:"accounts,omitempty"`
	Left       string             `json:"left,omitempty"` // what of the old root key could not be destroyed, and what to do
}

// Terminate ends a contract for ever.
type Terminate struct {
	Contract string `json:"contract"`
	Name     string `json:"name"` // its name once more, so that a slip of the pen ends nobody
	Reason   string `json:"reason,omitempty"`
	Contact  string `json:"contact,omitempty"`
}

// Certificate is a deletion certificate. The signature (Ed25519) is over the bytes of the text of Statement, which is JSON.
type Certificate struct {
	Statement string `json:"statement"`
	Signature []byte `json:"signature"`
	Key       []byte `json:"key"`
}

// Contact is whom to tell of what concerns a customer who is gone.
type Contact struct {
	Contact string    `json:"contact"`
	Expires time.Time `json:"expires"`
}

// Snapshot names files of one role's directory.
type Snapshot struct {
	Files   []string `json:"files"`
	Growing []string `json:"growing"`
}

// BackupQuery begins a backup, or says that it was copied; until then no space is given back.
type BackupQuery struct {
	Done bool `json:"done,omitempty"`
	Keys bool `json:"keys,omitempty"` // the current key table instead of data
}

// Backup is what to copy, in this order: the files, then the directories that grow.
type Backup struct {
	Store Snapshot `json:"store"`
	Vault Snapshot `json:"vault"`
}

// ArchiveOpening opens a contract's archive.
type ArchiveOpening struct {
	Contract string        `json:"contract"`
	Shares   Presented     `json:"shares"`
	Reason   string        `json:"reason"`
	For      time.Duration `json:"for"`
}

// ArchiveTicket proves that an archive is open. Whoever has it may read until its time is over.
type ArchiveTicket struct {
	Contract sekisho.ContractID `json:"contract"`
	ID       uint64             `json:"id"`
	Secret   []byte             `json:"secret"`
	Until    time.Time          `json:"until"`
}

// ArchiveQuery lists an open archive, newest first.
type ArchiveQuery struct {
	Ticket ArchiveTicket `json:"ticket"`
	Since  time.Duration `json:"since,omitempty"` // back from now
	Most   int           `json:"most,omitempty"`
}

// Archived is the header of an archived mail: an opening, with an entry.
type Archived struct {
	Message sekisho.MessageID `json:"message"`
	At      time.Time         `json:"at"`
	From    string            `json:"from"`
	To      []string          `json:"to"`
	Subject string            `json:"subject"`
	Size    int64             `json:"size"`
	Bad     string            `json:"bad,omitempty"` // why it does not open
}
