package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

const (
	keptColumns = "SELECT contract, id, message, trace, fate, arrived, until, recipient, sender, data, wanted FROM kept"
	keptFirst   = "SELECT until FROM kept ORDER BY until LIMIT 1"
	keptOver    = keptColumns + " WHERE until <= $1 ORDER BY until LIMIT $2"
	keptOne     = keptColumns + " WHERE id = $1"
	keptWant    = "UPDATE kept SET wanted = 1 WHERE contract = $1 AND id = $2"
	keptDelete  = "DELETE FROM kept WHERE contract = $1 AND id = $2"
	eventInsert = "INSERT INTO event (contract, trace, id, at, recipient, what, who, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
)

func scanKept(scan func(...any) error) (r keptRow, err error) {
	var contract, id, message, trace, fate, arrived, until int64
	var data []byte
	if err = scan(&contract, &id, &message, &trace, &fate, &arrived, &until, &r.Recipient, &r.From, &data, &r.Wanted); err != nil {
		return r, err
	}
	if err = json.Unmarshal(data, &r.data); err != nil {
		return r, sekisho.E("store.kept", sekisho.Corrupt, err)
	}
	r.Contract, r.ID, r.Message, r.Trace = sekisho.ContractID(contract), uint64(id), sekisho.MessageID(message), sekisho.TraceID(trace)
	r.Fate, r.Arrived, r.Until = wire.Fate(fate), db.Time(arrived), db.Time(until)
	d := &r.data
	r.Account, r.Mailbox, r.Subject, r.Rule, r.Reason, r.AtEnd = d.Account, d.Mailbox, d.Subject, d.Rule, d.Reason, d.AtEnd
	r.Size, r.Route, r.Approve, r.Asks = d.Queue.Size, d.Queue.Route, d.Approve, d.Asks
	return r, nil
}

func (t *txn) keptByID(id uint64) (r keptRow, err error) {
	found := false
	err = t.Each(func(scan func(...any) error) (err error) { found = true; r, err = scanKept(scan); return err }, keptOne, int64(id))
	if err == nil && !found {
		err = sekisho.E("store.decide", sekisho.NotFound, fmt.Errorf("no item %d in quarantine or on hold", id))
	}
	return r, err
}

func (t *txn) keptUntil(now time.Time, most int) (out []keptRow, err error) {
	err = t.Each(func(scan func(...any) error) error {
		r, err := scanKept(scan)
		out = append(out, r)
		return err
	}, keptOver, db.Micros(now), int64(most))
	return out, err
}

func (s *Store) nextExpiry(ctx context.Context) (time.Time, error) {
	var until int64
	if _, err := s.db.One(ctx, []any{&until}, keptFirst); err != nil {
		return time.Time{}, err
	}
	var due int64
	found, err := s.db.One(ctx, []any{&due}, askingFirst)
	if found && (until == 0 || due < until) {
		until = due
	}
	if err != nil {
		return time.Time{}, err
	}
	if found, err = s.db.One(ctx, []any{&due}, shareFirst); found && (until == 0 || due < until) {
		until = due
	}
	return db.Time(until), err
}

func (t *txn) deleteKept(r *keptRow) error {
	_, err := t.Exec(keptDelete, int64(r.Contract), int64(r.ID))
	return err
}

// event notes in the trace what happened after the decision.
func (t *txn) event(c sekisho.ContractID, trace sekisho.TraceID, recipient, what, who, note string) error {
	id, err := t.take("event", 1)
	if err != nil {
		return err
	}
	_, err = t.Exec(eventInsert, int64(c), int64(trace), id, db.Micros(t.s.now()), db.Text(recipient), what, db.Text(who), db.Text(note))
	return err
}
