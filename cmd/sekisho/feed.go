package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"sekisho/mail/hostfile"
	"sekisho/role/admin"
	"sekisho/wire"
)

// feedCommand is about lists of bad hosts and addresses that count for all contracts.
type feedCommand struct {
	Import feedImport `cmd:"" help:"Read a list, in the place of the one with its name."`
	List   feedList   `cmd:"" help:"The lists."`
	Remove feedRemove `cmd:"" help:"Remove a list."`
}

type feedImport struct {
	Name string `arg:"" help:"Name of the list, as findings and the page of a blocked link tell it."`
	File string `arg:"" help:"One host or address a line; '-' is the standard input."`
}

type feedImported struct {
	hostfile.Read
	Feeds []admin.Feed
}

// Run reads the file here: what goes to the service is its compact form. When it cannot be read, the old list stays.
func (c *feedImport) Run(g *Global) error {
	in := io.Reader(os.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	set, told, err := hostfile.Parse(in)
	if err == nil && told.Bad > told.Entries {
		err = fmt.Errorf("%d lines are bad and %d are good, such as %s", told.Bad, told.Entries, told.Which[0])
	}
	if err != nil {
		return fmt.Errorf("%s is no list of hosts: %w. The list of before, if there was one, still counts", c.File, err)
	}
	list, err := call[[]admin.Feed](g, "feed/set", admin.FeedSet{Name: c.Name, Data: set.Bytes()})
	if err != nil {
		return err
	}
	return g.print(feedImported{told, list}, func(w io.Writer) {
		row(w, "entries", fmt.Sprint(told.Entries))
		row(w, "bad lines", fmt.Sprint(told.Bad))
		for _, x := range told.Which {
			row(w, "", x)
		}
	})
}

type feedList struct{}

// Run prints them.
func (c *feedList) Run(g *Global) error {
	list, err := call[[]admin.Feed](g, "feed/list", wire.Nothing{})
	if err != nil {
		return err
	}
	return printFeeds(g, list)
}

type feedRemove struct {
	Name string `arg:"" help:"Name of the list."`
}

// Run removes it.
func (c *feedRemove) Run(g *Global) error {
	list, err := call[[]admin.Feed](g, "feed/set", admin.FeedSet{Name: c.Name, Remove: true})
	if err != nil {
		return err
	}
	return printFeeds(g, list)
}

func printFeeds(g *Global, list []admin.Feed) error {
	return g.print(list, func(w io.Writer) {
		fmt.Fprintln(w, "NAME\tENTRIES\tSINCE")
		for _, f := range list {
			fmt.Fprintf(w, "%s\t%d\t%s\n", f.Name, f.Entries, f.At.Format(time.DateTime))
		}
	})
}
