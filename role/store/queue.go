package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sekisho"
	"sekisho/wire"
)

// The states of a queue item. Every move is one transaction, so a crash leaves it in one of them; "sending" is a lease,
// and a start of store or its end makes the item "waiting" again: the outside may then get a mail twice, never not.
//
//	waiting   -> sending    leased to post because it is due
//	sending   -> waiting    outcome: try again later; or the lease ended
//	sending   -> sent       outcome
//	sending   -> failed     outcome
//	waiting   -> suspended  an operator, or post where a rule wants somebody to look
//	suspended -> waiting    an operator
//	waiting, suspended -> cancelled  an operator
//
// What is given up is due at once, and post ends it with a notice to the sender instead of another try: it ends as failed. Given up
// while it is being sent, it ends like that unless this try succeeds.
const (
	waiting   = "waiting"
	sending   = "sending"
	suspended = "suspended"
	sent      = "sent"
	failed    = "failed"
	cancelled = "cancelled"
)

// over says whether nothing more will happen to an item by itself.
func over(state string) bool { return state == sent || state == failed || state == cancelled }

// longestLease bounds what post may ask for.
const longestLease = time.Hour

// wake tells those who wait for something to become due that there may be something.
func (s *Store) wake() {
	s.qmu.Lock()
	defer s.qmu.Unlock()
	close(s.more)
	s.more = make(chan struct{})
}

func (s *Store) awake() <-chan struct{} {
	s.qmu.Lock()
	defer s.qmu.Unlock()
	return s.more
}

// due answers StoreDue.
func (s *Store) due(ctx context.Context, _ sekisho.Caller, q wire.DueQuery) (wire.Due, error) {
	if q.Most <= 0 || q.Lease <= 0 || q.Lease > longestLease {
		return wire.Due{}, sekisho.E("store.due", sekisho.Invalid, errors.New("most and lease must be positive, lease at most an hour"))
	}
	q.Most = min(q.Most, 1000)
	wait := time.NewTimer(min(q.Wait, time.Minute))
	defer wait.Stop()
	for {
		more := s.awake()
		next, err := s.nextDue(ctx)
		if err != nil {
			return wire.Due{}, err
		}
		now := s.now()
		if !next.IsZero() && !next.After(now) {
			var out wire.Due
			err := s.change(ctx, func(t *txn) (err error) { out, err = t.leaseDue(now, q); return err })
			if err != nil || len(out.Items) > 0 {
				return out, err
			}
		}
		if q.Wait <= 0 {
			return wire.Due{Next: next}, nil
		}
		until := time.NewTimer(pause(next, now))
		select {
		case <-more:
		case <-until.C:
		case <-wait.C:
			q.Wait = 0
		case <-ctx.Done():
			until.Stop()
			return wire.Due{}, sekisho.E("store.due", sekisho.Unavailable, ctx.Err())
		}
		until.Stop()
	}
}

// pause is how long to sleep until next, looking at the clock at least once a minute.
func pause(next, now time.Time) time.Duration {
	if next.IsZero() {
		return time.Minute
	}
	return max(10*time.Millisecond, min(next.Sub(now), time.Minute))
}

// outcome answers StoreOutcome.
func (s *Store) outcome(ctx context.Context, _ sekisho.Caller, q wire.Outcomes) (wire.Nothing, error) {
	for _, o := range q.Items {
		if o.State != sent && o.State != failed && o.State != waiting && o.State != suspended {
			return wire.Nothing{}, sekisho.E("store.outcome", sekisho.Invalid, fmt.Errorf("no outcome %q", o.State))
		}
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		for i := range q.Items {
			if err := t.settle(&q.Items[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// settle ends one try. An item that was cancelled or settled meanwhile stays as it is, but what was sent is noted.
func (t *txn) settle(o *wire.Outcome) error {
	it, err := t.queueItem(o.ID)
	if err != nil {
		return err
	}
	if over(it.State) {
		return nil
	}
	text := reply(o)
	it.Attempts++
	it.Last, it.Warned = text, it.Warned || o.Warned
	state, due := o.State, o.Next
	if it.State == suspended && state == waiting {
		state = suspended
	}
	if it.GivenUp != "" {
		due = time.Time{}
	}
	if err := t.updateQueue(&it, state, due); err != nil {
		return err
	}
	what := map[string]string{sent: "sent", failed: "failed"}[o.State]
	if what == "" {
		what = "deferred"
	}
	if err := t.event(it.Contract, it.Trace, it.Recipient, what, "post", text); err != nil {
		return err
	}
	if over(state) {
		return t.refer(it.Contract, it.Message, -1)
	}
	t.told = append(t.told, t.s.wake)
	return nil
}

func reply(o *wire.Outcome) string {
	text := o.Text
	if o.Status != "" {
		text = o.Status + " " + text
	}
	if o.Code != 0 {
		text = fmt.Sprintf("%d %s", o.Code, text)
	}
	if o.Host != "" {
		text = o.Host + ": " + text
	}
	if o.TLS != "" {
		text += " (" + o.TLS + ")"
	}
	return text
}

// decideQueue is an operator's wish for one item.
func (t *txn) decideQueue(q *wire.Resolution) error {
	it, err := t.queueItem(sekisho.QueueID(q.ID))
	if err != nil {
		return err
	}
	state, what := "", ""
	switch q.What {
	case "suspend":
		if it.State == waiting || it.State == sending {
			state, what = suspended, "suspended"
		}
	case "resume":
		if it.State == suspended {
			state, what = waiting, "resumed"
		}
	case "retry":
		if it.State == waiting || it.State == suspended {
			state, what = waiting, "retried"
		} else if it.State == failed {
			return sekisho.E("store.decide", sekisho.Conflict, errors.New("the item has failed and its mail is gone; it cannot be tried again"))
		}
	case "give-up":
		if !over(it.State) && it.GivenUp == "" {
			it.GivenUp = q.By
			return t.giveUp(&it)
		}
	case "cancel", "delete":
		if !over(it.State) {
			state, what = cancelled, "cancelled"
		}
	default:
		return sekisho.E("store.decide", sekisho.Invalid, fmt.Errorf("cannot %q a queue item", q.What))
	}
	if it.GivenUp != "" && !over(it.State) && state != cancelled {
		return sekisho.E("store.decide", sekisho.Conflict, errors.New("the item was given up"))
	}
	if state == "" {
		return sekisho.E("store.decide", sekisho.Conflict, fmt.Errorf("the item is %s", it.State))
	}
	if err := t.updateQueue(&it, state, time.Time{}); err != nil {
		return err
	}
	t.told = append(t.told, t.s.wake)
	if err := t.event(it.Contract, it.Trace, it.Recipient, what, q.By, ""); err != nil {
		return err
	}
	if state == cancelled {
		return t.refer(it.Contract, it.Message, -1)
	}
	return nil
}

// giveUp makes an item due, for post to end it. One that is being sent stays with post until that try ends.
func (t *txn) giveUp(it *wire.QueueItem) error {
	state, due := waiting, time.Time{}
	if it.State == sending {
		state, due = sending, it.NotBefore // the end of the lease
	}
	if err := t.updateQueue(it, state, due); err != nil {
		return err
	}
	t.told = append(t.told, t.s.wake)
	return t.event(it.Contract, it.Trace, it.Recipient, "given up", it.GivenUp, "")
}
