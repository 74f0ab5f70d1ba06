package db_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/db/dbtest"
)

var tables = []string{
	"CREATE TABLE one (id BIGINT PRIMARY KEY, body BYTES, word TEXT NOT NULL) CLUSTERED\n;\nCREATE INDEX one_word ON one (word)\n",
	"ALTER TABLE one ADD COLUMN more BIGINT NOT NULL DEFAULT 7",
}

const (
	insert = "INSERT INTO one (id, body, word) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING"
	find   = "SELECT body, word, more FROM one WHERE id = $1"
	count  = "SELECT COUNT(*) FROM one"
)

func each(t *testing.T, f func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { f(t, filepath.Join(t.TempDir(), "a ? b#.db")) })
	t.Run("postgres", func(t *testing.T) { f(t, dbtest.Start(t).New(t)) })
}

func TestBothEngines(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		d, err := db.Open(ctx, db.Config{URL: url, Migrations: tables[:1]})
		if err != nil {
			t.Fatal(err)
		}
		body := []byte{0, 1, 255}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(d.Write(ctx, func(tx *db.Tx) error {
			for i := range 3 {
				if n, err := tx.Exec(insert, int64(i), body, "語"); err != nil || n != 1 {
					t.Fatal(n, err)
				}
			}
			n, err := tx.Exec(insert, int64(0), nil, "twice")
			if n != 0 {
				t.Fatal("a row that was there was inserted")
			}
			return err
		}))
		d.Close()

		d, err = db.Open(ctx, db.Config{URL: url, Migrations: tables})
		must(err)
		defer d.Close()
		var got []byte
		var word string
		var more int64
		found, err := d.One(ctx, []any{&got, &word, &more}, find, int64(2))
		if must(err); !found || !bytes.Equal(got, body) || word != "語" || more != 7 {
			t.Fatal(found, got, word, more)
		}

		// What fails leaves nothing, and the next goes on.
		mine := errors.New("mine")
		if err := d.Write(ctx, func(tx *db.Tx) error { tx.Exec(insert, int64(9), nil, "x"); return mine }); err != mine {
			t.Fatal(err)
		}
		err = d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec("INSERT INTO one (id, word) VALUES (0, 'x')"); return err })
		if sekisho.KindOf(err) != sekisho.Internal {
			t.Fatal(err)
		}
		var n int64
		if _, err := d.One(ctx, []any{&n}, count); err != nil || n != 3 {
			t.Fatal(n, err)
		}

		// A snapshot stays what it was.
		must(d.Snapshot(ctx, func(r db.Reader) error {
			var before, after int64
			if _, err := r.One([]any{&before}, count); err != nil {
				return err
			}
			must(d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(insert, int64(10), nil, "y"); return err }))
			if _, err := r.One([]any{&after}, count); err != nil || before != after {
				t.Fatal(before, after, err)
			}
			return nil
		}))

		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				must(d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(insert, int64(100+i), nil, "z"); return err }))
			})
		}
		wg.Wait()
		if _, err := d.One(ctx, []any{&n}, count); err != nil || n != 24 {
			t.Fatal(n, err)
		}
		d.Close()
		if _, err := db.Open(ctx, db.Config{URL: url, Migrations: tables[:1]}); sekisho.KindOf(err) != sekisho.Corrupt {
			t.Fatalf("an older program opened newer tables: %v", err)
		}
	})
}

func TestBrokenMigrationLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		broken := append(append([]string{}, tables...), "CREATE TABLE two (id BIGINT PRIMARY KEY)\n;\nnonsense")
		if _, err := db.Open(ctx, db.Config{URL: url, Migrations: broken}); err == nil {
			t.Fatal("nonsense was accepted")
		}
		d, err := db.Open(ctx, db.Config{URL: url, Migrations: append(append([]string{}, tables...), "CREATE TABLE two (id BIGINT PRIMARY KEY)")})
		if err != nil {
			t.Fatal(err)
		}
		d.Close()
	})
}

func TestTimeAndText(t *testing.T) {
	now := time.Date(2026, 4, 1, 9, 0, 0, 123456000, time.FixedZone("", 9*3600))
	if got := db.Time(db.Micros(now)); !got.Equal(now) || got.Location() != time.UTC {
		t.Fatal(got)
	}
	if db.Micros(time.Time{}) != 0 || !db.Time(0).IsZero() {
		t.Fatal("the zero time does not stay zero")
	}
	if got := db.Text("a\x00b\xffc"); got != "a\uFFFDb\uFFFDc" {
		t.Fatalf("%q", got)
	}
}
