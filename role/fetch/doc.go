// Package fetch gets pictures from outside that mails refer to, so that a reader's browser never asks a sender's server, and the
// MTA-STS policies of domains that mail goes to.
//
// # Does
//
// A GET over a socket that dial made, to public addresses and ports 80 and 443 only: no cookie, no referrer, one fixed
// User-Agent, few redirects, a bound on size and time. What comes back is handed on unopened, for inspect. A policy comes from one
// fixed address of its domain, over TLS with a certificate for that name, without any redirect; post reads it.
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
// inspect draws them anew. He can keep policies back or give false ones, by which mail waits or goes with less certainty; those that are kept
// already are not his to change before they end. He has no key, no mail, no file, and reaches what dial lets this role reach.
package fetch
