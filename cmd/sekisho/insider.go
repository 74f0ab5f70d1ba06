package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"sekisho/role/admin"
)

type insiderCommand struct {
	Contract string `arg:"" optional:"" help:"Name, number or domain; not needed where there is one contract."`
	Days     int    `default:"30" help:"How many days are looked at; those before say what is usual."`
}

// Run prints who does with mail what is unusual for him, with reasons.
func (c *insiderCommand) Run(g *Global) error {
	if c.Contract == "" {
		all, err := call[[]admin.Contract](g, "contract/list", admin.Query{})
		if err != nil {
			return err
		}
		if len(all) != 1 {
			return fmt.Errorf("there are %d contracts: say which one", len(all))
		}
		c.Contract = fmt.Sprint(all[0].ID)
	}
	list, err := call[[]admin.Insider](g, "insider", admin.InsiderQuery{Contract: c.Contract, Days: c.Days})
	if err != nil {
		return err
	}
	language := "en"
	if strings.HasPrefix(os.Getenv("LANG"), "ja") {
		language = "ja"
	}
	return g.print(list, func(w io.Writer) {
		row(w, "SCORE", "ADDRESS", "REASON")
		for _, x := range list {
			score, address := fmt.Sprintf("%.1f", x.Score), x.Address
			for i := range x.Parts {
				row(w, score, address, fmt.Sprintf("%.1f: %s", x.Parts[i].Points, x.Parts[i].Text(language)))
				score, address = "", ""
			}
		}
	})
}
