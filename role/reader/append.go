package reader

import (
	"io"

	"github.com/emersion/go-imap/v2"

	"sekisho"
	"sekisho/mailbox"
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
	filer := s.reader.filer()
	x, err := filer.Seal(ctx, mailbox.Owner{Contract: s.ticket.Contract, Account: s.ticket.Account, Public: s.who.Public}, raw)
	if err != nil {
		return nil, s.failed(err)
	}
	d := wire.Delivery{Recipient: s.who.Address, Fate: wire.FateMailbox, Action: "append", Account: s.ticket.Account, Mailbox: m.Name, Internal: o.Time}
	for _, f := range o.Flags {
		if f != imap.Flag(`\Recent`) {
			d.Flags = append(d.Flags, string(f))
		}
	}
	x.Arrival.Deliveries = []wire.Delivery{d}
	got, err := filer.Accept(ctx, x)
	if err != nil {
		return nil, s.failed(err)
	}
	p := got.Boxes[0]
	return &imap.AppendData{UID: imap.UID(p.UID), UIDValidity: p.UIDValidity}, nil
}

func (r *Reader) filer() *mailbox.Filer {
	return &mailbox.Filer{Store: r.peers.Store, Vault: r.peers.Vault, Inspect: r.peers.Inspect, IDs: r.ids, Senders: &r.senders, Clock: r.config.Clock, Log: r.config.Log}
}
