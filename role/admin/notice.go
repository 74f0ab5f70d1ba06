package admin

import (
	"context"
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
	"time"

	"sekisho"
	"sekisho/seal"
	"sekisho/wire"
)

// tell puts a mail of the installation's own into an account's mailbox.
func (c *Admin) tell(ctx context.Context, a wire.Identified, n notice) error {
	raw := n.mail(c.config.Name)
	s, err := wire.InspectScan.Ask(ctx, c.peers.Inspect, wire.Scan{Raw: raw, Now: n.at, Summarise: true})
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
			Envelope: sekisho.Envelope{Listener: "admin", Helo: c.config.Name, Protocol: "local", Contract: a.Contract, At: n.at, Rcpt: []string{a.Address}}},
		Deliveries: []wire.Delivery{{Recipient: a.Address, Fate: wire.FateMailbox, Action: "pass", Rule: "notification", Account: a.Account, Internal: n.at, Notify: "NEVER"}}}
	_, err = wire.StoreAccept.Ask(ctx, c.peers.Store, wire.Accept{Messages: []wire.Arrival{m}})
	return err
}

// notice is a mail to one of our people.
type notice struct {
	to, subject, text string
	at                time.Time
}

// mail writes it.
func (n notice) mail(host string) []byte {
	body := base64.StdEncoding.EncodeToString([]byte(n.text))
	var lines strings.Builder
	for len(body) > 76 {
		lines.WriteString(body[:76] + "\r\n")
		body = body[76:]
	}
	lines.WriteString(body + "\r\n")
	return []byte(fmt.Sprintf("From: <postmaster@%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%d.notice@%s>\r\nMIME-Version: 1.0\r\n"+
		"Auto-Submitted: auto-generated\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s",
		host, n.to, mime.BEncoding.Encode("utf-8", n.subject), n.at.Format(time.RFC1123Z), n.at.UnixNano(), host, lines.String()))
}

// recoveryNotice tells an owner that officers gave the account a new main password.
func recoveryNotice(to, language string, who operator, at time.Time) notice {
	n := notice{to: to, at: at, subject: "Your account was recovered",
		text: fmt.Sprintf("Officers of your organisation gave your account %s a new main password on %s (%s).\r\n\r\nIf you did not ask for this, tell your administrator at once. The ledger holds who did it.\r\n",
			to, at.UTC().Format(time.RFC1123), who)}
	if language == "ja" {
		n.subject = "アカウントが復旧されました"
		n.text = fmt.Sprintf("貴社の担当者が、アカウント %s に新しいパスワードを設定しました（%s、%s）。\r\n\r\n心当たりがない場合は、ただちに管理者にご連絡ください。操作した者は台帳に記録されています。\r\n",
			to, at.UTC().Format(time.RFC1123), who)
	}
	return n
}
