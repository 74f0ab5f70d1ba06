// Package reader serves IMAP (RFC 3501 and RFC 9051): TLS, login with app passwords, and the sessions of people who read.
//
// # Does
//
// A login asks store whose name it is and vault to open the account's slot; the ticket that vault gives is the session. A
// mailbox is known by its columns (UID, flags), kept per session and brought up to date by what store says has changed.
// What is fetched comes sealed from store; vault is asked for the class keys of exactly those messages and classes that
// the answer needs, in batches, and each is an entry in the ledger before the key is here. A mail is never parsed:
// ENVELOPE and BODYSTRUCTURE come from the summary that inspect made when the mail arrived, and every section is a span
// of bytes that the summary names. A mail that a person files himself (APPEND) is summarised by inspect, sealed here to
// his own key and given to store.
//
// # Holds
//
// The mailboxes of its cell that are open in this process, in the clear as far as they are being read; their tickets.
//
// # Trusts
//
// Store for which messages there are and vault for who somebody is. Sealed pieces name their message: what store mixes up
// does not open.
//
// # May call
//
// store, vault, inspect.
//
// # If taken over
//
// An intruder reads what the open sessions can open, at the pace that vault's quota allows, and every opening is entered
// with account and message. Other mailboxes stay closed: there is no key for them here, and store's pass is made for one
// session of this very process. Where reader has cells, vault lets it log in people of its own cell only.
package reader
