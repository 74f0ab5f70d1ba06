package main

import (
	"fmt"
	"io"
	"time"

	"sekisho/role/admin"
)

// accountDelegate is the command "account delegate".
type accountDelegate struct {
	Address string `arg:"" help:"Who is away."`
	To      string `placeholder:"ADDRESS" help:"Who stands in for him; without it nobody does any more."`
	From    string `placeholder:"DATE" help:"First day, such as 2026-08-10, or a time such as 2026-08-10T09:00:00+09:00; absent: now."`
	Until   string `placeholder:"DATE" help:"Last day, or a time; absent: 14 days from the beginning."`
}

// Run says it.
func (c *accountDelegate) Run(g *Global) error {
	q := admin.Delegate{Address: c.Address, Deputy: c.To, Since: time.Now()}
	var err error
	if c.From != "" {
		if q.Since, err = dayOrTime(c.From, 0); err != nil {
			return err
		}
	}
	q.Until = q.Since.AddDate(0, 0, 14)
	if c.Until != "" {
		if q.Until, err = dayOrTime(c.Until, 1); err != nil {
			return err
		}
	}
	out, err := call[admin.Delegate](g, "account/delegate", q)
	if err != nil {
		return err
	}
	return g.print(out, func(w io.Writer) {
		if out.Deputy == "" {
			row(w, "nobody stands in for", out.Address)
			return
		}
		row(w, "stands in for", out.Address, out.Deputy, "from", out.Since.Format(time.RFC3339), "until", out.Until.Format(time.RFC3339))
	})
}

// dayOrTime reads a time, or a day of this host's zone: its beginning, or that of the day so many days later.
func dayOrTime(text string, later int) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		return at, fmt.Errorf("%q is neither a day such as 2026-08-10 nor a time such as 2026-08-10T09:00:00+09:00", text)
	}
	return at.AddDate(0, 0, later), nil
}
