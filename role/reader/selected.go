package reader

import (
	"context"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"sekisho"
	"sekisho/wire"
)

// selected is a mailbox as the client knows it: only what was told to the client is in here. A message's sequence number
// is its place in uids plus one.
type selected struct {
	id       sekisho.MailboxID
	name     string
	readOnly bool
	seen     uint64 // modseq up to which the client was told of everything
	uids     []uint32
	flags    []uint8
	words    map[uint32][]string // keywords of those that have any
	saved    []uint32            // result of the last SEARCH RETURN (SAVE) (RFC 5182)
}

// decode reads the columns that store sends, in order of UID.
func decode(got *wire.Selected) (uids []uint32, flags []uint8, words map[uint32][]string) {
	uids = make([]uint32, 0, len(got.Flags))
	last := uint64(0)
	for b := got.UIDs; len(b) > 0; {
		d, n := binary.Uvarint(b)
		if n <= 0 {
			break
		}
		last += d
		uids = append(uids, uint32(last))
		b = b[n:]
	}
	words = map[uint32][]string{}
	for _, k := range got.Keywords {
		for _, u := range k.UIDs {
			words[uint32(u)] = append(words[uint32(u)], k.Name)
		}
	}
	return uids, got.Flags[:min(len(got.Flags), len(uids))], words
}

func (b *selected) index(uid sekisho.UID) (int, bool) {
	return slices.BinarySearch(b.uids, uint32(uid))
}

var systemFlags = [...]struct {
	flag imap.Flag
	bit  uint8
}{{imap.FlagSeen, wire.FlagSeen}, {imap.FlagAnswered, wire.FlagAnswered}, {imap.FlagFlagged, wire.FlagFlagged}, {imap.FlagDeleted, wire.FlagDeleted}, {imap.FlagDraft, wire.FlagDraft}}

// flagsOf gives the flags of the message at place i as IMAP writes them.
func (b *selected) flagsOf(i int) []imap.Flag {
	out := []imap.Flag{}
	for _, f := range systemFlags {
		if b.flags[i]&f.bit != 0 {
			out = append(out, f.flag)
		}
	}
	for _, w := range b.words[b.uids[i]] {
		out = append(out, imap.Flag(w))
	}
	return out
}

// bits splits flags into system flags and keywords.
func bits(list []imap.Flag) (flags uint8, words []string) {
next:
	for _, f := range list {
		for _, k := range systemFlags {
			if strings.EqualFold(string(f), string(k.flag)) {
				flags |= k.bit
				continue next
			}
		}
		if !strings.HasPrefix(string(f), `\`) {
			words = append(words, string(f))
		}
	}
	return flags, words
}

// permanent are the flags that can be changed; \* allows new keywords.
func permanent() []imap.Flag {
	var out []imap.Flag
	for _, f := range systemFlags {
		out = append(out, f.flag)
	}
	return out
}

// Select opens a mailbox.
func (s *session) Select(name string, o *imap.SelectOptions) (*imap.SelectData, error) {
	ctx, cancel := s.command()
	defer cancel()
	s.leave()
	if name == "" { // store takes it for INBOX, as it does in deliveries
		return nil, s.failed(sekisho.E("reader.select", sekisho.NotFound, nil))
	}
	got, err := wire.StoreSelect.Ask(ctx, s.reader.peers.Store, wire.Select{Pass: s.ticket.Pass, Name: name})
	if err != nil {
		return nil, s.failed(err)
	}
	b := &selected{id: got.Mailbox.ID, name: got.Mailbox.Name, readOnly: o != nil && o.ReadOnly, seen: got.Mailbox.ModSeq}
	b.uids, b.flags, b.words = decode(&got)
	s.box = b
	s.reader.news.join(b.id, s.wake)
	all := permanent()
	for _, k := range got.Keywords {
		all = append(all, imap.Flag(k.Name))
	}
	d := &imap.SelectData{Flags: all, PermanentFlags: append(slices.Clone(all), imap.FlagWildcard), NumMessages: uint32(len(b.uids)),
		UIDNext: imap.UID(got.Mailbox.UIDNext), UIDValidity: got.Mailbox.UIDValidity, HighestModSeq: got.Mailbox.ModSeq,
		FirstUnseenSeqNum: uint32(slices.IndexFunc(b.flags, func(f uint8) bool { return f&wire.FlagSeen == 0 }) + 1)}
	if b.readOnly {
		d.PermanentFlags = []imap.Flag{}
	}
	if s.conn.EnabledCaps().Has(imap.CapIMAP4rev2) {
		d.List = &imap.ListData{Delim: '/', Mailbox: b.name}
	}
	return d, nil
}

func (s *session) leave() {
	if s.box != nil {
		s.reader.news.leave(s.box.id, s.wake)
		s.box = nil
	}
}

// Unselect closes the mailbox.
func (s *session) Unselect() error { s.leave(); return nil }

// updates is where changes are told; the library has one for polls and idling.
type updates interface {
	WriteExpunge(seq uint32) error
	WriteNumMessages(n uint32) error
	WriteMessageFlags(seq uint32, uid imap.UID, flags []imap.Flag) error
}

// Poll tells the client what has changed. Without allowExpunge nothing is removed and numbers stay as they are (RFC 9051
// section 7.5.1): what is gone is told next time.
func (s *session) Poll(w *imapserver.UpdateWriter, allowExpunge bool) error {
	if s.box == nil {
		return nil
	}
	ctx, cancel := s.command()
	defer cancel()
	err := s.refresh(ctx, w, allowExpunge)
	if sekisho.KindOf(err) == sekisho.Unavailable { // an error here would end the connection; the next poll tells what was missed
		s.reader.config.Log.Warn("looking for changes", "session", uint64(s.ticket.Session), "error", err)
		return nil
	}
	return s.failed(err)
}

func (s *session) refresh(ctx context.Context, w updates, expunge bool) error {
	b := s.box
	ask := func() (wire.Selected, error) {
		return wire.StoreSelect.Ask(ctx, s.reader.peers.Store, wire.Select{Pass: s.ticket.Pass, Name: b.name, Since: b.seen})
	}
	got, err := ask()
	if sekisho.KindOf(err) == sekisho.NotFound || err == nil && got.Mailbox.ID != b.id {
		var there bool
		if there, err = s.renamed(ctx); err == nil && !there {
			return s.vanished(w, expunge)
		}
		if err == nil {
			got, err = ask()
		}
		if err == nil && got.Mailbox.ID != b.id {
			return nil // it moves again; next time will tell
		}
	}
	if err != nil {
		return err
	}
	return b.apply(w, &got, expunge)
}

// renamed looks for the mailbox under another name; false when it was deleted.
func (s *session) renamed(ctx context.Context) (bool, error) {
	got, err := wire.StoreMailboxes.Ask(ctx, s.reader.peers.Store, wire.MailboxQuery{Pass: s.ticket.Pass})
	for _, m := range got.List {
		if m.ID == s.box.id {
			s.box.name = m.Name
			return true, nil
		}
	}
	return false, err
}

// vanished answers for a mailbox that was deleted: its messages are gone.
func (s *session) vanished(w updates, expunge bool) error {
	if !expunge {
		return nil
	}
	for i := len(s.box.uids); i > 0; i-- {
		if err := w.WriteExpunge(uint32(i)); err != nil {
			return err
		}
	}
	s.box.uids, s.box.flags, s.box.words = nil, nil, nil
	return nil
}

// apply brings the client's view up to date and tells it, in the order gone, new, flags.
func (b *selected) apply(w updates, got *wire.Selected, expunge bool) error {
	gone := b.places(got.Gone)
	if !expunge && len(gone) > 0 {
		gone = nil
	} else {
		b.seen = max(b.seen, got.Mailbox.ModSeq)
	}
	if err := b.remove(gone, w.WriteExpunge); err != nil {
		return err
	}
	uids, flags, words := decode(got)
	before := len(b.uids)
	var changed []int
	for i, u := range uids {
		at, known := b.index(sekisho.UID(u))
		switch {
		case known && b.flags[at] == flags[i] && slices.Equal(b.words[u], words[u]):
			continue
		case known:
			b.flags[at] = flags[i]
			changed = append(changed, at)
		case len(b.uids) > 0 && u < b.uids[len(b.uids)-1]:
			continue // it was known and is gone
		default:
			b.uids, b.flags = append(b.uids, u), append(b.flags, flags[i])
		}
		b.setWords(u, words[u])
	}
	if len(b.uids) > before {
		if err := w.WriteNumMessages(uint32(len(b.uids))); err != nil {
			return err
		}
	}
	for _, at := range changed {
		if err := w.WriteMessageFlags(uint32(at+1), imap.UID(b.uids[at]), b.flagsOf(at)); err != nil {
			return err
		}
	}
	return nil
}

func (b *selected) setWords(uid uint32, words []string) {
	if len(words) == 0 {
		delete(b.words, uid)
		return
	}
	if b.words == nil {
		b.words = map[uint32][]string{}
	}
	b.words[uid] = words
}

// places gives where the messages are, ascending; those that the client does not know are left out.
func (b *selected) places(uids []sekisho.UID) []int {
	var out []int
	for _, u := range uids {
		if i, known := b.index(u); known {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// remove takes messages out and tells it from the highest number down, so that no number changes before it is told.
func (b *selected) remove(places []int, tell func(seq uint32) error) error {
	for i := len(places) - 1; i >= 0; i-- {
		if err := tell(uint32(places[i] + 1)); err != nil {
			return err
		}
	}
	n, next := 0, 0
	for i, u := range b.uids {
		if next < len(places) && places[next] == i {
			next++
			delete(b.words, u)
			continue
		}
		b.uids[n], b.flags[n] = u, b.flags[i]
		n++
	}
	b.uids, b.flags = b.uids[:n], b.flags[:n]
	return nil
}

// numbered gives the places that a set names. "*" is the last message (RFC 9051 section 9, seq-number). Ranges are made
// one before they are followed: a set may name every message a thousand times.
func (b *selected) numbered(set imap.NumSet) []int {
	n := len(b.uids)
	if n == 0 {
		return nil
	}
	var ranges [][2]int // from, up to but not with
	switch set := set.(type) {
	case imap.SeqSet:
		for _, r := range set {
			low, high := bounds(r.Start, r.Stop, uint32(n))
			ranges = append(ranges, [2]int{int(low) - 1, int(min(high, uint32(n)))})
		}
	case imap.UIDSet:
		if imap.IsSearchRes(set) {
			return b.known(b.saved)
		}
		for _, r := range set {
			low, high := bounds(uint32(r.Start), uint32(r.Stop), b.uids[n-1])
			from, _ := b.index(sekisho.UID(low))
			to, there := b.index(sekisho.UID(high))
			if there {
				to++
			}
			ranges = append(ranges, [2]int{from, to})
		}
	}
	slices.SortFunc(ranges, func(x, y [2]int) int { return x[0] - y[0] })
	var out []int
	next := 0
	for _, r := range ranges {
		for i := max(r[0], next); i < r[1]; i++ {
			out = append(out, i)
		}
		next = max(next, r[1])
	}
	return out
}

func (b *selected) known(uids []uint32) []int {
	list := make([]sekisho.UID, len(uids))
	for i, u := range uids {
		list[i] = sekisho.UID(u)
	}
	return b.places(list)
}

// bounds resolves "*", which is 0, and puts a range the right way round.
func bounds(start, stop, last uint32) (low, high uint32) {
	if start == 0 {
		start = last
	}
	if stop == 0 {
		stop = last
	}
	return max(1, min(start, stop)), max(start, stop)
}

// uidsAt gives the UIDs of places.
func (b *selected) uidsAt(places []int) []sekisho.UID {
	out := make([]sekisho.UID, len(places))
	for i, p := range places {
		out[i] = sekisho.UID(b.uids[p])
	}
	return out
}

// Idle tells changes as they happen until stop is closed (RFC 2177).
func (s *session) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	s.reader.idled.Add(1)
	for {
		if s.box != nil {
			if err := s.Poll(w, true); err != nil {
				return err
			}
		}
		select {
		case <-s.wake:
		case <-stop:
			return nil
		case <-s.ctx.Done():
			return nil
		}
	}
}
