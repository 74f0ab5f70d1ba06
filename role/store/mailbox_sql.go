package store

import (
	"context"
	"slices"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

const (
	placedRange = `SELECT uid, message, flags, keywords, internal, modseq, size, thread, attached FROM placed
		WHERE contract = $1 AND mailbox = $2 AND uid BETWEEN $3 AND $4 ORDER BY uid`
	placedUIDs    = "SELECT uid FROM placed WHERE contract = $1 AND mailbox = $2 ORDER BY uid"
	placedDeleted = "SELECT uid, flags FROM placed WHERE contract = $1 AND mailbox = $2 AND uid BETWEEN $3 AND $4 ORDER BY uid"
	placedFlags   = "UPDATE placed SET flags = $4, keywords = $5, modseq = $6 WHERE contract = $1 AND mailbox = $2 AND uid = $3"
	placedDelete  = "DELETE FROM placed WHERE contract = $1 AND mailbox = $2 AND uid = $3"
	goneInsert    = "INSERT INTO gone (contract, mailbox, modseq, uid, message, thread) VALUES ($1, $2, $3, $4, $5, $6)"
	goneSince     = "SELECT uid FROM gone WHERE contract = $1 AND mailbox = $2 AND modseq > $3 ORDER BY modseq, uid"
	columnsRead   = "SELECT uid, flags, keywords, modseq, message, internal, size, thread, attached FROM placed WHERE contract = $1 AND mailbox = $2 ORDER BY uid"
	modseqRead    = "SELECT modseq FROM mailbox WHERE contract = $1 AND account = $2 AND id = $3"
	fetchRange    = `SELECT p.uid, p.flags, p.internal, p.modseq, m.id, m.segment, m.position, m.shape, m.size, w.kind, w.sealed
		FROM placed p JOIN message m ON m.contract = p.contract AND m.id = p.message
		LEFT JOIN wrap w ON w.contract = p.contract AND w.message = p.message AND w.account = $5
		WHERE p.contract = $1 AND p.mailbox = $2 AND p.uid BETWEEN $3 AND $4 ORDER BY p.uid`
	wrapInsert = `INSERT INTO wrap (contract, account, message, kind, sealed) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (contract, message, account) DO UPDATE SET kind = excluded.kind, sealed = excluded.sealed`
	wrapRead     = "SELECT account, kind, sealed FROM wrap WHERE contract = $1 AND message = $2"
	messageThere = "SELECT 1 FROM message WHERE contract = $1 AND id = $2"
	chunkRead    = "SELECT low, high, sealed FROM chunk WHERE contract = $1 AND mailbox = $2 AND slice = $3 AND low >= $4 AND high <= $5 ORDER BY low"
	chunkDelete  = "DELETE FROM chunk WHERE contract = $1 AND mailbox = $2 AND low <= $4 AND high >= $3"
	chunkInsert  = "INSERT INTO chunk (contract, mailbox, slice, low, high, sealed) VALUES ($1, $2, $3, $4, $5, $6)"
)

// sparse is from which distance on two UIDs are asked for one by one.
const sparse = 64

// runs calls f for ranges that cover the UIDs without reading much that nobody asked for. uids are sorted.
func runs(uids []sekisho.UID, f func(low, high sekisho.UID) error) error {
	for i := 0; i < len(uids); {
		j := i + 1
		for j < len(uids) && uids[j]-uids[j-1] < sparse {
			j++
		}
		if err := f(uids[i], uids[j-1]); err != nil {
			return err
		}
		i = j
	}
	return nil
}

func sorted(uids []sekisho.UID) []sekisho.UID {
	if slices.IsSorted(uids) {
		return uids
	}
	return slices.Compact(slices.Sorted(slices.Values(uids)))
}

func among(sorted []sekisho.UID, uid sekisho.UID) bool {
	_, found := slices.BinarySearch(sorted, uid)
	return found
}

// placements gives those of the messages that are there, in order of UID.
func placements(r db.Reader, k homeKey, id sekisho.MailboxID, uids []sekisho.UID) ([]placement, error) {
	uids = sorted(uids)
	var out []placement
	err := runs(uids, func(low, high sekisho.UID) error {
		return r.Each(func(scan func(...any) error) error {
			var p placement
			var uid, message, modseq, thread int64
			err := scan(&uid, &message, &p.flags, &p.keywords, &p.internal, &modseq, &p.size, &thread, &p.attached)
			p.uid, p.message, p.modseq, p.thread = sekisho.UID(uid), sekisho.MessageID(message), uint64(modseq), uint64(thread)
			if among(uids, p.uid) {
				out = append(out, p)
			}
			return err
		}, placedRange, int64(k.contract), int64(id), int64(low), int64(high))
	})
	return out, err
}

func (t *txn) allUIDs(k homeKey, m *mailbox) (out []sekisho.UID, err error) {
	err = t.Each(func(scan func(...any) error) error {
		var uid int64
		err := scan(&uid)
		out = append(out, sekisho.UID(uid))
		return err
	}, placedUIDs, int64(k.contract), int64(m.ID))
	return out, err
}

// deletedUIDs gives the messages with \Deleted, all or among uids.
func (t *txn) deletedUIDs(k homeKey, m *mailbox, uids []sekisho.UID) (out []sekisho.UID, err error) {
	low, high := sekisho.UID(1), m.UIDNext
	if uids = sorted(uids); len(uids) > 0 {
		low, high = uids[0], uids[len(uids)-1]
	}
	err = t.Each(func(scan func(...any) error) error {
		var uid, flags int64
		err := scan(&uid, &flags)
		if flags&wire.FlagDeleted != 0 && (len(uids) == 0 || among(uids, sekisho.UID(uid))) {
			out = append(out, sekisho.UID(uid))
		}
		return err
	}, placedDeleted, int64(k.contract), int64(m.ID), int64(low), int64(high))
	return out, err
}

func (t *txn) updateFlags(k homeKey, m *mailbox, p *placement) error {
	_, err := t.Exec(placedFlags, int64(k.contract), int64(m.ID), int64(p.uid), int64(p.flags), p.keywords, int64(p.modseq))
	return err
}

func (t *txn) deletePlaced(k homeKey, m *mailbox, p *placement) error {
	if _, err := t.Exec(placedDelete, int64(k.contract), int64(m.ID), int64(p.uid)); err != nil {
		return err
	}
	_, err := t.Exec(goneInsert, int64(k.contract), int64(m.ID), int64(m.ModSeq), int64(p.uid), int64(p.message), int64(p.thread))
	return err
}

// readColumns reads a mailbox and the modseq that belongs to what was read.
func (s *Store) readColumns(ctx context.Context, k homeKey, id sekisho.MailboxID) (c *columns, modseq uint64, err error) {
	c = &columns{}
	err = s.db.Snapshot(ctx, func(r db.Reader) error {
		var seq int64
		if _, err := r.One([]any{&seq}, modseqRead, int64(k.contract), int64(k.account), int64(id)); err != nil {
			return err
		}
		modseq = uint64(seq)
		return r.Each(func(scan func(...any) error) error {
			var p placement
			var uid, seq, message, thread int64
			err := scan(&uid, &p.flags, &p.keywords, &seq, &message, &p.internal, &p.size, &thread, &p.attached)
			p.uid, p.modseq, p.message, p.thread = sekisho.UID(uid), uint64(seq), sekisho.MessageID(message), uint64(thread)
			c.put(&p)
			return err
		}, columnsRead, int64(k.contract), int64(id))
	})
	return c, modseq, err
}

func (s *Store) goneSince(ctx context.Context, k homeKey, id sekisho.MailboxID, since uint64) (out []sekisho.UID, err error) {
	err = s.db.Each(ctx, func(scan func(...any) error) error {
		var uid int64
		err := scan(&uid)
		out = append(out, sekisho.UID(uid))
		return err
	}, goneSince, int64(k.contract), int64(id), int64(since))
	return out, err
}

// fetchable is one message as fetch finds it.
type fetchable struct {
	stored
	uid      sekisho.UID
	flags    uint8
	internal int64
	modseq   uint64
	key      wire.KeyName // of wrap
	wrap     []byte       // the box that replaces the one in the segment
}

func (s *Store) fetchRows(ctx context.Context, k homeKey, id sekisho.MailboxID, uids []sekisho.UID) ([]fetchable, error) {
	uids = sorted(uids)
	var out []fetchable
	err := runs(uids, func(low, high sekisho.UID) error {
		return s.db.Each(ctx, func(scan func(...any) error) error {
			var f fetchable
			var uid, modseq, message, segment int64
			var row []byte
			var kind *int64
			if err := scan(&uid, &f.flags, &f.internal, &modseq, &message, &segment, &f.pos.Offset, &row, &f.size, &kind, &f.wrap); err != nil {
				return err
			}
			if f.uid = sekisho.UID(uid); !among(uids, f.uid) {
				return nil
			}
			if kind != nil {
				f.key = wire.KeyName(*kind)
			}
			var err error
			f.modseq, f.id, f.pos.Segment = uint64(modseq), sekisho.MessageID(message), uint64(segment)
			f.shape, err = getShape(row)
			out = append(out, f)
			return err
		}, fetchRange, int64(k.contract), int64(id), int64(low), int64(high), int64(k.account))
	})
	return out, err
}

// insertWrap keeps a box beside the segment; a message that is gone meanwhile is left alone.
func (t *txn) insertWrap(k homeKey, m sekisho.MessageID, kind wire.KeyName, sealed []byte) error {
	var one int64
	there, err := t.One([]any{&one}, messageThere, int64(k.contract), int64(m))
	if err != nil {
		return err
	}
	if !there {
		return t.rewrapItem(k, m, kind, sealed)
	}
	_, err = t.Exec(wrapInsert, int64(k.contract), int64(k.account), int64(m), int64(kind), sealed)
	return err
}

// wraps gives the boxes that are kept beside the segment.
func (s *Store) wraps(ctx context.Context, c sekisho.ContractID, m sekisho.MessageID) (out []wire.Box, err error) {
	err = s.db.Each(ctx, func(scan func(...any) error) error {
		var account, kind int64
		var b wire.Box
		err := scan(&account, &kind, &b.Sealed)
		b.Account, b.Key = sekisho.AccountID(account), wire.KeyName(kind)
		out = append(out, b)
		return err
	}, wrapRead, int64(c), int64(m))
	return out, err
}

// index answers StoreIndex.
func (s *Store) index(ctx context.Context, by sekisho.Caller, q wire.IndexQuery) (out wire.IndexSlices, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if _, err = s.mailboxOf(ctx, k, q.Mailbox); err != nil {
		return out, err
	}
	upto := int64(q.Upto)
	if upto == 0 {
		upto = 1<<32 - 1
	}
	r := s.db.Reading(ctx)
	for _, slice := range q.Slices {
		err = r.Each(func(scan func(...any) error) error {
			var low, high int64
			c := wire.IndexSlice{Slice: slice}
			err := scan(&low, &high, &c.Sealed)
			c.From, c.Upto = sekisho.UID(low), sekisho.UID(high)
			out.Slices = append(out.Slices, c)
			return err
		}, chunkRead, int64(k.contract), int64(q.Mailbox), int64(slice), int64(q.From), upto)
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// merge answers StoreMerge.
func (s *Store) merge(ctx context.Context, by sekisho.Caller, q wire.Merge) (wire.Nothing, error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return wire.Nothing{}, err
	}
	if q.From == 0 || q.Upto < q.From || len(q.Slices) > 256 {
		return wire.Nothing{}, sekisho.E("store.merge", sekisho.Invalid, nil)
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		if _, err := t.mailbox(k, q.Mailbox); err != nil {
			return err
		}
		c, m, low, high := int64(k.contract), int64(q.Mailbox), int64(q.From), int64(q.Upto)
		if _, err := t.Exec(chunkDelete, c, m, low, high); err != nil {
			return err
		}
		for i, sealed := range q.Slices {
			if _, err := t.Exec(chunkInsert, c, m, int64(i), low, high, sealed); err != nil {
				return err
			}
		}
		return nil
	})
}
