package wire

import (
	"net/netip"
	"time"

	"sekisho"
)

// What others report about customers' domains: receivers of mail (RFC 9990), and senders about TLS (RFC 8460).
var (
	InspectDMARC = define[DMARCQuery, DMARCReports](sekisho.Inspect, 20, "dmarc", large, sekisho.Gate)
	StoreReport  = define[DMARCKeep, Nothing](sekisho.Store, 162, "report", large, sekisho.Gate)
	StoreReports = define[ReportQuery, ReportStatistic](sekisho.Store, 163, "reports", large, sekisho.Admin, sekisho.Console)

	StoreTLSReports = define[ReportQuery, TLSStatistic](sekisho.Store, 169, "tls-reports", large, sekisho.Admin, sekisho.Console)
)

// DMARCQuery is a mail that may carry aggregate reports.
type DMARCQuery struct{ Raw []byte }

// DMARCReports are those that could be read. Fault says why one could not be.
type DMARCReports struct {
	List  []DMARCReport
	TLS   []TLSReport
	Fault string
}

// TLSReport is what one sender of mail says about TLS with the servers of one domain.
type TLSReport struct {
	Reporter, ID, Domain string
	Begin, End           time.Time
	Policies             []TLSPolicy
}

// TLSPolicy counts the sessions under one policy.
type TLSPolicy struct {
	Type             string // "sts", "tlsa", "no-policy-found"
	Success, Failure uint64
	Failures         []TLSFailure
}

// TLSFailure counts sessions that failed in one way.
type TLSFailure struct {
	Result, Host string
	Count        uint64
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
	TLS      *TLSReport // instead of Report
}

// ReportQuery asks what was reported about a contract's domains.
type ReportQuery struct {
	Pass     Pass // of the administrator who asks, by console
	Contract sekisho.ContractID
	Domain   string    // "": all
	Since    time.Time // reports that end later
}

// ReportStatistic adds reports up.
type ReportStatistic struct {
	Reports int
	Mails   uint64
	Passed  uint64
	Days    []ReportDay
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

// ReportDay adds up what was reported of a day: mails that passed and did not, or sessions.
type ReportDay struct {
	Day            time.Time
	Passed, Failed uint64
}

// TLSStatistic adds reports about TLS up.
type TLSStatistic struct {
	Reports          int
	Success, Failure uint64
	Days             []ReportDay
	Results          []TLSResult // failures first, those with most sessions first; at most 1,000
}

// TLSResult is one way in which sessions went.
type TLSResult struct {
	Domain, Policy string
	Result, Host   string // "": they succeeded
	Sessions       uint64
	Reporters      int
	Last           time.Time
}
