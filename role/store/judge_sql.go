package store

import (
	"context"
	"slices"
	"strings"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// What people say of their mail, for the engine that learns: "spam" or "ham", one word for each mail, the last one counts. Only
// that they said it is kept, nothing of the mail.

const (
	judgedPut = `INSERT INTO judged (id, contract, account, message, label, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (contract, account, message) DO UPDATE SET id = excluded.id, label = excluded.label, at = excluded.at`
	judgedRead = "SELECT id, contract, account, message, label, at FROM judged WHERE id > $1 ORDER BY id LIMIT $2"
	judgedDrop = "DELETE FROM judged WHERE id <= $1"
)

// judge notes what somebody says of a mail.
func (t *txn) judge(k homeKey, m sekisho.MessageID, label string) error {
	if k.account == 0 {
		return nil
	}
	id, err := t.take("judged", 1)
	if err != nil {
		return err
	}
	_, err = t.Exec(judgedPut, id, int64(k.contract), int64(k.account), int64(m), label, db.Micros(t.s.now()))
	return err
}

// judged answers StoreJudged.
func (s *Store) judged(ctx context.Context, _ sekisho.Caller, q wire.JudgedQuery) (out wire.Judgements, err error) {
	if q.Done > 0 {
		err = s.change(ctx, func(t *txn) error { _, err := t.Exec(judgedDrop, int64(q.Done)); return err })
		if err != nil {
			return out, err
		}
	}
	err = s.db.Each(ctx, func(scan func(...any) error) error {
		var id, contract, account, message, at int64
		var x wire.Judgement
		err := scan(&id, &contract, &account, &message, &x.Label, &at)
		x.ID, x.Contract, x.Account, x.Message, x.At = uint64(id), sekisho.ContractID(contract), sekisho.AccountID(account), sekisho.MessageID(message), db.Time(at)
		out.List = append(out.List, x)
		return err
	}, judgedRead, int64(q.Done), int64(max(1, min(q.Most, 1000))))
	return out, err
}

// labelOf is what a keyword says of a mail: $junk and $notjunk (IANA's registry of IMAP keywords), in any spelling; "" for others.
func labelOf(keyword string) string {
	switch {
	case strings.EqualFold(keyword, "$junk"), strings.EqualFold(keyword, "junk"):
		return "spam"
	case strings.EqualFold(keyword, "$notjunk"), strings.EqualFold(keyword, "notjunk"), strings.EqualFold(keyword, "nonjunk"):
		return "ham"
	}
	return ""
}

// labelOfMove is what moving from one folder to another says.
func labelOfMove(from, to *mailbox) string {
	junk := func(m *mailbox) bool { return strings.EqualFold(m.Special, `\Junk`) }
	switch {
	case junk(to) && !junk(from):
		return "spam"
	case junk(from) && !junk(to) && !strings.EqualFold(to.Special, `\Trash`): // thrown away, junk is not praised
		return "ham"
	}
	return ""
}

// judgeWords notes what keywords that are new to a mail say of it.
func (t *txn) judgeWords(k homeKey, p *placement, words string) error {
	before := strings.Fields(p.keywords)
	for _, w := range strings.Fields(words) {
		label := labelOf(w)
		if label == "" || slices.Contains(before, w) {
			continue
		}
		if err := t.judge(k, p.message, label); err != nil {
			return err
		}
	}
	return nil
}
