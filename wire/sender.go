package wire

import (
	"time"

	"sekisho"
)

// People say of whom they want mail and of whom not. Their lists are with store, beside whom they correspond with; gate asks at
// delivery. A contract's administrators have a list for everybody, with whole domains too.

// The calls about lists of senders.
var (
	StoreSenders   = define[SenderQuery, Senders](sekisho.Store, 150, "senders", small, sekisho.Webmail)
	StoreSenderSet = define[SenderChange, SendersChanged](sekisho.Store, 151, "sender-set", small, sekisho.Webmail)
	StoreStance    = define[StanceQuery, Stances](sekisho.Store, 152, "stance", small, sekisho.Gate)
)

// Sender is one line of a list. Stance is "allow" or "block"; Address is folded, "@domain" in a contract's list only.
type Sender struct {
	ID      uint64
	Address string
	Stance  string
	At      time.Time
}

// SenderQuery asks for the account's own list.
type SenderQuery struct{ Pass Pass }

// Senders is the list, newest first. ModSeq grows with each change. Off says that the contract lets nobody have one.
type Senders struct {
	List   []Sender
	ModSeq uint64
	Off    bool
}

// SenderChange adds, changes and removes lines of the account's own list; all or nothing. An address is in a list once.
type SenderChange struct {
	Pass   Pass
	Put    []Sender // ID 0: new, or in place of the line with that address
	Remove []uint64
	Unless uint64 // Conflict when ModSeq is another; 0: whatever it is
}

// SendersChanged gives the lines' numbers, in the order of Put.
type SendersChanged struct {
	IDs    []uint64
	ModSeq uint64
}

// StanceQuery asks what is said of a sender. Header is the address in From; Envelope, the one in MAIL FROM, is asked for blocking
// only.
type StanceQuery struct {
	Contract sekisho.ContractID
	Accounts []sekisho.AccountID // 0: the contract's list alone
	Header   string
	Envelope string
}

// Stances answers in the order of the accounts.
type Stances struct{ List []SenderStance }

// SenderStance is "allow", "block" or "" and whose list says so: "recipient" or "organisation".
type SenderStance struct{ Stance, By string }

// AdminSender adds or removes a line of the list that holds for everybody of a contract.
type AdminSender struct {
	Do       string // "add" (in place of one with that address), "remove"
	Contract sekisho.ContractID
	Address  string // or "@domain"
	Stance   string
}
