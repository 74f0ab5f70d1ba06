package vault

import (
	"database/sql"
	"errors"
	"time"

	"sekisho"
	"sekisho/seal/key"
)

// This file is the part of vault's database that rotation, recovery, archives and terminations need.

// officerRow says how many officers open together; number tells one set of shares from the next.
type officerRow struct {
	number      uint32
	need, total int
}

// shareRow is a share that the system keeps: the operator's.
type shareRow struct {
	x      uint8
	sealed []byte
}

// successionRow is a private half that waits for its owner's next session.
type successionRow struct {
	number int
	sealed []byte
}

// archiveRow is one opening of a contract's archive.
type archiveRow struct {
	contract  sekisho.ContractID
	id        uint64
	at, until time.Time
	actor     uint64
	reason    string
}

func (k *keyTable) generations() (map[sekisho.ContractID]uint64, error) {
	rows, err := k.db.Query(`SELECT contract, generation FROM under`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[sekisho.ContractID]uint64{}
	for rows.Next() {
		var c, g int64
		if err := rows.Scan(&c, &g); err != nil {
			return nil, err
		}
		out[sekisho.ContractID(c)] = uint64(g)
	}
	return out, rows.Err()
}

// wrapped are all columns that hold something under a contract key, with the column that their place is made from.
var wrapped = []struct {
	read, write string
	place       func(c sekisho.ContractID, a, b int64) string
}{
	{`SELECT name, 0, private FROM key_pair WHERE contract = $1`, `UPDATE key_pair SET private = $4 WHERE contract = $1 AND name = $2 AND 0 = $3`,
		func(c sekisho.ContractID, a, _ int64) string { return pairPlaceOf(c, a) }},
	{`SELECT account, id, sealed FROM slot WHERE contract = $1`, `UPDATE slot SET sealed = $4 WHERE contract = $1 AND account = $2 AND id = $3`,
		func(_ sekisho.ContractID, a, b int64) string { return slotPlace(sekisho.AccountID(a), uint64(b)) }},
	{`SELECT id, 0, private FROM signer WHERE contract = $1`, `UPDATE signer SET private = $4 WHERE contract = $1 AND id = $2 AND 0 = $3`,
		func(_ sekisho.ContractID, a, _ int64) string { return signerPlace(uint64(a)) }},
	{`SELECT x, 0, sealed FROM share WHERE contract = $1`, `UPDATE share SET sealed = $4 WHERE contract = $1 AND x = $2 AND 0 = $3`,
		func(c sekisho.ContractID, a, _ int64) string { return sharePlace(c, uint8(a)) }},
	{`SELECT account, number, sealed FROM succession WHERE contract = $1`, `UPDATE succession SET sealed = $4 WHERE contract = $1 AND account = $2 AND number = $3`,
		func(_ sekisho.ContractID, a, b int64) string { return successionPlace(sekisho.AccountID(a), int(b)) }},
	{`SELECT account, id, secret FROM factor WHERE contract = $1`, `UPDATE factor SET secret = $4 WHERE contract = $1 AND account = $2 AND id = $3`,
		func(_ sekisho.ContractID, a, b int64) string { return factorPlace(sekisho.AccountID(a), uint64(b)) }},
}

// rewrap changes every wrap of a contract and the generation that they are under, in one transaction.
func (k *keyTable) rewrap(c sekisho.ContractID, to uint64, f func(wrapped []byte, place string) ([]byte, error)) error {
	return k.change(func(tx *sql.Tx) error {
		for _, t := range wrapped {
			if err := rewrapTable(tx, c, t.read, t.write, t.place, f); err != nil {
				return err
			}
		}
		if c == 0 {
			if err := rewrapInstallation(tx, f); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`UPDATE under SET generation = $2 WHERE contract = $1`, int64(c), int64(to))
		return err
	})
}

func rewrapTable(tx *sql.Tx, c sekisho.ContractID, read, write string, place func(sekisho.ContractID, int64, int64) string,
	f func([]byte, string) ([]byte, error)) error {
	type row struct {
		a, b int64
		box  []byte
	}
	rows, err := tx.Query(read, int64(c))
	if err != nil {
		return err
	}
	defer rows.Close()
	var list []row
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.a, &r.b, &r.box); err != nil {
			return err
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, r := range list {
		box, err := f(r.box, place(c, r.a, r.b))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(write, int64(c), r.a, r.b, box); err != nil {
			return err
		}
	}
	return nil
}

func rewrapInstallation(tx *sql.Tx, f func([]byte, string) ([]byte, error)) error {
	rows, err := tx.Query(`SELECT name, wrapped FROM installation_key`)
	if err != nil {
		return err
	}
	defer rows.Close()
	list := map[string][]byte{}
	for rows.Next() {
		var name string
		var box []byte
		if err := rows.Scan(&name, &box); err != nil {
			return err
		}
		list[name] = box
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for name, old := range list {
		box, err := f(old, installationPlace(name))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE installation_key SET wrapped = $2 WHERE name = $1`, name, box); err != nil {
			return err
		}
	}
	return nil
}

// perContract are the tables whose rows go with their contract.
var perContract = []string{"under", "key_pair", "account", "slot", "signer", "officer", "share", "succession", "archive_opening", "pin", "hand_grant", "factor", "slot_bound", "device", "token"}

// forget deletes every row of a contract.
func (k *keyTable) forget(c sekisho.ContractID) error {
	return k.change(func(tx *sql.Tx) error {
		for _, t := range perContract {
			if _, err := tx.Exec(`DELETE FROM `+t+` WHERE contract = $1`, int64(c)); err != nil {
				return err
			}
		}
		return nil
	})
}

// count says how many rows of a table belong to a contract.
func (k *keyTable) count(table string, c sekisho.ContractID) (int, error) {
	var n int
	err := k.db.QueryRow(`SELECT count(*) FROM `+table+` WHERE contract = $1`, int64(c)).Scan(&n)
	return n, err
}

// putOfficers replaces who opens together, and the shares that the system keeps.
func putOfficers(tx *sql.Tx, c sekisho.ContractID, o *officerRow, shares []shareRow) error {
	if o == nil {
		return nil
	}
	_, err := tx.Exec(`INSERT INTO officer (contract, number, need, total) VALUES ($1, $2, $3, $4)
		ON CONFLICT (contract) DO UPDATE SET number = excluded.number, need = excluded.need, total = excluded.total`,
		int64(c), int64(o.number), o.need, o.total)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM share WHERE contract = $1`, int64(c)); err != nil {
		return err
	}
	for _, s := range shares {
		if _, err := tx.Exec(`INSERT INTO share (contract, x, sealed) VALUES ($1, $2, $3)`, int64(c), int64(s.x), s.sealed); err != nil {
			return err
		}
	}
	return nil
}

// officers gives who opens together; NotFound when the contract chose nobody.
func (k *keyTable) officers(c sekisho.ContractID) (officerRow, error) {
	var o officerRow
	err := k.db.QueryRow(`SELECT number, need, total FROM officer WHERE contract = $1`, int64(c)).Scan(&o.number, &o.need, &o.total)
	return o, found("vault.officers", err)
}

// kept gives the share that the system keeps; NotFound when it keeps none.
func (k *keyTable) kept(c sekisho.ContractID) (shareRow, error) {
	var s shareRow
	err := k.db.QueryRow(`SELECT x, sealed FROM share WHERE contract = $1 ORDER BY x LIMIT 1`, int64(c)).Scan(&s.x, &s.sealed)
	return s, found("vault.officers", err)
}

// accounts lists a contract's accounts without their slots.
func (k *keyTable) accounts(c sekisho.ContractID) ([]accountRow, error) {
	rows, err := k.db.Query(`SELECT account, public, generation FROM account WHERE contract = $1 ORDER BY account`, int64(c))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []accountRow
	for rows.Next() {
		r := accountRow{contract: c}
		if err := rows.Scan(&r.account, &r.public, &r.generation); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// accountPublic gives an account's public key; NotFound when there is no such account.
func (k *keyTable) accountPublic(c sekisho.ContractID, a sekisho.AccountID) (public []byte, err error) {
	err = k.db.QueryRow(`SELECT public FROM account WHERE contract = $1 AND account = $2`, int64(c), int64(a)).Scan(&public)
	return public, found("vault.account", err)
}

func addSuccession(tx *sql.Tx, c sekisho.ContractID, a sekisho.AccountID, number int, public, sealed []byte) error {
	_, err := tx.Exec(`INSERT INTO succession (contract, account, number, public, sealed) VALUES ($1, $2, $3, $4, $5)`, int64(c), int64(a), number, public, sealed)
	if err == nil {
		_, err = tx.Exec(`UPDATE account SET public = $3, generation = $4 WHERE contract = $1 AND account = $2`, int64(c), int64(a), public, number)
	}
	return err
}

// successions gives the private halves that came after a generation, oldest first.
func (k *keyTable) successions(c sekisho.ContractID, a sekisho.AccountID, after int) ([]successionRow, error) {
	rows, err := k.db.Query(`SELECT number, sealed FROM succession WHERE contract = $1 AND account = $2 AND number > $3 ORDER BY number`, int64(c), int64(a), after)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []successionRow
	for rows.Next() {
		var s successionRow
		if err := rows.Scan(&s.number, &s.sealed); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// renewSlot puts a grown ring into a slot, and deletes successions that no slot needs any more.
func (k *keyTable) renewSlot(c sekisho.ContractID, a sekisho.AccountID, s slotRow) error {
	return k.change(func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE slot SET sealed = $4, generation = $5 WHERE contract = $1 AND account = $2 AND id = $3`,
			int64(c), int64(a), int64(s.id), s.sealed, s.generation)
		if err != nil {
			return err
		}
		return dropSuccessions(tx, c, a)
	})
}

// dropSuccessions deletes private halves that every slot of the account has.
func dropSuccessions(tx *sql.Tx, c sekisho.ContractID, a sekisho.AccountID) error {
	_, err := tx.Exec(`DELETE FROM succession WHERE contract = $1 AND account = $2 AND number <=
		(SELECT min(generation) FROM slot WHERE contract = $1 AND account = $2)`, int64(c), int64(a))
	return err
}

// recover replaces slots of some kinds by one new slot.
func (k *keyTable) recover(c sekisho.ContractID, a sekisho.AccountID, s slotRow, gone ...key.SlotKind) error {
	return k.change(func(tx *sql.Tx) error {
		for _, kind := range gone {
			if _, err := tx.Exec(`DELETE FROM slot WHERE contract = $1 AND account = $2 AND kind = $3`, int64(c), int64(a), int64(kind)); err != nil {
				return err
			}
		}
		if err := insertSlot(tx, c, a, s); err != nil {
			return err
		}
		return dropSuccessions(tx, c, a)
	})
}

func (k *keyTable) addArchiveOpening(r archiveRow) error {
	_, err := k.db.Exec(`INSERT INTO archive_opening (contract, id, at, until, actor, reason) VALUES ($1, $2, $3, $4, $5, $6)`,
		int64(r.contract), int64(r.id), r.at.UnixMilli(), r.until.UnixMilli(), int64(r.actor), r.reason)
	return err
}

func (k *keyTable) shutArchive(c sekisho.ContractID, id uint64, at time.Time) error {
	_, err := k.db.Exec(`UPDATE archive_opening SET until = $3 WHERE contract = $1 AND id = $2 AND until > $3`, int64(c), int64(id), at.UnixMilli())
	return err
}

// setPins replaces the host names of a contract.
func (k *keyTable) setPins(c sekisho.ContractID, hosts []string) error {
	return k.change(func(tx *sql.Tx) error {
		if _, err := tx.Exec(`DELETE FROM pin WHERE contract = $1`, int64(c)); err != nil {
			return err
		}
		for _, h := range hosts {
			if _, err := tx.Exec(`INSERT INTO pin (host, contract) VALUES ($1, $2)`, h, int64(c)); err != nil {
				return err
			}
		}
		return nil
	})
}

// pinned gives the contract that has a host name; 0 for none.
func (k *keyTable) pinned(host string) (sekisho.ContractID, error) {
	var c int64
	err := k.db.QueryRow(`SELECT contract FROM pin WHERE host = $1`, host).Scan(&c)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return sekisho.ContractID(c), err
}
