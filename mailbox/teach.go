package mailbox

import (
	"context"

	"sekisho"
	"sekisho/wire"
)

// atOnce is how many mails are learned for one act of their owner. The rest follows with the next: a bulk move is not to be waited for.
const atOnce = 16

// Teach has learned what the account has said of its mail: mails are opened as for reading, inspect takes their features, and store
// teaches. The ledger has both, the opening and the passage, as of any mail. A mail that is gone or does not open is given up; what
// fails otherwise is tried again with the account's next word. inspect is where workers are picked.
func (s *Session) Teach(ctx context.Context, inspect *wire.Peer) error {
	got, err := wire.StoreTeach.Ask(ctx, s.Store, wire.Teach{Pass: s.Ticket.Pass, Most: atOnce})
	if err != nil || len(got.List) == 0 {
		return err
	}
	q := wire.EmailFetch{Pass: s.Ticket.Pass, Want: wire.Want{Summary: true, Header: true, Body: true, Attachment: true}}
	for _, l := range got.List {
		q.IDs = append(q.IDs, l.Message)
	}
	found, err := wire.StoreEmails.Ask(ctx, s.Store, q)
	if err != nil {
		return err
	}
	mails := map[sekisho.MessageID]*Mail{}
	var list []*Mail
	for i := range found.List {
		m := &Mail{FetchedMessage: wire.FetchedMessage{Sealed: found.List[i].Sealed}}
		mails[found.List[i].Message] = m
		list = append(list, m)
	}
	if err := s.Open(ctx, list); err != nil {
		return err
	}
	mask, err := wire.VaultMask.Ask(ctx, s.Vault, wire.Nothing{})
	if err != nil {
		return err
	}
	answer := wire.Teach{Pass: s.Ticket.Pass}
	for _, l := range got.List {
		done := wire.Taught{ID: l.ID, Gone: true}
		if m := mails[l.Message]; m != nil && m.Summary != nil && !m.Damaged {
			if done, err = s.taught(ctx, inspect, mask.Key, l, m); err != nil {
				return err
			}
		}
		answer.Done = append(answer.Done, done)
	}
	_, err = wire.StoreTeach.Ask(ctx, s.Store, answer)
	return err
}

// taught has inspect take a mail's features, and masks them. A mail that ends the worker which looks at it is given up.
func (s *Session) taught(ctx context.Context, inspect *wire.Peer, mask []byte, l wire.Lesson, m *Mail) (wire.Taught, error) {
	gone := wire.Taught{ID: l.ID, Gone: true}
	raw, ok := m.Cut(sekisho.Span{End: m.Summary.Size})
	if !ok {
		return gone, nil
	}
	line, err := inspect.Pick(ctx)
	if err != nil {
		return gone, sekisho.E("mailbox.teach", sekisho.Unavailable, err)
	}
	p := wire.Passage{Contract: s.Ticket.Contract, First: l.Message, Count: 1, Bytes: uint64(len(raw)), Worker: line.Peer.Instance}
	if _, err := wire.VaultTransit.Ask(ctx, s.Vault, wire.Transit{Runs: []wire.Passage{p}}); err != nil {
		return gone, err
	}
	r, err := wire.InspectScan.AskLine(ctx, line, wire.Scan{Raw: raw, Learn: true})
	if err != nil {
		return gone, nil
	}
	o, err := r.Opinion.Mask(mask)
	if err != nil {
		return gone, nil
	}
	return wire.Taught{ID: l.ID, Gone: len(o.Features) == 0, Opinion: o}, nil
}
