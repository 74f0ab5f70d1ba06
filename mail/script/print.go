package script

import (
	"strconv"
	"strings"
)

// Print writes a tree as text that Parse reads back to the same tree. Lines end with CRLF.
func Print(list []*Node) []byte {
	var b strings.Builder
	commands(&b, list, "")
	return []byte(b.String())
}

func commands(b *strings.Builder, list []*Node, indent string) {
	for _, n := range list {
		for l := range strings.Lines(n.Comment) {
			b.WriteString(strings.TrimRight(indent+"# "+strings.TrimSuffix(l, "\n"), " ") + "\r\n")
		}
		b.WriteString(indent)
		head(b, n)
		if !n.Open {
			b.WriteString(";\r\n")
			continue
		}
		b.WriteString(" {\r\n")
		commands(b, n.Block, indent+"\t")
		b.WriteString(indent + "}\r\n")
	}
}

func head(b *strings.Builder, n *Node) {
	b.WriteString(n.Name)
	for _, a := range n.Args {
		b.WriteString(" ")
		a.print(b)
	}
	switch {
	case n.Listed:
		b.WriteString(" (")
		for i, t := range n.Tests {
			if i > 0 {
				b.WriteString(", ")
			}
			head(b, t)
		}
		b.WriteString(")")
	case len(n.Tests) == 1:
		b.WriteString(" ")
		head(b, n.Tests[0])
	}
}

func (a *Argument) print(b *strings.Builder) {
	switch {
	case a.Kind == Tag:
		b.WriteString(":" + a.Tag)
	case a.Kind == Number:
		b.WriteString(strconv.FormatUint(a.Number, 10))
	case a.List:
		b.WriteString("[")
		for i, s := range a.Strings {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(Quote(s))
		}
		b.WriteString("]")
	default:
		b.WriteString(Quote(a.Strings[0]))
	}
}

// Quote writes a string in quotes.
func Quote(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }

// Makers of arguments, for those who build a tree.

// TagOf is a tag.
func TagOf(name string) *Argument { return &Argument{Kind: Tag, Tag: name} }

// NumberOf is a number.
func NumberOf(n uint64) *Argument { return &Argument{Kind: Number, Number: n} }

// TextOf is a string; with more than one, a list.
func TextOf(s ...string) *Argument { return &Argument{Kind: Text, List: len(s) != 1, Strings: s} }
