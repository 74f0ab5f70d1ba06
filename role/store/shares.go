package store

import (
	"context"
	"math"

	"sekisho"
	"sekisho/wire"
)

// shares answers StoreShares: webmail asks for its session's own, console for those of a contract, admin for all.
func (s *Store) shares(ctx context.Context, by sekisho.Caller, q wire.ShareQuery) (out wire.ShareRows, err error) {
	r := s.db.Reading(ctx)
	first, last := int64(0), int64(math.MaxInt64)
	if q.Message != 0 {
		first, last = int64(q.Message), int64(q.Message)
	}
	if q.Most <= 0 || q.Most > mostPage {
		q.Most = usualPage
	}
	each := func(scan func(...any) error) error {
		x, err := scanShare(scan)
		out.List = append(out.List, x)
		return err
	}
	own, err := s.mayShare(ctx, by, &q, sekisho.ViewTrace)
	switch {
	case err != nil:
		return out, err
	case own != 0:
		err = r.Each(each, shareOfOwner, int64(q.Contract), int64(own), first, last, int64(q.Most))
	default:
		err = r.Each(each, shareOfAll, int64(q.Contract), first, last, int64(q.Most))
	}
	for i := range out.List {
		if err == nil {
			err = readShareEvents(r, &out.List[i])
		}
	}
	return out, err
}

// mayShare says whose shares an asker reaches: those of one account, or, with 0, all of the contract. It fills in the contract.
func (s *Store) mayShare(ctx context.Context, by sekisho.Caller, q *wire.ShareQuery, right sekisho.Right) (sekisho.AccountID, error) {
	switch by.Role {
	case sekisho.Webmail:
		k, err := s.enter(ctx, by, q.Pass)
		q.Contract = k.contract
		return k.account, err
	case sekisho.Console:
		a, err := s.asker(ctx, by, q.Pass)
		if err != nil {
			return 0, err
		}
		q.By = a.account.Address
		return 0, s.allow(ctx, a, about{right: right, contract: q.Contract, what: "share", number: uint64(q.Message), class: sekisho.ClassEnvelope})
	}
	return 0, nil
}

// shareStop answers StoreShareStop: the files are gone at once. To stop what is over changes nothing.
func (s *Store) shareStop(ctx context.Context, by sekisho.Caller, q wire.ShareQuery) (wire.Nothing, error) {
	own, err := s.mayShare(ctx, by, &q, sekisho.SettleKept)
	if err != nil {
		return wire.Nothing{}, err
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		r, err := readShare(t, q.Contract, q.Message)
		if err != nil {
			return err
		}
		if r.Message == 0 || own != 0 && r.Account != own {
			return sekisho.E("store.share-stop", sekisho.NotFound, errElsewhere)
		}
		who := q.By
		if own != 0 {
			who = r.Sender
		}
		_, err = t.endShare(&r, "stopped", who)
		return err
	})
}
