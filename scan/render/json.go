package render

import (
	"encoding/json"
	"strconv"
)

// JSON writes a tree: a text is a string, an element an array of its name, its attributes, and what is in it. nil is null.
func (n *Node) JSON() []byte {
	if n == nil {
		return []byte("null")
	}
	return n.append(nil)
}

func quote(b []byte, s string) []byte {
	q, err := json.Marshal(s)
	if err != nil {
		return append(b, `""`...)
	}
	return append(b, q...)
}

func (n *Node) append(b []byte) []byte {
	if n.Tag == "" {
		return quote(b, n.Text)
	}
	b = quote(append(b, '['), n.Tag)
	b = append(b, ',', '{')
	first := true
	name := func(s string) {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(quote(b, s), ':')
	}
	for _, a := range n.Attrs {
		name(a.Name)
		b = quote(b, a.Value)
	}
	if len(n.Style) > 0 {
		name("style")
		b = append(b, '{')
		seen := map[string]bool{}
		last := map[string]string{}
		for _, a := range n.Style {
			last[a.Name] = a.Value
		}
		for _, a := range n.Style {
			if seen[a.Name] {
				continue
			}
			if len(seen) > 0 {
				b = append(b, ',')
			}
			seen[a.Name] = true
			b = quote(append(quote(b, a.Name), ':'), last[a.Name])
		}
		b = append(b, '}')
	}
	if n.Picture > 0 {
		name("picture")
		b = strconv.AppendInt(b, int64(n.Picture-1), 10)
	}
	if n.Link > 0 {
		name("link")
		b = strconv.AppendInt(b, int64(n.Link-1), 10)
	}
	b = append(b, '}')
	for _, c := range n.Children {
		b = c.append(append(b, ','))
	}
	return append(b, ']')
}
