package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"sekisho"
	"sekisho/db"
	addr "sekisho/mail/address"
	"sekisho/wire"
)

// Whoever asks through console is known by his pass; what he may do follows from the duty in his account's row, here and
// nowhere else. The rules, in this order:
//
//	his own contract     what his duty says
//	another contract     does not exist, and the asking is entered as a denial, unless his duty is operator
//	operator             what operators may do everywhere; the rest only while a grant stands, and then each access is noted
//	                     for the customer before anything is given out

// asker is somebody signed in.
type asker struct {
	by      sekisho.Caller
	session sekisho.SessionID
	account wire.AdminAccount
}

func (a *asker) operator() bool { return a.account.Role == "operator" }

// duty is the duty with today's spelling.
func duty(role string) string {
	if role == "admin" {
		return "contract-admin"
	}
	return role
}

// asker checks a pass and finds who it is.
func (s *Store) asker(ctx context.Context, by sekisho.Caller, p wire.Pass) (*asker, error) {
	c, err := s.c.Pass(p, by)
	if err != nil {
		return nil, err
	}
	a := &asker{by: by, session: c.Session}
	if a.account, err = readAccount(s.db.Reading(ctx), accountByID, int64(c.Contract), int64(c.Account)); err != nil {
		return nil, err
	}
	if a.account.ID == 0 || a.account.Status != sekisho.Active {
		return nil, sekisho.E("store.asker", sekisho.Denied, errors.New("the account is not active"))
	}
	a.account.Role = duty(a.account.Role)
	if a.account.Role == "user" {
		asked, err := isAsked(s.db.Reading(ctx), c.Contract, a.account.Address, s.now())
		if err != nil {
			return nil, err
		}
		if asked {
			a.account.Role = askedDuty
		}
	}
	return a, nil
}

// about is what an asker wants to reach.
type about struct {
	right    sekisho.Right
	contract sekisho.ContractID
	what     string // kind of thing, for the customer's list of accesses
	object   string
	number   uint64 // for the ledger
	class    sekisho.Class
}

var (
	errElsewhere = errors.New("no such thing")
	errDuty      = errors.New("your duty does not bring this right")
	errNoGrant   = errors.New("a grant is needed: ask for one with a reason; the customer or a second operator gives it")
)

// allow says whether an asker may. A refusal is in the ledger when it returns, or vault could not be asked and it is in the log.
func (s *Store) allow(ctx context.Context, a *asker, w about) error {
	own := w.contract == a.account.Contract
	switch {
	case !a.operator() && own && sekisho.May(a.account.Role, w.right):
		return nil
	case !a.operator() && own:
		return s.refuseTo(ctx, a, w, sekisho.E("store.right", sekisho.Denied, errDuty))
	case !a.operator():
		return s.refuseTo(ctx, a, w, sekisho.E("store.right", sekisho.NotFound, errElsewhere))
	}
	status, _, err := readStanding(s.db.Reading(ctx), w.contract)
	if err != nil {
		return err
	}
	if status == 0 {
		return sekisho.E("store.right", sekisho.NotFound, errElsewhere)
	}
	if sekisho.May("operator", w.right) {
		return nil
	}
	g, err := s.standing(ctx, a, w.contract)
	if err != nil {
		return err
	}
	if g.ID != 0 && w.what == "" && sekisho.May("contract-admin", w.right) {
		return nil // only a question: what he does then is noted
	}
	if !sekisho.May("contract-admin", w.right) { // a grant would not help
		return s.refuseTo(ctx, a, w, sekisho.E("store.right", sekisho.Denied, errDuty))
	}
	if g.ID == 0 {
		return s.refuseTo(ctx, a, w, sekisho.E("store.right", sekisho.Denied, errNoGrant))
	}
	return s.noteAccess(ctx, a, g, w)
}

// refuseTo enters a refusal and gives it back.
func (s *Store) refuseTo(ctx context.Context, a *asker, w about, why error) error {
	if s.c.Vault == nil {
		return why
	}
	_, err := wire.VaultRefused.Ask(ctx, s.c.Vault, wire.Refused{By: a.by, Session: a.session, Contract: w.contract, Account: a.account.ID,
		Class: w.class, Object: w.number})
	if err != nil {
		s.c.Log.Error("a refusal is not in the ledger", "session", uint64(a.session), "contract", uint64(w.contract), "error", err)
	}
	return why
}

// within says whether an address is one that the asker's duty reaches: a domain's administrator reaches his own domain.
func (a *asker) within(address string) bool {
	return a.account.Role != "domain-admin" || strings.EqualFold(addr.Domain(address), addr.Domain(a.account.Address))
}

// me answers StoreMe.
func (s *Store) me(ctx context.Context, by sekisho.Caller, q wire.Bearer) (wire.Me, error) {
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return wire.Me{}, err
	}
	c, err := readContract(s.db.Reading(ctx), a.account.Contract)
	return wire.Me{Account: a.account.ID, Contract: a.account.Contract, Company: c.Name, Address: a.account.Address, Name: a.account.Name,
		Duty: a.account.Role, Language: c.Language}, err
}

// may answers StoreMay.
func (s *Store) may(ctx context.Context, by sekisho.Caller, q wire.May) (wire.Nothing, error) {
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return wire.Nothing{}, err
	}
	if q.Contract == 0 {
		return wire.Nothing{}, s.forOperator(ctx, a, q.Right)
	}
	return wire.Nothing{}, s.allow(ctx, a, about{right: q.Right, contract: q.Contract, class: sekisho.ClassConfig})
}

// forOperator refuses, with an entry, whoever is none.
func (s *Store) forOperator(ctx context.Context, a *asker, r sekisho.Right) error {
	if a.operator() && sekisho.May("operator", r) {
		return nil
	}
	return s.refuseTo(ctx, a, about{right: r, contract: a.account.Contract, class: sekisho.ClassConfig}, sekisho.E("store.right", sekisho.Denied, errDuty))
}

// caseOf answers StoreCase.
func (s *Store) caseOf(ctx context.Context, by sekisho.Caller, q wire.CaseQuery) (wire.Incidents, error) {
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return wire.Incidents{}, err
	}
	if err := s.forOperator(ctx, a, sekisho.ViewSystem); err != nil {
		return wire.Incidents{}, err
	}
	switch q.Change.Do {
	case "list", "get", "manifest":
		return s.incident(ctx, by, q.Change)
	}
	return wire.Incidents{}, sekisho.E("store.case", sekisho.Denied, errors.New("incidents are changed over the operator's socket"))
}

// noteAccess writes down for the customer that an operator uses a grant; durable when it returns. What is alike within a minute
// is noted once.
func (s *Store) noteAccess(ctx context.Context, a *asker, g wire.Grant, w about) error {
	return s.change(ctx, func(t *txn) error {
		now := t.s.now()
		var one int64
		again, err := t.One([]any{&one}, accessAgain, int64(w.contract), int64(g.ID), w.what, w.object, db.Micros(now.Add(-time.Minute)))
		if err != nil || again {
			return err
		}
		id, err := t.take("access", 1)
		if err != nil {
			return err
		}
		_, err = t.Exec(accessInsert, int64(w.contract), id, int64(g.ID), db.Micros(now), a.account.Address, w.what, db.Text(w.object))
		return err
	})
}
