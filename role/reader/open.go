package reader

import (
	"context"
	"slices"

	"sekisho"
	"sekisho/seal"
	"sekisho/wire"
)

// together is how many messages are opened by one call of vault.
const together = 256

// mail is one message while a command works on it. What was not asked for, or does not open, is nil.
type mail struct {
	wire.FetchedMessage
	summary                  *sekisho.Summary
	header, body, attachment []byte
	text                     []byte
	tokens                   []byte
	damaged                  bool // a piece did not open: store or disk altered it
}

// fetch asks store for messages, without opening anything.
func (s *session) fetch(ctx context.Context, uids []sekisho.UID, want wire.Want) ([]mail, error) {
	got, err := wire.StoreFetch.Ask(ctx, s.reader.peers.Store, wire.Fetch{Pass: s.ticket.Pass, Mailbox: s.box.id, UIDs: uids, Want: want})
	if err != nil {
		return nil, err
	}
	out := make([]mail, len(got.Messages))
	for i, m := range got.Messages {
		out[i].FetchedMessage = m
	}
	return out, nil
}

// open opens the pieces that came. Messages are grouped by the classes that they need, so that the ledger names exactly
// what was opened: a mail without attachments has no entry for them. Boxes opened for the first time are replaced by the
// short ones that vault gives back.
func (s *session) open(ctx context.Context, mails []*mail) error {
	groups := map[uint16][]*mail{}
	for _, m := range mails {
		if set := needs(&m.Sealed); set != 0 && len(m.Sealed.Boxes) == 1 {
			groups[set] = append(groups[set], m)
		}
	}
	var wrapped []wire.Rewrapped
	for set, list := range groups {
		for part := range slices.Chunk(list, together) {
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

func (s *session) openGroup(ctx context.Context, classes []sekisho.Class, list []*mail) ([]wire.Rewrapped, error) {
	q := wire.Open{Session: s.ticket.Session, Secret: s.ticket.Secret, Classes: classes, Sync: s.sync}
	for _, m := range list {
		b := m.Sealed.Boxes[0]
		q.Boxes = append(q.Boxes, wire.MessageBox{Message: m.Sealed.ID, Key: b.Key, Sealed: b.Sealed})
	}
	got, err := wire.VaultOpen.Ask(ctx, s.reader.peers.Vault, q)
	if err != nil {
		return nil, err
	}
	var wrapped []wire.Rewrapped
	for i, m := range list {
		if i >= len(got.Messages) || len(got.Messages[i].Keys) != len(classes) {
			m.damaged = true
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

// rewrap gives store the short boxes. It may fail: then the long ones are opened again.
func (s *session) rewrap(list []wire.Rewrapped) {
	ctx, cancel := s.command()
	defer cancel()
	if _, err := wire.StoreRewrap.Ask(ctx, s.reader.peers.Store, wire.Rewrap{Pass: s.ticket.Pass, Boxes: list}); err != nil && s.ctx.Err() == nil {
		s.reader.config.Log.Warn("short boxes were not kept", "error", err)
	}
}

// decrypt opens what is there with the class keys, and forgets the sealed bytes.
func (m *mail) decrypt(classes []sekisho.Class, keys [][]byte) {
	x := &m.Sealed
	var summary []byte
	for _, p := range []struct {
		kind seal.Kind
		from *[]byte
		to   *[]byte
	}{{seal.Summary, &x.Summary, &summary}, {seal.Header, &x.Header, &m.header}, {seal.Body, &x.Body, &m.body}, {seal.Attachment, &x.Attachment, &m.attachment},
		{seal.Text, &x.Text, &m.text}, {seal.Index, &x.Index, &m.tokens}} {
		if len(*p.from) == 0 {
			continue
		}
		c, err := seal.NewCipher(keys[slices.Index(classes, p.kind.Class())], x.ID)
		if err == nil {
			*p.to, err = c.Open(p.kind, *p.from)
		}
		if err != nil {
			m.damaged = true
		}
		*p.from = nil
	}
	if summary != nil {
		if d, err := wire.DecodeSummary(summary); err == nil {
			m.summary = &d
		} else {
			m.damaged = true
		}
	}
}
