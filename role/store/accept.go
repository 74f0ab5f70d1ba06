package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"sekisho"
	"sekisho/blob"
	"sekisho/db"
	"sekisho/wire"
)

// accept answers StoreAccept. The order must not change: segment durable, transaction committed, answer.
func (s *Store) accept(ctx context.Context, by sekisho.Caller, q wire.Accept) (wire.Accepted, error) {
	var out wire.Accepted
	var size int64
	for i := range q.Messages {
		if err := (*arrival)(&q.Messages[i]).check(); err != nil {
			return out, err
		}
		size += weight(&q.Messages[i].Sealed)
	}
	if err := s.room(size); err != nil {
		return out, err
	}
	if by.Role == sekisho.Reader || by.Role == sekisho.Webmail {
		if err := s.fits(ctx, q.Messages); err != nil {
			return out, err
		}
	}
	incoming, err := s.keep(q.Messages)
	if err != nil {
		return out, err
	}
	err = s.change(ctx, func(t *txn) error {
		out.Messages = out.Messages[:0]
		for i := range incoming {
			p, err := t.accept(&incoming[i])
			if err != nil {
				return err
			}
			out.Messages = append(out.Messages, p)
		}
		return nil
	})
	if k := sekisho.KindOf(err); k == sekisho.Full || k == sekisho.NotFound { // certainly not kept: the bytes are of no use
		s.giveBack(incoming)
	}
	return out, err
}

// fits refuses what a person files himself over his quota. Mail from elsewhere is refused earlier, when its recipient is
// resolved, so that a mail which was taken is never lost for want of quota.
func (s *Store) fits(ctx context.Context, list []wire.Arrival) error {
	for i := range list {
		for _, d := range list[i].Deliveries {
			quota, err := s.quota(ctx, list[i].Sealed.Contract, d.Account)
			if err != nil {
				return err
			}
			if quota <= 0 {
				continue
			}
			h, err := s.homeOf(ctx, homeKey{list[i].Sealed.Contract, d.Account})
			if err != nil {
				return err
			}
			if h.size()+list[i].Sealed.Size > quota {
				return sekisho.E("store.accept", sekisho.Full, errors.New("over quota"))
			}
		}
	}
	return nil
}

// giveBack forgets the bytes of arrivals that were refused after they had been written.
func (s *Store) giveBack(list []incoming) {
	var at []blob.Pos
	for i := range list {
		if list[i].row != nil {
			at = append(at, list[i].pos)
		}
	}
	if err := s.log.Forget(at...); err != nil {
		s.c.Log.Warn("giving back the bytes of a refused mail", "error", err)
	}
}

// incoming is an arrival whose bytes are in a segment.
type incoming struct {
	*arrival
	pos  blob.Pos // zero when nothing of it is kept
	row  []byte   // shape
	data []byte   // what the trace keeps
	at   int64
}

// arrival gives wire.Arrival methods.
type arrival wire.Arrival

func (a *arrival) key(account sekisho.AccountID) homeKey {
	return homeKey{a.Sealed.Contract, account}
}

// refs is how many deliveries need the bytes.
func (a *arrival) refs() (n int64) {
	for i := range a.Deliveries {
		if f := a.Deliveries[i].Fate; f >= wire.FateMailbox && f <= wire.FateHold {
			n++
		}
	}
	if a.archived() {
		n++
	}
	return n
}

func weight(m *wire.SealedMessage) int64 {
	n := 4096
	for _, p := range parts(m) {
		n += len(*p)
	}
	for _, b := range m.Boxes {
		n += len(b.Sealed) + 32
	}
	return int64(n)
}

const longText = 2000 // bytes of any one text of an arrival

func (a *arrival) invalid() error {
	for i := range a.Deliveries {
		d := &a.Deliveries[i]
		if d.Fate < wire.FateMailbox || d.Fate > wire.FateDrop {
			return fmt.Errorf("no fate %d", d.Fate)
		}
		if d.Fate == wire.FateMailbox && d.Account == 0 {
			return errors.New("a delivery to a mailbox without an account")
		}
		if len(d.Recipient) > longText || len(d.Rule) > longText || len(d.Reason) > 4*longText || len(d.Mailbox) > longText {
			return errors.New("over-long text")
		}
		if strings.ContainsRune(d.Recipient, 0) {
			return errors.New("NUL in a recipient")
		}
		if d.Fate == wire.FateHold && d.AtEnd != "send" && d.AtEnd != "delete" {
			return fmt.Errorf("a hold that ends with %q", d.AtEnd)
		}
		for _, f := range d.Flags {
			if _, _, err := flagOf(f); err != nil {
				return err
			}
		}
	}
	if a.Sealed.Contract == 0 || a.Sealed.ID == 0 {
		return errors.New("no contract or no message id")
	}
	return nil
}

func (a *arrival) check() error {
	if err := a.invalid(); err != nil {
		return sekisho.E("store.accept", sekisho.Invalid, err)
	}
	return nil
}

// keep makes the bytes durable. What is for the trace only is not kept.
func (s *Store) keep(messages []wire.Arrival) ([]incoming, error) {
	list := make([]incoming, len(messages))
	var records [][][]byte
	for i := range messages {
		in := &list[i]
		in.arrival = (*arrival)(&messages[i])
		in.at = db.Micros(in.Trace.Envelope.At)
		var err error
		if in.data, err = json.Marshal(traceData{in.Trace, summaries(in.Deliveries)}); err != nil {
			return nil, sekisho.E("store.accept", sekisho.Invalid, err)
		}
		if in.refs() > 0 {
			var r [][]byte
			r, in.row = makeRecord(&in.Sealed)
			records = append(records, r)
		}
	}
	at, err := s.log.Append(records...)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].row != nil {
			list[i].pos, at = at[0], at[1:]
		}
	}
	return list, nil
}

// accept enters one arrival. The message id decides whether it is a repetition, which is answered as the first time.
func (t *txn) accept(in *incoming) (wire.Placed, error) {
	for i := range in.Deliveries { // before anything is written, so that a mistake disturbs nobody
		if d := &in.Deliveries[i]; d.Fate == wire.FateMailbox {
			if _, err := t.home(in.key(d.Account)); err != nil {
				return wire.Placed{}, err
			}
		}
	}
	if in.Once != nil {
		if again, err := t.again(in); err != nil {
			return wire.Placed{}, err
		} else if again {
			return wire.Placed{Message: in.Sealed.ID}, t.unneeded(in)
		}
	}
	fresh, err := t.insertMessage(in)
	if err != nil {
		return wire.Placed{}, err
	}
	if !fresh {
		if err := t.unneeded(in); err != nil {
			return wire.Placed{}, err
		}
		return t.placedBefore(in)
	}
	t.refers(in.pos)
	if in.archived() {
		if err := t.archive(in); err != nil {
			return wire.Placed{}, err
		}
	}
	now := t.s.now()
	p := wire.Placed{Message: in.Sealed.ID}
	for i := range in.Deliveries {
		d := &in.Deliveries[i]
		switch d.Fate {
		case wire.FateMailbox:
			place, err := t.deliver(in, d, now)
			if err != nil {
				return p, err
			}
			p.Boxes = append(p.Boxes, place)
		case wire.FateQueue:
			err = t.enqueue(in, d, now)
		case wire.FateQuarantine, wire.FateHold:
			err = t.keepBack(in, d, now)
		}
		if err == nil {
			err = t.remember(in.Sealed.Contract, d, now)
		}
		if err != nil {
			return p, err
		}
	}
	if err := t.meet(in); err != nil {
		return p, err
	}
	if err := t.sentBy(in); err != nil {
		return p, err
	}
	if err := t.came(in); err != nil {
		return p, err
	}
	return p, t.insertTrace(in, p, now)
}

// unneeded notes that the bytes which came with a repetition are dead.
func (t *txn) unneeded(in *incoming) error {
	if in.row == nil {
		return nil
	}
	t.refers(in.pos)
	return t.die(in.pos)
}

// refers notes that a record is known to the database: a start must not cut it off, as its position would be used again.
func (t *txn) refers(p blob.Pos) {
	if t.last.Less(p) {
		t.last = p
	}
}

// deliver puts a message into a mailbox.
func (t *txn) deliver(in *incoming, d *wire.Delivery, now time.Time) (wire.Place, error) {
	k := in.key(d.Account)
	h, err := t.home(k)
	if err != nil {
		return wire.Place{}, err
	}
	m := h.find(d.Mailbox)
	flags, words := flagsOf(d.Flags)
	if d.Internal.IsZero() {
		d.Internal = now
	}
	p := placement{message: in.Sealed.ID, flags: flags, keywords: words, internal: db.Micros(d.Internal), size: in.Sealed.Size,
		thread: in.Sealed.Thread, attached: in.Sealed.Attached}
	if err := t.place(k, m, &p); err != nil {
		return wire.Place{}, err
	}
	return wire.Place{Account: d.Account, Mailbox: m.ID, UIDValidity: m.UIDValidity, UID: p.uid}, nil
}

// flagsOf parts flags, which were checked, from keywords.
func flagsOf(list []string) (flags uint8, keywords string) {
	var words []string
	for _, f := range list {
		bit, word, _ := flagOf(f)
		if flags |= bit; word != "" {
			words = append(words, word)
		}
	}
	return flags, joined(words)
}

// placement is one message in one mailbox.
type placement struct {
	uid      sekisho.UID
	message  sekisho.MessageID
	flags    uint8
	keywords string // separated by blanks, sorted
	internal int64
	modseq   uint64
	size     int64
	thread   uint64
	attached bool
}

// place gives a message the next UID of a mailbox.
func (t *txn) place(k homeKey, m *mailbox, p *placement) error {
	if m.UIDNext == 1<<32-1 {
		return sekisho.E("store.deliver", sekisho.Full, errors.New("the mailbox has no more UIDs"))
	}
	m.ModSeq++
	p.uid, p.modseq = m.UIDNext, m.ModSeq
	m.UIDNext++
	m.Messages++
	m.Size += p.size
	m.count(p.flags, 1)
	m.dirty = true
	if err := t.insertPlaced(k, m, p); err != nil {
		return err
	}
	id, c := m.ID, *p
	t.after = append(t.after, func() {
		if cols := t.s.columns.get(id); cols != nil {
			cols.put(&c)
			t.s.columns.touch(id)
		}
	})
	return nil
}

// count moves the counters of unseen and deleted messages.
func (m *mailbox) count(flags uint8, by int) {
	if flags&wire.FlagSeen == 0 {
		m.Unseen += uint32(by)
	}
	if flags&wire.FlagDeleted != 0 {
		m.Deleted += uint32(by)
	}
}
