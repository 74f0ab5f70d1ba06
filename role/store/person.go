package store

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// person answers StorePerson.
func (s *Store) person(ctx context.Context, _ sekisho.Caller, q wire.PersonQuery) (wire.PersonFound, error) {
	r := s.db.Reading(ctx)
	a, err := readAccount(r, accountByID, int64(q.Contract), int64(q.Account))
	if err != nil || a.ID == 0 {
		return wire.PersonFound{}, err
	}
	c, err := readContract(r, a.Contract)
	if err != nil {
		return wire.PersonFound{}, err
	}
	return wire.PersonFound{Address: a.Address, Name: a.Name, Duty: a.Role, Language: c.Language, Status: max(a.Status, c.Status), Public: a.Public}, nil
}

// mostWarnings bounds what waits to be told to one contract's people: whoever makes more does not want to tell.
const mostWarnings = 1000

// warn answers StoreWarn: the notice is durable with the answer.
func (s *Store) warn(ctx context.Context, _ sekisho.Caller, q wire.Warning) (wire.Nothing, error) {
	switch q.What {
	case wire.WarnDevice, wire.WarnPassword, wire.WarnFactor:
	default:
		return wire.Nothing{}, sekisho.E("store.warn", sekisho.Invalid, errors.New("no such warning"))
	}
	a, err := readAccount(s.db.Reading(ctx), accountByID, int64(q.Contract), int64(q.Account))
	if err == nil && a.ID == 0 {
		err = sekisho.E("store.warn", sekisho.NotFound, nil)
	}
	if err != nil {
		return wire.Nothing{}, err
	}
	device := strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return -1
		}
		return r
	}, q.Device)
	data, err := json.Marshal(noticeData{Sender: a.Address, Reason: q.Client.String(), By: device[:min(len(device), 60)]})
	if err != nil {
		return wire.Nothing{}, sekisho.E("store.warn", sekisho.Internal, err)
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		var waiting int64
		if _, err := t.One([]any{&waiting}, "SELECT count(*) FROM notice WHERE contract = $1", int64(q.Contract)); err != nil {
			return err
		}
		if waiting >= mostWarnings {
			return sekisho.E("store.warn", sekisho.TooMany, nil)
		}
		id, err := t.take("notice", 1)
		if err != nil {
			return err
		}
		t.told = append(t.told, t.s.wake)
		_, err = t.Exec("INSERT INTO notice (contract, id, message, kind, mail, at, data) VALUES ($1, $2, $3, $4, 0, $5, $6)", int64(q.Contract), id, -id, q.What, db.Micros(t.s.now()), data)
		return err
	})
}
