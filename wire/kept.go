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
	Asked     []string  // Asks: who is asked now, deputies with them
	Asks      *Approval // Approve: whose word it waits for; nil: whoever has the duty
	Wanted    bool      // quarantine: he whom it is for asked an administrator to release it
	Size      int64
	Route     []NextHop
	Public    []byte // the recipient account's public key, for release

	Box      []byte            // own-kept, quarantine: the data key for the session of him whom it is for
	Findings []sekisho.Finding // own-kept: why
}

// Resolution ends a hold, a quarantine or a queue item as a person decided; durable when it returns.
type Resolution struct {
	What string // "release", "delete", "send", "cancel", "retry", "suspend", "resume", "give-up"
	Kind string // "quarantine", "hold", "queue"
	ID   uint64
	By   string // who decided, for the trace
	Over bool   // approve: by an administrator whom the rule did not name
	Box  *Box   // release into a mailbox: the data key sealed anew to the account
}

// Approval says whose word a held mail waits for, and what has been said. Approvers are named as in policy.Approval.
type Approval struct {
	Stages     [][]string
	Remind     time.Duration
	Escalate   time.Duration
	EscalateTo []string

	Stage     int       // which of Stages is asked, from 0
	Since     time.Time // since when
	Reminded  time.Time // when they were told last
	Escalated bool
	Said      []Word
}

// Word is what one of those who were asked said.
type Word struct {
	Stage int
	By    string
	At    time.Time
}

// Deputy is who stands in for somebody who is away, from Since until Until. An empty Deputy ends it.
type Deputy struct {
	Address string
	Deputy  string
	Since   time.Time
	Until   time.Time
}
