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

// A delivery that is kept back ends in one of these ways, each one transaction with an event in the trace:
//
//	quarantine  release  into the account's mailbox with a new box, or into the queue when it has no account here
//	quarantine  delete   by a person, or when its time is over
//	hold        send     into the queue (or the mailbox), by a person or when its time is over and it says so
//	hold        cancel   by a person, or when its time is over and it says "delete"

// quarantineTime is how long quarantine keeps what has no time of its own.
const quarantineTime = 14 * 24 * time.Hour

// keptRow is a row of quarantine or hold.
type keptRow struct {
	wire.Kept
	data keptData
}

// decide answers StoreDecide.
func (s *Store) decide(ctx context.Context, _ sekisho.Caller, q wire.Resolution) (wire.Nothing, error) {
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		switch q.Kind {
		case "queue":
			return t.decideQueue(&q)
		case "quarantine", "hold":
			q.Over = true // the operator's socket
			return t.decideKept(&q)
		}
		return sekisho.E("store.decide", sekisho.Invalid, fmt.Errorf("no kind %q", q.Kind))
	})
}

func (t *txn) decideKept(q *wire.Resolution) error { return t.decideKeptNoted(q, "") }

// decideKeptNoted is decideKept with a note in the trace.
func (t *txn) decideKeptNoted(q *wire.Resolution, note string) error {
	r, err := t.keptByID(q.ID)
	if err != nil {
		return err
	}
	if (q.Kind == "quarantine") != (r.Fate == wire.FateQuarantine) {
		return sekisho.E("store.decide", sekisho.NotFound, fmt.Errorf("no %s item %d", q.Kind, q.ID))
	}
	switch q.What {
	case "release", "send":
		if r.Fate == wire.FateHold && r.Asks != nil {
			return t.word(&r, q.By, note, q.Over)
		}
		return t.release(&r, q.Box, q.By, note)
	case "delete", "cancel":
		return t.discard(&r, map[string]string{"delete": "deleted", "cancel": "cancelled"}[q.What], q.By, note)
	}
	return sekisho.E("store.decide", sekisho.Invalid, fmt.Errorf("cannot %q a %s item", q.What, q.Kind))
}

// release lets a delivery go on: the reference moves from the row to the mailbox or the queue.
func (t *txn) release(r *keptRow, box *wire.Box, by, note string) error {
	k := homeKey{r.Contract, r.Account}
	if box != nil && box.Account != 0 && box.Account != r.Account {
		return sekisho.E("store.decide", sekisho.Denied, errors.New("the box is for another account"))
	}
	if r.Account != 0 && (box == nil || box.Account == 0) && r.Fate == wire.FateQuarantine {
		return sekisho.E("store.decide", sekisho.Invalid, errors.New("release into a mailbox needs a box for the account"))
	}
	if r.Account != 0 {
		h, err := t.home(k)
		if err != nil {
			return err
		}
		flags, words := flagsOf(r.data.Flags)
		p := placement{flags: flags, keywords: words, message: r.Message, internal: db.Micros(r.Arrived), size: r.Size, thread: r.data.Thread, attached: r.data.File}
		if err := t.place(k, h.find(r.data.Mailbox), &p); err != nil {
			return err
		}
	} else {
		item := queued{contract: r.Contract, message: r.Message, trace: r.Trace, recipient: r.Recipient, arrived: r.Arrived, data: r.data.Queue}
		if err := t.insertQueue(item); err != nil {
			return err
		}
	}
	if box != nil {
		if err := t.insertWrap(homeKey{r.Contract, box.Account}, r.Message, box.Key, box.Sealed); err != nil {
			return err
		}
	}
	if err := t.deleteKept(r); err != nil {
		return err
	}
	if err := t.endAsking(r, "released", by); err != nil {
		return err
	}
	if err := t.tellEnd(r, "sent", by); err != nil {
		return err
	}
	return t.event(r.Contract, r.Trace, r.Recipient, "released", by, note)
}

// tellEnd lets the sender know how his held mail ended, unless he decided it himself.
func (t *txn) tellEnd(r *keptRow, kind, by string) error {
	if r.Fate != wire.FateHold || strings.EqualFold(by, r.From) || by == "own" {
		return nil
	}
	return t.tell(r, kind, by)
}

func (t *txn) discard(r *keptRow, what, by, note string) error {
	if r.Fate == wire.FateHold {
		if err := t.unshare(r.Trace, r.Recipient); err != nil {
			return err
		}
	}
	if err := t.returnDraft(r); err != nil {
		return err
	}
	if err := t.deleteKept(r); err != nil {
		return err
	}
	if err := t.endAsking(r, what, by); err != nil {
		return err
	}
	if err := t.tellEnd(r, what, by); err != nil {
		return err
	}
	if r.Wanted && by != "own" && by != "end of time" && !strings.EqualFold(by, r.Recipient) {
		if err := t.tellWanted(r, "unreleased"); err != nil {
			return err
		}
	}
	if err := t.event(r.Contract, r.Trace, r.Recipient, what, by, note); err != nil {
		return err
	}
	return t.refer(r.Contract, r.Message, -1)
}

// expire does what is due in quarantine and hold, until ctx ends.
func (s *Store) expire(ctx context.Context) {
	for ctx.Err() == nil {
		more := s.awake()
		next, err := s.nextExpiry(ctx)
		if err != nil && ctx.Err() == nil {
			s.c.Log.Error("looking for what expires", "error", err)
		}
		now := s.now()
		if err == nil && !next.IsZero() && !next.After(now) {
			if err := s.change(ctx, func(t *txn) error { return t.expireSome(now) }); err == nil {
				continue
			} else if ctx.Err() == nil {
				s.c.Log.Error("ending holds and quarantine", "error", err)
			}
		}
		timer := time.NewTimer(pauseAfter(next, now))
		select {
		case <-ctx.Done():
		case <-more:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// pauseAfter is pause, but never busy when something due could not be done.
func pauseAfter(next, now time.Time) time.Duration { return max(time.Second, pause(next, now)) }

func (t *txn) expireSome(now time.Time) error {
	rows, err := t.keptUntil(now, 100)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		if r.Fate == wire.FateHold && r.AtEnd == "send" {
			err = t.release(r, nil, "end of hold", "")
		} else {
			err = t.discard(r, "deleted", "end of time", "")
		}
		if sekisho.KindOf(err) == sekisho.NotFound { // the account is gone: nobody is left to deliver to
			err = t.discard(r, "deleted", "account removed", "")
		}
		if err != nil {
			return err
		}
	}
	if err := t.expireShares(now); err != nil {
		return err
	}
	return t.askDue(now)
}

// askRelease marks a quarantined mail as wanted: its release is an administrator's to decide. To ask again changes nothing.
func (t *txn) askRelease(r *keptRow, by string) error {
	if r.Fate != wire.FateQuarantine {
		return sekisho.E("store.decide", sekisho.Invalid, errors.New("what is on hold is not released"))
	}
	if r.Wanted {
		return nil
	}
	if _, err := t.Exec(keptWant, int64(r.Contract), int64(r.ID)); err != nil {
		return err
	}
	if err := t.event(r.Contract, r.Trace, r.Recipient, "wanted", by, ""); err != nil {
		return err
	}
	return t.tellWanted(r, "wanted")
}
