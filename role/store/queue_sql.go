package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sekisho"
	"sekisho/blob"
	"sekisho/db"
	"sekisho/wire"
)

const (
	queueColumns = "SELECT contract, id, message, trace, state, due, arrived, attempts, warned, recipient, last, data, ended FROM queue"
	queueFirst   = "SELECT due FROM queue WHERE state = $1 ORDER BY due LIMIT 1"
	queueReady   = queueColumns + " WHERE state = 'waiting' AND due <= $1 ORDER BY due LIMIT $2"
	queueEnded   = "UPDATE queue SET state = 'waiting' WHERE state = 'sending' AND due <= $1"
	queueOne     = queueColumns + " WHERE id = $1"
	queueState   = "UPDATE queue SET state = $3, due = $4, attempts = $5, warned = $6, last = $7, ended = $8 WHERE contract = $1 AND id = $2"
	messageFind  = `SELECT contract, segment, position, shape, size FROM message WHERE contract = $1 AND id = $2`
	messageOwner = `SELECT contract FROM queue WHERE message = $1 AND state IN ('waiting', 'sending', 'suspended')
		UNION SELECT contract FROM kept WHERE message = $1`
)

// nextDue is when the next item may be sent, or the next lease ends; zero when nothing waits.
func (s *Store) nextDue(ctx context.Context) (time.Time, error) {
	var first int64 = -1
	for _, state := range [...]string{waiting, sending} {
		var due int64
		found, err := s.db.One(ctx, []any{&due}, queueFirst, state)
		if err != nil {
			return time.Time{}, err
		}
		if found && (first < 0 || due < first) {
			first = due
		}
	}
	if first < 0 {
		return time.Time{}, nil
	}
	return time.UnixMicro(max(first, 1)).UTC(), nil
}

// leaseDue gives out what is due. The end of the lease takes the place of the time when it is due.
func (t *txn) leaseDue(now time.Time, q wire.DueQuery) (wire.Due, error) {
	var out wire.Due
	if _, err := t.Exec(queueEnded, db.Micros(now)); err != nil {
		return out, err
	}
	err := t.Each(func(scan func(...any) error) error {
		it, err := scanQueue(scan)
		out.Items = append(out.Items, it)
		return err
	}, queueReady, db.Micros(now), int64(q.Most))
	if err != nil {
		return out, err
	}
	for i := range out.Items {
		if err := t.updateQueue(&out.Items[i], sending, now.Add(q.Lease)); err != nil {
			return out, err
		}
		out.Items[i].State = sending
	}
	return out, nil
}

func scanQueue(scan func(...any) error) (it wire.QueueItem, err error) {
	var contract, id, message, trace, due, arrived int64
	var data []byte
	if err = scan(&contract, &id, &message, &trace, &it.State, &due, &arrived, &it.Attempts, &it.Warned, &it.Recipient, &it.Last, &data, &it.GivenUp); err != nil {
		return it, err
	}
	it.Contract, it.ID, it.Message, it.Trace = sekisho.ContractID(contract), sekisho.QueueID(id), sekisho.MessageID(message), sekisho.TraceID(trace)
	it.NotBefore, it.Arrived = db.Time(due), db.Time(arrived)
	var q queueData
	if err = json.Unmarshal(data, &q); err != nil {
		return it, sekisho.E("store.queue", sekisho.Corrupt, err)
	}
	it.Envelope, it.Route, it.Notify, it.ORcpt, it.Size = q.Envelope, q.Route, q.Notify, q.ORcpt, q.Size
	return it, nil
}

func (t *txn) queueItem(id sekisho.QueueID) (it wire.QueueItem, err error) {
	found := false
	err = t.Each(func(scan func(...any) error) (err error) { found = true; it, err = scanQueue(scan); return err }, queueOne, int64(id))
	if err == nil && !found {
		err = sekisho.E("store.queue", sekisho.NotFound, fmt.Errorf("no queue item %d", id))
	}
	return it, err
}

func (t *txn) updateQueue(it *wire.QueueItem, state string, due time.Time) error {
	_, err := t.Exec(queueState, int64(it.Contract), int64(it.ID), state, db.Micros(due), int64(it.Attempts), truth(it.Warned), db.Text(it.Last), db.Text(it.GivenUp))
	return err
}

// spool answers StoreSpool.
func (s *Store) spool(ctx context.Context, by sekisho.Caller, q wire.SpoolQuery) (wire.SealedMessage, error) {
	var contract int64
	var found bool
	var err error
	switch {
	case q.Archive == 0:
		found, err = s.db.One(ctx, []any{&contract}, messageOwner, int64(q.Message))
	case by.Role == sekisho.Admin:
		found, err = s.db.One(ctx, []any{&contract}, archivedOwner, int64(q.Archive), int64(q.Message))
	default:
		err = sekisho.E("store.spool", sekisho.Denied, errors.New("archives are for officers"))
	}
	if err == nil && !found {
		err = errSpool()
	}
	if err != nil {
		return wire.SealedMessage{}, err
	}
	return s.sealed(ctx, sekisho.ContractID(contract), q.Message, q.Want)
}

func errSpool() error {
	return sekisho.E("store.spool", sekisho.NotFound, errors.New("no such message in queue, hold, quarantine or archive"))
}

// sealed reads what is kept of a message, with the boxes of the contract's own keys.
func (s *Store) sealed(ctx context.Context, contract sekisho.ContractID, m sekisho.MessageID, want wire.Want) (out wire.SealedMessage, err error) {
	var owner, segment int64
	var row []byte
	at := stored{id: m}
	found, err := s.db.One(ctx, []any{&owner, &segment, &at.pos.Offset, &row, &at.size}, messageFind, int64(contract), int64(m))
	if err == nil && !found {
		err = errSpool()
	}
	if err != nil {
		return out, err
	}
	at.pos = blob.Pos{Segment: uint64(segment), Offset: at.pos.Offset}
	if at.shape, err = getShape(row); err != nil {
		return out, sekisho.E("store.spool", sekisho.Corrupt, err)
	}
	out.ID, out.Contract, out.Size = m, contract, at.size
	if err := s.load(at, true, wanted(want), &out); err != nil {
		return out, err
	}
	extra, err := s.wraps(ctx, contract, m)
	out.Boxes = withoutAccounts(out.Boxes, extra)
	return out, err
}

// withoutAccounts keeps the boxes of the contract's own keys: who delivers or releases has no use for the others.
func withoutAccounts(lists ...[]wire.Box) (out []wire.Box) {
	for _, l := range lists {
		for _, b := range l {
			if b.Account == 0 {
				out = append(out, b)
			}
		}
	}
	return out
}
