package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"sekisho"
	"sekisho/wire"
)

// emailSet answers StoreEmailSet. All changes are one transaction.
func (s *Store) emailSet(ctx context.Context, by sekisho.Caller, q wire.EmailSet) (out wire.EmailDone, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if len(q.Changes) > portion {
		return out, sekisho.E("store.email-set", sekisho.TooMany, errors.New("too many changes at once"))
	}
	places := map[sekisho.MessageID][]filed{}
	err = s.inAccount(ctx, k, func(a *account) error {
		for i := range q.Changes {
			id := q.Changes[i].Message
			places[id] = nil
			for _, x := range a.spots(uint64(id)) {
				places[id] = append(places[id], filed{x.box.ID, sekisho.UID(x.c.uids[x.i])})
			}
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	err = s.change(ctx, func(t *txn) error {
		h, err := t.home(k)
		if err != nil {
			return err
		}
		out = wire.EmailDone{Before: h.marks()}
		if len(q.Unless) > 0 && !slices.Equal(sortMarks(q.Unless), sortMarks(out.Before)) {
			return sekisho.E("store.email-set", sekisho.Conflict, errors.New("the mails have changed"))
		}
		for i := range q.Changes {
			c := &q.Changes[i]
			refused, err := t.changeEmail(k, h, c, places[c.Message])
			if err != nil {
				return err
			}
			out.Refused = append(out.Refused, uint8(refused))
		}
		out.Marks = h.marks()
		return nil
	})
	return out, err
}

// filed is where a message is.
type filed struct {
	box sekisho.MailboxID
	uid sekisho.UID
}

func sortMarks(list []wire.Mark) []wire.Mark {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b wire.Mark) int { return compare(uint64(a.Mailbox), uint64(b.Mailbox)) })
	return list
}

// changeEmail makes one change, or says what hinders it before anything is written.
func (t *txn) changeEmail(k homeKey, h *home, c *wire.EmailChange, places []filed) (sekisho.ErrorKind, error) {
	at := map[sekisho.MailboxID][]placement{}
	n := 0
	for _, f := range places {
		m := h.byID(f.box)
		if m == nil {
			continue
		}
		list, err := placements(t, k, m.ID, []sekisho.UID{f.uid})
		if err != nil {
			return 0, err
		}
		if len(list) == 1 && list[0].message == c.Message {
			at[m.ID] = append(at[m.ID], list[0])
			n++
		}
	}
	if n == 0 {
		return sekisho.NotFound, nil
	}
	flags, err := flagChanges(c)
	if err != nil {
		return sekisho.Invalid, nil
	}
	into, outOf, ok := moves(c, h, at)
	if !ok {
		return sekisho.Invalid, nil
	}
	for id, list := range at {
		if slices.Contains(outOf, id) {
			continue
		}
		if err := t.flagEmail(k, h.byID(id), list, flags); err != nil {
			return 0, err
		}
	}
	return 0, t.moveEmail(k, h, at, into, outOf, flags)
}

// flagChanges are the changes of flags in their order.
func flagChanges(c *wire.EmailChange) ([]wire.Flag, error) {
	var out []wire.Flag
	for _, x := range []struct {
		do    string
		words []string
		even  bool
	}{{"set", c.Set, c.Keywords}, {"add", c.Add, false}, {"remove", c.Remove, false}} {
		if len(x.words) == 0 && !x.even {
			continue
		}
		f := wire.Flag{Do: x.do}
		for _, w := range x.words {
			bit, word, err := flagOf(w)
			if err != nil {
				return nil, err
			}
			if f.Flags |= bit; word != "" {
				f.Keywords = append(f.Keywords, word)
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// moves says which mailboxes the message comes to and leaves; false when it would be in none, or one is not there.
func moves(c *wire.EmailChange, h *home, at map[sekisho.MailboxID][]placement) (into, outOf []sekisho.MailboxID, ok bool) {
	if c.Destroy {
		for id := range at {
			outOf = append(outOf, id)
		}
		return nil, outOf, true
	}
	left := map[sekisho.MailboxID]bool{}
	for id := range at {
		left[id] = !c.Boxes && !slices.Contains(c.OutOf, id)
	}
	for _, id := range c.Into {
		if h.byID(id) == nil {
			return nil, nil, false
		}
		left[id] = true
	}
	stays := 0
	for id, in := range left {
		_, was := at[id]
		switch {
		case in && !was:
			into = append(into, id)
		case !in:
			outOf = append(outOf, id)
		}
		if in {
			stays++
		}
	}
	return into, outOf, stays > 0
}

// changedFlags applies the changes to a place. IMAP's \Deleted is not among JMAP's keywords: it stays as it is.
func changedFlags(p placement, changes []wire.Flag) (uint8, string) {
	for i := range changes {
		deleted := p.flags & wire.FlagDeleted
		p.flags, p.keywords = merge(p, &changes[i])
		p.flags = p.flags&^wire.FlagDeleted | deleted
	}
	return p.flags, p.keywords
}

func (t *txn) flagEmail(k homeKey, m *mailbox, list []placement, changes []wire.Flag) error {
	for _, p := range list {
		flags, words := changedFlags(p, changes)
		if len(words) > mostWords {
			return sekisho.E("store.email-set", sekisho.TooMany, errors.New("too many keywords"))
		}
		q := wire.Flag{Do: "set", Flags: flags, Keywords: strings.Fields(words)}
		if err := t.setFlags(k, m, []placement{p}, &q, &wire.Flagged{}); err != nil {
			return err
		}
	}
	return nil
}

// moveEmail gives a message its new places before it loses old ones.
func (t *txn) moveEmail(k homeKey, h *home, at map[sekisho.MailboxID][]placement, into, outOf []sekisho.MailboxID, changes []wire.Flag) error {
	var p placement
	for _, list := range at {
		p = list[0]
	}
	before := p
	p.flags, p.keywords = changedFlags(p, changes)
	if len(into) > 0 {
		if err := t.judgeWords(k, &before, p.keywords); err != nil {
			return err
		}
	}
	for _, from := range outOf {
		for _, to := range into {
			if label := labelOfMove(h.byID(from), h.byID(to)); label != "" {
				if err := t.judge(k, p.message, label); err != nil {
					return err
				}
			}
		}
	}
	for _, id := range into {
		place := p
		if err := t.place(k, h.byID(id), &place); err != nil {
			return err
		}
		if err := t.refer(k.contract, p.message, 1); err != nil {
			return err
		}
	}
	for _, id := range outOf {
		var uids []sekisho.UID
		for _, p := range at[id] {
			uids = append(uids, p.uid)
		}
		if err := t.removeMessages(k, h.byID(id), uids); err != nil {
			return err
		}
	}
	return nil
}
