package main

import (
	"sekisho"
	"sekisho/supervise"
)

// roles is the process table: who runs, with what, and whom he may ask. What is not here cannot happen: a role without a
// directory opens no file, one without Net makes no socket, and one that is not listed as a caller gets no line.
// docs/trust.md is made from it, with wire's list of calls.
func roles(o rolesOption) []supervise.Role {
	const (
		gate, inspect, store, post   = sekisho.Gate, sekisho.Inspect, sekisho.Store, sekisho.Post
		reader, vault, dial, admin   = sekisho.Reader, sekisho.Vault, sekisho.Dial, sekisho.Admin
		link, door                   = sekisho.Link, sekisho.Door
		edge, webmail, console, desk = sekisho.Edge, sekisho.Webmail, sekisho.Console, sekisho.Desk
		fetch                        = sekisho.Fetch
	)
	asks := func(r ...sekisho.Role) []sekisho.Role { return r }
	table := []supervise.Role{
		{Role: vault, Number: 1, Dir: "vault", Hears: true, Calls: asks(link), Files: []string{"root"}, Note: "keys, logins, signatures, the ledger"},
		{Role: store, Number: 2, Dir: "store", Calls: asks(vault), Note: "database and sealed segments; no key"},
		{Role: inspect, Number: 3, Workers: o.inspect, OneStrike: true, Note: "opens hostile content; holds nothing"},
		{Role: dial, Number: 4, Net: true, Note: "outbound sockets and DNS; sees no payload"},
		{Role: gate, Number: 5, Calls: asks(inspect, store, vault, dial), Listeners: []string{"mx", "submission", "submissions"},
			Note: "SMTP in: judges, seals, makes durable"},
		{Role: post, Number: 6, Calls: asks(store, vault, dial, inspect, fetch), Note: "SMTP out: retries, signs, notifies"},
		{Role: reader, Number: 7, Calls: asks(store, vault, inspect), Listeners: []string{"imap", "imaps"},
			Note: "IMAP: sessions of people who read"},
		{Role: admin, Number: 8, Calls: asks(store, vault, inspect, dial), Listeners: []string{"admin"},
			Note: "operators' commands over a unix socket"},
		{Role: webmail, Number: 12, Forgets: true, Calls: asks(store, vault, inspect, gate, fetch), Note: "JMAP: people's mail, in JSON only"},
		{Role: console, Number: 13, Forgets: true, Watches: true, Calls: asks(store, vault, inspect, dial), Note: "administration for browsers and programs, in JSON only"},
		{Role: fetch, Number: 15, Calls: asks(dial), Note: "pictures from outside that mails refer to, and MTA-STS policies"},
		{Role: desk, Number: 14, Forgets: true, Calls: asks(store, vault, inspect), Note: "people without an account, by link; in JSON only"},
		{Role: edge, Number: 11, Forgets: true, Calls: asks(store, vault, webmail, console, desk, dial), Listeners: []string{"https"},
			Note: "HTTPS: TLS, limits, rules, login, static pages"},
	}
	if o.cells > 1 {
		for i := range table {
			switch r := &table[i]; r.Role {
			case reader:
				r.Workers, r.Cells, r.Listeners = o.cells, true, nil
			case webmail:
				r.Workers, r.Cells = o.cells, true
			}
		}
		table = append(table, supervise.Role{Role: door, Number: 10, Calls: asks(store, reader), Listeners: []string{"imap", "imaps"},
			Note: "where reader has cells: connections to the cell of their host name"})
	}
	if o.link {
		table = append(table, supervise.Role{Role: link, Number: 9, Calls: asks(dial), Files: []string{"token"},
			Note: "key management service and witnesses of the ledger, where they are configured"})
	}
	return table
}

// rolesOption is what the configuration decides about the table.
type rolesOption struct {
	inspect int  // inspect processes
	cells   int  // of reader; up to one means none
	link    bool // there is a key management service or a witness
}

// everyRole is the whole table, as the documentation shows it.
func everyRole() []supervise.Role { return roles(rolesOption{inspect: 2, cells: 2, link: true}) }
