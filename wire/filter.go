package wire

import (
	"slices"
	"strings"

	"sekisho"
)

// FilterQuery asks for the Sieve script that sorts an account's mail.
type FilterQuery struct {
	Contract sekisho.ContractID
	Account  sekisho.AccountID
}

// SealedFilter is the script as webmail has sealed it. Version 0: there is none.
type SealedFilter struct {
	ID      sekisho.MessageID
	Version uint64
	Sealed  []byte
	Box     []byte // to the contract's ConfigKey
}

// FilterItem is the JSON of an item of kind "sieve".
type FilterItem struct {
	Script string `json:"script"`
}

// Automatic says what mail the contract's people may have sent in their names without looking at each: by filters of their own.
type Automatic struct {
	Forward []string // domains that mail may be sent on to; "*" is any. The contract's own are always among them
	Reply   string   // who gets automatic replies: "all" (or ""), "inside" (the contract's own domains) or "nobody"
}

// Allows says whether mail may be sent on to a domain. own are the contract's domains.
func (a *Automatic) Allows(domain string, own []string) bool {
	list := own
	if a != nil {
		list = slices.Concat(own, a.Forward)
	}
	return slices.ContainsFunc(list, func(d string) bool { return d == "*" || strings.EqualFold(d, domain) })
}

// Replies says whether people of a domain get automatic replies.
func (a *Automatic) Replies(domain string, own []string) bool {
	if a == nil || a.Reply == "" || a.Reply == "all" {
		return true
	}
	return a.Reply == "inside" && slices.ContainsFunc(own, func(d string) bool { return strings.EqualFold(d, domain) })
}
