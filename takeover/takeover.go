//go:build !redteam

// Package takeover lets a role behind edge behave as one that an intruder has taken over, in builds for red-team tests only.
// In every other build it is empty, and compiled away.
package takeover

import "sekisho/wire"

// Held is what an intruder would find in the process. In this build it holds nothing.
type Held struct{}

// Keep is told of every ticket that the process gets.
func (*Held) Keep(wire.Capability, wire.Ticket) {}

// Twist may change what the process answers.
func (*Held) Twist(a wire.WebResponse) wire.WebResponse { return a }
