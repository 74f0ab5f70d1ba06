// Package desk is the process behind edge that answers in JSON only.
//
// # Does
//
// Answers people without an account, who come by a signed link.
//
// # Holds
//
// One visitor's request.
//
// # Trusts
//
// Vault for who asks, store for what there is. Edge only for the shape of requests.
//
// # May call
//
// store, vault.
//
// # If taken over
//
// The intruder sees what visitors do meanwhile. He has no session, mailbox or key.
package desk
