package vault

import (
	"database/sql"
	"errors"
	"time"

	"sekisho"
	"sekisho/wire"
)

// handSchema: which operator may act in which contract, and until when.
const handSchema = `CREATE TABLE IF NOT EXISTS hand_grant (contract BIGINT NOT NULL, id BIGINT NOT NULL, home BIGINT NOT NULL, account BIGINT NOT NULL,
	until BIGINT NOT NULL, PRIMARY KEY (contract, id))`

// setGrant notes a grant, or its end, and forgets those of all contracts that are over.
func (k *keyTable) setGrant(g wire.Granted, now time.Time) error {
	return k.change(func(tx *sql.Tx) error {
		if _, err := tx.Exec(`DELETE FROM hand_grant WHERE until <= $1 OR contract = $2 AND id = $3`, now.UnixMilli(), int64(g.Contract), int64(g.ID)); err != nil {
			return err
		}
		if g.Until.IsZero() {
			return nil
		}
		_, err := tx.Exec(`INSERT INTO hand_grant (contract, id, home, account, until) VALUES ($1, $2, $3, $4, $5)`,
			int64(g.Contract), int64(g.ID), int64(g.Home), int64(g.Account), g.Until.UnixMilli())
		return err
	})
}

// grantUntil is until when an operator may act in a contract; zero for not at all.
func (k *keyTable) grantUntil(c, home sekisho.ContractID, a sekisho.AccountID) (time.Time, error) {
	var until int64
	err := k.db.QueryRow(`SELECT until FROM hand_grant WHERE contract = $1 AND home = $2 AND account = $3 ORDER BY until DESC LIMIT 1`,
		int64(c), int64(home), int64(a)).Scan(&until)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return time.UnixMilli(until), err
}

// tokensOf lists an account's access tokens.
func (k *keyTable) tokensOf(c sekisho.ContractID, a sekisho.AccountID) ([]tokenRow, error) {
	rows, err := k.db.Query(`SELECT `+tokenColumns+` FROM token WHERE contract = $1 AND account = $2 ORDER BY created`, int64(c), int64(a))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []tokenRow
	for rows.Next() {
		t, err := scanToken(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

func (k *keyTable) removeToken(c sekisho.ContractID, a sekisho.AccountID, id uint64) error {
	_, err := k.db.Exec(`DELETE FROM token WHERE contract = $1 AND account = $2 AND id = $3`, int64(c), int64(a), int64(id))
	return err
}
