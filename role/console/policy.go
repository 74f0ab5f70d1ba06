package console

import (
	"context"
	"encoding/base64"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"sekisho"
	"sekisho/policy"
	"sekisho/wire"
)

// Policy is a contract's rules, as they are written.
type Policy struct {
	Text    string `json:"text" doc:"TOML"`
	Default bool   `json:"default" doc:"the contract has written none of its own"`

	Remarks []Remark `json:"remarks" doc:"rules that can have no effect"`
}

// PolicySet is the new text.
type PolicySet struct {
	Text string `json:"text" minLength:"1" maxLength:"1000000"`
}

// PolicyVersion is a policy that was in force, or is.
type PolicyVersion struct {
	Version uint64    `json:"version"`
	At      time.Time `json:"at"`
	Who     string    `json:"who"`
	Text    string    `json:"text"`
}

// Trial asks what a policy would have done.
type Trial struct {
	Text  string `json:"text,omitempty" maxLength:"1000000" doc:"the policy to try; absent: the one in force"`
	Days  int    `json:"days,omitempty" minimum:"1" maximum:"30" default:"7" doc:"over the mail of so many days"`
	Trace string `json:"trace,omitempty" maxLength:"16" doc:"over this mail only"`

	Message   string `json:"message,omitempty" maxLength:"2000000" doc:"base64 of a mail that is inspected for it, and not kept"`
	Direction string `json:"direction,omitempty" enum:"inbound,outbound" default:"inbound" doc:"of that mail"`
	Sender    string `json:"sender,omitempty" maxLength:"320" doc:"of its envelope"`
	Recipient string `json:"recipient,omitempty" maxLength:"320"`
	Known     bool   `json:"known,omitempty" doc:"they have corresponded before"`
}

// Tried says what it would have done. Facts that the trace does not keep count as absent: subjects, names of attachments, groups.
type Tried struct {
	policy.Replay
	Part     bool              `json:"part" doc:"there was more mail than is looked at in one go: the newest was"`
	Remarks  []Remark          `json:"remarks" doc:"rules that can have no effect"`
	Findings []sekisho.Finding `json:"findings,omitempty" doc:"of the mail that was sent along"`
}

// Remark is a rule that can have no effect as it stands.
type Remark struct {
	Rule string `json:"rule"`
	What string `json:"what" enum:"never,shadowed,contradicted"`
	By   string `json:"by" doc:"the earlier rule"`
}

func policyTag(k wire.Contract) string { return wire.Tag(textOf(k)) }

func textOf(k wire.Contract) string {
	if len(k.Policy) == 0 {
		return string(policy.Default)
	}
	return string(k.Policy)
}

// policyOf reads the rules in force. Seeing them is a right of its own, so that store is asked for the list of versions first: the
// contract itself shows them to whoever sees it.
func (p *person) policyOf(ctx context.Context, c sekisho.ContractID) (wire.Contract, error) {
	if _, err := p.page(ctx, wire.PageQuery{What: "policy", Contract: c, Most: 1}); err != nil {
		return wire.Contract{}, err
	}
	return p.contract(ctx, c)
}

func policyRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/policy", id: "getPolicy", tag: "policy", summary: "The rules in force", right: sekisho.ViewPolicy},
		func(ctx context.Context, p *person, in *OfContract) (*one[Policy], error) {
			k, err := p.policyOf(ctx, in.id())
			return p.shown(k, err)
		})
	route(a, act{method: http.MethodPut, path: "/contracts/{contract}/policy", id: "setPolicy", tag: "policy", summary: "Change the rules", right: sekisho.ChangePolicy, fresh: true, body: 2 << 20},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Condition
			Body PolicySet
		}) (*one[Policy], error) {
			if _, err := policy.Parse([]byte(in.Body.Text)); err != nil {
				return nil, wrongPolicy(err, in.Body.Text)
			}
			k, err := p.policyOf(ctx, in.id())
			if err != nil {
				return nil, err
			}
			if in.tag() != "" && in.tag() != policyTag(k) {
				return nil, changedMeanwhile()
			}
			// What is bound to is the contract as it was read here, so that two who change the rules at once do not both win.
			_, err = p.amend(ctx, contractTag(k), wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: in.id(), Policy: []byte(in.Body.Text)}}})
			if err != nil {
				return nil, in.within(err)
			}
			k, err = p.contract(ctx, in.id())
			return p.shown(k, err)
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/policy/undo", id: "undoPolicy", tag: "policy", summary: "Put the rules back that were in force before; done twice, it puts the present ones back", right: sekisho.ChangePolicy, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Condition
		}) (*one[Policy], error) {
			k, err := p.policyOf(ctx, in.id())
			if err != nil {
				return nil, err
			}
			if in.tag() != "" && in.tag() != policyTag(k) {
				return nil, changedMeanwhile()
			}
			_, err = p.amend(ctx, contractTag(k), wire.Admin{Contract: &wire.AdminContract{Do: "undo-policy", Keep: true, Set: wire.Contract{ID: in.id()}}})
			if err != nil {
				return nil, in.within(err)
			}
			k, err = p.contract(ctx, in.id())
			return p.shown(k, err)
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/policy/versions", id: "listPolicyVersions", tag: "policy", summary: "Rules that were in force", right: sekisho.ViewPolicy},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
		}) (*listed[PolicyVersion], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "policy", Contract: in.id(), After: in.After, Most: in.Limit})
			return listOf(page, page.Policies, func(v wire.PolicyVersion) PolicyVersion {
				return PolicyVersion{v.Version, v.At, v.Who, textOf(wire.Contract{Policy: v.Text})}
			}), err
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/policy/test", id: "testPolicy", tag: "policy", summary: "What rules would have done with mail that came", right: sekisho.ViewPolicy, body: 4 << 20},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body Trial
		}) (*one[Tried], error) {
			return p.tryPolicy(ctx, in.id(), in.Body)
		})
}

// shown is the answer about the rules in force.
func (p *person) shown(k wire.Contract, err error) (*one[Policy], error) {
	if err != nil {
		return nil, err
	}
	out := Policy{Text: textOf(k), Default: len(k.Policy) == 0, Remarks: []Remark{}}
	if rules, err := policy.Parse([]byte(out.Text)); err == nil {
		out.Remarks = remarks(rules)
	}
	return &one[Policy]{ETag: policyTag(k), Body: out}, nil
}

var lineNumber = regexp.MustCompile(`line (\d+)`)

var ruleNumber = regexp.MustCompile(`rule (\d+) `)

// wrongPolicy tells what is wrong with the rules and, where it can be said, in which line.
func wrongPolicy(err error, text string) error {
	at := "/text"
	if m := lineNumber.FindStringSubmatch(err.Error()); m != nil {
		at = "/text/line/" + m[1]
	} else if m := ruleNumber.FindStringSubmatch(err.Error()); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			at = "/text/line/" + strconv.Itoa(lineOfRule(text, n))
		}
	}
	p := problemOf(err, "")
	detail := err.Error()
	if len(p.Errors) > 0 {
		detail = p.Errors[0].Detail
	}
	return invalid(at, detail)
}

var ruleHead = regexp.MustCompile(`(?m)^\s*\[\[\s*rule\s*\]\]`)

// lineOfRule is the line in which the nth rule begins.
func lineOfRule(text string, n int) int {
	heads := ruleHead.FindAllStringIndex(text, -1)
	if n < 1 || n > len(heads) {
		return 1
	}
	line := 1
	for _, c := range text[:heads[n-1][0]] {
		if c == '\n' {
			line++
		}
	}
	if text[heads[n-1][0]] == '\n' {
		line++
	}
	return line
}

// mostTried is how many mails one trial looks at, and mostExamples how many it shows.
const (
	mostTried    = 5000
	mostExamples = 50
)

// tryPolicy decides anew about mails that the trace has.
func (p *person) tryPolicy(ctx context.Context, c sekisho.ContractID, q Trial) (*one[Tried], error) {
	k, err := p.policyOf(ctx, c)
	if err != nil {
		return nil, err
	}
	text := q.Text
	if text == "" {
		text = textOf(k)
	}
	rules, err := policy.Parse([]byte(text))
	if err != nil {
		return nil, wrongPolicy(err, text)
	}
	t := trial{rules: rules, Replay: policy.NewReplay(rules, mostExamples), out: Tried{Remarks: remarks(rules)}}
	if q.Message != "" {
		if err := t.message(ctx, p, k, q); err != nil {
			return nil, err
		}
		return &one[Tried]{Body: t.done()}, nil
	}
	ask := wire.PageQuery{What: "trace", Contract: c, Most: 1000}
	if q.Trace != "" {
		if ask.ID, err = strconv.ParseUint(q.Trace, 36, 63); err != nil || ask.ID == 0 {
			return nil, invalid("/trace", "no reference")
		}
	} else {
		ask.From = p.x.config.Clock().AddDate(0, 0, -max(q.Days, 1))
	}
	for {
		page, err := p.page(ctx, ask)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Traces {
			e := r.Trace.Envelope
			t.Add(policy.Past{Trace: r.Trace.ID.String(), Direction: r.Trace.Direction, Envelope: e, Recipient: r.Recipient, From: r.Trace.From,
				Findings: r.Trace.Findings, Score: r.Trace.Score, Action: r.Action, Rule: r.Rule})
		}
		if ask.After = page.Next; ask.After == "" {
			break
		}
		if t.Mails >= mostTried {
			t.out.Part = true
			break
		}
	}
	return &one[Tried]{Body: t.done()}, nil
}

// trial is a policy being tried.
type trial struct {
	*policy.Replay
	rules *policy.Policy
	out   Tried
}

// done is the result.
func (t *trial) done() Tried {
	t.out.Replay = *t.Done()
	return t.out
}

func remarks(p *policy.Policy) []Remark {
	out := []Remark{}
	for _, m := range policy.Review(p) {
		out = append(out, Remark(m))
	}
	return out
}

// message decides about a mail that was sent along. It is opened by inspect, as every mail is, and kept nowhere.
func (t *trial) message(ctx context.Context, p *person, k wire.Contract, q Trial) error {
	raw, err := base64.StdEncoding.DecodeString(q.Message)
	if err != nil {
		return invalid("/message", "the mail is given in base64")
	}
	direction := sekisho.Inbound
	if q.Direction == "outbound" {
		direction = sekisho.Outbound
	}
	now := p.x.config.Clock().UTC()
	scan := wire.Scan{Raw: raw, Direction: direction, People: k.People, Known: q.Known, Now: now, Envelope: sekisho.Envelope{From: q.Sender, Rcpt: []string{q.Recipient}, At: now}}
	scan.Leak = t.rules.Leak()
	for _, d := range k.Domains {
		scan.Domains = append(scan.Domains, d.Name)
	}
	r, err := wire.InspectScan.Ask(ctx, p.x.peers.Inspect, scan)
	if err != nil {
		return err
	}
	f := policy.Facts{Direction: direction, Envelope: scan.Envelope, Recipient: q.Recipient, Subject: r.Summary.Subject, Size: r.Summary.Size, Findings: r.Findings, Score: r.Score,
		SPF: "none", DKIM: "none", DMARC: "none", ARC: "none", DMARCPolicy: "none", Known: q.Known, Now: now}
	if len(r.Summary.From) > 0 {
		f.From = r.Summary.From[0].String()
	}
	for _, a := range attachments(&r.Summary.Root, nil) {
		f.Attachments = append(f.Attachments, a.Name)
	}
	d := t.Decide(f)
	t.out.Findings = some(r.Findings)
	t.Examples = append(t.Examples, policy.Changed{At: now, Sender: q.Sender, Recipient: q.Recipient, Now: string(d.Action), NowRule: d.Rule})
	return nil
}
