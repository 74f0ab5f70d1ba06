package policy

import (
	"slices"
	"strings"
	"time"

	"sekisho"
)

// Past is one mail for one recipient as its trace has it. Facts that no trace keeps count as absent: the subject, names of
// attachments, groups.
type Past struct {
	Trace     string
	Direction sekisho.Direction
	Envelope  sekisho.Envelope
	Recipient string
	From      string
	Findings  []sekisho.Finding
	Score     float64
	Action    string // what was decided, "" when that is not known
	Rule      string
}

// Replay says what a policy would have done with mail that came.
type Replay struct {
	Mails    int            `json:"mails"`
	Differs  int            `json:"differs"`
	Actions  map[string]int `json:"actions"` // how often each
	Rules    []RuleCount    `json:"rules"`   // by name; complete after Done
	Examples []Changed      `json:"examples"`

	policy *Policy
	counts map[string]*RuleCount
	most   int
}

// RuleCount is how often a rule decided, or would have as a rule in observation.
type RuleCount struct {
	Rule     string `json:"rule"`
	Decided  int    `json:"decided"`
	Observed int    `json:"observed"`
}

// Changed is one mail that would have been decided otherwise.
type Changed struct {
	Trace     string    `json:"trace"`
	At        time.Time `json:"at"`
	Sender    string    `json:"sender"`
	Recipient string    `json:"recipient"`
	Was       string    `json:"was"`
	WasRule   string    `json:"wasRule"`
	Now       string    `json:"now"`
	NowRule   string    `json:"nowRule"`
}

// NewReplay begins a replay that keeps so many examples.
func NewReplay(p *Policy, examples int) *Replay {
	return &Replay{Actions: map[string]int{}, Rules: []RuleCount{}, Examples: []Changed{}, policy: p, counts: map[string]*RuleCount{}, most: examples}
}

// Add decides about one mail anew.
func (r *Replay) Add(m Past) {
	f := Facts{Direction: m.Direction, Envelope: m.Envelope, Recipient: m.Recipient, From: m.From, Findings: m.Findings, Score: m.Score, Now: m.Envelope.At}
	f.ARCTrusted = slices.ContainsFunc(m.Findings, func(x sekisho.Finding) bool { return x.Kind == sekisho.KindAuth && x.Name == "arc-trusted" })
	f.SPF, f.DKIM, f.DMARC, f.ARC, f.DMARCPolicy = results(m.Findings)
	d := r.Decide(f)
	if m.Action == "" || string(d.Action) == m.Action && d.Rule == m.Rule {
		return
	}
	r.Differs++
	if len(r.Examples) < r.most {
		r.Examples = append(r.Examples, Changed{m.Trace, m.Envelope.At, m.Envelope.From, m.Recipient, m.Action, m.Rule, string(d.Action), d.Rule})
	}
}

// Decide applies the policy to facts of any origin, and counts.
func (r *Replay) Decide(f Facts) Decision {
	r.Mails++
	d := Decide(r.policy, f)
	r.Actions[string(d.Action)]++
	if d.Rule != "" {
		r.count(d.Rule).Decided++
	}
	for _, n := range d.Noted {
		r.count(n).Observed++
	}
	return d
}

func (r *Replay) count(rule string) *RuleCount {
	n := r.counts[rule]
	if n == nil {
		n = &RuleCount{Rule: rule}
		r.counts[rule] = n
	}
	return n
}

// Done completes the counts.
func (r *Replay) Done() *Replay {
	r.Rules = r.Rules[:0]
	for _, n := range r.counts {
		r.Rules = append(r.Rules, *n)
	}
	slices.SortFunc(r.Rules, func(a, b RuleCount) int { return strings.Compare(a.Rule, b.Rule) })
	return r
}

// results reads what sender authentication said from the findings; what has no finding was "none".
func results(findings []sekisho.Finding) (spf, dkim, dmarc, arc, asked string) {
	spf, dkim, dmarc, arc, asked = "none", "none", "none", "none", "none"
	for _, f := range findings {
		if f.Kind != sekisho.KindAuth {
			continue
		}
		method, result, _ := strings.Cut(f.Name, "-")
		switch method {
		case "spf":
			spf = result
		case "dkim":
			if result == "pass" || result == "fail" || result == "temperror" || result == "permerror" {
				dkim = result
			}
		case "arc":
			if result != "trusted" {
				arc = result
			}
		case "dmarc":
			dmarc = result
			if _, rest, ok := strings.Cut(f.Evidence, " asks for "); ok {
				asked, _, _ = strings.Cut(rest, ":")
			}
		}
	}
	return spf, dkim, dmarc, arc, asked
}
