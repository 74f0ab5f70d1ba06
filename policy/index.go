package policy

import (
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"sekisho"
)

// Most rules of a large policy are about one person, domain or group: their conditions can hold only where a fact equals a constant.
// Those rules are found by these constants; the others are tried. What does not depend on the recipient is tried once per mail.
//
// A rule is found by constants only when its condition cannot fail: a faulty condition counts as met for what keeps mail back, and
// must be seen to fail.

// key is a fact and a constant that it has to equal, or, of groups, to contain.
type key struct{ name, value string }

// index finds the rules of one direction that may be met.
type index struct {
	always []int         // about the mail, to be tried once
	byMail map[key][]int // about the mail, found by its facts
	each   []int         // about the recipient, to be tried for each
	byEach map[key][]int // about the recipient, found by his facts or the mail's
}

// ofRecipient are the names that differ among the recipients of a mail.
func ofRecipient(name string) bool {
	switch name {
	case "recipient", "recipient_domain", "recipient_groups", "known", "internal", "rare_recipient":
		return true
	}
	return false
}

// indexed makes the index of a direction's rules.
func indexed(rules []compiled, d sekisho.Direction) *index {
	x := &index{byMail: map[key][]int{}, byEach: map[key][]int{}}
	for i := range rules {
		if rules[i].direction != d {
			continue
		}
		each, keys := reading(rules[i].When)
		list, by := &x.always, x.byMail
		if each {
			list, by = &x.each, x.byEach
		}
		if len(keys) == 0 {
			*list = append(*list, i)
			continue
		}
		for _, k := range keys {
			if at := by[k]; len(at) == 0 || at[len(at)-1] != i {
				by[k] = append(at, i)
			}
		}
	}
	return x
}

// reading says whether a condition depends on the recipient, and by which constants it is found; none: it has to be tried.
func reading(when string) (each bool, keys []key) {
	if when == "" {
		return false, nil
	}
	tree, err := parser.Parse(when)
	if err != nil {
		return true, nil
	}
	w := walker{sure: true}
	ast.Walk(&tree.Node, &w)
	if !w.sure {
		return w.each, nil
	}
	keys, _ = keysOf(tree.Node)
	return w.each, keys
}

// walker sees what a condition is made of.
type walker struct {
	each bool // it names what differs among recipients
	sure bool // it cannot fail
}

// Visit looks at one node.
func (w *walker) Visit(n *ast.Node) {
	switch x := (*n).(type) {
	case *ast.IdentifierNode:
		w.each = w.each || ofRecipient(x.Value) || x.Value == "$env"
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.ArrayNode:
	case *ast.UnaryNode:
		w.sure = w.sure && (x.Operator == "!" || x.Operator == "not" || x.Operator == "-")
	case *ast.BinaryNode:
		switch x.Operator {
		case "==", "!=", "<", "<=", ">", ">=", "&&", "and", "||", "or", "in", "contains", "startsWith", "endsWith":
		case "matches":
			_, constant := x.Right.(*ast.StringNode)
			w.sure = w.sure && constant
		default:
			w.sure = false
		}
	case *ast.CallNode:
		id, ok := x.Callee.(*ast.IdentifierNode)
		w.sure = w.sure && ok && slices.Contains([]string{"Has", "Found", "Weight"}, id.Value)
	case *ast.MemberNode:
		id, ok := x.Node.(*ast.IdentifierNode)
		_, constant := x.Property.(*ast.StringNode)
		w.sure = w.sure && ok && constant && id.Value == "leak"
	default:
		w.sure = false
		w.each = true // a name may be hidden in it
	}
}

// keysOf are constants of which one must be there for a condition to hold; false when nothing is known.
func keysOf(n ast.Node) ([]key, bool) {
	b, ok := n.(*ast.BinaryNode)
	if !ok {
		return nil, false
	}
	switch b.Operator {
	case "&&", "and":
		if keys, ok := keysOf(b.Left); ok {
			return keys, true
		}
		return keysOf(b.Right)
	case "||", "or":
		left, ok1 := keysOf(b.Left)
		right, ok2 := keysOf(b.Right)
		if !ok1 || !ok2 {
			return nil, false
		}
		return slices.Concat(left, right), true
	case "==":
		if keys, ok := equals(b.Left, b.Right); ok {
			return keys, true
		}
		return equals(b.Right, b.Left)
	case "in":
		return within(b.Left, b.Right)
	}
	return nil, false
}

func equals(name, constant ast.Node) ([]key, bool) {
	id, ok1 := name.(*ast.IdentifierNode)
	s, ok2 := constant.(*ast.StringNode)
	if !ok1 || !ok2 || !single(id.Value) {
		return nil, false
	}
	return []key{{id.Value, s.Value}}, true
}

// within reads `name in ["a", "b"]` and `"group" in sender_groups`.
func within(left, right ast.Node) (keys []key, ok bool) {
	if s, is := left.(*ast.StringNode); is {
		id, ok := right.(*ast.IdentifierNode)
		if !ok || id.Value != "sender_groups" && id.Value != "recipient_groups" {
			return nil, false
		}
		return []key{{id.Value, s.Value}}, true
	}
	list, ok := right.(*ast.ArrayNode)
	if !ok || len(list.Nodes) == 0 {
		return nil, false
	}
	for _, n := range list.Nodes {
		k, ok := equals(left, n)
		if !ok {
			return nil, false
		}
		keys = append(keys, k...)
	}
	return keys, true
}

// single says whether a name is one of those with one text as their value that rules are found by.
func single(name string) bool {
	switch name {
	case "recipient", "recipient_domain", "sender", "sender_domain", "from", "from_domain":
		return true
	}
	return false
}

// keys gives what an environment has of the facts that rules are found by.
func (e *environment) keys(yield func(key) bool) {
	for _, k := range [...]key{{"recipient", e.Recipient}, {"recipient_domain", e.RecipientDomain}, {"sender", e.Sender}, {"sender_domain", e.SenderDomain},
		{"from", e.From}, {"from_domain", e.FromDomain}} {
		if !yield(k) {
			return
		}
	}
	for _, g := range e.SenderGroups {
		if !yield(key{"sender_groups", g}) {
			return
		}
	}
	for _, g := range e.RecipientGroups {
		if !yield(key{"recipient_groups", g}) {
			return
		}
	}
}

// Batch decides about one mail for many recipients: their facts differ in Recipient, RecipientGroups, Known, Internal and Listing only.
// It is for one goroutine.
type Batch struct {
	policy *Policy
	index  *index
	env    environment
	met    []int // rules about the mail that are met
	begun  bool
}

// Begin prepares for the recipients of a mail.
func Begin(p *Policy) *Batch { return &Batch{policy: p} }

// Decide is Decide for one recipient.
func (b *Batch) Decide(f Facts) Decision { return f.listed(b.policy, b.decide(f)) }

func (b *Batch) decide(f Facts) Decision {
	if !b.begun {
		b.begin(f)
	}
	env := b.env
	env.recipientOf(f)
	var boxed any = env // once: conditions get it as it is
	try := slices.Concat(b.met, b.index.each)
	env.keys(func(k key) bool { try = append(try, b.index.byEach[k]...); return true })
	slices.Sort(try)
	d := Decision{Action: Pass}
	done := 0 // met is sorted
	last := -1
	for _, i := range try {
		if i == last {
			continue
		}
		last = i
		for done < len(b.met) && b.met[done] < i {
			done++
		}
		r := &b.policy.rules[i]
		if (done == len(b.met) || b.met[done] != i) && !r.metBy(boxed) {
			continue
		}
		if r.Observe {
			d.Noted = append(d.Noted, r.Name)
			continue
		}
		if d.add(r) {
			break
		}
	}
	return d
}

// begin tries the rules about the mail.
func (b *Batch) begin(f Facts) {
	b.begun, b.env = true, f.environment()
	switch f.Direction {
	case sekisho.Inbound:
		b.index = b.policy.indexes[0]
	case sekisho.Outbound:
		b.index = b.policy.indexes[1]
	default:
		b.index = &index{} // no rule is for it
	}
	if b.index == nil { // not from Parse: a policy made of parts of another
		b.index = &index{}
		for i := range b.policy.rules {
			if b.policy.rules[i].direction == f.Direction {
				b.index.each = append(b.index.each, i)
			}
		}
	}
	try := slices.Clone(b.index.always)
	b.env.keys(func(k key) bool { try = append(try, b.index.byMail[k]...); return true })
	slices.Sort(try)
	var boxed any = b.env
	for _, i := range slices.Compact(try) {
		if b.policy.rules[i].metBy(boxed) {
			b.met = append(b.met, i)
		}
	}
}

func (c *compiled) metBy(env any) bool {
	if c.when == nil {
		return true
	}
	got, err := expr.Run(c.when, env)
	if err != nil {
		return slices.Contains([]Action{Quarantine, Hold, Approve}, c.Action) || c.Action.Keeps()
	}
	return got.(bool) // expr.AsBool saw to it
}
