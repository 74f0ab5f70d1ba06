package store

import (
	"sekisho"
	"sekisho/wire"
)

const placedOf = "SELECT uid FROM placed WHERE contract = $1 AND mailbox = $2 AND message = $3 ORDER BY uid"

// returnDraft gives the sender of a held mail that will not leave his mail back, among his drafts: his own copy of it, with all that it
// had, moved from where it was taken for sent; or the mail as it was held. For several recipients that is done once. What came from
// nobody who has a mailbox here, and what the sender has thrown away himself, is not brought back.
func (t *txn) returnDraft(r *keptRow) error {
	k := homeKey{r.Contract, r.data.Queue.Envelope.Account}
	if r.Fate != wire.FateHold || k.account == 0 || r.data.Draft == 0 && !r.data.Boxed {
		return nil
	}
	a, err := readAccount(t, accountByID, int64(k.contract), int64(k.account))
	if err != nil || a.ID == 0 {
		return err
	}
	h, err := t.home(k)
	if err != nil {
		return err
	}
	drafts := h.find(`\Drafts`)
	for _, id := range []sekisho.MessageID{r.data.Draft, r.Message} {
		if id == 0 {
			continue
		}
		if uids, err := t.placesIn(k, drafts, id); err != nil || len(uids) > 0 {
			return err
		}
	}
	if r.data.Draft != 0 {
		if done, err := t.moveToDrafts(k, h, drafts, r.data.Draft); done || err != nil {
			return err
		}
	}
	if !r.data.Boxed {
		return nil
	}
	p := placement{message: r.Message, flags: wire.FlagDraft | wire.FlagSeen, internal: int64(r.Arrived.UnixMicro()), size: r.Size, thread: r.data.Thread, attached: r.data.File}
	if err := t.place(k, drafts, &p); err != nil {
		return err
	}
	return t.refer(k.contract, r.Message, 1)
}

// moveToDrafts moves the sender's own copy to his drafts, from Sent before anywhere else; false when it is nowhere.
func (t *txn) moveToDrafts(k homeKey, h *home, drafts *mailbox, id sekisho.MessageID) (bool, error) {
	boxes := append([]*mailbox{h.find(`\Sent`)}, h.list...)
	for _, m := range boxes {
		uids, err := t.placesIn(k, m, id)
		if err != nil {
			return false, err
		}
		if len(uids) == 0 {
			continue
		}
		list, err := placements(t, k, m.ID, uids[:1])
		if err != nil || len(list) == 0 {
			return false, err
		}
		p := list[0]
		p.flags = p.flags&^wire.FlagDeleted | wire.FlagDraft | wire.FlagSeen
		if err := t.place(k, drafts, &p); err != nil {
			return false, err
		}
		if err := t.refer(k.contract, id, 1); err != nil {
			return false, err
		}
		return true, t.removeMessages(k, m, uids)
	}
	return false, nil
}

// placesIn lists where in a mailbox a message is.
func (t *txn) placesIn(k homeKey, m *mailbox, id sekisho.MessageID) (out []sekisho.UID, err error) {
	err = t.Each(func(scan func(...any) error) error {
		var uid int64
		err := scan(&uid)
		out = append(out, sekisho.UID(uid))
		return err
	}, placedOf, int64(k.contract), int64(m.ID), int64(id))
	return out, err
}
