// Package console is the process behind edge that serves the administration API (/api/v1), in JSON only.
//
// # Does
//
// Answers operations for the account of the capability that came with a request: contracts, domains, accounts, traces, kept mail,
// mail on its way out, rules, grants, tokens, statistics, the ledger, the processes. Their description (OpenAPI) is made from the code that answers.
//
// # Holds
//
// The session of each live request, for a minute at most; what kept mails say while somebody looks at them; answers to requests that
// carry an Idempotency-Key, for an hour. No mailbox: the sessions that it gets open none.
//
// # Trusts
//
// Vault for who asks, store for what he may and for what there is: every call carries his pass or his session, and is judged there.
// Console itself judges only what store cannot know: a token's scopes, and how long ago he proved himself. Edge only for the shape of
// requests.
//
// # May call
//
// store, vault, inspect, dial.
//
// # If taken over
//
// The intruder can do what those may who are signed in at the console while he stays, in their contracts: change directories and
// rules, look into kept mail, make accounts. Each act stands in the list of changes or in the ledger under their session, and
// an operator's in the customer's list of accesses. A token's scopes and the ten minutes of a fresh proof do not bind him. He reaches
// no other contract, no mailbox, no private key; replaces no public key; makes no operator; and what he tries beyond that is a
// denial in the ledger. While an operator works there who proved himself within ten minutes, he can end a contract without a legal hold, which
// is entered twice before it happens. He sees numbers of the ledger, which name nobody.
package console
