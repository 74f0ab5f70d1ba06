// Package link is the process that speaks with services of others, at destinations that the configuration fixes.
//
// # Does
//
// Has the key management service wrap and unwrap the key of a root epoch, begin a new version of its key, and destroy older
// ones (HashiCorp Vault's transit protocol). Carries checkpoints of the ledger to witnesses (c2sp.org/tlog-witness) and their
// signatures back. Each is one HTTPS request over a socket that dial has connected.
//
// # Holds
//
// The token for that service. A root epoch's key for the moment in which it passes through; none at rest.
//
// # Trusts
//
// The service, once TLS has shown that it is the one that was configured, to unwrap what it wrapped. Nothing else that it
// says: answers are bounded and read strictly.
//
// # May call
//
// dial, which connects it to the configured destinations and nowhere else.
//
// # If taken over
//
// An intruder has the token, and so the root key, for as long as the service honours it; without vault's current key table
// that opens nothing. He learns the root key also when vault asks for it at a start. He has no files, no other destination and no
// other peer; the service's own log shows every use of its key. Stop him by revoking the token there, then rotate.
package link
