package rule

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"sekisho/mail/script"
)

// Mark is the first line of a script that Write has made.
const Mark = "Filter rules, made by the app. Changes by hand are kept only when the app can read them."

const stamp = "2006-01-02T15:04:05-07:00"

// Write makes a script of a set that Check finds nothing in.
func Write(s Set) ([]byte, []Fault) {
	if f := s.Check(); len(f) > 0 {
		return nil, f
	}
	w := &writer{needs: map[string]bool{}}
	list := w.all(s.Plain())
	return script.Print(append([]*script.Node{w.require()}, list...)), nil
}

// writer builds the tree and notes the capabilities it needs.
type writer struct{ needs map[string]bool }

func (w *writer) need(capabilities ...string) {
	for _, c := range capabilities {
		w.needs[c] = true
	}
}

// require is the first command; it is there even when nothing is needed, so that the mark has a place.
func (w *writer) require() *script.Node {
	w.need("fileinto")
	var list []string
	for c := range w.needs {
		list = append(list, c)
	}
	slices.Sort(list)
	return &script.Node{Name: "require", Comment: Mark + "\n", Args: []*script.Argument{{Kind: script.Text, List: true, Strings: list}}}
}

func call(name string, args ...*script.Argument) *script.Node {
	return &script.Node{Name: name, Args: args}
}

func (w *writer) all(s Set) []*script.Node {
	var list []*script.Node
	if s.Vacation.Enabled || s.Vacation.Text != "" {
		list = append(list, w.vacation(s.Vacation))
	}
	if s.Forward.To != "" {
		f := call("redirect", script.TextOf(s.Forward.To))
		if s.Forward.Keep {
			w.need("copy")
			f.Args = append([]*script.Argument{script.TagOf("copy")}, f.Args...)
		}
		list = append(list, choice("forward", s.Forward.Enabled, nil, "all", f))
	}
	for _, r := range s.Rules {
		list = append(list, w.rule(r))
	}
	return list
}

// choice is the shape of all: if allof (on or off, allof or anyof (conditions)).
func choice(comment string, enabled bool, tests []*script.Node, match string, block ...*script.Node) *script.Node {
	on := call("false")
	if enabled {
		on = call("true")
	}
	inner := call("true")
	if len(tests) > 0 {
		inner = &script.Node{Name: "allof", Listed: true, Tests: tests}
		if match == "any" {
			inner.Name = "anyof"
		}
	}
	test := &script.Node{Name: "allof", Listed: true, Tests: []*script.Node{on, inner}}
	return &script.Node{Name: "if", Comment: comment + "\n", Tests: []*script.Node{test}, Block: block, Open: true}
}

func (w *writer) vacation(v Vacation) *script.Node {
	w.need("vacation")
	args := []*script.Argument{script.TagOf("days"), script.NumberOf(uint64(v.Days))}
	if v.Subject != "" {
		args = append(args, script.TagOf("subject"), script.TextOf(v.Subject))
	}
	if len(v.Addresses) > 0 {
		args = append(args, script.TagOf("addresses"), &script.Argument{Kind: script.Text, List: true, Strings: v.Addresses})
	}
	var tests []*script.Node
	bound := func(relation string, t time.Time) {
		if !t.IsZero() {
			w.need("date", "relational")
			tests = append(tests, call("currentdate", script.TagOf("zone"), script.TextOf("+0000"), script.TagOf("value"), script.TextOf(relation),
				script.TextOf("iso8601"), script.TextOf(t.Format(stamp))))
		}
	}
	bound("ge", v.From)
	bound("le", v.Until)
	return choice("vacation", v.Enabled, tests, "all", call("vacation", append(args, script.TextOf(v.Text))...))
}

func (w *writer) rule(r Rule) *script.Node {
	var tests, block []*script.Node
	for _, c := range r.Conditions {
		tests = append(tests, w.condition(c))
	}
	for _, a := range r.Actions {
		block = append(block, w.action(a))
	}
	return choice("rule "+strconv.Quote(r.Name), r.Enabled, tests, r.Match, block...)
}

func (w *writer) condition(c Condition) *script.Node {
	op, value := script.TagOf(c.Op), script.TextOf(c.Value)
	mime := []*script.Argument{script.TagOf("mime"), script.TagOf("anychild")}
	switch c.Field {
	case "from", "subject":
		return call("header", op, script.TextOf(c.Field), value)
	case "to":
		return call("header", op, script.TextOf("to", "cc"), value)
	case "body":
		w.need("body")
		return call("body", script.TagOf("text"), op, value)
	case "size":
		n, _ := strconv.ParseUint(c.Value, 10, 64) // Check has read it
		return call("size", script.TagOf("over"), script.NumberOf(n))
	}
	w.need("mime")
	if c.Op == "exists" {
		return call("header", append(mime, script.TagOf("contains"), script.TextOf("content-disposition"), script.TextOf("attachment"))...)
	}
	return call("header", append(mime, script.TagOf("param"), script.TextOf("filename", "name"), op, script.TextOf("content-disposition", "content-type"), value)...)
}

func (w *writer) action(a Action) *script.Node {
	switch a.Do {
	case "move":
		w.need("fileinto")
		return call("fileinto", script.TextOf(a.Value))
	case "flag":
		w.need("imap4flags")
		return call("addflag", script.TextOf(`\`+strings.ToUpper(a.Value[:1])+a.Value[1:]))
	case "label":
		w.need("imap4flags")
		return call("addflag", script.TextOf(a.Value))
	case "forward":
		w.need("copy")
		return call("redirect", script.TagOf("copy"), script.TextOf(a.Value))
	}
	return call(a.Do)
}

// Read gives back the set that a script was made from; false when the app's rules cannot say all that it does.
func Read(text []byte) (Set, bool) {
	list, faults := script.Parse(text, script.Limit{Size: 1 << 20, Nesting: 32, Faults: 1})
	s := Set{Rules: []Rule{}}
	if len(faults) > 0 {
		return s, false
	}
	for _, n := range list {
		comment := strings.TrimSpace(n.Comment)
		switch {
		case n.Name == "require":
		case n.Name != "if" || !n.Open:
			return s, false
		case comment == "vacation":
			s.Vacation = readVacation(n)
		case comment == "forward":
			s.Forward = readForward(n)
		default:
			name, _ := strconv.Unquote(strings.TrimPrefix(comment, "rule "))
			s.Rules = append(s.Rules, readRule(name, n))
		}
	}
	return s, same(s, list)
}

// same says whether the set writes exactly this script: only then nothing in it was overlooked.
func same(s Set, list []*script.Node) bool {
	again, faults := Write(s)
	return faults == nil && string(again) == string(script.Print(list))
}

// parts takes the shape of choice apart. What has another shape gives something else, which same finds.
func parts(n *script.Node) (enabled bool, match string, tests []*script.Node) {
	match = "all"
	if len(n.Tests) != 1 || len(n.Tests[0].Tests) != 2 {
		return false, match, nil
	}
	on, inner := n.Tests[0].Tests[0], n.Tests[0].Tests[1]
	if inner.Name == "anyof" {
		match = "any"
	}
	return on.Name == "true", match, inner.Tests
}

// value is the text of the last argument, or of the one behind a tag.
func value(n *script.Node, tag string) string {
	for i, a := range n.Args {
		if (tag == "" && i == len(n.Args)-1 || i > 0 && tag != "" && n.Args[i-1].Tag == tag) && a.Kind == script.Text {
			return a.Strings[0]
		}
	}
	return ""
}

func readVacation(n *script.Node) (v Vacation) {
	var tests []*script.Node
	v.Enabled, _, tests = parts(n)
	for _, t := range tests {
		at, _ := time.Parse(stamp, value(t, ""))
		if value(t, "value") == "ge" {
			v.From = second(at)
		} else {
			v.Until = second(at)
		}
	}
	v.Addresses = []string{}
	if len(n.Block) == 0 {
		return v
	}
	c := n.Block[0]
	v.Text, v.Subject = value(c, ""), value(c, "subject")
	for i, a := range c.Args {
		switch {
		case a.Kind == script.Number:
			v.Days = int(min(a.Number, 1000))
		case i > 0 && c.Args[i-1].Tag == "addresses" && a.Kind == script.Text:
			v.Addresses = a.Strings
		}
	}
	return v
}

func readForward(n *script.Node) (f Forward) {
	f.Enabled, _, _ = parts(n)
	if len(n.Block) > 0 {
		f.To = value(n.Block[0], "")
		f.Keep = len(n.Block[0].Args) > 1
	}
	return f
}

func readRule(name string, n *script.Node) Rule {
	r := Rule{Name: name, Conditions: []Condition{}, Actions: []Action{}}
	var tests []*script.Node
	r.Enabled, r.Match, tests = parts(n)
	for _, t := range tests {
		r.Conditions = append(r.Conditions, readCondition(t))
	}
	for _, c := range n.Block {
		r.Actions = append(r.Actions, readAction(c))
	}
	return r
}

func readCondition(t *script.Node) Condition {
	c := Condition{Op: "contains", Value: value(t, "")}
	tags, first := map[string]bool{}, ""
	for _, a := range t.Args {
		tags[a.Tag] = true
		if a.Kind == script.Text && first == "" {
			first = a.Strings[0]
		}
	}
	if tags["is"] {
		c.Op = "is"
	}
	switch {
	case t.Name == "size" && len(t.Args) == 2:
		return Condition{"size", "over", strconv.FormatUint(t.Args[1].Number, 10)}
	case t.Name == "body":
		c.Field = "body"
	case tags["param"]:
		c.Field = "attachment"
	case tags["mime"]:
		return Condition{Field: "attachment", Op: "exists"}
	default:
		c.Field = first
	}
	return c
}

func readAction(c *script.Node) Action {
	v := value(c, "")
	switch c.Name {
	case "fileinto":
		return Action{"move", v}
	case "addflag":
		if f, ok := strings.CutPrefix(v, `\`); ok {
			return Action{"flag", strings.ToLower(f)}
		}
		return Action{"label", v}
	case "redirect":
		return Action{"forward", v}
	}
	return Action{c.Name, v}
}
