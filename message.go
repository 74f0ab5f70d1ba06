package sekisho

import (
	"net/netip"
	"time"
)

// Envelope is what the SMTP dialogue said about a mail: facts about the connection and the two address lists.
type Envelope struct {
	Client   netip.Addr // the connecting host
	Helo     string     // name given in HELO or EHLO
	Protocol string     // "SMTP", "ESMTPS", "ESMTPSA" ... as in Received (RFC 3848)
	TLS      string     // version and suite; "" without TLS
	Listener string     // "mx", "submission", "submissions", "relay", "admin"
	Account  AccountID  // who signed in; 0 for nobody
	Contract ContractID // whose submission or relay it is; 0 for mail from outside
	From     string     // MAIL FROM without angle brackets; "" is the null sender
	Rcpt     []string   // RCPT TO as given
	UTF8     bool       // SMTPUTF8 was asked for (RFC 6531)
	EightBit bool       // BODY=8BITMIME
	EnvID    string     // DSN ENVID (RFC 3461)
	Ret      string     // DSN RET: "FULL", "HDRS" or ""
	Vouched  bool       // the sender's domain stands behind this mail: a notice to the sender hits the right one
	MustTLS  bool       // the sender's rules let it leave only over TLS with a certificate that was checked
	NoTLS    string     // MustTLS, where the other side has none: "hold" or "refuse"; else it waits
	At       time.Time  // when the transaction began, UTC
}

// Address is one address of a header field, decoded.
type Address struct {
	Name    string // display name, decoded; "" without
	Mailbox string // local part; a group's name when Host is ""
	Host    string // domain as written; "" starts or ends a group (RFC 9051 section 7.5.2)
}

// String is mailbox@host, without the name.
func (a Address) String() string {
	if a.Host == "" {
		return a.Mailbox
	}
	return a.Mailbox + "@" + a.Host
}

// Param is one parameter of a MIME header field, decoded (RFC 2231).
type Param struct{ Name, Value string }

// Span is a run of bytes of a message: from Start up to, not including, End.
type Span struct{ Start, End int64 }

// Len is the number of bytes.
func (s Span) Len() int64 { return s.End - s.Start }

// Piece is a run of a message's bytes that is sealed under the key of one class. The pieces of a message cover it from
// first to last byte in order, without holes.
type Piece struct {
	Class Class
	Span
}

// Part is one node of a message's MIME tree. Spans count from the first byte of the whole message, so that any section
// (RFC 9051 section 6.4.5.1) is cut out without parsing.
type Part struct {
	Type, Subtype     string  // lower case: "text", "plain"
	Params            []Param // of Content-Type
	ID, Description   string
	Encoding          string // Content-Transfer-Encoding, lower case; "7bit" when absent
	Disposition       string // "attachment", "inline", ""
	DispositionParams []Param
	Language          []string
	Location, MD5     string
	Lines             int64 // lines of the encoded body, for text and message parts
	Header            Span  // the part's own header fields with the empty line
	Body              Span  // what follows, without the boundary's line break
	Parts             []Part
	Message           *Fields // for message/rfc822: what the embedded mail's header says; its tree is Parts[0]
}

// Fields is what the header of a mail says, decoded, as IMAP's ENVELOPE wants it.
type Fields struct {
	Date                               time.Time // zero when missing or unreadable
	Subject                            string
	From, Sender, ReplyTo, To, Cc, Bcc []Address
	InReplyTo, MessageID               string
	References                         []string
}

// Summary is what readers of mail are told without parsing it: made once by inspect at accept, sealed as class header.
type Summary struct {
	Fields
	Size       int64   // bytes of the whole message
	Root       Part    // the MIME tree
	Preview    string  // start of the text, at most 256 bytes, one line
	Thread     string  // equal for mails of one conversation
	Attachment bool    // something a person would call an attachment
	Pieces     []Piece // how the message is cut for sealing
}
