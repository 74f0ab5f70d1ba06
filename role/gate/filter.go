package gate

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/mail/reply"
	"sekisho/policy"
	"sekisho/wire"
)

// People's own filters come last: after the policies of both sides, over the mail as it will be delivered, and never over what
// went to junk, quarantine or hold. What a filter sends, it sends in its owner's name through his contract's policy.

// filterRule stands in traces for the rule of what a filter of the recipient did.
const filterRule = "filter"

// rendition is the mail as one group of outcomes gets it.
type rendition struct {
	raw    []byte
	report wire.Report
	notes  []string // what was changed, for the trace
	took   []string // actions that took something out

	password string      // of the zip that the attachments are in
	files    []wire.File // that wait at the desk
}

// rendition makes the changed copy that a variant asks for, once.
func (in *intake) rendition(ctx context.Context, v variant, o outcome) (*rendition, error) {
	v.edits, v.from, v.mustTLS, v.noTLS = "", "", false, ""
	if r := in.renditions[v]; r != nil {
		return r, nil
	}
	r := &rendition{raw: in.raw, report: o.report.Report}
	if v.canonical || v.change != "" {
		var err error
		if r, err = in.rewrite(ctx, v, o); err != nil {
			return nil, err
		}
	}
	if in.renditions == nil {
		in.renditions = map[variant]*rendition{}
	}
	in.renditions[v] = r
	return r, nil
}

// sorted is what filters made of the outcomes: new ones in their place, and mails that follow.
type sorted struct {
	outcomes []outcome
	arrivals []arrival
}

// sort has the recipients' filters applied.
func (in *intake) sort(ctx context.Context, list []outcome) (sorted, error) {
	var out sorted
	groups := map[variant][]outcome{}
	var order []variant
	for _, o := range list {
		if o.fate != wire.FateMailbox || o.target.Filter == 0 || o.decision.Junk || o.report.failed || in.depth >= mostDepth {
			out.outcomes = append(out.outcomes, o)
			continue
		}
		v := variantOf(o)
		if groups[v] == nil {
			order = append(order, v)
		}
		groups[v] = append(groups[v], o)
	}
	for _, v := range order {
		if err := in.sortGroup(ctx, v, groups[v], &out); err != nil {
			return sorted{}, err
		}
	}
	return out, nil
}

func (in *intake) sortGroup(ctx context.Context, v variant, group []outcome, out *sorted) error {
	r, err := in.rendition(ctx, v, group[0])
	if err != nil {
		return err
	}
	q := wire.Filter{Raw: r.raw, From: in.envelope.From, Score: group[0].report.Score, Virus: in.gate.config.Clamd, Now: in.envelope.At}
	if in.account != nil {
		q.Auth = in.account.Address
	}
	var asked []outcome
	var scripts []script
	for _, o := range group {
		x, err := in.gate.scripts.script(ctx, o.contract.ID, o.target.Account, o.target.Filter)
		if sekisho.KindOf(err) == sekisho.Corrupt {
			in.gate.config.Log.Error("a filter does not open", "account", uint64(o.target.Account), "error", err)
			err = nil
		}
		if err != nil {
			return err
		}
		if len(x.text) == 0 {
			out.outcomes = append(out.outcomes, o)
			continue
		}
		q.For = append(q.For, wire.FilterFor{Script: x.text, To: o.address, Addresses: own(o), Forward: in.forwards(o)})
		asked, scripts = append(asked, o), append(scripts, x)
	}
	if len(asked) == 0 {
		return nil
	}
	got, _, err := inspected(ctx, in, wire.InspectFilter, q)
	if err == nil && len(got.List) != len(asked) {
		err = sekisho.E("gate.filter", sekisho.Corrupt, fmt.Errorf("%d answers of %d", len(got.List), len(asked)))
	}
	if err != nil {
		return err
	}
	for i, o := range asked {
		wants := &got.List[i]
		if !scripts[i].wants(wants) {
			in.gate.config.Log.Error("inspection says that a filter sends what does not stand in it", "trace", in.trace.String(), "account", uint64(o.target.Account))
			wants = &wire.Sorting{Fault: "what it would send does not stand in it"}
		}
		if err := in.carryOut(ctx, o, scripts[i], r, wants, out); err != nil {
			return err
		}
	}
	return nil
}

// wants says whether all that a sorting gives to others stands in the script: texts, addresses and header fields.
func (x script) wants(s *wire.Sorting) bool {
	for _, e := range s.Edits {
		if !e.Delete && !x.said[e.Value] {
			return false
		}
	}
	for _, step := range s.Steps {
		for _, text := range []string{step.Address, step.Text, step.Reply.Text} {
			if text != "" && !x.said[text] {
				return false
			}
		}
	}
	return true
}

// own are the addresses by which the owner of a filter is known: the mailbox's, and the one that was written to.
func own(o outcome) []string {
	if strings.EqualFold(o.target.Address, o.address) {
		return []string{o.target.Address}
	}
	return []string{o.target.Address, o.address}
}

// forwards are the domains that a filter may send mail on to.
func (in *intake) forwards(o outcome) []string {
	list := o.contract.domains
	if a := o.contract.Automatic; a != nil {
		list = slices.Concat(list, a.Forward)
	}
	return list
}

// carryOut makes outcomes of what a filter wants. Whatever it wants, the mail is somewhere in the end.
func (in *intake) carryOut(ctx context.Context, o outcome, by script, r *rendition, s *wire.Sorting, out *sorted) error {
	at := len(out.outcomes)
	kept, sent := false, false
	keep := func(mailbox string, flags []string, edits int) {
		x := o
		x.mailbox, x.flags, x.sorted, kept = mailbox, sound(flags), true, true
		if edits > 0 {
			x.edits = s.Edits[:min(edits, len(s.Edits))]
		}
		out.outcomes = append(out.outcomes, x)
	}
	for _, step := range s.Steps {
		switch step.Do {
		case "keep":
			keep("", step.Flags, step.Edits)
		case "fileinto":
			keep(step.Mailbox, step.Flags, step.Edits)
		case "reject":
			x := o
			x.fate, x.decision.Action, x.decision.Rule, x.decision.Reason = wire.FateRefuse, policy.Reject, filterRule, "the recipient's own filter refuses it"
			x.refusal, kept = step.Text, true
			out.outcomes = append(out.outcomes, x)
		case "redirect", "vacation":
			list, ok, err := in.follow(ctx, o, by, r, s, &step)
			if err != nil {
				return err
			}
			out.arrivals, sent = append(out.arrivals, list...), sent || ok && step.Do == "redirect"
		}
	}
	switch {
	case kept:
	case sent:
		x := o
		x.fate, x.decision.Rule, x.decision.Reason = wire.FateDrop, filterRule, "the recipient's own filter sent it on and keeps no copy"
		out.outcomes = append(out.outcomes, x)
	case s.Fault == "" && slices.ContainsFunc(s.Steps, func(s wire.FilterStep) bool { return s.Do == "discard" }):
		keep(`\Trash`, []string{`\Seen`}, 0) // what is thrown away by mistake can be found
	default:
		keep("", nil, 0)
	}
	if s.Fault != "" {
		in.gate.config.Log.Warn("a filter broke", "trace", in.trace.String(), "account", uint64(o.target.Account))
		for i := range out.outcomes[at:] {
			d := &out.outcomes[at+i].decision
			d.Reason = also(d.Reason, "the recipient's own filter broke: "+brief(s.Fault))
		}
	}
	return nil
}

// brief is a text of one line and bounded.
func brief(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.ToValidUTF8(s[:min(len(s), 200)], "")
}

// sound leaves out flags that a mailbox cannot have.
func sound(flags []string) []string {
	var out []string
	for _, f := range flags {
		if l := strings.ToLower(f); f != "" && len(f) <= 100 && l != `\recent` && ascii(f) && !strings.ContainsAny(f, " (){%*\"]\x7f") && len(out) < 32 {
			out = append(out, f)
		}
	}
	return out
}

// mostDepth is how often a mail may be sent on by filters here before it is only kept.
const mostDepth = 5

// follow sends what a filter wants sent: the mail on to another address, or an automatic reply. ok is false when it was not
// sent: then the filter's owner keeps the mail.
func (in *intake) follow(ctx context.Context, o outcome, by script, r *rendition, s *wire.Sorting, step *wire.FilterStep) (list []arrival, ok bool, err error) {
	f := follower{o: o, to: step.Address, from: o.target.Address}
	if step.Do == "vacation" {
		f.to, f.from, f.raw = in.envelope.From, "", in.reply(o, by, r.raw, &step.Reply)
		_, domain := cut(f.to)
		if f.to == "" || !o.contract.Automatic.Replies(domain, o.contract.domains) {
			return nil, false, nil
		}
		f.mark, f.until = markOf(step.Reply.Handle, f.to), in.envelope.At.Add(min(max(step.Reply.Period, time.Minute), 90*24*time.Hour))
	} else {
		_, domain := cut(f.to)
		if !o.contract.Automatic.Allows(domain, o.contract.domains) {
			return nil, false, nil
		}
		if in.envelope.From == "" {
			f.from = "" // what answers to it would answer to itself
		} else if f.returns, err = in.onward(ctx, o.target.Address); err != nil {
			return nil, false, err
		}
		f.returns = cmp.Or(f.returns, in.envelope.From)
		if f.raw, err = sentOn(r.raw, s.Edits[:min(step.Edits, len(s.Edits))], step.Field); err != nil {
			return nil, false, err
		}
	}
	return in.send(ctx, f)
}

// reply writes an automatic reply to the mail's sender. Subject and From that do not stand in the script are the mail's and the account's.
func (in *intake) reply(o outcome, by script, raw []byte, q *wire.FilterReply) []byte {
	fields, _ := header.Split(raw)
	first := func(name string) string {
		for _, f := range fields {
			if f.Is(name) {
				return f.Value()
			}
		}
		return ""
	}
	v := reply.Vacation{To: in.envelope.From, From: o.target.Address, Subject: q.Subject, Text: q.Text, MIME: q.MIME}
	if by.said[q.From] {
		v.From = q.From
	}
	if v.Subject == "" || !by.said[v.Subject] {
		v.Subject = "Auto: " + reply.OneLine(first("Subject"))
	}
	return v.Write(first, reply.Stamp{Date: in.envelope.At, MessageID: newTrace().String() + "@" + in.gate.config.Name})
}

// sentOn is the mail as it is sent on: with the filter's changes, the field by which it is known when it comes back, and without
// the envelope sender of its first way.
func sentOn(raw []byte, edits []wire.FieldEdit, field string) ([]byte, error) {
	if strings.ContainsAny(field, "\r\n") || !strings.Contains(field, ": ") {
		return nil, sekisho.E("gate.filter", sekisho.Corrupt, fmt.Errorf("field %.40q", field))
	}
	fields, rest := header.Split(edited(raw, edits))
	out := append(make([]byte, 0, len(raw)+200), field+"\r\n"...)
	for _, f := range fields {
		if !f.Is("Return-Path") {
			out = append(out, f.Raw...)
		}
	}
	return append(out, rest...), nil
}

// edited makes a filter's changes in a header (RFC 5293).
func edited(raw []byte, edits []wire.FieldEdit) []byte {
	if len(edits) == 0 {
		return raw
	}
	fields, rest := header.Split(raw)
	for _, e := range edits {
		f := header.Field{Name: e.Name, Raw: []byte(e.Name + ": " + strings.NewReplacer("\r", "", "\n", " ").Replace(e.Value) + "\r\n")}
		switch {
		case e.Delete:
			n := -1
			at := slices.IndexFunc(fields, func(f header.Field) bool {
				if f.Is(e.Name) {
					n++
				}
				return n == e.Index
			})
			if at >= 0 {
				fields = slices.Delete(fields, at, at+1)
			}
		case e.Last:
			fields = append(fields, f)
		default:
			fields = slices.Insert(fields, 0, f)
		}
	}
	out := make([]byte, 0, len(raw)+1024)
	for _, f := range fields {
		out = append(out, f.Raw...)
	}
	return append(out, rest...)
}

// nowhere is the client of what nobody handed in.
func nowhere() netip.Addr { return netip.IPv6Unspecified() }
