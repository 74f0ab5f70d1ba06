// Package sieve is the Sieve mail filtering language (RFC 5228) with the extensions that Capabilities names.
//
// A script is text that its owner wrote, so it is checked whole before it is stored: Parse gives every fault with its line.
// Run interprets a script over one message that the caller has already parsed: this package opens no MIME, knows no
// mailbox and no clock, and asks for what it needs by the fields of Input. What is to be done comes back as actions in
// order; nothing is done here.
//
// Whatever happens, mail is not lost: a script that breaks while it runs yields the implicit keep and a fault. A run is
// bounded by Limit: steps, actions, redirects, nesting, and the size of every value. Regular expressions are RE2, whose time
// is linear in the text.
package sieve

import "fmt"

// Fault is one thing that is wrong with a script, in words for its author.
type Fault struct {
	Script string // the included script in which it is; "" for the main one
	Line   int    // counted from 1
	Text   string
}

// Error gives place and words.
func (f Fault) Error() string {
	if f.Script != "" {
		return fmt.Sprintf("%s: line %d: %s", f.Script, f.Line, f.Text)
	}
	return fmt.Sprintf("line %d: %s", f.Line, f.Text)
}

// Limit bounds scripts and runs. A zero field is its default.
type Limit struct {
	Size      int // bytes of a script: 1 MiB
	Nesting   int // blocks, or tests, inside each other: 32
	Steps     int // commands, tests and comparisons of one run: 10,000
	Actions   int // actions of one run: 32
	Redirects int // redirects of one run: 5
	Includes  int // scripts included by a script, directly or not: 255
	Depth     int // scripts included by included scripts: 10
	Variables int // variables of a script: 255
	Value     int // bytes of a variable's value: 64 KiB
	Field     int // bytes of a header field that is added: 2,048
}

func (l Limit) filled() Limit {
	for _, f := range []struct {
		v   *int
		def int
	}{{&l.Size, 1 << 20}, {&l.Nesting, 32}, {&l.Steps, 10000}, {&l.Actions, 32}, {&l.Redirects, 5}, {&l.Includes, 255},
		{&l.Depth, 10}, {&l.Variables, 255}, {&l.Value, 64 << 10}, {&l.Field, 2048}} {
		if *f.v <= 0 {
			*f.v = f.def
		}
	}
	return l
}

// Option is what a script is read with. The zero value allows every extension and no included scripts.
type Option struct {
	Limit Limit
	Off   []string // capabilities that this installation does not offer
	// Include finds a script by name, a personal or a global one (RFC 6609); false when there is none.
	Include func(name string, global bool) ([]byte, bool)

	more []command // commands of a test suite
	lax  bool      // require may stand anywhere, as a test suite wants it
}
