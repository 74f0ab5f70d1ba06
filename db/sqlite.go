// Package db opens the databases of store and vault.
package db

import (
	"database/sql"

	_ "modernc.org/sqlite"
)

// OpenSQLite opens or makes an SQLite database file with a write-ahead log; a commit is durable when it returns.
func OpenSQLite(path string) (*sql.DB, error) {
	d, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(4)
	return d, d.Ping()
}
