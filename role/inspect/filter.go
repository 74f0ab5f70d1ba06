package inspect

import (
	"bytes"
	"context"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/mail/message"
	"sekisho/mail/reply"
	"sekisho/mail/rule"
	"sekisho/mail/sieve"
	"sekisho/scan/html"
	"sekisho/wire"
)

// filter runs scripts over one mail.
func (i *Inspect) filter(ctx context.Context, _ sekisho.Caller, q wire.Filter) (wire.Filtered, error) {
	i.count()
	m := message.Read(q.Raw, message.Limit{})
	var out wire.Filtered
	for _, f := range q.For {
		if ctx.Err() != nil {
			return wire.Filtered{}, sekisho.E("inspect.filter", sekisho.Unavailable, ctx.Err())
		}
		out.List = append(out.List, sorting(m, &q, &f))
	}
	return out, nil
}

// sorting runs one script.
func sorting(m *message.Message, q *wire.Filter, f *wire.FilterFor) wire.Sorting {
	s, faults := sieve.Parse(f.Script, rule.Delivery())
	if len(faults) > 0 {
		return wire.Sorting{Steps: []wire.FilterStep{{Do: "keep"}}, Fault: faults[0].Error()}
	}
	in := inputOf(m, q)
	in.To, in.Addresses = f.To, f.Addresses
	in.MayRedirect = func(a string) bool {
		_, domain, _ := strings.Cut(a, "@")
		return (&wire.Automatic{Forward: f.Forward}).Allows(domain, nil)
	}
	r, err := s.Run(in)
	if err != nil {
		return wire.Sorting{Steps: []wire.FilterStep{{Do: "keep"}}, Fault: err.Error()}
	}
	var out wire.Sorting
	for _, e := range r.Edits {
		out.Edits = append(out.Edits, wire.FieldEdit{Delete: e.Delete, Last: e.Last, Name: e.Name, Value: e.Value, Index: e.Index})
	}
	for _, a := range r.Actions {
		if step, ok := stepOf(&a); ok {
			out.Steps = append(out.Steps, step)
		}
	}
	if r.Fault != nil {
		out.Fault = r.Fault.Error()
	}
	return out
}

// stepOf writes an action as gate carries it out; false for one that has no effect here.
func stepOf(a *sieve.Action) (wire.FilterStep, bool) {
	out := wire.FilterStep{Mailbox: a.Mailbox, Flags: a.Flags, Edits: a.Edits}
	switch a.Kind {
	case sieve.Keep:
		out.Do = "keep"
	case sieve.FileInto:
		out.Do = "fileinto"
	case sieve.Redirect:
		out.Do, out.Address, out.Field = "redirect", a.Address, sieve.LoopField+": "+reply.OneLine(a.Mark)
	case sieve.Discard:
		out.Do = "discard"
	case sieve.Reject, sieve.EReject:
		out.Do, out.Text = "reject", a.Text
	case sieve.Respond:
		v := a.Vacation
		out.Do = "vacation"
		out.Reply = wire.FilterReply{Text: v.Text, Subject: v.Subject, From: v.From, MIME: v.MIME, Handle: v.Handle, Period: v.Period}
	default:
		return out, false
	}
	return out, true
}

// inputOf is the mail as scripts see it.
func inputOf(m *message.Message, q *wire.Filter) *sieve.Input {
	_, body := header.Split(q.Raw)
	in := &sieve.Input{Message: partOf(m, &m.Root), Raw: func() string { return string(body) }, Size: int64(len(q.Raw)), From: q.From, Auth: q.Auth, Now: q.Now,
		Spam: 1 + int(min(max(q.Score, 0), 10)*0.9), Score: int(min(max(q.Score, 0), 10) * 10),
		ReadAddresses: readAddresses,
		ReadDate:      func(v string) (time.Time, bool) { t := message.Date(v); return t, !t.IsZero() }}
	if q.Virus {
		in.Virus = 1
	}
	return in
}

func readAddresses(v string) []string {
	var list []string
	for _, a := range message.Addresses([]byte(v)) {
		if a.Host != "" {
			list = append(list, a.String())
		}
	}
	return list
}

func partOf(m *message.Message, p *sekisho.Part) *sieve.Part {
	kind := p.Type + "/" + p.Subtype
	out := &sieve.Part{Type: kind, Text: func() string { return contentOf(m, p) }}
	for _, f := range m.HeaderOf(p) {
		raw := message.Unfold(f.Value)
		out.Fields = append(out.Fields, sieve.Field{Name: f.Key, Value: message.Words(raw), Raw: raw, Size: int(f.Span.End - f.Span.Start)})
	}
	if kind == "text/html" || kind == "application/xhtml+xml" {
		out.Plain = func() string { return html.Read(m.Text(p)).Text }
	}
	for i := range p.Parts {
		out.Parts = append(out.Parts, partOf(m, &p.Parts[i]))
	}
	return out
}

// contentOf is a part's own text: of a multipart what stands around its parts, of a mail within the mail its header (RFC 5173
// section 5.2).
func contentOf(m *message.Message, p *sekisho.Part) string {
	switch {
	case p.Type == "text":
		return m.Text(p)
	case p.Type == "multipart" && len(p.Parts) > 0:
		head, _, _ := bytes.Cut(m.Raw()[p.Body.Start:p.Parts[0].Header.Start], []byte("\r\n--"))
		_, tail, _ := bytes.Cut(m.Raw()[min(p.Parts[len(p.Parts)-1].Body.End+2, p.Body.End):p.Body.End], []byte("\r\n"))
		return string(head) + string(tail)
	case p.Type == "message" && len(p.Parts) > 0:
		h := p.Parts[0].Header
		return string(bytes.TrimSuffix(m.Raw()[h.Start:h.End], []byte("\r\n")))
	}
	b, _ := m.Content(p)
	return string(b)
}
