package vault

import (
	"database/sql"
	"errors"

	"sekisho"
	"sekisho/db/sqlite"
	"sekisho/seal/key"
	"sekisho/wire"
)

// keyTable is vault's own database: what is under the contract keys, no plaintext of any key, and not the contract keys: those
// are in the current table. Every change is durable when its method returns.
type keyTable struct{ db *sql.DB }

type contractRow struct {
	contract   sekisho.ContractID
	generation uint64 // of the contract key that the rows are under
	pairs      []pairRow
	officers   *officerRow // nil: nobody can recover anything
	shares     []shareRow
}

type pairRow struct {
	name            wire.KeyName
	public, private []byte
}

type accountRow struct {
	contract sekisho.ContractID
	account  sekisho.AccountID
	public   []byte
	slots    []slotRow

	generation int // how often its pair was replaced
}

type slotRow struct {
	id     uint64
	kind   key.SlotKind
	label  string
	salt   []byte
	sealed []byte

	generation int // of the ring in it
}

type signerRow struct {
	id                     uint64
	contract               sekisho.ContractID
	purpose, name          string
	public, private, chain []byte
}

var keySchema = []string{
	`CREATE TABLE IF NOT EXISTS installation_key (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS under (contract BIGINT PRIMARY KEY, generation BIGINT NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS key_pair (contract BIGINT NOT NULL, name BIGINT NOT NULL, public BLOB NOT NULL,
		private BLOB NOT NULL, PRIMARY KEY (contract, name))`,
	`CREATE TABLE IF NOT EXISTS account (contract BIGINT NOT NULL, account BIGINT NOT NULL, public BLOB NOT NULL,
		generation BIGINT NOT NULL, PRIMARY KEY (contract, account))`,
	`CREATE TABLE IF NOT EXISTS slot (contract BIGINT NOT NULL, account BIGINT NOT NULL, id BIGINT NOT NULL,
		kind BIGINT NOT NULL, label TEXT NOT NULL, salt BLOB NOT NULL, sealed BLOB NOT NULL, generation BIGINT NOT NULL,
		PRIMARY KEY (contract, account, id))`,
	`CREATE TABLE IF NOT EXISTS signer (id BIGINT PRIMARY KEY, contract BIGINT NOT NULL, purpose TEXT NOT NULL,
		name TEXT NOT NULL, public BLOB NOT NULL, private BLOB NOT NULL, chain BLOB NOT NULL, UNIQUE (contract, purpose, name))`,
	`CREATE TABLE IF NOT EXISTS officer (contract BIGINT PRIMARY KEY, number BIGINT NOT NULL, need BIGINT NOT NULL, total BIGINT NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS share (contract BIGINT NOT NULL, x BIGINT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (contract, x))`,
	`CREATE TABLE IF NOT EXISTS succession (contract BIGINT NOT NULL, account BIGINT NOT NULL, number BIGINT NOT NULL, public BLOB NOT NULL,
		sealed BLOB NOT NULL, PRIMARY KEY (contract, account, number))`,
	`CREATE TABLE IF NOT EXISTS pin (host TEXT PRIMARY KEY, contract BIGINT NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS archive_opening (contract BIGINT NOT NULL, id BIGINT NOT NULL, at BIGINT NOT NULL, until BIGINT NOT NULL,
		actor BIGINT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (contract, id))`,
	factorSchema, factorIndex, boundSchema, deviceSchema, tokenSchema, tokenIndex,
	handSchema,
}

func openKeys(path string) (*keyTable, error) {
	d, err := sqlite.Open(path)
	if err != nil {
		return nil, err
	}
	for _, s := range keySchema {
		if _, err := d.Exec(s); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return &keyTable{d}, nil
}

func (k *keyTable) close() error { return k.db.Close() }

func (k *keyTable) change(f func(*sql.Tx) error) error { return inTransaction(k.db, f) }

// inTransaction runs f in one transaction.
func inTransaction(d *sql.DB, f func(*sql.Tx) error) error {
	tx, err := d.Begin()
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func found(op string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return sekisho.E(op, sekisho.NotFound, nil)
	}
	return err
}

// older says whether the database is of a build that kept the contract keys in it.
func (k *keyTable) older() (bool, error) {
	var n int
	err := k.db.QueryRow(`SELECT count(*) FROM sqlite_master WHERE name = 'contract_key'`).Scan(&n)
	return n > 0, err
}

// any says whether there are keys that need the root key.
func (k *keyTable) any() (bool, error) {
	var n int
	err := k.db.QueryRow(`SELECT (SELECT count(*) FROM under) + (SELECT count(*) FROM installation_key)`).Scan(&n)
	return n > 0, err
}

// installation gives a wrapped key of the installation; nil when there is none of that name.
func (k *keyTable) installation(name string) ([]byte, error) {
	var b []byte
	err := k.db.QueryRow(`SELECT wrapped FROM installation_key WHERE name = $1`, name).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return b, err
}

func (k *keyTable) setInstallation(name string, wrapped []byte) error {
	_, err := k.db.Exec(`INSERT INTO installation_key (name, wrapped) VALUES ($1, $2)`, name, wrapped)
	return err
}

// addContract adds the rows of a contract.
func (k *keyTable) addContract(r contractRow) error {
	return k.change(func(tx *sql.Tx) error {
		if _, err := tx.Exec(`INSERT INTO under (contract, generation) VALUES ($1, $2)`, int64(r.contract), int64(r.generation)); err != nil {
			return err
		}
		for _, p := range r.pairs {
			if err := putPair(tx, r.contract, p); err != nil {
				return err
			}
		}
		return putOfficers(tx, r.contract, r.officers, r.shares)
	})
}

func putPair(tx *sql.Tx, c sekisho.ContractID, p pairRow) error {
	_, err := tx.Exec(`INSERT INTO key_pair (contract, name, public, private) VALUES ($1, $2, $3, $4)
		ON CONFLICT (contract, name) DO UPDATE SET public = excluded.public, private = excluded.private`, int64(c), int64(p.name), p.public, p.private)
	return err
}

func (k *keyTable) pair(c sekisho.ContractID, n wire.KeyName) (pairRow, error) {
	p := pairRow{name: n}
	err := k.db.QueryRow(`SELECT public, private FROM key_pair WHERE contract = $1 AND name = $2`, int64(c), int64(n)).Scan(&p.public, &p.private)
	return p, found("vault.pair", err)
}

func (k *keyTable) addAccount(r accountRow) error {
	return k.change(func(tx *sql.Tx) error {
		var n int
		err := tx.QueryRow(`SELECT count(*) FROM account WHERE contract = $1 AND account = $2`, int64(r.contract), int64(r.account)).Scan(&n)
		if err != nil {
			return err
		}
		if n > 0 { // a second key pair would lock the owner out of the first one's mail
			return sekisho.E("vault.account", sekisho.Exists, nil)
		}
		_, err = tx.Exec(`INSERT INTO account (contract, account, public, generation) VALUES ($1, $2, $3, 0)`, int64(r.contract), int64(r.account), r.public)
		for _, s := range r.slots {
			err = errors.Join(err, insertSlot(tx, r.contract, r.account, s))
		}
		return err
	})
}

func insertSlot(tx *sql.Tx, c sekisho.ContractID, a sekisho.AccountID, s slotRow) error {
	_, err := tx.Exec(`INSERT INTO slot (contract, account, id, kind, label, salt, sealed, generation) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		int64(c), int64(a), int64(s.id), int64(s.kind), s.label, s.salt, s.sealed, s.generation)
	return err
}

// addSlot adds a slot and removes another in the same step; gone is 0 for none.
func (k *keyTable) addSlot(c sekisho.ContractID, a sekisho.AccountID, s slotRow, gone uint64) error {
	return k.change(func(tx *sql.Tx) error {
		if err := insertSlot(tx, c, a, s); err != nil || gone == 0 {
			return err
		}
		_, err := tx.Exec(`DELETE FROM slot WHERE contract = $1 AND account = $2 AND id = $3`, int64(c), int64(a), int64(gone))
		return err
	})
}

func (k *keyTable) removeSlot(c sekisho.ContractID, a sekisho.AccountID, id uint64) error {
	r, err := k.db.Exec(`DELETE FROM slot WHERE contract = $1 AND account = $2 AND id = $3 AND kind = $4`,
		int64(c), int64(a), int64(id), int64(key.AppPassword))
	if err != nil {
		return err
	}
	if n, _ := r.RowsAffected(); n == 0 {
		return sekisho.E("vault.slot", sekisho.NotFound, nil)
	}
	return nil
}

func (k *keyTable) slots(c sekisho.ContractID, a sekisho.AccountID, kind key.SlotKind) ([]slotRow, error) {
	rows, err := k.db.Query(`SELECT id, label, salt, sealed, generation FROM slot WHERE contract = $1 AND account = $2 AND kind = $3`,
		int64(c), int64(a), int64(kind))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []slotRow
	for rows.Next() {
		s := slotRow{kind: kind}
		if err := rows.Scan(&s.id, &s.label, &s.salt, &s.sealed, &s.generation); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

const signerColumns = `id, contract, purpose, name, public, private, chain`

func scanSigner(scan func(...any) error) (signerRow, error) {
	var r signerRow
	err := scan(&r.id, &r.contract, &r.purpose, &r.name, &r.public, &r.private, &r.chain)
	return r, found("vault.signer", err)
}

func (k *keyTable) signer(c sekisho.ContractID, purpose, name string) (signerRow, error) {
	return scanSigner(k.db.QueryRow(`SELECT `+signerColumns+` FROM signer WHERE contract = $1 AND purpose = $2 AND name = $3`,
		int64(c), purpose, name).Scan)
}

func (k *keyTable) signerByID(id uint64) (signerRow, error) {
	return scanSigner(k.db.QueryRow(`SELECT `+signerColumns+` FROM signer WHERE id = $1`, int64(id)).Scan)
}

func (k *keyTable) signers(purpose string) ([]signerRow, error) {
	rows, err := k.db.Query(`SELECT `+signerColumns+` FROM signer WHERE purpose = $1 ORDER BY name`, purpose)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []signerRow
	for rows.Next() {
		r, err := scanSigner(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func (k *keyTable) addSigner(r signerRow) error {
	chain := r.chain
	if chain == nil {
		chain = []byte{}
	}
	_, err := k.db.Exec(`INSERT INTO signer (id, contract, purpose, name, public, private, chain) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		int64(r.id), int64(r.contract), r.purpose, r.name, r.public, r.private, chain)
	return err
}

func (k *keyTable) removeSigner(id uint64) error {
	_, err := k.db.Exec(`DELETE FROM signer WHERE id = $1`, int64(id))
	return err
}

// replaceSigner puts a signing key of the installation's own in the place of the one of its name and the purpose given, which gets
// the purpose before; with before "" it is deleted. A row that is there already moves.
func (k *keyTable) replaceSigner(r signerRow, purpose, before string) error {
	return k.change(func(tx *sql.Tx) error {
		if before != "" {
			if _, err := tx.Exec(`DELETE FROM signer WHERE contract = 0 AND purpose = $1 AND name = $2`, before, r.name); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE signer SET purpose = $1 WHERE contract = 0 AND purpose = $2 AND name = $3 AND id <> $4`, before, purpose, r.name, int64(r.id)); err != nil {
				return err
			}
		} else if _, err := tx.Exec(`DELETE FROM signer WHERE contract = 0 AND purpose = $1 AND name = $2`, purpose, r.name); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM signer WHERE id = $1`, int64(r.id)); err != nil {
			return err
		}
		chain := r.chain
		if chain == nil {
			chain = []byte{}
		}
		_, err := tx.Exec(`INSERT INTO signer (id, contract, purpose, name, public, private, chain) VALUES ($1, 0, $2, $3, $4, $5, $6)`,
			int64(r.id), purpose, r.name, r.public, r.private, chain)
		return err
	})
}
