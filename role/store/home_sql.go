package store

import (
	"errors"

	"sekisho"
	"sekisho/db"
)

const (
	homeRead = `SELECT id, name, special, subscribed, uidvalidity, uidnext, modseq, messages, unseen, deleted, size
		FROM mailbox WHERE contract = $1 AND account = $2 ORDER BY id`
	accountThere  = "SELECT 1 FROM account WHERE contract = $1 AND id = $2"
	mailboxInsert = `INSERT INTO mailbox (contract, account, id, name, special, subscribed, uidvalidity, uidnext, modseq, messages, unseen, deleted, size)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	mailboxUpdate = `UPDATE mailbox SET name = $4, special = $5, subscribed = $6, uidnext = $7, modseq = $8, messages = $9, unseen = $10, deleted = $11, size = $12
		WHERE contract = $1 AND account = $2 AND id = $3`
)

// loadHome reads an account's folders; NotFound when there is no such account.
func loadHome(r db.Reader, k homeKey) (*home, error) {
	h := &home{}
	err := r.Each(func(scan func(...any) error) error {
		m := &mailbox{}
		var id, validity, next, modseq int64
		err := scan(&id, &m.Name, &m.Special, &m.Subscribed, &validity, &next, &modseq, &m.Messages, &m.Unseen, &m.Deleted, &m.Size)
		m.ID, m.UIDValidity, m.UIDNext, m.ModSeq = sekisho.MailboxID(id), uint32(validity), sekisho.UID(next), uint64(modseq)
		h.list = append(h.list, m)
		return err
	}, homeRead, int64(k.contract), int64(k.account))
	if err != nil || len(h.list) > 0 {
		return h, err
	}
	var one int64
	there, err := r.One([]any{&one}, accountThere, int64(k.contract), int64(k.account))
	if err == nil && !there {
		err = sekisho.E("store.account", sekisho.NotFound, errors.New("no such account"))
	}
	return h, err
}

func (t *txn) insertMailbox(k homeKey, m *mailbox) error {
	_, err := t.Exec(mailboxInsert, int64(k.contract), int64(k.account), int64(m.ID), m.Name, m.Special, truth(m.Subscribed), int64(m.UIDValidity),
		int64(m.UIDNext), int64(m.ModSeq), int64(m.Messages), int64(m.Unseen), int64(m.Deleted), m.Size)
	return err
}

// flush writes what changed in the homes, once per folder and transaction, and the tail.
func (t *txn) flush() error {
	for k, h := range t.homes {
		for _, m := range h.list {
			if !m.dirty {
				continue
			}
			_, err := t.Exec(mailboxUpdate, int64(k.contract), int64(k.account), int64(m.ID), m.Name, m.Special, truth(m.Subscribed),
				int64(m.UIDNext), int64(m.ModSeq), int64(m.Messages), int64(m.Unseen), int64(m.Deleted), m.Size)
			if err != nil {
				return err
			}
		}
	}
	if t.last.Segment == 0 {
		return nil
	}
	return t.setTail(t.last)
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// dropMailbox deletes a folder with everything in it.
func (t *txn) dropMailbox(k homeKey, m *mailbox) error {
	uids, err := t.allUIDs(k, m)
	if err != nil {
		return err
	}
	if err := t.removeMessages(k, m, uids); err != nil {
		return err
	}
	for _, q := range [...]string{
		"DELETE FROM gone WHERE contract = $1 AND mailbox = $2",
		"DELETE FROM chunk WHERE contract = $1 AND mailbox = $2",
	} {
		if _, err := t.Exec(q, int64(k.contract), int64(m.ID)); err != nil {
			return err
		}
	}
	_, err = t.Exec("DELETE FROM mailbox WHERE contract = $1 AND account = $2 AND id = $3", int64(k.contract), int64(k.account), int64(m.ID))
	return err
}
