package reply

import (
	"slices"
	"strings"
)

// Mailbox reads an address that mail can be sent to, with or without a display name; false when it is none. Blanks may stand
// around its parts, and dots anywhere in a local part, as some carriers gave them out.
func Mailbox(s string) (string, bool) {
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
	return Bare(Unquote(local) + "@" + domain), true
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

// Bare writes an address as SMTP does: the local part in quotes only where it must be.
func Bare(a string) string {
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

// Unquote takes the quotes off a local part.
func Unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		if s[i] == '\\' && i+1 < len(s)-1 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// addressed are the header fields in which addresses stand.
var addressed = []string{"from", "to", "cc", "bcc", "sender", "reply-to", "resent-from", "resent-to", "resent-cc",
	"resent-bcc", "resent-sender", "resent-reply-to", "return-path", "errors-to", "disposition-notification-to", "delivered-to",
	"x-original-to", "apparently-to", "return-receipt-to", "x-envelope-to", "mail-followup-to", "mail-reply-to", "envelope-to",
	"x-envelope-from", "for-approval", "for-comment", "for-handling", "approved", "original-recipient", "abuse-reports-to",
	"x-complaints-to", "x-report-abuse-to", "x-confirm-reading-to", "resent-by", "list-admin", "x-beenthere", "x-admin"}

// Addressed says whether addresses stand in a header field of that name.
func Addressed(name string) bool { return slices.Contains(addressed, strings.ToLower(name)) }
