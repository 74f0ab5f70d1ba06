package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"sekisho"
	"sekisho/blob"
	"sekisho/db"
	"sekisho/wire"
)

const (
	goneBetween  = "SELECT uid, message, thread FROM gone WHERE contract = $1 AND mailbox = $2 AND modseq > $3 AND modseq <= $4"
	uploadInsert = "INSERT INTO upload (contract, account, message, at, kind) VALUES ($1, $2, $3, $4, $5)"
	uploadRead   = `SELECT u.at, u.kind, m.segment, m.position, m.shape, m.size FROM upload u
		JOIN message m ON m.contract = u.contract AND m.id = u.message WHERE u.contract = $1 AND u.account = $2 AND u.message = $3`
	uploadCount  = "SELECT COUNT(*), COALESCE(SUM(m.size), 0) FROM upload u JOIN message m ON m.contract = u.contract AND m.id = u.message WHERE u.contract = $1 AND u.account = $2"
	uploadOld    = "SELECT contract, account, message FROM upload WHERE at < $1 ORDER BY at LIMIT 200"
	uploadDelete = "DELETE FROM upload WHERE contract = $1 AND account = $2 AND message = $3"
	peopleFind   = `SELECT name, address, 0 FROM account WHERE contract = $1 AND status = 1 AND (LOWER(name) LIKE $2 ESCAPE '!' OR address LIKE $2 ESCAPE '!')
		UNION ALL SELECT name, '', 1 FROM team WHERE contract = $1 AND LOWER(name) LIKE $2 ESCAPE '!' ORDER BY 1, 2 LIMIT $3`
)

// goneBetween calls f for what left a mailbox.
func (s *Store) goneBetween(ctx context.Context, k homeKey, id sekisho.MailboxID, after, upto uint64, f func(placement)) error {
	return s.db.Each(ctx, func(scan func(...any) error) error {
		var uid, message, thread int64
		err := scan(&uid, &message, &thread)
		f(placement{uid: sekisho.UID(uid), message: sekisho.MessageID(message), thread: uint64(thread)})
		return err
	}, goneBetween, int64(k.contract), int64(id), int64(after), int64(upto))
}

// Bounds of what an account may have uploaded and not used yet.
const (
	uploadTime  = 24 * time.Hour
	mostUploads = 200
	mostWaiting = 500 << 20
)

// upload answers StoreUpload. As with mail: segment durable, transaction committed, answer.
func (s *Store) upload(ctx context.Context, by sekisho.Caller, q wire.Upload) (wire.Nothing, error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return wire.Nothing{}, err
	}
	if q.Sealed.Contract != k.contract || q.Sealed.ID == 0 || len(q.Type) > longText {
		return wire.Nothing{}, sekisho.E("store.upload", sekisho.Invalid, errors.New("not an upload of this contract"))
	}
	if err := s.room(weight(&q.Sealed)); err != nil {
		return wire.Nothing{}, err
	}
	var count, size int64
	if _, err := s.db.One(ctx, []any{&count, &size}, uploadCount, int64(k.contract), int64(k.account)); err != nil {
		return wire.Nothing{}, err
	}
	if count >= mostUploads || size+q.Sealed.Size > mostWaiting {
		return wire.Nothing{}, sekisho.E("store.upload", sekisho.Full, errors.New("too much is uploaded and not used yet"))
	}
	record, row := makeRecord(&q.Sealed)
	at, err := s.log.Append(record)
	if err != nil {
		return wire.Nothing{}, err
	}
	now := s.now()
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		n, err := t.Exec(messageInsert, int64(k.contract), int64(q.Sealed.ID), int64(at[0].Segment), at[0].Offset, row, q.Sealed.Size, 1)
		if err != nil {
			return err
		}
		if n == 0 {
			return sekisho.E("store.upload", sekisho.Exists, nil)
		}
		t.refers(at[0])
		_, err = t.Exec(uploadInsert, int64(k.contract), int64(k.account), int64(q.Sealed.ID), db.Micros(now), db.Text(q.Type))
		return err
	})
}

// uploaded answers StoreUploaded.
func (s *Store) uploaded(ctx context.Context, by sekisho.Caller, q wire.UploadQuery) (out wire.Upload, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	var at, segment, offset int64
	var row []byte
	found, err := s.db.One(ctx, []any{&at, &out.Type, &segment, &offset, &row, &out.Sealed.Size}, uploadRead, int64(k.contract), int64(k.account), int64(q.Message))
	if err != nil {
		return out, err
	}
	if !found {
		return out, sekisho.E("store.uploaded", sekisho.NotFound, nil)
	}
	out.At, out.Sealed.ID, out.Sealed.Contract = db.Time(at), q.Message, k.contract
	x := stored{id: q.Message, pos: blob.Pos{Segment: uint64(segment), Offset: offset}, size: out.Sealed.Size}
	if x.shape, err = getShape(row); err != nil {
		return out, sekisho.E("store.uploaded", sekisho.Corrupt, err)
	}
	return out, s.load(x, true, wanted(wire.Want{Attachment: true}), &out.Sealed)
}

// forgetUploads removes uploads whose day is over.
func (s *Store) forgetUploads(ctx context.Context) error {
	limit := db.Micros(s.now().Add(-uploadTime))
	for ctx.Err() == nil {
		n := 0
		err := s.change(ctx, func(t *txn) error {
			var rows [][3]int64
			err := t.Each(func(scan func(...any) error) error {
				var r [3]int64
				err := scan(&r[0], &r[1], &r[2])
				rows = append(rows, r)
				return err
			}, uploadOld, limit)
			if err != nil {
				return err
			}
			n = len(rows)
			for _, r := range rows {
				if _, err := t.Exec(uploadDelete, r[0], r[1], r[2]); err != nil {
					return err
				}
				if err := t.refer(sekisho.ContractID(r[0]), sekisho.MessageID(r[2]), -1); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
	}
	return nil
}

// people answers StorePeople.
func (s *Store) people(ctx context.Context, by sekisho.Caller, q wire.PeopleQuery) (out wire.PeopleFound, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	err = s.db.Each(ctx, func(scan func(...any) error) error {
		var e wire.DirectoryEntry
		err := scan(&e.Name, &e.Address, &e.Group)
		out.List = append(out.List, e)
		return err
	}, peopleFind, int64(k.contract), "%"+escaped(strings.ToLower(db.Text(q.Text)))+"%", int64(min(max(q.Most, 1), 100)))
	return out, err
}
