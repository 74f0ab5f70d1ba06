package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// A grant goes this way; each step is one transaction, and vault is told before a grant counts as standing here, and after
// it ended:
//
//	asked -> standing   by somebody of the customer with the right, or by a second operator
//	asked -> refused    by the same
//	standing -> ended   by the same, or by the operator himself
//	standing -> over    by time
//
// A contract without an active administrator has nobody to ask: there the operator's own word is enough, and it is marked. The
// customer's administrators are told by mail of what is asked, and of what stands.

// usualGrant and longestGrant are how long a grant stands.
const (
	usualGrant   = 4 * time.Hour
	longestGrant = 12 * time.Hour
	leastReason  = 10 // characters
	mostReason   = 1000
)

// standing finds the grant by which an operator may act in a contract now; its ID is 0 when there is none.
func (s *Store) standing(ctx context.Context, a *asker, c sekisho.ContractID) (wire.Grant, error) {
	list, err := readGrants(s.db.Reading(ctx), s.now(), grantStanding, int64(c), int64(a.account.ID), db.Micros(s.now()))
	if err != nil || len(list) == 0 {
		return wire.Grant{}, err
	}
	return list[0], nil
}

// grant answers StoreGrant.
func (s *Store) grant(ctx context.Context, by sekisho.Caller, q wire.GrantChange) (wire.Grant, error) {
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return wire.Grant{}, err
	}
	right := sekisho.ApproveGrant
	if q.Do == "ask" {
		right = sekisho.AskGrant
	}
	if err := s.allow(ctx, a, about{right: right, contract: q.Contract, what: "grant", class: sekisho.ClassConfig, number: q.ID}); err != nil {
		return wire.Grant{}, err
	}
	if q.Do == "ask" {
		return s.askGrant(ctx, a, q)
	}
	return s.decideGrant(ctx, a, q)
}

func grantError(kind sekisho.ErrorKind, format string, args ...any) error {
	return sekisho.E("store.grant", kind, fmt.Errorf(format, args...))
}

func (s *Store) askGrant(ctx context.Context, a *asker, q wire.GrantChange) (wire.Grant, error) {
	q.Reason = strings.TrimSpace(db.Text(q.Reason))
	if n := len([]rune(q.Reason)); n < leastReason || n > mostReason {
		return wire.Grant{}, grantError(sekisho.Invalid, "the reason has %d to %d characters: the customer reads it", leastReason, mostReason)
	}
	if q.For == 0 {
		q.For = usualGrant
	}
	if q.For < 0 || q.For > longestGrant {
		return wire.Grant{}, grantError(sekisho.Invalid, "a grant stands for %s at most", longestGrant)
	}
	alone, err := s.unattended(ctx, q.Contract)
	if err != nil {
		return wire.Grant{}, err
	}
	g := wire.Grant{Contract: q.Contract, Account: a.account.ID, Home: a.account.Contract, Who: a.account.Address, Reason: q.Reason, For: q.For, State: "asked"}
	if alone {
		return s.setUp(ctx, g)
	}
	return g, s.insertGrant(ctx, &g)
}

// setUp lets an operator into a contract that has nobody yet who could decide.
func (s *Store) setUp(ctx context.Context, g wire.Grant) (wire.Grant, error) {
	g.State, g.Setup, g.By = "standing", true, g.Who
	g.Decided = s.now()
	g.Until = g.Decided.Add(g.For)
	if err := s.insertGrant(ctx, &g); err != nil {
		return g, err
	}
	return g, s.tellGrant(ctx, g)
}

// unattended says whether a contract has no active administrator.
func (s *Store) unattended(ctx context.Context, c sekisho.ContractID) (bool, error) {
	var one int64
	found, err := s.db.One(ctx, []any{&one}, contractAdministrator, int64(c))
	return !found, err
}

func (s *Store) decideGrant(ctx context.Context, a *asker, q wire.GrantChange) (wire.Grant, error) {
	list, err := readGrants(s.db.Reading(ctx), s.now(), grantOne, int64(q.Contract), int64(q.ID))
	if err != nil {
		return wire.Grant{}, err
	}
	if len(list) == 0 {
		return wire.Grant{}, grantError(sekisho.NotFound, "no grant %d", q.ID)
	}
	g := list[0]
	own := g.Account == a.account.ID && g.Home == a.account.Contract
	switch {
	case q.Do == "approve" && own:
		return g, s.refuseTo(ctx, a, about{contract: q.Contract, class: sekisho.ClassConfig, number: q.ID},
			grantError(sekisho.Denied, "nobody approves his own grant: the customer or a second operator does"))
	case q.Do == "approve" && g.State == "asked":
		g.State, g.Until = "standing", s.now().Add(g.For)
	case q.Do == "refuse" && g.State == "asked":
		g.State = "refused"
	case q.Do == "end" && (g.State == "standing" || g.State == "asked"):
		g.State = "ended"
	case q.Do == "approve", q.Do == "refuse", q.Do == "end":
		return g, grantError(sekisho.Conflict, "the grant is %s", g.State)
	default:
		return g, grantError(sekisho.Invalid, "cannot %q a grant", q.Do)
	}
	g.By, g.Decided = a.account.Address, s.now()
	was := list[0].State
	if err := s.change(ctx, func(t *txn) error { return t.updateGrant(g, was) }); err != nil {
		return g, err
	}
	return g, s.tellGrant(ctx, g)
}

// tellGrant lets vault know until when a grant stands. When vault is away the grant is of no use for keys, and asking again
// mends it.
func (s *Store) tellGrant(ctx context.Context, g wire.Grant) error {
	if s.c.Vault == nil || g.State != "standing" && g.State != "ended" {
		return nil
	}
	q := wire.Granted{ID: g.ID, Contract: g.Contract, Home: g.Home, Account: g.Account}
	if g.State == "standing" {
		q.Until = g.Until
	}
	if _, err := wire.VaultGranted.Ask(ctx, s.c.Vault, q); err != nil {
		return errors.Join(sekisho.E("store.grant", sekisho.Unavailable, errors.New("vault does not know of the grant yet: try again")), err)
	}
	return nil
}
