package book

import (
	"fmt"
	"io/fs"
	"slices"

	"sekisho/ledger"
)

// Part is rows of one stream that will be one block: the write-ahead log has them.
type Part struct {
	First uint64
	Key   [32]byte
	Rows  []byte
}

// Stream is one stream of a ledger. It keeps what it read last, so that neighbouring questions cost little.
type Stream struct {
	Name ledger.Stream

	fsys   fs.FS
	blocks []uint64 // first row of each block
	sealed uint64   // rows below are in blocks
	size   uint64
	parts  []Part
	marks  []mark // roots that the log says the tree had
	tree   file

	rows   run       // in use
	runs   [keep]run // decoded last
	groups [keep]group
	turn   int // which of both goes next
}

// keep is how many blocks and groups of leaves are kept: a proof needs those of its row and those of the right edge.
const keep = 3

// group is the leaves of a full group.
type group struct {
	number uint64 // of the group, +1; 0: none
	leaf   [ledger.Group]ledger.Hash
}

// mark is a root that something says the tree had at a size.
type mark struct {
	size uint64
	root ledger.Hash
}

// run is consecutive rows of one block.
type run struct {
	first uint64
	key   [32]byte
	rows  []byte
}

func (r run) has(number uint64) bool { return number >= r.first && number < r.end() }

func (r run) end() uint64 { return r.first + uint64(len(r.rows)/ledger.RowLen) }

// NewStream is a stream of which is known what is where: the first rows of its blocks, how many rows are sealed, and the
// parts after them.
func NewStream(fsys fs.FS, name ledger.Stream, blocks []uint64, sealed uint64, parts []Part) *Stream {
	s := &Stream{Name: name, fsys: fsys, blocks: blocks, sealed: sealed, size: sealed, parts: parts}
	s.tree = file{fsys: fsys, name: Streams + "/" + name.String() + "/" + Tree}
	for _, p := range parts {
		s.size = p.First + uint64(len(p.Rows)/ledger.RowLen)
	}
	return s
}

// extend adds what the log has beyond the blocks.
func (s *Stream) extend(sections []ledger.Section) *Fault {
	for _, x := range sections {
		if x.First+uint64(len(x.Rows)/ledger.RowLen) <= s.sealed {
			continue
		}
		if x.First != s.size {
			return &Fault{s.Name.String(), s.size, fmt.Sprintf("the write-ahead log goes on with entry %d", x.First)}
		}
		s.marks = append(s.marks, mark{x.First, x.Root})
		if n := len(s.parts); n > 0 && s.parts[n-1].Key == x.Key {
			s.parts[n-1].Rows = append(s.parts[n-1].Rows, x.Rows...)
		} else {
			s.parts = append(s.parts, Part{x.First, x.Key, slices.Clone(x.Rows)})
		}
		s.size += uint64(len(x.Rows) / ledger.RowLen)
	}
	return nil
}

// Parts are the rows that are in no block yet, oldest first.
func (s *Stream) Parts() []Part { return s.parts }

// Size is the number of rows ever.
func (s *Stream) Size() uint64 { return s.size }

// Sealed is the number of rows up to the end of the last block.
func (s *Stream) Sealed() uint64 { return s.sealed }

// First is the number of the first row that is still there and can be proven: those before are pruned. It is a multiple of
// the size of a group.
func (s *Stream) First() uint64 {
	first := s.sealed
	switch {
	case len(s.blocks) > 0:
		first = s.blocks[0]
	case len(s.parts) > 0:
		first = s.parts[0].First
	}
	return (first + ledger.Group - 1) &^ (ledger.Group - 1)
}

// Blocks are the numbers of the first rows of all blocks.
func (s *Stream) Blocks() []uint64 { return s.blocks }

// Block is the file of the block that begins with that row.
func (s *Stream) Block(first uint64) string {
	return Streams + "/" + s.Name.String() + "/" + BlockName(first)
}

// load makes the run of rows that has the row of that number the current one.
func (s *Stream) load(number uint64) error {
	if s.rows.has(number) {
		return nil
	}
	for _, r := range s.runs {
		if r.has(number) {
			s.rows = r
			return nil
		}
	}
	if number >= s.size {
		return fmt.Errorf("%s has %d entries, there is no %d", s.Name, s.size, number)
	}
	if number >= s.sealed {
		i := len(s.parts) - 1
		for i > 0 && s.parts[i].First > number {
			i--
		}
		p := s.parts[i]
		s.rows = run{p.First, p.Key, p.Rows}
		return nil
	}
	i, found := slices.BinarySearch(s.blocks, number)
	if !found {
		i--
	}
	if i < 0 {
		return fmt.Errorf("entry %d of %s is pruned, the first is %d", number, s.Name, s.First())
	}
	k, err := s.open(s.blocks[i])
	if err != nil {
		return err
	}
	end := s.sealed
	if i+1 < len(s.blocks) {
		end = s.blocks[i+1]
	}
	if k.First+uint64(k.Len()) != end {
		return fmt.Errorf("the block from %d has %d rows, the next one begins with %d", k.First, k.Len(), end)
	}
	rows, err := k.Rows(make([]byte, 0, k.Len()*ledger.RowLen))
	if err != nil {
		return err
	}
	s.rows = run{k.First, k.Key, rows}
	s.turn = (s.turn + 1) % keep
	s.runs[s.turn] = s.rows
	return nil
}

// Each calls f with the rows from to to, a run of one block at a time; the bytes are valid until f returns. key makes the
// blinds of that block.
func (s *Stream) Each(from, to uint64, f func(first uint64, key [32]byte, rows []byte) error) error {
	for from < to {
		if err := s.load(from); err != nil {
			return err
		}
		r := s.rows
		end := min(r.end(), to)
		if err := f(from, r.key, r.rows[(from-r.first)*ledger.RowLen:(end-r.first)*ledger.RowLen]); err != nil {
			return err
		}
		from = end
	}
	return nil
}

// Rows are the rows from to to, at most as many as there are.
func (s *Stream) Rows(from, to uint64) ([]byte, error) {
	var out []byte
	err := s.Each(from, min(to, s.size), func(_ uint64, _ [32]byte, rows []byte) error {
		out = append(out, rows...)
		return nil
	})
	return out, err
}

// Row is one row with its blind.
func (s *Stream) Row(number uint64) (row []byte, blind [ledger.BlindLen]byte, err error) {
	err = s.Each(number, number+1, func(_ uint64, key [32]byte, rows []byte) error {
		row = slices.Clone(rows)
		blind = [ledger.BlindLen]byte(ledger.NewBlinder(key).Blind(number))
		return nil
	})
	return row, blind, err
}

// leaves are the leaves of a group, which may be the last one and not full.
func (s *Stream) leaves(number uint64) ([]ledger.Hash, error) {
	for i := range s.groups {
		if s.groups[i].number == number+1 {
			return s.groups[i].leaf[:], nil
		}
	}
	from := number * ledger.Group
	to := min(from+ledger.Group, s.size)
	s.turn = (s.turn + 1) % keep
	g := &s.groups[s.turn]
	g.number = 0
	err := s.Each(from, to, func(first uint64, key [32]byte, rows []byte) error {
		blind := ledger.NewBlinder(key)
		for ; len(rows) > 0; rows, first = rows[ledger.RowLen:], first+1 {
			g.leaf[first-from] = ledger.Leaf(rows[:ledger.RowLen], blind.Blind(first))
		}
		return nil
	})
	if err == nil && to == from+ledger.Group {
		g.number = number + 1
	}
	return g.leaf[:], err
}

// Node is the hash of a full subtree (ledger.Nodes): from the stored ones, or made again from the rows.
func (s *Stream) Node(level int, index uint64) (ledger.Hash, error) {
	if level < ledger.Kept {
		from := index << level
		leaf, err := s.leaves(from / ledger.Group)
		if err != nil {
			return ledger.Hash{}, err
		}
		return rootOf(leaf[from%ledger.Group : from%ledger.Group+1<<level]), nil
	}
	if place := ledger.Place(level, index); place < ledger.Stored(s.sealed) {
		return s.tree.hash(place)
	}
	if level > ledger.Kept {
		return both(s, level, index)
	}
	leaf, err := s.leaves(index)
	return rootOf(leaf), err
}

func both(t ledger.Nodes, level int, index uint64) (ledger.Hash, error) {
	l, err := t.Node(level-1, 2*index)
	if err != nil {
		return ledger.Hash{}, err
	}
	r, err := t.Node(level-1, 2*index+1)
	return ledger.Join(l, r), err
}

func rootOf(leaves []ledger.Hash) ledger.Hash {
	var e ledger.Edge
	for _, h := range leaves {
		e.Add(h)
	}
	return e.Root()
}

// hash reads one stored hash.
func (f *file) hash(place uint64) (ledger.Hash, error) {
	var h ledger.Hash
	return h, f.read(h[:], int64(place)*int64(len(h)))
}

// Close closes the files that are kept open.
func (s *Stream) Close() error { return s.tree.close() }
