package wire

import (
	"net/netip"
	"time"

	"sekisho"
)

// desk serves people without a sign-in. What they hold is a link that vault signed and that was sent to them by mail; store checks
// it, and desk can make none. To open a link changes nothing; to act takes what looking gave, a short task, and a moment.

// The calls about links and notices.
var (
	VaultLink        = define[LinkOrder, LinksMade](sekisho.Vault, 109, "link", small, sekisho.Post, sekisho.Gate)
	StoreLinkLook    = define[LinkLook, LinkSeen](sekisho.Store, 130, "link-look", small, sekisho.Desk)
	StoreLinkAct     = define[LinkAct, LinkDone](sekisho.Store, 131, "link-act", small, sekisho.Desk)
	VaultLinkRelease = define[LinkRelease, LinkReleased](sekisho.Vault, 150, "link-release", small, sekisho.Desk)
	StoreDigest      = define[DigestQuery, DigestsMade](sekisho.Store, 153, "digest", small, sekisho.Admin)
	StoreInquire     = define[Inquiry, Nothing](sekisho.Store, 132, "inquire", small, sekisho.Desk)
	StoreNotices     = define[NoticeQuery, Notices](sekisho.Store, 133, "notices", small, sekisho.Post)
	StoreNoticed     = define[Noticed, Nothing](sekisho.Store, 134, "noticed", small, sekisho.Post)
	StoreInquiries   = define[PageQuery, Inquiries](sekisho.Store, 135, "inquiries", small, sekisho.Console)
)

// LinkOrder asks for links about mail of one contract.
type LinkOrder struct {
	Contract sekisho.ContractID
	Links    []LinkTo
}

// LinkTo is one link to make.
type LinkTo struct {
	Purpose uint8 // seal.LinkPurpose
	Message sekisho.MessageID
	To      string
	Expires time.Time
}

// LinksMade are the links, in order; each is used as a token in an address's fragment.
type LinksMade struct{ Tokens [][]byte }

// LinkClaims are what a link says.
type LinkClaims struct {
	ID       uint64
	Purpose  uint8
	Contract sekisho.ContractID
	Message  sekisho.MessageID
	To       string
	Expires  time.Time
}

// LinkLook opens a link. It changes nothing.
type LinkLook struct {
	Token  []byte
	Client netip.Addr
}

// LinkSeen is what a link shows: facts of the envelope, never the content.
type LinkSeen struct {
	Purpose   uint8
	To        string
	Language  string
	Trace     string
	Arrived   time.Time
	Until     time.Time
	AtEnd     string
	Reason    string
	Size      int64
	Waiting   []string      // recipients for whom it is held
	From      string        // quarantine: who sent it
	Choices   []string      // what can be done
	Wanted    bool          // quarantine: an administrator was asked for its release already
	Ended     []LinkOutcome // what has become of it for others
	Act       []byte        // to be given back when acting; empty when there is nothing to do
	Task      string        // what to type, to show that a person reads this
	NotBefore time.Time     // acting is refused before
}

// LinkOutcome is what became of a mail for one recipient.
type LinkOutcome struct {
	Recipient string
	What      string // "released", "cancelled", "deleted", ...
	At        time.Time
	By        string
}

// LinkAct decides about all recipients for whom the mail is still held: all of them or none.
type LinkAct struct {
	Token []byte
	Act   []byte
	Typed string // the answer to the task
	Do    string // "send", "cancel"; quarantine: "release", "allow", "ask", "spam"
	Box   *Box   // "release" and "allow", the second time: what vault made of the one that was given
}

// LinkDone says what is so now. When somebody or the clock was faster, Won is false and Ended says who.
type LinkDone struct {
	Won   bool
	At    time.Time
	Ended []LinkOutcome

	// Release is set, and nothing is decided, when vault has to box the mail anew first: ask again, with Act as given here.
	Release *LinkRelease
	Act     []byte
}

// LinkRelease asks vault to box a quarantined mail anew to him whom the link was sent to. The box tells whom it is for, not desk.
type LinkRelease struct {
	Token   []byte
	Account sekisho.AccountID // 0: his mailbox is elsewhere, the mail goes into the queue
	Sealed  []byte            // the quarantine's box for him
}

// LinkReleased is the new box.
type LinkReleased struct{ Box Box }

// DigestQuery has digests made of what is due; Now also of what is not due yet.
type DigestQuery struct {
	Contract sekisho.ContractID // 0: all
	Now      bool
}

// DigestsMade counts people who will be told, and the mails that they are told of.
type DigestsMade struct{ People, Mails int }

// DigestLine is one mail in quarantine of which somebody is told.
type DigestLine struct {
	Message   sekisho.MessageID
	From      string
	Subject   []byte // sealed, class header
	Reason    string
	Arrived   time.Time
	Until     time.Time
	Dangerous bool // an administrator decides about its release
}

// Inquiry is somebody's question whether he is concerned by an incident. It is answered by people, and nothing is said at once.
type Inquiry struct {
	Domain string // or contract number
	Name   string
	Reply  string // where to answer
}

// Inquiries are questions that came in, newest first; operators only.
type Inquiries struct {
	List  []InquiryRow
	Total uint64
	Next  string
}

// InquiryRow is one of them.
type InquiryRow struct {
	ID uint64
	At time.Time
	Inquiry
}

// NoticeQuery asks for notices that are to be written to senders of mail that is held, waiting for one for a while.
type NoticeQuery struct {
	Most int
	Wait time.Duration
}

// Notices are to be written; each again until StoreNoticed is told.
type Notices struct{ List []NoticeDue }

// NoticeDue is one notice about one mail. Mail is the id that its mail must have, and the ones after it
// those of the mails to the others of To, so that writing it twice is writing it once.
type NoticeDue struct {
	ID         uint64
	Mail       sekisho.MessageID
	Kind       string // "held", "approve" (to approvers), "sent", "deleted", "cancelled"; "digest", "wanted" (to administrators)
	Contract   sekisho.ContractID
	Message    sekisho.MessageID
	Trace      sekisho.TraceID
	Sender     string
	To         []string // whom to tell
	Recipients []string
	Reason     string
	Until      time.Time
	AtEnd      string
	Approve    bool
	By         string
	At         time.Time
	Lines      []DigestLine // "digest"
	More       int          // mails beyond these
	Code       string       // "share-code"
}

// Noticed says that a notice is durable. What it did not name yet, of Recipients, is due again.
type Noticed struct {
	ID         uint64
	Recipients int // that it named; 0: all
}
