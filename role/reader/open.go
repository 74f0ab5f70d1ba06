package reader

import (
	"context"

	"sekisho"
	"sekisho/mailbox"
	"sekisho/wire"
)

// together is how many messages are opened by one call of vault.
const together = mailbox.Together

// mail is one message while a command works on it.
type mail struct{ mailbox.Mail }

// access is the session's way to store and vault.
func (s *session) access() *mailbox.Session {
	return &mailbox.Session{Store: s.reader.peers.Store, Vault: s.reader.peers.Vault, Ticket: s.ticket, Log: s.reader.config.Log, Sync: s.sync}
}

// fetch asks store for messages, without opening anything.
func (s *session) fetch(ctx context.Context, uids []sekisho.UID, want wire.Want) ([]mail, error) {
	got, err := s.access().Fetch(ctx, s.box.id, uids, want)
	out := make([]mail, len(got))
	for i := range got {
		out[i].Mail = got[i]
	}
	return out, err
}

// open opens the pieces that came.
func (s *session) open(ctx context.Context, mails []*mail) error {
	list := make([]*mailbox.Mail, len(mails))
	for i, m := range mails {
		list[i] = &m.Mail
	}
	return s.access().Open(ctx, list)
}
