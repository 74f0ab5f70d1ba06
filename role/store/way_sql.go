package store

import (
	"context"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// stepWay: for each contract, how mail of other organisations has come to it. It names organisations, no persons; what has not come for as
// long as the trace is kept is forgotten.
const stepWay = `
CREATE TABLE way (
	contract BIGINT NOT NULL,
	site TEXT NOT NULL,
	way TEXT NOT NULL,
	mails BIGINT NOT NULL,
	days BIGINT NOT NULL,
	last BIGINT NOT NULL,
	PRIMARY KEY (contract, site, way)
) CLUSTERED
`

// day is one in the microseconds of the database.
const day = 24 * 60 * 60 * 1_000_000

const (
	wayNote = `INSERT INTO way (contract, site, way, mails, days, last) VALUES ($1, $2, $3, 1, 1, $4) ON CONFLICT (contract, site, way)
		DO UPDATE SET mails = way.mails + 1, days = way.days + CASE WHEN way.last < $5 THEN 1 ELSE 0 END, last = excluded.last`
	wayRead = "SELECT way, mails, days FROM way WHERE contract = $1 AND site = $2 ORDER BY last DESC LIMIT 100"
	wayOld  = "DELETE FROM way WHERE contract = $1 AND last < $2"
)

// ways answers StoreWays.
func (s *Store) ways(ctx context.Context, _ sekisho.Caller, q wire.WayQuery) (out wire.Ways, err error) {
	err = s.db.Each(ctx, func(scan func(...any) error) error {
		var way string
		var mails, days int64
		if err := scan(&way, &mails, &days); err != nil {
			return err
		}
		out.Mails, out.Days = out.Mails+mails, max(out.Days, days)
		if way == wire.WaySigned || way == wire.WayServer {
			out.Proven += mails
		}
		if way == q.Way {
			out.Here += mails
		}
		return nil
	}, wayRead, int64(q.Contract), q.Site)
	return out, err
}

// came notes the way by which a mail came that somebody gets into his mailbox: once, however many do.
func (t *txn) came(in *incoming) error {
	for i := range in.Deliveries {
		d := &in.Deliveries[i]
		if d.Fate != wire.FateMailbox || d.Site == "" || d.Way == "" {
			continue
		}
		now := db.Micros(t.s.now())
		_, err := t.Exec(wayNote, int64(in.Sealed.Contract), d.Site, d.Way, now, now/day*day)
		return err
	}
	return nil
}
