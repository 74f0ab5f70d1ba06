package gate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/policy"
	"sekisho/seal"
	"sekisho/wire"
)

// arrival is a message as store takes it, and the inspect workers that it passed through.
type arrival struct {
	wire.Arrival
	passed []sekisho.Instance
}

// variant names the outcomes that share one stored message: same contract, same changes, same envelope sender.
type variant struct {
	contract  sekisho.ContractID
	canonical bool
	change    string
	from      string
	edits     string
	mustTLS   bool
	noTLS     string
	share     string // whose link stands in it
}

// arrivals makes the stored messages: one per variant, sealed to everybody who gets it.
func (in *intake) arrivals(ctx context.Context, outcomes []outcome, took time.Duration) ([]arrival, error) {
	outcomes, err := in.originals(ctx, outcomes)
	if err != nil {
		return nil, err
	}
	groups := map[variant][]outcome{}
	var order []variant
	for _, o := range outcomes {
		v := variantOf(o)
		if groups[v] == nil {
			order = append(order, v)
		}
		groups[v] = append(groups[v], o)
	}
	var out []arrival
	for _, v := range order {
		a, err := in.arrival(ctx, v, groups[v], took)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func variantOf(o outcome) variant {
	v := variant{contract: o.contract.ID, from: o.from, mustTLS: o.decision.MustTLS, noTLS: o.decision.NoTLS}
	if len(o.edits) > 0 {
		v.edits = fmt.Sprintf("%+v", o.edits)
	}
	if o.fate == wire.FateQuarantine || o.fate == wire.FateDrop || o.report.failed {
		return v // kept as it came
	}
	v.canonical = o.report.Ambiguous
	if d := o.decision; d.Changes() {
		v.change = fmt.Sprintf("%q %q %q %#v %d", d.Tags, d.Headers, d.Warn, d.Conversions, d.Blind)
		c, ok := d.Share()
		if ok && c.Action == policy.Encrypt && o.fate == wire.FateHold {
			v.change += " held"
		}
		if ok && c.Action == policy.SecureLink {
			v.share = fmt.Sprintf("%t %d %s", o.fate == wire.FateHold, d.For, o.address)
		}
	}
	return v
}

func (in *intake) arrival(ctx context.Context, v variant, group []outcome, took time.Duration) (arrival, error) {
	o := group[0]
	made, err := in.rendition(ctx, v, o)
	if err != nil {
		return arrival{}, err
	}
	raw, report := made.raw, made.report
	if len(o.edits) > 0 {
		raw = edited(raw, o.edits)
		if report, err = in.summary(ctx, raw); err != nil {
			return arrival{}, err
		}
	}
	id, err := in.gate.ids.Take(ctx)
	if err != nil {
		return arrival{}, err
	}
	data := seal.NewKey()
	sealed, err := seal.Seal(data, id, seal.Content{Raw: raw, Pieces: report.Summary.Pieces, Summary: wire.EncodeSummary(report.Summary),
		Text: []byte(report.Text), Index: report.Tokens, Subject: []byte(report.Summary.Subject)})
	if err != nil {
		return arrival{}, err
	}
	a := arrival{passed: slices.Clone(in.passed), Arrival: wire.Arrival{Trace: in.traceOf(o, took), Sealed: wire.SealedMessage{ID: id, Contract: v.contract, Size: int64(len(raw)),
		Summary: sealed.Summary, Header: sealed.Header, Body: sealed.Body, Attachment: sealed.Attachment, Text: sealed.Text, Index: sealed.Index,
		Thread: wire.ThreadOf(v.contract, &report.Summary), Attached: report.Summary.Attachment}}}
	a.Trace.Subject = sealed.Subject
	if v.from != "" {
		a.Trace.Envelope.From = v.from
	}
	a.Trace.Envelope.MustTLS, a.Trace.Envelope.NoTLS = v.mustTLS, v.noTLS
	for _, o := range group {
		d := in.delivery(o)
		if v.mustTLS && (o.fate == wire.FateQueue || o.fate == wire.FateHold) {
			d.Reason = also(d.Reason, "it leaves only over TLS with a valid certificate")
		}
		if v.canonical {
			d.Reason = also(d.Reason, "written anew, as it could be read in two ways")
		}
		for _, note := range made.notes {
			d.Reason = also(d.Reason, brief(note))
		}
		a.Deliveries = append(a.Deliveries, d)
	}
	return a, in.box(&a, group, data)
}

// rewrite has inspect make the changed copy, and summarise it: the spans have moved.
func (in *intake) rewrite(ctx context.Context, v variant, o outcome) (*rendition, error) {
	if v.share != "" {
		return in.linked(ctx, v, o)
	}
	d := o.decision
	var convert []wire.Conversion
	password := ""
	for _, c := range d.Conversions {
		x := wire.Conversion{Action: string(c.Action), Text: c.Text, Kept: o.facts.Direction == sekisho.Inbound && c.Keep > 0}
		x.Whole = c.Action == policy.RemoveAttachment && len(in.virus) > 0
		if c.Action == policy.Relink {
			var err error
			if x.Text, err = in.relink(ctx, o.contract, c.Text); err != nil {
				return nil, err
			}
		}
		if c.Action == policy.Encrypt {
			x.Password, x.Until = newPassword(), in.envelope.At
			password = x.Password
			if o.fate == wire.FateHold { // it may never leave: the sender alone is told, and the mail says so
				x.Text = policy.ToSender
			}
		}
		convert = append(convert, x)
	}
	raw, note := in.blind(o)
	w, _, err := inspected(ctx, in, wire.InspectRewrite, wire.Rewrite{Raw: raw, Canonical: v.canonical,
		Subject: strings.Join(d.Tags, " "), AddHeader: d.Headers, Warning: strings.Join(d.Warn, "\n"), Convert: convert})
	if err != nil {
		return nil, err
	}
	if err := in.cured(ctx, convert, w.Raw); err != nil {
		return nil, err
	}
	if note != "" {
		w.Notes = append(w.Notes, note)
	}
	r, err := in.summary(ctx, w.Raw)
	if !slices.Contains(w.Took, string(policy.Encrypt)) {
		password = ""
	}
	return &rendition{w.Raw, r, w.Notes, w.Took, password, w.Files}, err
}

// cured asks the engine that names no part again, once attachments were taken out of a mail in which it found something. What it finds in
// the rest cannot be delivered.
func (in *intake) cured(ctx context.Context, made []wire.Conversion, raw []byte) error {
	if !slices.ContainsFunc(made, func(c wire.Conversion) bool { return c.Whole }) {
		return nil
	}
	left, err := in.gate.clamd(ctx, raw)
	if err == nil && len(left) > 0 {
		return refuse(550, "5.7.1", "Refused: known malware (%s), not only in the attachments", left[0].Evidence)
	}
	return err
}

// summary has a changed copy described anew.
func (in *intake) summary(ctx context.Context, raw []byte) (wire.Report, error) {
	r, _, err := inspected(ctx, in, wire.InspectScan, wire.Scan{Raw: raw, Envelope: in.envelope, Now: in.envelope.At, Summarise: true})
	return r, err
}

func (in *intake) delivery(o outcome) wire.Delivery {
	now := in.envelope.At
	d := wire.Delivery{Recipient: o.address, Fate: o.fate, Action: string(o.decision.Action), Rule: o.decision.Rule,
		Reason: o.decision.Reason, Internal: now, NotBefore: now, Route: o.route, Notify: o.notify, ORcpt: o.orcpt}
	if (o.fate == wire.FateMailbox || o.fate == wire.FateQueue) && !in.fresh(o) {
		d.Inside, d.Outside = o.inside, o.outside
	}
	switch o.fate {
	case wire.FateMailbox:
		d.Account, d.Mailbox, d.Flags = o.target.Account, o.mailbox, o.flags
		if o.decision.Junk {
			d.Mailbox = `\Junk`
		}
		if d.Mailbox != `\Junk` {
			d.Site, d.Way = in.way()
		}
		if o.sorted {
			d.Reason = also(d.Reason, "sorted by the recipient's own filter")
		}
	case wire.FateQuarantine:
		d.Account = o.target.Account
		d.NotBefore = now.Add(orDefault(o.decision.For, keepFor))
	case wire.FateHold:
		d.NotBefore, d.AtEnd = now.Add(o.decision.For), o.decision.AtEnd
		if d.AtEnd == "" {
			d.AtEnd = "send"
		}
		if d.AtEnd == "send" && in.waits && in.until.After(d.NotBefore) {
			d.NotBefore = in.until // the longer of both
		}
		if o.decision.Action == policy.Approve {
			d.Approve, d.AtEnd, d.Asks = true, cmp.Or(o.decision.AtEnd, "delete"), asks(o.decision.Asks)
		}
	}
	if !in.until.IsZero() && (o.fate == wire.FateQueue || o.fate == wire.FateMailbox) {
		d.Fate, d.NotBefore, d.AtEnd, d.Rule, d.Reason = wire.FateHold, in.until, "send", undoRule, "its sender can take it back until then"
	}
	if d.Fate == wire.FateHold {
		d.Draft, d.Boxed = in.draft, in.returns(o)
	}
	return d
}

// asks is whom a rule asks, as store takes it.
func asks(a *policy.Approval) *wire.Approval {
	if a == nil {
		return nil
	}
	return &wire.Approval{Stages: a.Stages, Remind: a.Remind, Escalate: a.Escalate, EscalateTo: a.EscalateTo}
}

// returns says whether a mail that rules hold is boxed to its sender too: it is a draft of his again when it does not leave.
func (in *intake) returns(o outcome) bool {
	held := o.fate == wire.FateHold || in.waits && in.draft == 0 && (o.fate == wire.FateQueue || o.fate == wire.FateMailbox)
	return held && in.account != nil && in.envelope.Contract == o.contract.ID && len(in.account.Public) > 0
}

// also adds to a reason.
func also(reason, more string) string {
	if reason == "" {
		return more
	}
	return reason + "; " + more
}

func orDefault(d, or time.Duration) time.Duration {
	if d == 0 {
		return or
	}
	return d
}

// box seals the data key once to every reader that the outcomes have.
func (in *intake) box(a *arrival, group []outcome, data []byte) error {
	type reader struct {
		account sekisho.AccountID
		key     wire.KeyName
	}
	done := map[reader]bool{}
	for _, o := range group {
		r, public := reader{key: wire.SpoolKey}, o.contract.Spool
		switch o.fate {
		case wire.FateMailbox:
			r, public = reader{o.target.Account, wire.AccountKey}, o.target.Public
		case wire.FateQuarantine:
			r, public = reader{key: wire.QuarantineKey}, o.contract.Quarantine
		case wire.FateDrop, wire.FateRefuse:
			continue
		}
		readers := []reader{r}
		if in.returns(o) {
			readers = append(readers, reader{in.account.Account, wire.AccountKey})
		}
		if o.fate == wire.FateQuarantine && o.target.Account != 0 { // for him whom it is for: vault opens it in his session only
			readers = append(readers, reader{o.target.Account, wire.QuarantineKey})
		}
		for _, r := range readers {
			if done[r] {
				continue
			}
			done[r] = true
			public := public
			if r.key == wire.AccountKey && in.returns(o) && r.account == in.account.Account {
				public = in.account.Public
			}
			box, err := in.gate.senders.Box(in.envelope.At, public, seal.For{Contract: a.Sealed.Contract, Account: r.account, Key: uint8(r.key), Message: a.Sealed.ID}, data)
			if err != nil {
				return err
			}
			a.Sealed.Boxes = append(a.Sealed.Boxes, wire.Box{Account: r.account, Key: r.key, Sealed: box})
		}
	}
	return in.archive(a, group[0].contract, data)
}

// archive seals the data key to the contract's archive too, when it keeps one and somebody gets the mail.
func (in *intake) archive(a *arrival, c *contract, data []byte) error {
	if len(c.Archive) == 0 || len(a.Sealed.Boxes) == 0 {
		return nil
	}
	box, err := in.gate.senders.Box(in.envelope.At, c.Archive, seal.For{Contract: a.Sealed.Contract, Key: uint8(wire.ArchiveKey), Message: a.Sealed.ID}, data)
	a.Sealed.Boxes = append(a.Sealed.Boxes, wire.Box{Key: wire.ArchiveKey, Sealed: box})
	return err
}

// plainSummary describes a mail that nobody could inspect, without looking into it: a header, and the rest.
func plainSummary(raw []byte) sekisho.Summary {
	_, rest := header.Split(raw)
	cut, end := int64(len(raw)-len(rest)), int64(len(raw))
	return sekisho.Summary{Size: end,
		Root: sekisho.Part{Type: "application", Subtype: "octet-stream", Encoding: "7bit", Header: sekisho.Span{End: cut},
			Body: sekisho.Span{Start: cut, End: end}},
		Pieces: []sekisho.Piece{{Class: sekisho.ClassHeader, Span: sekisho.Span{End: cut}},
			{Class: sekisho.ClassBody, Span: sekisho.Span{Start: cut, End: end}}}}
}
