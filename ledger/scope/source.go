package scope

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sekisho/ledger"
	"sekisho/ledger/block"
	"sekisho/ledger/book"
)

// Source is a ledger to read: the sealed blocks of a directory, and what is known of it besides.
type Source struct {
	FS     fs.FS
	Tails  map[ledger.Stream][]book.Part // rows that are in no block yet
	Sizes  map[ledger.Stream]uint64      // how many rows the head log vouches for: fewer is a gap
	Broken map[ledger.Stream]uint64      // first row that a verification does not vouch for any more
	Proven bool                          // every row was compared with the tree and the checkpoint
	Faults []string                      // what else is wrong with the ledger; it becomes part of the notices
}

// Of is the source that an open ledger directory is, with the rows that are not sealed yet. b may be closed afterwards.
func Of(fsys fs.FS, b *book.Book) (Source, error) {
	s := Source{FS: fsys, Tails: map[ledger.Stream][]book.Part{}, Sizes: map[ledger.Stream]uint64{}}
	for _, x := range b.Streams {
		if len(x.Parts()) > 0 {
			s.Tails[x.Name] = x.Parts()
		}
	}
	err := b.Heads.Each(0, b.Heads.Size, func(_ uint64, h ledger.Head) error {
		s.Sizes[h.Stream] = max(s.Sizes[h.Stream], h.Size)
		return nil
	})
	if err != nil {
		s.Faults = append(s.Faults, err.Error())
	}
	for _, f := range b.Faults {
		s.Faults = append(s.Faults, f.Error())
	}
	return s, nil
}

// Verified takes the result of a verification of the same ledger. Rows that are not vouched for count as damaged.
func (s *Source) Verified(r book.Report) {
	s.Proven, s.Broken = true, map[ledger.Stream]uint64{}
	for _, f := range r.Faults {
		s.Faults = append(s.Faults, f.Error())
		name, err := ledger.ParseStream(f.Stream)
		if err != nil { // a fault of the head log or the checkpoint: nothing is vouched for
			s.Proven = false
			continue
		}
		if first, known := s.Broken[name]; !known || f.Index < first {
			s.Broken[name] = f.Index
		}
	}
}

// Streams lists the streams, by name.
func (s Source) Streams() ([]ledger.Stream, error) {
	list, err := fs.ReadDir(s.FS, book.Streams)
	if err != nil && (!errors.Is(err, fs.ErrNotExist) || len(s.Tails) == 0) {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, errors.New("this is no ledger: it has no folder named streams")
		}
		return nil, err
	}
	var out []ledger.Stream
	for _, e := range list {
		if !e.IsDir() {
			continue
		}
		name, err := ledger.ParseStream(e.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	for name := range s.Tails {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for name := range s.Sizes { // all of its rows may be lost
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	slices.SortFunc(out, func(a, b ledger.Stream) int { return strings.Compare(a.String(), b.String()) })
	return out, nil
}

// Blocks lists the first rows of a stream's blocks, in order; the rows that are not sealed yet count as blocks too.
func (s Source) Blocks(stream ledger.Stream) ([]uint64, error) {
	list, err := fs.ReadDir(s.FS, path.Join(book.Streams, stream.String()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []uint64
	for _, e := range list {
		if !strings.HasSuffix(e.Name(), ".block") {
			continue
		}
		first, is := book.BlockFirst(e.Name())
		if !is {
			return nil, fmt.Errorf("ledger: %s: %s is no block's name", stream, e.Name())
		}
		out = append(out, first)
	}
	slices.Sort(out)
	if tails := s.Tails[stream]; len(tails) > 0 { // what was sealed since the tails were read is in them
		out = slices.DeleteFunc(out, func(first uint64) bool { return first >= tails[0].First })
	}
	for _, p := range s.Tails[stream] {
		for i := 0; i < len(p.Rows); i += block.Max * ledger.RowLen {
			out = append(out, p.First+uint64(i/ledger.RowLen))
		}
	}
	return out, nil
}

// tail is the block that rows not sealed yet would be; nil when there are none of that number.
func (s Source) tail(stream ledger.Stream, first uint64) ([]byte, error) {
	for _, p := range s.Tails[stream] {
		if at := int(first-p.First) * ledger.RowLen; first >= p.First && at < len(p.Rows) {
			return block.Encode(block.Head{Stream: stream, First: first, Key: p.Key}, p.Rows[at:min(len(p.Rows), at+block.Max*ledger.RowLen)])
		}
	}
	return nil, nil
}

type nothing struct{}

// Close does nothing.
func (nothing) Close() error { return nil }

// Open makes b the block of a stream that begins with row first. The closer must be closed when b is no longer used.
func (s Source) Open(b *block.Block, stream ledger.Stream, first uint64) (io.Closer, error) {
	if t, err := s.tail(stream, first); err != nil {
		return nil, err
	} else if t != nil {
		return nothing{}, b.Reset(bytes.NewReader(t), int64(len(t)))
	}
	name := path.Join(book.Streams, stream.String(), book.BlockName(first))
	f, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if err = reset(b, f); err == nil && (b.Stream != stream || b.First != first) {
		err = fmt.Errorf("%w: it says that it is row %d of %s", block.ErrDamaged, b.First, b.Stream)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

func reset(b *block.Block, f fs.File) error {
	if r, ok := f.(io.ReaderAt); ok {
		st, err := f.Stat()
		if err != nil {
			return err
		}
		return b.Reset(r, st.Size())
	}
	all, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	return b.Reset(bytes.NewReader(all), int64(len(all)))
}

// Graph reads the graph that lies beside the streams.
func (s Source) Graph() (*Graph, error) {
	b, err := fs.ReadFile(s.FS, "graph.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("no graph.json in this ledger: without it nothing can be said of what was reachable; name one with --graph")
	}
	if err != nil {
		return nil, err
	}
	return ParseGraph(b)
}

// Checkpoint is the newest signed checkpoint of the ledger; empty when it has none.
func (s Source) Checkpoint() ([]byte, error) {
	b, err := fs.ReadFile(s.FS, book.Checkpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}
