package post

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"sekisho"
	"sekisho/office"
	"sekisho/seal"
	"sekisho/wire"
)

// Who sent a mail that is held is told so, with links by which he can send it now or cancel it; and he is told how it ended. A
// notice is due from the moment on at which the mail is durable, until its own mail is: a crash between the two repeats it with
// the same id, which store knows.

// mostNotices is how many notices are taken at once.
const mostNotices = 20

// tellHeld writes notices until ctx is done.
func (p *Post) tellHeld(ctx context.Context) {
	for ctx.Err() == nil {
		due, err := wire.StoreNotices.Ask(ctx, p.peers.Store, wire.NoticeQuery{Most: mostNotices, Wait: waitTime})
		if err != nil {
			if ctx.Err() == nil {
				p.config.Log.Warn("notices not read", "error", err)
				pause(ctx, againTime)
			}
			continue
		}
		for _, n := range due.List {
			if err := p.tellOne(ctx, n); err != nil && ctx.Err() == nil {
				p.config.Log.Error("notice about a held mail not written, trying again", "contract", uint64(n.Contract), "error", err)
				pause(ctx, againTime)
			}
		}
	}
}

// tellOne makes one notice durable and reports that. One that can never be written is given up.
func (p *Post) tellOne(ctx context.Context, n wire.NoticeDue) error {
	now := p.config.Clock()
	c, err := p.known.contract(ctx, n.Contract, now)
	if err == nil && len(n.To) > 0 {
		err = p.writeNotice(ctx, n, c, now)
	}
	if k := sekisho.KindOf(err); k != 0 && k != sekisho.NotFound && k != sekisho.Invalid {
		return err
	}
	if err != nil {
		p.config.Log.Error("a notice about a held mail is given up", "contract", uint64(n.Contract), "error", err)
	}
	_, err = wire.StoreNoticed.Ask(ctx, p.peers.Store, wire.Noticed{ID: n.ID, Recipients: len(n.Recipients)})
	return err
}

// writeNotice writes one mail to the first of those to tell, and copies to the others.
func (p *Post) writeNotice(ctx context.Context, n wire.NoticeDue, c wire.Contract, now time.Time) error {
	subject := p.subjectOf(ctx, n)
	for i, to := range n.To {
		told, err := p.noticeFor(ctx, n, c.Language, to, subject, now)
		if err != nil {
			return err
		}
		raw := told.Mail(p.config.Name)
		id := n.Mail + sekisho.MessageID(i)
		about := wire.QueueItem{Contract: n.Contract, Trace: sekisho.TraceID(id), Envelope: sekisho.Envelope{From: to}}
		a, err := p.arrival(ctx, id, about, c, raw, now)
		if err != nil {
			return err
		}
		if _, err := wire.StoreAccept.Ask(ctx, p.peers.Store, wire.Accept{Messages: []wire.Arrival{a}}); err != nil {
			return err
		}
	}
	return nil
}

// noticeFor words a notice for one of those to tell.
func (p *Post) noticeFor(ctx context.Context, n wire.NoticeDue, language, to, subject string, now time.Time) (office.Notice, error) {
	switch n.Kind {
	case "digest":
		return p.digestMail(ctx, n, language, to, now)
	case "wanted", "unreleased":
		return wantedNotice(n, language, to, now), nil
	case "share-code":
		return codeNotice(n, language, to, now), nil
	}
	link, err := p.linkFor(ctx, n, to)
	return heldNotice(n, language, to, subject, link, now), err
}

// subjectOf reads the subject of a held mail, so that its sender knows which one it is. Approvers are told no content. When the mail
// is gone or cannot be opened the notice goes without.
func (p *Post) subjectOf(ctx context.Context, n wire.NoticeDue) string {
	if n.Kind != "held" {
		return ""
	}
	s, err := p.summaryOf(ctx, n.Message)
	if err != nil {
		p.config.Log.Warn("the subject of a held mail is not read", "error", err)
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s.Subject)
}

// summaryOf opens what inspect summed up of a mail: class header, nothing else.
func (p *Post) summaryOf(ctx context.Context, id sekisho.MessageID) (s sekisho.Summary, err error) {
	m, err := wire.StoreSpool.Ask(ctx, p.peers.Store, wire.SpoolQuery{Message: id, Want: wire.Want{Summary: true}})
	if err != nil {
		return s, err
	}
	q := wire.OpenKept{Contract: m.Contract, Key: wire.SpoolKey, Classes: []sekisho.Class{sekisho.ClassHeader}}
	for _, b := range m.Boxes {
		if b.Key == wire.SpoolKey {
			q.Boxes = []wire.MessageBox{{Message: m.ID, Key: b.Key, Sealed: b.Sealed}}
		}
	}
	keys, err := wire.VaultSpool.Ask(ctx, p.peers.Vault, q)
	if err != nil {
		return s, err
	}
	if len(keys.Messages) != 1 || len(keys.Messages[0].Keys) != 1 {
		return s, seal.ErrSealed
	}
	c, err := seal.NewCipher(keys.Messages[0].Keys[0], m.ID)
	if err != nil {
		return s, err
	}
	encoded, err := c.Open(seal.Summary, m.Summary)
	if err != nil {
		return s, err
	}
	return wire.DecodeSummary(encoded)
}

// linkFor makes the address that a notice carries; "" when there is nothing to open.
func (p *Post) linkFor(ctx context.Context, n wire.NoticeDue, to string) (string, error) {
	l := wire.LinkTo{Purpose: uint8(seal.LinkHold), Message: n.Message, To: to, Expires: n.Until.Add(7 * 24 * time.Hour)}
	switch {
	case p.config.Desk == "" || n.Kind != "held" && n.Kind != "approve" && n.Kind != "remind":
		return "", nil
	case n.Kind == "approve", n.Kind == "remind":
		l.Purpose = uint8(seal.LinkApprove)
	}
	made, err := wire.VaultLink.Ask(ctx, p.peers.Vault, wire.LinkOrder{Contract: n.Contract, Links: []wire.LinkTo{l}})
	if err != nil || len(made.Tokens) != 1 {
		return "", err
	}
	return p.config.Desk + "/#" + base64.RawURLEncoding.EncodeToString(made.Tokens[0]), nil
}

// heldNotice says it in the customer's language.
func heldNotice(n wire.NoticeDue, language, to, subject, link string, now time.Time) office.Notice {
	if w, ok := warnings[n.Kind]; ok {
		return w[language == "ja"].notice(n, to, now)
	}
	t := heldWords[language == "ja"]
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	about := strings.Join(n.Recipients, ", ")
	until := n.Until.UTC().Format("2006-01-02 15:04:05 UTC")
	out := office.Notice{To: to, At: now}
	switch n.Kind {
	case "approve", "remind":
		out.Subject = t.approveSubject
		if n.Kind == "remind" {
			out.Subject = t.again + out.Subject
		}
		line(t.approve, n.Sender, about)
		line(t.until, until)
	case "grant-asked", "grant-standing":
		out.Subject = t.grantSubject
		if n.Kind == "grant-asked" {
			line(t.grantAsked, n.Sender)
		} else {
			line(t.grantStands, n.Sender, until)
			line(t.by, n.By)
		}
		line("%s", t.grantMore)
	case "held":
		out.Subject = t.heldSubject
		line(t.held, until)
		if subject != "" {
			line(t.subject, subject)
		}
		line(t.recipients, about)
		switch {
		case n.Approve:
			line("%s", t.waits)
		case n.AtEnd == "send":
			line("%s", t.sends)
		default:
			line("%s", t.deletes)
		}
	default:
		out.Subject = t.endSubject
		line(map[string]string{"sent": t.sent, "deleted": t.deleted, "cancelled": t.cancelled}[n.Kind], n.At.UTC().Format("2006-01-02 15:04:05 UTC"))
		line(t.recipients, about)
		if n.By != "" {
			line(t.by, n.By)
		}
	}
	if n.Reason != "" && n.Kind != "approve" && n.Kind != "remind" {
		line(t.reason, n.Reason)
	}
	if link != "" {
		line("")
		line("%s", t.link)
		line("%s", link)
	}
	out.Text = b.String()
	return out
}

// heldTexts are the sentences of notices.
type heldTexts struct {
	heldSubject, approveSubject, endSubject, held, approve, until, subject, recipients, waits, sends, deletes, sent, deleted, cancelled, by, reason, link,
	grantSubject, grantAsked, grantStands, grantMore, again string
}

// heldWords are the sentences: true is Japanese.
var heldWords = map[bool]heldTexts{
	false: {"Your mail is on hold", "A mail waits for your decision", "About your mail that was on hold", "Your mail is on hold until %s. It has not left.",
		"A mail from %s to %s waits for your decision.", "It waits until %s.", "Subject: %s", "Recipients: %s", "It leaves when somebody with that duty has approved it, and not before.",
		"It is sent then, unless you cancel it.", "It is deleted then, unless you send it.", "Your mail was sent on at %s.", "Your mail was deleted at %s. It did not leave.",
		"Your mail was cancelled at %s. It did not leave.", "Decided by: %s", "Reason: %s",
		"To look at it and decide, open this address. Opening it changes nothing:",
		"The operator's access to your data", "The operator %s asks for access to your organisation's data.", "The operator %s may reach your organisation's data until %s.",
		"The console lists each such access. There you can approve, refuse or end it at any time.", "Reminder: "},
	true: {"メールの送信を保留しています", "承認待ちのメールがあります", "保留していたメールについて", "メールを %s まで保留しています。まだ送信されていません。",
		"%s から %s 宛てのメールが承認を待っています。", "期限: %s", "件名: %s", "宛先: %s", "担当者が承認した後に送信されます。",
		"取り消さない限り、その時刻に送信されます。", "送信を選ばない限り、その時刻に削除されます。", "メールは %s に送信されました。", "メールは %s に削除されました。送信されていません。",
		"メールは %s に取り消されました。送信されていません。", "判断した人: %s", "理由: %s",
		"内容の確認と操作は、次のアドレスを開いてください。開いただけでは何も変わりません。",
		"運用者によるデータへのアクセスについて", "運用者 %s が貴社のデータへのアクセスを申請しました。", "運用者 %s は %s まで貴社のデータにアクセスできます。",
		"アクセスの記録は管理画面で確認できます。許可、拒否、終了もいつでも行えます。", "【再通知】"},
}
