package admin

import (
	"context"
	"errors"
	"time"

	"sekisho"
	"sekisho/seal"
	"sekisho/wire"
)

// archiveOpen opens a contract's archive with officers' shares, for a stated reason and a time.
func (c *Admin) archiveOpen(ctx context.Context, who operator, q ArchiveOpening) (ArchiveTicket, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return ArchiveTicket{}, err
	}
	if len(k.Archive) == 0 {
		return ArchiveTicket{}, sekisho.E("archive", sekisho.NotFound, errors.New("the contract keeps no archive: \"sekisho contract set --archive\" begins one"))
	}
	t, err := wire.VaultArchive.Ask(ctx, c.peers.Vault, wire.ArchiveOpening{Contract: k.ID, Shares: presented(q.Shares), Reason: q.Reason, For: q.For, Operator: uint64(who)})
	return ArchiveTicket{t.Contract, t.ID, t.Secret, t.Until}, err
}

func (t ArchiveTicket) wire(who operator) wire.ArchiveTicket {
	return wire.ArchiveTicket{Contract: t.Contract, ID: t.ID, Secret: t.Secret, Until: t.Until, Operator: uint64(who)}
}

// archiveClose closes an archive before its time.
func (c *Admin) archiveClose(ctx context.Context, who operator, q ArchiveTicket) (wire.Nothing, error) {
	return wire.VaultArchiveShut.Ask(ctx, c.peers.Vault, q.wire(who))
}

// usualArchive is how many archived mails are listed when nothing else was said; mostArchive bounds one question.
const (
	usualArchive = 100
	mostArchive  = 4000
)

// archiveList reads headers of archived mails. Each is an opening, entered before its key is given out.
func (c *Admin) archiveList(ctx context.Context, who operator, q ArchiveQuery) ([]Archived, error) {
	l := wire.List{What: "archive", Contract: q.Ticket.Contract, Most: usualArchive}
	if q.Most > 0 {
		l.Most = min(q.Most, mostArchive)
	}
	if q.Since > 0 {
		l.Since = time.Now().Add(-q.Since)
	}
	got, err := wire.StoreList.Ask(ctx, c.peers.Store, l)
	if err != nil {
		return nil, err
	}
	var sealed []wire.SealedMessage
	ask := wire.ArchiveRead{Ticket: q.Ticket.wire(who), Classes: []sekisho.Class{sekisho.ClassHeader}}
	for _, a := range got.Archived {
		m, err := wire.StoreSpool.Ask(ctx, c.peers.Store, wire.SpoolQuery{Message: a.Message, Archive: a.Contract, Want: wire.Want{Summary: true}})
		if err != nil {
			return nil, err
		}
		sealed = append(sealed, m)
		box := wire.MessageBox{Message: m.ID, Key: wire.ArchiveKey}
		for _, b := range m.Boxes {
			if b.Key == wire.ArchiveKey {
				box.Sealed = b.Sealed
			}
		}
		ask.Boxes = append(ask.Boxes, box)
	}
	keys, err := wire.VaultArchiveRead.Ask(ctx, c.peers.Vault, ask)
	if err != nil {
		return nil, err
	}
	out := []Archived{}
	for i, a := range got.Archived {
		x := Archived{Message: a.Message, At: a.At, Size: a.Size}
		if err := x.fill(sealed[i], keys.Messages[i].Keys); err != nil {
			x.Bad = err.Error()
		}
		out = append(out, x)
	}
	return out, nil
}

// fill opens the summary of an archived mail.
func (a *Archived) fill(m wire.SealedMessage, keys [][]byte) error {
	if len(keys) != 1 {
		return seal.ErrSealed
	}
	cipher, err := seal.NewCipher(keys[0], m.ID)
	if err != nil {
		return err
	}
	plain, err := cipher.Open(seal.Summary, m.Summary)
	if err != nil {
		return err
	}
	s, err := wire.DecodeSummary(plain)
	if err != nil {
		return err
	}
	a.Subject = s.Subject
	for _, f := range s.From {
		a.From = addressOf(f)
	}
	for _, t := range append(s.To, s.Cc...) {
		a.To = append(a.To, addressOf(t))
	}
	return nil
}

func addressOf(a sekisho.Address) string {
	if a.Host == "" {
		return a.Mailbox
	}
	return a.Mailbox + "@" + a.Host
}
