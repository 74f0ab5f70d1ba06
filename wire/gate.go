package wire

import (
	"net/netip"
	"time"

	"sekisho"
)

// gate is asked by webmail only: to send what somebody has written, on the same way as a submission over SMTP.

// GateSubmit hands in a mail. When it returns without error the mail is durable with what becomes of it for each recipient,
// or the answer says why it was refused; nothing was sent then. Denied: the pass is not the asker's, or the account may not
// send as From.
var GateSubmit = define[Outgoing, Submitted](sekisho.Gate, 1, "submit", large, sekisho.Webmail)

// Outgoing is one mail that a person sends.
type Outgoing struct {
	Pass   Pass
	Login  string // the account's own address: gate looks it up itself and compares it with the pass
	From   string // envelope sender
	Rcpt   []string
	Raw    []byte
	Until  time.Time // kept back until then, so that it can be taken back; zero: at once. Two minutes at most
	Client netip.Addr
	Draft  sekisho.MessageID // the account's own copy: it is a draft again when the mail is cancelled
}

// Submitted says what became of it.
type Submitted struct {
	Trace      sekisho.TraceID
	Code       int       // SMTP's code for the whole mail: 250 taken, 450 try later, 550 refused
	Text       string    // for the sender
	Until      time.Time // what no rule keeps is kept back until then: as was asked, or longer, as his settings have it; zero: it has left
	Recipients []SubmittedTo
}

// SubmittedTo is what becomes of it for one recipient.
type SubmittedTo struct {
	Address string
	Fate    Fate
	Rule    string // which rule decided; empty for the usual way
	Reason  string
	Code    int // 0, or SMTP's code with which he was refused
	Text    string
}
