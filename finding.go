package sekisho

// Kind says what sort of fact a finding states.
type Kind string

// The kinds, as they stand in rules, traces and the output of scan.
const (
	KindVirus         Kind = "virus"         // known malware
	KindSpam          Kind = "spam"          // unsolicited bulk
	KindPhish         Kind = "phish"         // tries to get secrets
	KindImpersonation Kind = "impersonation" // pretends to come from somebody known
	KindURL           Kind = "url"           // a link that is not what it seems, or has a bad name
	KindMacro         Kind = "macro"         // a document that carries code
	KindActive        Kind = "active"        // other active content: script in HTML, actions in PDF, DDE, embedded objects
	KindEncrypted     Kind = "encrypted"     // content that nobody can look into
	KindExecutable    Kind = "executable"    // a program, or a name that hides one
	KindBomb          Kind = "bomb"          // expands beyond the limits
	KindAmbiguous     Kind = "ambiguous"     // two readers could see two different mails
	KindLeak          Kind = "leak"          // personal data or secrets on their way out
	KindAuth          Kind = "auth"          // what SPF, DKIM, DMARC and ARC say
)

// Finding is one fact that an inspection states about a message. Findings never decide: policy does.
type Finding struct {
	Kind     Kind    `json:"kind"`
	Name     string  `json:"name"`            // stable name within the kind: "eicar", "zip-password", "dmarc-fail"
	Where    string  `json:"where"`           // part and member: "2", "2/invoice.zip/run.exe", "header/from"; "" for the whole mail
	Score    float64 `json:"score"`           // weight in the mail's total; 0 states a fact only, negative speaks for the mail
	Evidence string  `json:"evidence"`        // what was seen, in short; at most 200 bytes, printable, never a secret found
	Count    int     `json:"count,omitempty"` // how often it was found there; 0 where that means nothing
}

// Dangerous says whether mail with these findings could harm more than him whom it is for: then an administrator decides about its
// release. Deceit counts by its weight.
func Dangerous(findings []Finding) bool {
	deceit := 0.0
	for _, f := range findings {
		switch f.Kind {
		case KindVirus, KindExecutable, KindMacro, KindBomb:
			return true
		case KindPhish, KindImpersonation:
			deceit += f.Score
		}
	}
	return deceit >= 5
}

// MaxEvidence is the most bytes of evidence that a finding carries.
const MaxEvidence = 200

// Verdict is the proposal of an inspection without a contract's rules; decisions are made by policy.
type Verdict string

// The verdicts, mildest first.
const (
	VerdictPass       Verdict = "pass"
	VerdictTag        Verdict = "tag"
	VerdictHold       Verdict = "hold"
	VerdictQuarantine Verdict = "quarantine"
	VerdictReject     Verdict = "reject"
)
