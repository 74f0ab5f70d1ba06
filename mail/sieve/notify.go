package sieve

import (
	"net/url"
	"slices"
	"strings"
)

// Notify is a notice by mail (RFC 5435, RFC 5436).
type Notify struct {
	To, Cc     []string
	From       string // "" is the owner
	Subject    string
	Text       string
	Importance int // 1 high, 2 normal, 3 low
	Fields     []Field
}

// readMethod reads the URI of a notice; only mailto is known. why is "" when it is good.
func readMethod(uri string) (m Notify, why string) {
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
		if err != nil || err2 != nil || !fieldName(name) {
			return m, "a header field in it has no good name or value"
		}
		if why := m.field(name, value, oneLine(v), v); why != "" {
			return m, why
		}
	}
	if len(m.To)+len(m.Cc) == 0 {
		return m, "it names no recipient"
	}
	return m, ""
}

// field takes one header field of a mailto URI. What would forge or break the notice is left out (RFC 5436 section 2.3).
func (m *Notify) field(name, raw, value, body string) string {
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
		if !isProtected(name, false) && !strings.HasPrefix(strings.ToLower(name), "resent-") {
			m.Fields = append(m.Fields, Field{Name: name, Value: value, Raw: value})
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
		a, ok := mailbox(strings.TrimSpace(one))
		if !ok {
			return nil, "\"" + short(one) + "\" is no mail address"
		}
		list = append(list, a)
	}
	return list, ""
}

func checkNotify(c *checker, n *node) {
	if a := n.tags["from"]; a != nil && len(constants(a)) > 0 {
		if _, ok := mailbox(a.strs[0]); !ok {
			c.fault(n.line, "notify: ':from' needs a mail address, not %q", short(a.strs[0]))
		}
	}
	if s := constant(n.tags["importance"]); s != "" && s != "1" && s != "2" && s != "3" {
		c.fault(n.line, "notify: ':importance' is 1, 2 or 3")
	}
	for _, s := range constants(n.tags["options"]) {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" || name[0] == '_' || !fieldName(name) || strings.ContainsAny(value, "\r\n") {
			c.fault(n.line, "notify: an option is written name=value, not %q", short(s))
		}
	}
	for _, s := range constants(n.pos[0]) {
		if _, why := readMethod(s); why != "" {
			c.fault(n.line, "notify: %q cannot be used: %s", short(s), why)
		}
	}
}

// notify adds a notice, unless the message is one itself (RFC 5436 section 2.2).
func notify(r *run, n *node) (flow, error) {
	m, why := readMethod(r.str(n.pos[0]))
	if why != "" {
		return halt, fail(n, "notify: %q cannot be used: %s", short(r.str(n.pos[0])), why)
	}
	m.From = oneLine(r.str(n.tags["from"]))
	if _, ok := mailbox(m.From); m.From != "" && !ok {
		return halt, fail(n, "notify: ':from' needs a mail address, not %q", short(m.From))
	}
	m.Importance = 2
	switch r.str(n.tags["importance"]) {
	case "1":
		m.Importance = 1
	case "3":
		m.Importance = 3
	}
	if a := n.tags["message"]; a != nil && m.Subject == "" {
		m.Subject = brief(oneLine(r.str(a)))
	}
	if v := first(r.fields, "auto-submitted"); v != "" && !strings.EqualFold(strings.TrimSpace(v), "no") {
		return on, nil
	}
	told := map[string]bool{}
	refused := func(a string) bool {
		again := told[strings.ToLower(a)]
		told[strings.ToLower(a)] = true
		return again || r.in.MayNotify == nil || !r.in.MayNotify(a)
	}
	for _, a := range r.result.Actions {
		if a.Notify != nil {
			for _, to := range slices.Concat(a.Notify.To, a.Notify.Cc) {
				told[strings.ToLower(to)] = true
			}
		}
	}
	m.To, m.Cc = slices.DeleteFunc(m.To, refused), slices.DeleteFunc(m.Cc, refused)
	if len(m.To)+len(m.Cc) == 0 {
		return on, nil
	}
	return on, r.add(n, Action{Kind: Notice, Notify: &m})
}

func validMethod(r *run, n *node) (bool, error) {
	for _, s := range r.strs(n.pos[0]) {
		if _, why := readMethod(s); why != "" {
			return false, nil
		}
	}
	return true, nil
}

// methodCapability: of mail nobody knows whether its reader is there (RFC 5436 section 2.5).
func methodCapability(r *run, n *node) (bool, error) {
	if _, why := readMethod(r.str(n.pos[0])); why != "" || !strings.EqualFold(r.str(n.pos[1]), "online") {
		return false, nil
	}
	return r.compare(n, []string{"maybe"}, n.pos[2])
}
