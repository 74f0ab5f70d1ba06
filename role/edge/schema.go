package edge

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// schema is what a JSON value may look like. What is not said is not allowed: unknown members, members twice, anything after the
// value, text that is not UTF-8.
type schema struct {
	kind   shape
	fields map[string]*schema // object: its members; nil: any members, of other
	need   []string           // object: members that must be there
	other  *schema            // object without fields, array: what is in it
	tuple  []*schema          // array: what is in each place
	most   int                // string: bytes; array and object: members; 0: 64
	choice []string           // string: one of these
	bounds bounds             // of the whole value, where it is the outermost
}

type shape uint8

const (
	anything shape = iota
	object
	array
	text
	number
	boolean
)

// bounds are of a whole value.
type bounds struct{ depth, nodes int }

// mostMembers bounds objects and arrays where a schema says nothing else.
const mostMembers = 64

// fault says what is wrong, and where (RFC 6901).
type fault struct {
	pointer string
	why     string // a key of faultTexts
}

// checker walks through a value.
type checker struct {
	d     *json.Decoder
	nodes int
	depth int
	at    []string
}

// check says what is wrong with a value; nil for nothing.
func (s *schema) check(b []byte) *fault {
	if !utf8.Valid(b) {
		return &fault{"", "utf8"}
	}
	c := checker{d: json.NewDecoder(bytes.NewReader(b)), nodes: s.bounds.nodes, depth: s.bounds.depth}
	if c.nodes == 0 {
		c.nodes = 1000
	}
	if c.depth == 0 {
		c.depth = 8
	}
	c.d.UseNumber()
	if f := c.value(s, 0); f != nil {
		return f
	}
	if _, err := c.d.Token(); !errors.Is(err, io.EOF) {
		return &fault{"", "syntax"}
	}
	return nil
}

func (c *checker) fault(why string) *fault {
	var b strings.Builder
	for _, s := range c.at {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(shorten(s, 100)))
	}
	return &fault{b.String(), why}
}

// value checks the next value.
func (c *checker) value(s *schema, depth int) *fault {
	t, err := c.d.Token()
	if err != nil {
		return c.fault("syntax")
	}
	if c.nodes--; c.nodes < 0 {
		return c.fault("nodes")
	}
	if depth > c.depth {
		return c.fault("depth")
	}
	want := func(k shape) *fault {
		if s.kind != anything && s.kind != k {
			return c.fault("type")
		}
		return nil
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			if f := want(object); f != nil {
				return f
			}
			return c.object(s, depth)
		}
		if f := want(array); f != nil {
			return f
		}
		return c.array(s, depth)
	case string:
		if f := want(text); f != nil {
			return f
		}
		if s.kind == text && (s.most > 0 && len(t) > s.most || s.most == 0 && len(t) > mostMembers) {
			return c.fault("long")
		}
		if s.choice != nil && !slices.Contains(s.choice, t) {
			return c.fault("choice")
		}
		return nil
	case json.Number:
		return want(number)
	case bool:
		return want(boolean)
	}
	return want(anything) // null
}

// limit is how many members there may be.
func (s *schema) limit() int {
	if s.kind == anything { // the bounds of the whole hold
		return 1 << 30
	}
	if s.most > 0 {
		return s.most
	}
	return mostMembers
}

func (c *checker) object(s *schema, depth int) *fault {
	seen := map[string]bool{}
	for c.d.More() {
		t, err := c.d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return c.fault("syntax")
		}
		c.at = append(c.at, name)
		if seen[name] {
			return c.fault("twice")
		}
		seen[name] = true
		if len(seen) > s.limit() {
			return c.fault("many")
		}
		member := s.member(name)
		if member == nil {
			return c.fault("unknown")
		}
		if f := c.value(member, depth+1); f != nil {
			return f
		}
		c.at = c.at[:len(c.at)-1]
	}
	if _, err := c.d.Token(); err != nil {
		return c.fault("syntax")
	}
	for _, n := range s.need {
		if !seen[n] {
			c.at = append(c.at, n)
			return c.fault("missing")
		}
	}
	return nil
}

// member is what a member may look like; nil when there may be none of that name.
func (s *schema) member(name string) *schema {
	if s.kind == anything {
		return free
	}
	if s.fields != nil {
		return s.fields[name]
	}
	return s.other
}

func (c *checker) array(s *schema, depth int) *fault {
	n := 0
	for ; c.d.More(); n++ {
		c.at = append(c.at, strconv.Itoa(n))
		item := s.other
		switch {
		case s.kind == anything:
			item = free
		case s.tuple != nil && n >= len(s.tuple), n >= s.limit():
			return c.fault("many")
		case s.tuple != nil:
			item = s.tuple[n]
		}
		if item == nil {
			return c.fault("unknown")
		}
		if f := c.value(item, depth+1); f != nil {
			return f
		}
		c.at = c.at[:len(c.at)-1]
	}
	if _, err := c.d.Token(); err != nil {
		return c.fault("syntax")
	}
	if s.tuple != nil && n < len(s.tuple) {
		return c.fault("missing")
	}
	return nil
}

// free allows anything within the bounds of the whole.
var free = &schema{}

func str(most int) *schema { return &schema{kind: text, most: most} }

func list(of *schema, most int) *schema { return &schema{kind: array, other: of, most: most} }

// obj is an object with exactly these members; those whose name begins with "!" must be there.
func obj(fields map[string]*schema) *schema {
	s := &schema{kind: object, fields: map[string]*schema{}}
	for name, f := range fields {
		if bare, needed := strings.CutPrefix(name, "!"); needed {
			s.need, name = append(s.need, bare), bare
		}
		s.fields[name] = f
	}
	slices.Sort(s.need)
	return s
}

// mostCalls bounds the method calls of one JMAP request.
const mostCalls = 32

// jmapSchema is the envelope of JMAP requests (RFC 8620 section 3.3). The arguments of methods are webmail's to check; what
// holds for all of them is how deep and how many they are.
func jmapSchema() *schema {
	s := obj(map[string]*schema{
		"!using":       list(str(200), 32),
		"!methodCalls": list(&schema{kind: array, tuple: []*schema{str(100), {kind: object, other: free, most: 100}, str(100)}}, mostCalls),
		"createdIds":   {kind: object, other: str(255), most: 500},
	})
	s.bounds = bounds{depth: 24, nodes: 100_000}
	return s
}

// formSchema is of bodies whose members the role behind knows: an object within bounds.
func formSchema() *schema {
	return &schema{kind: object, other: free, most: 200, bounds: bounds{depth: 12, nodes: 50_000}}
}
