package wire

import (
	"time"

	"sekisho"
)

// Kept is a message in quarantine or on hold for one recipient.
type Kept struct {
	ID        uint64
	Message   sekisho.MessageID
	Contract  sekisho.ContractID
	Trace     sekisho.TraceID
	Fate      Fate
	From      string
	Recipient string
	Account   sekisho.AccountID
	Mailbox   string
	Subject   []byte // sealed
	Rule      string
	Reason    string
	Arrived   time.Time
	Until     time.Time
	AtEnd     string
	Approve   bool
	Wanted    bool // quarantine: he whom it is for asked an administrator to release it
	Size      int64
	Route     []NextHop
	Public    []byte // the recipient account's public key, for release

	Box      []byte            // own-kept, quarantine: the data key for the session of him whom it is for
	Findings []sekisho.Finding // own-kept: why
}

// Resolution ends a hold, a quarantine or a queue item as a person decided; durable when it returns.
type Resolution struct {
	What string // "release", "delete", "send", "cancel", "retry", "suspend", "resume"
	Kind string // "quarantine", "hold", "queue"
	ID   uint64
	By   string // who decided, for the trace
	Box  *Box   // release into a mailbox: the data key sealed anew to the account
}
