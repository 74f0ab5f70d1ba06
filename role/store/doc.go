// Package store is the one role with the shared database and the sealed segments.
//
// # Does
//
// It keeps mail, and who gets which mail: the directory of contracts, domains, accounts, aliases and groups; folders and
// flags; the queue to the outside; quarantine and hold; the trace. It answers where mail for an address goes, makes mail
// durable, keeps whom people allow and block and what they call spam, notes whom to tell of quarantine, hands out sealed pieces, leases what is due, and ends holds and quarantine when their time is over.
//
// The order of an accept is fixed: bytes into a segment and fdatasync, then one transaction, then the answer. Changes of
// many callers share both. After a crash the segments are cut back to what the database refers to, and what was being
// sent becomes due again. Repeating an accept changes nothing and is answered as the first time.
//
// # Holds
//
// Ciphertext; envelopes, addresses (those of lists of senders too), folder names, flags, sizes and times in the clear; public keys; numbers of
// what each person did with mail on a day.
//
// # Trusts
//
// Vault's pass for who reads which mailbox, and its callers for what their role may say. It trusts no caller with another
// contract's or account's data: that comes from the pass.
//
// # May call
//
// Nobody.
//
// # If taken over
//
// An intruder learns who writes to whom and when, and can destroy or withhold mail. He reads no mail: there is no key
// here. Altered or swapped ciphertext is refused by whoever opens it, as every sealed piece names its message.
package store
