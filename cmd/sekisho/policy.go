package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/policy"
	"sekisho/scan"
)

// policyCommand tries rules without a running service.
type policyCommand struct {
	Test  policyTest  `cmd:"" help:"Say what a file of rules would do with mails."`
	Check policyCheck `cmd:"" help:"Read a file of rules, and say which of them can have no effect."`
	Diff  policyDiff  `cmd:"" help:"Compare two files of rules, rule by rule."`
}

type policyTest struct {
	Rules   string   `arg:"" help:"The file of rules."`
	Mail    []string `arg:"" help:"Mails; a directory means everything in it."`
	Inbound bool     `help:"The mails come in; without it they go out."`
	Known   bool     `help:"Sender and recipient have corresponded before."`
}

// policyTried is the answer for one mail, as --json prints it, one a line.
type policyTried struct {
	File     string            `json:"file"`
	Action   policy.Action     `json:"action"`
	Rule     string            `json:"rule"`
	Reason   string            `json:"reason"`
	Observed []string          `json:"observed"`
	Findings []sekisho.Finding `json:"findings"`
}

// Run inspects every mail with what the rules look for, and decides for its first recipient.
func (c *policyTest) Run(g *Global) error {
	text, err := os.ReadFile(c.Rules)
	if err != nil {
		return err
	}
	rules, err := policy.Parse(text)
	if err != nil {
		return err
	}
	s, err := scan.New(scan.Config{})
	if err != nil {
		return err
	}
	return walkFiles(c.Mail, func(path string, err error) error {
		if err != nil {
			return err
		}
		raw, err := readFile(path)
		if err != nil {
			return err
		}
		return c.print(g, c.try(s, rules, path, raw))
	})
}

func (c *policyTest) try(s *scan.Scanner, rules *policy.Policy, path string, raw []byte) policyTried {
	direction := sekisho.Outbound
	if c.Inbound {
		direction = sekisho.Inbound
	}
	ctx, cancel := context.WithTimeout(context.Background(), scanTime)
	defer cancel()
	now := time.Now()
	r := s.Scan(ctx, raw, scan.Context{Direction: direction, Known: c.Known, Leak: rules.Leak(), Now: now})
	f := policy.Facts{Direction: direction, Subject: r.Summary.Subject, Size: r.Summary.Size, Findings: r.Findings, Score: r.Score, Known: c.Known, Now: now,
		SPF: "none", DKIM: "none", DMARC: "none", ARC: "none", DMARCPolicy: "none", Attachments: attachedNames(&r.Summary.Root, nil)}
	if len(r.Summary.From) > 0 {
		f.From = r.Summary.From[0].String()
		f.Envelope.From = f.From
	}
	for _, list := range [][]sekisho.Address{r.Summary.To, r.Summary.Cc} {
		for _, a := range list {
			f.Envelope.Rcpt = append(f.Envelope.Rcpt, a.String())
		}
	}
	if len(f.Envelope.Rcpt) > 0 {
		f.Recipient = f.Envelope.Rcpt[0]
	}
	if direction == sekisho.Outbound {
		f.Outside = f.Envelope.Rcpt
	}
	d := policy.Decide(rules, f)
	return policyTried{File: path, Action: d.Action, Rule: d.Rule, Reason: d.Reason, Observed: d.Noted, Findings: r.Findings}
}

// attachedNames collects what attachments are called.
func attachedNames(p *sekisho.Part, out []string) []string {
	if name := message.Filename(p); len(p.Parts) == 0 && (name != "" || p.Disposition == "attachment") {
		out = append(out, name)
	}
	for i := range p.Parts {
		out = attachedNames(&p.Parts[i], out)
	}
	return out
}

func (c *policyTest) print(g *Global, a policyTried) error {
	if g.JSON {
		return json.NewEncoder(g.Out).Encode(a)
	}
	_, err := fmt.Fprintf(g.Out, "%s: %s by %q: %s\n", a.File, a.Action, a.Rule, a.Reason)
	for _, f := range a.Findings {
		if f.Kind == sekisho.KindLeak && err == nil {
			_, err = fmt.Fprintf(g.Out, "    %-13s %-22s %5d  %s: %s\n", f.Kind, f.Name, f.Count, f.Where, f.Evidence)
		}
	}
	return err
}
