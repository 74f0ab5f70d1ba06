package store

import (
	"context"
	"errors"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// filterKind is the kind of items that delivery reads: the Sieve script of an account. The newest counts.
const filterKind = "sieve"

const (
	filterVersion = `SELECT COALESCE(MAX(modseq), 0) FROM item WHERE contract = $1 AND account = $2 AND kind = 'sieve' AND gone = 0 AND config IS NOT NULL`
	filterNewest  = `SELECT id, modseq, sealed, config FROM item WHERE contract = $1 AND account = $2 AND kind = 'sieve' AND gone = 0 AND config IS NOT NULL
		ORDER BY modseq DESC LIMIT 1`
	answeredRead  = "SELECT until FROM answered WHERE contract = $1 AND account = $2 AND mark = $3"
	answeredWrite = `INSERT INTO answered (contract, account, mark, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (contract, account, mark) DO UPDATE SET until = excluded.until`
	answeredOver = "DELETE FROM answered WHERE contract = $1 AND account = $2 AND until <= $3"
)

// filter answers StoreFilter.
func (s *Store) filter(ctx context.Context, _ sekisho.Caller, q wire.FilterQuery) (out wire.SealedFilter, err error) {
	var id, modseq int64
	found, err := s.db.One(ctx, []any{&id, &modseq, &out.Sealed, &out.Box}, filterNewest, int64(q.Contract), int64(q.Account))
	if err != nil || !found {
		return wire.SealedFilter{}, err
	}
	out.ID, out.Version = sekisho.MessageID(id), uint64(modseq)
	return out, nil
}

func readFilterVersion(r db.Reader, c sekisho.ContractID, a sekisho.AccountID) (uint64, error) {
	var modseq int64
	_, err := r.One([]any{&modseq}, filterVersion, int64(c), int64(a))
	return uint64(modseq), err
}

// again says whether an arrival comes to nothing because one with its mark was taken before, and remembers the mark when not.
func (t *txn) again(in *incoming) (bool, error) {
	o := in.Once
	if len(o.Mark) == 0 || len(o.Mark) > 64 || o.Account == 0 {
		return false, sekisho.E("store.accept", sekisho.Invalid, errors.New("no mark"))
	}
	c, a, now := int64(in.Sealed.Contract), int64(o.Account), db.Micros(t.s.now())
	if _, err := t.Exec(answeredOver, c, a, now); err != nil {
		return false, err
	}
	var until int64
	found, err := t.One([]any{&until}, answeredRead, c, a, o.Mark)
	if err != nil || found {
		return found, err
	}
	_, err = t.Exec(answeredWrite, c, a, o.Mark, db.Micros(o.Until))
	return false, err
}
