package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// Mails as JMAP sees them: a message is one thing, in however many mailboxes it is filed. Which message is where is known
// from the columns of the account's mailboxes, so that neither finding a page nor finding a message by its number asks the
// database.

// account is an account's committed folders with their columns; valid while f of inAccount runs.
type account struct {
	*home
	columns map[sekisho.MailboxID]*columns
}

// inAccount calls f with an account's folders and columns, while nobody changes them. What is not in memory is read first.
func (s *Store) inAccount(ctx context.Context, k homeKey, f func(a *account) error) error {
	for range 100 {
		done, missing, err := s.inAccountNow(k, f)
		if done || err != nil {
			return err
		}
		if missing == nil {
			if _, err := s.homeOf(ctx, k); err != nil {
				return err
			}
		}
		for _, id := range missing {
			if _, err := s.columnsOf(ctx, k, id, 1<<62); err != nil && sekisho.KindOf(err) != sekisho.NotFound {
				return err
			}
		}
	}
	return sekisho.E("store.email", sekisho.Unavailable, errors.New("the mailboxes change too fast"))
}

func (s *Store) inAccountNow(k homeKey, f func(a *account) error) (done bool, missing []sekisho.MailboxID, err error) {
	s.cmu.RLock()
	defer s.cmu.RUnlock()
	h := s.homes[k]
	if h == nil {
		return false, nil, nil
	}
	a := &account{h, make(map[sekisho.MailboxID]*columns, len(h.list))}
	for _, m := range h.list {
		if a.columns[m.ID] = s.columns.get(m.ID); a.columns[m.ID] == nil {
			if m.Messages > 0 {
				missing = append(missing, m.ID)
			}
			a.columns[m.ID] = &columns{}
		}
	}
	if len(missing) > 0 {
		return false, missing, nil
	}
	return true, nil, f(a)
}

// marks are the state of the account's mails.
func (h *home) marks() []wire.Mark {
	out := make([]wire.Mark, len(h.list))
	for i, m := range h.list {
		out[i] = wire.Mark{Mailbox: m.ID, ModSeq: m.ModSeq, UIDNext: m.UIDNext}
	}
	return out
}

// spot is one message in one mailbox.
type spot struct {
	box *mailbox
	c   *columns
	i   int32
}

func (a *account) spots(message uint64) (out []spot) {
	for _, m := range a.list {
		c := a.columns[m.ID]
		for _, i := range c.places(message) {
			out = append(out, spot{m, c, i})
		}
	}
	return out
}

// words gives the keywords of a place.
func (c *columns) words(i int32) (out []string) {
	for name, list := range c.keywords {
		if _, has := slices.BinarySearch(list, c.uids[i]); has {
			out = append(out, name)
		}
	}
	return out
}

// most is how many messages one question may name.
const mostEmails = 10000

// emails answers StoreEmails.
func (s *Store) emails(ctx context.Context, by sekisho.Caller, q wire.EmailFetch) (out wire.Emails, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if len(q.IDs) > mostEmails {
		return out, sekisho.E("store.emails", sekisho.TooMany, nil)
	}
	err = s.inAccount(ctx, k, func(a *account) error {
		out.List, out.Marks = out.List[:0], a.marks()
		for _, id := range q.IDs {
			if spots := a.spots(uint64(id)); len(spots) > 0 {
				out.List = append(out.List, emailAt(id, spots))
			}
		}
		return nil
	})
	if err != nil || q.Facts {
		return out, err
	}
	return out, s.loadEmails(ctx, k, &out, q.Want)
}

func emailAt(id sekisho.MessageID, spots []spot) wire.Email {
	first := spots[0]
	e := wire.Email{Message: id, Thread: first.c.thread[first.i], Attached: first.c.attached[first.i], Internal: db.Time(first.c.internal[first.i])}
	e.Sealed.ID, e.Sealed.Size = id, first.c.size[first.i]
	for _, x := range spots {
		e.Flags |= x.c.flags[x.i]
		e.Keywords = append(e.Keywords, x.c.words(x.i)...)
		e.Mailboxes = append(e.Mailboxes, x.box.ID)
		e.UIDs = append(e.UIDs, sekisho.UID(x.c.uids[x.i]))
	}
	slices.Sort(e.Keywords)
	e.Keywords = slices.Compact(e.Keywords)
	return e
}

// loadEmails reads the sealed pieces, mailbox by mailbox. A message that is gone meanwhile is left out.
func (s *Store) loadEmails(ctx context.Context, k homeKey, out *wire.Emails, want wire.Want) error {
	byBox := map[sekisho.MailboxID][]sekisho.UID{}
	for i := range out.List {
		e := &out.List[i]
		byBox[e.Mailboxes[0]] = append(byBox[e.Mailboxes[0]], e.UIDs[0])
	}
	pieces := wanted(want)
	found := map[sekisho.MessageID]fetchable{}
	var total []fetchable
	for box, uids := range byBox {
		rows, err := s.fetchRows(ctx, k, box, uids)
		if err != nil {
			return err
		}
		for _, r := range rows {
			found[r.id] = r
		}
		total = append(total, rows...)
	}
	if err := fits(total, pieces); err != nil {
		return err
	}
	list, given := out.List[:0], []wire.FetchedMessage(nil)
	for _, e := range out.List {
		r, there := found[e.Message]
		if !there {
			continue
		}
		m, err := s.fetchOne(k, &r, pieces)
		if err != nil {
			return err
		}
		e.Sealed = m.Sealed
		list, given = append(list, e), append(given, m)
	}
	out.List = list
	s.fetched(k, want, given)
	return nil
}

// threads answers StoreThreads.
func (s *Store) threads(ctx context.Context, by sekisho.Caller, q wire.ThreadQuery) (out wire.Threads, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if len(q.Threads) > mostEmails {
		return out, sekisho.E("store.threads", sekisho.TooMany, nil)
	}
	type member struct {
		message  uint64
		internal int64
	}
	err = s.inAccount(ctx, k, func(a *account) error {
		of := make(map[uint64][]member, len(q.Threads))
		for _, t := range q.Threads {
			of[t] = nil
		}
		for _, c := range a.columns {
			for i, t := range c.thread {
				if list, asked := of[t]; asked {
					of[t] = append(list, member{c.message[i], c.internal[i]})
				}
			}
		}
		out.List, out.Marks = make([]wire.Thread, len(q.Threads)), a.marks()
		for i, t := range q.Threads {
			list := of[t]
			slices.SortFunc(list, func(a, b member) int {
				if a.internal != b.internal {
					return compare(a.internal, b.internal)
				}
				return compare(a.message, b.message)
			})
			for _, m := range slices.Compact(list) {
				out.List[i].Messages = append(out.List[i].Messages, sekisho.MessageID(m.message))
			}
		}
		return nil
	})
	return out, err
}

// emailCounts answers StoreEmailCounts.
func (s *Store) emailCounts(ctx context.Context, by sekisho.Caller, q wire.MailboxQuery) (out wire.EmailCounts, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	err = s.inAccount(ctx, k, func(a *account) error {
		out.List, out.Marks = out.List[:0], a.marks()
		for _, m := range a.list {
			threads, unseen := a.columns[m.ID].count()
			out.List = append(out.List, wire.EmailCount{Mailbox: m.ID, Threads: threads, Unseen: unseen})
		}
		slices.SortFunc(out.List, func(x, y wire.EmailCount) int {
			return strings.Compare(a.byID(x.Mailbox).Name, a.byID(y.Mailbox).Name)
		})
		return nil
	})
	return out, err
}

// emailChanges answers StoreEmailChanges.
func (s *Store) emailChanges(ctx context.Context, by sekisho.Caller, q wire.EmailSince) (out wire.EmailChanges, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	d := newDifference(q.Since)
	err = s.inAccount(ctx, k, func(a *account) error {
		out = wire.EmailChanges{Marks: a.marks()}
		*d = *newDifference(q.Since)
		d.take(a)
		return nil
	})
	if err != nil {
		return out, err
	}
	for _, m := range out.Marks {
		if since := d.since[m.Mailbox]; since.ModSeq < m.ModSeq {
			if err := s.goneBetween(ctx, k, m.Mailbox, since.ModSeq, m.ModSeq, func(p placement) { d.gone(p, since.UIDNext) }); err != nil {
				return out, err
			}
		}
	}
	if out.Lost = d.lost; !d.lost {
		d.answer(&out)
	}
	if n := len(out.Created) + len(out.Updated) + len(out.Destroyed); q.Most > 0 && n > int(q.Most) {
		return wire.EmailChanges{Lost: true, Marks: out.Marks}, nil
	}
	return out, nil
}

// difference compares what there was with what there is. A message was there when it had a place below the UIDNEXT of then,
// which it still has or which is among the places that are gone.
type difference struct {
	since map[sekisho.MailboxID]wire.Mark
	mails map[uint64]*changed
	lost  bool
}

type changed struct {
	thread           uint64
	was, is, touched bool
}

func newDifference(since []wire.Mark) *difference {
	d := &difference{since: map[sekisho.MailboxID]wire.Mark{}, mails: map[uint64]*changed{}}
	for _, m := range since {
		d.since[m.Mailbox] = m
	}
	return d
}

func (d *difference) mail(message, thread uint64) *changed {
	m := d.mails[message]
	if m == nil {
		m = &changed{thread: thread}
		d.mails[message] = m
	}
	return m
}

func (d *difference) take(a *account) {
	known := 0
	for _, m := range a.list {
		since, there := d.since[m.ID]
		if there {
			known++
		}
		if since.ModSeq > m.ModSeq { // a state that never was: of another account or from before a restore
			d.lost = true
		}
		c := a.columns[m.ID]
		for i, seq := range c.modseq {
			if seq > since.ModSeq {
				d.mail(c.message[i], c.thread[i]).touched = true
			}
		}
	}
	if known < len(d.since) { // a mailbox is gone with all that was in it
		d.lost = true
	}
	for _, m := range a.list {
		c, before := a.columns[m.ID], d.since[m.ID].UIDNext
		for i, message := range c.message {
			old := sekisho.UID(c.uids[i]) < before
			if x := d.mails[message]; x != nil {
				x.is, x.was = true, x.was || old
			} else if !d.lost { // a place of it may be gone
				d.mails[message] = &changed{thread: c.thread[i], is: true, was: old}
			}
		}
	}
}

// gone notes a place that is gone; before is the UIDNEXT of then.
func (d *difference) gone(p placement, before sekisho.UID) {
	if p.message == 0 { // from before the message was noted
		d.lost = true
		return
	}
	thread := p.thread
	if thread == 0 {
		thread = loneThread(p.message)
	}
	x := d.mail(uint64(p.message), thread)
	x.touched, x.was = true, x.was || p.uid < before
}

func (d *difference) answer(out *wire.EmailChanges) {
	threads := map[uint64]*changed{}
	for id, x := range d.mails {
		t := threads[x.thread]
		if t == nil {
			t = &changed{}
			threads[x.thread] = t
		}
		t.was, t.is, t.touched = t.was || x.was, t.is || x.is, t.touched || x.touched && x.was != x.is
		if !x.touched {
			continue
		}
		switch message := sekisho.MessageID(id); {
		case x.is && x.was:
			out.Updated = append(out.Updated, message)
		case x.is:
			out.Created = append(out.Created, message)
		case x.was:
			out.Destroyed = append(out.Destroyed, message)
		}
	}
	for id, t := range threads {
		switch {
		case !t.touched:
		case t.is && t.was:
			out.Threads.Updated = append(out.Threads.Updated, id)
		case t.is:
			out.Threads.Created = append(out.Threads.Created, id)
		case t.was:
			out.Threads.Destroyed = append(out.Threads.Destroyed, id)
		}
	}
	slices.Sort(out.Created)
	slices.Sort(out.Updated)
	slices.Sort(out.Destroyed)
}

// loneThread is the thread of a mail whose thread is not known: one of its own.
func loneThread(m sekisho.MessageID) uint64 { return 1<<63 | uint64(m) }

// places answers StorePlaces.
func (s *Store) places(ctx context.Context, by sekisho.Caller, q wire.PlaceQuery) (out wire.Places, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	err = s.inAccount(ctx, k, func(a *account) error {
		c := a.columns[q.Mailbox]
		if c == nil {
			return noMailbox("")
		}
		out = wire.Places{UIDs: slices.Clone(c.uids), Messages: slices.Clone(c.message)}
		return nil
	})
	return out, err
}

// self answers StoreSelf: who the account of the pass is.
func (s *Store) self(ctx context.Context, by sekisho.Caller, q wire.MailboxQuery) (wire.Identified, error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return wire.Identified{}, err
	}
	a, err := readAccount(s.db.Reading(ctx), accountByID, int64(k.contract), int64(k.account))
	if err != nil {
		return wire.Identified{}, err
	}
	if a.ID == 0 {
		return wire.Identified{}, sekisho.E("store.self", sekisho.NotFound, nil)
	}
	who, err := s.identity(ctx, by, wire.Identity{Login: a.Address})
	if err != nil {
		return who, err
	}
	c, err := readContract(s.db.Reading(ctx), k.contract)
	who.Quota, who.Config, who.Automatic = a.Quota, c.Config, c.Automatic
	for _, d := range c.Domains {
		who.Domains = append(who.Domains, d.Name)
	}
	return who, err
}
