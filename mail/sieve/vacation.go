package sieve

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Vacation is an automatic reply (RFC 5230). It is sent only when none with this handle went to the sender within Period.
type Vacation struct {
	Handle  string
	Period  time.Duration
	From    string // as the script gave it or as found; with a display name or not
	Subject string // "" is that of the message with Auto: before it
	Text    string // plain text, or with MIME an entity with its header
	MIME    bool
	To      string // the envelope's sender, who gets the reply

	addresses []string // of the owner, as the script names them
}

// The bounds of a period, and what it is when the script says nothing.
const (
	shortest  = time.Minute
	longest   = 90 * 24 * time.Hour
	customary = 7 * 24 * time.Hour
)

func checkVacation(c *checker, n *node) {
	if s := constant(n.tags["from"]); s != "" {
		if _, ok := mailbox(s); !ok {
			c.fault(n.line, "vacation: ':from' needs a mail address, not %q", short(s))
		}
	}
	for _, s := range constants(n.tags["addresses"]) {
		if _, ok := mailbox(s); !ok {
			c.fault(n.line, "vacation: ':addresses' needs mail addresses, not %q", short(s))
		}
	}
}

func vacation(r *run, n *node) (flow, error) {
	v := &Vacation{Subject: oneLine(r.str(n.tags["subject"])), From: oneLine(r.str(n.tags["from"])), Text: r.str(n.pos[0]),
		MIME: n.tags["mime"] != nil, Period: customary, To: r.in.From, addresses: r.strs(n.tags["addresses"])}
	if _, ok := mailbox(v.From); v.From != "" && !ok {
		return halt, fail(n, "vacation: ':from' needs a mail address, not %q", short(v.From))
	}
	if a := n.tags["days"]; a != nil {
		v.Period = time.Duration(min(a.num, 1000)) * 24 * time.Hour
	}
	if a := n.tags["seconds"]; a != nil {
		v.Period = time.Duration(min(a.num, 1<<31)) * time.Second
	}
	v.Period = min(max(v.Period, shortest), longest)
	if n.tags["handle"] != nil {
		v.Handle = "h:" + r.str(n.tags["handle"])
	} else {
		h := sha256.Sum256([]byte(strings.Join([]string{v.Subject, v.From, v.Text, n.name}, "\x00")))
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
func (r *run) silent(v *Vacation) string {
	own := slices.Concat([]string{r.in.To}, r.in.Addresses, v.addresses)
	sender, ok := mailbox(r.in.From)
	switch {
	case r.in.From == "":
		return "the message has no sender"
	case !ok:
		return "the sender's address cannot be written to"
	case contains(own, sender):
		return "the message comes from the owner"
	case system(sender):
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
			return brief(oneLine("Auto: " + f.Value))
		}
	}
	return "Automated reply"
}

func contains(list []string, a string) bool {
	bareA, _ := mailbox(a)
	return slices.ContainsFunc(list, func(o string) bool {
		b, ok := mailbox(o)
		return ok && strings.EqualFold(b, bareA)
	})
}

// system says whether an address is one behind which nobody reads.
func system(a string) bool {
	local := strings.ToLower(a[:strings.LastIndexByte(a, '@')])
	for _, s := range []string{"mailer-daemon", "listserv", "majordomo", "noreply", "no-reply", "do-not-reply", "postmaster"} {
		if local == s {
			return true
		}
	}
	return strings.HasPrefix(local, "owner-") || strings.HasSuffix(local, "-request") || strings.HasSuffix(local, "-owner") ||
		strings.HasSuffix(local, "-bounces") || strings.HasPrefix(local, "bounce")
}

// automatic says what in the header shows that no person waits for an answer.
func (r *run) automatic() string {
	for _, f := range r.fields {
		name := strings.ToLower(f.Name)
		v := strings.ToLower(strings.TrimSpace(f.Raw))
		word, _, _ := strings.Cut(v, ";")
		switch {
		case strings.HasPrefix(name, "list-"):
			return "the message came by a mailing list"
		case name == "precedence" && slices.Contains([]string{"bulk", "list", "junk"}, v):
			return "the message is bulk mail"
		case name == "auto-submitted" && strings.TrimSpace(word) != "no":
			return "the message was made by a program"
		case name == "x-auto-response-suppress":
			for s := range strings.SplitSeq(v, ",") {
				if s = strings.TrimSpace(s); s == "all" || s == "oof" || s == "autoreply" {
					return "the sender asked for no automatic reply"
				}
			}
		}
	}
	return ""
}

// brief is a subject of a length that people read; what is left out is shown by an ellipsis.
func brief(s string) string {
	const most = 256
	if n := utf8.RuneCountInString(s); n <= most {
		return s
	}
	return firstRunes(s, most-1) + "\u2026"
}
