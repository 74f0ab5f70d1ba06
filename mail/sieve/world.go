package sieve

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"sekisho/mail/script"
)

func specialUse(s string) bool {
	return strings.HasPrefix(s, `\`) && len(s) > 1 && !strings.ContainsFunc(s[1:], func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(`(){%*"\]`, c) })
}

func checkSpecialUse(c *checker, n *node) {
	for _, s := range constants(n.pos[1]) {
		if !specialUse(s) {
			c.fault(n.Line, "%q is no special use: they begin with a backslash, as \\\\Junk does", script.Short(s))
		}
	}
}

func mailboxExists(r *run, n *node) (bool, error) {
	for _, s := range r.strs(n.pos[0]) {
		switch {
		case !utf8.ValidString(s):
			return false, nil
		case strings.EqualFold(s, "INBOX") && r.in.Mailbox == nil:
		case r.in.Mailbox == nil || !r.in.Mailbox(s):
			return false, nil
		}
	}
	return true, nil
}

func specialUseExists(r *run, n *node) (bool, error) {
	box := ""
	if n.pos[0] != nil {
		box = r.str(n.pos[0])
		if folder(box) != "" || r.in.Mailbox != nil && !r.in.Mailbox(box) {
			return false, nil
		}
	}
	for _, s := range r.strs(n.pos[1]) {
		if r.in.SpecialUse == nil || !r.in.SpecialUse(box, s) {
			return false, nil
		}
	}
	return true, nil
}

// environment compares an item; an unknown one matches nothing (RFC 5183 section 4).
func environment(r *run, n *node) (bool, error) {
	v, ok := r.in.Environment[strings.ToLower(r.str(n.pos[0]))]
	if !ok {
		return false, nil
	}
	return r.compare(n, []string{v}, n.pos[1])
}

func spamtest(r *run, n *node) (bool, error) {
	v := r.in.Spam
	if n.tags["percent"] != nil && v > 0 {
		v = min(max(r.in.Score, 0), 100)
	}
	return r.score(n, v)
}

func virustest(r *run, n *node) (bool, error) { return r.score(n, r.in.Virus) }

// score compares a test's value; with :count there is one when the test was made (RFC 5235 section 3.3).
func (r *run) score(n *node, v int) (bool, error) {
	values := []string{strconv.Itoa(v)}
	if n.tags["count"] != nil && v == 0 && r.in.Spam == 0 {
		values = nil
	}
	return r.compare(n, values, n.pos[0])
}

func checkDuplicate(c *checker, n *node) {
	if a := n.tags["header"]; a != nil {
		c.names(n, a)
	}
}

// weekly is how long an identity is remembered without :seconds.
const weekly = 7 * 86400

// duplicate says whether the message was seen before and has it remembered (RFC 7352 section 3).
func duplicate(r *run, n *node) (bool, error) {
	d := Duplicate{Handle: r.str(n.tags["handle"]), Seconds: weekly, Last: n.tags["last"] != nil}
	if a := n.tags["seconds"]; a != nil {
		d.Seconds = a.Number
	}
	name := "message-id"
	if a := n.tags["header"]; a != nil {
		name = r.str(a)
	}
	switch a := n.tags["uniqueid"]; {
	case a != nil:
		d.ID = "u:" + r.str(a)
	default:
		found := r.found(n, r.in.Message, name)
		if len(found) == 0 {
			return false, nil
		}
		d.ID = "h:" + strings.ToLower(name) + ":" + found[0].Raw
	}
	seen := r.in.Seen != nil && r.in.Seen(d)
	const most = 100
	if (!seen || d.Last) && len(r.result.Track) < most {
		r.result.Track = append(r.result.Track, d)
	}
	return seen, nil
}
