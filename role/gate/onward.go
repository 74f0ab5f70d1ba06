package gate

import (
	"context"
	"errors"

	"github.com/emersion/go-smtp"

	"sekisho"
	"sekisho/mail/srs"
	"sekisho/wire"
)

// What is sent on leaves from here, which the SPF record of its sender does not name: its envelope sender becomes an address of the domain
// that sends it on, from which notifications find back to the sender (package mail/srs).

// onward gives the envelope sender of a mail that via, an address of a customer, sends on to the outside; "" when the mail keeps its own:
// the null sender stays null, and who signed in here has a domain that names us.
func (in *intake) onward(ctx context.Context, via string) (string, error) {
	switch {
	case in.envelope.From == "":
		return "", nil
	case in.sender != "":
		return in.sender, nil
	case in.envelope.Contract != 0:
		return "", nil
	}
	keys, err := in.gate.returns.Keys(ctx, in.gate.config.Clock())
	if err != nil {
		return "", err
	}
	_, domain := cut(via)
	from, err := srs.Forward(keys, in.envelope.From, domain, in.envelope.At)
	if err != nil { // no room for the sender in an address: who sends it on stands for it
		return via, nil
	}
	return from, nil
}

// mostReversed is how many forwards here one notification is led back over.
const mostReversed = 3

// returned finds whom a notification to an address of package srs is for. ok is false when the address is none that was made here: then it
// is an address like any other.
func (s *session) returned(ctx context.Context, to string) (r recipient, ok bool, err error) {
	for range mostReversed {
		if !srs.Is(to) {
			break
		}
		at, err := wire.StoreResolve.Ask(ctx, s.gate.peers.Store, wire.Resolve{Address: to})
		if sekisho.KindOf(err) == sekisho.Invalid || err == nil && at.Contract == 0 {
			break
		}
		if err != nil {
			return r, false, s.gate.answer(err)
		}
		keys, err := s.gate.returns.Keys(ctx, s.gate.config.Clock())
		if err != nil {
			return r, false, s.gate.answer(err)
		}
		sender, err := srs.Reverse(keys, to, s.gate.config.Clock())
		if errors.Is(err, srs.ErrForged) || errors.Is(err, srs.ErrNone) {
			break
		}
		if s.mail.envelope.From != "" {
			return r, false, refuse(550, "5.7.1", "This address takes notifications about mail that was sent on, from the null sender only")
		}
		r = recipient{address: to, Recipient: wire.Recipient{Standing: wire.Hosted, Contract: at.Contract, Version: at.Version, Outside: []string{sender}}}
		if at.Standing == wire.Disabled {
			r.Standing = wire.Disabled
		}
		to, ok = sender, true
	}
	if !ok {
		return r, false, nil
	}
	return s.inside(ctx, r, to)
}

// inside delivers a notification at once when its recipient is of this installation.
func (s *session) inside(ctx context.Context, r recipient, to string) (recipient, bool, error) {
	own, err := wire.StoreResolve.Ask(ctx, s.gate.peers.Store, wire.Resolve{Address: to})
	if sekisho.KindOf(err) == sekisho.Invalid {
		return r, false, refuse(501, "5.1.3", "Bad recipient address")
	}
	if err != nil {
		return r, false, s.gate.answer(err)
	}
	if own.Standing != wire.Foreign {
		r.address, r.Recipient = to, own
	}
	return r, true, nil
}

// whom resolves a recipient.
func (s *session) whom(ctx context.Context, to string, opts *smtp.RcptOptions) (recipient, error) {
	if srs.Is(to) {
		r, ok, err := s.returned(ctx, to)
		if ok || err != nil {
			return r, err
		}
	}
	r, err := wire.StoreResolve.Ask(ctx, s.gate.peers.Store, wire.Resolve{Address: to, From: s.mail.envelope.From, Contract: s.mail.envelope.Contract})
	if sekisho.KindOf(err) == sekisho.Invalid {
		return recipient{}, refuse(501, "5.1.3", "Bad recipient address")
	}
	if err != nil {
		return recipient{}, s.gate.answer(err)
	}
	return recipient{address: to, Recipient: r, orcpt: opts.OriginalRecipient}, nil
}
