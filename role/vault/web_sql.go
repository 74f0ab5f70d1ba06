package vault

import (
	"database/sql"
	"strings"
	"time"

	"sekisho"
	"sekisho/seal/key"
)

// The tables of signing in to the web. factor.secret is under the contract key; ref is SHA-256 of a passkey's id, to find it by.
// Access tokens are random, so that a hash of one is no help to find it.
const (
	factorSchema = `CREATE TABLE IF NOT EXISTS factor (contract BIGINT NOT NULL, account BIGINT NOT NULL, id BIGINT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
		ref BLOB NOT NULL, secret BLOB NOT NULL, counter BIGINT NOT NULL, created BIGINT NOT NULL, used BIGINT NOT NULL, PRIMARY KEY (contract, account, id))`
	factorIndex = `CREATE INDEX IF NOT EXISTS factor_ref ON factor (ref)`
	boundSchema = `CREATE TABLE IF NOT EXISTS slot_bound (contract BIGINT NOT NULL, account BIGINT NOT NULL, slot BIGINT NOT NULL, protocols TEXT NOT NULL,
		networks TEXT NOT NULL, created BIGINT NOT NULL, used BIGINT NOT NULL, PRIMARY KEY (contract, account, slot))`
	deviceSchema = `CREATE TABLE IF NOT EXISTS device (contract BIGINT NOT NULL, account BIGINT NOT NULL, hash BLOB NOT NULL, used BIGINT NOT NULL,
		PRIMARY KEY (contract, account, hash))`
	tokenSchema = `CREATE TABLE IF NOT EXISTS token (contract BIGINT NOT NULL, id BIGINT NOT NULL, hash BLOB NOT NULL, account BIGINT NOT NULL, name TEXT NOT NULL,
		scopes TEXT NOT NULL, networks TEXT NOT NULL, created BIGINT NOT NULL, expires BIGINT NOT NULL, used BIGINT NOT NULL, PRIMARY KEY (contract, id))`
	tokenIndex = `CREATE UNIQUE INDEX IF NOT EXISTS token_hash ON token (hash)`
)

// The kinds of factors.
const (
	kindTOTP     = "totp"
	kindTOTPNext = "totp-next" // waits for its first code
	kindRecovery = "recovery"
	kindPasskey  = "passkey"
)

// factorRow is something that a person has besides the password.
type factorRow struct {
	contract sekisho.ContractID
	account  sekisho.AccountID
	id       uint64
	kind     string
	name     string
	ref      []byte
	secret   []byte // wrapped
	counter  int64  // TOTP: the last step used; passkey: its signature counter
	created  time.Time
	used     time.Time
}

const factorColumns = `contract, account, id, kind, name, ref, secret, counter, created, used`

func scanFactor(scan func(...any) error) (factorRow, error) {
	var f factorRow
	var created, used int64
	err := scan(&f.contract, &f.account, &f.id, &f.kind, &f.name, &f.ref, &f.secret, &f.counter, &created, &used)
	f.created, f.used = at(created), at(used)
	return f, found("vault.factor", err)
}

// at is a time from the database; 0 is the zero time.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func (k *keyTable) factors(c sekisho.ContractID, a sekisho.AccountID) ([]factorRow, error) {
	rows, err := k.db.Query(`SELECT `+factorColumns+` FROM factor WHERE contract = $1 AND account = $2 ORDER BY created, id`, int64(c), int64(a))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []factorRow
	for rows.Next() {
		f, err := scanFactor(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

func (k *keyTable) factorByRef(ref []byte) (factorRow, error) {
	return scanFactor(k.db.QueryRow(`SELECT `+factorColumns+` FROM factor WHERE ref = $1 AND kind = $2`, ref, kindPasskey).Scan)
}

// addFactors adds factors in one step, after removing all of some kinds; with a slot, if there is one.
func (k *keyTable) addFactors(c sekisho.ContractID, a sekisho.AccountID, gone []string, slot *slotRow, list ...factorRow) error {
	return k.change(func(tx *sql.Tx) error {
		for _, kind := range gone {
			if _, err := tx.Exec(`DELETE FROM factor WHERE contract = $1 AND account = $2 AND kind = $3`, int64(c), int64(a), kind); err != nil {
				return err
			}
		}
		if slot != nil {
			if err := insertSlot(tx, c, a, *slot); err != nil {
				return err
			}
		}
		for _, f := range list {
			if f.ref == nil {
				f.ref = []byte{}
			}
			if _, err := tx.Exec(`INSERT INTO factor (`+factorColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`, int64(c), int64(a), int64(f.id), f.kind, f.name,
				f.ref, f.secret, f.counter, f.created.UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
}

// countFactor notes the use of a factor with a number that must grow; false when it did not: then it was used before.
func (k *keyTable) countFactor(f factorRow, to int64, now time.Time, grows bool) (bool, error) {
	more := ` AND counter < $4`
	if !grows {
		more = ` AND counter <= $4`
	}
	r, err := k.db.Exec(`UPDATE factor SET counter = $4, used = $5 WHERE contract = $1 AND account = $2 AND id = $3`+more, int64(f.contract), int64(f.account), int64(f.id), to, now.UnixMilli())
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// removeFactor deletes a factor of a kind, with its slot; id 0 for all of the kind.
func (k *keyTable) removeFactor(c sekisho.ContractID, a sekisho.AccountID, kind string, id uint64) error {
	return k.change(func(tx *sql.Tx) error {
		r, err := tx.Exec(`DELETE FROM factor WHERE contract = $1 AND account = $2 AND kind = $3 AND ($4 = 0 OR id = $4)`, int64(c), int64(a), kind, int64(id))
		if err != nil {
			return err
		}
		if n, _ := r.RowsAffected(); n == 0 {
			return sekisho.E("vault.factor", sekisho.NotFound, nil)
		}
		if id == 0 {
			return nil
		}
		_, err = tx.Exec(`DELETE FROM slot WHERE contract = $1 AND account = $2 AND id = $3 AND kind = $4`, int64(c), int64(a), int64(id), int64(key.Passkey))
		return err
	})
}

// forgetFactors deletes all factors and known devices of an account.
func (k *keyTable) forgetFactors(c sekisho.ContractID, a sekisho.AccountID) error {
	return k.change(func(tx *sql.Tx) error {
		for _, t := range []string{"factor", "device"} {
			if _, err := tx.Exec(`DELETE FROM `+t+` WHERE contract = $1 AND account = $2`, int64(c), int64(a)); err != nil {
				return err
			}
		}
		return nil
	})
}

// boundRow is where an app password may be used.
type boundRow struct {
	slot                uint64
	protocols, networks []string
	created, used       time.Time
}

func (k *keyTable) addBound(c sekisho.ContractID, a sekisho.AccountID, s slotRow, b boundRow) error {
	return k.change(func(tx *sql.Tx) error {
		if err := insertSlot(tx, c, a, s); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO slot_bound (contract, account, slot, protocols, networks, created, used) VALUES ($1, $2, $3, $4, $5, $6, 0)`, int64(c), int64(a), int64(s.id),
			strings.Join(b.protocols, " "), strings.Join(b.networks, " "), b.created.UnixMilli())
		return err
	})
}

func (k *keyTable) bounds(c sekisho.ContractID, a sekisho.AccountID) (map[uint64]boundRow, error) {
	rows, err := k.db.Query(`SELECT slot, protocols, networks, created, used FROM slot_bound WHERE contract = $1 AND account = $2`, int64(c), int64(a))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[uint64]boundRow{}
	for rows.Next() {
		var b boundRow
		var protocols, networks string
		var created, used int64
		if err := rows.Scan(&b.slot, &protocols, &networks, &created, &used); err != nil {
			return nil, err
		}
		b.protocols, b.networks, b.created, b.used = strings.Fields(protocols), strings.Fields(networks), at(created), at(used)
		out[b.slot] = b
	}
	return out, rows.Err()
}

func (k *keyTable) boundUsed(c sekisho.ContractID, a sekisho.AccountID, slot uint64, now time.Time) error {
	_, err := k.db.Exec(`INSERT INTO slot_bound (contract, account, slot, protocols, networks, created, used) VALUES ($1, $2, $3, '', '', 0, $4)
		ON CONFLICT (contract, account, slot) DO UPDATE SET used = excluded.used`, int64(c), int64(a), int64(slot), now.UnixMilli())
	return err
}

func (k *keyTable) removeBound(c sekisho.ContractID, a sekisho.AccountID, slot uint64) error {
	_, err := k.db.Exec(`DELETE FROM slot_bound WHERE contract = $1 AND account = $2 AND slot = $3`, int64(c), int64(a), int64(slot))
	return err
}

// devicesMost bounds the devices that an account is known by; the one unused for longest is forgotten.
const devicesMost = 50

// device says whether a device of the account is known by this hash, and how many are.
func (k *keyTable) device(c sekisho.ContractID, a sekisho.AccountID, hash []byte) (known bool, all int, err error) {
	var n int
	err = k.db.QueryRow(`SELECT count(*), coalesce(sum(CASE WHEN hash = $3 THEN 1 ELSE 0 END), 0) FROM device WHERE contract = $1 AND account = $2`, int64(c), int64(a), hash).Scan(&all, &n)
	return n > 0, all, err
}

func (k *keyTable) addDevice(c sekisho.ContractID, a sekisho.AccountID, hash []byte, now time.Time) error {
	return k.change(func(tx *sql.Tx) error {
		if _, err := tx.Exec(`INSERT INTO device (contract, account, hash, used) VALUES ($1, $2, $3, $4)
			ON CONFLICT (contract, account, hash) DO UPDATE SET used = excluded.used`, int64(c), int64(a), hash, now.UnixMilli()); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM device WHERE contract = $1 AND account = $2 AND hash NOT IN
			(SELECT hash FROM device WHERE contract = $1 AND account = $2 ORDER BY used DESC LIMIT $3)`, int64(c), int64(a), devicesMost)
		return err
	})
}

// tokenRow is an access token: of programs that administer, for console.
type tokenRow struct {
	contract         sekisho.ContractID
	id               uint64
	account          sekisho.AccountID
	name             string
	scopes, networks []string
	created          time.Time
	expires, used    time.Time
}

// token finds an access token by SHA-256 of its secret.
func (k *keyTable) token(hash []byte) (tokenRow, error) {
	return scanToken(k.db.QueryRow(`SELECT `+tokenColumns+` FROM token WHERE hash = $1`, hash).Scan)
}

const tokenColumns = `contract, id, account, name, scopes, networks, created, expires, used`

func scanToken(scan func(...any) error) (tokenRow, error) {
	var t tokenRow
	var scopes, networks string
	var created, expires, used int64
	err := scan(&t.contract, &t.id, &t.account, &t.name, &scopes, &networks, &created, &expires, &used)
	t.scopes, t.networks, t.created, t.expires, t.used = strings.Fields(scopes), strings.Fields(networks), at(created), at(expires), at(used)
	return t, found("vault.token", err)
}

func (k *keyTable) addToken(t tokenRow, hash []byte) error {
	_, err := k.db.Exec(`INSERT INTO token (contract, id, hash, account, name, scopes, networks, created, expires, used) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`,
		int64(t.contract), int64(t.id), hash, int64(t.account), t.name, strings.Join(t.scopes, " "), strings.Join(t.networks, " "), t.created.UnixMilli(), t.expires.UnixMilli())
	return err
}

func (k *keyTable) tokenUsed(t tokenRow, now time.Time) error {
	_, err := k.db.Exec(`UPDATE token SET used = $3 WHERE contract = $1 AND id = $2`, int64(t.contract), int64(t.id), now.UnixMilli())
	return err
}
