package book

import (
	"encoding/json"
	"errors"
	"fmt"

	"sekisho"
	"sekisho/ledger"
)

// Verifier checks a whole ledger, a block at a time. In this order:
//
//  1. the head log: every head is read, its tree made again and compared with the stored hashes and the checkpoint, and the
//     checkpoint's signature with the key;
//  2. each stream: every row that is not pruned is read, its tree made again and compared with the stored hashes, with every
//     head of the stream, and with the roots in the write-ahead log; rows that are gone must have been pruned by an entry.
//
// So whatever byte was changed, whatever file was dropped, moved, cut short or put back to what it was, the first entry that
// is not vouched for any more is named. What it cannot see is a directory that was put back whole, with all its files of one
// time: that is what a witness is for, and Since.
type Verifier struct {
	book  *Book
	key   *ledger.Verifier
	since *Since

	report Report
	todo   []*Stream
	now    *walk
	done   uint64
	total  uint64
	heads  bool // checked
	floor  map[ledger.Stream]ledger.Head
	stored file // heads.tree
}

// Since is what an earlier verification found: with it, only what came later is read, and that what was there then is there
// still is proven from the stored hashes.
type Since struct {
	Size uint64 `json:"size"` // of the head log
	Root []byte `json:"root"`
	Key  string `json:"key,omitempty"`
}

// Report is the result of a verification.
type Report struct {
	Checkpoint string         `json:"checkpoint"` // the text of the note
	Signed     bool           `json:"signed"`     // a key was given and the signature holds
	Heads      uint64         `json:"heads"`
	Streams    []StreamReport `json:"streams"`
	Entries    uint64         `json:"entries"` // read
	Faults     []Fault        `json:"faults"`
	Since      *Since         `json:"since,omitempty"` // to begin with the next time; nil when there are faults
}

// StreamReport is one stream of a verification.
type StreamReport struct {
	Name   string `json:"name"`
	First  uint64 `json:"first"` // entries before are pruned
	Size   uint64 `json:"size"`
	Sealed uint64 `json:"sealed"`
	Root   []byte `json:"root"`
	Time   uint64 `json:"time"` // of the newest entry, ms since 1970
}

// ParseSince reads what an earlier verification wrote.
func ParseSince(b []byte) (Since, error) {
	var s Since
	err := json.Unmarshal(b, &s)
	if err == nil && len(s.Root) != len(ledger.Hash{}) {
		err = errors.New("no root of 32 bytes")
	}
	if err != nil {
		return s, fmt.Errorf("not the state of an earlier verification: %w", err)
	}
	return s, nil
}

// NewVerifier begins a verification. Without a key the checkpoint's signature is not checked; since may be nil.
func NewVerifier(b *Book, key *ledger.Verifier, since *Since) *Verifier {
	v := &Verifier{book: b, key: key, since: since, todo: b.Streams, floor: map[ledger.Stream]ledger.Head{}, stored: file{fsys: b.fsys, name: HeadsTree}}
	v.report.Faults = append(v.report.Faults, b.Faults...)
	for _, s := range b.Streams {
		v.total += s.size - min(s.size, s.First())
	}
	return v
}

// Progress is how many entries of how many were read.
func (v *Verifier) Progress() (done, total uint64) { return v.done, v.total }

// Report is what was found so far.
func (v *Verifier) Report() Report { return v.report }

// Step does a part of the work, about a block. It says whether there is more.
func (v *Verifier) Step() bool {
	switch {
	case !v.heads:
		v.heads = true
		if err := v.headLog(); err != nil {
			v.fault(err, Heads, 0)
		}
		return true
	case v.now != nil:
		more, err := v.now.step()
		if err != nil {
			v.fault(err, v.now.s.Name.String(), v.now.at)
			more = false
		}
		if !more {
			v.end()
		}
		return true
	case len(v.todo) > 0:
		s := v.todo[0]
		v.todo = v.todo[1:]
		w, err := v.begin(s)
		if err != nil {
			v.fault(err, s.Name.String(), s.First())
			return true
		}
		v.now = w
		return true
	}
	v.finish()
	return false
}

func (v *Verifier) fault(err error, stream string, index uint64) {
	var f Fault
	if !errors.As(err, &f) {
		f = Fault{stream, index, err.Error()}
	}
	v.report.Faults = append(v.report.Faults, f)
}

func (v *Verifier) end() {
	w := v.now
	v.now = nil
	root := w.edge.Root()
	v.report.Entries += w.read
	v.report.Streams = append(v.report.Streams, StreamReport{Name: w.s.Name.String(), First: w.s.First(), Size: w.s.size,
		Sealed: w.s.sealed, Root: root[:], Time: w.time})
}

func (v *Verifier) finish() {
	v.stored.close()
	if len(v.report.Faults) > 0 || v.book.Note == nil || v.report.Since != nil {
		return
	}
	if c, err := ledger.ParseCheckpoint([]byte(v.report.Checkpoint)); err == nil {
		v.report.Since = &Since{Size: c.Size, Root: c.Root[:]}
		if v.key != nil {
			v.report.Since.Key = v.key.String()
		}
	}
}

// checkpoint reads the note and checks its signature when there is a key.
func (v *Verifier) checkpoint() (ledger.Checkpoint, error) {
	if v.book.Note == nil {
		if v.book.Heads.Size > 0 || v.since != nil {
			return ledger.Checkpoint{}, Fault{Checkpoint, 0, "there is none"}
		}
		return ledger.Checkpoint{Root: (&ledger.Edge{}).Root()}, nil
	}
	if v.key != nil {
		if b, err := v.book.optional(Key); err != nil || b != nil && string(b) != v.key.String()+"\n" {
			return ledger.Checkpoint{}, Fault{Key, 0, "the key in the directory is not the one that the checkpoints are to be signed by"}
		}
	}
	n, err := ledger.ParseNote(v.book.Note)
	if err != nil {
		return ledger.Checkpoint{}, Fault{Checkpoint, 0, err.Error()}
	}
	v.report.Checkpoint = string(n.Text)
	c, err := ledger.ParseCheckpoint(n.Text)
	if err == nil && v.key != nil {
		c, err = ledger.OpenCheckpoint(v.book.Note, *v.key)
		v.report.Signed = err == nil
	}
	if err != nil {
		return c, Fault{Checkpoint, 0, err.Error()}
	}
	return c, nil
}

// cosigned is the newest checkpoint that witnesses signed too: an older one of the same log. Without one it is the checkpoint.
// Whose the other signatures are is for those to say who know the witnesses.
func (v *Verifier) cosigned(c ledger.Checkpoint) (ledger.Checkpoint, error) {
	b, err := v.book.optional(Cosigned)
	if err != nil || b == nil {
		return c, err
	}
	n, err := ledger.ParseNote(b)
	if err != nil {
		return c, Fault{Cosigned, 0, err.Error()}
	}
	w, err := ledger.ParseCheckpoint(n.Text)
	if err == nil && v.key != nil {
		w, err = ledger.OpenCheckpoint(b, *v.key)
	}
	if err != nil {
		return c, Fault{Cosigned, 0, err.Error()}
	}
	if w.Size > c.Size {
		return c, Fault{Heads, c.Size, fmt.Sprintf("witnesses signed %d heads: the ledger was rolled back", w.Size)}
	}
	return w, nil
}

// headLog reads all heads.
func (v *Verifier) headLog() error {
	c, err := v.checkpoint()
	if err != nil {
		return err
	}
	l := v.book.Heads
	v.report.Heads = l.Size
	if l.Size < c.Size {
		return Fault{Heads, l.Size, fmt.Sprintf("it has %d heads, the checkpoint signs %d", l.Size, c.Size)}
	}
	cosigned, err := v.cosigned(c)
	if err != nil {
		return err
	}
	newest := map[ledger.Stream]ledger.Head{}
	var edge ledger.Edge
	var kept []ledger.Hash
	var batch uint64
	good := uint64(0)
	at := func(size uint64, root []byte, what string) error {
		if edge.Size == size && edge.Root() != ledger.Hash(root) {
			return Fault{Heads, good, what}
		}
		return nil
	}
	check := func() error {
		if err := at(cosigned.Size, cosigned.Root[:], "the root differs from what a witness signed"); err != nil {
			return err
		}
		if err := at(c.Size, c.Root[:], "the root differs from the checkpoint's"); err != nil || v.since == nil {
			return err
		}
		return at(v.since.Size, v.since.Root, "the root differs from what an earlier verification found: the ledger is not the same any more")
	}
	if v.since != nil && v.since.Size > c.Size {
		return Fault{Heads, c.Size, fmt.Sprintf("an earlier verification found %d heads: the ledger was rolled back", v.since.Size)}
	}
	if err := check(); err != nil {
		return err
	}
	return l.Each(0, l.Size, func(i uint64, h ledger.Head) error {
		if i >= c.Size { // written before the next checkpoint, which a crash may have prevented: heads of one time at most
			if batch != 0 && h.Time != batch {
				return Fault{Checkpoint, c.Size, "it is older than the heads"}
			}
			batch = h.Time
		}
		if last, ok := newest[h.Stream]; ok && (h.Size < last.Size || h.Size == last.Size && h.Root != last.Root) {
			return Fault{Heads, i, fmt.Sprintf("%s has %d entries here, it had %d", h.Stream, h.Size, last.Size)}
		}
		newest[h.Stream] = h
		if v.since != nil && i < v.since.Size {
			v.floor[h.Stream] = h
		}
		if s := v.book.Stream(h.Stream); s == nil {
			return Fault{h.Stream.String(), 0, fmt.Sprintf("the stream is missing, a head of it has %d entries", h.Size)}
		} else if s.size < h.Size {
			return Fault{h.Stream.String(), s.size, fmt.Sprintf("entries up to %d are missing: a head of the stream has them", h.Size)}
		}
		kept = edge.Grow(ledger.Leaf(h.Append(nil), nil), kept[:0])
		if edge.Size <= c.Size {
			for k, want := range kept {
				place := ledger.Stored(edge.Size) - uint64(len(kept)-k)
				if got, err := v.stored.hash(place); err != nil || got != want {
					return Fault{Heads, good, fmt.Sprintf("stored hash %d of the tree differs", place)}
				}
			}
		}
		if len(kept) > 0 {
			good = edge.Size
		}
		return check()
	})
}

// walk reads one stream.
type walk struct {
	s    *Stream
	edge ledger.Edge
	at   uint64 // everything before is vouched for
	read uint64
	time uint64
	gone uint64 // rows before this one may be gone: an entry says so

	marks   []mark // roots to come, by size
	next    func() (ledger.Head, bool, error)
	head    *ledger.Head // the next one to be met
	kept    []ledger.Hash
	done    *uint64
	blinder *ledger.Blinder
	key     [32]byte
}

// begin finds where the reading of a stream begins: at its first row, after what is pruned, or where an earlier verification
// ended.
func (v *Verifier) begin(s *Stream) (*walk, error) {
	w := &walk{s: s, marks: s.marks, done: &v.done}
	w.next = v.headsOf(s.Name)
	from := s.First()
	if floor, ok := v.floor[s.Name]; ok {
		if root, err := ledger.RootAt(s, floor.Size); err != nil || root != floor.Root {
			return nil, errors.Join(Fault{s.Name.String(), from, fmt.Sprintf("its first %d entries are not what an earlier verification found", floor.Size)}, err)
		}
		if begin := floor.Size &^ (ledger.Group - 1); begin > from {
			v.done += begin - from
			from = begin
			w.gone = begin // checked then
		}
	}
	from = min(from, s.size)
	var err error
	if w.edge, err = ledger.EdgeAt(s, from); err != nil {
		return nil, err
	}
	w.at = from
	return w, w.advance()
}

// headsOf gives the heads of one stream, one after another.
func (v *Verifier) headsOf(name ledger.Stream) func() (ledger.Head, bool, error) {
	var list []ledger.Head
	at := uint64(0)
	return func() (ledger.Head, bool, error) {
		for len(list) == 0 {
			to := min(at+headRun, v.book.Heads.Size)
			if at == to {
				return ledger.Head{}, false, nil
			}
			err := v.book.Heads.Each(at, to, func(_ uint64, h ledger.Head) error {
				if h.Stream == name {
					list = append(list, h)
				}
				return nil
			})
			if err != nil {
				return ledger.Head{}, false, err
			}
			at = to
		}
		h := list[0]
		list = list[1:]
		return h, true, nil
	}
}

// advance finds the next head beyond what was read, and checks those at this size.
func (w *walk) advance() error {
	for len(w.marks) > 0 && w.marks[0].size <= w.edge.Size {
		if m := w.marks[0]; m.size == w.edge.Size && m.root != w.edge.Root() {
			return Fault{w.s.Name.String(), w.at, fmt.Sprintf("the root before entry %d differs from the one in the write-ahead log", m.size)}
		}
		w.marks = w.marks[1:]
		if w.edge.Size >= w.s.sealed {
			w.at = w.edge.Size
		}
	}
	for w.head == nil || w.head.Size <= w.edge.Size {
		if w.head != nil && w.head.Size == w.edge.Size {
			if w.head.Root != w.edge.Root() {
				return Fault{w.s.Name.String(), w.at, fmt.Sprintf("the root of the first %d entries differs from the head of that size", w.edge.Size)}
			}
			w.at = w.edge.Size
		}
		h, ok, err := w.next()
		if err != nil {
			return err
		}
		if !ok {
			w.head = &ledger.Head{Size: 1<<64 - 1}
			return nil
		}
		w.head = &h
	}
	return nil
}

// step reads the rest of the run of rows that comes next.
func (w *walk) step() (more bool, err error) {
	if w.edge.Size >= w.s.size {
		return false, w.pruned()
	}
	if err := w.s.load(w.edge.Size); err != nil {
		return false, err
	}
	r := w.s.rows
	if w.blinder == nil || r.key != w.key {
		w.blinder, w.key = ledger.NewBlinder(r.key), r.key
	}
	for w.edge.Size < r.end() {
		size := w.edge.Size
		end := min(r.end(), (size+ledger.Group)&^(ledger.Group-1), w.head.Size)
		if len(w.marks) > 0 {
			end = min(end, w.marks[0].size)
		}
		rows := r.rows[(size-r.first)*ledger.RowLen : (end-r.first)*ledger.RowLen]
		if err := w.look(size, rows); err != nil {
			return false, err
		}
		w.kept = w.edge.AddRows(w.blinder, rows, w.kept[:0])
		if err := w.compare(); err != nil {
			return false, err
		}
		*w.done += end - size
		w.read += end - size
		if err := w.advance(); err != nil {
			return false, err
		}
	}
	return true, nil
}

// look reads of the rows what the verification itself must know.
func (w *walk) look(first uint64, rows []byte) error {
	for ; len(rows) > 0; rows, first = rows[ledger.RowLen:], first+1 {
		kind, role := ledger.Kind(rows[76]), sekisho.Role(rows[77])
		if role != w.s.Name.Role {
			return Fault{w.s.Name.String(), first, fmt.Sprintf("an entry of %s stands in this stream", role)}
		}
		if kind == ledger.Prune || len(rows) == ledger.RowLen {
			e, err := ledger.ParseRow(rows[:ledger.RowLen])
			if err != nil {
				return err
			}
			w.time = e.Time
			if kind == ledger.Prune {
				w.gone = max(w.gone, e.Object)
			}
		}
	}
	return nil
}

// compare checks the hashes that were just completed with the stored ones.
func (w *walk) compare() error {
	if w.edge.Size > w.s.sealed {
		return nil
	}
	for k, want := range w.kept {
		place := ledger.Stored(w.edge.Size) - uint64(len(w.kept)-k)
		got, err := w.s.tree.hash(place)
		if err != nil {
			return err
		}
		if got != want {
			return Fault{w.s.Name.String(), w.edge.Size - ledger.Group, fmt.Sprintf("stored hash %d of the tree differs", place)}
		}
	}
	if len(w.kept) > 0 {
		w.at = max(w.at, w.edge.Size)
	}
	return nil
}

// pruned checks that what is gone was pruned.
func (w *walk) pruned() error {
	if first := w.s.First(); first > w.gone {
		return Fault{w.s.Name.String(), 0, fmt.Sprintf("entries up to %d are gone, and no entry says that they were pruned", first)}
	}
	return nil
}

// Verify does the whole work at once.
func Verify(b *Book, key *ledger.Verifier, since *Since) Report {
	v := NewVerifier(b, key, since)
	for v.Step() {
	}
	return v.Report()
}
