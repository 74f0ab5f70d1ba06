// Package gate is the process at the road: it takes mail over SMTP, from outside and from customers.
//
// # Does
//
// Speaks SMTP on MX, submission and submissions; checks envelope, line ends and sender authentication over header lines;
// has every mail inspected; applies the contract's policy; seals each copy to its readers' public keys and has store make
// it durable, sorted by the recipient's own Sieve script where he has one, together with what that script sends: mail
// that goes on, by its owner's contract's policy, and automatic replies. Only then it answers 250. What people write in webmail comes to it too, with the pass of their session, and
// goes the same way. Attachments that a rule wants to leave by a link are sealed beside the mail; passwords of encrypted ones follow it. What is sent on gets a return path that leads back to its sender, and notifications to such a path are taken back; what others
// report about customers' domains is counted. What is refused is refused in the dialogue, never by a later bounce.
//
// # Holds
//
// Mails arriving now, in the clear, until they are sealed. App passwords presented now, for as long as vault takes to judge
// them. Scripts of accounts for which mail came, opened. The keys of return paths, and the key under which store keeps what
// people have taught about spam.
//
// # Trusts
//
// Store on who is a recipient, vault on logins, inspect on what a mail contains. Not the sender, not DNS.
//
// # May call
//
// inspect, store, vault, dial.
//
// # If taken over
//
// The intruder sees mail that arrives while he stays, and app passwords that are presented to this process. He cannot open
// anything delivered: gate has public keys only. He can have the scripts of accounts opened, one entry each, and nothing
// else of theirs. He has no file, no network of his own and no program to start: trying is a
// denied call that the supervisor reports. He can make links to files that wait at the desk for recipients whom he knows: where a rule wants no code, they
// open; where it wants one, it goes to the recipient. Mails that he accepts without inspection show as sealed mails without transit.
package gate
