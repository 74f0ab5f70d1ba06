// Package admin is the process that operators' commands speak to.
//
// # Does
//
// Answers administration calls in JSON over a unix socket that only the operator's user may open: contracts, domains,
// accounts, policies, quarantine, holds, queue, trace, ledger. It asks store and vault; it decides nothing by itself.
//
// # Holds
//
// What one call needs, while it runs: a new account's password, a kept mail that an operator looks at.
//
// # Trusts
//
// The kernel's word on who opened the socket (SO_PEERCRED): that user is entered in the ledger with what he asked.
//
// # May call
//
// store, vault, inspect, dial.
//
// # If taken over
//
// The intruder can do what an operator can: change settings, release and look at kept mail, each with its entry. He cannot
// open a mailbox, has no key, no file, no network and no other program.
package admin
