package main

import (
	"sekisho"
	"sekisho/supervise"
)

// roles is the process table: who runs, with what, and whom he may ask. What is not here cannot happen: a role without a
// directory opens no file, one without Net makes no socket, and one that is not listed as a caller gets no line.
// docs/trust.md is made from it, with wire's list of calls.
func roles(workers int) []supervise.Role {
	const (
		gate, inspect, store, post   = sekisho.Gate, sekisho.Inspect, sekisho.Store, sekisho.Post
		reader, vault, dial, console = sekisho.Reader, sekisho.Vault, sekisho.Dial, sekisho.Console
	)
	asks := func(r ...sekisho.Role) []sekisho.Role { return r }
	return []supervise.Role{
		{Role: vault, Number: 1, Dir: "vault", Hears: true, Note: "keys, logins, signatures, the ledger"},
		{Role: store, Number: 2, Dir: "store", Calls: asks(vault), Note: "database and sealed segments; no key"},
		{Role: inspect, Number: 3, Workers: workers, OneStrike: true, Note: "opens hostile content; holds nothing"},
		{Role: dial, Number: 4, Net: true, Note: "outbound sockets and DNS; sees no payload"},
		{Role: gate, Number: 5, Calls: asks(inspect, store, vault, dial), Listeners: []string{"mx", "submission", "submissions"},
			Note: "SMTP in: judges, seals, makes durable"},
		{Role: post, Number: 6, Calls: asks(store, vault, dial, inspect), Note: "SMTP out: retries, signs, notifies"},
		{Role: reader, Number: 7, Calls: asks(store, vault, inspect), Listeners: []string{"imap", "imaps"},
			Note: "IMAP: sessions of people who read"},
		{Role: console, Number: 8, Calls: asks(store, vault, inspect, dial), Listeners: []string{"admin"},
			Note: "operators' commands over a unix socket"},
	}
}
