// Package db opens the database of a role: SQLite in a file, or PostgreSQL, with the same SQL text on both.
//
// There is one writer and there are many readers. The writer is one connection that runs one transaction after another;
// whoever wants many small changes to be cheap puts them into one transaction. Readers see what was committed.
//
// The common dialect: parameters are $1, $2 ...; numbers are BIGINT and made by us; times are microseconds since 1970,
// 0 for none; truth is 0 or 1; ON CONFLICT works on both. Two words stand in for what differs and are replaced when
// tables are made: BYTES is the type of byte strings, CLUSTERED at the end of a table keeps rows in the order of the
// primary key where the engine can. Text that came from outside goes through Text, as PostgreSQL refuses NUL and what
// is not UTF-8.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"sekisho"
)

// Config says which database.
type Config struct {
	URL        string   // path of an SQLite file, or postgres://...
	Migrations []string // see Migrate
	Readers    int      // reading connections at once; 0: 4
}

// DB is an open database.
type DB struct {
	postgres bool
	url      string
	write    *sql.DB
	read     *sql.DB

	mu    sync.Mutex // guards stmts
	stmts map[string]*sql.Stmt

	wmu    sync.Mutex // one transaction at a time; guards conn and wstmts
	conn   *sql.Conn  // nil when lost
	wstmts map[string]*sql.Stmt
}

// Open opens the database and brings its tables up to date. Errors: Unavailable; Corrupt when the tables are of a newer
// program.
func Open(ctx context.Context, c Config) (*DB, error) {
	d := &DB{postgres: strings.HasPrefix(c.URL, "postgres:") || strings.HasPrefix(c.URL, "postgresql:"), url: c.URL, stmts: map[string]*sql.Stmt{}}
	if c.Readers <= 0 {
		c.Readers = 4
	}
	var err error
	if d.postgres {
		err = d.connect("pgx", c.URL, c.URL)
	} else {
		err = d.connect("sqlite", sqliteURL(c.URL, false), sqliteURL(c.URL, true))
	}
	if err != nil {
		return nil, sekisho.E("db.open", sekisho.Unavailable, err)
	}
	d.write.SetMaxOpenConns(1)
	d.read.SetMaxOpenConns(c.Readers)
	d.read.SetMaxIdleConns(c.Readers)
	if err := d.migrate(ctx, c.Migrations); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *DB) connect(driver, write, read string) (err error) {
	if d.write, err = sql.Open(driver, write); err != nil {
		return err
	}
	d.read, err = sql.Open(driver, read)
	return err
}

// sqliteURL sets what every connection needs. synchronous=FULL: a commit that returned survives the loss of power.
func sqliteURL(path string, read bool) string {
	q := url.Values{}
	q.Add("_pragma", "busy_timeout(10000)")
	q.Add("_pragma", "journal_mode(WAL)")
	q.Add("_pragma", "synchronous(FULL)")
	q.Add("_pragma", "foreign_keys(1)")
	q.Add("_pragma", "wal_autocheckpoint(8000)")
	q.Add("_pragma", "secure_delete(1)") // rows that name persons are overwritten when they are deleted
	q.Add("_pragma", "temp_store(2)")    // in memory: a confined process has no place for temporary files
	if read {
		q.Add("_pragma", "query_only(1)")
		q.Add("_pragma", "cache_size(-8192)") // KiB, for each of the readers
	} else {
		q.Add("_pragma", "cache_size(-32768)")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// Close closes all connections.
func (d *DB) Close() error {
	d.wmu.Lock()
	if d.conn != nil {
		d.forget()
	}
	d.wmu.Unlock()
	return errors.Join(d.read.Close(), d.write.Close())
}

// CopyTo writes the database as it is at one moment into a new file, while the writer goes on. SQLite only.
func (d *DB) CopyTo(ctx context.Context, path string) error {
	c, err := sql.Open("sqlite", sqliteURL(d.url, false))
	if err != nil {
		return failure(err)
	}
	defer c.Close()
	_, err = c.ExecContext(ctx, "VACUUM INTO $1", path)
	return failure(err)
}

// Postgres says which engine it is, for tests and status.
func (d *DB) Postgres() bool { return d.postgres }

// Tx is the running transaction of the writer.
type Tx struct {
	Ctx   context.Context
	Wrote int // statements that changed something were run
	d     *DB
}

// Write runs f in one transaction, which is durable when Write returns nil and has not happened when it returns an
// error. f's own error is returned as it is. Errors of the engine: Full when the disk is, else Unavailable.
func (d *DB) Write(ctx context.Context, f func(*Tx) error) error {
	d.wmu.Lock()
	defer d.wmu.Unlock()
	if d.conn == nil {
		conn, err := d.write.Conn(ctx)
		if err != nil {
			return failure(err)
		}
		d.conn, d.wstmts = conn, map[string]*sql.Stmt{}
	}
	t := &Tx{Ctx: ctx, d: d}
	if err := t.plain(d.begin()); err != nil {
		d.forget()
		return failure(err)
	}
	if err := f(t); err != nil {
		d.rollback(t)
		return err
	}
	if err := t.plain("COMMIT"); err != nil {
		d.rollback(t)
		return failure(err)
	}
	return nil
}

func (d *DB) rollback(t *Tx) {
	t.Ctx = context.WithoutCancel(t.Ctx)
	if t.plain("ROLLBACK") != nil {
		d.forget() // SQLite rolls back by itself when the disk is full; a new connection is right in any case
	}
}

func (d *DB) forget() {
	for _, s := range d.wstmts {
		s.Close()
	}
	d.conn.Close()
	d.conn, d.wstmts = nil, nil
}

// stmt prepares a statement once per connection.
func (t *Tx) stmt(query string) (*sql.Stmt, error) {
	if s := t.d.wstmts[query]; s != nil {
		return s, nil
	}
	s, err := t.d.conn.PrepareContext(t.Ctx, query)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	t.d.wstmts[query] = s
	return s, nil
}

func (t *Tx) plain(query string) error {
	_, err := t.d.conn.ExecContext(t.Ctx, query)
	return err
}

// Exec runs a statement and tells how many rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	s, err := t.stmt(query)
	if err != nil {
		return 0, failure(err)
	}
	t.Wrote++
	r, err := s.ExecContext(t.Ctx, args...)
	if err != nil {
		return 0, failure(fmt.Errorf("%s: %w", firstWords(query), err))
	}
	n, err := r.RowsAffected()
	return n, failure(err)
}

// Each runs a query and calls f once per row; f scans it.
func (t *Tx) Each(f func(scan func(...any) error) error, query string, args ...any) error {
	s, err := t.stmt(query)
	if err != nil {
		return failure(err)
	}
	return each(t.Ctx, s, f, query, args)
}

// One runs a query for at most one row and scans it into out; false when there is none.
func (t *Tx) One(out []any, query string, args ...any) (bool, error) {
	found := false
	err := t.Each(func(scan func(...any) error) error { found = true; return scan(out...) }, query, args...)
	return found, err
}

// Each is Tx.Each on what is committed.
func (d *DB) Each(ctx context.Context, f func(scan func(...any) error) error, query string, args ...any) error {
	s, err := d.prepared(ctx, query)
	if err != nil {
		return failure(err)
	}
	return each(ctx, s, f, query, args)
}

// One is Tx.One on what is committed.
func (d *DB) One(ctx context.Context, out []any, query string, args ...any) (bool, error) {
	found := false
	err := d.Each(ctx, func(scan func(...any) error) error { found = true; return scan(out...) }, query, args...)
	return found, err
}

// Snapshot runs f with a reader that sees one state of the database in all its queries.
func (d *DB) Snapshot(ctx context.Context, f func(Reader) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if d.postgres {
		o.Isolation = sql.LevelRepeatableRead
	}
	tx, err := d.read.BeginTx(ctx, o)
	if err != nil {
		return failure(err)
	}
	defer tx.Rollback()
	return f(snapshot{ctx, d, tx})
}

// Reader is what can be asked: the writer's transaction, or a snapshot.
type Reader interface {
	Each(f func(scan func(...any) error) error, query string, args ...any) error
	One(out []any, query string, args ...any) (bool, error)
}

type snapshot struct {
	ctx context.Context
	d   *DB
	tx  *sql.Tx
}

func (s snapshot) Each(f func(scan func(...any) error) error, query string, args ...any) error {
	st, err := s.d.prepared(s.ctx, query)
	if err != nil {
		return failure(err)
	}
	return each(s.ctx, s.tx.StmtContext(s.ctx, st), f, query, args)
}

func (s snapshot) One(out []any, query string, args ...any) (bool, error) {
	found := false
	err := s.Each(func(scan func(...any) error) error { found = true; return scan(out...) }, query, args...)
	return found, err
}

// Reading gives what is committed as a Reader, each query for itself.
func (d *DB) Reading(ctx context.Context) Reader { return reading{ctx, d} }

type reading struct {
	ctx context.Context
	d   *DB
}

func (r reading) Each(f func(scan func(...any) error) error, query string, args ...any) error {
	return r.d.Each(r.ctx, f, query, args...)
}

func (r reading) One(out []any, query string, args ...any) (bool, error) {
	return r.d.One(r.ctx, out, query, args...)
}

func (d *DB) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.stmts[query]; s != nil {
		return s, nil
	}
	s, err := d.read.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	d.stmts[query] = s
	return s, nil
}

func each(ctx context.Context, s *sql.Stmt, f func(scan func(...any) error) error, query string, args []any) error {
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return failure(fmt.Errorf("%s: %w", firstWords(query), err))
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return failure(rows.Err())
}

func firstWords(query string) string {
	w := strings.Fields(query)
	return strings.Join(w[:min(len(w), 4)], " ")
}

// Micros is a time as the database keeps it.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the time that the database kept.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// Text makes text from outside fit for a column: what is not UTF-8, and NUL, becomes U+FFFD.
func Text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
