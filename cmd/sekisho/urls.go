package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"sekisho/role/admin"
)

// urlsCommand is about links in mail to a contract's people, which the action rewrite-links leads over a page of the desk.
type urlsCommand struct {
	List   urlsList   `cmd:"" help:"A contract's lists of hosts."`
	Allow  urlsAllow  `cmd:"" help:"Leave links to these hosts, and to what is below them, as they are."`
	Block  urlsBlock  `cmd:"" help:"Let nobody go on to these hosts, or to what is below them."`
	Remove urlsRemove `cmd:"" help:"Take hosts out of both lists."`
	Direct urlsDirect `cmd:"" help:"Whether links to allowed hosts, in mail from before they were allowed, open at once."`
	Clicks urlsClicks `cmd:"" help:"How often links were clicked, by domain. Whose clicks they were is kept nowhere."`
}

type urlsHosts struct {
	Contract string   `arg:"" help:"Name, number or domain."`
	Host     []string `arg:"" help:"Host names, without https:// and path."`
}

type (
	urlsAllow  struct{ urlsHosts }
	urlsBlock  struct{ urlsHosts }
	urlsRemove struct{ urlsHosts }
	urlsList   struct {
		Contract string `arg:"" help:"Name, number or domain."`
	}
	urlsDirect struct {
		Contract string `arg:"" help:"Name, number or domain."`
		Word     string `arg:"" enum:"on,off" help:"on or off."`
	}
	urlsClicks struct {
		Contract string `arg:"" help:"Name, number or domain."`
		Days     int    `default:"7" help:"Of how many days."`
	}
)

// Run adds hosts to the list of allowed ones.
func (c *urlsAllow) Run(g *Global) error { return c.change(g, "allow") }

// Run adds hosts to the list of blocked ones.
func (c *urlsBlock) Run(g *Global) error { return c.change(g, "block") }

// Run takes hosts out.
func (c *urlsRemove) Run(g *Global) error { return c.change(g, "remove") }

func (c *urlsHosts) change(g *Global, do string) error {
	return urls(g, admin.URLSet{Contract: c.Contract, Do: do, Hosts: c.Host})
}

// Run prints the lists.
func (c *urlsList) Run(g *Global) error { return urls(g, admin.URLSet{Contract: c.Contract}) }

// Run sets it.
func (c *urlsDirect) Run(g *Global) error {
	return urls(g, admin.URLSet{Contract: c.Contract, Do: map[string]string{"on": "direct", "off": "ask"}[c.Word]})
}

func urls(g *Global, q admin.URLSet) error {
	u, err := call[admin.URLs](g, "urls", q)
	if err != nil {
		return err
	}
	return g.print(u, func(w io.Writer) {
		row(w, "allowed", strings.Join(u.Allow, " "))
		row(w, "blocked", strings.Join(u.Block, " "))
		row(w, "direct", map[bool]string{true: "on", false: "off"}[u.Direct])
	})
}

// Run prints the counts.
func (c *urlsClicks) Run(g *Global) error {
	list, err := call[[]admin.Clicks](g, "urls/clicks", admin.ClickQuery{Contract: c.Contract, Since: time.Now().AddDate(0, 0, -max(c.Days, 1))})
	if err != nil {
		return err
	}
	return g.print(list, func(w io.Writer) {
		fmt.Fprintln(w, "DOMAIN\tRESULT\tCLICKS\tLAST DAY")
		for _, x := range list {
			fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", x.Site, x.Result, x.Count, x.Last.Format(time.DateOnly))
		}
	})
}
