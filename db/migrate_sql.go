package db

import (
	"context"
	"fmt"
	"strings"

	"sekisho"
)

// begin starts the writer's transaction. IMMEDIATE takes SQLite's write lock at once, so that it cannot fail later.
func (d *DB) begin() string {
	if d.postgres {
		return "BEGIN"
	}
	return "BEGIN IMMEDIATE"
}

// migrate runs those migrations that have not run, each in a transaction of its own. A migration is a text of
// statements separated by lines that hold only ";". Its place in the list is its number: never change one that was
// released, only add. The tables may be newer than the list by nothing: an older program refuses to start.
func (d *DB) migrate(ctx context.Context, list []string) error {
	err := d.Write(ctx, func(t *Tx) error {
		_, err := t.Exec("CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY)")
		return err
	})
	if err != nil {
		return err
	}
	done := 0
	if _, err := d.One(ctx, []any{&done}, "SELECT COUNT(*) FROM migration"); err != nil {
		return err
	}
	if done > len(list) {
		return sekisho.E("db.open", sekisho.Corrupt, fmt.Errorf("the tables are at step %d, this program knows %d: it is too old", done, len(list)))
	}
	for i := done; i < len(list); i++ {
		err := d.Write(ctx, func(t *Tx) error {
			for _, s := range strings.Split(d.words(list[i]), "\n;\n") {
				if strings.TrimSpace(s) == "" {
					continue
				}
				if err := t.plain(s); err != nil {
					return failure(fmt.Errorf("migration %d: %s: %w", i+1, firstWords(s), err))
				}
			}
			_, err := t.Exec("INSERT INTO migration (number) VALUES ($1)", int64(i+1))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// words replaces the two words that differ.
func (d *DB) words(s string) string {
	if d.postgres {
		return strings.NewReplacer(" BYTES", " BYTEA", " CLUSTERED", "").Replace(s)
	}
	return strings.NewReplacer(" BYTES", " BLOB", " CLUSTERED", " WITHOUT ROWID").Replace(s)
}
