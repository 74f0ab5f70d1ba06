package main

import (
	"fmt"
	"io"
	"strings"

	"sekisho/role/admin"
)

// queueCommand looks at and steers mail on its way out.
type queueCommand struct {
	List    queueList    `cmd:"" help:"List deliveries to the outside."`
	Show    queueShow    `cmd:"" help:"Show one delivery."`
	Retry   queueRetry   `cmd:"" help:"Try now."`
	Suspend queueSuspend `cmd:"" help:"Do not try until resumed."`
	Resume  queueResume  `cmd:"" help:"Go on trying."`
	GiveUp  queueGiveUp  `cmd:"" help:"Give up, with a notice to the sender."`
	Cancel  queueCancel  `cmd:"" help:"Delete without a notice to the sender."`
}

type queueList struct {
	Contract string `arg:"" optional:"" help:"Only of this contract."`
	Match    string `help:"Part of an address."`
	All      bool   `help:"Also what is finished."`
	Most     int    `default:"100" help:"Most rows."`
}

// Run lists the queue.
func (c *queueList) Run(g *Global) error {
	a, err := call[[]admin.QueueItem](g, "queue/list", admin.Query{Contract: c.Contract, Match: c.Match, All: c.All, Most: c.Most})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "ID", "STATE", "TRIES", "FROM", "TO", "NEXT", "LAST ANSWER")
		for _, i := range a {
			row(w, i.ID, i.State, i.Attempts, i.From, i.Recipient, when(i.Next), i.Last)
		}
	})
}

type queueShow struct {
	ID uint64 `arg:"" help:"Number from list."`
}

// Run shows one delivery.
func (c *queueShow) Run(g *Global) error {
	a, err := call[[]admin.QueueItem](g, "queue/list", admin.Query{ID: c.ID, All: true, Most: 1})
	if err != nil {
		return err
	}
	if len(a) != 1 || uint64(a[0].ID) != c.ID {
		return fmt.Errorf("no delivery %d", c.ID)
	}
	return g.print(a[0], func(w io.Writer) {
		i := a[0]
		row(w, "delivery", i.ID)
		row(w, "state", i.State)
		row(w, "from", i.From)
		row(w, "to", i.Recipient)
		row(w, "tries", i.Attempts)
		row(w, "arrived", when(i.Arrived))
		row(w, "next", when(i.Next))
		row(w, "last answer", i.Last)
		row(w, "trace", i.Trace)
	})
}

type queueID struct {
	ID uint64 `arg:"" help:"Number from list."`
}

type queueRetry struct{ queueID }
type queueSuspend struct{ queueID }
type queueResume struct{ queueID }
type queueCancel struct{ queueID }
type queueGiveUp struct{ queueID }

// Run tries now.
func (c *queueRetry) Run(g *Global) error { return act(g, "queue", "retry", c.ID) }

// Run suspends.
func (c *queueSuspend) Run(g *Global) error { return act(g, "queue", "suspend", c.ID) }

// Run resumes.
func (c *queueResume) Run(g *Global) error { return act(g, "queue", "resume", c.ID) }

// Run gives up.
func (c *queueGiveUp) Run(g *Global) error { return act(g, "queue", "give-up", c.ID) }

// Run cancels.
func (c *queueCancel) Run(g *Global) error { return act(g, "queue", "cancel", c.ID) }

// traceCommand answers "what became of this mail, and why?".
type traceCommand struct {
	Match    string `arg:"" optional:"" help:"Reference from an SMTP answer, or part of an address."`
	Contract string `help:"Only of this contract."`
	Most     int    `default:"20" help:"Most rows, newest first."`
}

// Run finds mails and tells their stories.
func (c *traceCommand) Run(g *Global) error {
	a, err := call[[]admin.Trace](g, "trace", admin.Query{Match: c.Match, Contract: c.Contract, Most: c.Most})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		for _, t := range a {
			rule := t.Rule
			if rule == "" {
				rule = "no rule asked for more"
			}
			row(w, when(t.At), t.Trace, t.Direction, t.From+" -> "+t.Recipient)
			row(w, "", "decision", t.Fate+" ("+t.Action+")", rule+": "+or(t.Reason, "passes"))
			for _, f := range t.Findings {
				row(w, "", "finding", fmt.Sprintf("%s/%s %+.1f", f.Kind, f.Name, f.Score), strings.TrimSpace(f.Where+" "+f.Evidence))
			}
			for _, e := range t.Events {
				row(w, "", when(e.At), e.What, strings.TrimSpace(e.By+" "+e.Text))
			}
		}
	})
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

type wireNothing struct{}
