package wire

import "time"

// FeedQuery asks for the installation's imported lists of bad hosts and addresses.
type FeedQuery struct {
	Have  uint64 // version that the asker has: then nothing is sent
	Names bool   // without their content
}

// Feeds are the lists. Version is what was asked for when nothing has changed.
type Feeds struct {
	Version uint64
	List    []Feed
}

// Feed is one list: of bad hosts in package hostlist's form, or of domains that must not be imitated in package likeness'.
type Feed struct {
	Name    string
	Known   bool
	Entries uint64
	At      time.Time
	Data    []byte
}

// FeedChange puts a list in the place of the one with its name, or removes it.
type FeedChange struct {
	Name   string
	Data   []byte
	Remove bool
}
