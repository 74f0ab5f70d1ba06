package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"sekisho"
	"sekisho/policy"
	"sekisho/role/admin"
)

type contractPolicy struct {
	Contract string `arg:"" help:"Name, number or domain."`
	Set      string `placeholder:"FILE" xor:"do" help:"File with the new rules; \"-\" is the standard input."`
	Versions bool   `xor:"do" help:"List the rules that were in force."`
	Version  uint64 `placeholder:"N" xor:"do" help:"Show the rules of a version."`
	Diff     string `placeholder:"FILE|N" xor:"do" help:"Say what a file, or a version, changes against the rules in force."`
	Undo     bool   `xor:"do" help:"Put the rules back that were in force before; done twice, it puts the present ones back."`
}

// Run shows the rules, or checks and changes them.
func (c *contractPolicy) Run(g *Global) error {
	switch {
	case c.Set != "":
		return c.set(g)
	case c.Versions:
		return c.versions(g)
	case c.Diff != "":
		return c.diff(g)
	case c.Undo:
		text, err := call[string](g, "contract/policy-undo", admin.Query{Contract: c.Contract})
		if err != nil {
			return err
		}
		return g.print(text, func(w io.Writer) {
			fmt.Fprintln(w, "The rules before are in force again. The same command takes that back.")
		})
	}
	text, err := call[string](g, "contract/policy", admin.Query{Contract: c.Contract, ID: c.Version})
	if err != nil {
		return err
	}
	return g.print(text, func(w io.Writer) { io.WriteString(w, text) })
}

func (c *contractPolicy) set(g *Global) error {
	text, err := readText(c.Set)
	if err != nil {
		return err
	}
	a, err := call[admin.Contract](g, "contract/set", admin.ContractSet{Contract: c.Contract, Policy: text})
	if err != nil {
		return fmt.Errorf("%s: %w. The old rules still hold", c.Set, err)
	}
	return g.print(a, func(w io.Writer) {
		row(w, "policy", a.Policy)
		if p, err := policy.Parse([]byte(text)); err == nil {
			remark(w, p)
		}
	})
}

// remark prints what is odd about rules that are in force all the same.
func remark(w io.Writer, p *policy.Policy) {
	for _, m := range policy.Review(p) {
		fmt.Fprintln(w, "note:", m.Say("en"))
	}
}

func (c *contractPolicy) versions(g *Global) error {
	list, err := call[[]admin.PolicyVersion](g, "contract/policy-versions", admin.Query{Contract: c.Contract})
	if err != nil {
		return err
	}
	return g.print(list, func(w io.Writer) {
		row(w, "VERSION", "TIME", "BY", "RULES", "AGAINST THE ONE BEFORE")
		for i, v := range list {
			what, rules := "", 0
			if now, err := policy.Parse([]byte(v.Text)); err == nil {
				rules = len(now.Rules())
				if i+1 < len(list) {
					if before, err := policy.Parse([]byte(list[i+1].Text)); err == nil {
						what = briefly(policy.Compare(before, now))
					}
				}
			}
			row(w, v.Version, v.At.Local().Format(time.DateTime), or(v.Who, "operator's command"), rules, what)
		}
	})
}

// briefly counts differences: "1 added, 2 changed".
func briefly(list []policy.Difference) string {
	var out []string
	for _, what := range []string{"added", "changed", "moved", "removed"} {
		n := 0
		for _, d := range list {
			if d.What == what {
				n++
			}
		}
		if n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, what))
		}
	}
	if out == nil {
		return "the same rules"
	}
	return strings.Join(out, ", ")
}

func (c *contractPolicy) diff(g *Global) error {
	now, err := call[string](g, "contract/policy", admin.Query{Contract: c.Contract})
	if err != nil {
		return err
	}
	var other string
	var version uint64
	if _, err := fmt.Sscanf(c.Diff, "%d", &version); err == nil && !exists(c.Diff) {
		other, err = call[string](g, "contract/policy", admin.Query{Contract: c.Contract, ID: version})
		if err != nil {
			return err
		}
	} else if other, err = readText(c.Diff); err != nil {
		return err
	}
	return printDifference(g, []byte(now), []byte(other))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// printDifference prints what the second text of rules changes.
func printDifference(g *Global, old, next []byte) error {
	a, err := policy.Parse(old)
	if err != nil {
		return err
	}
	b, err := policy.Parse(next)
	if err != nil {
		return err
	}
	list := policy.Compare(a, b)
	if list == nil {
		list = []policy.Difference{}
	}
	return g.print(list, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "the same rules")
		}
		for _, d := range list {
			showDifference(w, d)
		}
	})
}

func showDifference(w io.Writer, d policy.Difference) {
	sign := map[string]string{"added": "+", "removed": "-", "changed": "~", "moved": ">"}[d.What]
	name := d.Rule
	if name == "" {
		name = "[leak]"
	}
	r := d.New
	if r == nil {
		r = d.Old
	}
	fmt.Fprintf(w, "%s %s: %s", sign, name, d.What)
	switch {
	case d.What == "changed" && d.New != nil:
		fmt.Fprintln(w, ": "+strings.Join(d.Fields, ", "))
		was, is := d.Old.Fields(), d.New.Fields()
		for _, f := range d.Fields {
			fmt.Fprintf(w, "    %s: %s -> %s\n", f, or(was[f], "(none)"), or(is[f], "(none)"))
		}
		return
	case r != nil && d.What != "moved":
		fmt.Fprintf(w, ": %s %s when %s", r.Direction, r.Action, or(r.When, "always"))
	}
	fmt.Fprintln(w)
}

type policyCheck struct {
	Rules string `arg:"" type:"existingfile" help:"The file of rules."`
}

// Run says whether the rules can be read, and which of them can have no effect.
func (c *policyCheck) Run(g *Global) error {
	text, err := readText(c.Rules)
	if err != nil {
		return err
	}
	p, err := policy.Parse([]byte(text))
	if err != nil {
		return err
	}
	list := policy.Review(p)
	if list == nil {
		list = []policy.Remark{}
	}
	return g.print(list, func(w io.Writer) {
		fmt.Fprintf(w, "%d rules, no mistakes\n", len(p.Rules()))
		remark(w, p)
	})
}

type policyDiff struct {
	Old string `arg:"" type:"existingfile" help:"A file of rules."`
	New string `arg:"" type:"existingfile" help:"Another."`
}

// Run compares two files of rules, rule by rule.
func (c *policyDiff) Run(g *Global) error {
	old, err := readText(c.Old)
	if err != nil {
		return err
	}
	next, err := readText(c.New)
	if err != nil {
		return err
	}
	return printDifference(g, []byte(old), []byte(next))
}

type replayCommand struct {
	Contract string `arg:"" help:"Name, number or domain."`
	Rules    string `placeholder:"FILE" help:"File with the rules to try; without it those in force."`
	Days     int    `default:"7" help:"Over the mail of so many days."`
	Most     int    `default:"50000" help:"At most so many mails, the newest."`
	Show     int    `default:"20" help:"How many of the mails that would be decided otherwise are shown."`
}

// Run decides anew about mail that came, from its traces: no mail is opened, nothing is changed.
func (c *replayCommand) Run(g *Global) error {
	text, err := "", error(nil)
	if c.Rules != "" {
		text, err = readText(c.Rules)
	} else {
		text, err = call[string](g, "contract/policy", admin.Query{Contract: c.Contract})
	}
	if err != nil {
		return err
	}
	rules, err := policy.Parse([]byte(text))
	if err != nil {
		return err
	}
	list, err := call[[]admin.Trace](g, "trace", admin.Query{Contract: c.Contract, Since: time.Duration(c.Days) * 24 * time.Hour, Most: c.Most})
	if err != nil {
		return err
	}
	r := policy.NewReplay(rules, c.Show)
	for _, t := range list {
		r.Add(past(t))
	}
	return g.print(r.Done(), func(w io.Writer) { showReplay(w, r, len(list) == c.Most) })
}

// past is a trace as a replay takes it.
func past(t admin.Trace) policy.Past {
	direction := sekisho.Inbound
	if t.Direction == sekisho.Outbound.String() {
		direction = sekisho.Outbound
	}
	return policy.Past{Trace: t.Trace, Direction: direction, Recipient: t.Recipient, Findings: t.Findings, Score: t.Score, Action: t.Action, Rule: t.Rule, From: t.Author,
		Envelope: sekisho.Envelope{From: t.From, Rcpt: []string{t.Recipient}, At: t.At, TLS: t.TLS}}
}

func showReplay(out io.Writer, r *policy.Replay, part bool) {
	fmt.Fprintf(out, "%d mails, %d decided otherwise\n", r.Mails, r.Differs)
	if part {
		fmt.Fprintln(out, "There was more mail than --most: the newest was looked at.")
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	if len(r.Rules) > 0 {
		row(w, "\nRULE", "DECIDED", "OBSERVED")
	}
	for _, n := range r.Rules {
		row(w, n.Rule, n.Decided, n.Observed)
	}
	w.Flush()
	if len(r.Examples) > 0 {
		row(w, "\nREFERENCE", "TIME", "FROM", "TO", "WAS", "WOULD BE")
	}
	for _, x := range r.Examples {
		row(w, x.Trace, x.At.Local().Format(time.DateTime), x.Sender, x.Recipient, decision(x.Was, x.WasRule), decision(x.Now, x.NowRule))
	}
	w.Flush()
}

func decision(action, rule string) string {
	if rule == "" {
		return action
	}
	return action + " (" + rule + ")"
}
