package gate

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/mail/arc"
	"sekisho/mail/auth"
	"sekisho/mail/header"
	"sekisho/wire"
)

// takeTime bounds everything between the final dot and the answer (RFC 5321 section 4.5.3.2.6 gives ten minutes).
const takeTime = 5 * time.Minute

// Limits of what is taken at all.
const (
	mostHeader   = 1 << 20
	mostReceived = 100
)

// intake is one mail while it is being judged.
type intake struct {
	*transaction
	gate       *Gate
	account    *wire.Identified // the sender who signed in, or nil
	others     []string         // organisations that it is addressed to, and does not go to, asked for with habit
	habit      *wire.Habit      // what is unusual about the recipients, once it was asked for
	raw        []byte           // with our trace fields in front
	auth       auth.Result
	vouched    string             // the trusted forwarder that vouches for the author; "" for none
	virus      []sekisho.Finding  // what clamd said
	passed     []sekisho.Instance // inspect workers that the mail passed through in the clear
	depth      int                // how often filters sent it on
	sender     string             // envelope sender of what leaves, when a filter sent it on; "": envelope.From
	importance string
	domains    []string // of the sender's contract

	renditions map[variant]*rendition
}

// take judges a mail, makes it durable with what becomes of it, and answers. The answer is an SMTP error in any case: its
// code is 250 when the mail was taken.
func (g *Gate) take(ctx context.Context, m *transaction, account *wire.Identified, raw []byte) error {
	_, err := g.takeAll(ctx, m, account, raw)
	return err
}

// takeAll is take, and says what was decided for each recipient.
func (g *Gate) takeAll(ctx context.Context, m *transaction, account *wire.Identified, raw []byte) ([]outcome, error) {
	begun := g.config.Clock()
	in := &intake{transaction: m, gate: g, account: account}
	in.wait()
	if err := in.examine(ctx, raw); err != nil {
		return nil, err
	}
	outcomes, err := in.judge(ctx)
	if err != nil {
		return nil, g.answer(err)
	}
	in.observe(outcomes)
	judged := outcomes // what filters of recipients make of it is not the sender's to know
	sorted, err := in.sort(ctx, outcomes)
	if err != nil {
		return nil, g.answer(err)
	}
	outcomes = sorted.outcomes
	if refusal := in.refused(outcomes); refusal != nil {
		in.record(ctx, outcomes, refusal.Code, refusal.Message)
		return outcomes, refusal
	}
	reports := in.reports(ctx, judged)
	arrivals, err := in.arrivals(ctx, outcomes, g.config.Clock().Sub(begun))
	if err != nil {
		refusal := g.answer(err)
		if refusal.Code >= 500 {
			in.record(ctx, outcomes, refusal.Code, refusal.Message)
		}
		return nil, refusal
	}
	if err := g.commits.take(ctx, append(arrivals, sorted.arrivals...)); err != nil {
		return nil, g.answer(err)
	}
	in.reported(ctx, reports)
	return judged, refuse(250, "2.0.0", "Taken, reference %s", m.trace)
}

// examine looks at lines and header fields, asks about the sender, and puts our trace fields in front.
func (in *intake) examine(ctx context.Context, raw []byte) error {
	if at := header.Broken(raw); at >= 0 {
		return refuse(550, "5.5.2", "A line ends with a lone CR or LF (RFC 5321 section 2.3.8), near octet %d", at)
	}
	fields, rest := header.Split(raw)
	size := len(raw) - len(rest)
	switch {
	case size > mostHeader:
		return refuse(552, "5.3.4", "The header is larger than %d octets", mostHeader)
	case header.Count(fields, "Received") > mostReceived:
		return refuse(554, "5.4.6", "Too many Received fields: the mail goes in circles")
	}
	var own bytes.Buffer
	fmt.Fprintf(&own, "Return-Path: <%s>\r\n", in.envelope.From)
	in.received(&own)
	if in.envelope.Contract == 0 {
		in.auth = auth.Check(ctx, auth.Input{Raw: raw, Client: in.envelope.Client, Helo: in.envelope.Helo, From: in.envelope.From,
			Resolver: in.gate.resolver, Now: in.envelope.At, Name: in.gate.config.Name})
		in.envelope.Vouched = in.auth.SPF == "pass" || in.auth.DMARC == "pass"
		in.vouch()
		own.WriteString(in.auth.Header)
	} else {
		in.envelope.Vouched = true // he signed in, or his network is registered
		in.complete(&own, fields)
	}
	for _, f := range fields {
		if !in.forged(f) {
			own.Write(f.Raw)
		}
	}
	own.Write(rest)
	in.raw = own.Bytes()
	in.importance = importance(in.raw)
	if in.gate.config.Clamd {
		var err error
		if in.virus, err = in.gate.clamd(ctx, in.raw); err != nil {
			return in.gate.answer(err)
		}
	}
	return nil
}

// vouch notes the trusted forwarder that vouches for an author whose own proofs broke on the way.
func (in *intake) vouch() {
	by, ok := in.auth.Vouched(in.gate.config.Sealers)
	if !ok {
		return
	}
	in.vouched = by
	in.auth.Findings = append(in.auth.Findings, in.rescued(by))
}

// voucher is the trusted forwarder for a contract, which may trust more of them; and the finding that says so, if the operator does not trust
// him already.
func (in *intake) voucher(c *contract) (by string, finding []sekisho.Finding) {
	if in.vouched != "" || in.auth.ARC != arc.Pass || len(c.policy.Sealers()) == 0 {
		return in.vouched, nil
	}
	by, ok := in.auth.Vouched(append(slices.Clone(in.gate.config.Sealers), c.policy.Sealers()...))
	if !ok {
		return "", nil
	}
	return by, []sekisho.Finding{in.rescued(by)}
}

// rescued is the finding about a forwarder that vouches: it takes away what speaks against the sender because of the way the mail took.
func (in *intake) rescued(by string) sekisho.Finding {
	broken := 0.0
	for _, f := range in.auth.Findings {
		if f.Kind == sekisho.KindAuth {
			broken += max(0, f.Score)
		}
	}
	return sekisho.Finding{Kind: sekisho.KindAuth, Name: "arc-trusted", Where: "header/from", Score: -broken, Evidence: by + " is trusted, and saw " + in.auth.FromDomain + " pass"}
}

// chain is the word on the ARC chain for inspection: a pass that nobody trusted stands behind says nothing.
func (in *intake) chain(by string) string {
	if in.auth.ARC == arc.Pass && by == "" {
		return arc.None
	}
	return in.auth.ARC
}

// forged says whether a field claims to be ours (RFC 8601 section 5) or says where the mail was delivered, which is not
// the sender's to say.
func (in *intake) forged(f header.Field) bool {
	if f.Is("Return-Path") {
		return true
	}
	if !f.Is("Authentication-Results") {
		return false
	}
	id := strings.TrimSpace(f.Value())
	if i := strings.IndexAny(id, "; \t"); i >= 0 {
		id = id[:i]
	}
	return strings.EqualFold(id, in.gate.config.Name)
}

// received writes the trace field (RFC 5321 section 4.4). Recipients are not named: Bcc stays blind.
func (in *intake) received(b *bytes.Buffer) {
	e := in.envelope
	from := fmt.Sprintf("from %s ([%s])", e.Helo, literal(e))
	if e.Account != 0 {
		from = "from sender"
	}
	fmt.Fprintf(b, "Received: %s\r\n\tby %s with %s id %s", from, in.gate.config.Name, e.Protocol, in.trace)
	if e.TLS != "" {
		fmt.Fprintf(b, "\r\n\t(%s)", e.TLS)
	}
	fmt.Fprintf(b, ";\r\n\t%s\r\n", e.At.Format(time.RFC1123Z))
}

func literal(e sekisho.Envelope) string {
	if e.Client.Is6() {
		return "IPv6:" + e.Client.String()
	}
	return e.Client.String()
}

// complete adds what a submission server adds when it is missing (RFC 6409 section 8).
func (in *intake) complete(b *bytes.Buffer, fields []header.Field) {
	if header.Count(fields, "Date") == 0 {
		fmt.Fprintf(b, "Date: %s\r\n", in.envelope.At.Format(time.RFC1123Z))
	}
	if header.Count(fields, "Message-ID") == 0 {
		fmt.Fprintf(b, "Message-ID: <%s@%s>\r\n", in.trace, in.gate.config.Name)
	}
}

// inspectTries is how many inspect workers a mail is given to: one may end just then, but a mail that ends several is the
// reason itself.
const inspectTries = 3

// inspected has a worker do something with a mail, and notes each that was given it. Unavailable means that no worker survived it.
func inspected[Q, A any](ctx context.Context, in *intake, call *wire.Call[Q, A], q Q) (A, sekisho.Instance, error) {
	var none A
	var last error
	for range inspectTries {
		line, err := in.gate.peers.Inspect.Pick(ctx)
		if err != nil {
			return none, 0, err
		}
		if w := line.Peer.Instance; !slices.Contains(in.passed, w) {
			in.passed = append(in.passed, w)
		}
		a, err := call.AskLine(ctx, line, lend(q))
		if err == nil {
			return a, line.Peer.Instance, nil
		}
		if last = err; sekisho.KindOf(err) != sekisho.Unavailable {
			return none, 0, err
		}
	}
	return none, 0, last
}

// lend gives a question with descriptors of its own, since those that are sent are closed.
func lend[Q any](q Q) Q {
	s, ok := any(q).(wire.Scan)
	if !ok || len(s.Prints) == 0 {
		return q
	}
	s.Prints = slices.Clone(s.Prints)
	for i := range s.Prints {
		p := &s.Prints[i]
		fd, err := unix.FcntlInt(p.File.Fd(), unix.F_DUPFD_CLOEXEC, 0)
		if p.File = nil; err == nil { // without one, the set counts as unread
			p.File = os.NewFile(uintptr(fd), p.Name)
		}
	}
	q, _ = any(s).(Q)
	return q
}
