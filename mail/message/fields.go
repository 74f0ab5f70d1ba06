package message

import (
	"bytes"
	"strings"
	"time"

	"sekisho"
)

// maxAddresses is how many addresses of one field are read.
const maxAddresses = 10000

// fields reads what IMAP's ENVELOPE wants to know.
func (r *reader) fields(list []Field, where string) sekisho.Fields {
	var f sekisho.Fields
	var seen [16]int // first field of each kind, by index + 1
	eight := false
	for i := range list {
		h := &list[i]
		k := slot(h.Key)
		if k == 0 {
			continue
		}
		if seen[k] != 0 {
			r.again(&list[seen[k]-1], h, where)
			if k != slotTo && k != slotCc && k != slotBcc {
				continue
			}
		} else {
			seen[k] = i + 1
		}
		if !eight && !ascii(h.Value) {
			eight = true
			r.note("raw-8bit", at(where, h.Key), 0, Unfold(h.Value))
		}
		if unreadable(h.Value) {
			r.note("word-utf-7", at(where, h.Key), 1, Unfold(h.Value))
		}
		r.take(&f, k, h, where)
	}
	return f
}

const (
	slotFrom = iota + 1
	slotSender
	slotReplyTo
	slotTo
	slotCc
	slotBcc
	slotSubject
	slotDate
	slotMessageID
	slotInReplyTo
	slotReferences
)

// slot numbers the fields of the envelope.
func slot(key string) int {
	switch key {
	case "from":
		return slotFrom
	case "sender":
		return slotSender
	case "reply-to":
		return slotReplyTo
	case "to":
		return slotTo
	case "cc":
		return slotCc
	case "bcc":
		return slotBcc
	case "subject":
		return slotSubject
	case "date":
		return slotDate
	case "message-id":
		return slotMessageID
	case "in-reply-to":
		return slotInReplyTo
	case "references":
		return slotReferences
	}
	return 0
}

// unreadable says whether a value has encoded words in UTF-7, which some programs read and others show as they are.
func unreadable(v []byte) bool {
	for {
		i := bytes.Index(v, []byte("=?"))
		if i < 0 {
			return false
		}
		v = v[i+2:]
		if w := bytes.ToLower(v[:min(len(v), 20)]); bytes.HasPrefix(w, []byte("utf-7")) || bytes.HasPrefix(w, []byte("utf7")) || bytes.HasPrefix(w, []byte("unicode-1-1-utf-7")) {
			return true
		}
	}
}

// again states that a field stands twice (RFC 5322 section 3.6 allows each of these once).
func (r *reader) again(a, b *Field, where string) {
	score := 0.0
	switch a.Key {
	case "from", "sender", "reply-to", "subject":
		if !bytes.Equal(bytes.TrimSpace(a.Value), bytes.TrimSpace(b.Value)) {
			score = 1
		}
	}
	r.note("twice", at(where, a.Key), score, Unfold(a.Value)+" / "+Unfold(b.Value))
}

// take reads one field into f.
func (r *reader) take(f *sekisho.Fields, k int, h *Field, where string) {
	switch k {
	case slotFrom:
		f.From = Addresses(h.Value)
		r.from(f.From, h, where)
	case slotSender:
		f.Sender = Addresses(h.Value)
	case slotReplyTo:
		f.ReplyTo = Addresses(h.Value)
	case slotTo:
		f.To = append(f.To, Addresses(h.Value)...)
	case slotCc:
		f.Cc = append(f.Cc, Addresses(h.Value)...)
	case slotBcc:
		f.Bcc = append(f.Bcc, Addresses(h.Value)...)
	case slotSubject:
		f.Subject = clean(Words(Unfold(h.Value)))
	case slotDate:
		f.Date = Date(Unfold(h.Value))
	case slotMessageID:
		f.MessageID = firstID(h.Value)
	case slotInReplyTo:
		f.InReplyTo = firstID(h.Value)
	case slotReferences:
		f.References = ids(h.Value)
	}
}

// from looks at the field that names the author: several authors are allowed, but programs show one of them.
func (r *reader) from(list []sekisho.Address, h *Field, where string) {
	hosts := 0
	for i := range list {
		if list[i].Host != "" {
			hosts++
		}
		if strings.Count(list[i].Mailbox, "@") > 0 && list[i].Host != "" && !strings.HasPrefix(list[i].Mailbox, "\"") {
			r.note("address-two-at", at(where, h.Key), 1, list[i].String())
		}
	}
	if hosts > 1 {
		r.note("from-several", at(where, h.Key), 1, Unfold(h.Value))
	}
	if bytes.IndexByte(h.Value, 0) >= 0 {
		r.note("from-nul", at(where, h.Key), 1, Unfold(h.Value))
	}
}

// clean replaces control characters by blanks: they can come out of encoded words.
func clean(s string) string {
	if strings.IndexFunc(s, control) < 0 {
		return s
	}
	return strings.Map(func(c rune) rune {
		if control(c) {
			return ' '
		}
		return c
	}, s)
}

func control(c rune) bool { return c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 }

// firstID is the first message id of a value, with its angle brackets; the whole value when it has none.
func firstID(v []byte) string {
	s := Unfold(v)
	a := strings.IndexByte(s, '<')
	if a < 0 {
		return s
	}
	if b := strings.IndexByte(s[a:], '>'); b > 0 {
		return s[a : a+b+1]
	}
	return s
}

// ids are the message ids of a value, with angle brackets; at most 200, the first and the latest ones.
func ids(v []byte) []string {
	var out []string
	s := Unfold(v)
	for {
		a := strings.IndexByte(s, '<')
		if a < 0 {
			return out
		}
		b := strings.IndexByte(s[a:], '>')
		if b < 0 {
			return out
		}
		if len(out) == 200 {
			copy(out[1:], out[2:])
			out = out[:199]
		}
		out = append(out, s[a:a+b+1])
		s = s[a+b+1:]
	}
}

// mostZone is farther from UTC, in minutes, than any zone is.
const mostZone = 15 * 60

// Date reads a date as RFC 5322 writes it and as mailers really do, in its writer's zone. It is zero when it cannot be
// read.
func Date(s string) time.Time {
	if i := strings.IndexByte(s, ','); i >= 0 && i < 12 {
		s = s[i+1:]
	}
	if i := strings.IndexByte(s, '('); i >= 0 {
		s = s[:i]
	}
	w := strings.Fields(s)
	if len(w) > 0 && month(w[0]) == 0 && number(w[0]) < 0 && len(w) > 1 {
		w = w[1:] // a day of the week without its comma
	}
	if len(w) < 3 {
		return time.Time{}
	}
	day, mon, year := number(w[0]), month(w[1]), number(w[2])
	rest := w[3:]
	if m := month(w[0]); m != 0 && len(w) >= 4 { // "Aug 22 12:46:39 2002", as ctime writes
		day, mon = number(w[1]), m
		year = number(w[3])
		rest = append([]string{w[2]}, w[4:]...)
	}
	switch {
	case year >= 0 && year < 50:
		year += 2000
	case year >= 50 && year < 1000:
		year += 1900
	}
	if day < 1 || day > 31 || mon == 0 || year < 1900 || year > 9999 {
		return time.Time{}
	}
	h, m, sec := clock(rest)
	zone := 0
	if len(rest) > 1 {
		zone = offset(rest[1])
	}
	t := time.Date(year, mon, day, h, m, sec, 0, time.UTC).Add(-time.Duration(zone) * time.Minute)
	if zone == 0 || zone <= -mostZone || zone >= mostZone {
		return t
	}
	return t.In(time.FixedZone("", zone*60))
}

func number(s string) int {
	if s == "" || len(s) > 6 {
		return -1
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func month(s string) time.Month {
	if len(s) < 3 {
		return 0
	}
	const names = "janfebmaraprmayjunjulaugsepoctnovdec"
	i := strings.Index(names, strings.ToLower(s[:3]))
	if i < 0 || i%3 != 0 {
		return 0
	}
	return time.Month(i/3 + 1)
}

// clock reads hh:mm or hh:mm:ss.
func clock(w []string) (h, m, s int) {
	if len(w) == 0 {
		return 0, 0, 0
	}
	t := strings.Split(w[0], ":")
	v := [3]int{}
	for i := 0; i < len(t) && i < 3; i++ {
		v[i] = max(number(t[i]), 0)
	}
	return min(v[0], 23), min(v[1], 59), min(v[2], 60)
}

// offset is a zone in minutes east; the letters of old are those of RFC 5322 section 4.3.
func offset(z string) int {
	if len(z) == 5 && (z[0] == '+' || z[0] == '-') {
		n := number(z[1:])
		if n < 0 {
			return 0
		}
		n = n/100*60 + n%100
		if z[0] == '-' {
			return -n
		}
		return n
	}
	switch strings.ToUpper(z) {
	case "EST":
		return -300
	case "EDT":
		return -240
	case "CST":
		return -360
	case "CDT":
		return -300
	case "MST":
		return -420
	case "MDT":
		return -360
	case "PST":
		return -480
	case "PDT":
		return -420
	case "JST":
		return 540
	}
	return 0
}
