package sieve

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sekisho"
	"sekisho/mail/collation"
)

// flow says what comes after a command.
type flow uint8

const (
	on   flow = iota // the next command
	halt             // nothing: stop
	back             // the including script
	out              // behind the loop named by run.leave
)

// run is one interpretation. It belongs to one goroutine.
type run struct {
	in     *Input
	limit  Limit
	steps  int
	vars   map[string]string // of the present unit
	global map[string]string
	bound  map[string]bool // variables that the present unit declared global
	match  []string        // ${0}, ${1}, ...
	flags  []string        // the internal variable of imap4flags
	done   map[*unit]bool  // included already
	fields []Field         // the header with the edits made
	parts  []*Part         // of the loops that are open, innermost last
	leave  string
	result Result
	ends   int // what cancelled the implicit keep
	regex  map[string]collation.Expression
	away   []string // the owner's addresses, as vacation named them
	size   int64    // by how much the edits changed the message
}

// Run interprets the script over one message. Nothing is lost: the result always says where the message goes. The error is
// Invalid, with the Fault in it, when the script broke; the result is good then too, and keeps the message.
func (s *Script) Run(in *Input) (Result, error) {
	r := newRun(in, s.limit)
	_, err := r.block(s.main.commands)
	if err == nil {
		err = r.finish()
	}
	if err != nil {
		return r.broken(err), sekisho.E("sieve.run", sekisho.Invalid, err)
	}
	return r.result, nil
}

func newRun(in *Input, l Limit) *run {
	r := &run{in: in, limit: l, vars: map[string]string{}, global: map[string]string{}, bound: map[string]bool{}, done: map[*unit]bool{}}
	if in.Message == nil {
		r.in = &Input{}
		*r.in = *in
		r.in.Message = &Part{}
	}
	r.fields = r.in.Message.Fields
	return r
}

// broken is the result of a run that failed: the message is kept as it came (RFC 5228 section 2.10.6).
func (r *run) broken(err error) Result {
	var f Fault
	if !errors.As(err, &f) {
		f.Text = err.Error()
	}
	return Result{Actions: []Action{{Kind: Keep, Implicit: true}}, Fault: &f, Steps: r.steps}
}

// fail is an error at a node.
func fail(n *node, format string, a ...any) error {
	f := Fault{Line: n.Line, Text: fmt.Sprintf(format, a...)}
	if n.unit != nil {
		f.Script = n.unit.name
	}
	return f
}

// step counts work, so that a run ends. A step is a command, a test, or a quantum of comparing.
func (r *run) step(n *node, cost int) error {
	if r.steps += cost; r.steps > r.limit.Steps {
		return fail(n, "the script needs more than %d steps for this message and was stopped", r.limit.Steps)
	}
	return nil
}

// block runs commands in order.
func (r *run) block(list []*node) (flow, error) {
	taken := false // a branch of the present if was
	for _, n := range list {
		if err := r.step(n, 1); err != nil {
			return halt, err
		}
		if n.broken != "" {
			return halt, fail(n, "%s", n.broken)
		}
		var f flow
		var err error
		switch n.Name {
		case "require":
		case "if", "elsif", "else":
			f, taken, err = r.branch(n, taken)
		default:
			f, err = n.spec.act(r, n)
		}
		if err != nil || f != on {
			return f, err
		}
	}
	return on, nil
}

func (r *run) branch(n *node, taken bool) (flow, bool, error) {
	if n.Name != "if" && taken {
		return on, true, nil
	}
	if n.Name != "else" {
		ok, err := r.test(n.tests[0])
		if err != nil || !ok {
			return on, false, err
		}
	}
	f, err := r.block(n.block)
	return f, true, err
}

func (r *run) test(n *node) (bool, error) {
	if err := r.step(n, 1); err != nil {
		return false, err
	}
	if n.broken != "" {
		return false, fail(n, "%s", n.broken)
	}
	return n.spec.eval(r, n)
}

// tests evaluates tests until one is what decides.
func (r *run) tests(list []*node, decides bool) (bool, error) {
	for _, n := range list {
		ok, err := r.test(n)
		if err != nil || ok == decides {
			return ok && err == nil, err
		}
	}
	return !decides, nil
}

// strs are the strings of an argument with variables in them.
func (r *run) strs(a *argument) []string {
	if a == nil || a.pieces == nil {
		if a == nil {
			return nil
		}
		return a.Strings
	}
	list := slices.Clone(a.Strings)
	for i, p := range a.pieces {
		if p != nil {
			list[i] = r.expand(p)
		}
	}
	return list
}

func (r *run) str(a *argument) string {
	if a == nil {
		return ""
	}
	return r.strs(a)[0]
}

func (r *run) expand(list []piece) string {
	var b strings.Builder
	for _, p := range list {
		v := p.text
		switch {
		case p.match >= 0:
			if v = ""; p.match < len(r.match) {
				v = r.match[p.match]
			}
		case p.name != "":
			v = r.get(p.name)
		}
		if most := 2 * r.limit.Value; b.Len()+len(v) > most { // twice: text around one large value stays whole
			b.WriteString(cut(v, most-b.Len()))
			break
		}
		b.WriteString(v)
	}
	return b.String()
}

// add appends an action. Two of the same are one (RFC 5228 section 2.10.3).
func (r *run) add(n *node, a Action) error {
	a.Edits = len(r.result.Edits)
	for i := range r.result.Actions {
		b := &r.result.Actions[i]
		if a.same(b) {
			if a.Flags != nil {
				b.Flags = a.Flags
			}
			b.Create = b.Create || a.Create
			return nil
		}
	}
	if len(r.result.Actions) >= r.limit.Actions {
		return fail(n, "the total number of actions exceeds policy limit: at most %d", r.limit.Actions)
	}
	r.result.Actions = append(r.result.Actions, a)
	return r.conflict(n)
}

// same says whether two actions would do one thing twice. A keep stores in INBOX.
func (a Action) same(b *Action) bool {
	place := func(a *Action) string {
		if a.Kind == Keep {
			return "INBOX"
		}
		return a.Mailbox
	}
	switch a.Kind {
	case Keep, FileInto:
		return (b.Kind == Keep || b.Kind == FileInto) && place(&a) == place(b) && a.SpecialUse == b.SpecialUse
	case Redirect:
		return b.Kind == Redirect && strings.EqualFold(a.Address, b.Address)
	case Discard:
		return b.Kind == Discard
	}
	return false
}

// conflict finds actions that cannot be done together (RFC 5429 section 2.4).
func (r *run) conflict(n *node) error {
	refuse, other := 0, ""
	for _, a := range r.result.Actions {
		switch a.Kind {
		case Reject, EReject:
			refuse++
		case Keep, FileInto, Redirect, Respond:
			other = a.Kind.String()
		}
	}
	switch {
	case refuse > 1:
		return fail(n, "a message can be refused once only: a second %s was reached", n.Name)
	case refuse > 0 && other != "":
		return fail(n, "a message cannot be refused and also have a %s", other)
	}
	return nil
}

// finish adds the implicit keep and decides whether a vacation makes a reply.
func (r *run) finish() error {
	r.result.Steps = r.steps
	if r.ends == 0 {
		r.result.Actions = append(r.result.Actions, Action{Kind: Keep, Implicit: true, Flags: r.storeFlags(nil), Edits: len(r.result.Edits)})
	}
	r.result.Actions = slices.DeleteFunc(r.result.Actions, func(a Action) bool {
		if a.Kind == Respond {
			r.result.Silent = r.silent(a.Vacation)
		}
		return a.Kind == Respond && r.result.Silent != ""
	})
	return nil
}
