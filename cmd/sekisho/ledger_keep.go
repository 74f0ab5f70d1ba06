package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/mattn/go-isatty"

	"sekisho/role/admin"
)

type ledgerPrune struct {
	Keep string `placeholder:"DAYS" help:"Keep entries of so many days instead of the 800 that are the least."`
}

// Run lets old entries go.
func (c *ledgerPrune) Run(g *Global) error {
	var q admin.Prune
	if c.Keep != "" {
		var days int
		if _, err := fmt.Sscanf(c.Keep, "%d", &days); err != nil || days <= 0 {
			return fmt.Errorf("--keep=%q: give a number of days", c.Keep)
		}
		q.Keep = time.Duration(days) * 24 * time.Hour
	}
	a, err := call[[]admin.Pruned](g, "ledger/prune", q)
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "STREAM", "FROM", "TO", "BLOCKS", "HELD BY")
		for _, p := range a {
			row(w, p.Stream, p.From, p.To, p.Blocks, p.Held)
		}
		if len(a) == 0 {
			row(w, "nothing is old enough")
		}
	})
}

type ledgerHold struct {
	List ledgerHoldList `cmd:"" help:"List legal holds."`
	Add  ledgerHoldAdd  `cmd:"" help:"Keep the entries of a time until the hold is lifted."`
	Lift ledgerHoldLift `cmd:"" help:"Lift a hold."`
}

type ledgerHoldList struct{}

// Run lists holds.
func (ledgerHoldList) Run(g *Global) error { return holds(g, admin.HoldChange{}) }

type ledgerHoldAdd struct {
	From   string `required:"" placeholder:"DATE" help:"First day, as in 2025-04-01."`
	Until  string `required:"" placeholder:"DATE" help:"Last day."`
	Reason string `arg:"" help:"Why: it is shown to whoever prunes."`
}

// Run sets a hold.
func (c *ledgerHoldAdd) Run(g *Global) error {
	q := admin.HoldChange{Reason: c.Reason}
	var err error
	if q.From, err = time.ParseInLocation(time.DateOnly, c.From, time.Local); err != nil {
		return fmt.Errorf("--from=%q: give a day as in 2025-04-01", c.From)
	}
	if q.Until, err = time.ParseInLocation(time.DateOnly, c.Until, time.Local); err != nil {
		return fmt.Errorf("--until=%q: give a day as in 2025-04-01", c.Until)
	}
	q.Until = q.Until.AddDate(0, 0, 1)
	return holds(g, q)
}

type ledgerHoldLift struct {
	ID uint64 `arg:"" help:"Number of the hold."`
}

// Run lifts a hold.
func (c *ledgerHoldLift) Run(g *Global) error { return holds(g, admin.HoldChange{Lift: c.ID}) }

func holds(g *Global, q admin.HoldChange) error {
	a, err := call[[]admin.LegalHold](g, "ledger/hold", q)
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "HOLD", "FROM", "UNTIL", "SET", "BY UID", "REASON")
		for _, h := range a {
			row(w, h.ID, when(h.From), when(h.Until), when(h.Set), int64(h.By)-1, h.Reason)
		}
	})
}

func sortEntries(list []admin.Entry) {
	slices.SortStableFunc(list, func(a, b admin.Entry) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Number, b.Number))
	})
}

// share tells on a terminal how much of how much is done, at most four times a second, and ends the line at 0 of 0.
func share(w io.Writer, what string) func(done, total uint64) {
	f, ok := w.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) {
		return func(uint64, uint64) {}
	}
	var last time.Time
	return func(done, total uint64) {
		switch {
		case total == 0 && !last.IsZero():
			fmt.Fprintln(w)
		case total > 0 && time.Since(last) > 250*time.Millisecond:
			last = time.Now()
			fmt.Fprintf(w, "\r%d of %d %s (%d%%)", done, total, what, done*100/total)
		}
	}
}
