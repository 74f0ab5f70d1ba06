package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// stepObserved: counts that other domains get reports of. They name domains and hosts, no person, and belong to no contract.
const stepObserved = `
CREATE TABLE observed (
	kind TEXT NOT NULL,
	day BIGINT NOT NULL,
	domain TEXT NOT NULL,
	id TEXT NOT NULL,
	detail BYTES NOT NULL,
	count BIGINT NOT NULL,
	ordered BIGINT NOT NULL,
	PRIMARY KEY (kind, day, domain, id)
) CLUSTERED
`

const (
	observedAdd   = "UPDATE observed SET count = count + $5 WHERE kind = $1 AND day = $2 AND domain = $3 AND id = $4"
	observedTold  = "UPDATE observed SET count = count - $5, ordered = 0 WHERE kind = $1 AND day = $2 AND domain = $3 AND id = $4"
	observedIs    = "SELECT 1 FROM observed WHERE kind = $1 AND day = $2 AND domain = $3 AND id = $4"
	observedMany  = "SELECT COUNT(*) FROM observed WHERE kind = $1 AND day = $2 AND domain = $3"
	observedNew   = "INSERT INTO observed (kind, day, domain, id, detail, count, ordered) VALUES ($1, $2, $3, $4, $5, $6, 0)"
	observedRead  = "SELECT detail, count FROM observed WHERE kind = $1 AND day = $2 AND domain = $3 AND count > 0"
	observedDue   = "SELECT DISTINCT day, kind, domain FROM observed WHERE day < $1 OR ordered = 1 ORDER BY day, kind, domain LIMIT 500"
	observedOver  = "DELETE FROM observed WHERE day < $1 OR count <= 0"
	observedOrder = "UPDATE observed SET ordered = 1 WHERE day = $1"
	observedWhose = "SELECT DISTINCT kind, domain FROM observed WHERE day = $1"
)

// observedLife is how long counts are kept when nobody can be told.
const observedLife = 4 * 24 * time.Hour

// observedLate is how long after midnight a day's counts still come.
const observedLate = 10 * time.Minute

func midnight(t time.Time) int64 { return db.Micros(t.UTC().Truncate(24 * time.Hour)) }

func badKey(k wire.ReportKey) bool {
	return k.Kind != wire.ReportDMARC && k.Kind != wire.ReportTLS || k.Domain == "" || len(k.Domain) > 253
}

// observedID is the key of an observation: details may be longer than keys can be.
func observedID(detail []byte) string {
	h := sha256.Sum256(detail)
	return hex.EncodeToString(h[:16])
}

// observe answers StoreObserve. Of a domain in a day MostSeen different observations are counted; the others are not.
func (s *Store) observe(ctx context.Context, _ sekisho.Caller, q wire.Observe) (wire.Nothing, error) {
	now := s.now()
	for _, x := range q.List {
		if badKey(x.ReportKey) || len(x.Detail) > wire.MostDetail || x.Count == 0 || x.Count > 1<<40 || x.Day.After(now.Add(time.Hour)) {
			return wire.Nothing{}, sekisho.E("store.observe", sekisho.Invalid, errors.New("a kind, a domain, a day and at most 4 KB"))
		}
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		for _, x := range q.List {
			if err := t.seen(x); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *txn) seen(x wire.Seen) error {
	day, id := midnight(x.Day), observedID(x.Detail)
	var one, many int64
	found, err := t.One([]any{&one}, observedIs, x.Kind, day, x.Domain, id)
	if err != nil {
		return err
	}
	if found {
		_, err = t.Exec(observedAdd, x.Kind, day, x.Domain, id, int64(x.Count))
		return err
	}
	if _, err := t.One([]any{&many}, observedMany, x.Kind, day, x.Domain); err != nil || many >= wire.MostSeen {
		return err
	}
	_, err = t.Exec(observedNew, x.Kind, day, x.Domain, id, x.Detail, int64(x.Count))
	return err
}

// observed answers StoreObserved.
func (s *Store) observed(ctx context.Context, _ sekisho.Caller, q wire.ReportKey) (out wire.ObservedRows, err error) {
	err = s.db.Reading(ctx).Each(func(scan func(...any) error) error {
		var o wire.Observed
		var count int64
		if err := scan(&o.Detail, &count); err != nil {
			return err
		}
		o.Count = uint64(count)
		out.List = append(out.List, o)
		return nil
	}, observedRead, q.Kind, midnight(q.Day), q.Domain)
	return out, err
}

// reportsDue answers StoreReportsDue: at once when something is due, or is ordered while it waits. A day is over a moment after its end, when
// everybody has counted.
func (s *Store) reportsDue(ctx context.Context, _ sekisho.Caller, q wire.ReportsDueQuery) (wire.ReportsDue, error) {
	wait := time.NewTimer(min(q.Wait, time.Minute))
	defer wait.Stop()
	out, err := s.reportsNow(ctx)
	if err != nil || len(out.List) > 0 {
		return out, err
	}
	select {
	case <-s.ordered:
	case <-wait.C:
	case <-ctx.Done():
		return out, sekisho.E("store.reports-due", sekisho.Unavailable, ctx.Err())
	}
	return s.reportsNow(ctx)
}

func (s *Store) reportsNow(ctx context.Context) (out wire.ReportsDue, err error) {
	err = s.db.Reading(ctx).Each(func(scan func(...any) error) error {
		var k wire.ReportKey
		var day int64
		if err := scan(&day, &k.Kind, &k.Domain); err != nil {
			return err
		}
		k.Day = db.Time(day)
		out.List = append(out.List, k)
		return nil
	}, observedDue, midnight(s.now().Add(-observedLate)))
	return out, err
}

// reportSent answers StoreReportSent.
func (s *Store) reportSent(ctx context.Context, _ sekisho.Caller, q wire.ReportSent) (wire.Nothing, error) {
	if badKey(q.ReportKey) || len(q.List) > wire.MostSeen {
		return wire.Nothing{}, sekisho.E("store.report-sent", sekisho.Invalid, errors.New("a report that was due"))
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		for _, o := range q.List {
			if _, err := t.Exec(observedTold, q.Kind, midnight(q.Day), q.Domain, observedID(o.Detail), int64(o.Count)); err != nil {
				return err
			}
		}
		_, err := t.Exec(observedOver, midnight(s.now().Add(-observedLife)))
		return err
	})
}

// reportOrder answers StoreReportOrder.
func (s *Store) reportOrder(ctx context.Context, _ sekisho.Caller, q wire.ReportOrder) (out wire.ReportsOrdered, err error) {
	err = s.change(ctx, func(t *txn) error {
		out.Reports = 0
		err := t.Each(func(scan func(...any) error) error {
			var kind, domain string
			out.Reports++
			return scan(&kind, &domain)
		}, observedWhose, midnight(q.Day))
		if err != nil {
			return err
		}
		_, err = t.Exec(observedOrder, midnight(q.Day))
		return err
	})
	select {
	case s.ordered <- struct{}{}:
	default:
	}
	return out, err
}
