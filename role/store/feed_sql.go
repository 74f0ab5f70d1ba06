package store

import (
	"context"
	"errors"
	"fmt"

	"sekisho"
	"sekisho/db"
	"sekisho/mail/hostlist"
	"sekisho/wire"
)

// stepFeed: the installation's imported lists of bad hosts.
const stepFeed = `
CREATE TABLE feed (
	name TEXT PRIMARY KEY,
	data BYTES NOT NULL,
	entries BIGINT NOT NULL,
	at BIGINT NOT NULL
)
`

const (
	feedPut     = "INSERT INTO feed (name, data, entries, at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET data = excluded.data, entries = excluded.entries, at = excluded.at"
	feedDrop    = "DELETE FROM feed WHERE name = $1"
	feedAll     = "SELECT name, entries, at, data FROM feed ORDER BY name"
	feedNames   = "SELECT name, entries, at FROM feed ORDER BY name"
	feedOthers  = "SELECT COUNT(*), COALESCE(SUM(entries), 0) FROM feed WHERE name <> $1"
	feedVersion = "feed" // counter
)

// Bounds of all lists together.
const (
	mostFeeds   = 20
	mostEntries = 16_000_000
)

// feedSet answers StoreFeedSet. A list that is not one changes nothing.
func (s *Store) feedSet(ctx context.Context, _ sekisho.Caller, q wire.FeedChange) (out wire.Nothing, err error) {
	var set hostlist.Set
	if !q.Remove {
		if set, err = hostlist.Load(q.Data); err != nil {
			return out, sekisho.E("store.feed", sekisho.Invalid, err)
		}
	}
	return out, s.change(ctx, func(t *txn) error {
		if _, err := t.take(feedVersion, 1); err != nil {
			return err
		}
		if q.Remove {
			n, err := t.Exec(feedDrop, q.Name)
			if err == nil && n == 0 {
				err = sekisho.E("store.feed", sekisho.NotFound, fmt.Errorf("there is no feed %q", q.Name))
			}
			return err
		}
		var n, entries int64
		if _, err := t.One([]any{&n, &entries}, feedOthers, q.Name); err != nil {
			return err
		}
		if n >= mostFeeds || entries+int64(set.Len()) > mostEntries {
			return sekisho.E("store.feed", sekisho.TooMany, fmt.Errorf("at most %d feeds with %d entries together", mostFeeds, mostEntries))
		}
		_, err := t.Exec(feedPut, q.Name, q.Data, int64(set.Len()), db.Micros(s.c.Clock()))
		return err
	})
}

// feeds answers StoreFeeds.
func (s *Store) feeds(ctx context.Context, _ sekisho.Caller, q wire.FeedQuery) (out wire.Feeds, err error) {
	err = s.db.Snapshot(ctx, func(r db.Reader) error {
		out = wire.Feeds{}
		var version int64
		if _, err := r.One([]any{&version}, counterRead, feedVersion); err != nil {
			return err
		}
		if out.Version = uint64(version); out.Version == q.Have && !q.Names {
			return nil
		}
		query := feedAll
		if q.Names {
			query = feedNames
		}
		return r.Each(func(scan func(...any) error) error {
			var x wire.Feed
			var entries, at int64
			to := []any{&x.Name, &entries, &at}
			if !q.Names {
				to = append(to, &x.Data)
			}
			if err := scan(to...); err != nil {
				return err
			}
			x.Entries, x.At = uint64(entries), db.Time(at)
			if out.List = append(out.List, x); len(out.List) > mostFeeds {
				return errors.New("too many feeds")
			}
			return nil
		}, query)
	})
	return out, err
}
