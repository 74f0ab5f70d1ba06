package sieve

import (
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"sekisho/mail/script"
)

// datePart are the parts of a date (RFC 5260 section 4.2).
var datePart = map[string]func(time.Time) string{
	"year":    func(t time.Time) string { return fmt.Sprintf("%04d", t.Year()) },
	"month":   func(t time.Time) string { return fmt.Sprintf("%02d", t.Month()) },
	"day":     func(t time.Time) string { return fmt.Sprintf("%02d", t.Day()) },
	"date":    func(t time.Time) string { return t.Format("2006-01-02") },
	"julian":  julian,
	"hour":    func(t time.Time) string { return t.Format("15") },
	"minute":  func(t time.Time) string { return t.Format("04") },
	"second":  func(t time.Time) string { return t.Format("05") },
	"time":    func(t time.Time) string { return t.Format("15:04:05") },
	"iso8601": func(t time.Time) string { return t.Format("2006-01-02T15:04:05-07:00") },
	"std11":   func(t time.Time) string { return t.Format("Mon, 02 Jan 2006 15:04:05 -0700") },
	"zone":    func(t time.Time) string { return t.Format("-0700") },
	"weekday": func(t time.Time) string { return strconv.Itoa(int(t.Weekday())) },
}

// julian is the modified Julian day: days since 17 November 1858 (RFC 5260 appendix A).
func julian(t time.Time) string {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400
	const epoch = 40587 // of 1 January 1970
	return strconv.FormatInt(day+epoch, 10)
}

func checkDate(c *checker, n *node) {
	checkMatch(c, n)
	checkIndex(c, n)
	if n.Name == "date" {
		c.names(n, n.pos[0])
	}
	if s := constant(n.pos[len(n.pos)-2]); s != "" && datePart[strings.ToLower(s)] == nil {
		c.fault(n.Line, "a date has no part '%s'", script.Short(s))
	}
	if s := constant(n.tags["zone"]); s != "" {
		if _, ok := zone(s); !ok {
			c.fault(n.Line, "%q is no time zone: write it as +0900", script.Short(s))
		}
	}
}

// zone reads an offset such as +0900.
func zone(s string) (*time.Location, bool) {
	if len(s) != 5 || s[0] != '+' && s[0] != '-' || strings.Trim(s[1:], "0123456789") != "" {
		return nil, false
	}
	h, _ := strconv.Atoi(s[1:3])
	m, _ := strconv.Atoi(s[3:])
	sec := h*3600 + m*60
	if s[0] == '-' {
		sec = -sec
	}
	return time.FixedZone("", sec), h < 24 && m < 60
}

func date(r *run, n *node) (bool, error) {
	var values []string
	for _, f := range r.found(n, r.in.Message, r.str(n.pos[0])) {
		v := f.Raw[strings.LastIndexByte(f.Raw, ';')+1:] // the date of Received stands behind the last semicolon
		if t, ok := r.readDate(v); ok {
			values = r.datePart(n, values, t, r.str(n.pos[1]))
		}
	}
	return r.compare(n, values, n.pos[2])
}

func (r *run) readDate(v string) (time.Time, bool) {
	if r.in.ReadDate != nil {
		return r.in.ReadDate(v)
	}
	t, err := mail.ParseDate(strings.TrimSpace(v))
	return t, err == nil
}

func currentDate(r *run, n *node) (bool, error) {
	return r.compare(n, r.datePart(n, nil, r.in.Now, r.str(n.pos[0])), n.pos[1])
}

// datePart adds the part of a date in the zone that the tags say: the owner's without one.
func (r *run) datePart(n *node, values []string, t time.Time, part string) []string {
	f := datePart[strings.ToLower(part)]
	if f == nil {
		return values
	}
	l := r.in.Now.Location()
	if a := n.tags["zone"]; a != nil {
		if z, ok := zone(r.str(a)); ok {
			l = z
		}
	}
	if n.tags["originalzone"] == nil {
		t = t.In(l)
	}
	return append(values, f(t))
}
