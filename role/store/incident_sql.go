package store

import (
	"sekisho/db"
	"sekisho/wire"
)

// stepIncident: records of breaches, and the manifests of their scopes.
const stepIncident = `
CREATE TABLE incident (
	id BIGINT PRIMARY KEY,
	version BIGINT NOT NULL,
	record BYTES NOT NULL
)
;
CREATE TABLE manifest (
	incident BIGINT NOT NULL,
	number BIGINT NOT NULL,
	body BYTES NOT NULL,
	PRIMARY KEY (incident, number)
)
`

// readIncidents reads one record, or for 0 the newest ones.
func readIncidents(r db.Reader, id uint64) (out []wire.IncidentRow, err error) {
	query, arg := "SELECT id, version, record FROM incident WHERE id = $1", int64(id)
	if id == 0 {
		query, arg = "SELECT id, version, record FROM incident ORDER BY id DESC LIMIT $1", mostIncidents
	}
	err = r.Each(func(scan func(...any) error) error {
		var n, version int64
		var x wire.IncidentRow
		if err := scan(&n, &version, &x.Record); err != nil {
			return err
		}
		x.ID, x.Version = uint64(n), uint64(version)
		out = append(out, x)
		return nil
	}, query, arg)
	return out, err
}

func readManifest(r db.Reader, id, number uint64) (body []byte, found bool, err error) {
	err = r.Each(func(scan func(...any) error) error {
		found = true
		return scan(&body)
	}, "SELECT body FROM manifest WHERE incident = $1 AND number = $2", int64(id), int64(number))
	return body, found, err
}

func (t *txn) lastIncident() (uint64, error) {
	var n int64
	_, err := t.One([]any{&n}, "SELECT COALESCE(MAX(id), 0) FROM incident")
	return uint64(n), err
}

func (t *txn) insertIncident(x wire.IncidentRow) error {
	_, err := t.Exec("INSERT INTO incident (id, version, record) VALUES ($1, $2, $3)", int64(x.ID), int64(x.Version), x.Record)
	return err
}

func (t *txn) updateIncident(x wire.IncidentRow, was uint64) (bool, error) {
	n, err := t.Exec("UPDATE incident SET version = $2, record = $3 WHERE id = $1 AND version = $4", int64(x.ID), int64(x.Version), x.Record, int64(was))
	return n == 1, err
}

func (t *txn) insertManifest(id, number uint64, body []byte) error {
	_, err := t.Exec("INSERT INTO manifest (incident, number, body) VALUES ($1, $2, $3)", int64(id), int64(number), body)
	return err
}
