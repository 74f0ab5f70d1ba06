package policy

import (
	"fmt"
	"math"
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// term is a set of atoms that all have to hold.
type term []atom

// atom is a comparison of an expression with a constant, or an expression that holds or not.
type atom struct {
	left   string // the expression
	op     string // "==", "!=", "<", "<=", ">", ">="; "is" and "not" for an expression by itself
	text   string // the constant, or
	number float64
	isText bool
}

// mostTerms bounds how far a condition is taken apart.
const mostTerms = 64

// terms gives a condition as a choice of terms, without those that can never hold. ok is false when it is too large for that.
func terms(when string) (out []term, ok bool) {
	if when == "" {
		return []term{nil}, true
	}
	tree, err := parser.Parse(when)
	if err != nil {
		return nil, false
	}
	all, ok := choice(tree.Node, true)
	return slices.DeleteFunc(all, term.impossible), ok
}

// choice takes apart a node that has to hold, or not to.
func choice(n ast.Node, holds bool) ([]term, bool) {
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "!" || n.Operator == "not" {
			return choice(n.Node, !holds)
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "&&", "and":
			return joined(n, holds, holds)
		case "||", "or":
			return joined(n, holds, !holds)
		case "in":
			if list, ok := n.Right.(*ast.ArrayNode); ok && holds {
				return member(n.Left, list)
			}
		}
		if a, ok := comparison(n, holds); ok {
			return []term{{a}}, true
		}
	case *ast.BoolNode:
		if n.Value == holds {
			return []term{nil}, true
		}
		return nil, true
	}
	op := "is"
	if !holds {
		op = "not"
	}
	return []term{{{left: n.String(), op: op}}}, true
}

// joined takes apart both sides: all pairs when both have to hold, otherwise a choice of either.
func joined(n *ast.BinaryNode, holds, both bool) ([]term, bool) {
	left, ok := choice(n.Left, holds)
	right, more := choice(n.Right, holds)
	if !ok || !more || len(left)*len(right) > mostTerms || len(left)+len(right) > mostTerms {
		return nil, false
	}
	if !both {
		return append(left, right...), true
	}
	var out []term
	for _, a := range left {
		for _, b := range right {
			out = append(out, slices.Concat(a, b))
		}
	}
	return out, true
}

// member is an expression that is one of a list of constants.
func member(left ast.Node, list *ast.ArrayNode) ([]term, bool) {
	var out []term
	for _, n := range list.Nodes {
		a := atom{left: left.String(), op: "=="}
		if !a.constant(n) || len(out) == mostTerms {
			return nil, false
		}
		out = append(out, term{a})
	}
	return out, true
}

// opposite of a comparison that does not hold, and turned when the constant stands on the left.
var (
	opposite = map[string]string{"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
	turned   = map[string]string{"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
)

func comparison(n *ast.BinaryNode, holds bool) (atom, bool) {
	op, left, right := n.Operator, n.Left, n.Right
	if opposite[op] == "" {
		return atom{}, false
	}
	var a atom
	if !a.constant(right) {
		if left, op = right, turned[op]; !a.constant(n.Left) {
			return atom{}, false
		}
	}
	if !holds {
		op = opposite[op]
	}
	a.left, a.op = left.String(), op
	return a, true
}

// constant reads a constant into a; false when the node is none.
func (a *atom) constant(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.StringNode:
		a.text, a.isText = n.Value, true
	case *ast.IntegerNode:
		a.number = float64(n.Value)
	case *ast.FloatNode:
		a.number = n.Value
	default:
		return false
	}
	return true
}

// impossible says whether two atoms of a term exclude each other.
func (t term) impossible() bool {
	for i, a := range t {
		if slices.ContainsFunc(t[i+1:], a.excludes) {
			return true
		}
	}
	return false
}

// implies says whether t holding means that o holds.
func (t term) implies(o term) bool {
	return !slices.ContainsFunc(o, func(b atom) bool {
		return !slices.ContainsFunc(t, func(a atom) bool { return a.implies(b) })
	})
}

// implies says whether a holding means that b holds.
func (a atom) implies(b atom) bool {
	if a == b {
		return true
	}
	if kind, ok := kindOf(b.left); ok && b.op == "is" && a.left == fmt.Sprintf("Weight(%q)", kind) && !a.isText && a.op != "!=" {
		low, _, strict := a.span()
		return low > 0 || low == 0 && strict
	}
	if a.left != b.left || a.isText != b.isText || a.op == "is" || a.op == "not" || b.op == "is" || b.op == "not" {
		return false
	}
	if a.isText {
		return a.op == "==" && (b.op == "==" && a.text == b.text || b.op == "!=" && a.text != b.text)
	}
	if b.op == "!=" {
		return a.outside(b.number)
	}
	if a.op == "!=" {
		return false
	}
	low, high, strict := a.span()
	least, most, open := b.span()
	above := low > least || low == least && (strict || !open || math.IsInf(least, -1))
	below := high < most || high == most && (strict || !open || math.IsInf(most, 1))
	return above && below
}

// excludes says whether a and b can not hold together.
func (a atom) excludes(b atom) bool {
	if a.left != b.left {
		return false
	}
	if a.op == "is" || a.op == "not" || b.op == "is" || b.op == "not" {
		return a.op != b.op && (a.op == "is" || a.op == "not") && (b.op == "is" || b.op == "not")
	}
	if a.isText || b.isText {
		return a.isText && b.isText && (a.op == "==" && b.op == "==" && a.text != b.text || a.op != b.op && (a.op == "!=" || b.op == "!=") && a.text == b.text && (a.op == "==" || b.op == "=="))
	}
	if a.op == "!=" || b.op == "!=" {
		return a.op == "==" && a.number == b.number || b.op == "==" && a.number == b.number
	}
	low, high, strict := a.span()
	least, most, open := b.span()
	bottom, top := math.Max(low, least), math.Min(high, most)
	return bottom > top || bottom == top && (strict && (low == bottom || high == top) || open && (least == bottom || most == top))
}

// span is the range of numbers that a comparison other than != allows; strict when its ends do not belong to it.
func (a atom) span() (low, high float64, strict bool) {
	switch a.op {
	case "==":
		return a.number, a.number, false
	case "<", "<=":
		return math.Inf(-1), a.number, a.op == "<"
	}
	return a.number, math.Inf(1), a.op == ">"
}

// outside says whether a number is none that a allows.
func (a atom) outside(x float64) bool {
	if a.op == "!=" {
		return a.number == x
	}
	low, high, strict := a.span()
	return x < low || x > high || strict && (x == low || x == high)
}

// kindOf reads Has("kind").
func kindOf(s string) (kind string, ok bool) {
	n, err := fmt.Sscanf(s, "Has(%q)", &kind)
	return kind, n == 1 && err == nil
}
