package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"sekisho/role/admin"
	"sekisho/wire"
)

// archiveCommand is about a contract's archive, which officers open.
type archiveCommand struct {
	Open  archiveOpen  `cmd:"" help:"Open a contract's archive with officers' shares, for a reason and a time."`
	List  archiveList  `cmd:"" help:"List archived mails; every header read is an entry in the ledger."`
	Close archiveClose `cmd:"" help:"Close an archive before its time."`
}

type archiveOpen struct {
	Contract string        `arg:"" help:"Name, number or domain."`
	Reason   string        `required:"" help:"Why; it is kept with the opening."`
	For      time.Duration `default:"1h" help:"For how long, at most 24h."`
	Ticket   string        `required:"" placeholder:"FILE" help:"Where the ticket goes; whoever has it may read."`
	presentedFlags
}

// Run opens the archive.
func (c *archiveOpen) Run(g *Global) error {
	p, err := c.read(g)
	if err != nil {
		return err
	}
	t, err := call[admin.ArchiveTicket](g, "archive/open", admin.ArchiveOpening{Contract: c.Contract, Shares: p, Reason: c.Reason, For: c.For})
	if err != nil {
		return err
	}
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Ticket, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return g.print(map[string]any{"ticket": c.Ticket, "until": t.Until}, func(w io.Writer) {
		row(w, "ticket", c.Ticket)
		row(w, "open until", when(t.Until))
	})
}

func readTicket(path string) (admin.ArchiveTicket, error) {
	var t admin.ArchiveTicket
	b, err := os.ReadFile(path)
	if err == nil {
		if err = json.Unmarshal(b, &t); err != nil {
			err = fmt.Errorf("%s is no ticket of \"sekisho archive open\": %w", path, err)
		}
	}
	return t, err
}

type archiveList struct {
	Ticket string        `arg:"" help:"File that \"archive open\" wrote."`
	Since  time.Duration `help:"Only mails of so long ago or less."`
	Most   int           `default:"100" help:"How many, newest first."`
}

// Run lists.
func (c *archiveList) Run(g *Global) error {
	t, err := readTicket(c.Ticket)
	if err != nil {
		return err
	}
	a, err := call[[]admin.Archived](g, "archive/list", admin.ArchiveQuery{Ticket: t, Since: c.Since, Most: c.Most})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "MESSAGE", "AT", "FROM", "TO", "SUBJECT", "BYTES")
		for _, x := range a {
			row(w, x.Message, when(x.At), x.From, strings.Join(x.To, " "), or(x.Bad, x.Subject), x.Size)
		}
	})
}

type archiveClose struct {
	Ticket string `arg:"" help:"File that \"archive open\" wrote."`
}

// Run closes, and removes the ticket.
func (c *archiveClose) Run(g *Global) error {
	t, err := readTicket(c.Ticket)
	if err != nil {
		return err
	}
	if _, err := call[wire.Nothing](g, "archive/close", t); err != nil {
		return err
	}
	return os.Remove(c.Ticket)
}
