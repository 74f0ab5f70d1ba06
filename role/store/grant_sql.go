package store

import (
	"context"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// stepConsole: what administration over the web needs: changes with who made them, grants and their use, earlier policies.
const stepConsole = `
CREATE TABLE amendment (
	contract BIGINT NOT NULL,
	id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	account BIGINT NOT NULL,
	session BIGINT NOT NULL,
	who TEXT NOT NULL,
	what TEXT NOT NULL,
	object TEXT NOT NULL,
	action TEXT NOT NULL,
	before BYTES,
	after BYTES,
	PRIMARY KEY (contract, id)
) CLUSTERED
;
CREATE TABLE access_grant (
	contract BIGINT NOT NULL,
	id BIGINT NOT NULL,
	account BIGINT NOT NULL,
	home BIGINT NOT NULL,
	who TEXT NOT NULL,
	reason TEXT NOT NULL,
	asked BIGINT NOT NULL,
	lasts BIGINT NOT NULL,
	state TEXT NOT NULL,
	decider TEXT NOT NULL,
	decided BIGINT NOT NULL,
	until BIGINT NOT NULL,
	setup BIGINT NOT NULL,
	PRIMARY KEY (contract, id)
) CLUSTERED
;
CREATE TABLE access (
	contract BIGINT NOT NULL,
	id BIGINT NOT NULL,
	access_grant BIGINT NOT NULL,
	at BIGINT NOT NULL,
	who TEXT NOT NULL,
	what TEXT NOT NULL,
	object TEXT NOT NULL,
	PRIMARY KEY (contract, id)
) CLUSTERED
;
CREATE TABLE policy_version (
	contract BIGINT NOT NULL,
	id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	who TEXT NOT NULL,
	text BYTES NOT NULL,
	PRIMARY KEY (contract, id)
) CLUSTERED
;
CREATE INDEX account_id ON account (id)
`

const (
	grantColumns          = "SELECT contract, id, account, home, who, reason, asked, lasts, state, decider, decided, until, setup FROM access_grant"
	grantOne              = grantColumns + " WHERE contract = $1 AND id = $2"
	grantStanding         = grantColumns + " WHERE contract = $1 AND account = $2 AND state = 'standing' AND until > $3 ORDER BY until DESC LIMIT 1"
	grantInsert           = "INSERT INTO access_grant (contract, id, account, home, who, reason, asked, lasts, state, decider, decided, until, setup) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
	grantUpdate           = "UPDATE access_grant SET state = $3, decider = $4, decided = $5, until = $6 WHERE contract = $1 AND id = $2 AND state = $7"
	accessInsert          = "INSERT INTO access (contract, id, access_grant, at, who, what, object) VALUES ($1, $2, $3, $4, $5, $6, $7)"
	accessAgain           = "SELECT 1 FROM access WHERE contract = $1 AND access_grant = $2 AND what = $3 AND object = $4 AND at > $5 LIMIT 1"
	accessBefore          = "SELECT 1 FROM access WHERE contract = $1 AND who = $2 AND what = $3 AND object = $4 AND at > $5 LIMIT 1"
	contractAdministrator = "SELECT 1 FROM account WHERE contract = $1 AND role IN ('admin', 'contract-admin') AND status = 1 LIMIT 1"
)

func readGrants(r db.Reader, now time.Time, query string, args ...any) (out []wire.Grant, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var g wire.Grant
		var contract, id, account, home, asked, lasts, decided, until int64
		err := scan(&contract, &id, &account, &home, &g.Who, &g.Reason, &asked, &lasts, &g.State, &g.By, &decided, &until, &g.Setup)
		g.Contract, g.ID, g.Account, g.Home = sekisho.ContractID(contract), uint64(id), sekisho.AccountID(account), sekisho.ContractID(home)
		g.Asked, g.For, g.Decided, g.Until = db.Time(asked), time.Duration(lasts)*time.Microsecond, db.Time(decided), db.Time(until)
		if g.State == "standing" && !now.Before(g.Until) {
			g.State = "over"
		}
		out = append(out, g)
		return err
	}, query, args...)
	return out, err
}

func (s *Store) insertGrant(ctx context.Context, g *wire.Grant) error {
	return s.change(ctx, func(t *txn) error {
		id, err := t.take("grant", 1)
		if err != nil {
			return err
		}
		g.ID, g.Asked = uint64(id), t.s.now()
		_, err = t.Exec(grantInsert, int64(g.Contract), id, int64(g.Account), int64(g.Home), g.Who, g.Reason, db.Micros(g.Asked), g.For.Microseconds(),
			g.State, g.By, db.Micros(g.Decided), db.Micros(g.Until), truth(g.Setup))
		if err != nil {
			return err
		}
		return t.tellGrant(*g, "grant-"+g.State)
	})
}

// updateGrant changes a grant that still is as it was read.
func (t *txn) updateGrant(g wire.Grant, was string) error {
	n, err := t.Exec(grantUpdate, int64(g.Contract), int64(g.ID), g.State, g.By, db.Micros(g.Decided), db.Micros(g.Until), was)
	if err == nil && n == 0 {
		err = grantError(sekisho.Conflict, "somebody else decided meanwhile")
	}
	if err != nil || g.State != "standing" {
		return err
	}
	return t.tellGrant(g, "grant-standing")
}
