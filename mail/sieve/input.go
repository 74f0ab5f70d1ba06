package sieve

import (
	"strings"
	"time"

	"sekisho/mail/reply"
)

// Field is one header field.
type Field struct {
	Name  string
	Value string // unfolded, with encoded words decoded, in UTF-8
	Raw   string // unfolded, nothing decoded
	Size  int    // bytes with name and line breaks; 0 when unknown
}

// Part is a MIME entity as the caller has read it. The whole mail is one.
type Part struct {
	Fields []Field
	Type   string // media type in lower case: text/plain
	Parts  []*Part
	// Text gives the content without transfer encoding, in UTF-8 where the type is text; of a multipart what stands before and
	// behind its parts, of message/rfc822 the header within (RFC 5173 section 5.2). It is asked only when a script looks into the
	// part; nil is no content.
	Text func() string
	// Plain gives what people read of a part, such as HTML without its markup; nil: Text of a text part, nothing of others.
	Plain func() string
}

// Input is the message of one run, for one recipient, and what the run may ask about the world.
type Input struct {
	Message *Part
	Raw     func() string // the mail's body as it is, for body :raw; nil when the mail is a header only
	Size    int64         // of the mail in bytes

	From, To  string   // the envelope's addresses; From is "" for the null sender
	Auth      string   // who authenticated as the sender, "" for nobody
	Addresses []string // all addresses of the script's owner; To is one without saying

	Now         time.Time         // in the owner's time zone
	Environment map[string]string // items of RFC 5183 by lower-case name
	// Delimiter parts the user from the detail in a local part (RFC 5233): any of its characters; "" is "+".
	Delimiter string

	Spam  int // 0: not tested; 1..10 for spamtest (RFC 5235)
	Score int // 0..100 for spamtest :percent, when Spam is not 0
	Virus int // 0: not tested; 1 clean .. 5 surely infected

	// Mailbox says whether a mailbox is there and may be written to; nil: none is known but INBOX.
	Mailbox func(name string) bool
	// SpecialUse says whether a mailbox has a special use such as \Sent; with mailbox "" whether any has.
	SpecialUse func(mailbox, use string) bool
	// Seen says whether a message with this identity was tracked in the last seconds (RFC 7352); nil: never.
	Seen func(d Duplicate) bool
	// ReadAddresses reads the mailboxes of an address list, without display names; nil: a plain reader of RFC 5322.
	ReadAddresses func(value string) []string
	// ReadDate reads a date as mail has it; nil: a plain reader of RFC 5322. The zone is the one written.
	ReadDate func(value string) (time.Time, bool)
	// MayRedirect says whether the contract lets mail go to an address; nil: to any.
	MayRedirect func(address string) bool
	// MayNotify says the same of notices by mailto; nil: to none.
	MayNotify func(address string) bool
}

// Duplicate is the identity of a message for the duplicate test.
type Duplicate struct {
	Handle  string // the test's own space of identities
	ID      string
	Seconds uint64 // how long it is to be remembered
	Last    bool   // a repeat begins the time anew
}

// ActionKind says what is to be done.
type ActionKind uint8

// The kinds of actions.
const (
	Keep     ActionKind = iota + 1 // store in the owner's inbox
	FileInto                       // store in Mailbox
	Redirect                       // send on to Address
	Discard                        // nothing: the implicit keep is cancelled
	Reject                         // refuse, or tell the sender by a disposition notification (RFC 5429 section 2.2)
	EReject                        // refuse in the SMTP dialogue, else a delivery status notification (RFC 5429 section 2.1)
	Respond                        // send Vacation's reply, unless one went to this sender in its period
	Notice                         // send Notify's notice
)

var actionNames = [...]string{"", "keep", "fileinto", "redirect", "discard", "reject", "ereject", "vacation", "notify"}

// String is the name of the Sieve command.
func (k ActionKind) String() string {
	if int(k) < len(actionNames) {
		return actionNames[k]
	}
	return "unknown"
}

// Action is one thing to be done with the message.
type Action struct {
	Kind       ActionKind
	Implicit   bool // a keep that no command asked for
	Mailbox    string
	SpecialUse string   // store in the mailbox with this use when there is one, else in Mailbox
	Create     bool     // make the mailbox when it is not there
	Copy       bool     // the implicit keep was not cancelled by it
	Flags      []string // to store the message with
	Address    string   // of a redirect
	Mark       string   // of a redirect: the value of the field LoopField that the mail sent on gets
	Text       string   // reason of a refusal
	Edits      int      // how many of the result's edits this action's message carries, from the first
	Vacation   *reply.Vacation
	Notify     *reply.Notice
}

// Edit is a change of the header (RFC 5293).
type Edit struct {
	Delete bool
	Last   bool // of an addition: behind all other fields, not before them
	Name   string
	Value  string
	// Index is which field of that name is deleted, from 0, counted in the header as the edits before have left it.
	Index int
}

// LoopField is the header field by which a mail that was redirected is known when it comes back.
const LoopField = "X-Sieve-Redirected-From"

// Result is what a run has decided.
type Result struct {
	Actions []Action    // in order; never empty
	Edits   []Edit      // in order
	Track   []Duplicate // to be remembered when the actions have succeeded
	Fault   *Fault      // why the script broke; then the only action is the implicit keep
	// Silent is why a vacation that the script asked for makes no reply (RFC 3834 section 2), "" when it does or none was asked.
	Silent string
	Steps  int
}

// Apply makes edits in a header: the first n of them.
func Apply(fields []Field, edits []Edit) []Field {
	list := append([]Field(nil), fields...)
	for _, e := range edits {
		list = apply(list, e)
	}
	return list
}

func apply(list []Field, e Edit) []Field {
	if !e.Delete {
		f := Field{Name: e.Name, Value: e.Value, Raw: e.Value, Size: len(e.Name) + len(e.Value) + 4}
		if e.Last {
			return append(list, f)
		}
		return append([]Field{f}, list...)
	}
	at := e.Index
	for i, f := range list {
		if !strings.EqualFold(f.Name, e.Name) {
			continue
		}
		if at == 0 {
			return append(list[:i:i], list[i+1:]...)
		}
		at--
	}
	return list
}
