package store

import (
	"context"
	"errors"
	"fmt"

	"sekisho"
	"sekisho/wire"
)

// mostSteered bounds how many deliveries one asking is about.
const mostSteered = 1000

// steer answers StoreSteer: in one transaction, with an entry in the list of changes for each delivery.
func (s *Store) steer(ctx context.Context, by sekisho.Caller, q wire.Steering) (out wire.Steered, err error) {
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if q.Do != "retry" && q.Do != "give-up" && q.Do != "cancel" {
		return out, sekisho.E("store.steer", sekisho.Invalid, fmt.Errorf("cannot %q a delivery", q.Do))
	}
	if q.Contract == 0 || len(q.IDs) == 0 || len(q.IDs) > mostSteered {
		return out, sekisho.E("store.steer", sekisho.Invalid, fmt.Errorf("1 to %d deliveries of a contract", mostSteered))
	}
	w := about{right: sekisho.SteerQueue, contract: q.Contract, what: "queue", object: q.Do, number: uint64(q.IDs[0]), class: sekisho.ClassEnvelope}
	if err := s.allow(ctx, a, w); err != nil {
		return out, err
	}
	elsewhere := sekisho.ContractID(0)
	err = s.change(ctx, func(t *txn) error {
		out, elsewhere = wire.Steered{Done: make([]bool, len(q.IDs))}, 0
		m := amendment{txn: t, by: a}
		for i, id := range q.IDs {
			done, owner, err := m.steer(q.Contract, id, q.Do)
			if err != nil {
				return err
			}
			if out.Done[i] = done; owner != q.Contract && owner != 0 {
				elsewhere, w.number = owner, uint64(id)
			}
		}
		return nil
	})
	if err == nil && elsewhere != 0 && !a.operator() {
		w.contract = elsewhere
		refused := s.refuseTo(ctx, a, w, sekisho.E("store.steer", sekisho.NotFound, errElsewhere))
		if len(q.IDs) == 1 {
			return out, refused
		}
	}
	if err == nil && len(q.IDs) == 1 && !out.Done[0] {
		return out, s.unsteered(ctx, q)
	}
	return out, err
}

// unsteered says why the one delivery asked for was not steered.
func (s *Store) unsteered(ctx context.Context, q wire.Steering) error {
	var contract int64
	if _, err := s.db.One(ctx, []any{&contract}, "SELECT contract FROM queue WHERE id = $1", int64(q.IDs[0])); err != nil {
		return err
	}
	if sekisho.ContractID(contract) != q.Contract {
		return sekisho.E("store.steer", sekisho.NotFound, errElsewhere)
	}
	return sekisho.E("store.steer", sekisho.Conflict, errors.New("the delivery is being made, was given up, or is over"))
}

// steer does one; owner is whose the delivery is, 0 when there is none.
func (m *amendment) steer(c sekisho.ContractID, id sekisho.QueueID, do string) (done bool, owner sekisho.ContractID, err error) {
	before, err := m.queueItem(id)
	if sekisho.KindOf(err) == sekisho.NotFound {
		return false, 0, nil
	}
	if err != nil || before.Contract != c {
		return false, before.Contract, err
	}
	err = m.decideQueue(&wire.Resolution{Kind: "queue", What: do, ID: uint64(id), By: m.by.account.Address})
	if sekisho.KindOf(err) == sekisho.Conflict {
		return false, c, nil
	}
	if err != nil {
		return false, c, err
	}
	return true, c, m.noted(c, "queue", before.Envelope.From+" -> "+before.Recipient, do, steered{before.State, before.Attempts, before.Last}, nil)
}

// steered is how a delivery was, for the list of changes.
type steered struct {
	State    string
	Attempts int
	Last     string
}
