package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sekisho"
	"sekisho/wire"
)

var systemFlags = [...]struct {
	name string
	bit  uint8
}{{`\Seen`, wire.FlagSeen}, {`\Answered`, wire.FlagAnswered}, {`\Flagged`, wire.FlagFlagged}, {`\Deleted`, wire.FlagDeleted}, {`\Draft`, wire.FlagDraft}}

// flagOf reads one flag: a system flag's bit, or a keyword. \Recent is not kept (RFC 9051 has done away with it).
func flagOf(s string) (bit uint8, keyword string, err error) {
	if strings.HasPrefix(s, `\`) {
		for _, f := range systemFlags {
			if strings.EqualFold(f.name, s) {
				return f.bit, "", nil
			}
		}
		if strings.EqualFold(s, `\Recent`) {
			return 0, "", nil
		}
		return 0, "", fmt.Errorf("no flag %q", s)
	}
	if s == "" || len(s) > 100 || strings.ContainsFunc(s, func(r rune) bool { return r <= 0x20 || r >= 0x7f || strings.ContainsRune(`(){%*"\]`, r) }) {
		return 0, "", errors.New("not a keyword")
	}
	return 0, s, nil
}

const (
	mostKeywords = 64   // in one change
	mostWords    = 4000 // bytes of all keywords of one message
)

// joined is how a row keeps keywords: each once, sorted.
func joined(words []string) string {
	slices.Sort(words)
	return strings.Join(slices.Compact(words), " ")
}

// flag answers StoreFlag.
func (s *Store) flag(ctx context.Context, by sekisho.Caller, q wire.Flag) (wire.Flagged, error) {
	var out wire.Flagged
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if len(q.Keywords) > mostKeywords || q.Do != "set" && q.Do != "add" && q.Do != "remove" || q.Flags >= wire.FlagDraft<<1 {
		return out, sekisho.E("store.flag", sekisho.Invalid, errors.New("no such change of flags"))
	}
	for _, w := range q.Keywords {
		if _, word, err := flagOf(w); err != nil || word == "" {
			return out, sekisho.E("store.flag", sekisho.Invalid, fmt.Errorf("keyword %q", w))
		}
	}
	if _, err := s.mailboxOf(ctx, k, q.Mailbox); err != nil {
		return out, err
	}
	err = portions(q.UIDs, func(uids []sekisho.UID) error {
		var part wire.Flagged
		err := s.change(ctx, func(t *txn) error {
			part = wire.Flagged{}
			m, err := t.mailbox(k, q.Mailbox)
			if err != nil {
				return err
			}
			list, err := placements(t, k, m.ID, uids)
			if err != nil {
				return err
			}
			return t.setFlags(k, m, list, &q, &part)
		})
		out.ModSeq, out.Changed, out.Refused = part.ModSeq, append(out.Changed, part.Changed...), append(out.Refused, part.Refused...)
		return err
	})
	return out, err
}

func (t *txn) setFlags(k homeKey, m *mailbox, list []placement, q *wire.Flag, out *wire.Flagged) error {
	var changed []placement
	modseq := m.ModSeq + 1
	for _, p := range list {
		if q.Unless != 0 && p.modseq > q.Unless {
			out.Refused = append(out.Refused, p.uid)
			continue
		}
		flags, words := merge(p, q)
		if len(words) > mostWords {
			return sekisho.E("store.flag", sekisho.TooMany, errors.New("too many keywords"))
		}
		if flags != p.flags || words != p.keywords {
			m.count(p.flags, -1)
			m.count(flags, 1)
			if err := t.judgeWords(k, &p, words); err != nil {
				return err
			}
			p.flags, p.keywords, p.modseq = flags, words, modseq
			changed = append(changed, p)
		}
		out.Changed = append(out.Changed, wire.FlagState{UID: p.uid, Flags: flags, Keywords: strings.Fields(words)})
	}
	out.ModSeq = m.ModSeq
	if len(changed) == 0 {
		return nil
	}
	m.ModSeq, m.dirty, out.ModSeq = modseq, true, modseq
	for i := range changed {
		if err := t.updateFlags(k, m, &changed[i]); err != nil {
			return err
		}
	}
	id := m.ID
	t.after = append(t.after, func() {
		if c := t.s.columns.get(id); c != nil {
			for i := range changed {
				c.put(&changed[i])
			}
		}
	})
	return nil
}

func merge(p placement, q *wire.Flag) (uint8, string) {
	have := strings.Fields(p.keywords)
	switch q.Do {
	case "add":
		return p.flags | q.Flags, joined(append(have, q.Keywords...))
	case "remove":
		return p.flags &^ q.Flags, joined(slices.DeleteFunc(have, func(w string) bool { return slices.Contains(q.Keywords, w) }))
	}
	return q.Flags, joined(slices.Clone(q.Keywords))
}

// mailbox gives the working copy of one of the account's folders.
func (t *txn) mailbox(k homeKey, id sekisho.MailboxID) (*mailbox, error) {
	h, err := t.home(k)
	if err != nil {
		return nil, err
	}
	if m := h.byID(id); m != nil {
		return m, nil
	}
	return nil, sekisho.E("store.mailbox", sekisho.NotFound, fmt.Errorf("no mailbox %d", id))
}

// copy answers StoreCopy.
func (s *Store) copy(ctx context.Context, by sekisho.Caller, q wire.Copy) (wire.Copied, error) {
	var out wire.Copied
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	h, err := s.homeOf(ctx, k)
	if err != nil {
		return out, err
	}
	to := h.byName(folded(q.To))
	if to == nil {
		return out, noMailbox(q.To)
	}
	if out.UIDValidity = to.UIDValidity; h.byID(q.Mailbox) == nil {
		return out, noMailbox("")
	}
	err = portions(q.UIDs, func(uids []sekisho.UID) error {
		var part wire.Copied
		err := s.change(ctx, func(t *txn) error {
			m, err := t.mailbox(k, q.Mailbox)
			if err != nil {
				return err
			}
			to, err := t.mailbox(k, to.ID)
			if err != nil {
				return err
			}
			part, err = t.copyMessages(k, m, to, uids, q.Move)
			return err
		})
		out.From, out.To = append(out.From, part.From...), append(out.To, part.To...)
		return err
	})
	return out, err
}

// copyMessages gives messages a second place, and takes the first away when they move.
func (t *txn) copyMessages(k homeKey, m, to *mailbox, uids []sekisho.UID, move bool) (wire.Copied, error) {
	out := wire.Copied{UIDValidity: to.UIDValidity}
	list, err := placements(t, k, m.ID, uids)
	if err != nil {
		return out, err
	}
	for _, p := range list {
		from := p.uid
		if err := t.place(k, to, &p); err != nil {
			return out, err
		}
		if err := t.refer(k.contract, p.message, 1); err != nil {
			return out, err
		}
		out.From, out.To = append(out.From, from), append(out.To, p.uid)
		if label := labelOfMove(m, to); move && label != "" {
			if err := t.judge(k, p.message, label); err != nil {
				return out, err
			}
		}
	}
	if move {
		err = t.removeMessages(k, m, out.From)
	}
	return out, err
}

// expunge answers StoreExpunge.
func (s *Store) expunge(ctx context.Context, by sekisho.Caller, q wire.Expunge) (wire.Expunged, error) {
	var out wire.Expunged
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	m, err := s.mailboxOf(ctx, k, q.Mailbox)
	if err != nil {
		return out, err
	}
	if out.ModSeq = m.ModSeq; m.Deleted == 0 {
		return out, nil
	}
	var uids []sekisho.UID
	err = s.change(ctx, func(t *txn) (err error) { uids, err = t.deletedUIDs(k, m, q.UIDs); return err })
	if err != nil {
		return out, err
	}
	err = portions(uids, func(uids []sekisho.UID) error {
		var part wire.Expunged
		err := s.change(ctx, func(t *txn) error { return t.expungePart(k, q.Mailbox, uids, &part) })
		out.UIDs, out.ModSeq = append(out.UIDs, part.UIDs...), part.ModSeq
		return err
	})
	return out, err
}

// expungePart removes those of the messages that are still flagged.
func (t *txn) expungePart(k homeKey, id sekisho.MailboxID, uids []sekisho.UID, out *wire.Expunged) error {
	m, err := t.mailbox(k, id)
	if err != nil {
		return err
	}
	if out.UIDs, err = t.deletedUIDs(k, m, uids); err != nil {
		return err
	}
	if err := t.removeMessages(k, m, out.UIDs); err != nil {
		return err
	}
	out.ModSeq = m.ModSeq
	return nil
}

// removeMessages takes messages out of a mailbox and notes that they are gone.
func (t *txn) removeMessages(k homeKey, m *mailbox, uids []sekisho.UID) error {
	if len(uids) == 0 {
		return nil
	}
	list, err := placements(t, k, m.ID, uids)
	if err != nil {
		return err
	}
	m.ModSeq++
	m.dirty = true
	gone := make([]sekisho.UID, 0, len(list))
	for i := range list {
		p := &list[i]
		if err := t.deletePlaced(k, m, p); err != nil {
			return err
		}
		if err := t.refer(k.contract, p.message, -1); err != nil {
			return err
		}
		m.Messages--
		m.Size -= p.size
		m.count(p.flags, -1)
		gone = append(gone, p.uid)
	}
	slices.Sort(gone)
	id := m.ID
	t.after = append(t.after, func() {
		if c := t.s.columns.get(id); c != nil {
			c.remove(gone)
			t.s.columns.touch(id)
		}
	})
	return nil
}
