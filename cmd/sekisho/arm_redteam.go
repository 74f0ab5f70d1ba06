//go:build redteam

package main

import (
	"sekisho/role/reader"
	"sekisho/supervise"
)

// arm prepares a reader to be taken over.
func arm(c *supervise.Child, r *reader.Reader) { c.OnTake(r.Loot) }
