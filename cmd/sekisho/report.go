package main

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"sekisho/role/admin"
	"sekisho/wire"
)

// reportCommand shows what other receivers of mail report.
type reportCommand struct {
	DMARC reportDMARC `cmd:"" name:"dmarc" help:"Who sends mail in the name of a contract's domains, as other receivers report (RFC 9990)."`
	TLS   reportTLS   `cmd:"" name:"tls" help:"How others reach the servers of a contract's domains with TLS, as they report (RFC 8460)."`
	Send  reportSend  `cmd:"" help:"Make the reports to other domains about a day now, instead of after its end."`
}

type reportDMARC struct {
	Contract string        `arg:"" help:"Name or number of the contract, or one of its domains."`
	Domain   string        `placeholder:"DOMAIN" help:"Only this domain."`
	Since    time.Duration `default:"720h" help:"Reports that end in this time back from now."`
}

// Run prints the sources, those first whose mail did not pass.
func (c *reportDMARC) Run(g *Global) error {
	a, err := call[wire.ReportStatistic](g, "report/dmarc", admin.Query{Contract: c.Contract, Match: c.Domain, Since: c.Since})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "reports", a.Reports)
		row(w, "mails", a.Mails)
		row(w, "passed", a.Passed)
		if len(a.Sources) == 0 {
			return
		}
		row(w, "SOURCE", "DOMAIN", "MAILS", "PASSED", "DKIM", "SPF", "STOPPED", "REPORTERS", "LAST")
		for _, s := range a.Sources {
			row(w, s.Source.String(), s.Domain, fmt.Sprint(s.Mails), fmt.Sprint(s.Passed), fmt.Sprint(s.DKIM), fmt.Sprint(s.SPF), fmt.Sprint(s.Stopped), s.Reporters, s.Last.Format(time.DateOnly))
		}
	})
}

type reportTLS struct {
	Contract string        `arg:"" help:"Name or number of the contract, or one of its domains."`
	Domain   string        `placeholder:"DOMAIN" help:"Only this domain."`
	Since    time.Duration `default:"720h" help:"Reports that end in this time back from now."`
}

// Run prints the results, failures first.
func (c *reportTLS) Run(g *Global) error {
	a, err := call[wire.TLSStatistic](g, "report/tls", admin.Query{Contract: c.Contract, Match: c.Domain, Since: c.Since})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "reports", a.Reports)
		row(w, "sessions with TLS", a.Success)
		row(w, "sessions that failed", a.Failure)
		if len(a.Results) == 0 {
			return
		}
		row(w, "DOMAIN", "POLICY", "RESULT", "SERVER", "SESSIONS", "REPORTERS", "LAST")
		for _, r := range a.Results {
			row(w, r.Domain, r.Policy, cmp.Or(r.Result, "success"), r.Host, fmt.Sprint(r.Sessions), r.Reporters, r.Last.Format(time.DateOnly))
		}
	})
}

type reportSend struct {
	Day string `placeholder:"YYYY-MM-DD" help:"UTC; today when not given."`
}

// Run orders the reports; post makes them within a moment.
func (c *reportSend) Run(g *Global) error {
	day := time.Now().UTC()
	if c.Day != "" {
		var err error
		if day, err = time.Parse(time.DateOnly, c.Day); err != nil {
			return fmt.Errorf("--day %q is no day: write it as 2026-03-01", c.Day)
		}
	}
	a, err := call[wire.ReportsOrdered](g, "report/send", wire.ReportOrder{Day: day})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "reports", a.Reports)
		if a.Reports == 0 {
			row(w, "", "nothing is counted for that day; reports are made when report.from is set")
		}
	})
}
