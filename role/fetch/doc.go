// Package fetch gets pictures from outside that mails refer to, so that a reader's browser never asks a sender's server.
//
// # Does
//
// A GET over a socket that dial made, to public addresses and ports 80 and 443 only: no cookie, no referrer, one fixed
// User-Agent, few redirects, a bound on size and time. What comes back is handed on unopened, for inspect.
//
// # Holds
//
// One address and one answer at a time.
//
// # Trusts
//
// Dial for where it may connect to. No server, and not who asks: how often each process may ask is bounded here.
//
// # May call
//
// dial.
//
// # If taken over
//
// The intruder learns which pictures are asked for meanwhile, without whose they are, and can put others in their place:
// inspect draws them anew. He has no key, no mail, no file, and reaches what dial lets this role reach.
package fetch
