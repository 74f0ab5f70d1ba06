// Package vault is the process that holds the keys and writes the ledger.
//
// # Does
//
// Makes and keeps contract keys, key pairs, slots and signing keys. Logs people in: a secret is right when it opens a
// slot. Gives out class keys of messages, signs for DKIM and TLS, and enters each of these in the ledger, on disk, before
// it answers. Keeps the sessions of browsers, their second factors and passkeys, and cuts a session down to a capability for
// one request. Gives desk the keys of shared files, for who has both a
// link that it signed and the box that store keeps. Replaces keys, joins officers' shares, and destroys the keys of contracts that end, with a signed certificate.
//
// # Holds
//
// The root key, and through it everything that is under a contract key alone: spool, quarantine and signing keys, live
// sessions' keys only together with the secret in their tickets. Mailboxes of people who are not logged in stay closed to
// it too: their private keys are in slots under secrets that it does not keep, and behind officers' shares of which it keeps
// one at most, never enough. Archives likewise, but for the time that officers open one.
//
// # Trusts
//
// The supervisor's word on who is at the other end of a line; its own disk. Nobody's word on what a box holds: contract,
// account and message of an entry are those that the opened box authenticates.
//
// # May call
//
// link, when the root key is with a key management service: at the start, and when the root key is replaced.
//
// # If taken over
//
// Spool, quarantine, live sessions, and signatures by DKIM and TLS keys are lost, and its entries are not to be believed
// from then on. It has no network, no parser of mail and no program to start: the first attempt at any of these is a
// denied call, which the supervisor reports. Locked mailboxes stay closed except to guessing at argon2id's pace.
package vault
