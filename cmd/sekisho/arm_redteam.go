//go:build redteam

package main

import (
	"sekisho/role/reader"
	"sekisho/supervise"
	"sekisho/takeover"
	"sekisho/wire"
)

// arm prepares a reader to be taken over.
func arm(c *supervise.Child, r *reader.Reader) { c.OnTake(r.Loot) }

// armWeb prepares a role behind edge.
func armWeb(c *supervise.Child, r interface {
	TakeOver() (*takeover.Held, *wire.Peer, *wire.Peer)
}) {
	held, store, vault := r.TakeOver()
	c.OnTake(func(order []byte) ([]byte, error) {
		return held.Carry(takeover.Peers{Store: store, Vault: vault}, order)
	})
}
