package main

import (
	"io"

	"sekisho/role/admin"
)

// digestCommand tells people what was kept from them.
type digestCommand struct {
	Send digestSend `cmd:"" help:"Send the digests that are due; with --now also those whose time has not come."`
}

type digestSend struct {
	Contract string `arg:"" optional:"" help:"Only to people of this contract."`
	Now      bool   `help:"Do not wait for the contract's time. Nobody is told of a mail twice."`
}

// Run has them sent.
func (c *digestSend) Run(g *Global) error {
	a, err := call[admin.DigestSent](g, "digest/send", admin.DigestSend{Contract: c.Contract, Now: c.Now})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) { row(w, "people", a.People); row(w, "mails", a.Mails) })
}
