package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/auth"
	"sekisho/mail/header"
	"sekisho/mail/zone"
)

// authCommand looks at senders without a running service.
type authCommand struct {
	Check authCheckCommand `cmd:"" help:"Ask SPF, DKIM, DMARC and ARC about a mail, with DNS from a file."`
}

// authCheckCommand asks about one mail. It touches no network: DNS is what the zone file says, and what it does not say does
// not exist. The exit code is 0 when there is an answer, whatever it is.
type authCheckCommand struct {
	DNS      string     `name:"dns" required:"" placeholder:"ZONEFILE" help:"Master file with the records (RFC 1035 section 5); TXT \"!temperror\" makes a name fail."`
	IP       netip.Addr `name:"ip" required:"" help:"Address of the client."`
	Helo     string     `help:"Name that the client gave."`
	MailFrom string     `name:"mailfrom" help:"Address of MAIL FROM; empty for a bounce."`
	Now      time.Time  `help:"Time to check at, as in 2026-11-22T12:00:00Z; the present when not given."`
	Name     string     `default:"localhost" help:"Our name in Authentication-Results."`
	File     string     `arg:"" help:"The mail; \"-\" is the standard input."`
}

// authAnswer is the answer as --json prints it.
type authAnswer struct {
	SPF          authWord          `json:"spf"`
	DKIM         authWord          `json:"dkim"`
	Signatures   []authWord        `json:"signatures"`
	DMARC        authWord          `json:"dmarc"`
	ARC          authWord          `json:"arc"`
	Policy       string            `json:"policy"`
	Aligned      bool              `json:"aligned"`
	Organisation string            `json:"organisation"`
	Findings     []sekisho.Finding `json:"findings"`
	Header       string            `json:"header"`
}

// authWord is one result.
type authWord struct {
	Result string `json:"result"`
	Domain string `json:"domain,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Run answers.
func (c *authCheckCommand) Run(g *Global) error {
	f, err := os.Open(c.DNS)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := zone.Parse(f, ".")
	if err != nil {
		return fmt.Errorf("%s: %w", c.DNS, err)
	}
	raw, err := readFile(c.File)
	if err != nil {
		return err
	}
	if header.Broken(raw) >= 0 { // a file with the line ends of this system
		raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}
	if c.Now.IsZero() {
		c.Now = time.Now()
	}
	return c.print(g, auth.Check(context.Background(), auth.Input{Raw: raw, Client: c.IP, Helo: c.Helo,
		From: strings.Trim(c.MailFrom, "<>"), Resolver: z, Now: c.Now, Name: c.Name}))
}

func (c *authCheckCommand) print(g *Global, r auth.Result) error {
	a := authAnswer{SPF: authWord{r.SPF, r.SPFDomain, r.SPFReason}, DKIM: authWord{Result: r.DKIM, Domain: r.DKIMDomain},
		Signatures: []authWord{}, DMARC: authWord{r.DMARC, r.FromDomain, r.DMARCReason}, ARC: authWord{Result: r.ARC, Reason: r.ARCReason},
		Policy: r.Policy, Aligned: r.Aligned, Organisation: r.Organisation, Findings: r.Findings, Header: r.Header}
	if a.Findings == nil {
		a.Findings = []sekisho.Finding{}
	}
	for _, s := range r.Signatures {
		a.Signatures = append(a.Signatures, authWord{s.Result, s.Domain, s.Reason})
	}
	if g.JSON {
		return json.NewEncoder(g.Out).Encode(a)
	}
	var b strings.Builder
	line := func(method string, w authWord) {
		fmt.Fprintf(&b, "%-6s %-10s %-24s %q\n", method, w.Result, printable(w.Domain), w.Reason)
	}
	line("spf", a.SPF)
	if len(a.Signatures) == 0 {
		line("dkim", a.DKIM)
	}
	for _, s := range a.Signatures {
		line("dkim", s)
	}
	line("dmarc", a.DMARC)
	line("arc", a.ARC)
	fmt.Fprintf(&b, "policy %s\n", a.Policy)
	for _, f := range a.Findings {
		fmt.Fprintf(&b, "    %-18s %5.1f  %s\n", f.Name, f.Score, f.Evidence)
	}
	b.WriteString(strings.ReplaceAll(a.Header, "\r\n", "\n"))
	_, err := io.WriteString(g.Out, b.String())
	return err
}

// printable keeps names from outside from writing to the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}
