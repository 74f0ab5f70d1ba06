// Package book reads a ledger directory: the live one of vault, a copy of it, or a made one; all look the same.
//
//	streams/NAME/FIRST.block   rows of one stream from number FIRST (16 hex digits) on, sealed and never changed
//	streams/NAME/tree          hashes of level 8 and up of the stream's tree, in the order in which they were completed
//	heads                      the head log: sizes and roots of streams as they grew, 56 bytes each
//	heads.tree                 hashes of level 8 and up of the head log's tree
//	checkpoint                 the newest signed note over the head log
//	key                        the public key of the checkpoints
//	cosigned                   the newest one that witnesses signed too; optional
//	holds                      legal holds; optional
//	log/                       the write-ahead log, with the rows that are in no block yet
//
// It is pure: files come through io/fs, the write-ahead log through a function, since its format is that of package blob.
// A directory may be read and copied while vault writes it, in the order of its names: checkpoint, heads, log, streams. What
// comes first is vouched for by what comes later, which has only grown meanwhile.
package book

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"sekisho/ledger"
	"sekisho/ledger/block"
)

// Names in a ledger directory.
const (
	Streams    = "streams"
	Tree       = "tree"
	Heads      = "heads"
	HeadsTree  = "heads.tree"
	Checkpoint = "checkpoint"
	Key        = "key"
	Cosigned   = "cosigned"
	Holds      = "holds"
	Log        = "log"
)

// Scan calls f with every frame of a write-ahead log, oldest first. A torn end is not an error: nobody was told that it is
// durable.
type Scan func(f func(frame []byte) error) error

// Fault is something that is not as it must be.
type Fault struct {
	Stream string `json:"stream"` // "0-reader-2", or the name of a file of the whole ledger
	Index  uint64 `json:"index"`  // first entry that is not vouched for any more
	What   string `json:"what"`
}

// Error is the fault in words.
func (f Fault) Error() string { return fmt.Sprintf("%s, entry %d: %s", f.Stream, f.Index, f.What) }

// Book is an open ledger directory. It is used by one goroutine. Close it after use.
type Book struct {
	Streams []*Stream // by name
	Heads   *HeadLog
	Note    []byte  // the newest checkpoint; nil when there is none
	Faults  []Fault // found while opening

	fsys fs.FS
}

// ErrOld means that the directory is of a format that this program does not read.
var ErrOld = errors.New("the ledger in this directory was written by an early development version, as one log without streams, and cannot be read: " +
	"move the directory away to keep it (a new ledger is then begun), or read it with the program that wrote it")

// Open reads what a directory holds. What is damaged is in Faults; the error is for what cannot be read at all.
func Open(fsys fs.FS, log Scan) (*Book, error) {
	if old, _ := fs.Glob(fsys, "*.seg"); len(old) > 0 {
		return nil, ErrOld
	}
	b := &Book{fsys: fsys}
	if err := b.openHeads(); err != nil {
		return nil, err
	}
	tails := map[ledger.Stream][]ledger.Section{}
	err := log(func(frame []byte) error {
		list, err := ledger.Sections(frame)
		for _, s := range list {
			tails[s.Stream] = append(tails[s.Stream], s)
		}
		return err
	})
	if err != nil {
		b.Faults = append(b.Faults, Fault{Log, 0, err.Error()})
	}
	if err := b.openStreams(tails); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// openHeads takes the checkpoint and the heads that it signs, as they are at one time.
func (b *Book) openHeads() error {
	for range 10 {
		note, err := b.optional(Checkpoint)
		if err != nil {
			return err
		}
		size, err := b.size(Heads)
		if err != nil {
			return err
		}
		again, err := b.optional(Checkpoint)
		if err != nil {
			return err
		}
		b.Note = note
		b.Heads = NewHeadLog(b.fsys, uint64(size)/ledger.HeadLen)
		if bytes.Equal(note, again) {
			break
		}
	}
	return nil
}

func (b *Book) optional(name string) ([]byte, error) {
	out, err := fs.ReadFile(b.fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return out, err
}

func (b *Book) size(name string) (int64, error) {
	info, err := fs.Stat(b.fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (b *Book) openStreams(tails map[ledger.Stream][]ledger.Section) error {
	entries, err := fs.ReadDir(b.fsys, Streams)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		name, err := ledger.ParseStream(e.Name())
		if err != nil {
			b.Faults = append(b.Faults, Fault{e.Name(), 0, "no stream has this name"})
			continue
		}
		s, fault, err := openStream(b.fsys, name)
		if err != nil {
			return err
		}
		if fault != nil {
			b.Faults = append(b.Faults, *fault)
		}
		b.add(s, tails[name])
		delete(tails, name)
	}
	for name, sections := range tails {
		b.add(NewStream(b.fsys, name, nil, 0, nil), sections)
	}
	slices.SortFunc(b.Streams, func(x, y *Stream) int { return strings.Compare(x.Name.String(), y.Name.String()) })
	return nil
}

func (b *Book) add(s *Stream, sections []ledger.Section) {
	if f := s.extend(sections); f != nil {
		b.Faults = append(b.Faults, *f)
	}
	b.Streams = append(b.Streams, s)
}

// Stream finds a stream; nil when there is none of that name.
func (b *Book) Stream(name ledger.Stream) *Stream {
	for _, s := range b.Streams {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Close closes the files that are kept open.
func (b *Book) Close() error {
	var err error
	for _, s := range b.Streams {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, b.Heads.Close())
}

// BlockName is the name of a block's file in its stream's directory.
func BlockName(first uint64) string { return fmt.Sprintf("%016x.block", first) }

// BlockFirst reads such a name.
func BlockFirst(name string) (uint64, bool) {
	digits, ok := strings.CutSuffix(name, ".block")
	n, err := strconv.ParseUint(digits, 16, 64)
	return n, ok && err == nil && BlockName(n) == name
}

// openStream lists a stream's blocks. A fault is a last block that cannot be read: how long the stream is sealed is unknown.
func openStream(fsys fs.FS, name ledger.Stream) (*Stream, *Fault, error) {
	entries, err := fs.ReadDir(fsys, Streams+"/"+name.String())
	if err != nil {
		return nil, nil, err
	}
	var firsts []uint64
	for _, e := range entries {
		if n, ok := BlockFirst(e.Name()); ok {
			firsts = append(firsts, n)
		}
	}
	slices.Sort(firsts)
	s := NewStream(fsys, name, firsts, 0, nil)
	if len(firsts) == 0 {
		return s, nil, nil
	}
	last := firsts[len(firsts)-1]
	k, err := s.open(last)
	if err != nil {
		s.sealed, s.size = last, last
		return s, &Fault{name.String(), last, err.Error()}, nil
	}
	s.sealed = last + uint64(k.Len())
	s.size = s.sealed
	return s, nil, nil
}

// file reads parts of a file that may not be there; it is opened at the first use.
type file struct {
	fsys fs.FS
	name string
	at   io.ReaderAt
	open fs.File
}

func (f *file) read(b []byte, off int64) error {
	if f.at == nil {
		x, err := f.fsys.Open(f.name)
		if err != nil {
			return err
		}
		at, ok := x.(io.ReaderAt)
		if !ok {
			all, err := io.ReadAll(x)
			if err != nil {
				return err
			}
			at = bytes.NewReader(all)
		}
		f.open, f.at = x, at
	}
	n, err := f.at.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	return fmt.Errorf("%s ends at %d: %w", f.name, off+int64(n), err)
}

func (f *file) close() error {
	if f.open == nil {
		return nil
	}
	err := f.open.Close()
	f.open, f.at = nil, nil
	return err
}

// open reads a block and checks that it is the one that its name says.
func (s *Stream) open(first uint64) (*block.Block, error) {
	b, err := fs.ReadFile(s.fsys, Streams+"/"+s.Name.String()+"/"+BlockName(first))
	if err != nil {
		return nil, err
	}
	k, err := block.Open(b)
	if err != nil {
		return nil, err
	}
	if k.Stream != s.Name || k.First != first {
		return nil, fmt.Errorf("the block is of %s from %d on", k.Stream, k.First)
	}
	return k, nil
}

// EndOf is the number of the row after the last one of a block.
func EndOf(fsys fs.FS, name ledger.Stream, first uint64) (uint64, error) {
	k, err := NewStream(fsys, name, nil, 0, nil).open(first)
	if err != nil {
		return 0, err
	}
	return first + uint64(k.Len()), nil
}

// New is a book of parts that are known: vault's, while it writes. Nothing is read yet.
func New(fsys fs.FS, heads *HeadLog, note []byte, streams []*Stream) *Book {
	return &Book{Streams: streams, Heads: heads, Note: note, fsys: fsys}
}
