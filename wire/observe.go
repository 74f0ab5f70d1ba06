package wire

import (
	"time"

	"sekisho"
)

// What was seen here of other domains' mail and servers, counted by day, to be reported to them (RFC 9990, RFC 8460).
var (
	StoreObserve     = define[Observe, Nothing](sekisho.Store, 164, "observe", large, sekisho.Gate, sekisho.Post)
	StoreObserved    = define[ReportKey, ObservedRows](sekisho.Store, 165, "observed", large, sekisho.Post)
	StoreReportsDue  = define[ReportsDueQuery, ReportsDue](sekisho.Store, 166, "reports-due", large, sekisho.Post)
	StoreReportSent  = define[ReportSent, Nothing](sekisho.Store, 167, "report-sent", large, sekisho.Post)
	StoreReportOrder = define[ReportOrder, ReportsOrdered](sekisho.Store, 168, "report-order", small, sekisho.Admin)
)

// The kinds of report.
const (
	ReportDMARC = "dmarc"
	ReportTLS   = "tls"
)

// MostDetail bounds Seen.Detail, and MostSeen the different details that are counted of a domain in a day.
const (
	MostDetail = 4 << 10
	MostSeen   = 2000
)

// Observe adds counts up.
type Observe struct{ List []Seen }

// Seen counts equal observations of a domain in a day.
type Seen struct {
	ReportKey
	Observed
}

// ReportKey names a report: whom it is for, of which kind, and the day, UTC, at its beginning.
type ReportKey struct {
	Kind   string
	Day    time.Time
	Domain string
}

// Observed is what was seen, and how often. Detail is JSON of the kind's own form.
type Observed struct {
	Detail []byte
	Count  uint64
}

// ObservedRows are all observations for one report.
type ObservedRows struct{ List []Observed }

// ReportsDueQuery waits for reports to make: of days that are over, and those that were ordered.
type ReportsDueQuery struct{ Wait time.Duration }

// ReportsDue are some of them, oldest day first.
type ReportsDue struct{ List []ReportKey }

// ReportSent says that these counts were reported, or never can be. What was counted since stays.
type ReportSent struct {
	ReportKey
	List []Observed
}

// ReportOrder has reports of a day made now.
type ReportOrder struct{ Day time.Time }

// ReportsOrdered says how many reports that makes.
type ReportsOrdered struct{ Reports int }
