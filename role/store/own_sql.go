package store

import (
	"context"
	"encoding/json"
	"strings"

	"sekisho"
	"sekisho/db"
	addr "sekisho/mail/address"
	"sekisho/wire"
)

const traceOwn = "SELECT message, data FROM trace WHERE trace = $1 AND contract = $2"

// ownTrace answers StoreOwnTrace.
func (s *Store) ownTrace(ctx context.Context, by sekisho.Caller, q wire.OwnTrace) (out wire.OwnTraced, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	mine := false
	err = s.inAccount(ctx, k, func(a *account) error { mine = len(a.spots(uint64(q.Message))) > 0; return nil })
	if err != nil || !mine {
		return out, err
	}
	r := s.db.Reading(ctx)
	a, err := readAccount(r, accountByID, int64(k.contract), int64(k.account))
	if err != nil {
		return out, err
	}
	err = r.Each(func(scan func(...any) error) error {
		var message int64
		var data []byte
		if err := scan(&message, &data); err != nil || sekisho.MessageID(message) != q.Message {
			return err
		}
		var d traceData
		if err := json.Unmarshal(data, &d); err != nil {
			return sekisho.E("store.own-trace", sekisho.Corrupt, err)
		}
		out = ownRow(&d, a.Address)
		return nil
	}, traceOwn, int64(q.Trace), int64(k.contract))
	if err != nil {
		return out, err
	}
	var first, last int64
	from, err := addr.Fold(q.From)
	if err != nil { // nobody has such an address
		return out, nil
	}
	_, err = r.One([]any{&first, &last}, contactRead, int64(k.contract), a.Address, from)
	out.First = db.Time(first)
	return out, err
}

// ownRow is what the trace says of the account's own address; a mail that came to it by an alias or a group has the decision
// for that.
func ownRow(d *traceData, address string) (out wire.OwnTraced) {
	for _, x := range d.For {
		if !strings.EqualFold(x.Recipient, address) && len(d.For) > 1 {
			continue
		}
		t := d.Trace
		t.Envelope = sekisho.Envelope{}
		return wire.OwnTraced{Known: true, Row: wire.TraceRow{Trace: t, Fate: x.Fate, Action: x.Action, Rule: x.Rule, Reason: x.Reason}}
	}
	return out
}

const contactsOf = "SELECT outside FROM contact WHERE contract = $1 AND inside = $2 ORDER BY last DESC, outside LIMIT $3"

// correspondents answers StoreCorrespondents.
func (s *Store) correspondents(ctx context.Context, by sekisho.Caller, q wire.CorrespondentQuery) (out wire.Correspondents, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	r := s.db.Reading(ctx)
	a, err := readAccount(r, accountByID, int64(k.contract), int64(k.account))
	if err != nil {
		return out, err
	}
	most := min(q.Most, 5000)
	if most == 0 {
		most = 1000
	}
	err = r.Each(func(scan func(...any) error) error {
		var address string
		err := scan(&address)
		out.Addresses = append(out.Addresses, address)
		return err
	}, contactsOf, int64(k.contract), a.Address, int64(most))
	return out, err
}
