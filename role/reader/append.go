package reader

import (
	"bytes"
	"context"
	"io"

	"github.com/emersion/go-imap/v2"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/seal"
	"sekisho/wire"
)

// Append files a mail: inspect summarises it, it is sealed here to the account's own key, and store makes it durable.
func (s *session) Append(name string, r imap.LiteralReader, o *imap.AppendOptions) (*imap.AppendData, error) {
	m, err := s.mailbox(name)
	if err != nil {
		return nil, tryCreate()
	}
	raw, err := io.ReadAll(io.LimitReader(r, s.reader.config.Size+1))
	if err != nil {
		return nil, err
	}
	if int64(len(raw)) > s.reader.config.Size {
		return nil, s.failed(sekisho.E("reader.append", sekisho.TooLarge, nil))
	}
	ctx, cancel := s.command()
	defer cancel()
	arrival, passage, err := s.seal(ctx, raw)
	if err != nil {
		return nil, s.failed(err)
	}
	d := wire.Delivery{Recipient: s.who.Address, Fate: wire.FateMailbox, Action: "append", Account: s.ticket.Account, Mailbox: m.Name, Internal: o.Time}
	for _, f := range o.Flags {
		if f != imap.Flag(`\Recent`) {
			d.Flags = append(d.Flags, string(f))
		}
	}
	arrival.Deliveries = []wire.Delivery{d}
	entered := s.enter(ctx, passage)
	got, err := s.accept(ctx, wire.Accept{Messages: []wire.Arrival{arrival}})
	<-entered
	if err != nil {
		return nil, s.failed(err)
	}
	p := got.Messages[0].Boxes[0]
	return &imap.AppendData{UID: imap.UID(p.UID), UIDValidity: p.UIDValidity}, nil
}

// enter has vault enter that a mail passed through inspect in the clear, beside the accept: both are durable before the
// answer. As with mail that arrives, filing goes on when the ledger cannot be written: nothing was opened from rest.
func (s *session) enter(ctx context.Context, p wire.Passage) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := wire.VaultTransit.Ask(ctx, s.reader.peers.Vault, wire.Transit{Runs: []wire.Passage{p}}); err != nil {
			s.reader.config.Log.Error("transit not entered", "error", err)
		}
	}()
	return done
}

// seal has a mail summarised and seals it to its owner. The passage is what the ledger has to say of its way through inspect.
func (s *session) seal(ctx context.Context, raw []byte) (wire.Arrival, wire.Passage, error) {
	fail := func(err error) (wire.Arrival, wire.Passage, error) { return wire.Arrival{}, wire.Passage{}, err }
	report, worker, err := s.summarise(ctx, raw)
	if err != nil {
		return fail(err)
	}
	id, err := s.reader.ids.Take(ctx)
	if err != nil {
		return fail(err)
	}
	data := seal.NewKey()
	sealed, err := seal.Seal(data, id, seal.Content{Raw: raw, Pieces: report.Summary.Pieces, Summary: wire.EncodeSummary(report.Summary),
		Text: []byte(report.Text), Index: report.Tokens})
	if err != nil {
		return fail(err)
	}
	box, err := s.reader.senders.Box(s.reader.config.Clock(), s.who.Public, seal.For{Contract: s.ticket.Contract, Account: s.ticket.Account, Key: uint8(wire.AccountKey), Message: id}, data)
	if err != nil {
		return fail(err)
	}
	passage := wire.Passage{Contract: s.ticket.Contract, First: id, Count: 1, Bytes: uint64(len(raw)), Worker: worker}
	return wire.Arrival{Sealed: wire.SealedMessage{ID: id, Contract: s.ticket.Contract, Size: int64(len(raw)),
		Boxes:   []wire.Box{{Account: s.ticket.Account, Key: wire.AccountKey, Sealed: box}},
		Summary: sealed.Summary, Header: sealed.Header, Body: sealed.Body, Attachment: sealed.Attachment, Text: sealed.Text, Index: sealed.Index}}, passage, nil
}

// scanTries is how many inspect workers a mail is given to: one may end just then.
const scanTries = 3

func (s *session) summarise(ctx context.Context, raw []byte) (wire.Report, sekisho.Instance, error) {
	var last error
	for range scanTries {
		line, err := s.reader.peers.Inspect.Pick(ctx)
		if err != nil {
			return wire.Report{}, 0, sekisho.E("reader.append", sekisho.Unavailable, err)
		}
		r, err := wire.InspectScan.AskLine(ctx, line, wire.Scan{Raw: raw, Now: s.reader.config.Clock(), Summarise: true})
		if err == nil {
			return r, line.Peer.Instance, nil
		}
		if last = err; sekisho.KindOf(err) != sekisho.Unavailable || ctx.Err() != nil {
			return wire.Report{}, 0, err
		}
	}
	// A mail that ends every worker that looks at it is still his own: it is kept as it is, as one block.
	s.reader.config.Log.Warn("a filed mail could not be summarised", "account", uint64(s.ticket.Account), "error", last)
	return wire.Report{Summary: block(raw)}, 0, nil
}

// block describes a mail without looking into it: a header, and the rest.
func block(raw []byte) sekisho.Summary {
	_, rest := header.Split(raw)
	cut, end := int64(len(raw)-len(rest)), int64(len(raw))
	if b, ok := bytes.CutPrefix(rest, []byte("\r\n")); ok { // the empty line is the header's
		cut = end - int64(len(b))
	}
	head, body := sekisho.Span{End: cut}, sekisho.Span{Start: cut, End: end}
	return sekisho.Summary{Size: end, Root: sekisho.Part{Type: "application", Subtype: "octet-stream", Encoding: "8bit", Header: head, Body: body},
		Pieces: []sekisho.Piece{{Class: sekisho.ClassHeader, Span: head}, {Class: sekisho.ClassBody, Span: body}}}
}

// accept repeats once when store ended before it answered: it is idempotent by message id.
func (s *session) accept(ctx context.Context, a wire.Accept) (wire.Accepted, error) {
	got, err := wire.StoreAccept.Ask(ctx, s.reader.peers.Store, a)
	if sekisho.KindOf(err) == sekisho.Unavailable && ctx.Err() == nil {
		got, err = wire.StoreAccept.Ask(ctx, s.reader.peers.Store, a)
	}
	if err == nil && (len(got.Messages) != 1 || len(got.Messages[0].Boxes) != 1) {
		err = sekisho.E("reader.append", sekisho.Internal, nil)
	}
	return got, err
}
