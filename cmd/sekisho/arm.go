//go:build !redteam

package main

import (
	"sekisho/role/reader"
	"sekisho/supervise"
	"sekisho/takeover"
	"sekisho/wire"
)

// arm prepares a reader to be taken over, in builds for red-team tests only.
func arm(*supervise.Child, *reader.Reader) {}

// armWeb prepares a role behind edge in the same way.
func armWeb(*supervise.Child, interface {
	TakeOver() (*takeover.Held, *wire.Peer, *wire.Peer)
}) {
}
