// Package post is the process that hands mail to the outside.
//
// # Does
//
// Takes deliveries that are due from store, opens the mail through vault, finds the next hop, signs with DKIM through vault
// or, what is sent on, seals with ARC where that is wanted,
// speaks SMTP on a socket that dial made, and reports the outcome. Retries with growing, jittered pauses, tells senders of
// delays and failures (RFC 3464), and gives up after five days. Tells senders of mail that is held, with links that vault signs,
// and how it ended; tells people which mails are in quarantine for them.
//
// # Holds
//
// Mails that are being sent now, in the clear; headers of quarantined mails while a digest is written.
//
// # Trusts
//
// Store on what is due, dial on DNS as far as that can be trusted. Not the servers it talks to: what they answer is text
// for the trace, bounded and never interpreted beyond its code.
//
// # May call
//
// store, vault, dial, inspect, fetch.
//
// # If taken over
//
// The intruder sees mails that become due while he stays, each with its entry in the ledger, and can have DKIM signatures
// made, each with its entry too. He can have headers of mail in quarantine opened, each entered, and never its text. He cannot
// open a mailbox and has no key. Connections go through dial, which judges where to.
package post
