package admin

import (
	"context"
	"errors"
	"regexp"
	"time"

	"sekisho"
	"sekisho/mail/hostlist"
	"sekisho/mail/likeness"
	"sekisho/wire"
)

// FeedSet puts a list of bad hosts, or of domains that must not be imitated, in the place of the one with its name, or removes it.
type FeedSet struct {
	Name   string `json:"name"`
	Data   []byte `json:"data,omitempty"` // in package hostlist's or likeness' form, which the command makes of the file
	Remove bool   `json:"remove,omitempty"`
}

// Feed is one list.
type Feed struct {
	Name    string    `json:"name"`
	Known   bool      `json:"known"` // of domains that must not be imitated
	Entries uint64    `json:"entries"`
	At      time.Time `json:"at"`
}

var feedName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

func (c *Admin) feedSet(ctx context.Context, who operator, q FeedSet) ([]Feed, error) {
	if !feedName.MatchString(q.Name) {
		return nil, sekisho.E("feed", sekisho.Invalid, errors.New("a feed's name is 1 to 40 small letters, digits, dots and hyphens"))
	}
	if !q.Remove {
		_, err := hostlist.Load(q.Data)
		if likeness.Is(q.Data) {
			_, err = likeness.Load(q.Data)
		}
		if err != nil {
			return nil, sekisho.E("feed", sekisho.Invalid, err)
		}
	}
	// The entry first: a change that cannot be entered does not happen.
	if err := c.inform(ctx, who, "policy", 0); err != nil {
		return nil, err
	}
	if _, err := wire.StoreFeedSet.Ask(ctx, c.peers.Store, wire.FeedChange(q)); err != nil {
		return nil, err
	}
	return c.feeds(ctx, who, wire.Nothing{})
}

func (c *Admin) feeds(ctx context.Context, _ operator, _ wire.Nothing) ([]Feed, error) {
	got, err := wire.StoreFeeds.Ask(ctx, c.peers.Store, wire.FeedQuery{Names: true})
	out := []Feed{}
	for _, f := range got.List {
		out = append(out, Feed{f.Name, f.Known, f.Entries, f.At})
	}
	return out, err
}
