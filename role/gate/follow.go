package gate

import (
	"context"
	"crypto/sha256"
	"strings"
	"time"

	"sekisho"
	"sekisho/wire"
)

// follower is a mail that an account's filter sends.
type follower struct {
	o        outcome // the delivery whose filter it is
	raw      []byte
	from, to string
	returns  string // envelope sender of what leaves; "": from
	mark     []byte // an automatic reply: it goes out when none with this mark did
	until    time.Time
}

// markOf stands for an automatic reply to somebody.
func markOf(handle, to string) []byte {
	h := sha256.Sum256([]byte(handle + "\x00" + strings.ToLower(to)))
	return h[:16]
}

// send takes a follower's way through the policies, as if its owner had handed it in. Its arrivals become durable together with
// the mail that it follows. ok is false when nobody would get it.
func (in *intake) send(ctx context.Context, f follower) (list []arrival, ok bool, err error) {
	c := f.o.contract
	r, err := wire.StoreResolve.Ask(ctx, in.gate.peers.Store, wire.Resolve{Address: f.to, From: f.from, Contract: c.ID})
	if sekisho.KindOf(err) == sekisho.Invalid {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if r.Standing == wire.Unknown || r.Standing == wire.Disabled || full(r) {
		return nil, false, nil
	}
	now := in.envelope.At
	client := nowhere()
	if in.gate.limits.exempt(in.envelope.Client) {
		client = in.envelope.Client
	}
	if !in.gate.limits.contract(c.ID, client, 1, c.Limit.Total, now) || !in.gate.limits.send(f.o.target.Account, client, 1, c.Limit.Hourly, c.Limit.Daily, now) {
		return nil, false, nil
	}
	e := in.envelope
	e.From, e.Account, e.Contract, e.Rcpt, e.Vouched, e.Listener = f.from, f.o.target.Account, c.ID, []string{f.to}, true, filterRule
	if len(f.mark) == 0 { // notifications go to the sender of the mail that is sent on
		e.Vouched = in.envelope.Vouched
		if in.envelope.Contract == 0 || in.envelope.Listener == wire.Forwarded {
			e.Listener = wire.Forwarded
		}
	}
	e.EnvID, e.Ret = "", ""
	sub := &intake{transaction: &transaction{envelope: e, trace: in.trace, until: in.until, recipients: []recipient{{address: f.to, Recipient: r, notify: notifyOf(f)}}},
		gate: in.gate, raw: f.raw, virus: in.virus, depth: in.depth + 1, sender: f.returns,
		account: &wire.Identified{Contract: c.ID, Account: f.o.target.Account, Address: f.o.target.Address, Groups: f.o.Groups, Version: f.o.Version}}
	list, ok, err = sub.follows(ctx)
	for i := range list {
		if len(f.mark) > 0 {
			list[i].Once = &wire.Once{Account: f.o.target.Account, Mark: append(append([]byte{}, f.mark...), byte(i)), Until: f.until}
		}
	}
	return list, ok, err
}

// notifyOf asks for no report of what nobody waits for.
func notifyOf(f follower) string {
	if f.from == "" {
		return "NEVER"
	}
	return ""
}

func full(r wire.Recipient) bool {
	for _, t := range r.Targets {
		if t.Over {
			return true
		}
	}
	return false
}

// follows judges a follower and seals it.
func (in *intake) follows(ctx context.Context) ([]arrival, bool, error) {
	outcomes, err := in.judge(ctx)
	if err != nil {
		return nil, false, err
	}
	s, err := in.sort(ctx, outcomes)
	if err != nil || in.refused(s.outcomes) != nil {
		return nil, false, err
	}
	list, err := in.arrivals(ctx, s.outcomes, 0)
	return append(list, s.arrivals...), true, err
}
