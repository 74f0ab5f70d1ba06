package main

import (
	"fmt"
	"io"

	"sekisho/role/admin"
	"sekisho/wire"
)

// quarantineCommand looks at and ends what is kept from recipients.
type quarantineCommand struct {
	List    quarantineList `cmd:"" help:"List quarantined mail. Subjects are sealed: show opens one."`
	Show    quarantineShow `cmd:"" help:"Open one mail's subject, preview and findings; this is entered in the ledger."`
	Release actRelease     `cmd:"" help:"Give a mail to its recipient."`
	Delete  actDelete      `cmd:"" help:"Delete a mail for good."`
}

type keptList struct {
	Contract string `arg:"" optional:"" help:"Only of this contract."`
	Most     int    `default:"100" help:"Most rows."`
}

func (c *keptList) run(g *Global, kind string) error {
	a, err := call[[]admin.Kept](g, "kept/list", admin.Query{Contract: c.Contract, Match: kind, Most: c.Most})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "ID", "ARRIVED", "FROM", "TO", "RULE", "UNTIL", "THEN", "TRACE")
		for _, k := range a {
			then := k.AtEnd
			if kind == "quarantine" {
				then = "delete"
			}
			row(w, k.ID, when(k.Arrived), k.From, k.Recipient, k.Rule, when(k.Until), then, k.Trace)
		}
	})
}

type quarantineList struct{ keptList }

// Run lists quarantine.
func (c *quarantineList) Run(g *Global) error { return c.run(g, "quarantine") }

type holdList struct{ keptList }

// Run lists holds.
func (c *holdList) Run(g *Global) error { return c.run(g, "hold") }

type keptShow struct {
	ID uint64 `arg:"" help:"Number from list."`
}

func (c *keptShow) run(g *Global, kind string) error {
	k, err := call[admin.Kept](g, "kept/show", admin.Act{Kind: kind, ID: c.ID})
	if err != nil {
		return err
	}
	return g.print(k, func(w io.Writer) {
		row(w, "from", k.From)
		row(w, "to", k.Recipient)
		row(w, "subject", k.Subject)
		row(w, "preview", k.Preview)
		row(w, "rule", k.Rule)
		row(w, "reason", k.Reason)
		row(w, "arrived", when(k.Arrived))
		row(w, "until", when(k.Until))
		for _, f := range k.Findings {
			row(w, "finding", fmt.Sprintf("%s/%s", f.Kind, f.Name), fmt.Sprintf("%+.1f", f.Score), f.Where, f.Evidence)
		}
	})
}

type quarantineShow struct{ keptShow }

// Run shows one.
func (c *quarantineShow) Run(g *Global) error { return c.run(g, "quarantine") }

type holdShow struct{ keptShow }

// Run shows one.
func (c *holdShow) Run(g *Global) error { return c.run(g, "hold") }

// act ends something and says so.
func act(g *Global, kind, what string, id uint64) error {
	if _, err := call[wire.Nothing](g, "act", admin.Act{Kind: kind, What: what, ID: id}); err != nil {
		return err
	}
	done := map[string]any{"kind": kind, "id": id, "done": what}
	return g.print(done, func(w io.Writer) { row(w, kind, id, what) })
}

type actRelease struct {
	ID uint64 `arg:"" help:"Number from list."`
}

// Run releases a mail to its recipient.
func (c *actRelease) Run(g *Global) error { return act(g, "quarantine", "release", c.ID) }

type actDelete struct {
	ID uint64 `arg:"" help:"Number from list."`
}

// Run deletes a quarantined mail.
func (c *actDelete) Run(g *Global) error { return act(g, "quarantine", "delete", c.ID) }

// holdCommand looks at and ends outbound mail that waits.
type holdCommand struct {
	List   holdList   `cmd:"" help:"List held mail."`
	Show   holdShow   `cmd:"" help:"Open one mail's subject, preview and findings; this is entered in the ledger."`
	Send   holdSend   `cmd:"" help:"Send it now."`
	Cancel holdCancel `cmd:"" help:"Never send it."`
}

type holdSend struct {
	ID uint64 `arg:"" help:"Number from list."`
}

// Run sends a held mail.
func (c *holdSend) Run(g *Global) error { return act(g, "hold", "send", c.ID) }

type holdCancel struct {
	ID uint64 `arg:"" help:"Number from list."`
}

// Run cancels a held mail.
func (c *holdCancel) Run(g *Global) error { return act(g, "hold", "cancel", c.ID) }
