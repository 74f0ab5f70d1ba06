package reply

import (
	"net/url"
	"slices"
	"strings"

	"sekisho/mail/script"
)

// Notice is a notice by mail (RFC 5435, RFC 5436).
type Notice struct {
	To, Cc     []string
	From       string // "" is the owner
	Subject    string
	Text       string
	Importance int         // 1 high, 2 normal, 3 low
	Fields     [][2]string // more header fields: name and value
}

// ReadMethod reads the URI of a notice; only mailto is known. why is "" when it is good.
func ReadMethod(uri string) (m Notice, why string) {
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok || !strings.EqualFold(scheme, "mailto") {
		return m, "only mailto: is known"
	}
	to, query, _ := strings.Cut(rest, "?")
	if m.To, why = recipients(to); why != "" {
		return m, why
	}
	for pair := range strings.SplitSeq(query, "&") {
		if query == "" {
			break
		}
		name, value, ok := strings.Cut(pair, "=")
		if !ok || strings.ContainsAny(pair, "<>\";") {
			return m, "behind the question mark stand pairs as name=value"
		}
		name, err := url.PathUnescape(name)
		v, err2 := url.PathUnescape(value)
		if err != nil || err2 != nil || !FieldName(name) {
			return m, "a header field in it has no good name or value"
		}
		if why := m.field(name, value, OneLine(v), v); why != "" {
			return m, why
		}
	}
	if len(m.To)+len(m.Cc) == 0 {
		return m, "it names no recipient"
	}
	return m, ""
}

// field takes one header field of a mailto URI. What would forge or break the notice is left out (RFC 5436 section 2.3).
func (m *Notice) field(name, raw, value, body string) string {
	var why string
	var list []string
	switch strings.ToLower(name) {
	case "to":
		list, why = recipients(raw)
		m.To = append(m.To, list...)
	case "cc", "bcc":
		list, why = recipients(raw)
		m.Cc = append(m.Cc, list...)
	case "subject":
		m.Subject = value
	case "body":
		m.Text = body
	case "from", "date", "message-id", "auto-submitted", "received", "sender", "mime-version", "content-type", "content-transfer-encoding":
	default:
		if !Protected(name, false) && !strings.HasPrefix(strings.ToLower(name), "resent-") {
			m.Fields = append(m.Fields, [2]string{name, value})
		}
	}
	return why
}

func recipients(s string) ([]string, string) {
	if strings.ContainsAny(s, "<>\";") {
		return nil, "it has characters that a mailto URI cannot have"
	}
	v, err := url.PathUnescape(s)
	if err != nil {
		return nil, "its escapes are broken"
	}
	var list []string
	for one := range strings.SplitSeq(v, ",") {
		if strings.TrimSpace(one) == "" {
			continue
		}
		a, ok := Mailbox(strings.TrimSpace(one))
		if !ok {
			return nil, "\"" + script.Short(one) + "\" is no mail address"
		}
		list = append(list, a)
	}
	return list, ""
}

// protected are header fields that no script changes: trace and what security decisions rest on (RFC 5293 section 5).
var protected = []string{"received", "auto-submitted", "dkim-signature", "authentication-results", "received-spf", "arc-seal",
	"arc-message-signature", "arc-authentication-results", "return-path", "delivered-to"}

// Protected says whether a field must stay; Received and Auto-Submitted may be added, since that hides nothing.
func Protected(name string, add bool) bool {
	name = strings.ToLower(name)
	if add && (name == "received" || name == "auto-submitted") {
		return false
	}
	return slices.Contains(protected, name) || strings.HasPrefix(name, "x-sekisho-")
}

// FieldName says whether s can be the name of a header field (RFC 5322 section 2.2).
func FieldName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' })
}
