package vault

import (
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"sekisho"
	"sekisho/db/sqlite"
)

// currentTable is the small table that holds what everything else hangs on: the wrapped contract keys, and by which epoch of
// the root key they are wrapped. It is current only: a copy of it replaces the one before, and it is never part of a data
// backup. So a key that is deleted here is gone from every backup too.
type currentTable struct {
	db   *sql.DB
	path string

	mu    sync.Mutex // guards what follows
	known map[generation][]byte
}

// generation names one generation of a contract's key.
type generation struct {
	contract sekisho.ContractID
	number   uint64
}

// epochRow is an epoch of the root key.
type epochRow struct {
	number uint64
	source string // where its key comes from: Root.Name
	sealed []byte // what the source needs to give the key
	proof  []byte // opens only with the right key
	made   time.Time
}

// contractKeyRow is one generation of a contract's key. Contract 0 is the installation itself.
type contractKeyRow struct {
	contract   sekisho.ContractID
	generation uint64
	wrapped    []byte
	retired    time.Time // zero for the newest; older ones are kept for as long as data backups are
}

var currentSchema = []string{
	`CREATE TABLE IF NOT EXISTS epoch (number BIGINT PRIMARY KEY, source TEXT NOT NULL, sealed BLOB NOT NULL, proof BLOB NOT NULL, made BIGINT NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS contract_key (contract BIGINT NOT NULL, generation BIGINT NOT NULL, wrapped BLOB NOT NULL, retired BIGINT NOT NULL,
		PRIMARY KEY (contract, generation))`,
	`CREATE TABLE IF NOT EXISTS termination (contract BIGINT PRIMARY KEY, step BIGINT NOT NULL, statement BLOB NOT NULL, signature BLOB NOT NULL,
		contact BLOB NOT NULL, expires BIGINT NOT NULL)`,
}

// openCurrent opens the table. Deleted bytes are overwritten, as they are keys.
func openCurrent(dir string) (*currentTable, error) {
	path := filepath.Join(dir, "current.db")
	d, err := sqlite.Open(path)
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(1) // so that the pragma holds for every statement
	for _, s := range append([]string{`PRAGMA secure_delete = ON`}, currentSchema...) {
		if _, err := d.Exec(s); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return &currentTable{db: d, path: path, known: map[generation][]byte{}}, nil
}

func (c *currentTable) close() error { return c.db.Close() }

// flush empties the write-ahead log, where deleted bytes would stay readable otherwise.
func (c *currentTable) flush() error {
	var busy, log, done int
	return c.db.QueryRow(`PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &done)
}

// change runs f in one transaction and leaves everything in the file itself, so that a copy of the file is whole.
func (c *currentTable) change(f func(*sql.Tx) error) error {
	c.forget()
	defer c.forget()
	if err := inTransaction(c.db, f); err != nil {
		return err
	}
	return c.flush()
}

// epoch gives the epoch in force; number 0 when there is none yet.
func (c *currentTable) epoch() (epochRow, error) {
	var e epochRow
	var made int64
	err := c.db.QueryRow(`SELECT number, source, sealed, proof, made FROM epoch`).Scan(&e.number, &e.source, &e.sealed, &e.proof, &made)
	if errors.Is(err, sql.ErrNoRows) {
		return epochRow{}, nil
	}
	e.made = time.UnixMilli(made).UTC()
	return e, err
}

func putEpoch(tx *sql.Tx, e epochRow) error {
	if _, err := tx.Exec(`DELETE FROM epoch`); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO epoch (number, source, sealed, proof, made) VALUES ($1, $2, $3, $4, $5)`,
		int64(e.number), e.source, notNil(e.sealed), e.proof, e.made.UnixMilli())
	return err
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// key gives one generation of a contract's key, wrapped.
func (c *currentTable) key(id sekisho.ContractID, number uint64) ([]byte, error) {
	at := generation{id, number}
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.known[at]; b != nil {
		return slices.Clone(b), nil
	}
	var b []byte
	if err := c.db.QueryRow(`SELECT wrapped FROM contract_key WHERE contract = $1 AND generation = $2`, int64(id), int64(number)).Scan(&b); err != nil {
		return nil, found("vault.contract", err)
	}
	c.known[at] = slices.Clone(b)
	return b, nil
}

// forget makes what is remembered of keys void, before and after each statement that changes them: in between it may be read
// again. The lock makes a reader that began before wait.
func (c *currentTable) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for at, b := range c.known {
		clear(b)
		delete(c.known, at)
	}
}

// keys lists every generation of every contract's key.
func (c *currentTable) keys() ([]contractKeyRow, error) { return readKeys(c.db.Query) }

func readKeys(query func(string, ...any) (*sql.Rows, error)) ([]contractKeyRow, error) {
	rows, err := query(`SELECT contract, generation, wrapped, retired FROM contract_key ORDER BY contract, generation`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []contractKeyRow
	for rows.Next() {
		var r contractKeyRow
		var retired int64
		if err := rows.Scan(&r.contract, &r.generation, &r.wrapped, &retired); err != nil {
			return nil, err
		}
		if retired > 0 {
			r.retired = time.UnixMilli(retired)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func (c *currentTable) addKey(r contractKeyRow) error {
	return c.change(func(tx *sql.Tx) error {
		// A terminated contract never gets a key again.
		var n int
		if err := tx.QueryRow(`SELECT count(*) FROM termination WHERE contract = $1`, int64(r.contract)).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return sekisho.E("vault.contract", sekisho.Denied, errTerminated)
		}
		_, err := tx.Exec(`INSERT INTO contract_key (contract, generation, wrapped, retired) VALUES ($1, $2, $3, 0)`,
			int64(r.contract), int64(r.generation), r.wrapped)
		return err
	})
}

// retire marks all generations before the given one.
func (c *currentTable) retire(id sekisho.ContractID, newest uint64, at time.Time) error {
	_, err := c.db.Exec(`UPDATE contract_key SET retired = $3 WHERE contract = $1 AND generation < $2 AND retired = 0`, int64(id), int64(newest), at.UnixMilli())
	return err
}

// prune destroys generations that retired before a time and says how many.
func (c *currentTable) prune(before time.Time) (int64, error) {
	c.forget()
	defer c.forget()
	r, err := c.db.Exec(`DELETE FROM contract_key WHERE retired > 0 AND retired < $1`, before.UnixMilli())
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	if err == nil && n > 0 {
		err = c.flush()
	}
	return n, err
}

// turn replaces the epoch: every key is wrapped anew by rewrap, those of the contracts in gone are deleted, and the step of
// their terminations is written, all at once.
func (c *currentTable) turn(next epochRow, gone []sekisho.ContractID, step int, rewrap func(contractKeyRow) ([]byte, error)) error {
	return c.change(func(tx *sql.Tx) error {
		for _, id := range gone {
			if _, err := tx.Exec(`DELETE FROM contract_key WHERE contract = $1`, int64(id)); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE termination SET step = $2 WHERE contract = $1`, int64(id), step); err != nil {
				return err
			}
		}
		list, err := readKeys(tx.Query)
		if err != nil {
			return err
		}
		for _, r := range list {
			wrapped, err := rewrap(r)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE contract_key SET wrapped = $3 WHERE contract = $1 AND generation = $2`, int64(r.contract), int64(r.generation), wrapped); err != nil {
				return err
			}
		}
		return putEpoch(tx, next)
	})
}

// terminationRow is how far the end of a contract has come, and its certificate when it is there.
type terminationRow struct {
	contract             sekisho.ContractID
	step                 int
	statement, signature []byte
	contact              []byte // boxed to the notification key; empty when none was given or it has expired
	expires              time.Time
}

func (c *currentTable) addTermination(r terminationRow) error {
	_, err := c.db.Exec(`INSERT INTO termination (contract, step, statement, signature, contact, expires) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (contract) DO NOTHING`, int64(r.contract), r.step, r.statement, notNil(r.signature), notNil(r.contact), r.expires.UnixMilli())
	return err
}

func (c *currentTable) setTermination(r terminationRow) error {
	_, err := c.db.Exec(`UPDATE termination SET step = $2, statement = $3, signature = $4 WHERE contract = $1`, int64(r.contract), r.step, r.statement, notNil(r.signature))
	return err
}

func (c *currentTable) terminations() ([]terminationRow, error) {
	rows, err := c.db.Query(`SELECT contract, step, statement, signature, contact, expires FROM termination ORDER BY contract`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []terminationRow
	for rows.Next() {
		var r terminationRow
		var expires int64
		if err := rows.Scan(&r.contract, &r.step, &r.statement, &r.signature, &r.contact, &expires); err != nil {
			return nil, err
		}
		r.expires = time.UnixMilli(expires).UTC()
		out = append(out, r)
	}
	return out, rows.Err()
}

// forgetContacts deletes contacts whose time is over.
func (c *currentTable) forgetContacts(now time.Time) error {
	_, err := c.db.Exec(`UPDATE termination SET contact = $2 WHERE expires < $1 AND length(contact) > 0`, now.UnixMilli(), []byte{})
	return err
}
