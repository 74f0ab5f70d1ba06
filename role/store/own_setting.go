package store

import (
	"context"
	"slices"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// stepWait: how long a person's own mail waits before it leaves.
const stepWait = `
ALTER TABLE account ADD COLUMN wait BIGINT NOT NULL DEFAULT 0
;
ALTER TABLE account ADD COLUMN wait_for TEXT NOT NULL DEFAULT ''
`

const (
	deputyNow = "SELECT address, deputy, since, until FROM deputy WHERE contract = $1 AND address = $2 AND until > $3"
	deputyFor = "SELECT address, deputy, since, until FROM deputy WHERE contract = $1 AND deputy = $2 AND until > $3 ORDER BY address LIMIT 100"
	waitSet   = "UPDATE account SET wait = $3, wait_for = $4 WHERE contract = $1 AND id = $2"
)

// own answers StoreOwn.
func (s *Store) own(ctx context.Context, by sekisho.Caller, q wire.Own) (out wire.OwnSetting, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	a, err := readAccount(s.db.Reading(ctx), accountByID, int64(k.contract), int64(k.account))
	if err != nil {
		return out, err
	}
	if q.Deputy != nil {
		d := *q.Deputy
		d.Address = a.Address
		if _, err := s.deputy(ctx, by, d); err != nil {
			return out, err
		}
	}
	if q.Wait != nil {
		if err := s.setWait(ctx, k, *q.Wait); err != nil {
			return out, err
		}
	}
	err = s.db.Snapshot(ctx, func(r db.Reader) error {
		c, err := readContract(r, k.contract)
		if err != nil {
			return err
		}
		if a, err = readAccount(r, accountByID, int64(k.contract), int64(k.account)); err != nil {
			return err
		}
		out.Most = c.Wait
		if a.Wait != nil {
			out.Wait = *a.Wait
		}
		list, err := readDeputies(r, deputyNow, int64(k.contract), a.Address, db.Micros(s.now()))
		if err != nil {
			return err
		}
		if len(list) > 0 {
			out.Deputy = list[0]
		}
		out.For, err = readDeputies(r, deputyFor, int64(k.contract), a.Address, db.Micros(s.now()))
		return err
	})
	return out, err
}

// setWait keeps a person's own wait, where his contract allows one so long.
func (s *Store) setWait(ctx context.Context, k homeKey, w wire.Wait) error {
	return s.change(ctx, func(t *txn) error {
		c, err := readContract(t, k.contract)
		if err != nil {
			return err
		}
		if err := soundWait(&w, c.Wait); err != nil {
			return err
		}
		_, err = t.Exec(waitSet, int64(k.contract), int64(k.account), int64(w.Minutes), w.For)
		return err
	})
}

// soundWait checks a wait against the most that the contract allows.
func soundWait(w *wire.Wait, most int) error {
	if w.Minutes > 0 && most <= 0 {
		return adminError(sekisho.Denied, "the contract lets nobody's mail wait by default: an administrator can allow it (contract set --wait)")
	}
	if w.Minutes < 0 || w.Minutes > max(most, 0) {
		return adminError(sekisho.Invalid, "mail can wait at most %d minutes before it leaves", most)
	}
	if !slices.Contains([]string{"", "all", "outside", "inside"}, w.For) {
		return adminError(sekisho.Invalid, "%.20q is none of all, outside, inside", w.For)
	}
	if w.For == "all" {
		w.For = ""
	}
	return nil
}

func readDeputies(r db.Reader, query string, args ...any) (out []wire.Deputy, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var d wire.Deputy
		var since, until int64
		err := scan(&d.Address, &d.Deputy, &since, &until)
		d.Since, d.Until = db.Time(since), db.Time(until)
		out = append(out, d)
		return err
	}, query, args...)
	return out, err
}

// waitOf is how long an account's mail waits: no longer than its contract allows now.
func waitOf(r db.Reader, a *wire.AdminAccount) (wire.Wait, error) {
	if a.Wait == nil || a.Wait.Minutes == 0 {
		return wire.Wait{}, nil
	}
	c, err := readContract(r, a.Contract)
	w := *a.Wait
	w.Minutes = min(w.Minutes, max(c.Wait, 0))
	return w, err
}
