package store

import (
	"strconv"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// undoPolicy is what a change of a contract is called that puts the rules back that were in force before.
const undoPolicy = "undo-policy"

const policyColumns = "SELECT id, at, who, text FROM policy_version"

// scanVersion reads a row of policyColumns. An empty text stands for the default rules.
func scanVersion(scan func(...any) error) (v wire.PolicyVersion, err error) {
	var id, at int64
	err = scan(&id, &at, &v.Who, &v.Text)
	v.Version, v.At = uint64(id), db.Time(at)
	return v, err
}

// keepVersion notes the rules that come into force, and before the first time those that were.
func (t *txn) keepVersion(old wire.Contract, who string, text []byte) error {
	var one int64
	known, err := t.One([]any{&one}, "SELECT 1 FROM policy_version WHERE contract = $1 LIMIT 1", int64(old.ID))
	if err != nil {
		return err
	}
	if !known {
		if err := t.insertVersion(old.ID, "", old.Policy); err != nil {
			return err
		}
	}
	return t.insertVersion(old.ID, who, text)
}

func (t *txn) insertVersion(c sekisho.ContractID, who string, text []byte) error {
	id, err := t.take("policy", 1)
	if err != nil {
		return err
	}
	if text == nil {
		text = []byte{}
	}
	_, err = t.Exec("INSERT INTO policy_version (contract, id, at, who, text) VALUES ($1, $2, $3, $4, $5)", int64(c), id, db.Micros(t.s.now()), who, text)
	return err
}

// withoutLast gives the contract with the rules that were in force before the present ones: those of the newest version that is
// another text. Done twice, it gives the present ones again. The error is NotFound when no others were ever in force.
func (t *txn) withoutLast(c wire.Contract) (wire.Contract, error) {
	var text []byte
	found, err := t.One([]any{&text}, "SELECT text FROM policy_version WHERE contract = $1 AND text <> $2 ORDER BY id DESC LIMIT 1", int64(c.ID), orEmpty(c.Policy))
	if err != nil {
		return c, err
	}
	if !found {
		return c, adminError(sekisho.NotFound, "no other rules were in force before")
	}
	c.Policy = text
	return c, nil
}

func orEmpty(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// listVersions gives the versions of a contract's rules, newest first.
func listVersions(r db.Reader, q wire.List) (out []wire.PolicyVersion, err error) {
	if q.Contract == 0 {
		return nil, adminError(sekisho.Invalid, "whose rules?")
	}
	var w where
	w.and("contract = ?", int64(q.Contract))
	if q.ID != 0 {
		w.and("id = ?", int64(q.ID))
	}
	err = r.Each(func(scan func(...any) error) error {
		v, err := scanVersion(scan)
		out = append(out, v)
		return err
	}, policyColumns+w.String()+" ORDER BY id DESC LIMIT "+strconv.Itoa(q.Most), w.args...)
	return out, err
}
