package post

import (
	"math/rand/v2"
	"strings"
	"time"

	"sekisho/mail/dsn"
	"sekisho/wire"
)

// result is what a next hop, or we ourselves, said about one recipient.
type result struct {
	sent   bool
	code   int    // SMTP code; 0 when no server was reached
	status string // enhanced status code
	text   string
	host   string
	tls    string
	held   bool // it waits for an administrator now
}

// permanent says whether trying again is of no use.
func (r result) permanent() bool { return r.code >= 500 }

// givenUp are the results of what somebody gave up. The sender learns what the outside said last.
func (g parcel) givenUp() []result {
	out := all(len(g.items), result{code: 554, status: "5.4.7", text: "the delivery was given up by an administrator"})
	for i, item := range g.items {
		if item.Last != "" {
			out[i].text += "; last answer: " + item.Last
		}
	}
	return out
}

// notice is something the sender should know.
type notice struct {
	item wire.QueueItem
	dsn.Recipient
}

// conclude decides what a result means for a delivery:
//
//	result      age        state    notice to the sender
//	sent        any        sent     only if he asked (NOTIFY=SUCCESS)
//	permanent   any        failed   failure
//	passing     expired    failed   failure
//	passing     over warn  waiting  delay, once
//	passing     younger    waiting  none
//	given up    any        failed   failure
//	held        any        suspended  delay, once
func (p *Post) conclude(i wire.QueueItem, r result, now time.Time) (wire.Outcome, *notice) {
	o := wire.Outcome{ID: i.ID, Host: r.host, Code: r.code, Status: r.status, Text: r.text, TLS: r.tls, Warned: i.Warned}
	age := now.Sub(i.Arrived)
	n := &notice{i, dsn.Recipient{Address: i.Recipient, Original: i.ORcpt, Status: r.status, Host: r.host, Text: r.text}}
	switch {
	case r.sent:
		o.State, n.Action = "sent", dsn.Relayed
		return o, wanted(n, "SUCCESS", false)
	case r.permanent() || age >= p.config.Expire:
		o.State, n.Action = "failed", dsn.Failed
		return o, wanted(n, "FAILURE", true)
	}
	o.State, o.Next = "waiting", now.Add(p.backoff(i.Attempts))
	if r.held {
		o.State, o.Next = "suspended", time.Time{}
		if !i.Warned {
			o.Warned, n.Action = true, dsn.Delayed
			return o, wanted(n, "DELAY", true)
		}
		return o, nil
	}
	if age >= p.config.Warn && !i.Warned {
		o.Warned = true
		n.Action, n.Until = dsn.Delayed, i.Arrived.Add(p.config.Expire)
		return o, wanted(n, "DELAY", true)
	}
	return o, nil
}

// wanted gives the notice if the sender wants it (RFC 3461 section 4.1), can be told, and really sent the mail: a notice
// to a forged sender would hit the innocent.
func wanted(n *notice, what string, byDefault bool) *notice {
	e := n.item.Envelope
	if e.From == "" || !e.Vouched {
		return nil
	}
	if n.item.Notify == "" && byDefault {
		return n
	}
	for _, w := range strings.Split(n.item.Notify, ",") {
		if w == what {
			return n
		}
	}
	return nil
}

// backoff is the pause after the nth failed try: doubling, with a fifth of it left to chance, so that a thousand mails for
// one server that was down do not come back at once.
func (p *Post) backoff(attempts int) time.Duration {
	d := p.config.Longest
	if attempts < 16 {
		d = min(d, p.config.First<<attempts)
	}
	return d - time.Duration(rand.Int64N(int64(d)/5+1))
}
