package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/parquet-go/parquet-go"

	"sekisho/ledger"
	"sekisho/ledger/book"
)

type ledgerExport struct {
	source
	Out     string `arg:"" help:"Directory to make (a copy of the ledger), or file to write (--parquet)."`
	Parquet bool   `help:"Write one Parquet file of all entries, with the checkpoint in its metadata."`
}

// Run copies or writes. Nothing that is there is overwritten.
func (c *ledgerExport) Run(g *Global) error {
	if c.Ledger == "" {
		conf, err := g.load()
		if err != nil {
			return err
		}
		c.Ledger = filepath.Join(conf.Data, "vault", "ledger")
	}
	if _, err := os.Lstat(c.Out); err == nil {
		return fmt.Errorf("%s is there already: name something new", c.Out)
	}
	began := time.Now()
	do := c.copy
	if c.Parquet {
		do = c.parquet
	}
	n, err := do(g)
	if err != nil {
		return fmt.Errorf("%s is not complete: %w", c.Out, err)
	}
	return g.print(map[string]any{"out": c.Out, "entries": n}, func(w io.Writer) {
		row(w, "written", c.Out, fmt.Sprintf("%d entries in %s", n, time.Since(began).Round(time.Millisecond)))
		if !c.Parquet {
			row(w, "check it", "sekisho ledger verify --ledger "+c.Out+" --key KEY")
		}
	})
}

// copy copies a ledger that may grow meanwhile. What vouches is copied before what is vouched for: the checkpoint, the heads
// that it signs, the write-ahead log, and the blocks last.
func (c *ledgerExport) copy(g *Global) (uint64, error) {
	b, err := c.book() // refuses what is no ledger
	if err != nil {
		return 0, err
	}
	defer b.Close()
	if len(b.Faults) > 0 {
		return 0, fmt.Errorf("the ledger is broken, copy it by other means to keep it as it is: %w", b.Faults[0])
	}
	if err := os.MkdirAll(filepath.Join(c.Out, book.Log), 0o700); err != nil {
		return 0, err
	}
	if b.Note != nil {
		n, err := ledger.ParseNote(b.Note)
		if err != nil {
			return 0, err
		}
		cp, err := ledger.ParseCheckpoint(n.Text)
		if err != nil {
			return 0, err
		}
		if err := os.WriteFile(filepath.Join(c.Out, book.Checkpoint), b.Note, 0o600); err != nil {
			return 0, err
		}
		if err := c.one(book.Heads, int64(cp.Size)*ledger.HeadLen); err != nil {
			return 0, err
		}
		if err := c.one(book.HeadsTree, int64(ledger.Stored(cp.Size))*int64(len(ledger.Hash{}))); err != nil {
			return 0, err
		}
	}
	for _, name := range []string{book.Key, book.Cosigned, book.Holds} {
		if err := c.one(name, -1); err != nil {
			return 0, err
		}
	}
	if err := c.all(book.Log, func(uint64) {}); err != nil {
		return 0, err
	}
	var total, done uint64
	for _, s := range b.Streams {
		total += uint64(len(s.Blocks())) + 1
	}
	tell := share(g.Err, "files")
	defer tell(0, 0)
	names, err := os.ReadDir(filepath.Join(c.Ledger, book.Streams))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	if err := os.MkdirAll(filepath.Join(c.Out, book.Streams), 0o700); err != nil {
		return 0, err
	}
	for _, n := range names {
		if err := c.all(filepath.Join(book.Streams, n.Name()), func(n uint64) { done += n; tell(done, max(total, done)) }); err != nil {
			return 0, err
		}
	}
	out, err := openBook(c.Out)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	var entries uint64
	for _, s := range out.Streams {
		entries += s.Size()
	}
	return entries, nil
}

// all copies the files of a directory, in order of their names.
func (c *ledgerExport) all(dir string, tell func(uint64)) error {
	if err := os.MkdirAll(filepath.Join(c.Out, dir), 0o700); err != nil {
		return err
	}
	files, err := os.ReadDir(filepath.Join(c.Ledger, dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, f := range files {
		if filepath.Ext(f.Name()) == ".new" {
			continue
		}
		if err := c.one(filepath.Join(dir, f.Name()), -1); err != nil {
			return err
		}
		tell(1)
	}
	return nil
}

// one copies the first n bytes of a file; -1 for all. A file that is gone meanwhile is none: what it held is elsewhere.
func (c *ledgerExport) one(name string, n int64) error {
	in, err := os.Open(filepath.Join(c.Ledger, name))
	if errors.Is(err, fs.ErrNotExist) && n <= 0 {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(filepath.Join(c.Out, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if n < 0 {
		_, err = io.Copy(out, in)
	} else {
		_, err = io.CopyN(out, in, n)
	}
	return errors.Join(err, out.Sync(), out.Close())
}

// parquetRow is an entry as a row of a table. Numbers are as in the ledger; names are in no ledger.
type parquetRow struct {
	Stream   string `parquet:"stream,dict"`
	Number   uint64 `parquet:"number,delta"`
	Time     int64  `parquet:"time,timestamp(millisecond),delta"`
	Kind     string `parquet:"kind,dict"`
	Role     string `parquet:"role,dict"`
	Class    string `parquet:"class,dict"`
	Process  uint64 `parquet:"process,dict"`
	Contract uint64 `parquet:"contract,dict"`
	Account  uint64 `parquet:"account,dict"`
	Session  uint64 `parquet:"session,dict"`
	Object   uint64 `parquet:"object"`
	Count    uint32 `parquet:"count"`
	Bytes    uint64 `parquet:"bytes"`
	Actor    uint64 `parquet:"actor,dict"`
	Address  uint64 `parquet:"address,dict"`
	Flags    uint32 `parquet:"flags,dict"`
	Row      []byte `parquet:"row,optional"` // canonical bytes, of entries whose columns do not say all: those of starts
}

// parquet writes all entries, stream by stream.
func (c *ledgerExport) parquet(g *Global) (uint64, error) {
	b, err := c.book()
	if err != nil {
		return 0, err
	}
	defer b.Close()
	if len(b.Faults) > 0 {
		return 0, b.Faults[0]
	}
	f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := parquet.NewGenericWriter[parquetRow](f, parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(1<<20),
		parquet.KeyValueMetadata("sekisho.checkpoint", string(b.Note)))
	var done, total uint64
	for _, s := range b.Streams {
		total += s.Size() - min(s.Size(), s.First())
	}
	tell := share(g.Err, "entries")
	defer tell(0, 0)
	var out []parquetRow
	for _, s := range b.Streams {
		err := s.Each(min(s.First(), s.Size()), s.Size(), func(first uint64, _ [32]byte, rows []byte) error {
			out = out[:0]
			for ; len(rows) > 0; rows, first = rows[ledger.RowLen:], first+1 {
				e, err := ledger.ParseRow(rows[:ledger.RowLen])
				if err != nil {
					return err
				}
				out = append(out, parquetOf(s.Name.String(), first, e, rows[:ledger.RowLen]))
			}
			n, err := w.Write(out)
			done += uint64(n)
			tell(done, total)
			return err
		})
		if err != nil {
			return done, err
		}
	}
	return done, errors.Join(w.Close(), f.Sync())
}

func parquetOf(stream string, number uint64, e ledger.Entry, row []byte) parquetRow {
	out := parquetRow{Stream: stream, Number: number, Time: int64(e.Time), Kind: e.Kind.String(), Role: e.Role.String(), Class: e.Class.String(),
		Process: uint64(e.Process), Contract: uint64(e.Contract), Account: uint64(e.Account), Session: uint64(e.Session), Object: e.Object,
		Count: e.Count, Bytes: e.Bytes, Actor: e.Actor, Address: e.Address, Flags: uint32(e.Flags)}
	if e.Kind == ledger.Start {
		out.Row = row
	}
	return out
}
