package wire

import (
	"time"

	"sekisho"
)

// inspect opens hostile content and knows nothing else: no key beyond the message it is given, no file, no network.

// The calls of inspect.
var (
	InspectScan    = define[Scan, Report](sekisho.Inspect, 1, "scan", large, sekisho.Gate, sekisho.Reader, sekisho.Post, sekisho.Admin, sekisho.Webmail)
	InspectRewrite = define[Rewrite, Rewritten](sekisho.Inspect, 2, "rewrite", large, sekisho.Gate, sekisho.Admin)
)

// Scan asks for everything that can be said about a message.
type Scan struct {
	Raw       []byte
	Direction sekisho.Direction
	Envelope  sekisho.Envelope
	Auth      Auth
	People    []Person
	Domains   []string
	Known     bool
	Extra     []sekisho.Finding
	Now       time.Time
	Summarise bool // only the summary, text and tokens: mail that a person files himself (APPEND)
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
}

// Rewritten is the copy.
type Rewritten struct{ Raw []byte }
