package sieve

// Delivery is what scripts of accounts are read with: without what needs memory or a list of mailboxes, which delivery does not
// ask for, and without what writes to others in a way that the contract does not decide about.
func Delivery() Option {
	return Option{Limit: Limit{Size: 64 << 10}, Off: []string{"duplicate", "mailbox", "special-use", "include", "enotify"}}
}
