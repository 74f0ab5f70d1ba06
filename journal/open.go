package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sekisho"
	"sekisho/blob"
	"sekisho/ledger"
	"sekisho/ledger/book"
)

// Open opens a ledger, making an empty one when there is none. It mends what a crash left; anything else that does not fit
// is Corrupt, with the stream and the entry.
func Open(c Config) (*Journal, error) {
	c = c.withDefaults()
	j := &Journal{config: c, wake: make(chan struct{}, 1), cut: make(chan func()), stop: make(chan struct{}), grown: make(chan struct{}),
		parts: make(chan *part, 4*mostWaiting), dirty: make(chan struct{}, 1), streams: map[ledger.Stream]*stream{}}
	if old, _ := filepath.Glob(filepath.Join(c.Dir, "*.seg")); len(old) > 0 {
		return nil, sekisho.E("journal.open", sekisho.Corrupt, fmt.Errorf("%s: %w", c.Dir, book.ErrOld))
	}
	if err := c.Disk.Mkdir(filepath.Join(c.Dir, book.Streams)); err != nil {
		return nil, err
	}
	if err := c.Disk.SyncDir(c.Dir); err != nil {
		return nil, err
	}
	if err := j.openKey(); err != nil {
		return nil, err
	}
	if err := j.openHeads(); err != nil {
		return nil, err
	}
	if err := j.openStreams(); err != nil {
		return nil, err
	}
	var err error
	if j.log, err = blob.Open(filepath.Join(c.Dir, book.Log), blob.Options{Size: c.Segment, Open: c.Disk.Open}); err != nil {
		return nil, err
	}
	closed, err := j.replay()
	if err == nil {
		err = j.meetHeads()
	}
	if err != nil {
		return nil, errors.Join(err, j.log.Close())
	}
	j.done.Go(j.run)
	j.done.Go(j.sealer)
	j.done.Go(j.keeper)
	j.queue(closed)
	return j, nil
}

func (j *Journal) fsys() fs.FS { return os.DirFS(j.config.Dir) }

// openKey reads which key signs.
func (j *Journal) openKey() error {
	b, err := os.ReadFile(filepath.Join(j.config.Dir, book.Key))
	if err == nil {
		if j.key, err = ledger.ParseVerifier(string(b)); err != nil {
			return corrupt("%s: %w", book.Key, err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if j.config.Signer != nil {
		return j.SignWith(j.config.Signer)
	}
	return nil
}

// openHeads takes the head log as the checkpoint has it and cuts off what came after.
func (j *Journal) openHeads() error {
	note, err := os.ReadFile(filepath.Join(j.config.Dir, book.Checkpoint))
	if errors.Is(err, fs.ErrNotExist) {
		return j.shorten(0)
	}
	if err != nil {
		return err
	}
	c, err := ledger.OpenCheckpoint(note, j.key)
	if err != nil {
		return corrupt("%s: %w", book.Checkpoint, err)
	}
	if err := j.shorten(c.Size); err != nil {
		return err
	}
	l := book.NewHeadLog(j.fsys(), c.Size)
	defer l.Close()
	if j.heads.edge, err = ledger.EdgeAt(l, c.Size); err != nil {
		return corrupt("%s: %w", book.Heads, err)
	}
	if j.heads.edge.Root() != c.Root {
		return corrupt("%s: the root of %d heads is not the one that the checkpoint signs", book.Heads, c.Size)
	}
	j.note, j.heads.since = note, allEvery // all streams are headed again
	return nil
}

// shorten cuts the head log to a size.
func (j *Journal) shorten(size uint64) error {
	for name, want := range map[string]uint64{book.Heads: size * ledger.HeadLen, book.HeadsTree: ledger.Stored(size) * uint64(len(ledger.Hash{}))} {
		if err := j.shortenFile(filepath.Join(j.config.Dir, name), int64(want)); err != nil {
			return err
		}
	}
	return nil
}

// shortenFile cuts a file to a length that it must have at least.
func (j *Journal) shortenFile(path string, want int64) error {
	f, err := j.config.Disk.Open(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Size()
	switch {
	case err != nil:
		return err
	case size < want:
		return corrupt("%s has %d bytes, what was signed needs %d: it was put back to what it was earlier, or the disk lost it", filepath.Base(path), size, want)
	case size > want:
		if err := f.Truncate(want); err != nil {
			return err
		}
		return f.Fdatasync()
	}
	return nil
}

// openStreams finds the blocks of every stream and completes the hashes of the last one.
func (j *Journal) openStreams() error {
	dirs, err := os.ReadDir(filepath.Join(j.config.Dir, book.Streams))
	if err != nil {
		return err
	}
	for _, d := range dirs {
		name, err := ledger.ParseStream(d.Name())
		if err != nil {
			return corrupt("%w", err)
		}
		s := &stream{name: name}
		if err := j.openStream(s); err != nil {
			return streamError(s, err)
		}
		j.streams[name] = s
	}
	return nil
}

func (j *Journal) openStream(s *stream) error {
	dir := j.streamDir(s.name)
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files { // sorted by name, and so by number
		if n, ok := book.BlockFirst(f.Name()); ok {
			s.blocks = append(s.blocks, n)
		} else if strings.HasSuffix(f.Name(), ".new") {
			if err := j.config.Disk.Remove(filepath.Join(dir, f.Name())); err != nil {
				return err
			}
		}
	}
	if len(s.blocks) == 0 {
		return nil
	}
	last := s.blocks[len(s.blocks)-1]
	if s.sealed, err = book.EndOf(j.fsys(), s.name, last); err != nil {
		return corrupt("%s: %w", book.BlockName(last), err)
	}
	path := filepath.Join(dir, book.Tree)
	info, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if want := int64(ledger.Stored(s.sealed)) * int64(len(ledger.Hash{})); want > 0 && (err != nil || info.Size() < want) {
		if err := j.completeTree(s, last); err != nil {
			return err
		}
	}
	v := book.NewStream(j.fsys(), s.name, s.blocks, s.sealed, nil)
	defer v.Close()
	if s.edge, err = ledger.EdgeAt(v, s.sealed); err != nil {
		return corrupt("%s: %w", book.Tree, err)
	}
	return nil
}

// completeTree makes the hashes again that the last block completes: a crash came before they were written.
func (j *Journal) completeTree(s *stream, last uint64) error {
	before := book.NewStream(j.fsys(), s.name, s.blocks[:len(s.blocks)-1], last, nil)
	defer before.Close()
	edge, err := ledger.EdgeAt(before, last)
	if err != nil {
		return corrupt("%s: %w", book.Tree, err)
	}
	now := book.NewStream(j.fsys(), s.name, s.blocks, s.sealed, nil)
	var kept []ledger.Hash
	err = now.Each(last, s.sealed, func(_ uint64, key [32]byte, rows []byte) error {
		kept = edge.AddRows(ledger.NewBlinder(key), rows, kept)
		return nil
	})
	if err != nil {
		return corrupt("%w", err)
	}
	return j.writeTree(s.name, last, kept)
}

// replay takes what the log has beyond the blocks. It gives the parts that were closed before the end came.
func (j *Journal) replay() ([]*part, error) {
	now := j.config.Clock()
	total := uint64(0)
	for _, s := range j.streams {
		total += s.sealed
	}
	var closed []*part
	first := true
	err := j.log.Scan(blob.Pos{}, func(at blob.Pos, frame []byte) error {
		list, err := ledger.Sections(frame)
		if err != nil {
			return err
		}
		for _, x := range list {
			s := j.stream(x.Stream)
			if x.First+uint64(len(x.Rows)/ledger.RowLen) <= s.sealed {
				continue
			}
			if first {
				j.recent.next = total
				first = false
			}
			p := s.open
			if p != nil && (p.key != x.Key || len(p.rows) >= j.config.Rows*ledger.RowLen) {
				closed, p = append(closed, j.closePart(s)), nil
			}
			if p == nil {
				p = &part{stream: s, first: s.edge.Size, key: x.Key, began: now, pos: at, blind: ledger.NewBlinder(x.Key)}
			}
			if p.kept, err = s.edge.Replay(x, p.kept); err != nil {
				return err
			}
			j.recent.add(s.name, x.First, x.Rows)
			p.rows = append(p.rows, x.Rows...)
			s.open = p
		}
		return nil
	})
	if err != nil {
		return nil, sekisho.E("journal.open", sekisho.Corrupt, fmt.Errorf("%s: %w", book.Log, err))
	}
	if first {
		j.recent.next = total
	}
	for _, s := range j.streams {
		if s.open != nil && len(s.open.rows) >= j.config.Rows*ledger.RowLen {
			closed = append(closed, j.closePart(s))
		}
	}
	return closed, nil
}

// meetHeads compares every stream with its newest head under the checkpoint.
func (j *Journal) meetHeads() error {
	l := book.NewHeadLog(j.fsys(), j.heads.edge.Size)
	defer l.Close()
	met := map[ledger.Stream]bool{}
	var wrong error
	err := l.Last(l.Size, func(i uint64, h ledger.Head) bool {
		if l.Size-i > allEvery+mostStreams {
			return true
		}
		if !met[h.Stream] {
			met[h.Stream] = true
			wrong = j.meet(h)
		}
		return wrong != nil
	})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return sekisho.E("journal.open", sekisho.Corrupt, err)
	}
	return nil
}

func (j *Journal) meet(h ledger.Head) error {
	s := j.streams[h.Stream]
	if s == nil || s.edge.Size < h.Size {
		size := uint64(0)
		if s != nil {
			size = s.edge.Size
		}
		return book.Fault{Stream: h.Stream.String(), Index: size, What: fmt.Sprintf("entries up to %d are missing: a checkpoint has them", h.Size)}
	}
	root := s.edge.Root()
	if h.Size != s.edge.Size {
		v := j.view(s)
		defer v.Close()
		var err error
		if root, err = ledger.RootAt(v, h.Size); err != nil {
			return err
		}
	}
	if root != h.Root {
		return book.Fault{Stream: h.Stream.String(), Index: 0, What: fmt.Sprintf("its first %d entries are not those that the checkpoint signs", h.Size)}
	}
	return nil
}

// view is a stream to be read. mu is held, or nothing runs yet.
func (j *Journal) view(s *stream) *book.Stream {
	var parts []book.Part
	for _, p := range s.closed {
		parts = append(parts, book.Part{First: p.first, Key: p.key, Rows: p.rows})
	}
	if p := s.open; p != nil && len(p.rows) > 0 {
		parts = append(parts, book.Part{First: p.first, Key: p.key, Rows: p.rows})
	}
	return book.NewStream(j.fsys(), s.name, append([]uint64(nil), s.blocks...), s.sealed, parts)
}
