package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/insider"
	"sekisho/wire"
)

// fetches counts mails that people fetched whole, until they are written: once a minute, and before somebody asks. A process that ends loses a minute at most.
type fetches struct {
	mu   sync.Mutex // guards list
	list map[fetchKey]insider.Day
}

type fetchKey struct {
	home homeKey
	day  int64
}

// note counts.
func (f *fetches) note(k homeKey, now time.Time, d insider.Day) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.list == nil {
		f.list = map[fetchKey]insider.Day{}
	}
	at := fetchKey{k, dayOf(now)}
	sum := f.list[at]
	sum.Day = at.day
	sum.Add(d)
	f.list[at] = sum
}

// take gives what was counted and begins anew.
func (f *fetches) take() map[fetchKey]insider.Day {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.list
	f.list = nil
	return list
}

// fetched notes whole mails that were given to an account's session.
func (s *Store) fetched(k homeKey, want wire.Want, list []wire.FetchedMessage) {
	if !want.Body && !want.Attachment || len(list) == 0 {
		return
	}
	d := insider.Day{Read: uint64(len(list))}
	for i := range list {
		d.ReadBytes += uint64(max(list[i].Sealed.Size, 0))
	}
	s.fetches.note(k, s.now(), d)
}

// writeFetches writes what was counted since the last time.
func (s *Store) writeFetches(ctx context.Context) error {
	list := s.fetches.take()
	if len(list) == 0 {
		return nil
	}
	err := s.change(ctx, func(t *txn) error {
		for k, d := range list {
			who, err := readAccount(t, accountByID, int64(k.home.contract), int64(k.home.account))
			if err != nil {
				return err
			}
			if who.ID == 0 {
				continue // gone meanwhile: nothing more is kept of him
			}
			if err := t.tally(k.home, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		for k, d := range list {
			s.fetches.note(k.home, time.Unix(k.day*86400, 0), d)
		}
	}
	return err
}

// The days that a ranking looks at.
const (
	usualRanked = 30
	mostRanked  = 90
)

// insider answers StoreInsider. Who asked is in the contract's list of accesses before the answer.
func (s *Store) insider(ctx context.Context, by sekisho.Caller, q wire.InsiderQuery) (out wire.Insiders, err error) {
	who := q.Who
	if by.Role == sekisho.Console {
		a, err := s.asker(ctx, by, q.Pass)
		if err != nil {
			return out, err
		}
		if err := s.allow(ctx, a, about{right: sekisho.ViewInsider, contract: q.Contract, what: "insider", number: uint64(q.Account), class: sekisho.ClassDirectory}); err != nil {
			return out, err
		}
		who = a.account.Address
	}
	if q.Days == 0 {
		q.Days = usualRanked
	}
	if q.Days < 1 || q.Days > mostRanked || who == "" {
		return out, sekisho.E("store.insider", sekisho.Invalid, fmt.Errorf("1 to %d days", mostRanked))
	}
	if err := s.writeFetches(ctx); err != nil {
		return out, err
	}
	var people []wire.AdminAccount
	var days map[sekisho.AccountID][]insider.Day
	err = s.db.Snapshot(ctx, func(r db.Reader) error {
		if people, err = readAccounts(r, accountsOf, int64(q.Contract)); err != nil {
			return err
		}
		days, err = readConduct(r, conductAll, int64(q.Contract), dayOf(s.now())-conductKept)
		return err
	})
	if err != nil {
		return out, err
	}
	out = ranked(people, days, dayOf(s.now()), q)
	object := ""
	if q.Account != 0 {
		if len(out.List) == 0 {
			return out, sekisho.E("store.insider", sekisho.NotFound, errors.New("no such account"))
		}
		object = out.List[0].Address
	}
	return out, s.noteInsider(ctx, q.Contract, who, object)
}

// ranked makes the answer.
func ranked(people []wire.AdminAccount, days map[sekisho.AccountID][]insider.Day, today int64, q wire.InsiderQuery) wire.Insiders {
	out := wire.Insiders{People: len(people), Kept: conductKept}
	list := make([]insider.Person, 0, len(people))
	rows := map[uint64]*wire.AdminAccount{}
	for i := range people {
		a := &people[i]
		rows[uint64(a.ID)] = a
		list = append(list, insider.Person{Account: uint64(a.ID), Leaves: lastDay(a.Leaves), Suspended: a.Status == sekisho.Suspended, Days: days[a.ID]})
	}
	standings := insider.Rank(list, today, q.Days)
	if q.Account != 0 {
		standings = only(standings, uint64(q.Account), rows[uint64(q.Account)] != nil)
		out.Days = days[q.Account]
	}
	for _, x := range standings {
		a := rows[x.Account]
		out.List = append(out.List, wire.InsiderOf{Standing: x, Address: a.Address, Name: a.Name, Leaves: a.Leaves, Suspended: a.Status == sekisho.Suspended, Last: sums(days[a.ID], today, int64(q.Days))})
	}
	return out
}

// only leaves one person, who may have nothing unusual.
func only(list []insider.Standing, account uint64, there bool) []insider.Standing {
	for _, x := range list {
		if x.Account == account {
			return []insider.Standing{x}
		}
	}
	if !there {
		return nil
	}
	return []insider.Standing{{Account: account}}
}

func sums(days []insider.Day, today, n int64) (out insider.Day) {
	for _, d := range days {
		if d.Day > today-n {
			out.Add(d)
		}
	}
	return out
}

// lastDay is the number of a day that was checked when it was set; 0 for none.
func lastDay(s string) int64 {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0
	}
	return dayOf(t)
}

// noteInsider writes down for the contract who looked at whom; looking again within a minute is noted once.
func (s *Store) noteInsider(ctx context.Context, c sekisho.ContractID, who, object string) error {
	return s.change(ctx, func(t *txn) error {
		now := t.s.now()
		var one int64
		again, err := t.One([]any{&one}, accessBefore, int64(c), who, "insider", object, db.Micros(now.Add(-time.Minute)))
		if err != nil || again {
			return err
		}
		id, err := t.take("access", 1)
		if err != nil {
			return err
		}
		_, err = t.Exec(accessInsert, int64(c), id, int64(0), db.Micros(now), who, "insider", db.Text(object))
		return err
	})
}
