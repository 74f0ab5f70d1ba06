// Package dial is the process with the outbound sockets and the DNS questions.
//
// # Does
//
// Answers DNS questions of gate and post, from a resolver or, in demonstrations, from a zone in memory. Connects to where
// the asking role may connect and passes the connected socket on: post to mail servers, gate to clamd, link to the key
// management service.
//
// # Holds
//
// Nothing. It never sees a byte of what goes through the sockets it made.
//
// # Trusts
//
// The resolver that it was told to use, as far as DNS can be trusted. Not the names that its askers send.
//
// # May call
//
// Nobody.
//
// # If taken over
//
// An intruder can connect out: this is the one process that can. He has nothing to send but names that were looked up, and
// no way to the rest of the house than answers that are judged as hostile. Sockets other than TCP and UDP, and everything
// else, are denied calls that the supervisor reports.
package dial
