package reader

import (
	"context"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"sekisho"
	"sekisho/wire"
)

// change sets flags in store and in the client's view, and gives the places that were touched.
func (s *session) change(ctx context.Context, uids []sekisho.UID, do string, flags uint8, words []string) ([]int, error) {
	got, err := wire.StoreFlag.Ask(ctx, s.reader.peers.Store, wire.Flag{Pass: s.ticket.Pass, Mailbox: s.box.id, UIDs: uids, Do: do, Flags: flags, Keywords: words})
	if err != nil {
		return nil, err
	}
	if do != "remove" && len(words) > 0 {
		s.teach(ctx)
	}
	var places []int
	for _, c := range got.Changed {
		if at, known := s.box.index(c.UID); known {
			s.box.flags[at] = c.Flags
			s.box.setWords(uint32(c.UID), c.Keywords)
			places = append(places, at)
		}
	}
	return places, nil
}

// teach has learned what the person said of mails. It fails alone: what was said is kept, and learned with the next word.
func (s *session) teach(ctx context.Context) {
	if err := s.access().Teach(ctx, s.reader.peers.Inspect); err != nil {
		s.reader.config.Log.Warn("not learned yet", "account", uint64(s.ticket.Account), "error", err)
	}
}

// readOnly refuses what changes a mailbox that was opened with EXAMINE.
func (s *session) readOnly() error {
	if s.box.readOnly {
		return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeNoPerm, Text: "The mailbox is open read-only"}
	}
	return nil
}

// Store changes flags (RFC 9051 section 6.4.6).
func (s *session) Store(w *imapserver.FetchWriter, set imap.NumSet, f *imap.StoreFlags, _ *imap.StoreOptions) error {
	if err := s.readOnly(); err != nil {
		return err
	}
	ctx, cancel := s.command()
	defer cancel()
	flags, words := bits(f.Flags)
	do := map[imap.StoreFlagsOp]string{imap.StoreFlagsSet: "set", imap.StoreFlagsAdd: "add", imap.StoreFlagsDel: "remove"}[f.Op]
	places, err := s.change(ctx, s.box.uidsAt(s.box.numbered(set)), do, flags, words)
	if err != nil || f.Silent {
		return s.failed(err)
	}
	_, byUID := set.(imap.UIDSet)
	for _, at := range places {
		out := w.CreateMessage(uint32(at + 1))
		if byUID {
			out.WriteUID(imap.UID(s.box.uids[at]))
		}
		out.WriteFlags(s.box.flagsOf(at))
		if err := out.Close(); err != nil {
			return err
		}
	}
	return nil
}

// Expunge removes what is flagged \Deleted, all or among UIDs. In a mailbox that is open read-only it removes nothing, as
// CLOSE comes here too.
func (s *session) Expunge(w *imapserver.ExpungeWriter, uids *imap.UIDSet) error {
	if s.box.readOnly {
		return nil
	}
	ctx, cancel := s.command()
	defer cancel()
	q := wire.Expunge{Pass: s.ticket.Pass, Mailbox: s.box.id}
	if uids != nil {
		if q.UIDs = s.box.uidsAt(s.box.numbered(*uids)); len(q.UIDs) == 0 {
			return nil
		}
	}
	got, err := wire.StoreExpunge.Ask(ctx, s.reader.peers.Store, q)
	if err != nil {
		return s.failed(err)
	}
	return s.box.remove(s.box.places(got.UIDs), w.WriteExpunge)
}

func (s *session) copy(set imap.NumSet, to string, move bool) (*imap.CopyData, []sekisho.UID, error) {
	ctx, cancel := s.command()
	defer cancel()
	uids := s.box.uidsAt(s.box.numbered(set))
	if len(uids) == 0 {
		if _, err := s.mailbox(to); err != nil {
			return nil, nil, tryCreate()
		}
		return nil, nil, nil
	}
	got, err := wire.StoreCopy.Ask(ctx, s.reader.peers.Store, wire.Copy{Pass: s.ticket.Pass, Mailbox: s.box.id, UIDs: uids, To: to, Move: move})
	if sekisho.KindOf(err) == sekisho.NotFound {
		return nil, nil, tryCreate()
	}
	if err != nil {
		return nil, nil, s.failed(err)
	}
	if len(got.From) == 0 {
		return nil, nil, nil
	}
	if move {
		s.teach(ctx)
	}
	return &imap.CopyData{UIDValidity: got.UIDValidity, SourceUIDs: setOf(got.From), DestUIDs: setOf(got.To)}, got.From, nil
}

func tryCreate() error {
	return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeTryCreate, Text: "No such mailbox"}
}

func setOf(uids []sekisho.UID) imap.UIDSet {
	var out imap.UIDSet
	for _, u := range uids {
		out.AddNum(imap.UID(u))
	}
	return out
}

// Copy copies messages; the answer names their new UIDs (RFC 4315).
func (s *session) Copy(set imap.NumSet, to string) (*imap.CopyData, error) {
	d, _, err := s.copy(set, to, false)
	return d, err
}

// Move moves messages in one step (RFC 6851).
func (s *session) Move(w *imapserver.MoveWriter, set imap.NumSet, to string) error {
	if err := s.readOnly(); err != nil {
		return err
	}
	d, gone, err := s.copy(set, to, true)
	if err != nil || d == nil {
		return err
	}
	if err := w.WriteCopyData(d); err != nil {
		return err
	}
	slices.Sort(gone)
	return s.box.remove(s.box.places(gone), w.WriteExpunge)
}
