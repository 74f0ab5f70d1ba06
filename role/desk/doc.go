// Package desk is the process behind edge that serves people without a sign-in, in JSON only.
//
// # Does
//
// Shows what a link is about that was sent by mail, takes the decision of whoever it was sent to, and takes inquiries about
// incidents. To open a link changes nothing; to decide takes what looking gave, a number that the page shows, and a moment.
// Decisions about other people's mail take a sign-in, elsewhere.
//
// Shows where a link of a delivered mail leads, and what is to be said of it, before anybody goes there. The target learns nothing of that, and
// nothing of who went.
//
// Gives files that a mail left here (secure links) to who has the link and, where a rule wants it, the code that was mailed to its recipient.
//
// # Holds
//
// One visitor's request. Links are signed by vault and checked by store, each time. Of shared files it has the keys of one share, while it
// gives one file of it.
//
// # Trusts
//
// Store for what a link is worth and for what there is, vault for which links of mails were made here, inspect for what is said of them. Edge only for the shape of requests.
//
// # May call
//
// store, vault, inspect.
//
// # If taken over
//
// The intruder sees links while they are used, and can decide in place of those who use them, for mail that is held or in quarantine
// right then: each decision stands in its trace, and its sender sees it. What he releases goes to him whom the link was sent to.
// He sees inquiries that come in meanwhile. He sees
// where people go who click links in their mail meanwhile, without their names, can send them elsewhere, and sees those contracts' lists of hosts.
// Of shared files he gets those whose link and code are shown to him meanwhile, each with its entry; where a rule wants no code, the link is enough.
// No session, mailbox or other key is in reach, and he can make no link.
package desk
