package policy

import (
	"slices"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/missend"
)

// Facts is all that a decision may depend on.
type Facts struct {
	Direction       sekisho.Direction
	Envelope        sekisho.Envelope
	Recipient       string   // the one this decision is for
	SenderGroups    []string // groups of the contract that the sender belongs to
	RecipientGroups []string
	Outside         []string // recipients that no contract of this installation owns
	From            string   // header From, address
	Subject         string
	Size            int64
	Attachments     []string // file names
	Findings        []sekisho.Finding
	Score           float64
	SPF, DKIM       string // results in the words of RFC 8601
	DKIMDomain      string // the domain whose signature passed
	DMARC, ARC      string
	ARCTrusted      bool     // forwarders that are trusted vouch for the author
	DMARCPolicy     string   // what the sender's domain asks for: "none", "quarantine", "reject"
	Known           bool     // these two have corresponded before
	Rare            []string // recipients outside whom hardly anybody of the contract has corresponded with; nil where no rule asks
	Apart           int      // pairs of organisations among the recipients that were never written to together
	Others          []string // organisations of the shared address book that the text is addressed to, and that are no recipients; nil where no rule asks
	Importance      string   // "high", "normal", "low", as the sender's program says
	Internal        bool     // sender and recipient are of the same contract
	Listing         Listing
	Now             time.Time
}

// environment is what conditions may name. The documentation of rules is made from the comments here.
type environment struct {
	Sender          string   `expr:"sender"`           // envelope sender, lower case
	SenderDomain    string   `expr:"sender_domain"`    // what follows its @
	From            string   `expr:"from"`             // header From address, lower case
	FromDomain      string   `expr:"from_domain"`      // what follows its @
	Recipient       string   `expr:"recipient"`        // the recipient, lower case
	RecipientDomain string   `expr:"recipient_domain"` // what follows its @
	SenderGroups    []string `expr:"sender_groups"`    // groups that the sender belongs to
	RecipientGroups []string `expr:"recipient_groups"` // groups that the recipient belongs to
	Recipients      int      `expr:"recipients"`       // how many recipients the mail has
	Outside         int      `expr:"outside"`          // how many of them are outside of this installation
	Organisations   int      `expr:"organisations"`    // how many organisations they are of
	Subject         string   `expr:"subject"`          // decoded
	Size            int64    `expr:"size"`             // bytes of the mail
	Attachments     []string `expr:"attachments"`      // file names, lower case
	Score           float64  `expr:"score"`            // sum of the findings' scores
	SPF             string   `expr:"spf"`              // pass, fail, softfail, neutral, none, temperror, permerror
	DKIM            string   `expr:"dkim"`
	DMARC           string   `expr:"dmarc"`
	ARC             string   `expr:"arc"`
	ARCTrusted      bool     `expr:"arc_trusted"`    // forwarders that are trusted vouch for the author
	DMARCPolicy     string   `expr:"dmarc_policy"`   // none, quarantine, reject
	Known           bool     `expr:"known"`          // sender and recipient have corresponded before
	RareRecipient   bool     `expr:"rare_recipient"` // neither the sender nor more than one other person here has corresponded with the recipient
	UnusualSet      bool     `expr:"unusual_set"`    // organisations among the recipients were never written to together
	WrongDocument   bool     `expr:"wrong_document"` // text or the name of a file is addressed to an organisation of the shared address book that is no recipient
	Internal        bool     `expr:"internal"`       // both are of this contract
	Importance      string   `expr:"importance"`     // high, normal, low, as the sender marked it
	TLS             bool     `expr:"tls"`            // the mail came over TLS
	SignedIn        bool     `expr:"signed_in"`      // the sender logged in
	Client          string   `expr:"client"`         // address of the sending host
	Hour            int      `expr:"hour"`           // 0 to 23, UTC
	Weekday         int      `expr:"weekday"`        // 0 is Sunday, UTC

	// how many of a kind of leak the mail has, 0 for none: leak["my-number"] >= 3
	Leak map[string]int `expr:"leak"`

	findings []sekisho.Finding
}

// Has says whether there is a finding of a kind: Has("virus"). Oddities without weight (ambiguous) and findings that speak
// for the mail do not count.
func (e environment) Has(kind string) bool {
	return slices.ContainsFunc(e.findings, func(f sekisho.Finding) bool {
		return string(f.Kind) == kind && (f.Score > 0 || f.Score == 0 && f.Kind != sekisho.KindAmbiguous)
	})
}

// Found says whether there is a finding of a kind and a name: Found("auth", "dmarc-fail").
func (e environment) Found(kind, name string) bool {
	return slices.ContainsFunc(e.findings, func(f sekisho.Finding) bool { return string(f.Kind) == kind && f.Name == name })
}

// Weight is the sum of the scores of a kind: Weight("phish") >= 5.
func (e environment) Weight(kind string) float64 {
	sum := 0.0
	for _, f := range e.findings {
		if string(f.Kind) == kind {
			sum += f.Score
		}
	}
	return sum
}

func (f Facts) environment() environment {
	e := environment{
		Sender: strings.ToLower(f.Envelope.From), From: strings.ToLower(f.From), Recipient: strings.ToLower(f.Recipient),
		SenderGroups: f.SenderGroups, RecipientGroups: f.RecipientGroups, Recipients: len(f.Envelope.Rcpt), Outside: len(f.Outside),
		Subject: f.Subject, Size: f.Size, Score: f.Score, SPF: f.SPF, DKIM: f.DKIM, DMARC: f.DMARC, ARC: f.ARC, ARCTrusted: f.ARCTrusted, DMARCPolicy: f.DMARCPolicy,
		Known: f.Known, Internal: f.Internal, Importance: f.Importance, TLS: f.Envelope.TLS != "", SignedIn: f.Envelope.Account != 0,
		Client: f.Envelope.Client.String(), Hour: f.Now.UTC().Hour(), Weekday: int(f.Now.UTC().Weekday()), findings: f.Findings,
	}
	e.UnusualSet, e.WrongDocument = f.Apart > 0, len(f.Others) > 0
	e.Leak, e.Organisations = leaks(f.Findings), len(missend.Organisations(f.Outside))
	e.SenderDomain, e.FromDomain = domain(e.Sender), domain(e.From)
	e.recipientOf(f)
	for _, a := range f.Attachments {
		e.Attachments = append(e.Attachments, strings.ToLower(a))
	}
	return e
}

// recipientOf sets what differs among the recipients of a mail; ofRecipient names it.
func (e *environment) recipientOf(f Facts) {
	e.Recipient, e.RecipientGroups, e.Known, e.Internal = strings.ToLower(f.Recipient), f.RecipientGroups, f.Known, f.Internal
	e.RecipientDomain = domain(e.Recipient)
	e.RareRecipient = slices.ContainsFunc(f.Rare, func(a string) bool { return strings.EqualFold(a, f.Recipient) })
}

// leaks counts the leaks by their names, over all places.
func leaks(list []sekisho.Finding) map[string]int {
	count := map[string]int{}
	for _, f := range list {
		if f.Kind == sekisho.KindLeak {
			count[f.Name] += max(f.Count, 1)
		}
	}
	return count
}

func domain(address string) string {
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		return address[i+1:]
	}
	return ""
}
