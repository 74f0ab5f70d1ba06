package mailbox

import (
	"bytes"
	"context"
	"log/slog"
	"time"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/seal"
	"sekisho/wire"
)

// Filer files mails that people bring themselves: inspect summarises them, they are sealed to the account's own key, and
// store makes them durable.
type Filer struct {
	Store, Vault, Inspect *wire.Peer
	IDs                   *wire.IDs
	Senders               *seal.Senders
	Clock                 func() time.Time
	Log                   *slog.Logger
}

// Owner is whose mail it is.
type Owner struct {
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	Public   []byte // the account's public key
}

// Filed is a mail that was summarised and sealed, and is not yet anywhere.
type Filed struct {
	Arrival wire.Arrival // without deliveries
	Passage wire.Passage // what the ledger has to say of its way through inspect
	Summary sekisho.Summary
}

// Seal has a mail summarised and seals it to its owner.
func (f *Filer) Seal(ctx context.Context, o Owner, raw []byte) (Filed, error) {
	report, worker, err := f.summarise(ctx, o, raw)
	if err != nil {
		return Filed{}, err
	}
	return f.sealed(ctx, o, raw, report, worker)
}

func (f *Filer) sealed(ctx context.Context, o Owner, raw []byte, report wire.Report, worker sekisho.Instance) (Filed, error) {
	id, err := f.IDs.Take(ctx)
	if err != nil {
		return Filed{}, err
	}
	data := seal.NewKey()
	x, err := seal.Seal(data, id, seal.Content{Raw: raw, Pieces: report.Summary.Pieces, Summary: wire.EncodeSummary(report.Summary),
		Text: []byte(report.Text), Index: report.Tokens})
	if err != nil {
		return Filed{}, err
	}
	box, err := f.Senders.Box(f.Clock(), o.Public, seal.For{Contract: o.Contract, Account: o.Account, Key: uint8(wire.AccountKey), Message: id}, data)
	if err != nil {
		return Filed{}, err
	}
	return Filed{Summary: report.Summary,
		Passage: wire.Passage{Contract: o.Contract, First: id, Count: 1, Bytes: uint64(len(raw)), Worker: worker},
		Arrival: wire.Arrival{Sealed: wire.SealedMessage{ID: id, Contract: o.Contract, Size: int64(len(raw)),
			Boxes:   []wire.Box{{Account: o.Account, Key: wire.AccountKey, Sealed: box}},
			Summary: x.Summary, Header: x.Header, Body: x.Body, Attachment: x.Attachment, Text: x.Text, Index: x.Index,
			Thread: wire.ThreadOf(o.Contract, &report.Summary), Attached: report.Summary.Attachment}}}, nil
}

// scanTries is how many inspect workers a mail is given to: one may end just then.
const scanTries = 3

func (f *Filer) summarise(ctx context.Context, o Owner, raw []byte) (wire.Report, sekisho.Instance, error) {
	var last error
	for range scanTries {
		line, err := f.Inspect.Pick(ctx)
		if err != nil {
			return wire.Report{}, 0, sekisho.E("mailbox.file", sekisho.Unavailable, err)
		}
		r, err := wire.InspectScan.AskLine(ctx, line, wire.Scan{Raw: raw, Now: f.Clock(), Summarise: true})
		if err == nil {
			return r, line.Peer.Instance, nil
		}
		if last = err; sekisho.KindOf(err) != sekisho.Unavailable || ctx.Err() != nil {
			return wire.Report{}, 0, err
		}
	}
	// A mail that ends every worker that looks at it is still his own: it is kept as it is, as one block.
	f.Log.Warn("a filed mail could not be summarised", "account", uint64(o.Account), "error", last)
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

// Accept makes a filed mail durable with the deliveries that its arrival has, and has vault enter beside it that the mail
// passed through inspect in the clear. As with mail that arrives, filing goes on when the ledger cannot be written: nothing
// was opened from rest.
func (f *Filer) Accept(ctx context.Context, x Filed) (wire.Placed, error) {
	entered := make(chan struct{})
	go func() {
		defer close(entered)
		if _, err := wire.VaultTransit.Ask(ctx, f.Vault, wire.Transit{Runs: []wire.Passage{x.Passage}}); err != nil {
			f.Log.Error("transit not entered", "error", err)
		}
	}()
	defer func() { <-entered }()
	q := wire.Accept{Messages: []wire.Arrival{x.Arrival}}
	got, err := wire.StoreAccept.Ask(ctx, f.Store, q)
	if sekisho.KindOf(err) == sekisho.Unavailable && ctx.Err() == nil { // store ended before it answered: accept is idempotent by message id
		got, err = wire.StoreAccept.Ask(ctx, f.Store, q)
	}
	if err == nil && (len(got.Messages) != 1 || len(got.Messages[0].Boxes) != len(x.Arrival.Deliveries)) {
		err = sekisho.E("mailbox.file", sekisho.Internal, nil)
	}
	if err != nil {
		return wire.Placed{}, err
	}
	return got.Messages[0], nil
}
