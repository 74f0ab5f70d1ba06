package gate

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"sekisho"
	"sekisho/learn"
	"sekisho/policy"
	"sekisho/wire"
)

// outcome is what happens to the mail for one recipient, as one contract decided.
type outcome struct {
	recipient
	contract *contract
	report   *report
	facts    policy.Facts // what the decision was made from
	decision policy.Decision
	fate     wire.Fate
	target   wire.Target    // FateMailbox
	route    []wire.NextHop // FateQueue
	from     string         // envelope sender, when it is not the mail's own
	via      string         // address that a rule sends it on for; "": address itself
	inside   string         // the contract's person, and
	outside  string         // the one he corresponds with
	last     time.Time      // when they last did

	sorted  bool // by a filter of the recipient
	mailbox string
	flags   []string
	edits   []wire.FieldEdit // of the header
	refusal string           // what the filter's owner says to the sender
}

// report is what one inspection said.
type report struct {
	wire.Report
	worker sekisho.Instance
	failed bool           // nobody could inspect it
	batch  *policy.Batch  // decides for the recipients of the contract
	masked *learn.Opinion // of Report.Opinion, once somebody asked
}

// judge decides for every recipient. Outbound policy comes first: what may not leave is not offered to the other side.
func (in *intake) judge(ctx context.Context) ([]outcome, error) {
	var out []outcome
	scans := map[scanKey]*report{}
	for _, r := range in.recipients {
		o, sent, err := in.outbound(ctx, r, scans)
		if err != nil {
			return nil, err
		}
		out = append(out, o...)
		if sent == nil {
			continue
		}
		got, err := in.inbound(ctx, r, *sent, scans)
		if err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

type scanKey struct {
	contract  sekisho.ContractID
	direction sekisho.Direction
}

// outbound applies the sender's contract's policy. sent is what it adds to a mail that may go on to a recipient of this
// installation, whose own contract decides then; nil when the outcomes are all that becomes of it.
func (in *intake) outbound(ctx context.Context, r recipient, scans map[scanKey]*report) (out []outcome, sent *policy.Decision, err error) {
	if in.envelope.Contract == 0 {
		return nil, &policy.Decision{}, nil
	}
	version := uint64(0)
	if in.account != nil {
		version = in.account.Version
	}
	c, err := in.gate.directory.contract(ctx, in.envelope.Contract, version)
	if err != nil {
		return nil, nil, err
	}
	in.domains = c.domains
	o := outcome{recipient: r, contract: c, fate: wire.FateQueue, inside: in.envelope.From, outside: r.address, last: r.Sent}
	if err := in.decide(ctx, &o, sekisho.Outbound, r.Contract == c.ID, scans); err != nil {
		return nil, nil, err
	}
	if o.decision.Action == policy.Pass && r.Standing != wire.Foreign {
		in.remember(o)
		out, err = in.copies(ctx, o)
		return out, &o.decision, err
	}
	out, err = in.settle(ctx, o)
	return out, nil, err
}

// inbound applies the recipient's contract's policy to a mail with what its sender's contract adds.
func (in *intake) inbound(ctx context.Context, r recipient, sent policy.Decision, scans map[scanKey]*report) ([]outcome, error) {
	c, err := in.gate.directory.contract(ctx, r.Contract, r.Version)
	if err != nil {
		return nil, err
	}
	o := outcome{recipient: r, contract: c, inside: r.address, outside: in.envelope.From, last: r.Last}
	if err := in.decide(ctx, &o, sekisho.Inbound, in.envelope.Contract == c.ID, scans); err != nil {
		return nil, err
	}
	return in.bylist(ctx, o, sent)
}

// decide has the mail inspected as the contract sees it, once for all its recipients, and applies the policy.
func (in *intake) decide(ctx context.Context, o *outcome, d sekisho.Direction, internal bool, scans map[scanKey]*report) error {
	known := !o.last.IsZero()
	k := scanKey{o.contract.ID, d}
	if scans[k] == nil {
		var err error
		if scans[k], err = in.inspect(ctx, o.contract, d, known); err != nil {
			return err
		}
	}
	o.report = scans[k]
	if o.report.failed {
		o.decision = policy.Decision{Action: policy.Quarantine, Rule: "unscanned", For: keepFor, Reason: "it could not be inspected"}
		return nil
	}
	o.facts = in.facts(o, d, known, internal)
	if d == sekisho.Outbound && o.contract.habits && len(o.facts.Outside) > 0 {
		if err := in.unusual(ctx, o); err != nil {
			return err
		}
	}
	if o.report.batch == nil {
		o.report.batch = policy.Begin(o.contract.policy)
	}
	o.decision = o.report.batch.Decide(o.facts)
	return nil
}

// keepFor is how long quarantine keeps what the rules gave no time.
const keepFor = 14 * 24 * time.Hour

func (in *intake) inspect(ctx context.Context, c *contract, d sekisho.Direction, known bool) (*report, error) {
	by, trusted := in.voucher(c)
	q := wire.Scan{Raw: in.raw, Direction: d, Envelope: in.envelope, Domains: c.domains, Partners: c.Partners, People: c.People, Known: known,
		Now: in.envelope.At, Leak: c.policy.Leak(), Prints: c.prints, Extra: slices.Concat(in.virus, in.auth.Findings, trusted),
		Auth: wire.Auth{SPF: in.auth.SPF, DKIM: in.auth.DKIM, DMARC: in.auth.DMARC, ARC: in.chain(by), SPFDomain: in.auth.SPFDomain,
			DKIMDomain: in.auth.DKIMDomain, From: in.auth.FromDomain, Policy: in.auth.Policy, Aligned: in.auth.Aligned}}
	if d == sekisho.Inbound && in.envelope.From == "" {
		q.Signers = c.signers
	}
	r, worker, err := inspected(ctx, in, wire.InspectScan, q)
	if err == nil {
		if d == sekisho.Inbound {
			in.listedLinks(ctx, c, &r)
			in.newWay(ctx, c, &r)
		}
		return &report{Report: r, worker: worker}, nil
	}
	if c.Unscanned != "quarantine" {
		return nil, err
	}
	in.gate.config.Log.Error("not inspected", "trace", in.trace.String(), "error", err)
	return &report{failed: true, Report: wire.Report{Summary: plainSummary(in.raw)}}, nil
}

func (in *intake) facts(o *outcome, d sekisho.Direction, known, internal bool) policy.Facts {
	s := &o.report.Summary
	by, _ := in.voucher(o.contract)
	f := policy.Facts{Direction: d, Envelope: in.envelope, Recipient: o.address, Subject: s.Subject, Size: s.Size,
		Attachments: names(&s.Root, nil), Findings: o.report.Findings, Score: o.report.Score, SPF: in.auth.SPF, DKIM: in.auth.DKIM, DKIMDomain: in.auth.DKIMDomain,
		DMARC: in.auth.DMARC, ARC: in.auth.ARC, ARCTrusted: by != "", DMARCPolicy: in.auth.Policy, Known: known, Internal: internal, Importance: in.importance, Now: in.envelope.At}
	if len(s.From) > 0 {
		f.From = s.From[0].String()
	}
	if d == sekisho.Inbound {
		f.RecipientGroups = o.Groups
	}
	if in.account != nil {
		f.SenderGroups = in.account.Groups
	}
	for _, r := range in.recipients {
		if r.Standing == wire.Foreign {
			f.Outside = append(f.Outside, r.address)
		}
	}
	return f
}

// names collects what attachments are called.
func names(p *sekisho.Part, out []string) []string {
	if len(p.Parts) == 0 {
		for _, list := range [][]sekisho.Param{p.DispositionParams, p.Params} {
			if i := slices.IndexFunc(list, func(x sekisho.Param) bool {
				return strings.EqualFold(x.Name, "filename") || strings.EqualFold(x.Name, "name")
			}); i >= 0 {
				return append(out, list[i].Value)
			}
		}
		if p.Disposition == "attachment" {
			out = append(out, "")
		}
	}
	for i := range p.Parts {
		out = names(&p.Parts[i], out)
	}
	return out
}

// settle turns a decision into what happens: usually one outcome, more when an alias has several targets or the rules
// want copies.
func (in *intake) settle(ctx context.Context, o outcome) ([]outcome, error) {
	switch o.decision.Action {
	case policy.Reject, policy.Refuse:
		o.fate = wire.FateRefuse
		return []outcome{o}, nil
	case policy.Drop:
		o.fate = wire.FateDrop
		return []outcome{o}, nil
	case policy.Quarantine:
		o.fate = wire.FateQuarantine
		if len(o.Targets) > 0 {
			o.target = o.Targets[0]
		}
		o.route = o.Route
		return []outcome{o}, nil
	case policy.Hold, policy.Approve:
		o.fate = wire.FateHold
		return []outcome{o}, nil
	case policy.Redirect:
		return in.elsewhere(ctx, o, o.decision.Text)
	}
	out, err := in.deliver(ctx, o)
	if err != nil {
		return nil, err
	}
	more, err := in.copies(ctx, o)
	return append(out, more...), err
}

// copies gives the outcomes of the copies that a decision wants.
func (in *intake) copies(ctx context.Context, o outcome) ([]outcome, error) {
	var out []outcome
	for _, to := range o.decision.Copies {
		more, err := in.elsewhere(ctx, o, to)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// deliver gives one outcome per place the mail goes to.
func (in *intake) deliver(ctx context.Context, o outcome) ([]outcome, error) {
	var out []outcome
	onward, err := "", error(nil)
	if o.via != "" || len(o.Outside) > 0 || in.sender != "" {
		if onward, err = in.onward(ctx, cmp.Or(o.via, o.address)); err != nil {
			return nil, err
		}
	}
	add := func(change func(*outcome)) {
		x := o
		change(&x)
		out = append(out, x)
	}
	switch o.Standing {
	case wire.Foreign:
		add(func(x *outcome) { x.fate, x.from = wire.FateQueue, onward })
	case wire.Routed:
		add(func(x *outcome) { x.fate, x.route = wire.FateQueue, o.Route })
	}
	for _, t := range o.Targets {
		add(func(x *outcome) { x.fate, x.target = wire.FateMailbox, t })
	}
	for _, a := range o.Outside {
		add(func(x *outcome) { x.fate, x.address, x.from = wire.FateQueue, a, onward })
	}
	return out, nil
}

// elsewhere delivers to an address that a rule names. No rule is asked again: that could go in circles.
func (in *intake) elsewhere(ctx context.Context, o outcome, to string) ([]outcome, error) {
	r, err := wire.StoreResolve.Ask(ctx, in.gate.peers.Store, wire.Resolve{Address: to})
	if err != nil {
		return nil, err
	}
	if r.Standing == wire.Unknown || r.Standing == wire.Disabled || r.Standing == wire.Hosted && r.Contract != o.contract.ID {
		o.fate, o.decision.Action = wire.FateQuarantine, policy.Quarantine
		o.decision.For, o.decision.Reason = keepFor, "the rule's address "+to+" takes no mail"
		return []outcome{o}, nil
	}
	o.via = cmp.Or(o.via, o.inside)
	o.recipient = recipient{address: to, Recipient: r}
	return in.deliver(ctx, o)
}

// refused gives the refusal when no recipient gets the mail. When some do, those who refuse get it into quarantine: SMTP
// has one answer for all, and a bounce later would hit the innocent.
func (in *intake) refused(outcomes []outcome) *smtp.SMTPError {
	n := 0
	for _, o := range outcomes {
		if o.fate == wire.FateRefuse {
			n++
		}
	}
	if n > 0 && n == len(outcomes) {
		if text := outcomes[0].refusal; outcomes[0].decision.Rule == filterRule {
			return refuse(550, "5.7.1", "Refused by the recipient, reference %s%s", in.trace, said(text))
		}
		return refuse(550, "5.7.1", "Refused by the policy of the %s, reference %s", whose(outcomes[0]), in.trace)
	}
	for i := range outcomes {
		if o := &outcomes[i]; o.fate == wire.FateRefuse {
			o.fate, o.decision.Action, o.decision.For = wire.FateQuarantine, policy.Quarantine, keepFor
		}
	}
	return nil
}

// said is a text of the filter's owner, where SMTP can carry it.
func said(text string) string {
	text = brief(text)
	if text == "" || !ascii(text) {
		return ""
	}
	return ": " + text
}

func whose(o outcome) string {
	if o.decision.Action == policy.Refuse {
		return "sender's organisation"
	}
	return "recipient"
}

// record writes the trace of a refused mail.
func (in *intake) record(ctx context.Context, outcomes []outcome, code int, text string) {
	o := outcomes[0]
	r := wire.Refusal{Contract: o.contract.ID, Trace: in.traceOf(o, 0), Code: code, Text: text, Rule: o.decision.Rule}
	for _, o := range outcomes {
		r.Recipient = append(r.Recipient, o.address)
	}
	if _, err := wire.StoreRefuse.Ask(ctx, in.gate.peers.Store, r); err != nil {
		in.gate.config.Log.Warn("refusal not traced", "error", err)
	}
}

func (in *intake) traceOf(o outcome, took time.Duration) wire.Trace {
	t := wire.Trace{ID: in.trace, Envelope: in.envelope, Direction: sekisho.Inbound, Findings: o.report.Findings, Score: o.report.Score,
		Instance: o.report.worker, Took: took}
	if in.envelope.Contract == o.contract.ID {
		t.Direction = sekisho.Outbound
	}
	t.MessageID = wire.MessageMark(o.report.Summary.MessageID)
	if f := o.report.Summary.From; len(f) > 0 {
		t.From = f[0].String()
	}
	return t
}

// contactLife is how old the memory of a correspondence may be before it is renewed.
const contactLife = 24 * time.Hour

// fresh says whether the memory of a correspondence needs no renewal. That a filter answers or sends on makes nobody known.
func (in *intake) fresh(o outcome) bool {
	return in.depth > 0 || o.outside == "" || o.inside == "" || in.envelope.At.Sub(o.last) < contactLife
}

// remember notes that the sender's contract knows a recipient of this installation now; other deliveries carry such a note
// themselves. It is not waited for.
func (in *intake) remember(o outcome) {
	if in.fresh(o) {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), commandTime)
		defer cancel()
		q := wire.Contact{Contract: o.contract.ID, Inside: o.inside, Outside: o.outside, Note: true}
		if _, err := wire.StoreContact.Ask(ctx, in.gate.peers.Store, q); err != nil {
			in.gate.config.Log.Warn("contact not noted", "error", err)
		}
	}()
}
