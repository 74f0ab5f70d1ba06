package main

import (
	"io"
	"strings"
	"time"

	"sekisho/office"
	"sekisho/role/admin"
)

// domainCommand manages domains.
type domainCommand struct {
	Add    domainAdd    `cmd:"" help:"Add a domain to a contract and make its DKIM keys."`
	List   domainList   `cmd:"" help:"List domains."`
	DNS    domainDNS    `cmd:"" name:"dns" help:"Print the DNS records to publish, and what DNS says now."`
	Route  domainRoute  `cmd:"" help:"Send a protected domain's mail on to its own server (gateway mode)."`
	Rotate domainRotate `cmd:"" help:"Take the next step in the exchange of a domain's DKIM keys."`
	STS    domainSTS    `cmd:"" name:"sts" help:"Tell others that mail for the domain comes with TLS only (MTA-STS, RFC 8461)."`
}

type domainAdd struct {
	Contract string   `arg:"" help:"Name or number of the contract."`
	Domain   string   `arg:"" help:"The domain."`
	Route    []string `placeholder:"HOST[:PORT][/TLS]" help:"Its own server, for a domain that is protected only; TLS is may, must or verify."`
}

// Run adds the domain.
func (c *domainAdd) Run(g *Global) error {
	a, err := call[admin.Domain](g, "domain/add", admin.DomainAdd{Contract: c.Contract, Name: c.Domain, Route: c.Route})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "domain", a.Name)
		row(w, "next", "publish the records that \"sekisho domain dns "+a.Name+"\" prints")
	})
}

type domainList struct {
	Contract string `arg:"" optional:"" help:"Name or number of the contract."`
}

// Run lists domains.
func (c *domainList) Run(g *Global) error {
	a, err := call[[]admin.Domain](g, "domain/list", admin.Query{Contract: c.Contract})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "DOMAIN", "CONTRACT", "ROUTE")
		for _, d := range a {
			route := "hosted here"
			if len(d.Route) > 0 {
				route = strings.Join(d.Route, " ")
			}
			row(w, d.Name, d.Contract, route)
		}
	})
}

type domainDNS struct {
	Domain string `arg:"" help:"The domain."`
}

// Run prints the records, ready for a master file.
func (c *domainDNS) Run(g *Global) error {
	a, err := call[[]office.Record](g, "domain/dns", admin.Query{Match: c.Domain})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		for _, r := range a {
			row(w, "; "+r.Why+" (now: "+r.Live+")")
			value := r.Value
			if r.Type == "TXT" {
				value = quoted(value)
			}
			if r.Type == "MX" || r.Type == "CNAME" {
				value += "."
			}
			row(w, r.Name+".", "IN", r.Type, value)
		}
	})
}

// quoted writes TXT data in strings of at most 255 bytes (RFC 1035 section 3.3.14).
func quoted(s string) string {
	var parts []string
	for len(s) > 255 {
		parts = append(parts, `"`+s[:255]+`"`)
		s = s[255:]
	}
	return strings.Join(append(parts, `"`+s+`"`), " ")
}

type domainRoute struct {
	Domain string   `arg:"" help:"The domain."`
	Route  []string `arg:"" optional:"" help:"HOST[:PORT][/TLS] in order of preference; none makes it hosted here."`
}

// Run sets the route.
func (c *domainRoute) Run(g *Global) error {
	a, err := call[admin.Domain](g, "domain/route", admin.DomainAdd{Name: c.Domain, Route: c.Route})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) { row(w, a.Name, strings.Join(a.Route, " ")) })
}

type domainRotate struct {
	Domain string `arg:"" help:"The domain."`
}

// Run takes the step and says what is to be done.
func (c *domainRotate) Run(g *Global) error {
	a, err := call[office.Rotation](g, "domain/rotate", admin.Query{Match: c.Domain})
	if err != nil {
		return err
	}
	next := map[string]string{
		"publish":  "publish these records beside the others, then call this again: mail is signed with the new keys once they are there",
		"waiting":  "these records are not all there yet: nothing was changed",
		"switched": "mail is signed with the new keys; leave these records for mail that is under way, and call this again after " + a.Until.Format(time.DateTime),
		"overlap":  "leave these records for mail that is under way until " + a.Until.Format(time.DateTime) + ": nothing was changed",
		"retired":  "the exchange is over and the old keys are destroyed: remove these records",
	}
	return g.print(a, func(w io.Writer) {
		row(w, a.Domain, a.Step)
		row(w, "next", next[a.Step])
		for _, r := range a.Records {
			if r.Live != "" {
				row(w, "; now: "+r.Live)
			}
			row(w, r.Name+".", "IN", r.Type, quoted(r.Value))
		}
	})
}

type domainSTS struct {
	Domain string `arg:"" help:"The domain."`
	Mode   string `arg:"" enum:"testing,enforce,none,off" help:"testing first; enforce when reports are good; none, for some days, before off."`
}

// Run sets the mode and says what is to be published.
func (c *domainSTS) Run(g *Global) error {
	a, err := call[admin.Domain](g, "domain/sts", admin.DomainSTS{Name: c.Domain, Mode: c.Mode})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, a.Name, c.Mode)
		row(w, "next", "publish the records that \"sekisho domain dns "+a.Name+"\" prints; the id changes with the mode")
	})
}
