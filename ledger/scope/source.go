package scope

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"sekisho/ledger"
	"sekisho/ledger/block"
)

// Source reads the sealed blocks of a ledger directory: streams/NAME/FIRST.block, where FIRST is the number of the block's
// first row in 16 hexadecimal digits.
type Source struct{ FS fs.FS }

// Streams lists the streams, sorted by name.
func (s Source) Streams() ([]ledger.Stream, error) {
	list, err := fs.ReadDir(s.FS, "streams")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("this is no ledger: it has no folder named streams")
	}
	if err != nil {
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
	return out, nil
}

// Blocks lists the first rows of a stream's blocks, in order.
func (s Source) Blocks(stream ledger.Stream) ([]uint64, error) {
	list, err := fs.ReadDir(s.FS, path.Join("streams", stream.String()))
	if err != nil {
		return nil, err
	}
	var out []uint64
	for _, e := range list {
		name, is := strings.CutSuffix(e.Name(), ".block")
		if !is {
			continue
		}
		first, err := strconv.ParseUint(name, 16, 64)
		if err != nil || len(name) != 16 {
			return nil, fmt.Errorf("ledger: %s: %s is no block's name", stream, e.Name())
		}
		out = append(out, first)
	}
	slices.Sort(out)
	return out, nil
}

// Open makes b the block of a stream that begins with row first. The file must be closed when b is no longer used.
func (s Source) Open(b *block.Block, stream ledger.Stream, first uint64) (io.Closer, error) {
	name := path.Join("streams", stream.String(), fmt.Sprintf("%016x.block", first))
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
	b, err := fs.ReadFile(s.FS, "checkpoint")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}
