package sieve

import (
	"net/mail"
	"strings"
)

// addresses reads an address list. What cannot be read yields the value itself, so that a test can still find it.
func (r *run) addresses(value string) []string {
	if r.in.ReadAddresses != nil {
		return r.in.ReadAddresses(value)
	}
	list, err := mail.ParseAddressList(value)
	if err != nil {
		return []string{strings.TrimSpace(value)}
	}
	var all []string
	for _, a := range list {
		all = append(all, bare(a.Address))
	}
	return all
}

// mailbox reads an address that mail can be sent to, with or without a display name; false when it is none.
func mailbox(s string) (string, bool) {
	const longest = 254
	if len(s) > longest*4 || strings.ContainsAny(s, "\r\n\x00") {
		return "", false
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		return "", false
	}
	at := strings.LastIndexByte(a.Address, '@')
	if at <= 0 || at == len(a.Address)-1 || len(a.Address) > longest {
		return "", false
	}
	for label := range strings.SplitSeq(a.Address[at+1:], ".") {
		if label == "" && a.Address[at+1] != '[' {
			return "", false
		}
	}
	return bare(a.Address), true
}

// bare writes an address as SMTP does: the local part in quotes only where it must be.
func bare(a string) string {
	at := strings.LastIndexByte(a, '@')
	if at < 0 {
		return a
	}
	local := a[:at]
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(c rune) bool {
			return c <= ' ' || c == 0x7f || strings.ContainsRune("()<>[]:;@\\,\"", c)
		}) {
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(local) + `"` + a[at:]
		}
	}
	return a
}
