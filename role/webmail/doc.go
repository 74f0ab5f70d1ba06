// Package webmail is the process behind edge that answers in JSON only.
//
// # Does
//
// Answers JMAP (RFC 8620, 8621) for the account of the capability that came with a request: it turns the capability into a
// ticket, asks store for sealed mails and vault for the keys of exactly what the answer needs, and writes from summaries.
// A mail is never parsed here: texts are decoded, HTML becomes a tree and pictures are made anew in inspect. What is written
// is made into MIME from JSON, filed as IMAP's APPEND files it, and sent through gate like any submission.
//
// # Holds
//
// The capability of live requests, a minute each, and the plaintext of what they work on.
//
// # Trusts
//
// Vault for who asks, store for what there is. Edge only for the shape of requests.
//
// # May call
//
// store, vault, inspect, gate, fetch.
//
// # If taken over
//
// The intruder sees the mail of people who are active on this worker while they are, each opening entered in the ledger; he
// has no cookie, password or key at rest, opens no file or connection, and nothing that he answers reaches a browser as HTML
// or script. He can send mail in the name of those people, within their limits and through the same inspection.
package webmail
