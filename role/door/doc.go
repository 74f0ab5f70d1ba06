// Package door accepts connections of people who read, where reader has more cells than one, and hands each to the cell of
// its contract.
//
// # Does
//
// Accepts on the ports of IMAP. Where TLS speaks first it reads the first message of the handshake, as far as the server name
// in it (RFC 6066 section 3), asks store which cell that name belongs to, and passes the connection with what was read on to
// the reader of that cell. A TLS session cannot change process; a connection that has not begun one can.
//
// # Holds
//
// Connections for the moment until they are passed on, and no key: it could not answer the handshake.
//
// # Trusts
//
// Nobody. A name that a client sends decides only which reader it speaks with; whose mailbox opens there is for vault to say,
// which refuses a login in another cell than the contract's.
//
// # May call
//
// store (which cell), reader (take this connection).
//
// # If taken over
//
// An intruder can drop connections, send them to the wrong cell, where login is refused, or pretend to be the service without
// having its certificate's key. In the clear he sees what clients send before STARTTLS: nothing secret, as login is refused
// until then. He has no file, no network of his own but accepted connections, and no way to vault.
package door
