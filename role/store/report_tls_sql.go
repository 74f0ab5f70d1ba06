package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// stepTLSReport: reports of senders of mail about TLS with customers' servers. The key finds one that came twice.
const stepTLSReport = `
CREATE TABLE report_tls (
	contract BIGINT NOT NULL,
	ended BIGINT NOT NULL,
	domain TEXT NOT NULL,
	reporter TEXT NOT NULL,
	reference TEXT NOT NULL,
	content BYTES NOT NULL,
	PRIMARY KEY (contract, ended, domain, reporter, reference)
) CLUSTERED
`

// reportTLS keeps a report about TLS.
func (s *Store) reportTLS(ctx context.Context, q wire.DMARCKeep) (wire.Nothing, error) {
	r, now := *q.TLS, s.now()
	if q.Contract == 0 || r.Domain == "" || r.End.After(now.Add(48*time.Hour)) || r.End.Before(now.Add(-reportLife)) {
		return wire.Nothing{}, sekisho.E("store.report", sekisho.Invalid, errors.New("a domain, and a time of the last 400 days"))
	}
	content, err := json.Marshal(r)
	if err != nil {
		return wire.Nothing{}, sekisho.E("store.report", sekisho.Internal, err)
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		if err := t.liveContract(q.Contract); err != nil {
			return err
		}
		if _, err := t.Exec(tlsOver, int64(q.Contract), db.Micros(now.Add(-reportLife))); err != nil {
			return err
		}
		_, err := t.Exec(tlsWrite, int64(q.Contract), db.Micros(r.End), db.Text(r.Domain), db.Text(r.Reporter), db.Text(r.ID), content)
		return err
	})
}

// tlsReports answers StoreTLSReports.
func (s *Store) tlsReports(ctx context.Context, asker sekisho.Caller, q wire.ReportQuery) (out wire.TLSStatistic, err error) {
	if err := s.mayReport(ctx, asker, q); err != nil {
		return out, err
	}
	by, told, every := map[wire.TLSResult]*wire.TLSResult{}, map[wire.TLSResult]map[string]bool{}, days{}
	add := func(r *wire.TLSReport, k wire.TLSResult, n uint64) {
		if n == 0 {
			return
		}
		x := by[k]
		if x == nil {
			fresh := k
			x, told[k] = &fresh, map[string]bool{}
			by[k] = x
		}
		told[k][r.Reporter] = true
		if x.Sessions += n; r.End.After(x.Last) {
			x.Last = r.End
		}
	}
	err = s.db.Reading(ctx).Each(func(scan func(...any) error) error {
		var content []byte
		var r wire.TLSReport
		if err := scan(&content); err != nil {
			return err
		}
		if err := unpack(content, &r); err != nil {
			return err
		}
		out.Reports++
		for _, p := range r.Policies {
			out.Success, out.Failure = out.Success+p.Success, out.Failure+p.Failure
			every.add(r.End.Add(-time.Second), p.Success, true)
			every.add(r.End.Add(-time.Second), p.Failure, false)
			add(&r, wire.TLSResult{Domain: r.Domain, Policy: p.Type}, p.Success)
			for _, f := range p.Failures {
				add(&r, wire.TLSResult{Domain: r.Domain, Policy: p.Type, Result: f.Result, Host: f.Host}, f.Count)
			}
		}
		return nil
	}, tlsRead, int64(q.Contract), db.Micros(q.Since), q.Domain)
	for k, x := range by {
		x.Reporters = len(told[k])
		out.Results = append(out.Results, *x)
	}
	slices.SortFunc(out.Results, func(a, b wire.TLSResult) int {
		first := func(r wire.TLSResult) int { return len(r.Result[:min(1, len(r.Result))]) }
		return cmp.Or(first(b)-first(a), cmp.Compare(b.Sessions, a.Sessions), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Result, b.Result), cmp.Compare(a.Host, b.Host))
	})
	out.Results = out.Results[:min(len(out.Results), mostSources)]
	out.Days = every.list()
	return out, err
}

// days adds up by day, UTC.
type days map[time.Time]*wire.ReportDay

func (d days) add(at time.Time, n uint64, passed bool) {
	day := at.UTC().Truncate(24 * time.Hour)
	x := d[day]
	if x == nil {
		x = &wire.ReportDay{Day: day}
		d[day] = x
	}
	if passed {
		x.Passed += n
	} else {
		x.Failed += n
	}
}

func (d days) list() (out []wire.ReportDay) {
	for _, x := range d {
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b wire.ReportDay) int { return a.Day.Compare(b.Day) })
	return out[max(0, len(out)-500):]
}
