package admin

import (
	"context"
	"fmt"
	"time"

	"sekisho"
	"sekisho/office"
	"sekisho/seal"
	"sekisho/wire"
)

// tell puts a mail of the installation's own into an account's mailbox.
func (c *Admin) tell(ctx context.Context, a wire.Identified, n office.Notice) error {
	raw := n.Mail(c.config.Name)
	s, err := wire.InspectScan.Ask(ctx, c.peers.Inspect, wire.Scan{Raw: raw, Now: n.At, Summarise: true})
	if err != nil {
		return err
	}
	lease, err := wire.StoreLease.Ask(ctx, c.peers.Store, wire.Lease{Count: 1})
	if err != nil {
		return err
	}
	id, data := lease.First, seal.NewKey()
	sealed, err := seal.Seal(data, id, seal.Content{Raw: raw, Pieces: s.Summary.Pieces, Summary: wire.EncodeSummary(s.Summary),
		Text: []byte(s.Text), Index: s.Tokens, Subject: []byte(s.Summary.Subject)})
	if err != nil {
		return err
	}
	public, err := seal.ParsePublic(a.Public)
	if err != nil {
		return err
	}
	box, err := public.Box(seal.For{Contract: a.Contract, Account: a.Account, Key: uint8(wire.AccountKey), Message: id}, data)
	if err != nil {
		return err
	}
	m := wire.Arrival{Sealed: wire.SealedMessage{ID: id, Contract: a.Contract, Size: int64(len(raw)), Summary: sealed.Summary, Header: sealed.Header,
		Body: sealed.Body, Attachment: sealed.Attachment, Text: sealed.Text, Index: sealed.Index, Thread: wire.ThreadOf(a.Contract, &s.Summary),
		Boxes: []wire.Box{{Account: a.Account, Key: wire.AccountKey, Sealed: box}}},
		Trace: wire.Trace{ID: sekisho.TraceID(id), Direction: sekisho.Inbound, From: "postmaster@" + c.config.Name, Subject: sealed.Subject,
			Envelope: sekisho.Envelope{Listener: "admin", Helo: c.config.Name, Protocol: "local", Contract: a.Contract, At: n.At, Rcpt: []string{a.Address}}},
		Deliveries: []wire.Delivery{{Recipient: a.Address, Fate: wire.FateMailbox, Action: "pass", Rule: "notification", Account: a.Account, Internal: n.At, Notify: "NEVER"}}}
	_, err = wire.StoreAccept.Ask(ctx, c.peers.Store, wire.Accept{Messages: []wire.Arrival{m}})
	return err
}

// recoveryNotice tells an owner that officers gave the account a new main password.
func recoveryNotice(to, language string, who operator, at time.Time) office.Notice {
	n := office.Notice{To: to, At: at, Subject: "Your account was recovered",
		Text: fmt.Sprintf("Officers of your organisation gave your account %s a new main password on %s (%s).\r\n\r\nIf you did not ask for this, tell your administrator at once. The ledger holds who did it.\r\n",
			to, at.UTC().Format(time.RFC1123), who)}
	if language == "ja" {
		n.Subject = "アカウントが復旧されました"
		n.Text = fmt.Sprintf("貴社の担当者が、アカウント %s に新しいパスワードを設定しました（%s、%s）。\r\n\r\n心当たりがない場合は、ただちに管理者にご連絡ください。操作した者は台帳に記録されています。\r\n",
			to, at.UTC().Format(time.RFC1123), who)
	}
	return n
}
