// Package console is the process behind edge that answers in JSON only.
//
// # Does
//
// Answers the administration API (/api/v1) for the account of the capability that came with a request.
//
// # Holds
//
// The capability of live requests and what they work on.
//
// # Trusts
//
// Vault for who asks, store for what there is. Edge only for the shape of requests.
//
// # May call
//
// store, vault, inspect, dial.
//
// # If taken over
//
// The intruder can do what the administrators can who are active while he is there, each act entered. Store and vault bind every question to the capability's contract.
package console
