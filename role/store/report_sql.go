package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"slices"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// stepReport: aggregate reports of other receivers about customers' domains. The key finds one that came twice.
const stepReport = `
CREATE TABLE report (
	contract BIGINT NOT NULL,
	ended BIGINT NOT NULL,
	domain TEXT NOT NULL,
	reporter TEXT NOT NULL,
	reference TEXT NOT NULL,
	content BYTES NOT NULL,
	PRIMARY KEY (contract, ended, domain, reporter, reference)
) CLUSTERED
`

const (
	reportWrite = "INSERT INTO report (contract, ended, domain, reporter, reference, content) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
	reportRead  = "SELECT content FROM report WHERE contract = $1 AND ended > $2 AND ($3 = '' OR domain = $3) ORDER BY ended DESC LIMIT 5000"
	reportOver  = "DELETE FROM report WHERE contract = $1 AND ended <= $2"
	tlsWrite    = "INSERT INTO report_tls (contract, ended, domain, reporter, reference, content) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
	tlsRead     = "SELECT content FROM report_tls WHERE contract = $1 AND ended > $2 AND ($3 = '' OR domain = $3) ORDER BY ended DESC LIMIT 5000"
	tlsOver     = "DELETE FROM report_tls WHERE contract = $1 AND ended <= $2"
)

// How long reports are kept, and how much of one.
const (
	reportLife  = 400 * 24 * time.Hour
	mostRows    = 20_000
	mostSources = 1000
)

// report answers StoreReport.
func (s *Store) report(ctx context.Context, _ sekisho.Caller, q wire.DMARCKeep) (wire.Nothing, error) {
	if q.TLS != nil {
		return s.reportTLS(ctx, q)
	}
	r, now := q.Report, s.now()
	if q.Contract == 0 || r.Domain == "" || len(r.Rows) > mostRows || r.End.After(now.Add(48*time.Hour)) || r.End.Before(now.Add(-reportLife)) {
		return wire.Nothing{}, sekisho.E("store.report", sekisho.Invalid, errors.New("a domain, a time of the last 400 days, and at most 20,000 rows"))
	}
	content, err := json.Marshal(r)
	if err != nil {
		return wire.Nothing{}, sekisho.E("store.report", sekisho.Internal, err)
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		if err := t.liveContract(q.Contract); err != nil {
			return err
		}
		if _, err := t.Exec(reportOver, int64(q.Contract), db.Micros(now.Add(-reportLife))); err != nil {
			return err
		}
		_, err := t.Exec(reportWrite, int64(q.Contract), db.Micros(r.End), db.Text(r.Domain), db.Text(r.Reporter), db.Text(r.ID), content)
		return err
	})
}

// reports answers StoreReports.
func (s *Store) reports(ctx context.Context, by sekisho.Caller, q wire.ReportQuery) (wire.ReportStatistic, error) {
	if err := s.mayReport(ctx, by, q); err != nil {
		return wire.ReportStatistic{}, err
	}
	c := tally{days: days{}, by: map[tallyKey]*wire.ReportSource{}, told: map[tallyKey]map[string]bool{}}
	err := s.db.Reading(ctx).Each(func(scan func(...any) error) error {
		var content []byte
		var r wire.DMARCReport
		if err := scan(&content); err != nil {
			return err
		}
		if err := unpack(content, &r); err != nil {
			return err
		}
		c.add(r)
		return nil
	}, reportRead, int64(q.Contract), db.Micros(q.Since), q.Domain)
	return c.statistic(), err
}

// mayReport says whether who asks may see what is reported about a contract's domains. The operator's socket may.
func (s *Store) mayReport(ctx context.Context, by sekisho.Caller, q wire.ReportQuery) error {
	if by.Role == sekisho.Admin {
		return nil
	}
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return err
	}
	return s.allow(ctx, a, about{right: sekisho.ViewStatistics, contract: q.Contract, what: "reports", class: sekisho.ClassEnvelope})
}

type tallyKey struct {
	source netip.Addr
	domain string
}

// tally adds reports up.
type tally struct {
	out  wire.ReportStatistic
	by   map[tallyKey]*wire.ReportSource
	told map[tallyKey]map[string]bool
	days days
}

func (c *tally) add(r wire.DMARCReport) {
	c.out.Reports++
	for _, w := range r.Rows {
		k := tallyKey{w.Source, r.Domain}
		x := c.by[k]
		if x == nil {
			x = &wire.ReportSource{Source: w.Source, Domain: r.Domain}
			c.by[k], c.told[k] = x, map[string]bool{}
		}
		c.told[k][r.Reporter] = true
		x.Mails += w.Count
		c.out.Mails += w.Count
		c.days.add(r.End.Add(-time.Second), w.Count, w.DKIM == "pass" || w.SPF == "pass")
		if w.DKIM == "pass" {
			x.DKIM += w.Count
		}
		if w.SPF == "pass" {
			x.SPF += w.Count
		}
		if w.DKIM == "pass" || w.SPF == "pass" {
			x.Passed += w.Count
			c.out.Passed += w.Count
		}
		if w.Disposition == "quarantine" || w.Disposition == "reject" {
			x.Stopped += w.Count
		}
		if r.End.After(x.Last) {
			x.Last = r.End
		}
	}
}

func (c *tally) statistic() wire.ReportStatistic {
	c.out.Days = c.days.list()
	for k, x := range c.by {
		x.Reporters = len(c.told[k])
		c.out.Sources = append(c.out.Sources, *x)
	}
	slices.SortFunc(c.out.Sources, func(a, b wire.ReportSource) int {
		return cmp.Or(cmp.Compare(b.Mails-b.Passed, a.Mails-a.Passed), cmp.Compare(b.Mails, a.Mails), a.Source.Compare(b.Source), cmp.Compare(a.Domain, b.Domain))
	})
	c.out.Sources = c.out.Sources[:min(len(c.out.Sources), mostSources)]
	return c.out
}
