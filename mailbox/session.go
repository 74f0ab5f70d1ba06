// Package mailbox is what the processes of people who read share: sealed mails are asked of store, their class keys of
// vault, and pieces are decrypted here. A mail is never parsed: what is known of its structure comes from the summary that
// inspect made, and every section is a span of bytes that the summary names.
package mailbox

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"sekisho"
	"sekisho/seal"
	"sekisho/wire"
)

// Together is how many messages are opened by one call of vault.
const Together = 256

// Session is an account's mailboxes as the holder of a ticket sees them. Its methods may be called at the same time.
type Session struct {
	Store, Vault *wire.Peer
	Ticket       wire.Ticket
	Log          *slog.Logger
	Sync         bool // the client brings its copy up to date; entered with every opening
}

// Mail is one message while something works on it. What was not asked for, or does not open, is nil.
type Mail struct {
	wire.FetchedMessage
	Summary                  *sekisho.Summary
	Header, Body, Attachment []byte
	Text                     []byte
	Tokens                   []byte
	Damaged                  bool // a piece did not open: store or disk altered it
}

// Fetch asks store for messages of a mailbox, without opening anything. Those that are gone are left out.
func (s *Session) Fetch(ctx context.Context, box sekisho.MailboxID, uids []sekisho.UID, want wire.Want) ([]Mail, error) {
	got, err := wire.StoreFetch.Ask(ctx, s.Store, wire.Fetch{Pass: s.Ticket.Pass, Mailbox: box, UIDs: uids, Want: want})
	if err != nil {
		return nil, err
	}
	out := make([]Mail, len(got.Messages))
	for i, m := range got.Messages {
		out[i].FetchedMessage = m
	}
	return out, nil
}

// Open opens the pieces that came. Messages are grouped by the classes that they need, so that the ledger names exactly
// what was opened: a mail without attachments has no entry for them. Boxes opened for the first time are replaced by the
// short ones that vault gives back.
func (s *Session) Open(ctx context.Context, mails []*Mail) error {
	groups := map[uint16][]*Mail{}
	for _, m := range mails {
		if set := needs(&m.Sealed); set != 0 && len(m.Sealed.Boxes) == 1 {
			groups[set] = append(groups[set], m)
		}
	}
	var wrapped []wire.Rewrapped
	for set, list := range groups {
		for part := range slices.Chunk(list, Together) {
			w, err := s.openGroup(ctx, classesOf(set), part)
			if err != nil {
				return err
			}
			wrapped = append(wrapped, w...)
		}
	}
	if len(wrapped) > 0 {
		go s.rewrap(wrapped)
	}
	return nil
}

// needs gives the classes of the pieces that are there, as bits.
func needs(m *wire.SealedMessage) (set uint16) {
	for _, x := range []struct {
		piece []byte
		class sekisho.Class
	}{{m.Summary, sekisho.ClassHeader}, {m.Header, sekisho.ClassHeader}, {m.Body, sekisho.ClassBody}, {m.Text, sekisho.ClassBody},
		{m.Attachment, sekisho.ClassAttachment}, {m.Index, sekisho.ClassIndex}} {
		if len(x.piece) > 0 {
			set |= 1 << x.class
		}
	}
	return set
}

func classesOf(set uint16) (out []sekisho.Class) {
	for c := sekisho.Class(0); c < 16; c++ {
		if set&(1<<c) != 0 {
			out = append(out, c)
		}
	}
	return out
}

func (s *Session) openGroup(ctx context.Context, classes []sekisho.Class, list []*Mail) ([]wire.Rewrapped, error) {
	q := wire.Open{Session: s.Ticket.Session, Secret: s.Ticket.Secret, Classes: classes, Sync: s.Sync}
	for _, m := range list {
		b := m.Sealed.Boxes[0]
		q.Boxes = append(q.Boxes, wire.MessageBox{Message: m.Sealed.ID, Key: b.Key, Sealed: b.Sealed})
	}
	got, err := wire.VaultOpen.Ask(ctx, s.Vault, q)
	if err != nil {
		return nil, err
	}
	var wrapped []wire.Rewrapped
	for i, m := range list {
		if i >= len(got.Messages) || len(got.Messages[i].Keys) != len(classes) {
			m.Damaged = true
			continue
		}
		m.decrypt(classes, got.Messages[i].Keys)
		if w := got.Messages[i].Wrapped; len(w) > 0 {
			wrapped = append(wrapped, wire.Rewrapped{Message: m.Sealed.ID, Sealed: w})
			m.Sealed.Boxes[0] = wire.Box{Account: m.Sealed.Boxes[0].Account, Key: wire.WrappedKey, Sealed: w}
		}
	}
	return wrapped, nil
}

// rewrapTime bounds what nobody waits for.
const rewrapTime = time.Minute

// rewrap gives store the short boxes. It may fail: then the long ones are opened again.
func (s *Session) rewrap(list []wire.Rewrapped) {
	ctx, cancel := context.WithTimeout(context.Background(), rewrapTime)
	defer cancel()
	_, err := wire.StoreRewrap.Ask(ctx, s.Store, wire.Rewrap{Pass: s.Ticket.Pass, Boxes: list})
	if k := sekisho.KindOf(err); err != nil && k != sekisho.Unavailable && k != sekisho.Denied { // the process or the session ends: that is no fault
		s.Log.Warn("short boxes were not kept", "error", err)
	}
}

// decrypt opens what is there with the class keys, and forgets the sealed bytes.
func (m *Mail) decrypt(classes []sekisho.Class, keys [][]byte) {
	x := &m.Sealed
	var summary []byte
	for _, p := range []struct {
		kind seal.Kind
		from *[]byte
		to   *[]byte
	}{{seal.Summary, &x.Summary, &summary}, {seal.Header, &x.Header, &m.Header}, {seal.Body, &x.Body, &m.Body}, {seal.Attachment, &x.Attachment, &m.Attachment},
		{seal.Text, &x.Text, &m.Text}, {seal.Index, &x.Index, &m.Tokens}} {
		if len(*p.from) == 0 {
			continue
		}
		c, err := seal.NewCipher(keys[slices.Index(classes, p.kind.Class())], x.ID)
		if err == nil {
			*p.to, err = c.Open(p.kind, *p.from)
		}
		if err != nil {
			m.Damaged = true
		}
		*p.from = nil
	}
	if summary != nil {
		if d, err := wire.DecodeSummary(summary); err == nil {
			m.Summary = &d
		} else {
			m.Damaged = true
		}
	}
}

// Pointers points at each of the mails.
func Pointers(list []Mail) []*Mail {
	out := make([]*Mail, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}
