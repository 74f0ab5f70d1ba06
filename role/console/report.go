package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"sekisho"
	"sekisho/wire"
)

// DMARCReports adds up what other receivers of mail report about a contract's domains.
type DMARCReports struct {
	Reports int            `json:"reports"`
	Mails   uint64         `json:"mails"`
	Passed  uint64         `json:"passed"`
	Days    Statistic      `json:"days" doc:"mails by day: passed, failed"`
	Sources []ReportSource `json:"sources" doc:"hosts that send in the name of the domains; those with most mails that did not pass first, at most 1,000"`
}

// ReportSource is one sending host, for one domain.
type ReportSource struct {
	Source    string    `json:"source"`
	Domain    string    `json:"domain"`
	Mails     uint64    `json:"mails"`
	Passed    uint64    `json:"passed"`
	DKIM      uint64    `json:"dkim" doc:"mails that passed by DKIM"`
	SPF       uint64    `json:"spf" doc:"mails that passed by SPF"`
	Stopped   uint64    `json:"stopped" doc:"mails that were rejected or put into quarantine"`
	Reporters int       `json:"reporters"`
	Last      time.Time `json:"last"`
}

// TLSReports adds up what senders of mail report about TLS with the servers of a contract's domains.
type TLSReports struct {
	Reports int         `json:"reports"`
	Success uint64      `json:"success" doc:"sessions with TLS"`
	Failure uint64      `json:"failure"`
	Days    Statistic   `json:"days" doc:"sessions by day: passed, failed"`
	Results []TLSResult `json:"results" doc:"failures first; at most 1,000"`
}

// TLSResult is one way in which sessions went.
type TLSResult struct {
	Domain    string    `json:"domain"`
	Policy    string    `json:"policy" doc:"sts, tlsa, no-policy-found"`
	Result    string    `json:"result" doc:"a word of RFC 8460 section 4.3, or empty when the sessions succeeded"`
	Host      string    `json:"host"`
	Sessions  uint64    `json:"sessions"`
	Reporters int       `json:"reporters"`
	Last      time.Time `json:"last"`
}

// ReportsIn is what reports are asked by.
type ReportsIn struct {
	OfContract
	Domain string `query:"domain" maxLength:"253" doc:"only this domain"`
	Days   int    `query:"days" default:"30" minimum:"1" maximum:"400" doc:"reports that end in so many days back from now"`
}

func (p *person) reportQuery(in *ReportsIn) wire.ReportQuery {
	return wire.ReportQuery{Pass: p.ticket.Pass, Contract: in.id(), Domain: strings.ToLower(in.Domain), Since: p.x.config.Clock().UTC().AddDate(0, 0, -in.Days)}
}

// daily puts days into columns, without gaps: a day without reports has zeros.
func daily(list []wire.ReportDay) Statistic {
	const day = 24 * time.Hour
	out := Statistic{Times: []int64{}, Series: map[string][]uint64{"passed": {}, "failed": {}}, Sums: map[string]uint64{}, Step: int64(day / time.Second)}
	for i := 0; i < len(list); {
		at := list[0].Day.Add(time.Duration(len(out.Times)) * day)
		if len(out.Times) >= 500 { // somebody's dates are far apart
			break
		}
		var d wire.ReportDay
		if !list[i].Day.After(at) {
			d = list[i]
			i++
		}
		out.Times = append(out.Times, at.Unix())
		out.Series["passed"], out.Series["failed"] = append(out.Series["passed"], d.Passed), append(out.Series["failed"], d.Failed)
		out.Sums["passed"], out.Sums["failed"] = out.Sums["passed"]+d.Passed, out.Sums["failed"]+d.Failed
	}
	return out
}

func reportRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/reports/dmarc", id: "getDMARCReports", tag: "statistic",
		summary: "Who sends mail in the name of the domains, as other receivers report", right: sekisho.ViewStatistics},
		func(ctx context.Context, p *person, in *ReportsIn) (*one[DMARCReports], error) {
			got, err := wire.StoreReports.Ask(ctx, p.x.peers.Store, p.reportQuery(in))
			out := DMARCReports{Reports: got.Reports, Mails: got.Mails, Passed: got.Passed, Days: daily(got.Days), Sources: []ReportSource{}}
			for _, s := range got.Sources {
				out.Sources = append(out.Sources, ReportSource{s.Source.String(), s.Domain, s.Mails, s.Passed, s.DKIM, s.SPF, s.Stopped, s.Reporters, s.Last})
			}
			return &one[DMARCReports]{Body: out}, err
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/reports/tls", id: "getTLSReports", tag: "statistic",
		summary: "How others reach the domains' servers with TLS, as they report", right: sekisho.ViewStatistics},
		func(ctx context.Context, p *person, in *ReportsIn) (*one[TLSReports], error) {
			got, err := wire.StoreTLSReports.Ask(ctx, p.x.peers.Store, p.reportQuery(in))
			out := TLSReports{Reports: got.Reports, Success: got.Success, Failure: got.Failure, Days: daily(got.Days), Results: []TLSResult{}}
			for _, r := range got.Results {
				out.Results = append(out.Results, TLSResult{r.Domain, r.Policy, r.Result, r.Host, r.Sessions, r.Reporters, r.Last})
			}
			return &one[TLSReports]{Body: out}, err
		})
}
