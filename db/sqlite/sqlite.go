// Package sqlite opens SQLite files. It stands apart from package db so that vault, whose code is kept small, reaches this
// driver and no other.
package sqlite

import (
	"database/sql"

	_ "modernc.org/sqlite"
)

// Open opens or makes a database file with a write-ahead log; a commit is durable when it returns.
func Open(path string) (*sql.DB, error) {
	d, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_pragma=temp_store(MEMORY)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(4)
	return d, d.Ping()
}
