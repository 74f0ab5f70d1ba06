package main

import (
	"fmt"
	"io"
	"strings"

	"sekisho/role/admin"
)

// shareCommand is about files that the action secure-link left at the desk.
type shareCommand struct {
	List shareList `cmd:"" help:"List mails whose files wait at the desk, or did."`
	Show shareShow `cmd:"" help:"Show one of them: for whom, and who opened and downloaded what."`
	Stop shareStop `cmd:"" help:"Delete the files now. Links to them open nothing any more."`
}

type shareList struct {
	Contract string `arg:"" optional:"" help:"Only of this contract."`
	Most     int    `default:"100" help:"Most rows, newest first."`
}

// Run lists shares.
func (c *shareList) Run(g *Global) error {
	a, err := call[[]admin.Share](g, "share/list", admin.ShareQuery{Contract: c.Contract, Most: c.Most})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "ID", "STATE", "SENT", "UNTIL", "FROM", "FILES", "TO (OPENED)")
		for _, x := range a {
			row(w, x.ID, x.State, when(x.At), when(x.Until), x.Sender, x.Files, recipients(x))
		}
	})
}

// recipients are those of a share, with how often each opened it.
func recipients(x admin.Share) string {
	var out []string
	for _, t := range x.To {
		out = append(out, fmt.Sprintf("%s (%d)", t.Address, t.Opened))
	}
	return strings.Join(out, ", ")
}

type shareID struct {
	ID uint64 `arg:"" help:"Number from list."`
}

type shareShow struct{ shareID }

// Run shows one share.
func (c *shareShow) Run(g *Global) error {
	a, err := call[[]admin.Share](g, "share/list", admin.ShareQuery{ID: c.ID, Most: 1})
	if err != nil {
		return err
	}
	if len(a) != 1 {
		return fmt.Errorf("no share %d: see \"sekisho share list\"", c.ID)
	}
	return showShare(g, a[0])
}

type shareStop struct{ shareID }

// Run stops one share.
func (c *shareStop) Run(g *Global) error {
	a, err := call[admin.Share](g, "share/stop", admin.ShareQuery{ID: c.ID})
	if err != nil {
		return err
	}
	return showShare(g, a)
}

func showShare(g *Global, x admin.Share) error {
	return g.print(x, func(w io.Writer) {
		row(w, "share", x.ID)
		row(w, "state", x.State)
		row(w, "from", x.Sender)
		row(w, "to", recipients(x))
		row(w, "files", x.Files)
		row(w, "sent", when(x.At))
		row(w, "until", when(x.Until))
		row(w, "code", map[bool]string{true: "yes", false: "no"}[x.Code])
		if x.Opens > 0 {
			row(w, "opens", x.Opens, "for each recipient")
		}
		row(w, "trace", x.Trace)
		for _, e := range x.Events {
			what := e.What
			if e.File > 0 {
				what = fmt.Sprintf("%s file %d", what, e.File)
			}
			row(w, "", when(e.At), what, strings.TrimSpace(e.To+" "+e.Who))
		}
	})
}
