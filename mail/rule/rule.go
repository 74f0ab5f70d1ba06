// Package rule turns the filter rules that an app shows into a Sieve script and back. The script is the only place where they are
// kept: what Write has written, Read reads again, and a script that a person wrote by hand is told apart from it.
package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sekisho/mail/reply"
)

// Set is all that a person has set for the mail that comes in. The automatic reply and the forward see every mail; then the rules
// are tried in order.
type Set struct {
	Rules    []Rule   `json:"rules"`
	Forward  Forward  `json:"forward"`
	Vacation Vacation `json:"vacation"`
}

// Rule is conditions and what is done when they hold. Without conditions it holds for every mail.
type Rule struct {
	Name       string      `json:"name"`
	Enabled    bool        `json:"enabled"`
	Match      string      `json:"match"` // all or any
	Conditions []Condition `json:"conditions"`
	Actions    []Action    `json:"actions"`
}

// Condition is one test. Fields from, to, subject, body and attachment have the operators contains and is (attachment: of a file's
// name), attachment also exists, size has over, in bytes.
type Condition struct {
	Field string `json:"field"`
	Op    string `json:"op"`
	Value string `json:"value"`
}

// Action is one thing done: move (to a mailbox), flag (flagged or seen), label (an IMAP keyword), forward (a copy, to an address),
// discard, stop (no more rules).
type Action struct {
	Do    string `json:"do"`
	Value string `json:"value"`
}

// Forward sends every mail on, and keeps it here too or not.
type Forward struct {
	Enabled bool   `json:"enabled"`
	To      string `json:"to"`
	Keep    bool   `json:"keep"`
}

// Vacation is an automatic reply, in a time or always.
type Vacation struct {
	Enabled   bool      `json:"enabled"`
	Subject   string    `json:"subject"` // "" is the message's
	Text      string    `json:"text"`
	Days      int       `json:"days"`      // between replies to one sender; 0 is 7
	From      time.Time `json:"from"`      // zero: at once
	Until     time.Time `json:"until"`     // zero: until it is switched off
	Addresses []string  `json:"addresses"` // of the owner, besides those that are known
}

// Fault is one value that cannot be, in words for its author and with the JSON pointer of its place.
type Fault struct {
	Pointer string
	Slug    string // for a translation: name, length, match, field, op, value, action, mailbox, flag, label, address, number
	Text    string
}

// The most that a set may have.
const (
	mostRules = 200
	mostParts = 50 // conditions, or actions, of a rule
	longest   = 1000
	longText  = 20000
)

type checker struct{ faults []Fault }

func (c *checker) fault(pointer, slug, format string, a ...any) {
	c.faults = append(c.faults, Fault{pointer, slug, fmt.Sprintf(format, a...)})
}

// Check finds what cannot be written as a script.
func (s Set) Check() []Fault {
	c := &checker{}
	if len(s.Rules) > mostRules {
		c.fault("/rules", "length", "at most %d rules are allowed", mostRules)
		return c.faults
	}
	for i, r := range s.Rules {
		c.rule(fmt.Sprintf("/rules/%d", i), r)
	}
	if s.Forward.Enabled || s.Forward.To != "" {
		c.address("/forward/to", s.Forward.To)
	}
	c.vacation(s.Vacation)
	return c.faults
}

func (c *checker) vacation(v Vacation) {
	c.text("/vacation/subject", v.Subject, longest)
	if !sound(v.Text, "\r\n\t") || len(v.Text) > longText {
		c.fault("/vacation/text", "value", "the text is too long or has control characters")
	}
	if v.Enabled && strings.TrimSpace(v.Text) == "" {
		c.fault("/vacation/text", "value", "an automatic reply needs a text")
	}
	if v.Days < 0 || v.Days > 90 {
		c.fault("/vacation/days", "number", "the days between replies are 1 to 90")
	}
	for i, a := range v.Addresses {
		c.address(fmt.Sprintf("/vacation/addresses/%d", i), a)
	}
	for pointer, t := range map[string]time.Time{"/vacation/from": v.From, "/vacation/until": v.Until} {
		if !t.IsZero() && (t.Year() < 1970 || t.Year() > 9999) {
			c.fault(pointer, "value", "the time is out of range")
		}
	}
}

// sound says whether s can stand in a script: UTF-8 without control characters but the allowed ones.
func sound(s, allowed string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0) && !strings.ContainsRune(allowed, r)
	})
}

func (c *checker) text(pointer, s string, most int) {
	switch {
	case len(s) > most:
		c.fault(pointer, "length", "the text is longer than %d bytes", most)
	case !sound(s, "\t"):
		c.fault(pointer, "value", "the text has line breaks or control characters")
	}
}

func (c *checker) address(pointer, s string) {
	if a, ok := reply.Mailbox(s); !ok || a != s {
		c.fault(pointer, "address", "%q is no mail address", s)
	}
}

func (c *checker) rule(at string, r Rule) {
	c.text(at+"/name", r.Name, longest)
	if r.Match != "all" && r.Match != "any" {
		c.fault(at+"/match", "match", "match is all or any")
	}
	if len(r.Conditions) > mostParts || len(r.Actions) > mostParts {
		c.fault(at, "length", "a rule has at most %d conditions and %d actions", mostParts, mostParts)
		return
	}
	if len(r.Actions) == 0 {
		c.fault(at+"/actions", "action", "a rule needs an action")
	}
	for i, x := range r.Conditions {
		c.condition(fmt.Sprintf("%s/conditions/%d", at, i), x)
	}
	for i, x := range r.Actions {
		c.action(fmt.Sprintf("%s/actions/%d", at, i), x)
	}
}

// ops are the operators of each field.
func ops(field string) []string {
	switch field {
	case "from", "to", "subject", "body":
		return []string{"contains", "is"}
	case "size":
		return []string{"over"}
	case "attachment":
		return []string{"exists", "contains", "is"}
	}
	return nil
}

func (c *checker) condition(at string, x Condition) {
	list := ops(x.Field)
	switch {
	case list == nil:
		c.fault(at+"/field", "field", "a condition is about from, to, subject, body, size or attachment")
	case !slices.Contains(list, x.Op):
		c.fault(at+"/op", "op", "%s has %s", x.Field, strings.Join(list, ", "))
	case x.Field == "size":
		if n, err := strconv.ParseUint(x.Value, 10, 63); err != nil || strconv.FormatUint(n, 10) != x.Value {
			c.fault(at+"/value", "number", "a size is a number of bytes")
		}
	case x.Op == "exists":
		if x.Value != "" {
			c.fault(at+"/value", "value", "exists has no value")
		}
	default:
		if x.Value == "" {
			c.fault(at+"/value", "value", "the value is empty")
		}
		c.text(at+"/value", x.Value, longest)
	}
}

func (c *checker) action(at string, x Action) {
	switch x.Do {
	case "move":
		if x.Value == "" || len(x.Value) > longest || !sound(x.Value, "") {
			c.fault(at+"/value", "mailbox", "%q cannot be the name of a mailbox", x.Value)
		}
	case "flag":
		if x.Value != "flagged" && x.Value != "seen" {
			c.fault(at+"/value", "flag", "a flag is flagged or seen")
		}
	case "label":
		if !keyword(x.Value) {
			c.fault(at+"/value", "label", "%q cannot be a label: letters, digits and marks of ASCII, without blanks", x.Value)
		}
	case "forward":
		c.address(at+"/value", x.Value)
	case "discard", "stop":
		if x.Value != "" {
			c.fault(at+"/value", "value", "%s has no value", x.Do)
		}
	default:
		c.fault(at+"/do", "action", "an action is move, flag, label, forward, discard or stop")
	}
}

// keyword says whether s is an IMAP keyword (RFC 9051 section 9).
func keyword(s string) bool {
	return s != "" && len(s) <= 100 && !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(`(){%*"\]`, c) })
}

// Plain gives the set as Read gives it back: flags and labels stand before the move, which they would miss behind it, and stop is
// last.
func (s Set) Plain() Set {
	rules := make([]Rule, len(s.Rules))
	for i, r := range s.Rules {
		r.Conditions = append([]Condition{}, r.Conditions...)
		r.Actions = append([]Action{}, r.Actions...)
		slices.SortStableFunc(r.Actions, func(a, b Action) int { return rank(a.Do) - rank(b.Do) })
		if n := len(r.Actions); n > 0 && r.Actions[n-1].Do == "stop" {
			for n := len(r.Actions); n > 1 && r.Actions[n-2].Do == "stop"; n = len(r.Actions) {
				r.Actions = r.Actions[:n-1]
			}
		}
		if len(r.Conditions) < 2 {
			r.Match = "all"
		}
		rules[i] = r
	}
	s.Rules = rules
	v := &s.Vacation
	if v.Days == 0 {
		v.Days = 7
	}
	v.Text = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n").Replace(v.Text)
	v.From, v.Until = second(v.From), second(v.Until)
	v.Addresses = append([]string{}, v.Addresses...)
	return s
}

func second(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}

func rank(do string) int {
	return slices.Index([]string{"flag", "label", "move", "forward", "discard", "stop"}, do)
}
