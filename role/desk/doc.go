// Package desk is the process behind edge that serves people without a sign-in, in JSON only.
//
// # Does
//
// Shows what a link is about that was sent by mail, takes the decision of whoever it was sent to, and takes inquiries about
// incidents. To open a link changes nothing; to decide takes what looking gave, a number that the page shows, and a moment.
// Decisions about other people's mail take a sign-in, elsewhere.
//
// # Holds
//
// One visitor's request. It holds no key: links are signed by vault and checked by store, each time.
//
// # Trusts
//
// Store for what a link is worth and for what there is. Edge only for the shape of requests.
//
// # May call
//
// store, vault.
//
// # If taken over
//
// The intruder sees links while they are used, and can decide in place of those who use them, for mail that is held or in quarantine
// right then: each decision stands in its trace, and its sender sees it. What he releases goes to him whom the link was sent to.
// He sees inquiries that come in meanwhile. No session, mailbox, content or key is in reach, and he can make no link.
package desk
