package post

import (
	"context"
	"fmt"
	"time"

	"sekisho"
	"sekisho/mail/dsn"
	"sekisho/mail/header"
	"sekisho/mail/srs"
	"sekisho/seal"
	"sekisho/wire"
)

// notify writes one notification to the sender of a parcel and makes it durable: into his mailbox when he is one of ours,
// into the queue otherwise. A notification has the null sender, so nothing can come back to it.
func (p *Post) notify(ctx context.Context, g parcel, notices []notice, now time.Time) error {
	i := g.items[0]
	raw, err := p.unseal(ctx, i)
	if err != nil {
		return err
	}
	fields, _ := header.Split(raw)
	var head []byte
	for _, f := range fields {
		head = append(head, f.Raw...)
	}
	c, err := p.known.contract(ctx, i.Contract, now)
	if err != nil {
		return err
	}
	id, err := p.ids.Take(ctx)
	if err != nil {
		return err
	}
	if i.Envelope.From, err = p.sender(ctx, i.Envelope.From, now); err != nil {
		return err
	}
	r := dsn.Report{Host: p.config.Name, To: i.Envelope.From, EnvID: i.Envelope.EnvID, Arrived: i.Arrived, Now: now,
		ID: fmt.Sprintf("%d.%d", id, now.UnixNano()), Header: head, Language: c.Language}
	for _, n := range notices {
		r.Recipients = append(r.Recipients, n.Recipient)
	}
	a, err := p.arrival(ctx, id, i, c, dsn.Write(r), now)
	if err != nil {
		return err
	}
	_, err = wire.StoreAccept.Ask(ctx, p.peers.Store, wire.Accept{Messages: []wire.Arrival{a}})
	return err
}

// sender is whom a notification about a mail from an address is for: who sent it first, when it was sent on.
func (p *Post) sender(ctx context.Context, from string, now time.Time) (string, error) {
	if !srs.Is(from) {
		return from, nil
	}
	keys, err := p.returns.Keys(ctx, now)
	if err != nil {
		return "", err
	}
	if s, err := srs.Reverse(keys, from, now); err == nil {
		return s, nil
	}
	return from, nil
}

func (p *Post) arrival(ctx context.Context, id sekisho.MessageID, about wire.QueueItem, c wire.Contract, raw []byte, now time.Time) (wire.Arrival, error) {
	to := about.Envelope.From
	s, err := wire.InspectScan.Ask(ctx, p.peers.Inspect, wire.Scan{Raw: raw, Now: now, Summarise: true})
	if err != nil {
		return wire.Arrival{}, err
	}
	data := seal.NewKey()
	sealed, err := seal.Seal(data, id, seal.Content{Raw: raw, Pieces: s.Summary.Pieces, Summary: wire.EncodeSummary(s.Summary),
		Text: []byte(s.Text), Index: s.Tokens, Subject: []byte(s.Summary.Subject)})
	if err != nil {
		return wire.Arrival{}, err
	}
	a := wire.Arrival{Sealed: wire.SealedMessage{ID: id, Contract: c.ID, Size: int64(len(raw)), Summary: sealed.Summary, Header: sealed.Header,
		Body: sealed.Body, Attachment: sealed.Attachment, Text: sealed.Text, Index: sealed.Index,
		Thread: wire.ThreadOf(c.ID, &s.Summary), Attached: s.Summary.Attachment},
		Trace: wire.Trace{ID: about.Trace, Direction: sekisho.Inbound, From: "mailer-daemon@" + p.config.Name, Subject: sealed.Subject,
			Envelope: sekisho.Envelope{Listener: "post", Helo: p.config.Name, Protocol: "local", Contract: c.ID, At: now, Rcpt: []string{to}}}}
	d := wire.Delivery{Recipient: to, Fate: wire.FateQueue, Action: "pass", Rule: "notification", Internal: now, NotBefore: now, Notify: "NEVER"}
	name, public, account := wire.SpoolKey, c.Spool, sekisho.AccountID(0)
	who, err := wire.StoreResolve.Ask(ctx, p.peers.Store, wire.Resolve{Address: to})
	if err != nil {
		return a, err
	}
	if who.Standing == wire.Hosted && who.Contract == c.ID && len(who.Targets) > 0 {
		t := who.Targets[0]
		name, public, account = wire.AccountKey, t.Public, t.Account
		d.Fate, d.Account = wire.FateMailbox, t.Account
	}
	k, err := seal.ParsePublic(public)
	if err != nil {
		return a, err
	}
	box, err := k.Box(seal.For{Contract: c.ID, Account: account, Key: uint8(name), Message: id}, data)
	a.Sealed.Boxes = []wire.Box{{Account: account, Key: name, Sealed: box}}
	a.Deliveries = []wire.Delivery{d}
	return a, err
}
