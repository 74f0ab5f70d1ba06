// Package policy turns findings and an envelope into a decision. Inspection states facts; what happens is a contract's wish,
// written as an ordered list of rules: a condition, and an action.
//
// Decide is a pure function: the same facts and rules always give the same decision, so that a rule can be tried on old
// mail, and every decision can be explained by the name of the rule that made it.
//
// Rules are tried in order. Actions that only add something (tag, header, warn, copy, junk, and conversions) add it and go on; the first
// action that settles the mail (pass, quarantine, reject, redirect, drop; outbound also hold, approve and refuse) ends the list. A
// rule in observation (observe = true) is noted and changes nothing.
package policy

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/pelletier/go-toml/v2"

	"sekisho"
	"sekisho/mail/zone"
)

// Action is what a rule does.
type Action string

// The actions.
const (
	Pass       Action = "pass"          // deliver, or send
	Tag        Action = "tag"           // put text before the subject, go on
	Header     Action = "header"        // add a field "Name: value", go on
	Warn       Action = "warn"          // put text before the body, go on
	Junk       Action = "junk"          // deliver into the Junk folder, go on
	Copy       Action = "copy"          // also deliver to an address, go on
	Quarantine Action = "quarantine"    // keep from the recipient
	Reject     Action = "reject"        // refuse in the SMTP dialogue
	Redirect   Action = "redirect"      // deliver to an address instead
	Drop       Action = "drop"          // accept and throw away
	Hold       Action = "hold"          // outbound: keep back for a time
	Disclaimer Action = "disclaimer"    // put text behind the body, go on
	Relink     Action = "rewrite-links" // links lead over a page that looks at them when they are clicked, go on
	Approve    Action = "approve"       // outbound: keep back until somebody else allows it, or delete it at the end
	BccOutside Action = "bcc-outside"   // outbound: To and Cc show nobody outside when they name more than text says, go on
	RequireTLS Action = "require-tls"   // outbound: leave only over TLS with a valid certificate, go on
	Refuse     Action = "refuse"        // outbound: refuse to the sender

	StripMacro       Action = "strip-macro"       // deliver documents without their macros, go on
	RemoveAttachment Action = "remove-attachment" // deliver a note in place of attachments of some kinds, go on
	Sanitise         Action = "sanitise"          // deliver text and pictures of what is attached, go on

	SecureLink Action = "secure-link" // outbound: attachments wait at the desk, and the mail has a link to them, go on
	Encrypt    Action = "encrypt"     // outbound: attachments leave as one encrypted zip, its password by another way, go on
)

// settles says which actions end the list, and which way mail must go for an action to make sense; 0 is both.
var settles = map[Action]struct {
	final bool
	only  sekisho.Direction
}{
	Pass: {true, 0}, Tag: {false, 0}, Header: {false, 0}, Warn: {false, 0}, Junk: {false, sekisho.Inbound}, Copy: {false, 0},
	Quarantine: {true, sekisho.Inbound}, Reject: {true, sekisho.Inbound}, Redirect: {true, 0}, Drop: {true, 0},
	Disclaimer: {false, 0},
	BccOutside: {false, sekisho.Outbound},
	RequireTLS: {false, sekisho.Outbound},
	StripMacro: {false, 0}, RemoveAttachment: {false, 0}, Sanitise: {false, 0}, Relink: {false, sekisho.Inbound},
	SecureLink: {false, sekisho.Outbound}, Encrypt: {false, sekisho.Outbound},
	Hold: {true, sekisho.Outbound}, Approve: {true, sekisho.Outbound}, Refuse: {true, sekisho.Outbound},
}

// Rule is one line of a policy, as it is written.
type Rule struct {
	Name      string `toml:"name"`
	Direction string `toml:"direction"` // "inbound" or "outbound"
	When      string `toml:"when"`      // condition over Facts; "" always
	Action    Action `toml:"action"`
	Text      string `toml:"text"`    // tag: the mark; header: "Name: value"; warn, disclaimer: the text; copy, redirect: the address; remove-attachment: kinds
	For       string `toml:"for"`     // hold: a time such as "5m"; quarantine and what changes attachments: how long the mail is kept, "336h"; rewrite-links: how long they open by one click
	AtEnd     string `toml:"at_end"`  // hold, approve: "send" or "delete"
	Reason    string `toml:"reason"`  // what administrators and the trace are told
	Observe   bool   `toml:"observe"` // note what it would have done, do nothing

	Approvers  []string   `toml:"approvers"`   // approve: whose word it takes; or, in order,
	Stages     [][]string `toml:"stages"`      // of each of these one
	Remind     string     `toml:"remind"`      // approve: how often they are asked again
	Escalate   string     `toml:"escalate"`    // approve: when EscalateTo is asked too
	EscalateTo []string   `toml:"escalate_to"` // approve

	Opens int   `toml:"opens"` // secure-link: how often each recipient may open it; 0: until it expires
	Code  *bool `toml:"code"`  // secure-link: false: without a code that is mailed to the recipient

	Fallback string `toml:"fallback"` // require-tls, where the other side has none: "wait", "hold" or "refuse"
}

// Policy is a list of rules, compiled.
type Policy struct {
	rules   []compiled
	indexes [2]*index // inbound, outbound
	leak    []byte
	sealers []string
}

// Rules are the rules in their order, as they are written.
func (p *Policy) Rules() []Rule {
	out := make([]Rule, 0, len(p.rules))
	for i := range p.rules {
		out = append(out, p.rules[i].Rule)
	}
	return out
}

// Leak is what the contract looks for itself, as inspection reads it; nil for nothing.
func (p *Policy) Leak() []byte { return p.leak }

// Sealers are forwarders whose ARC seals the contract trusts, beside those that the operator does.
func (p *Policy) Sealers() []string { return p.sealers }

type compiled struct {
	Rule
	direction sekisho.Direction
	lasts     time.Duration
	asks      *Approval
	when      *vm.Program
}

type document struct {
	Version int            `toml:"version"`
	Rule    []Rule         `toml:"rule"`
	Leak    map[string]any `toml:"leak"`
	Sealers []string       `toml:"sealers"` // d= of forwarders' ARC seals that are trusted
}

// mostRules and longest bound what a contract may write.
const (
	mostRules     = 10_000
	mostSealers   = 1000
	longestText   = 2000
	longestWhen   = 4000
	longestPeriod = 366 * 24 * time.Hour
)

// Parse reads a policy in TOML. Errors name the rule and what is wrong with it.
func Parse(text []byte) (*Policy, error) {
	var d document
	dec := toml.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, sekisho.E("policy", sekisho.Invalid, explain(err))
	}
	if d.Version != 1 {
		return nil, sekisho.E("policy", sekisho.Invalid, fmt.Errorf("version %d: this program knows version 1", d.Version))
	}
	if len(d.Rule) > mostRules {
		return nil, sekisho.E("policy", sekisho.TooMany, fmt.Errorf("%d rules, at most %d", len(d.Rule), mostRules))
	}
	p := &Policy{}
	var err error
	if p.leak, err = section(d.Leak); err != nil {
		return nil, sekisho.E("policy", sekisho.Invalid, fmt.Errorf("leak: %w", err))
	}
	if p.sealers, err = sealers(d.Sealers); err != nil {
		return nil, sekisho.E("policy", sekisho.Invalid, err)
	}
	names := map[string]bool{}
	for i, r := range d.Rule {
		c, err := compile(r)
		if err == nil && names[r.Name] {
			err = fmt.Errorf("the name is used twice")
		}
		if err != nil {
			return nil, sekisho.E("policy", sekisho.Invalid, fmt.Errorf("rule %d %q: %w", i+1, r.Name, err))
		}
		names[r.Name] = true
		p.rules = append(p.rules, c)
	}
	p.indexes = [2]*index{indexed(p.rules, sekisho.Inbound), indexed(p.rules, sekisho.Outbound)}
	return p, nil
}

// sealers checks a list of domains.
func sealers(list []string) ([]string, error) {
	if len(list) > mostSealers {
		return nil, fmt.Errorf("sealers: %d domains, at most %d", len(list), mostSealers)
	}
	out := make([]string, 0, len(list))
	for _, s := range list {
		host, ok := zone.Host(s)
		if !ok || !strings.Contains(host, ".") {
			return nil, fmt.Errorf("sealers: %q is no domain: write the d= of the seals, such as \"list.example\"", s)
		}
		out = append(out, host)
	}
	return out, nil
}

// explain names the line and the key of what is wrong with the TOML.
func explain(err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		line, _ := unknown.Errors[0].Position()
		return fmt.Errorf("line %d: there is no key %q", line, strings.Join(unknown.Errors[0].Key(), "."))
	}
	var wrong *toml.DecodeError
	if errors.As(err, &wrong) {
		line, _ := wrong.Position()
		return fmt.Errorf("line %d: %w", line, err)
	}
	return err
}

func compile(r Rule) (compiled, error) {
	c := compiled{Rule: r}
	s, known := settles[r.Action]
	switch r.Direction {
	case "inbound":
		c.direction = sekisho.Inbound
	case "outbound":
		c.direction = sekisho.Outbound
	default:
		return c, fmt.Errorf("direction %q is neither inbound nor outbound", r.Direction)
	}
	switch {
	case r.Name == "":
		return c, fmt.Errorf("it needs a name")
	case !known:
		return c, fmt.Errorf("there is no action %q", r.Action)
	case s.only != 0 && s.only != c.direction:
		return c, fmt.Errorf("%s is for %s mail only", r.Action, s.only)
	case len(r.Text) > longestText || len(r.When) > longestWhen || len(r.Name) > 100 || len(r.Reason) > longestText:
		return c, fmt.Errorf("a text is too long")
	}
	if err := c.arguments(); err != nil {
		return c, err
	}
	if r.When == "" {
		return c, nil
	}
	var err error
	c.when, err = expr.Compile(r.When, expr.Env(environment{}), expr.AsBool(), expr.MaxNodes(500))
	return c, err
}

func (c *compiled) arguments() error {
	switch c.Action {
	case Tag, Warn, Disclaimer:
		if strings.TrimSpace(c.Text) == "" {
			return fmt.Errorf("%s needs a text", c.Action)
		}
	case Header:
		name, _, ok := strings.Cut(c.Text, ":")
		if !ok || !fieldName(name) || strings.ContainsAny(c.Text, "\r\n\x00") {
			return fmt.Errorf("header needs a text like %q", "X-Name: value")
		}
	case RemoveAttachment, StripMacro, Sanitise:
		if err := c.attachments(); err != nil {
			return err
		}
	case BccOutside:
		if n, err := strconv.Atoi(c.Text); err != nil || n < 1 || n > 10_000 {
			return fmt.Errorf("bcc-outside needs a number in text, how many addresses outside may be seen: not %.100q", c.Text)
		}
	case Copy, Redirect:
		if i := strings.LastIndexByte(c.Text, '@'); i < 1 || i == len(c.Text)-1 || strings.ContainsAny(c.Text, " \r\n<>") {
			return fmt.Errorf("%s needs an address, not %q", c.Action, c.Text)
		}
	}
	if c.Action == Tag && strings.ContainsAny(c.Text, "\r\n\x00") {
		return fmt.Errorf("a tag is one line")
	}
	if err := c.approval(); err != nil {
		return err
	}
	if err := c.share(); err != nil {
		return err
	}
	if c.Fallback != "" && (c.Action != RequireTLS || c.Fallback != WaitTLS && c.Fallback != HoldTLS && c.Fallback != RefuseTLS) {
		return fmt.Errorf("fallback %q: require-tls has \"wait\", \"hold\" and \"refuse\"", c.Fallback)
	}
	if c.AtEnd != "" && (c.Action != Hold && c.Action != Approve || c.AtEnd != "send" && c.AtEnd != "delete") {
		return fmt.Errorf("at_end %q: a hold or an approval ends with \"send\" or \"delete\"", c.AtEnd)
	}
	if c.For == "" {
		switch c.Action {
		case Hold:
			c.lasts = 5 * time.Minute
		case Approve:
			c.lasts = 7 * 24 * time.Hour
		case StripMacro, RemoveAttachment, Sanitise:
			c.lasts = keepOriginal
		case SecureLink:
			c.lasts = shareLife
		case Encrypt:
			c.lasts = passwordDelay
		}
		return nil
	}
	var err error
	if c.lasts, err = time.ParseDuration(c.For); err != nil || c.lasts <= 0 || c.lasts > longestPeriod {
		return fmt.Errorf("for %q: write a time such as \"5m\" or \"336h\"", c.For)
	}
	if c.Action != Hold && c.Action != Approve && c.Action != Quarantine && c.Action != Relink && !c.Action.Keeps() && !c.Action.Shares() {
		return fmt.Errorf("for is of use with hold, approve, quarantine, rewrite-links, strip-macro, remove-attachment, sanitise, secure-link and encrypt only")
	}
	return c.shareTime()
}

// fieldName says whether s can be the name of a header field (RFC 5322 section 3.6.8).
func fieldName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' })
}

// Decision is what happens to a mail for one recipient, and why.
type Decision struct {
	Action  Action // the action that settles
	Rule    string // the rule that settled it; "" when none did and the mail passes
	Reason  string
	Text    string        // redirect: the address
	For     time.Duration // hold, quarantine
	AtEnd   string        // hold, approve
	Asks    *Approval     // approve: whom; nil: whoever has the duty
	Junk    bool
	Tags    []string
	Headers []sekisho.Param
	Warn    []string
	Copies  []string
	MustTLS bool     // outbound: not without TLS that was checked
	NoTLS   string   // MustTLS, where the other side has none: WaitTLS, HoldTLS or RefuseTLS
	Blind   int      // outbound: so many addresses outside may stand in To and Cc; 0: any number
	Noted   []string // names of rules in observation that would have acted

	Conversions []Conversion // in the order of their rules
}

// Conversion is a change to what is in the mail that inspection carries out.
type Conversion struct {
	Action Action
	Rule   string
	Text   string
	Keep   time.Duration // how long quarantine keeps the mail as it came, when the conversion takes something out; 0 for not at all
	For    time.Duration // secure-link: how long the files can be had; encrypt: how much later the password follows
	Opens  int           // secure-link: how often each recipient may open it; 0: as often as he likes
	Code   bool          // secure-link: opening takes a code that is mailed to the recipient
}

// Changes says whether the decision asks for a rewritten copy.
func (d Decision) Changes() bool {
	return len(d.Tags)+len(d.Headers)+len(d.Warn)+len(d.Conversions)+d.Blind > 0
}

// With is the decision for mail to which the sender's own contract adds something first: marks, fields, warnings and conversions.
// Its copies are its own affair and are left out.
func (d Decision) With(sent Decision) Decision {
	d.Tags = slices.Concat(sent.Tags, d.Tags)
	d.Headers = slices.Concat(sent.Headers, d.Headers)
	d.Warn = slices.Concat(sent.Warn, d.Warn)
	d.Conversions = slices.Concat(elsewhere(sent.Conversions), d.Conversions)
	d.Blind, d.MustTLS, d.NoTLS = sent.Blind, d.MustTLS || sent.MustTLS, stricter(d.NoTLS, sent.NoTLS)
	d.Noted = slices.Concat(sent.Noted, d.Noted)
	return d
}

// Decide applies a policy to the facts about a mail for one recipient. A condition that fails to evaluate counts as met
// for actions that keep mail back and as not met for others: a faulty rule must not open the gate. What a list says of the
// sender comes after the rules.
func Decide(p *Policy, f Facts) Decision { return f.listed(p, decide(p, f)) }

func decide(p *Policy, f Facts) Decision { return Begin(p).decide(f) }

// add does what a rule says; true when that settles the mail.
func (d *Decision) add(r *compiled) bool {
	switch r.Action {
	case Tag:
		d.Tags = append(d.Tags, r.Text)
	case Header:
		name, value, _ := strings.Cut(r.Text, ":")
		d.Headers = append(d.Headers, sekisho.Param{Name: name, Value: strings.TrimSpace(value)})
	case Warn:
		d.Warn = append(d.Warn, r.Text)
	case Copy:
		d.Copies = append(d.Copies, r.Text)
	case Junk:
		d.Junk = true
	case RequireTLS:
		d.MustTLS, d.NoTLS = true, stricter(d.NoTLS, r.Fallback)
	case BccOutside:
		if n, err := strconv.Atoi(r.Text); err == nil && (d.Blind == 0 || n < d.Blind) {
			d.Blind = n
		}
	case Relink:
		d.Conversions = append(d.Conversions, Conversion{Action: r.Action, Rule: r.Name, Text: r.For})
	case Disclaimer:
		d.Conversions = append(d.Conversions, Conversion{Action: r.Action, Rule: r.Name, Text: r.Text})
	case StripMacro, RemoveAttachment, Sanitise:
		d.Conversions = append(d.Conversions, Conversion{Action: r.Action, Rule: r.Name, Text: r.Text, Keep: r.lasts})
	case SecureLink, Encrypt:
		d.addShare(r)
	default:
		d.Action, d.Rule, d.Reason, d.Text, d.For, d.AtEnd, d.Asks = r.Action, r.Name, r.Reason, r.Text, r.lasts, r.AtEnd, r.asks
		return true
	}
	if d.Rule == "" {
		d.Rule, d.Reason = r.Name, r.Reason
	}
	return false
}
