package gate

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"sekisho"
	"sekisho/mail/auth"
	"sekisho/mail/header"
	"sekisho/mail/zone"
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
	gate    *Gate
	account *wire.Identified // the sender who signed in, or nil
	raw     []byte           // with our trace fields in front
	auth    auth.Result
	virus   []sekisho.Finding // what clamd said
}

// take judges a mail, makes it durable with what becomes of it, and answers. The answer is an SMTP error in any case: its
// code is 250 when the mail was taken.
func (g *Gate) take(ctx context.Context, m *transaction, account *wire.Identified, raw []byte) error {
	begun := g.config.Clock()
	in := &intake{transaction: m, gate: g, account: account}
	if err := in.examine(ctx, raw); err != nil {
		return err
	}
	outcomes, err := in.judge(ctx)
	if err != nil {
		return g.answer(err)
	}
	if refusal := in.refused(outcomes); refusal != nil {
		in.record(ctx, outcomes, refusal.Code, refusal.Message)
		return refusal
	}
	arrivals, err := in.arrivals(ctx, outcomes, g.config.Clock().Sub(begun))
	if err != nil {
		return g.answer(err)
	}
	if err := g.accept(ctx, arrivals); err != nil {
		return g.answer(err)
	}
	in.remember(outcomes)
	return refuse(250, "2.0.0", "Taken, reference %s", m.trace)
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
			Resolver: resolver{in.gate.peers.Dial}, Now: in.envelope.At, Name: in.gate.config.Name})
		in.envelope.Vouched = in.auth.SPF == "pass" || in.auth.DMARC == "pass"
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
	if in.gate.config.Clamd {
		var err error
		if in.virus, err = in.gate.clamd(ctx, in.raw); err != nil {
			return in.gate.answer(err)
		}
	}
	return nil
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

// Lookup asks dial.
func (r resolver) Lookup(ctx context.Context, kind, name string) (zone.Records, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	got, err := wire.DialLookup.Ask(ctx, r.dial, wire.Lookup{Type: kind, Name: name})
	if err != nil {
		if sekisho.KindOf(err) == sekisho.Invalid {
			return zone.Records{}, err
		}
		return zone.Records{}, fmt.Errorf("%w: %w", zone.ErrTemporary, err)
	}
	out := zone.Records{Void: got.Void, TXT: got.TXT, IP: got.IP, Names: got.Names, Secure: got.Secure}
	for _, m := range got.MX {
		out.MX = append(out.MX, zone.MX(m))
	}
	return out, nil
}

// scanTries is how many inspect workers a mail is given to: one may end just then, but a mail that ends several is the
// reason itself.
const scanTries = 3

// scan has a mail inspected. Unavailable means that no worker survived it.
func (g *Gate) scan(ctx context.Context, q wire.Scan) (wire.Report, sekisho.Instance, error) {
	var last error
	for range scanTries {
		line, err := g.peers.Inspect.Pick(ctx)
		if err != nil {
			return wire.Report{}, 0, err
		}
		r, err := wire.InspectScan.AskLine(ctx, line, q)
		if err == nil {
			return r, line.Peer.Instance, nil
		}
		if last = err; sekisho.KindOf(err) != sekisho.Unavailable {
			return wire.Report{}, 0, err
		}
	}
	return wire.Report{}, 0, last
}

// accept enters the transit and makes the arrivals durable, both before 250.
func (g *Gate) accept(ctx context.Context, arrivals []arrival) error {
	var accept wire.Accept
	var entries sync.WaitGroup
	errs := make([]error, len(arrivals))
	for i, a := range arrivals {
		accept.Messages = append(accept.Messages, a.Arrival)
		entries.Go(func() {
			_, errs[i] = wire.VaultTransit.Ask(ctx, g.peers.Vault, wire.Transit{Contract: a.Sealed.Contract, First: a.Sealed.ID,
				Count: 1, Bytes: uint64(a.Sealed.Size), Worker: a.Trace.Instance})
		})
	}
	err := g.store(ctx, accept)
	entries.Wait()
	for _, e := range errs {
		if e != nil { // SMTP goes on when the ledger cannot be written: nothing was opened. The gap shows in the ledger.
			g.config.Log.Error("transit not entered", "error", e)
		}
	}
	return err
}

// storeTries is how often an accept is repeated when store ended before it answered, and the pause before each.
const (
	storeTries = 5
	storePause = 200 * time.Millisecond
)

// store repeats an accept whose fate is unknown because store ended meanwhile: it is idempotent by message id.
func (g *Gate) store(ctx context.Context, a wire.Accept) error {
	for try := 0; ; try++ {
		_, err := wire.StoreAccept.Ask(ctx, g.peers.Store, a)
		if sekisho.KindOf(err) != sekisho.Unavailable || try == storeTries || ctx.Err() != nil {
			return err
		}
		time.Sleep(storePause)
	}
}
