// Package sekisho is the vocabulary of the product: the nouns that every other package speaks, as types of their own.
//
// Nothing here does anything. An identity is a number with a name, so that a contract cannot be passed where an
// account is meant; the numbers are made by store, are never reused and mean nothing outside this installation.
// What one role may ask of another is in package wire; who may run as what is in cmd/sekisho/roles.go.
package sekisho

import "strconv"

// ContractID names a customer of the operator. 0 is no contract.
type ContractID uint64

// AccountID names a mailbox or a protected address of one contract. 0 is no account.
type AccountID uint64

// MailboxID names one folder of one account.
type MailboxID uint64

// MessageID names one mail, in transit or at rest, and the sealed objects that belong to it. It is ours and has
// nothing to do with the Message-ID field. Ids are leased in runs, so that mails accepted together have neighbouring ids.
type MessageID uint64

// QueueID names one recipient's delivery to the outside.
type QueueID uint64

// SessionID names one login of an account, from the ticket on to its end.
type SessionID uint64

// TraceID is what the outside is told in SMTP answers, so that the mail can be found again in the trace.
type TraceID uint64

// String writes the reference as outsiders see it.
func (t TraceID) String() string { return strconv.FormatUint(uint64(t), 36) }

// UID is IMAP's unique id of a message in one mailbox (RFC 9051 section 2.3.1.1).
type UID uint32

// Instance names one process from its start to its end: no two processes of an installation ever share one.
type Instance uint64

// Role is a kind of process. The list is closed: the process table names what each may do.
type Role uint8

// The roles, in the order in which mail meets them.
const (
	NoRole Role = iota
	Supervisor
	Gate
	Inspect
	Store
	Post
	Reader
	Vault
	Dial
	Admin
	Link
	Door
	Edge
	Webmail
	Console
	Desk
	Fetch
)

// Roles are the names of all roles, by number.
var roles = [...]string{"none", "supervisor", "gate", "inspect", "store", "post", "reader", "vault", "dial", "admin", "link", "door", "edge", "webmail", "console", "desk", "fetch"}

// String is the role's name as it stands in tables, logs and arguments.
func (r Role) String() string {
	if int(r) < len(roles) {
		return roles[r]
	}
	return "role(" + strconv.Itoa(int(r)) + ")"
}

// RoleOf is the role of that name; false when there is none.
func RoleOf(name string) (Role, bool) {
	for i, n := range roles {
		if n == name && i > 0 {
			return Role(i), true
		}
	}
	return NoRole, false
}

// Caller says who asks. It is made from the descriptor a call came in on, never from what the call says.
type Caller struct {
	Role     Role
	Instance Instance
	Cell     uint16 // which cell of the role's workers; 0 is the shared one, and the only one of roles without cells
}

// Class is a kind of sensitive data. The numbers stand in the ledger for ever: never change one, only add.
type Class uint8

// The classes.
const (
	NoClass          Class = iota
	ClassDirectory         // names of accounts, addresses, groups
	ClassLogin             // a secret presented at login, or a slot
	ClassEnvelope          // sender, recipients, addresses of hosts
	ClassHeader            // header fields and the summary made from them
	ClassBody              // text of a mail
	ClassAttachment        // attached files
	ClassIndex             // search tokens
	ClassAddressbook       // contacts
	ClassCredential        // third-party credentials, signing keys
	ClassConfig            // settings and policies of a contract
	ClassExport            // data handed out in bulk
	ClassTransit           // a mail passing through a process
)

var classes = [...]string{"none", "directory", "login", "envelope", "header", "body", "attachment", "index",
	"addressbook", "credential", "config", "export", "transit"}

// String is the class's name in reports.
func (c Class) String() string {
	if int(c) < len(classes) {
		return classes[c]
	}
	return "class(" + strconv.Itoa(int(c)) + ")"
}

// Status is where a contract stands in its life.
type Status uint8

// The life of a contract. Terminated is final: its keys are gone.
const (
	Active Status = iota + 1
	Suspended
	Terminated
)

// String is the status as commands print it.
func (s Status) String() string {
	switch s {
	case Active:
		return "active"
	case Suspended:
		return "suspended"
	case Terminated:
		return "terminated"
	}
	return "status(" + strconv.Itoa(int(s)) + ")"
}

// Direction says which way a mail goes, seen from the contract whose policy decides.
type Direction uint8

// The directions. Mail inside one installation is outbound for its sender and inbound for its recipient.
const (
	Inbound Direction = iota + 1
	Outbound
)

// String is the direction's name in rules and traces.
func (d Direction) String() string {
	switch d {
	case Inbound:
		return "inbound"
	case Outbound:
		return "outbound"
	}
	return "direction(" + strconv.Itoa(int(d)) + ")"
}
