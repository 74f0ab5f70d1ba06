package wire

import (
	"time"

	"sekisho"
)

// What webmail asks of store: an account's mails as JMAP sees them, by message over all mailboxes, and things of an account
// that are no mails. As everywhere, the pass says whose; numbers of other accounts are not found.

// The calls of store for webmail.
var (
	StoreEmailQuery   = define[EmailQuery, EmailList](sekisho.Store, 80, "email-query", large, sekisho.Webmail)
	StoreEmails       = define[EmailFetch, Emails](sekisho.Store, 81, "emails", large, sekisho.Webmail, sekisho.Reader)
	StoreEmailChanges = define[EmailSince, EmailChanges](sekisho.Store, 82, "email-changes", large, sekisho.Webmail)
	StoreEmailSet     = define[EmailSet, EmailDone](sekisho.Store, 83, "email-set", large, sekisho.Webmail)
	StoreThreads      = define[ThreadQuery, Threads](sekisho.Store, 84, "threads", large, sekisho.Webmail)
	StoreUpload       = define[Upload, Nothing](sekisho.Store, 85, "upload", large, sekisho.Webmail)
	StoreUploaded     = define[UploadQuery, Upload](sekisho.Store, 86, "uploaded", large, sekisho.Webmail)
	StoreItems        = define[ItemQuery, Items](sekisho.Store, 87, "items", large, sekisho.Webmail)
	StoreItemSet      = define[ItemSet, ItemDone](sekisho.Store, 88, "item-set", large, sekisho.Webmail)
	StoreOwnKept      = define[OwnKept, Listed](sekisho.Store, 89, "own-kept", large, sekisho.Webmail)
	StoreOwnDecide    = define[OwnDecision, Nothing](sekisho.Store, 90, "own-decide", small, sekisho.Webmail)
	StorePeople       = define[PeopleQuery, PeopleFound](sekisho.Store, 91, "people", small, sekisho.Webmail)
	StorePartners     = define[PartnerQuery, PartnersFound](sekisho.Store, 96, "partners", large, sekisho.Webmail)
	StorePlaces       = define[PlaceQuery, Places](sekisho.Store, 93, "places", large, sekisho.Webmail)
	StoreSelf         = define[MailboxQuery, Identified](sekisho.Store, 94, "self", small, sekisho.Webmail)
	StoreEmailCounts  = define[MailboxQuery, EmailCounts](sekisho.Store, 92, "email-counts", small, sekisho.Webmail)
)

// Mark is how far a mailbox was known: all the marks of an account are the state of its mails.
type Mark struct {
	Mailbox sekisho.MailboxID
	ModSeq  uint64
	UIDNext sekisho.UID
}

// EmailFilter is a condition on mails, without their content. Of joins conditions; otherwise all fields that are set must
// be met.
type EmailFilter struct {
	Op    string // "and", "or", "not" (none of Of is met); "": no Of
	Of    []EmailFilter
	Is    bool // IDs is the condition
	IDs   []sekisho.MessageID
	In    sekisho.MailboxID   // in this mailbox
	Not   []sekisho.MailboxID // in some mailbox that is none of these
	After time.Time           // received at or after
	Until time.Time           // received before
	Min   int64               // bytes, at least
	Max   int64               // bytes, less than; 0: any
	Has   string              // keyword, as JMAP writes it
	Lacks string
	All   string // every mail of the thread has the keyword
	Some  string
	None  string
	File  uint8 // 1: has an attachment, 2: has none
}

// EmailSort orders by one property.
type EmailSort struct {
	By   string // "receivedAt", "size", "hasKeyword"
	Word string // hasKeyword
	Up   bool   // ascending
}

// EmailQuery asks for the messages that meet a filter, in order.
type EmailQuery struct {
	Pass     Pass
	Filter   EmailFilter
	Sort     []EmailSort
	Position int64 // negative: from the end
	Anchor   sekisho.MessageID
	Offset   int64
	Limit    uint32 // 0: all
	Collapse bool   // of a thread only the first
}

// EmailList answers EmailQuery. An anchor that is not there is NotFound.
type EmailList struct {
	IDs      []sekisho.MessageID
	Position uint64
	Total    uint64
	Marks    []Mark
}

// EmailFetch asks for messages by their ids.
type EmailFetch struct {
	Pass  Pass
	IDs   []sekisho.MessageID
	Want  Want
	Facts bool // nothing of Sealed but its id and size
}

// Emails answers in the order asked; messages that the account does not have are left out.
type Emails struct {
	List  []Email
	Marks []Mark
}

// Email is one message of an account, wherever it is filed.
type Email struct {
	Message   sekisho.MessageID
	Thread    uint64
	Attached  bool
	Mailboxes []sekisho.MailboxID
	UIDs      []sekisho.UID // in Mailboxes
	Flags     uint8
	Keywords  []string
	Internal  time.Time
	Sealed    SealedMessage // Boxes holds the account's one box
}

// EmailSince asks what changed after the marks.
type EmailSince struct {
	Pass  Pass
	Since []Mark
	Most  uint32 // 0: any number
}

// EmailChanges answers. Lost means that it cannot be told.
type EmailChanges struct {
	Lost                        bool
	Created, Updated, Destroyed []sekisho.MessageID
	Threads                     ThreadChanges
	Marks                       []Mark
}

// ThreadChanges are the threads of changed mails.
type ThreadChanges struct{ Created, Updated, Destroyed []uint64 }

// EmailSet changes messages; each change happens wholly or not at all, and is durable when the answer comes.
type EmailSet struct {
	Pass    Pass
	Unless  []Mark // Conflict when the account's mails have changed since; empty: whatever happened
	Changes []EmailChange
}

// EmailChange is what becomes of one message.
type EmailChange struct {
	Message  sekisho.MessageID
	Keywords bool     // Set replaces all keywords and flags
	Set      []string // IMAP's words: `\Seen`, "$Forwarded"
	Add      []string
	Remove   []string
	Boxes    bool                // Into replaces all mailboxes
	Into     []sekisho.MailboxID // also filed here
	OutOf    []sekisho.MailboxID
	Destroy  bool
}

// EmailDone says for each change what hindered it: 0, NotFound, Invalid (it would be in no mailbox, or a mailbox is not
// there) or another kind.
type EmailDone struct {
	Refused []uint8 // sekisho.ErrorKind
	Before  []Mark
	Marks   []Mark
}

// ThreadQuery asks for the messages of threads.
type ThreadQuery struct {
	Pass    Pass
	Threads []uint64
}

// Threads answers in the order asked, each thread's messages oldest first; unknown threads are empty.
type Threads struct {
	List  []Thread
	Marks []Mark
}

// Thread is one conversation.
type Thread struct{ Messages []sekisho.MessageID }

// EmailCounts tells of each mailbox how many threads it has, in the order of StoreMailboxes.
type EmailCounts struct {
	List  []EmailCount
	Marks []Mark
}

// EmailCount counts the threads of one mailbox.
type EmailCount struct {
	Mailbox         sekisho.MailboxID
	Threads, Unseen uint32
}

// Upload is bytes that somebody handed in to use them soon: kept for a day, sealed to himself as an attachment of a message
// of their own.
type Upload struct {
	Pass   Pass
	Sealed SealedMessage
	Type   string
	At     time.Time
}

// UploadQuery asks for what was uploaded.
type UploadQuery struct {
	Pass    Pass
	Message sekisho.MessageID
}

// ItemQuery asks for things of an account of one kind: contacts, templates, preferences.
type ItemQuery struct {
	Pass  Pass
	Kind  string
	IDs   []sekisho.MessageID // empty: all
	Since uint64              // only what changed after, also what is gone
}

// Items answers.
type Items struct {
	List   []Item
	ModSeq uint64 // of the kind
}

// Item is one thing, sealed to its account as a message is, with one piece of text.
type Item struct {
	ID     sekisho.MessageID
	ModSeq uint64
	Begun  uint64 // modseq of its making
	Gone   bool
	Sealed []byte
	Box    Box
	Config []byte // a second box, to the contract's ConfigKey: what delivery needs when nobody is signed in. Kind "sieve" only
}

// ItemSet writes things of one kind, all or none; durable when it returns.
type ItemSet struct {
	Pass   Pass
	Kind   string
	Unless uint64 // Conflict when the kind has changed since; 0: whatever happened
	Put    []Item // ModSeq: Conflict unless the item has this one; 0: it is new, or whatever it has
	Remove []sekisho.MessageID
}

// ItemDone gives the kind's modseq before and after.
type ItemDone struct{ Before, ModSeq uint64 }

// OwnKept asks for what is in quarantine for the account, and for what it sent that is on hold.
type OwnKept struct {
	Pass  Pass
	ID    uint64 // only this one; 0: all
	Whole bool   // with boxes and findings
}

// VaultOwnKept opens quarantined mail in the session of him whom it is for. The box tells whom: gate bound it to the
// account. Wrapped is what store needs to release the mail into his mailbox.
var VaultOwnKept = define[OpenOwn, Opened](sekisho.Vault, 120, "own-kept", small, sekisho.Webmail)

// OpenOwn asks for the header keys of quarantined mails, or releases them.
type OpenOwn struct {
	Session sekisho.SessionID
	Secret  []byte
	Boxes   []MessageBox
	Release bool // give Wrapped, and no keys
}

// OwnDecision ends a hold or a quarantine of the account's own. What: "send", "cancel", "release", "delete"; "ask" ends nothing, but
// lets administrators know that the release is wanted. NotFound means
// that it is not the account's or that somebody was faster: exactly one decision is carried out.
type OwnDecision struct {
	Pass  Pass
	What  string
	ID    uint64
	Trace sekisho.TraceID // "cancel": everything of this mail that its sender can still take back
	Box   *Box
	List  string // quarantine: also put the sender into the account's list, as "allow" or "block"
}

// PeopleQuery looks for people and groups of the account's own contract.
type PeopleQuery struct {
	Pass Pass
	Text string
	Most uint32
}

// PeopleFound answers PeopleQuery, by name.
type PeopleFound struct{ List []DirectoryEntry }

// DirectoryEntry is somebody whom colleagues may write to.
type DirectoryEntry struct {
	Name, Address string
	Group         bool
}

// PartnerQuery looks in the shared address book of the account's own contract: by number, or by part of a name or address and by group.
type PartnerQuery struct {
	Pass  Pass
	IDs   []uint64 // exactly these; at most 500
	Text  string
	Group string
	After uint32 // how many to pass over
	Most  uint32 // at most 500
}

// PartnersFound answers PartnerQuery, by name. Groups are those whose name has the text.
type PartnersFound struct {
	List    []Partner
	Total   uint64
	Version uint64 // of the contract's directory
	Groups  []PartnerGroup
}

// PartnerGroup is a group of the shared address book.
type PartnerGroup struct {
	Name    string
	Members uint64
}

// PlaceQuery asks for all messages of a mailbox.
type PlaceQuery struct {
	Pass    Pass
	Mailbox sekisho.MailboxID
}

// Places answers: columns in order of UID.
type Places struct {
	UIDs     []uint32
	Messages []uint64
}

// StoreOwnTrace tells of one mail that was delivered to the account what was decided about it for that account, and when
// its contract first knew the sender.
var StoreOwnTrace = define[OwnTrace, OwnTraced](sekisho.Store, 95, "own-trace", small, sekisho.Webmail)

// OwnTrace names a mail. Both numbers have to fit: the trace alone tells nothing.
type OwnTrace struct {
	Pass    Pass
	Message sekisho.MessageID
	Trace   sekisho.TraceID
	From    string // header From
}

// OwnTraced answers. Row is empty when nothing is known; of its recipients it names the account's only.
type OwnTraced struct {
	Known bool
	Row   TraceRow
	First time.Time // when the account's address was first known to correspond with From; zero: never
}

// StoreCorrespondents lists whom the account's own address has corresponded with, the latest first.
var StoreCorrespondents = define[CorrespondentQuery, Correspondents](sekisho.Store, 97, "correspondents", large, sekisho.Webmail)

// CorrespondentQuery asks for the account's correspondents.
type CorrespondentQuery struct {
	Pass Pass
	Most uint32 // 0: 1,000; at most 5,000
}

// Correspondents answers.
type Correspondents struct{ Addresses []string }
