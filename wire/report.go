package wire

import (
	"net/netip"
	"time"

	"sekisho"
)

// What other receivers of mail report about customers' domains (RFC 9990).
var (
	InspectDMARC = define[DMARCQuery, DMARCReports](sekisho.Inspect, 20, "dmarc", large, sekisho.Gate)
	StoreReport  = define[DMARCKeep, Nothing](sekisho.Store, 162, "report", large, sekisho.Gate)
	StoreReports = define[ReportQuery, ReportStatistic](sekisho.Store, 163, "reports", large, sekisho.Admin)
)

// DMARCQuery is a mail that may carry aggregate reports.
type DMARCQuery struct{ Raw []byte }

// DMARCReports are those that could be read. Fault says why one could not be.
type DMARCReports struct {
	List  []DMARCReport
	Fault string
}

// DMARCReport is one aggregate report: a stranger's word.
type DMARCReport struct {
	Reporter, ID, Domain, Policy string
	Begin, End                   time.Time
	Rows                         []DMARCRow
}

// DMARCRow counts mails of one source with one result.
type DMARCRow struct {
	Source      netip.Addr
	Count       uint64
	From        string
	Disposition string
	DKIM, SPF   string // "pass": passed and aligned
}

// DMARCKeep keeps a report for a contract that has its domain. A report that is known already changes nothing.
type DMARCKeep struct {
	Contract sekisho.ContractID
	Report   DMARCReport
}

// ReportQuery asks what was reported about a contract's domains.
type ReportQuery struct {
	Contract sekisho.ContractID
	Domain   string    // "": all
	Since    time.Time // reports that end later
}

// ReportStatistic adds reports up.
type ReportStatistic struct {
	Reports int
	Mails   uint64
	Passed  uint64
	Sources []ReportSource // those with most mails that did not pass first; at most 1,000
}

// ReportSource is one sending host, for one domain.
type ReportSource struct {
	Source        netip.Addr
	Domain        string
	Mails, Passed uint64
	DKIM, SPF     uint64 // mails that passed by it
	Stopped       uint64 // that were rejected or put into quarantine
	Reporters     int
	Last          time.Time
}
