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

// mailbox reads an address that mail can be sent to, with or without a display name; false when it is none. Blanks may stand
// around its parts, and dots anywhere in a local part, as some carriers gave them out.
func mailbox(s string) (string, bool) {
	const longest = 254
	s = strings.TrimSpace(s)
	if len(s) > 4*longest || strings.ContainsAny(s, "\r\n\x00") {
		return "", false
	}
	if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.HasSuffix(s, ">") {
		if strings.ContainsAny(strings.ReplaceAll(s[:open], `\"`, ""), "<>@,;:") && !strings.HasPrefix(s, `"`) {
			return "", false
		}
		s = strings.TrimSpace(s[open+1 : len(s)-1])
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return "", false
	}
	local, domain := strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+1:])
	if len(local)+len(domain) >= longest || !localPart(local) || !domainName(domain) {
		return "", false
	}
	return bare(unquote(local) + "@" + domain), true
}

// special are the characters that stand in a local part only in quotes (RFC 5322 section 3.2.3).
const special = "()<>[]:;@\\,\""

func localPart(s string) bool {
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c > '~' })
	}
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(special, c) })
}

func domainName(s string) bool {
	if len(s) > 2 && s[0] == '[' && s[len(s)-1] == ']' {
		return !strings.ContainsFunc(s[1:len(s)-1], func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(`[]\`, c) })
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			return false
		}
	}
	return true
}

// bare writes an address as SMTP does: the local part in quotes only where it must be.
func bare(a string) string {
	at := strings.LastIndexByte(a, '@')
	if at < 0 {
		return a
	}
	local := a[:at]
	if local == "" || strings.ContainsFunc(local, func(c rune) bool { return c <= ' ' || c == 0x7f || strings.ContainsRune(special, c) }) {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(local) + `"` + a[at:]
	}
	return a
}
