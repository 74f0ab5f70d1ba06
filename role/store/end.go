package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// endTime is how long vault may be asked to destroy a contract's keys after store allowed it.
const endTime = 5 * time.Minute

// end answers StoreEnd. It takes an operator; neither his own contract nor one under a legal hold is ended. Rows are deleted only when
// vault itself says that the keys are gone.
func (s *Store) end(ctx context.Context, by sekisho.Caller, q wire.Ending) (out wire.Ended, err error) {
	const op = "store.end"
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if err := s.forOperator(ctx, a, sekisho.ManageContracts); err != nil {
		return out, err
	}
	if out.Contract, err = readContract(s.db.Reading(ctx), q.Contract); err != nil {
		return out, err
	}
	if out.Certificate, err = s.certificateOf(ctx, q.Contract); err != nil {
		return out, err
	}
	over := out.Certificate.Done
	switch q.Do {
	case "look":
	case "begin":
		if err := endable(a, &out.Contract, q.Name); err != nil {
			return out, err
		}
		err = s.beginEnd(ctx, a, q)
	case "finish":
		if !over {
			return out, sekisho.E(op, sekisho.Conflict, errors.New("the keys are not destroyed yet"))
		}
		err = s.finishEnd(ctx, &out.Contract)
	default:
		return out, sekisho.E(op, sekisho.Invalid, fmt.Errorf("no step %q", q.Do))
	}
	if err == nil {
		err = s.measure(ctx, &out)
	}
	if err != nil || q.Do != "begin" {
		return out, err
	}
	_, err = wire.VaultEnding.Ask(ctx, s.c.Vault, wire.EndingBy{Session: a.session, Until: s.now().Add(endTime), What: wire.Terminate{Contract: q.Contract,
		Name: out.Contract.Name, Reason: q.Reason, Contact: q.Contact, Messages: out.Messages, Bytes: out.Bytes}})
	return out, err
}

// endable refuses what is not to be ended.
func endable(a *asker, c *wire.Contract, name string) error {
	const op = "store.end"
	switch {
	case c.Status == sekisho.Terminated:
		return sekisho.E(op, sekisho.Conflict, errors.New("the contract is terminated already"))
	case c.ID == a.account.Contract:
		return sekisho.E(op, sekisho.Conflict, errors.New("nobody ends the contract that he is of"))
	case c.Hold != "":
		return sekisho.E(op, sekisho.Conflict, fmt.Errorf("a legal hold stands: %s. Lift it first", c.Hold))
	case name != c.Name:
		return sekisho.E(op, sekisho.Invalid, errors.New("that is not the contract's name"))
	}
	return nil
}

// beginEnd lets nothing new into the contract, and writes down who ends it, in the operator's own list of changes: the customer's goes
// with him.
func (s *Store) beginEnd(ctx context.Context, a *asker, q wire.Ending) error {
	return s.change(ctx, func(t *txn) error {
		var done wire.AdminDone
		if err := t.setContract(wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: q.Contract, Status: sekisho.Suspended}}, "", &done); err != nil {
			return err
		}
		if err := t.raiseVersion(q.Contract); err != nil {
			return err
		}
		t.after = append(t.after, t.s.forget)
		m := amendment{txn: t, by: a}
		return m.noted(a.account.Contract, "contract", q.Name, "terminate", struct {
			Contract sekisho.ContractID
			Reason   string
		}{q.Contract, q.Reason}, nil)
	})
}

// finishEnd deletes the rows that name people. Once more is harmless.
func (s *Store) finishEnd(ctx context.Context, c *wire.Contract) error {
	if c.Status == sekisho.Terminated {
		return nil
	}
	err := s.change(ctx, func(t *txn) error {
		var done wire.AdminDone
		t.after = append(t.after, t.s.forget)
		return t.setContract(wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: c.ID, Status: sekisho.Terminated}}, "", &done)
	})
	if err == nil {
		*c, err = readContract(s.db.Reading(ctx), c.ID)
	}
	return err
}

// certificateOf asks vault whether a contract's keys are destroyed. The zero value: they are not.
func (s *Store) certificateOf(ctx context.Context, id sekisho.ContractID) (wire.Certificate, error) {
	all, err := wire.VaultTerminated.Ask(ctx, s.c.Vault, wire.Nothing{})
	for _, c := range all.List {
		if c.Contract == id && c.Done {
			return c, nil
		}
	}
	return wire.Certificate{}, err
}

// measure counts what a contract has.
func (s *Store) measure(ctx context.Context, out *wire.Ended) error {
	id := int64(out.Contract.ID)
	return s.db.Snapshot(ctx, func(r db.Reader) error {
		var size int64
		for _, c := range []struct {
			to    *uint64
			query string
		}{
			{&out.Accounts, "SELECT COUNT(*) FROM account WHERE contract = $1"}, {&out.Domains, "SELECT COUNT(*) FROM domain WHERE contract = $1"},
			{&out.Archived, "SELECT COUNT(*) FROM archived WHERE contract = $1"}, {&out.Kept, "SELECT COUNT(*) FROM kept WHERE contract = $1"},
			{&out.Queue, "SELECT COUNT(*) FROM queue WHERE contract = $1 AND state IN ('waiting', 'sending', 'suspended')"},
		} {
			var n int64
			if _, err := r.One([]any{&n}, c.query, id); err != nil {
				return err
			}
			*c.to = uint64(n)
		}
		var n int64
		_, err := r.One([]any{&n, &size}, usageRead, id)
		out.Messages, out.Bytes = uint64(n), uint64(size)
		return err
	})
}
