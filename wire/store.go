package wire

import (
	"net/netip"
	"time"

	"sekisho"
)

// store is the only role with the shared database and the sealed segments. It holds ciphertext and envelope facts, and
// no key: nothing below carries the plaintext of a mail to it or from it. Names of its calls say what becomes durable.

const (
	small = 1 << 20   // questions and answers about names, queues, flags
	large = 256 << 20 // sealed messages, several at once
)

// The calls of store.
var (
	StoreLease    = define[Lease, Leased](sekisho.Store, 1, "lease", small, sekisho.Gate, sekisho.Post, sekisho.Reader, sekisho.Admin, sekisho.Webmail)
	StoreResolve  = define[Resolve, Recipient](sekisho.Store, 2, "resolve", small, sekisho.Gate, sekisho.Post)
	StoreIdentity = define[Identity, Identified](sekisho.Store, 3, "identity", small, sekisho.Gate, sekisho.Reader, sekisho.Admin, sekisho.Edge, sekisho.Webmail)
	StoreRelay    = define[Relay, Relayed](sekisho.Store, 4, "relay", small, sekisho.Gate)
	StoreContract = define[ContractQuery, Contract](sekisho.Store, 5, "contract", large, sekisho.Gate, sekisho.Post, sekisho.Reader, sekisho.Admin)
	StoreFilter   = define[FilterQuery, SealedFilter](sekisho.Store, 31, "filter", small, sekisho.Gate)
	StoreAccept   = define[Accept, Accepted](sekisho.Store, 6, "accept", large, sekisho.Gate, sekisho.Post, sekisho.Reader, sekisho.Admin, sekisho.Webmail)
	StoreRefuse   = define[Refusal, Nothing](sekisho.Store, 7, "refuse", small, sekisho.Gate)
	StoreContact  = define[Contact, Contacted](sekisho.Store, 8, "contact", small, sekisho.Gate)
	StoreHosts    = define[Nothing, Hosts](sekisho.Store, 9, "hosts", small, sekisho.Gate, sekisho.Reader, sekisho.Admin)

	StoreMailboxes = define[MailboxQuery, Mailboxes](sekisho.Store, 20, "mailboxes", small, sekisho.Reader, sekisho.Webmail)
	StoreFolder    = define[Folder, Nothing](sekisho.Store, 21, "folder", small, sekisho.Reader, sekisho.Webmail)
	StoreSelect    = define[Select, Selected](sekisho.Store, 22, "select", large, sekisho.Reader, sekisho.Webmail)
	StoreFetch     = define[Fetch, Fetched](sekisho.Store, 23, "fetch", large, sekisho.Reader, sekisho.Webmail)
	StoreFlag      = define[Flag, Flagged](sekisho.Store, 24, "flag", small, sekisho.Reader, sekisho.Webmail)
	StoreCopy      = define[Copy, Copied](sekisho.Store, 25, "copy", small, sekisho.Reader, sekisho.Webmail)
	StoreExpunge   = define[Expunge, Expunged](sekisho.Store, 26, "expunge", small, sekisho.Reader, sekisho.Webmail)
	StoreRewrap    = define[Rewrap, Nothing](sekisho.Store, 27, "rewrap", large, sekisho.Reader, sekisho.Webmail)
	StoreWatch     = define[Watch, Watched](sekisho.Store, 28, "watch", small, sekisho.Reader, sekisho.Webmail)
	StoreIndex     = define[IndexQuery, IndexSlices](sekisho.Store, 29, "index", large, sekisho.Reader, sekisho.Webmail)
	StoreMerge     = define[Merge, Nothing](sekisho.Store, 30, "merge", large, sekisho.Reader, sekisho.Webmail)

	StoreDue     = define[DueQuery, Due](sekisho.Store, 40, "due", small, sekisho.Post)
	StoreSpool   = define[SpoolQuery, SealedMessage](sekisho.Store, 41, "spool", large, sekisho.Post, sekisho.Admin)
	StoreOutcome = define[Outcomes, Nothing](sekisho.Store, 42, "outcome", small, sekisho.Post)

	// StoreDeputy says who stands in for somebody who is away: he is asked for approval with him.
	StoreDeputy = define[Deputy, Nothing](sekisho.Store, 190, "deputy", small, sekisho.Admin)

	StoreAdmin  = define[Admin, AdminDone](sekisho.Store, 60, "admin", 48<<20, sekisho.Admin)
	StoreList   = define[List, Listed](sekisho.Store, 61, "list", large, sekisho.Admin)
	StoreDecide = define[Resolution, Nothing](sekisho.Store, 62, "decide", large, sekisho.Admin)

	StoreUsage    = define[ContractQuery, Usage](sekisho.Store, 63, "usage", small, sekisho.Admin)
	StoreSnapshot = define[SnapshotQuery, Snapshot](sekisho.Store, 64, "snapshot", small, sekisho.Admin)
)

// Nothing is an empty question or answer.
type Nothing struct{}

// Lease asks for a run of message ids. The run is never given out again, also not after a crash.
type Lease struct{ Count uint64 }

// Leased is the run First, First+1, ... of Count ids.
type Leased struct {
	First sekisho.MessageID
	Count uint64
}

// Resolve asks where mail for an address goes, and since when it corresponds with the sender. Addresses are as in MAIL FROM
// and RCPT TO, without angle brackets.
type Resolve struct {
	Address  string
	From     string             // the sender; "" when that does not matter
	Contract sekisho.ContractID // the sender's, when he is a customer's
}

// Standing says what we know of an address.
type Standing uint8

// The standings of an address.
const (
	Foreign  Standing = iota + 1 // no contract owns the domain
	Unknown                      // the domain is ours, the address is not
	Hosted                       // delivered into mailboxes here, or onwards by alias
	Routed                       // the domain is protected only: mail goes on to its own server
	Disabled                     // the contract or the account takes no mail now
)

// Recipient answers Resolve. Aliases and groups are already expanded; each target is delivered once.
type Recipient struct {
	Standing Standing
	Contract sekisho.ContractID
	Version  uint64    // of the contract's settings: ask StoreContract again when it changed
	Groups   []string  // names of groups that the address belongs to, for policy
	Targets  []Target  // where it is delivered; empty unless Hosted
	Outside  []string  // addresses outside that an alias forwards to
	Last     time.Time // when the recipient's contract last knew him to correspond with From; zero: never
	Sent     time.Time // the same for the sender's contract
	Route    []NextHop // for Routed: in order of preference
	Listed   bool      // a list of senders is there for one of them: ask StoreStance
	Learned  uint64    // version of what the contract and everybody have learned: ask StoreLearned when it changed; 0: nothing
}

// Target is one mailbox.
type Target struct {
	Account sekisho.AccountID
	Address string // the account's own address
	Public  []byte // the account's public key, to which mail is sealed
	Over    bool   // over quota: answer 452 4.2.2
	Filter  uint64 // version of the Sieve script that sorts its mail: ask StoreFilter when it changed; 0: there is none
	Learned uint64 // version of what the account has taught; 0: nothing
}

// NextHop is a server to hand mail to.
type NextHop struct {
	Host string // name or address literal
	Port uint16
	TLS  string // "may", "must" (any certificate), "verify"
}

// Identity asks for the account that signs in with a name, or may send as an address.
type Identity struct{ Login string }

// Identified is an account as logins need it. Account is 0 when there is none: the answer takes as long.
type Identified struct {
	Contract   sekisho.ContractID
	Account    sekisho.AccountID
	Status     sekisho.Status
	Version    uint64
	Address    string
	Name       string   // display name
	Identities []string // addresses that it may send as; "@domain" means all of that domain
	Groups     []string
	Public     []byte // the account's public key, to which mail that he files himself is sealed
	Wait       Wait   // how long his own mail waits before it leaves
	Quota      int64  // bytes; 0: no limit. Told by StoreSelf only
	Config     []byte // the contract's public key for settings that delivery needs. Told, as all that follows, by StoreSelf only
	Automatic  *Automatic
	Domains    []string // of the contract
}

// Relay asks which contract registered a network that holds the address.
type Relay struct{ Client netip.Addr }

// Relayed answers; Contract is 0 when nobody did.
type Relayed struct {
	Contract sekisho.ContractID
	Version  uint64
	Domains  []string // senders must be of these
}

// ContractQuery asks for what a contract wants, by number.
type ContractQuery struct{ Contract sekisho.ContractID }

// Contract is a contract's settings as the roles need them.
type Contract struct {
	ID         sekisho.ContractID
	Name       string
	Status     sekisho.Status
	Version    uint64
	Domains    []Domain
	Policy     []byte // rules, the text that package policy reads; empty means the default policy
	People     []Person
	Networks   []string // registered relay sources, CIDR
	Hosts      []string // host names of its own for mail programs: then it has a cell of its own
	Spool      []byte   // public keys of the contract
	Quarantine []byte
	Archive    []byte
	Config     []byte
	Limit      Limit
	Language   string     // "ja" or "en": texts that people get
	Unscanned  string     // when inspection fails: "defer" or "quarantine"
	Partners   []string   // domains of the shared address book, where the whole contract is asked for
	Hold       string     // why its data may not be destroyed (legal hold); "none" in a change lifts it
	Senders    string     // whose lists of senders count: "own" (also ""), or "none" for the contract's alone
	Digest     string     // when people are told of what is kept from them: "off", "6h", "08:00+09:00"; "": daily at 08:00
	Automatic  *Automatic // nil: the zero value
	URLs       *URLPolicy // nil: the zero value
	Wait       int        // most minutes that people may let their own mail wait before it leaves; 0: none, and in a change as it was; -1 in a change: none
	Prints     []Print    // sets of fingerprints, without descriptors: StorePrints gives those
}

// Usage is how much of a contract is kept.
type Usage struct{ Messages, Bytes uint64 }

// Person is somebody whose name others may borrow.
type Person struct{ Name, Address string }

// Limit is what a contract allows, per hour unless said otherwise. 0 means the installation's default.
type Limit struct {
	Message    int64 // bytes of a mail
	Recipients int   // of one mail
	Total      int   // recipients that all its people and servers may send to
	Hourly     int   // recipients an account may send to in an hour
	Daily      int   // and in a day
}

// Domain is one of a contract's domains.
type Domain struct {
	Name  string
	Route []NextHop // empty: hosted here
	DKIM  []DKIMKey // keys to sign with, in order; nil in a change: as they were
	STS   string    // mode of the MTA-STS policy that is served for it: "none", "testing", "enforce"; "": there is none. In a change "" is as it was, "off" ends it
}

// DKIMKey names a signing key in vault.
type DKIMKey struct {
	Key       uint64
	Selector  string
	Algorithm string // "rsa-sha256" or "ed25519-sha256"
	Public    []byte // PKIX for RSA, 32 bytes for Ed25519
	State     string // "": it signs; DKIMNext, DKIMOld
	Since     time.Time
}

// The states of a key that does not sign: its record is to be published first, or is left for mail that is under way.
const (
	DKIMNext = "next"
	DKIMOld  = "old"
)

// Contact asks whether a contract's people and an outside address have corresponded, and notes that they do now.
type Contact struct {
	Contract sekisho.ContractID
	Inside   string
	Outside  string
	Note     bool // remember it (after delivery), otherwise only ask
}

// Contacted answers; zero time means never.
type Contacted struct{ First, Last time.Time }

// Hosts lists host names that have certificates, and the installation's own.
type Hosts struct{ Names []string }

// Box is a data key sealed to one reader: HPKE to a public key, or, after the first opening, wrapped symmetrically.
type Box struct {
	Account sekisho.AccountID // 0: the contract's spool, quarantine or archive key
	Key     KeyName
	Sealed  []byte
}

// KeyName says which of a contract's key pairs a box is for.
type KeyName uint8

// The key pairs of a contract.
const (
	AccountKey KeyName = iota + 1
	SpoolKey
	QuarantineKey
	ArchiveKey
	ConfigKey
	WrappedKey      // symmetric, under the account's mailbox key
	RecoveryKey     // accounts' private halves, for officers
	NotificationKey // of the installation: contacts of customers that are gone
)

// SealedMessage is a mail at rest. Each piece is sealed under a key derived from the data key, which is in the boxes.
type SealedMessage struct {
	ID         sekisho.MessageID
	Contract   sekisho.ContractID
	Boxes      []Box
	Summary    []byte // class header
	Header     []byte // class header
	Body       []byte // class body
	Attachment []byte // class attachment
	Text       []byte // class body: searchable text
	Index      []byte // class index: search tokens
	Size       int64  // bytes of the mail itself
	Thread     uint64 // see ThreadOf; 0: not known
	Attached   bool   // something a person would call an attachment
}

// Accept makes messages durable together with what becomes of them. When it returns without error, everything in it
// survives a crash. Repeating it with the same message ids changes nothing and gives the same answer.
type Accept struct{ Messages []Arrival }

// Arrival is one message for one contract.
type Arrival struct {
	Sealed     SealedMessage
	Trace      Trace
	Deliveries []Delivery
	Once       *Once // nil: whatever happened before
}

// Once makes an arrival come to nothing when one with this mark was taken for the account and its time is not over: an automatic
// reply goes to each sender once in a period (RFC 5230 section 4.2).
type Once struct {
	Account sekisho.AccountID
	Mark    []byte
	Until   time.Time
}

// Fate is what happens to a message for one recipient.
type Fate uint8

// The fates.
const (
	FateMailbox Fate = iota + 1
	FateQueue        // to the outside, by post
	FateQuarantine
	FateHold
	FateRefuse // trace only
	FateDrop   // trace only: a rule wanted it
)

var fates = [...]string{"", "mailbox", "queue", "quarantine", "hold", "refuse", "drop"}

// String is the fate's name in traces.
func (f Fate) String() string {
	if int(f) < len(fates) {
		return fates[f]
	}
	return "unknown"
}

// MailboxMark before its number names a mailbox by that: so that it is found when its owner has named it anew.
const MailboxMark = `\#`

// Delivery is what happens to a message for one recipient, and why.
type Delivery struct {
	Recipient string
	Fate      Fate
	Action    string // the decision in the policy's word: "pass", "tag", "quarantine", ...
	Rule      string // which rule decided
	Reason    string // why, for administrators

	Account  sekisho.AccountID // FateMailbox; FateQuarantine when the recipient is an account
	Mailbox  string            // name, MailboxMark with a number, or a special use such as `\Junk`; "" and what is not there are INBOX
	Flags    []string          // IMAP flags and keywords
	Internal time.Time         // INTERNALDATE; zero: now

	NotBefore time.Time // FateQueue: first try. FateHold: when the hold ends. FateQuarantine: when it is deleted
	AtEnd     string    // FateHold: "send" or "delete"
	Approve   bool      // FateHold: it waits for somebody's word
	Asks      *Approval // whose; nil: whoever has the duty, but for the sender

	// FateHold: what is a draft again in the sender's account when the mail is cancelled or deleted: his own copy of it; or, where
	// that is not known or gone, the held mail itself, when a box for his account says that he can read it.
	Draft sekisho.MessageID
	Boxed bool

	Route  []NextHop // FateQueue and held mail: fixed next hops; empty: by MX
	Notify string    // DSN NOTIFY as given: "NEVER" or a list; "" default
	ORcpt  string    // DSN ORCPT

	Inside, Outside string // who corresponds with whom by this delivery, to be remembered; "" nothing to remember
	Site, Way       string // FateMailbox: the sender's organisation and by which way its mail came (StoreWays); "" nothing to remember
}

// Trace is what administrators can find out later about a message. It names people, so it belongs to the contract and
// goes with it.
type Trace struct {
	ID        sekisho.TraceID
	Envelope  sekisho.Envelope
	Direction sekisho.Direction
	From      string // header From
	MessageID string // MessageMark of the header field: store finds it again without knowing it
	Subject   []byte // sealed, class header; empty when not kept
	Findings  []sekisho.Finding
	Score     float64
	Instance  sekisho.Instance // the inspect process that opened it
	Took      time.Duration
}

// Accepted answers Accept: one entry per message, with the UIDs of its mailbox deliveries in order.
type Accepted struct{ Messages []Placed }

// Placed says where a message went.
type Placed struct {
	Message sekisho.MessageID
	Boxes   []Place
}

// Place is one mailbox delivery.
type Place struct {
	Account     sekisho.AccountID
	Mailbox     sekisho.MailboxID
	UIDValidity uint32
	UID         sekisho.UID
}

// Refusal records a mail that was refused in the SMTP dialogue. It is written with the next group, not waited for.
type Refusal struct {
	Contract  sekisho.ContractID
	Trace     Trace
	Recipient []string
	Code      int
	Text      string
	Rule      string
}

// Pass is vault's signed word that a session exists; store checks it on every call that touches a mailbox.
type Pass []byte

// MailboxQuery asks for the folders of the account in the pass.
type MailboxQuery struct{ Pass Pass }

// Mailboxes answers.
type Mailboxes struct{ List []Mailbox }

// Mailbox is one folder. Names use "/" between levels.
type Mailbox struct {
	ID          sekisho.MailboxID
	Name        string
	Special     string // `\Sent` and so on (RFC 6154); "" none
	Subscribed  bool
	UIDValidity uint32
	UIDNext     sekisho.UID
	ModSeq      uint64
	Messages    uint32
	Unseen      uint32
	Deleted     uint32
	Size        int64
}

// Folder creates, deletes, renames, subscribes or unsubscribes a mailbox; durable when it returns.
type Folder struct {
	Pass    Pass
	Do      string // "create", "delete", "rename", "subscribe", "unsubscribe"
	Name    string
	To      string // new name
	Special string // create: special use
}

// Select asks for the state of one mailbox.
type Select struct {
	Pass  Pass
	Name  string
	Since uint64 // only messages changed after this modseq, and all that vanished; 0: everything
}

// Selected is a mailbox by columns, in order of UID. Keywords are numbered by Names; Flags holds the system flags.
type Selected struct {
	Mailbox  Mailbox
	UIDs     []byte // ascending, as uvarint differences
	Flags    []byte // one byte a message: bits of FlagSeen ...
	Keywords []Keyword
	Gone     []sekisho.UID // since Since
}

// Keyword is one keyword and the UIDs that carry it.
type Keyword struct {
	Name string
	UIDs []sekisho.UID
}

// The bits of Selected.Flags.
const (
	FlagSeen = 1 << iota
	FlagAnswered
	FlagFlagged
	FlagDeleted
	FlagDraft
)

// Fetch asks for sealed pieces of messages.
type Fetch struct {
	Pass    Pass
	Mailbox sekisho.MailboxID
	UIDs    []sekisho.UID
	Want    Want
}

// Want says which pieces.
type Want struct{ Summary, Header, Body, Attachment, Text, Index bool }

// Fetched answers in the order asked; messages that are gone are left out.
type Fetched struct{ Messages []FetchedMessage }

// FetchedMessage is one message of a mailbox.
type FetchedMessage struct {
	UID      sekisho.UID
	Flags    uint8
	Internal time.Time
	ModSeq   uint64
	Sealed   SealedMessage // Boxes holds the one box for the account in the pass; pieces not wanted are empty
}

// Flag changes flags; durable when it returns.
type Flag struct {
	Pass     Pass
	Mailbox  sekisho.MailboxID
	UIDs     []sekisho.UID
	Do       string // "set", "add", "remove"
	Flags    uint8
	Keywords []string
	Unless   uint64 // do not touch messages whose modseq is above this; 0: all
}

// Flagged says what the messages look like now.
type Flagged struct {
	ModSeq  uint64
	Changed []FlagState
	Refused []sekisho.UID // changed meanwhile (Unless)
}

// FlagState is one message's flags.
type FlagState struct {
	UID      sekisho.UID
	Flags    uint8
	Keywords []string
}

// Copy copies or moves messages; a message is never in both and never in none after a move.
type Copy struct {
	Pass    Pass
	Mailbox sekisho.MailboxID
	UIDs    []sekisho.UID
	To      string
	Move    bool
}

// Copied pairs old and new UIDs.
type Copied struct {
	UIDValidity uint32
	From, To    []sekisho.UID
}

// Expunge removes messages that are flagged deleted; UIDs limits it, empty means all of the mailbox.
type Expunge struct {
	Pass    Pass
	Mailbox sekisho.MailboxID
	UIDs    []sekisho.UID
}

// Expunged lists what is gone.
type Expunged struct {
	UIDs   []sekisho.UID
	ModSeq uint64
}

// Rewrap replaces boxes by symmetric ones after a first opening. It may be lost in a crash: then the box is opened again.
type Rewrap struct {
	Pass  Pass
	Boxes []Rewrapped
}

// Rewrapped is the new box of one message.
type Rewrapped struct {
	Message sekisho.MessageID
	Sealed  []byte
}

// Watch waits until a mailbox changed after the cursor, or half a minute.
type Watch struct{ Cursor uint64 }

// Watched lists changed mailboxes; ask again with the new cursor. Lost means that changes were missed: look at everything.
type Watched struct {
	Cursor  uint64
	Lost    bool
	Changed []sekisho.MailboxID
}

// IndexQuery asks for the account's sealed search index.
type IndexQuery struct {
	Pass    Pass
	Mailbox sekisho.MailboxID
	Slices  []uint8     // which slices of each run
	From    sekisho.UID // only runs that are not before; 0: all
	Upto    sekisho.UID
}

// IndexSlices is the asked slices of the index, in order of runs.
type IndexSlices struct{ Slices []IndexSlice }

// IndexSlice is one sealed slice of a run, which covers messages from From to Upto.
type IndexSlice struct {
	From, Upto sekisho.UID
	Slice      uint8
	Sealed     []byte
}

// Merge adds a run to the index; one that overlaps others replaces them. Slices are numbered from 0.
type Merge struct {
	Pass       Pass
	Mailbox    sekisho.MailboxID
	From, Upto sekisho.UID
	Slices     [][]byte
}

// DueQuery leases deliveries that are due. A lease that ends without an outcome makes them due again.
type DueQuery struct {
	Most  int
	Lease time.Duration
	Wait  time.Duration // how long to wait when nothing is due
}

// Due lists deliveries, oldest first.
type Due struct {
	Items []QueueItem
	Next  time.Time // when something will be due; zero: nothing waits
}

// QueueItem is one recipient's delivery to the outside.
type QueueItem struct {
	ID        sekisho.QueueID
	Message   sekisho.MessageID
	Contract  sekisho.ContractID
	Trace     sekisho.TraceID
	Envelope  sekisho.Envelope // Rcpt is empty
	Recipient string
	Route     []NextHop
	Notify    string
	ORcpt     string
	Attempts  int
	Arrived   time.Time
	Warned    bool // the delay notice went out
	Last      string
	GivenUp   string // who gave it up: it ends with a notice to the sender, without another try
	NotBefore time.Time
	State     string // "waiting", "sending", "suspended", "sent", "failed", "cancelled"
	Size      int64
}

// SpoolQuery asks for a whole sealed message that is in the queue, held or in quarantine.
type SpoolQuery struct {
	Message sekisho.MessageID
	Want    Want
	Archive sekisho.ContractID // admin only: a message of this contract's archive instead
}

// Outcomes reports tries; durable when it returns.
type Outcomes struct{ Items []Outcome }

// Outcome is the end of one try.
type Outcome struct {
	ID     sekisho.QueueID
	State  string    // "sent", "failed", "waiting"
	Next   time.Time // waiting: next try
	Host   string    // who answered
	Code   int
	Status string // enhanced status code
	Text   string
	TLS    string
	Warned bool
}

// Admin changes the directory; durable when it returns. Exactly one field is set.
type Admin struct {
	Contract *AdminContract
	Domain   *AdminDomain
	Account  *AdminAccount
	Alias    *AdminAlias
	Group    *AdminGroup
	Partner  *AdminPartner
	Sender   *AdminSender
	Learned  *AdminLearned
	Print    *AdminPrint
}

// AdminContract adds or changes a contract.
type AdminContract struct {
	Do   string // "add", "set"; "undo-policy" puts the rules back that were in force before
	Set  Contract
	Keep bool // set: leave empty fields as they are
}

// AdminDomain adds, changes or removes a domain.
type AdminDomain struct {
	Do       string // "add", "set", "remove"
	Contract sekisho.ContractID
	Set      Domain
}

// AdminAccount adds or changes an account.
type AdminAccount struct {
	Do       string // "add", "set", "remove"
	ID       sekisho.AccountID
	Contract sekisho.ContractID
	Address  string
	Name     string
	Role     string // one of sekisho.Duties; "admin" is taken for "contract-admin"
	Public   []byte
	Status   sekisho.Status
	Quota    int64

	Supervisor string // address of whom rules may ask about his mail; "none" in a change: nobody
	Leaves     string // his announced last day, as 2026-12-31; "none" in a change: none
	Wait       *Wait  // how long his own mail waits before it leaves; nil: not at all, and in a change as it was
}

// AdminAlias adds or removes an alias: mail for Address goes to Targets; with Identity, targets may send as it.
type AdminAlias struct {
	Do       string
	Contract sekisho.ContractID
	Address  string
	Targets  []string
	Identity bool
}

// AdminPartner adds, sets or removes an entry of a contract's shared address book.
type AdminPartner struct {
	Do       string
	Contract sekisho.ContractID
	Set      Partner
}

// Partner is somebody outside whom a contract's people write to.
type Partner struct {
	ID           uint64
	Name         string
	Addresses    []string // the first is the usual one
	Organization string
	Note         string
	Groups       []string
}

// AdminGroup adds, sets or removes a named group of addresses for policy.
type AdminGroup struct {
	Do       string
	Contract sekisho.ContractID
	Name     string
	Members  []string
}

// AdminDone gives the number that was made.
type AdminDone struct {
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	Partner  uint64
}

// List asks for rows of one kind, newest first where time matters.
type List struct {
	What     string             // "contract", "domain", "account", "alias", "group", "quarantine", "hold", "queue", "trace", "archive", "learned"
	Contract sekisho.ContractID // 0: all
	Match    string             // part of an address, subject reference or id
	ID       uint64             // exactly this one; for trace the trace id, for others the row's id
	Since    time.Time
	Most     int
	All      bool // queue: also what is finished
}

// Listed holds the rows of the kind asked for.
type Listed struct {
	Contracts []Contract
	Accounts  []AdminAccount
	Aliases   []AdminAlias
	Groups    []AdminGroup
	Kept      []Kept // quarantine and hold
	Queue     []QueueItem
	Traces    []TraceRow
	Archived  []Archived
	Policies  []PolicyVersion
	Learned   []LearnedBy
}

// Archived is a message that a contract's archive keeps.
type Archived struct {
	Message  sekisho.MessageID
	Contract sekisho.ContractID
	At       time.Time
	Size     int64
}

// TraceRow is one message's way, for one recipient.
type TraceRow struct {
	Trace     Trace
	Message   sekisho.MessageID
	Contract  sekisho.ContractID
	Recipient string
	Fate      Fate
	Action    string
	Rule      string
	Reason    string
	Events    []TraceEvent
}

// TraceEvent is something that happened after the decision.
type TraceEvent struct {
	At   time.Time
	What string // "sent", "deferred", "failed", "released", "deleted", "cancelled"
	By   string
	Text string
}
