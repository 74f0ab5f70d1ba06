package db_test

import (
	"context"
	"path/filepath"
	"testing"

	"sekisho/db"
)

// A copy holds what was committed when it was made, while the writer goes on.
func TestCopyTo(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	open := func(name string) *db.DB {
		d, err := db.Open(ctx, db.Config{URL: filepath.Join(dir, name), Migrations: []string{"CREATE TABLE t (n BIGINT PRIMARY KEY)"}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d
	}
	d := open("a.db")
	insert := func(n int64) {
		t.Helper()
		if err := d.Write(ctx, func(x *db.Tx) error { _, err := x.Exec("INSERT INTO t (n) VALUES ($1)", n); return err }); err != nil {
			t.Fatal(err)
		}
	}
	insert(1)
	if err := d.CopyTo(ctx, filepath.Join(dir, "b.db")); err != nil {
		t.Fatal(err)
	}
	insert(2)
	var n int64
	if _, err := open("b.db").One(ctx, []any{&n}, "SELECT count(*) FROM t"); err != nil || n != 1 {
		t.Errorf("%d rows: %v", n, err)
	}
	if err := d.CopyTo(ctx, filepath.Join(dir, "b.db")); err == nil {
		t.Error("copied over a file that is there")
	}
}
