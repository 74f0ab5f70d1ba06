package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"sekisho/mail/hostfile"
	"sekisho/mail/likeness"
	"sekisho/role/admin"
	"sekisho/wire"
)

// feedCommand is about lists of bad hosts and addresses, and of domains that must not be imitated, that count for all contracts.
type feedCommand struct {
	Import feedImport `cmd:"" help:"Read a list, in the place of the one with its name."`
	List   feedList   `cmd:"" help:"The lists."`
	Remove feedRemove `cmd:"" help:"Remove a list."`
}

type feedImport struct {
	Name string `arg:"" help:"Name of the list, as findings and the page of a blocked link tell it."`
	File string `arg:"" help:"One host or address a line; '-' is the standard input."`

	Known bool `help:"It lists domains that must not be imitated, such as the most visited ones: a mail from a domain, or with a link to one, that looks like one of them gets a finding. Lines with a rank (\"17,shop.example\") are taken."`
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
	data, told, err := c.read(in)
	if err == nil && told.Bad > told.Entries {
		err = fmt.Errorf("%d lines are bad and %d are good, such as %s", told.Bad, told.Entries, told.Which[0])
	}
	if err != nil {
		return fmt.Errorf("%s is no list of hosts: %w. The list of before, if there was one, still counts", c.File, err)
	}
	list, err := call[[]admin.Feed](g, "feed/set", admin.FeedSet{Name: c.Name, Data: data})
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

// read is a list in its compact form.
func (c *feedImport) read(in io.Reader) ([]byte, hostfile.Read, error) {
	if !c.Known {
		set, told, err := hostfile.Parse(in)
		return set.Bytes(), told, err
	}
	hosts, told, err := hostfile.Hosts(in)
	if err != nil {
		return nil, told, err
	}
	data, err := likeness.Make(hosts)
	told.Entries = likeness.Count(data)
	return data, told, err
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
		fmt.Fprintln(w, "NAME\tOF\tENTRIES\tSINCE")
		for _, f := range list {
			of := "bad hosts"
			if f.Known {
				of = "known domains"
			}
			fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", f.Name, of, f.Entries, f.At.Format(time.DateTime))
		}
	})
}
