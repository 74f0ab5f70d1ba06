package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// mailboxOf gives the committed state of one of the account's folders.
func (s *Store) mailboxOf(ctx context.Context, k homeKey, id sekisho.MailboxID) (*mailbox, error) {
	h, err := s.homeOf(ctx, k)
	if err != nil {
		return nil, err
	}
	if m := h.byID(id); m != nil {
		return m, nil
	}
	return nil, sekisho.E("store.mailbox", sekisho.NotFound, fmt.Errorf("no mailbox %d", id))
}

// choose answers StoreSelect.
func (s *Store) choose(ctx context.Context, by sekisho.Caller, q wire.Select) (wire.Selected, error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return wire.Selected{}, err
	}
	h, err := s.homeOf(ctx, k)
	if err != nil {
		return wire.Selected{}, err
	}
	m := h.byName(folded(q.Name))
	if m == nil {
		return wire.Selected{}, noMailbox(q.Name)
	}
	out, err := s.columnsOf(ctx, k, m.ID, q.Since)
	if err == nil && q.Since > 0 {
		out.Gone, err = s.goneSince(ctx, k, m.ID, q.Since)
	}
	return out, err
}

// columnsOf gives a mailbox from memory. What is not there is read and kept, but only when nothing was committed to the
// mailbox between reading and keeping: its modseq tells.
func (s *Store) columnsOf(ctx context.Context, k homeKey, id sekisho.MailboxID, since uint64) (wire.Selected, error) {
	for range 100 {
		if out, ok := s.shelved(k, id, since); ok {
			return out, nil
		}
		c, modseq, err := s.readColumns(ctx, k, id)
		if err != nil {
			return wire.Selected{}, err
		}
		if _, err := s.mailboxOf(ctx, k, id); err != nil {
			return wire.Selected{}, err
		}
		s.cmu.Lock()
		if h := s.homes[k]; h != nil {
			if m := h.byID(id); m != nil && m.ModSeq == modseq {
				s.columns.put(id, c)
			}
		}
		s.cmu.Unlock()
	}
	return wire.Selected{}, sekisho.E("store.select", sekisho.Unavailable, errors.New("the mailbox changes too fast"))
}

func (s *Store) shelved(k homeKey, id sekisho.MailboxID, since uint64) (wire.Selected, bool) {
	s.cmu.RLock()
	defer s.cmu.RUnlock()
	c, h := s.columns.get(id), s.homes[k]
	if c == nil || h == nil {
		return wire.Selected{}, false
	}
	m := h.byID(id)
	if m == nil {
		return wire.Selected{}, false
	}
	if since >= m.ModSeq {
		return wire.Selected{Mailbox: m.Mailbox}, true // nothing changed: the usual answer to one who looks often
	}
	out := c.answer(since)
	out.Mailbox = m.Mailbox
	return out, true
}

// mostFetched is how many bytes one answer may carry; who wants more asks for fewer messages.
const mostFetched = 192 << 20

// fetch answers StoreFetch.
func (s *Store) fetch(ctx context.Context, by sekisho.Caller, q wire.Fetch) (wire.Fetched, error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return wire.Fetched{}, err
	}
	if _, err := s.mailboxOf(ctx, k, q.Mailbox); err != nil {
		return wire.Fetched{}, err
	}
	rows, err := s.fetchRows(ctx, k, q.Mailbox, q.UIDs)
	if err != nil {
		return wire.Fetched{}, err
	}
	want := wanted(q.Want)
	if err := fits(rows, want); err != nil {
		return wire.Fetched{}, err
	}
	out := wire.Fetched{Messages: make([]wire.FetchedMessage, 0, len(rows))}
	for _, uid := range q.UIDs {
		i, found := slices.BinarySearchFunc(rows, uid, func(f fetchable, u sekisho.UID) int { return int(int64(f.uid) - int64(u)) })
		if !found {
			continue
		}
		m, err := s.fetchOne(k, &rows[i], want)
		if err != nil {
			return wire.Fetched{}, err
		}
		out.Messages = append(out.Messages, m)
	}
	s.fetched(k, q.Want, out.Messages)
	return out, nil
}

func fits(rows []fetchable, want [pieces]bool) error {
	var n int64
	for i := range rows {
		for j, size := range rows[i].shape.pieces {
			if want[j] {
				n += size
			}
		}
	}
	if n > mostFetched && len(rows) > 1 {
		return sekisho.E("store.fetch", sekisho.TooLarge, fmt.Errorf("%d bytes, at most %d: ask for fewer messages", n, mostFetched))
	}
	return nil
}

// fetchOne reads one message. The box is the symmetric one when there is one, else the account's.
func (s *Store) fetchOne(k homeKey, f *fetchable, want [pieces]bool) (wire.FetchedMessage, error) {
	m := wire.FetchedMessage{UID: f.uid, Flags: f.flags, Internal: db.Time(f.internal), ModSeq: f.modseq}
	m.Sealed.ID, m.Sealed.Contract, m.Sealed.Size = f.id, k.contract, f.size
	if err := s.load(f.stored, f.wrap == nil, want, &m.Sealed); err != nil {
		return m, err
	}
	if f.wrap != nil {
		m.Sealed.Boxes = []wire.Box{{Account: k.account, Key: f.key, Sealed: f.wrap}}
		return m, nil
	}
	own := slices.IndexFunc(m.Sealed.Boxes, func(b wire.Box) bool { return b.Account == k.account && b.Key != wire.QuarantineKey })
	if own < 0 {
		m.Sealed.Boxes = nil
		return m, nil
	}
	m.Sealed.Boxes = m.Sealed.Boxes[own : own+1]
	return m, nil
}

// rewrap answers StoreRewrap.
func (s *Store) rewrap(ctx context.Context, by sekisho.Caller, q wire.Rewrap) (wire.Nothing, error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return wire.Nothing{}, err
	}
	for _, b := range q.Boxes {
		if len(b.Sealed) == 0 || len(b.Sealed) > 4096 {
			return wire.Nothing{}, sekisho.E("store.rewrap", sekisho.Invalid, errors.New("not a symmetric box"))
		}
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		for _, b := range q.Boxes {
			if err := t.insertWrap(k, b.Message, wire.WrappedKey, b.Sealed); err != nil {
				return err
			}
		}
		return nil
	})
}
