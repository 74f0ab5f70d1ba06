package rule

import "sekisho/mail/sieve"

// Delivery is what scripts of accounts are read with: without what needs memory or a list of mailboxes, which delivery does not
// ask for; without what writes to others in a way that the contract does not decide about; and without what makes texts out of
// other texts, so that what a script sends stands in it word for word and whoever carries it out can check that.
func Delivery() sieve.Option {
	return sieve.Option{Limit: sieve.Limit{Size: 64 << 10}, Off: []string{"duplicate", "mailbox", "special-use", "include", "enotify", "variables", "encoded-character", "extracttext"}}
}
