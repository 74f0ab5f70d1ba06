// Package inspect is the process that opens hostile content.
//
// # Does
//
// Reads one mail at a time with everything in it, and states findings, a summary, the text and tokens for search. Writes
// changed copies when a decision asks for one. Draws pages of attachments as pictures, so that no reader's machine opens
// them.
//
// # Holds
//
// The mails that it works on now, in the clear. Nothing of them outlives the answer.
//
// # Trusts
//
// Nothing it reads. From its askers only that they name the right contract.
//
// # May call
//
// Nobody.
//
// # If taken over
//
// The intruder sees the mails that this worker is given until it is replaced: after a thousand mails, at once after a fault
// or a refused call. The ledger's transit entries name worker and mail, so they can be listed exactly. He has no key, no
// file, no network and no other program; what he answers is judged as an opinion about one mail.
package inspect
