package sieve

import (
	"slices"
	"strings"

	"sekisho/mail/reply"
	"sekisho/mail/script"
)

func checkNotify(c *checker, n *node) {
	if a := n.tags["from"]; a != nil && len(constants(a)) > 0 {
		if _, ok := reply.Mailbox(a.Strings[0]); !ok {
			c.fault(n.Line, "notify: ':from' needs a mail address, not %q", script.Short(a.Strings[0]))
		}
	}
	if s := constant(n.tags["importance"]); s != "" && s != "1" && s != "2" && s != "3" {
		c.fault(n.Line, "notify: ':importance' is 1, 2 or 3")
	}
	for _, s := range constants(n.tags["options"]) {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" || name[0] == '_' || !reply.FieldName(name) || strings.ContainsAny(value, "\r\n") {
			c.fault(n.Line, "notify: an option is written name=value, not %q", script.Short(s))
		}
	}
	for _, s := range constants(n.pos[0]) {
		if _, why := reply.ReadMethod(s); why != "" {
			c.fault(n.Line, "notify: %q cannot be used: %s", script.Short(s), why)
		}
	}
}

// notify adds a notice, unless the message is one itself (RFC 5436 section 2.2).
func notify(r *run, n *node) (flow, error) {
	m, why := reply.ReadMethod(r.str(n.pos[0]))
	if why != "" {
		return halt, fail(n, "notify: %q cannot be used: %s", script.Short(r.str(n.pos[0])), why)
	}
	m.From = reply.OneLine(r.str(n.tags["from"]))
	if _, ok := reply.Mailbox(m.From); m.From != "" && !ok {
		return halt, fail(n, "notify: ':from' needs a mail address, not %q", script.Short(m.From))
	}
	m.Importance = 2
	switch r.str(n.tags["importance"]) {
	case "1":
		m.Importance = 1
	case "3":
		m.Importance = 3
	}
	if a := n.tags["message"]; a != nil && m.Subject == "" {
		m.Subject = reply.Brief(reply.OneLine(r.str(a)))
	}
	if v := r.header("auto-submitted"); v != "" && !strings.EqualFold(strings.TrimSpace(v), "no") {
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
		if _, why := reply.ReadMethod(s); why != "" {
			return false, nil
		}
	}
	return true, nil
}

// methodCapability: of mail nobody knows whether its reader is there (RFC 5436 section 2.5).
func methodCapability(r *run, n *node) (bool, error) {
	if _, why := reply.ReadMethod(r.str(n.pos[0])); why != "" || !strings.EqualFold(r.str(n.pos[1]), "online") {
		return false, nil
	}
	return r.compare(n, []string{"maybe"}, n.pos[2])
}
