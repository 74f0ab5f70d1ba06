package wire

import (
	"time"

	"sekisho"
	"sekisho/learn"
)

// inspect opens hostile content and knows nothing else: no key beyond the message it is given, no file, no network.

// The calls of inspect.
var (
	InspectScan    = define[Scan, Report](sekisho.Inspect, 1, "scan", large, sekisho.Gate, sekisho.Reader, sekisho.Post, sekisho.Admin, sekisho.Webmail, sekisho.Console)
	InspectRewrite = define[Rewrite, Rewritten](sekisho.Inspect, 2, "rewrite", large, sekisho.Gate, sekisho.Admin)
	InspectFilter  = define[Filter, Filtered](sekisho.Inspect, 3, "filter", large, sekisho.Gate)
	InspectText    = define[Texts, DecodedTexts](sekisho.Inspect, 10, "text", large, sekisho.Webmail)
	InspectRender  = define[Render, Rendered](sekisho.Inspect, 11, "render", large, sekisho.Webmail)
	InspectPicture = define[Picture, MadePicture](sekisho.Inspect, 12, "picture", large, sekisho.Webmail)
	InspectPreview = define[Preview, MadePreview](sekisho.Inspect, 13, "preview", large, sekisho.Webmail)
)

// Scan asks for everything that can be said about a message.
type Scan struct {
	Raw       []byte
	Direction sekisho.Direction
	Envelope  sekisho.Envelope
	Auth      Auth
	People    []Person
	Domains   []string
	Partners  []string // domains of those whom the contract knows: what looks like one of them is told of
	Known     bool
	Extra     []sekisho.Finding
	Signers   []MailKey // keys under which the contract's mail leaves: for notifications, which return what was signed
	Now       time.Time
	Leak      []byte  // what the contract looks for itself (policy.Policy.Leak)
	Prints    []Print // and its sets of fingerprints, with their key and their descriptor
	Summarise bool    // only the summary, text and tokens: mail that a person files himself (APPEND)
	Learn     bool    // only the opinion: mail of which a person says what it is
}

// MailKey is the public half of a DKIM key.
type MailKey struct {
	Domain, Selector string
	Public           []byte // PKIX
}

// Auth is what sender authentication found, in the words of RFC 8601.
type Auth struct {
	SPF, DKIM, DMARC, ARC string
	SPFDomain, DKIMDomain string
	From                  string // domain of the header From
	Policy                string // the DMARC policy that applies: "none", "quarantine", "reject"
	Aligned               bool
}

// Report answers Scan.
type Report struct {
	Findings    []sekisho.Finding
	Score       float64
	Verdict     sekisho.Verdict
	Summary     sekisho.Summary
	Text        string
	Tokens      []byte
	Opinion     learn.Opinion // of the spam model, of inbound mail: what layers speak by
	Links       []string      // host, as DNS is asked, and path of links
	Ambiguous   bool
	Unscannable bool
}

// Rewrite asks for a changed copy, as a decision wants it.
type Rewrite struct {
	Raw       []byte
	Canonical bool
	Subject   string // put before the subject
	AddHeader []sekisho.Param
	Remove    []string // fields to remove, by name
	Warning   string   // put before the text
	Convert   []Conversion
}

// Conversion is a change to what is in a mail, in the words of policy actions. They are made in the order of their list.
type Conversion struct {
	Action string
	Text   string
	Kept   bool // quarantine keeps the mail as it came when something is taken out of it
	Whole  bool // an engine that names no part found a virus in the mail: every attachment may be it

	Link     string      // secure-link: where the files can be had; "": take them out only
	Files    []ShareFile // secure-link: what was taken out before, for the note with the link
	Until    time.Time   // secure-link: until when; encrypt: the time of its files
	Code     bool        // secure-link: opening takes a code
	Password string      // encrypt: of the zip
}

// Rewritten is the copy. Notes say what was changed, for the trace. Took names the conversions that took something out.
type Rewritten struct {
	Raw   []byte
	Notes []string
	Took  []string
	Files []File // what secure-link took out
}

// File is a file as it was in a mail.
type File struct {
	Name string
	Type string
	Data []byte
}

// Texts asks for texts of parts in UTF-8.
type Texts struct{ Parts []TextPart }

// TextPart is one text as it stands in a mail.
type TextPart struct {
	Body     []byte
	Encoding string
	Charset  string
	HTML     bool // a charset in it counts when nothing else is said
}

// DecodedTexts answers Texts, in order.
type DecodedTexts struct{ Texts []DecodedText }

// DecodedText is a text with LF at its lines' ends. Problem means that something could not be decoded.
type DecodedText struct {
	Text    string
	Problem bool
}

// Render asks for a mail as people see it.
type Render struct {
	Raw      []byte
	Language string // "ja" or "en": of warnings
	Domains  []string
	Desk     string // origin that rewritten links lead over; their true targets are shown
}

// Rendered is a mail as it is shown. Tree is JSON: a node is a text or [tag, {attribute: value}, node...]; there is nothing
// in it but what an allow-list has. Pictures and links are numbered; the tree refers to numbers.
type Rendered struct {
	Tree        []byte // "null" when there is no HTML
	Plain       string
	Pictures    []RenderedPicture
	Links       []RenderedLink
	Attachments []RenderedFile
}

// RenderedPicture is where a picture comes from: a part of the mail, bytes in its text, or an address outside.
type RenderedPicture struct {
	Part   string // section number
	Data   []byte // of a data: URL, unopened
	Remote string // URL
}

// RenderedLink is one link, and why one should think before following it.
type RenderedLink struct {
	Href, Host, Text string
	Warning          string // "" none
}

// RenderedFile is one attachment.
type RenderedFile struct {
	Part, Name, Type string
	Size             int64
	Danger           string // kind of danger; "" none
	Reason           string
	Pages            int // that can be shown; 0: none
}

// Picture asks for a picture made anew, so that nothing of its bytes but what it shows reaches a browser.
type Picture struct {
	Data []byte
	Most int // most pixels of a side; 0: 2,000
}

// MadePicture is the new picture.
type MadePicture struct {
	Type          string // "image/png" or "image/jpeg"
	Data          []byte
	Width, Height int
}

// Preview asks for one page of a file as a picture: of a PDF document, or of a picture, which has one page.
type Preview struct {
	Data  []byte
	Page  int // the first is 1
	Width int // most points; 0: 1,200
}

// MadePreview is the page, drawn anew as image/png: no byte of the file is in it. Refused says why there is none.
type MadePreview struct {
	Data          []byte
	Width, Height int
	Pages         int    // that the file has, as far as they can be shown
	Refused       string // "" drawn, "locked", "unreadable", "no-page"
}

// Filter asks what the Sieve scripts of several accounts want done with one mail.
type Filter struct {
	Raw   []byte
	From  string // envelope sender
	Auth  string // who signed in as the sender; "" nobody
	Score float64
	Virus bool // a virus scanner has looked, and found nothing
	Now   time.Time
	For   []FilterFor
}

// FilterFor is one account whose script is to be run.
type FilterFor struct {
	Script    []byte
	To        string   // recipient of the envelope
	Addresses []string // the account's own, the first of which marks what it sends on
	Forward   []string // domains that mail may be sent on to; "*" is any
}

// Filtered answers Filter, in its order.
type Filtered struct{ List []Sorting }

// Sorting is what one script wants. Steps are never empty.
type Sorting struct {
	Steps []FilterStep
	Edits []FieldEdit // of the header; FilterStep.Edits says how many of them count
	Fault string      // why the script broke: then all that is left is to keep the mail
}

// FilterStep is one thing to do.
type FilterStep struct {
	Do      string // "keep", "fileinto", "redirect", "discard", "reject", "vacation"
	Mailbox string
	Flags   []string
	Edits   int
	Address string // of a redirect
	Field   string // of a redirect: header field, without its line's end, that the mail sent on gets
	Text    string // of a refusal
	Reply   FilterReply
}

// FilterReply is an automatic reply to the mail's sender. Text, Subject and From stand so in the script; Subject "" is the mail's,
// From "" the account's address.
type FilterReply struct {
	Text, Subject, From string
	MIME                bool          // Text is an entity with its header
	Handle              string        // replies with one handle go to one sender once in
	Period              time.Duration // this time
}

// FieldEdit deletes the Index-th field of that name, or adds one: before all others, or with Last behind them.
type FieldEdit struct {
	Delete, Last bool
	Name, Value  string
	Index        int
}
