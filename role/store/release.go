package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// A digest has a link for each mail. Its holder sees what the digest said; a release goes in two steps, as only vault can box the
// mail anew: the first gives what vault needs, and a word; the second brings vault's box, and decides.

// quarantineOf finds the mail in quarantine that a link is for, and what is to be known of it.
func (s *Store) quarantineOf(ctx context.Context, r db.Reader, l wire.LinkClaims) (found *keptRow, err error) {
	var rows []keptRow
	err = r.Each(func(scan func(...any) error) error {
		k, err := scanKept(scan)
		rows = append(rows, k)
		return err
	}, heldOf, int64(l.Contract), int64(l.Message), int64(wire.FateQuarantine))
	for i := range rows {
		if err != nil || found != nil {
			return found, err
		}
		k := &rows[i]
		mine := k.Account == 0 && strings.EqualFold(k.Recipient, l.To)
		if k.Account != 0 {
			var a wire.AdminAccount
			a, err = readAccount(r, accountByID, int64(l.Contract), int64(k.Account))
			mine = a.ID != 0 && a.Status == sekisho.Active && strings.EqualFold(a.Address, l.To)
		}
		if mine && err == nil {
			found = k
			err = s.wholeKept(ctx, homeKey{k.Contract, k.Account}, &k.Kept)
		}
	}
	return found, err
}

// choices is what the holder of a link may do with a mail: release what is not dangerous, ask for what is, or throw it away.
func choices(k *keptRow, c wire.Contract) []string {
	if sekisho.Dangerous(k.Findings) || len(k.Box) == 0 {
		if k.Wanted {
			return []string{"spam"}
		}
		return []string{"ask", "spam"}
	}
	if k.Account == 0 || !ownLists(c) {
		return []string{"release", "spam"}
	}
	return []string{"release", "allow", "spam"}
}

func (s *Store) quarantineLook(ctx context.Context, l wire.LinkClaims) (wire.LinkSeen, error) {
	out := wire.LinkSeen{Purpose: l.Purpose, To: l.To}
	r := s.db.Reading(ctx)
	c, err := readContract(r, l.Contract)
	if err != nil {
		return out, err
	}
	out.Language = c.Language
	k, err := s.quarantineOf(ctx, r, l)
	if err != nil {
		return out, err
	}
	if k == nil {
		out.Ended, err = endedFor(r, l)
		return out, err
	}
	d, err := traceOf(r, k)
	if err != nil {
		return out, err
	}
	if out.From = d.Trace.From; out.From == "" {
		out.From = k.From
	}
	out.Trace, out.Arrived, out.Until, out.Reason, out.Size, out.Wanted = k.Trace.String(), k.Arrived, k.Until, k.Reason, k.Size, k.Wanted
	out.Waiting = []string{k.Recipient}
	out.Choices = choices(k, c)
	now := s.now()
	out.Act, out.Task = s.looks.begin(l.ID, now)
	out.NotBefore = now.Add(lookPause)
	return out, nil
}

// quarantineAct answers StoreLinkAct for mail in quarantine.
func (s *Store) quarantineAct(ctx context.Context, l wire.LinkClaims, q wire.LinkAct) (out wire.LinkDone, err error) {
	releases := q.Do == "release" || q.Do == "allow"
	if !releases && q.Do != "ask" && q.Do != "spam" {
		return out, sekisho.E("store.link", sekisho.Invalid, fmt.Errorf("cannot %.20q", q.Do))
	}
	typed := q.Typed
	if q.Box != nil {
		typed = permitted + q.Do
	}
	if err := s.looks.use(q.Act, l.ID, typed, s.now()); err != nil {
		return out, err
	}
	if releases && q.Box == nil {
		r := s.db.Reading(ctx)
		k, err := s.mayDecide(ctx, r, l, q.Do)
		if err == nil && k == nil {
			out.At = s.now()
			out.Ended, err = endedFor(r, l)
		}
		if err == nil && k != nil {
			out.Release = &wire.LinkRelease{Account: k.Account, Sealed: k.Box}
			out.Act = s.looks.permit(l.ID, q.Do, s.now())
		}
		return out, err
	}
	err = s.change(ctx, func(t *txn) error {
		out = wire.LinkDone{At: t.s.now()}
		k, err := s.mayDecide(ctx, t, l, q.Do)
		if err != nil {
			return err
		}
		if k == nil {
			out.Ended, err = endedFor(t, l)
			return err
		}
		out.Won = true
		out.Ended = []wire.LinkOutcome{{Recipient: k.Recipient, At: out.At, By: l.To, What: map[string]string{"release": "released", "allow": "released", "ask": "wanted", "spam": "deleted"}[q.Do]}}
		return t.decideByLink(k, l, q)
	})
	return out, err
}

// mayDecide is quarantineOf with the check whether the holder may do it; nil when it has been decided.
func (s *Store) mayDecide(ctx context.Context, r db.Reader, l wire.LinkClaims, do string) (*keptRow, error) {
	c, err := readContract(r, l.Contract)
	if err != nil {
		return nil, err
	}
	k, err := s.quarantineOf(ctx, r, l)
	if err != nil || k == nil {
		return nil, err
	}
	for _, x := range choices(k, c) {
		if x == do {
			return k, nil
		}
	}
	return nil, sekisho.E("store.link", sekisho.Conflict, errors.New("an administrator decides about that"))
}

func (t *txn) decideByLink(k *keptRow, l wire.LinkClaims, q wire.LinkAct) error {
	home := homeKey{k.Contract, k.Account}
	switch q.Do {
	case "ask":
		return t.askRelease(k, l.To)
	case "spam":
		if err := t.judge(home, k.Message, "spam"); err != nil {
			return err
		}
		return t.discard(k, "deleted", l.To, "spam, by link")
	case "allow":
		if err := t.rememberSender(home, k, "allow"); err != nil {
			return err
		}
	}
	if k.Fate == wire.FateQuarantine {
		if err := t.judge(home, k.Message, "ham"); err != nil {
			return err
		}
	}
	return t.release(k, q.Box, l.To, "by link")
}

// endedFor lists what has become of a link's mail for him whom it was sent to: what others did with theirs is not his to know.
func endedFor(r db.Reader, l wire.LinkClaims) ([]wire.LinkOutcome, error) {
	all, err := readEnded(r, l)
	var out []wire.LinkOutcome
	for _, x := range all {
		if strings.EqualFold(x.Recipient, l.To) {
			out = append(out, x)
		}
	}
	return out, err
}
