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

// A digest tells somebody which mails were kept from him: from whom, the subject, when and why, and for each a link; never the text.

// digestMail writes a digest.
func (p *Post) digestMail(ctx context.Context, n wire.NoticeDue, language, to string, now time.Time) (office.Notice, error) {
	links, err := p.digestLinks(ctx, n, to)
	if err != nil {
		return office.Notice{}, err
	}
	return digestNotice(n, language, to, p.digestSubjects(ctx, n), links, now), nil
}

// digestLinks makes one link for each mail; none where the installation has no desk.
func (p *Post) digestLinks(ctx context.Context, n wire.NoticeDue, to string) ([]string, error) {
	if p.config.Desk == "" || len(n.Lines) == 0 {
		return nil, nil
	}
	q := wire.LinkOrder{Contract: n.Contract}
	for _, l := range n.Lines {
		q.Links = append(q.Links, wire.LinkTo{Purpose: uint8(seal.LinkQuarantine), Message: l.Message, To: to, Expires: l.Until.Add(7 * 24 * time.Hour)})
	}
	made, err := wire.VaultLink.Ask(ctx, p.peers.Vault, q)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, t := range made.Tokens {
		out = append(out, p.config.Desk+"/#"+base64.RawURLEncoding.EncodeToString(t))
	}
	return out, nil
}

// digestSubjects opens the subjects: one opening for all, which the ledger has. A mail that is gone meanwhile, or whose subject does
// not open, is told of without.
func (p *Post) digestSubjects(ctx context.Context, n wire.NoticeDue) []string {
	out := make([]string, len(n.Lines))
	q := wire.OpenKept{Contract: n.Contract, Key: wire.QuarantineKey, Classes: []sekisho.Class{sekisho.ClassHeader}}
	var of []int
	for i, l := range n.Lines {
		m, err := wire.StoreSpool.Ask(ctx, p.peers.Store, wire.SpoolQuery{Message: l.Message})
		if err != nil || len(l.Subject) == 0 {
			continue
		}
		for _, b := range m.Boxes {
			if b.Key == wire.QuarantineKey && b.Account == 0 {
				q.Boxes, of = append(q.Boxes, wire.MessageBox{Message: l.Message, Key: b.Key, Sealed: b.Sealed}), append(of, i)
				break
			}
		}
	}
	if len(q.Boxes) == 0 {
		return out
	}
	got, err := wire.VaultSpool.Ask(ctx, p.peers.Vault, q)
	if err != nil || len(got.Messages) != len(of) {
		p.config.Log.Warn("subjects of a digest are not read", "error", err)
		return out
	}
	for j, i := range of {
		if len(got.Messages[j].Keys) != 1 {
			continue
		}
		c, err := seal.NewCipher(got.Messages[j].Keys[0], n.Lines[i].Message)
		if err != nil {
			continue
		}
		if b, err := c.Open(seal.Subject, n.Lines[i].Subject); err == nil {
			out[i] = oneLine(string(b))
		}
	}
	return out
}

// oneLine keeps what outsiders wrote from looking like lines of ours.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return s
}

// digestNotice is the text.
func digestNotice(n wire.NoticeDue, language, to string, subjects, links []string, now time.Time) office.Notice {
	t, zone := digestWords[language == "ja"], time.UTC
	if language == "ja" {
		zone = time.FixedZone("JST", 9*3600)
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line(t.about, len(n.Lines)+n.More)
	for i, l := range n.Lines {
		line("")
		line("%d.", i+1)
		line("  "+t.from, oneLine(l.From))
		if subjects[i] != "" {
			line("  "+t.subject, subjects[i])
		}
		line("  "+t.arrived, l.Arrived.In(zone).Format("2006-01-02 15:04 MST"))
		line("  "+t.reason, oneLine(l.Reason))
		line("  "+t.until, l.Until.In(zone).Format("2006-01-02 15:04 MST"))
		if l.Dangerous {
			line("  %s", t.dangerous)
		}
		if i < len(links) {
			line("  %s", links[i])
		}
	}
	if n.More > 0 {
		line("")
		line(t.more, n.More)
	}
	line("")
	if len(links) > 0 {
		line("%s", t.link)
	}
	line("%s", t.end)
	return office.Notice{To: to, At: now, Subject: fmt.Sprintf(t.title, len(n.Lines)+n.More), Text: b.String()}
}

// wantedNotice tells an administrator that somebody wants a mail released, or somebody that it was not.
func wantedNotice(n wire.NoticeDue, language, to string, now time.Time) office.Notice {
	t := digestWords[language == "ja"]
	out := office.Notice{To: to, At: now, Subject: t.wantedTitle}
	reference := n.Trace.String()
	out.Text = fmt.Sprintf(t.wanted, n.Sender, oneLine(n.Reason), reference)
	if n.Kind == "unreleased" {
		out.Subject, out.Text = t.unreleasedTitle, fmt.Sprintf(t.unreleased, oneLine(n.Reason), reference)
	}
	return out
}

type digestTexts struct {
	title, about, from, subject, arrived, reason, until, dangerous, more, link, end, wantedTitle, wanted, unreleasedTitle, unreleased string
}

// digestWords are the sentences: true is Japanese.
var digestWords = map[bool]digestTexts{
	false: {"Quarantine: %d new", "%d mails to you were kept in quarantine since you were told last. They were not delivered.", "From: %s", "Subject: %s", "Arrived: %s", "Reason: %s", "Kept until: %s",
		"It could do harm: an administrator decides about its release. You can ask for it.", "%d more are not listed here.",
		"To decide about a mail, open its address. Opening it changes nothing: the page asks first. Each is for you alone; do not pass this mail on.",
		"What you do nothing about is deleted when its time is over. The quarantine in webmail has all of it.",
		"Somebody asks for a mail in quarantine", "%s asks that a mail in quarantine be released. Why it is there: %s\r\nReference: %s\r\n\r\nThe console lists such mails under Quarantine, release wanted. Look at it there, then release or delete it.\r\n",
		"A mail was not released", "An administrator deleted a mail whose release you asked for. Why it was in quarantine: %s\r\nReference: %s\r\n"},
	true: {"隔離されたメール: 新着%d件", "前回のお知らせの後、あなた宛てのメール%d件を隔離しました。配信されていません。", "差出人: %s", "件名: %s", "受信日時: %s", "理由: %s", "保管期限: %s",
		"危険性があるため、配信するかどうかは管理者が判断します。配信を依頼することができます。", "ほかに%d件あります。",
		"メールごとのアドレスを開くと操作できます。開いただけでは何も変わらず、実行前に確認があります。アドレスはご本人専用です。このメールを転送しないでください。",
		"操作しない場合、期限が来ると削除されます。すべての隔離メールはウェブメールで確認できます。",
		"隔離メールの配信依頼", "%s から、隔離されたメールの配信依頼がありました。隔離の理由: %s\r\n照会番号: %s\r\n\r\n管理画面の「隔離」で「配信依頼あり」に絞り込み、内容を確認のうえ、配信または削除してください。\r\n",
		"メールは配信されませんでした", "配信を依頼されたメールは、管理者により削除されました。隔離の理由: %s\r\n照会番号: %s\r\n"},
}
