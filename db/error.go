package db

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sekisho"
)

// failure turns an engine's error into ours.
func failure(err error) error {
	if err == nil {
		return nil
	}
	var known *sekisho.Error
	if errors.As(err, &known) {
		return err
	}
	kind := sekisho.Unavailable
	var lite *sqlite.Error
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &lite):
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			kind = sekisho.Full
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			kind = sekisho.Corrupt
		case sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE:
			kind = sekisho.Internal
		}
	case errors.As(err, &pg):
		switch {
		case pg.Code == "53100": // disk_full
			kind = sekisho.Full
		case pg.Code[:2] == "22" || pg.Code[:2] == "23" || pg.Code[:2] == "42": // data, constraint, syntax
			kind = sekisho.Internal
		case pg.Code[:2] == "XX":
			kind = sekisho.Corrupt
		}
	}
	return sekisho.E("db", kind, err)
}
