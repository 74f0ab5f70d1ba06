package store

import (
	"context"
	"errors"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// stepURL: how often links to a domain were clicked, by day. Whose clicks they were is written nowhere.
const stepURL = `
CREATE TABLE click (
	contract BIGINT NOT NULL,
	day BIGINT NOT NULL,
	site TEXT NOT NULL,
	result TEXT NOT NULL,
	n BIGINT NOT NULL,
	PRIMARY KEY (contract, day, site, result)
) CLUSTERED
`

const (
	clickAdd = `INSERT INTO click (contract, day, site, result, n) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (contract, day, site, result) DO UPDATE SET n = click.n + 1`
	clickKnown = "SELECT n FROM click WHERE contract = $1 AND day = $2 AND site = $3 AND result = $4"
	clickDay   = "SELECT COUNT(*) FROM click WHERE contract = $1 AND day = $2"
	clickOld   = "DELETE FROM click WHERE contract = $1 AND day < $2"
	clickSums  = "SELECT site, result, SUM(n), MAX(day) FROM click WHERE contract = $1 AND day >= $2 GROUP BY site, result ORDER BY SUM(n) DESC, site, result LIMIT 1000"
)

// Bounds of what is counted: others than the first domains of a day are counted as one.
const (
	mostSites = 5000
	clickKept = 92 // days
	others    = "*"
)

// url answers StoreURL.
func (s *Store) url(ctx context.Context, _ sekisho.Caller, q wire.URLQuery) (out wire.URLRules, err error) {
	if q.Count {
		return out, s.change(ctx, func(t *txn) error { return t.click(q, s.c.Clock()) })
	}
	err = s.db.Snapshot(ctx, func(r db.Reader) error {
		c, err := readContract(r, q.Contract)
		if err != nil {
			return err
		}
		if c.Status == sekisho.Terminated {
			return sekisho.E("store.url", sekisho.NotFound, errors.New("the contract has ended"))
		}
		out = wire.URLRules{Language: c.Language}
		if c.URLs != nil {
			out.URLPolicy = *c.URLs
		}
		for _, d := range c.Domains {
			out.Domains = append(out.Domains, d.Name)
		}
		out.Partners, err = partnerDomains(r, q.Contract)
		return err
	})
	return out, err
}

// click counts one.
func (t *txn) click(q wire.URLQuery, now time.Time) error {
	switch q.Result {
	case "shown", "blocked", "expired", "direct", "reported":
	default:
		return sekisho.E("store.url", sekisho.Invalid, errors.New("no such result"))
	}
	if len(q.Site) > 253 || q.Site == "" {
		return sekisho.E("store.url", sekisho.Invalid, errors.New("no such domain"))
	}
	day, n := now.Unix()/86400, int64(0)
	known, err := t.One([]any{&n}, clickKnown, int64(q.Contract), day, q.Site, q.Result)
	if err != nil {
		return err
	}
	if !known {
		if _, err := t.One([]any{&n}, clickDay, int64(q.Contract), day); err != nil {
			return err
		}
		if n >= mostSites {
			q.Site = others
		}
		if _, err := t.Exec(clickOld, int64(q.Contract), day-clickKept); err != nil {
			return err
		}
	}
	_, err = t.Exec(clickAdd, int64(q.Contract), day, q.Site, q.Result)
	return err
}

// urlCount answers StoreURLCount.
func (s *Store) urlCount(ctx context.Context, _ sekisho.Caller, q wire.URLCountQuery) (out wire.URLCounts, err error) {
	out.List, err = clicksSince(s.db.Reading(ctx), q.Contract, q.Since)
	return out, err
}

// clicksSince are the sums of a contract's clicks since a day, most first.
func clicksSince(r db.Reader, id sekisho.ContractID, since time.Time) (out []wire.URLCount, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var x wire.URLCount
		var n, day int64
		err := scan(&x.Site, &x.Result, &n, &day)
		x.Count, x.Last = uint64(n), time.Unix(day*86400, 0).UTC()
		out = append(out, x)
		return err
	}, clickSums, int64(id), since.Unix()/86400)
	return out, err
}
