package main

import (
	"fmt"
	"io"
	"strings"

	"sekisho/supervise"
	"sekisho/wire"
)

// rolesCommand prints the process table and the calls: the whole of who may do what.
type rolesCommand struct {
	Markdown bool `help:"Print docs/trust.md."`
}

// roleRow is one line of the table in JSON.
type roleRow struct {
	Role      string   `json:"role"`
	User      int      `json:"user"`
	Files     string   `json:"files"`
	Network   bool     `json:"network"`
	Listeners []string `json:"listeners"`
	MayAsk    []string `json:"may_ask"`
	Note      string   `json:"note"`
}

func rows() []roleRow {
	var out []roleRow
	for _, r := range everyRole() {
		x := roleRow{Role: r.Role.String(), User: supervise.DefaultUserBase + r.Number, Files: r.Dir, Network: r.Net, Listeners: r.Listeners, Note: r.Note}
		for _, c := range r.Calls {
			x.MayAsk = append(x.MayAsk, c.String())
		}
		out = append(out, x)
	}
	return out
}

// Run prints.
func (c *rolesCommand) Run(g *Global) error {
	if c.Markdown {
		_, err := io.WriteString(g.Out, trust())
		return err
	}
	return g.print(rows(), func(w io.Writer) {
		row(w, "ROLE", "USER", "FILES", "NETWORK", "LISTENS", "MAY ASK", "FOR")
		for _, r := range rows() {
			row(w, r.Role, r.User, r.Files, r.Network, strings.Join(r.Listeners, " "), strings.Join(r.MayAsk, " "), r.Note)
		}
	})
}

// trust is docs/trust.md: made from the process table and from wire's lists, never written by hand.
func trust() string {
	var b strings.Builder
	b.WriteString("# Who may do what\n\nMade by `sekisho roles --markdown` from the process table (`cmd/sekisho/roles.go`) and the calls in `wire/`; a test\n" +
		"compares. What is not in these tables cannot happen: a role without files opens none, one without network makes no\nsocket, and a call that a role is not listed for ends its line and is reported.\n\n" +
		"## Processes\n\n| role | user | files | network | listens | may ask | for |\n|---|---|---|---|---|---|---|\n")
	for _, r := range rows() {
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s | %s |\n", r.Role, r.User, or(r.Files, "none"), map[bool]string{true: "yes", false: "none"}[r.Network],
			or(strings.Join(r.Listeners, ", "), "nowhere"), or(strings.Join(r.MayAsk, ", "), "nobody"), r.Note)
	}
	b.WriteString("\n## Calls\n\n| call | may be asked by | at most |\n|---|---|---|\n")
	for _, r := range wire.Rules() {
		var by []string
		for _, c := range r.Callers {
			by = append(by, c.String())
		}
		fmt.Fprintf(&b, "| %s | %s | %d MiB |\n", r.Name, strings.Join(by, ", "), r.Limit>>20)
	}
	return b.String()
}
