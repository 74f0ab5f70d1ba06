package store

import (
	"slices"
	"strings"

	"sekisho"
	"sekisho/db"
)

// What people say of their mail, for the engine that learns: "spam" or "ham", one word for each mail, the last one counts. Only
// that they said it is kept, nothing of the mail.

const judgedPut = `INSERT INTO judged (id, contract, account, message, label, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (contract, account, message) DO UPDATE SET id = excluded.id, label = excluded.label, at = excluded.at`

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
