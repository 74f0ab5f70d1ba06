package sieve

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"sekisho/mail/reply"
	"sekisho/mail/script"
)

// The bounds of a period, and what it is when the script says nothing.
const (
	shortest  = time.Minute
	longest   = 90 * 24 * time.Hour
	customary = 7 * 24 * time.Hour
)

func checkVacation(c *checker, n *node) {
	if s := constant(n.tags["from"]); s != "" {
		if _, ok := reply.Mailbox(s); !ok {
			c.fault(n.Line, "vacation: ':from' needs a mail address, not %q", script.Short(s))
		}
	}
	for _, s := range constants(n.tags["addresses"]) {
		if _, ok := reply.Mailbox(s); !ok {
			c.fault(n.Line, "vacation: ':addresses' needs mail addresses, not %q", script.Short(s))
		}
	}
}

func vacation(r *run, n *node) (flow, error) {
	v := &reply.Vacation{Subject: reply.OneLine(r.str(n.tags["subject"])), From: reply.OneLine(r.str(n.tags["from"])), Text: r.str(n.pos[0]),
		MIME: n.tags["mime"] != nil, Period: customary, To: r.in.From}
	r.away = r.strs(n.tags["addresses"])
	if _, ok := reply.Mailbox(v.From); v.From != "" && !ok {
		return halt, fail(n, "vacation: ':from' needs a mail address, not %q", script.Short(v.From))
	}
	if a := n.tags["days"]; a != nil {
		v.Period = time.Duration(min(a.Number, 1000)) * 24 * time.Hour
	}
	if a := n.tags["seconds"]; a != nil {
		v.Period = time.Duration(min(a.Number, 1<<31)) * time.Second
	}
	v.Period = min(max(v.Period, shortest), longest)
	if n.tags["handle"] != nil {
		v.Handle = "h:" + r.str(n.tags["handle"])
	} else {
		h := sha256.Sum256([]byte(strings.Join([]string{v.Subject, v.From, v.Text, n.Name}, "\x00")))
		v.Handle = "x:" + hex.EncodeToString(h[:16])
	}
	for _, a := range r.result.Actions {
		if a.Kind == Respond {
			return halt, fail(n, "a script may have one vacation for a message: a second was reached")
		}
	}
	return on, r.add(n, Action{Kind: Respond, Vacation: v})
}

// silent says why a vacation makes no reply (RFC 5230 section 4.6, RFC 3834 section 2), "" when it does. It fills in From.
func (r *run) silent(v *reply.Vacation) string {
	own := slices.Concat([]string{r.in.To}, r.in.Addresses, r.away)
	sender, ok := reply.Mailbox(r.in.From)
	switch {
	case r.in.From == "":
		return "the message has no sender"
	case !ok:
		return "the sender's address cannot be written to"
	case contains(own, sender):
		return "the message comes from the owner"
	case reply.System(sender):
		return "the sender is a program"
	}
	if why := r.automatic(); why != "" {
		return why
	}
	at := ""
	for _, name := range []string{"to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc"} {
		for _, f := range r.fields {
			if !strings.EqualFold(f.Name, name) {
				continue
			}
			for _, a := range r.addresses(f.Raw) {
				if at == "" && contains(own, a) {
					at = a
				}
			}
		}
	}
	if at == "" {
		return "the owner is not named in To or Cc"
	}
	if v.From == "" {
		v.From = at
	}
	if v.Subject == "" {
		v.Subject = r.answerTo()
	}
	return ""
}

func (r *run) answerTo() string {
	for _, f := range r.fields {
		if strings.EqualFold(f.Name, "subject") {
			return reply.Brief(reply.OneLine("Auto: " + f.Value))
		}
	}
	return "Automated reply"
}

func contains(list []string, a string) bool {
	bareA, _ := reply.Mailbox(a)
	return slices.ContainsFunc(list, func(o string) bool {
		b, ok := reply.Mailbox(o)
		return ok && strings.EqualFold(b, bareA)
	})
}

// automatic says what in the header shows that no person waits for an answer.
func (r *run) automatic() string {
	for _, f := range r.fields {
		if why := reply.Automatic(f.Name, f.Raw); why != "" {
			return why
		}
	}
	return ""
}

// header is the first field of a name.
func (r *run) header(name string) string {
	for _, f := range r.fields {
		if strings.EqualFold(f.Name, name) {
			return f.Raw
		}
	}
	return ""
}
