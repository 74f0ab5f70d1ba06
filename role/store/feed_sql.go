package store

import (
	"context"
	"errors"
	"fmt"

	"sekisho"
	"sekisho/db"
	"sekisho/mail/hostlist"
	"sekisho/mail/likeness"
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
	feedAll     = "SELECT name, entries, at, substr(data, 1, 8), data FROM feed ORDER BY name"
	feedNames   = "SELECT name, entries, at, substr(data, 1, 8) FROM feed ORDER BY name"
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
	size := 0
	if !q.Remove {
		if size, err = feedSize(q.Data); err != nil {
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
		if n >= mostFeeds || entries+int64(size) > mostEntries {
			return sekisho.E("store.feed", sekisho.TooMany, fmt.Errorf("at most %d feeds with %d entries together", mostFeeds, mostEntries))
		}
		_, err := t.Exec(feedPut, q.Name, q.Data, int64(size), db.Micros(s.c.Clock()))
		return err
	})
}

// feedSize is how many entries a list has, of either form.
func feedSize(data []byte) (int, error) {
	if n := likeness.Count(data); n > 0 {
		return n, nil
	}
	set, err := hostlist.Load(data)
	return set.Len(), err
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
			var head []byte
			to := []any{&x.Name, &entries, &at, &head}
			if !q.Names {
				to = append(to, &x.Data)
			}
			if err := scan(to...); err != nil {
				return err
			}
			x.Entries, x.At, x.Known = uint64(entries), db.Time(at), likeness.Is(head)
			if out.List = append(out.List, x); len(out.List) > mostFeeds {
				return errors.New("too many feeds")
			}
			return nil
		}, query)
	})
	return out, err
}
