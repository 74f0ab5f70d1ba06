package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/blob"
	"sekisho/ledger"
	"sekisho/ledger/book"
)

// chaos is a disk that stops in the middle: every change counts, and the one of the number given is done by half, then
// nothing works any more. What was written and not synced is then lost in part, as after a loss of power.
type chaos struct {
	mu    sync.Mutex
	left  int // changes before the end
	lie   bool
	full  bool // instead of ending: no space from here on
	fail  bool // instead of ending: fdatasync fails from here on
	files map[string][]undo
	names []func() // renames that no SyncDir has made durable
}

// undo is how a file was before a write.
type undo struct {
	at   int64
	old  []byte
	size int64
}

var errGone = errors.New("the power is gone")

// step counts a change; last says that it is the one at which the power goes.
func (c *chaos) step() (last bool, err error) {
	c.left--
	if c.full || c.fail {
		return false, nil
	}
	if c.left < 0 {
		return false, errGone
	}
	return c.left == 0, nil
}

func (c *chaos) tripped() bool { return c.left <= 0 }

func (c *chaos) Open(path string, flag int) (blob.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if flag&(os.O_CREATE|os.O_TRUNC) != 0 {
		if _, err := c.step(); err != nil {
			return nil, err
		}
	}
	f, err := blob.OpenFile(path, flag)
	if err != nil {
		return nil, err
	}
	return &chaosFile{f, path, c}, nil
}

func (c *chaos) Rename(from, to string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, err := c.step()
	if err != nil || last {
		return errors.Join(err, errGone)
	}
	before, err := os.ReadFile(to)
	known := err == nil
	if err := os.Rename(from, to); err != nil {
		return err
	}
	c.files[to] = c.files[from]
	delete(c.files, from)
	c.names = append(c.names, func() {
		os.Rename(to, from)
		if known {
			os.WriteFile(to, before, 0o600)
		}
	})
	return nil
}

func (c *chaos) Remove(path string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last, err := c.step(); err != nil || last {
		return errors.Join(err, errGone)
	}
	return os.Remove(path)
}

func (c *chaos) Mkdir(path string) error { return os.MkdirAll(path, 0o700) }

func (c *chaos) SyncDir(string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.step(); err != nil {
		return err
	}
	if !c.lie {
		c.names = nil
	}
	return nil
}

type chaosFile struct {
	blob.File
	path string
	c    *chaos
}

func (f *chaosFile) WriteAt(p []byte, off int64) (int, error) {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	last, err := f.c.step()
	if err != nil {
		return 0, err
	}
	if f.c.full && f.c.tripped() {
		return 0, &os.PathError{Op: "write", Path: f.path, Err: unix.ENOSPC}
	}
	size, err := f.Size()
	if err != nil {
		return 0, err
	}
	old := make([]byte, max(min(int64(len(p)), size-off), 0))
	f.ReadAt(old, off)
	f.c.files[f.path] = append(f.c.files[f.path], undo{off, old, size})
	if last {
		n, _ := f.File.WriteAt(p[:len(p)/2], off)
		return n, errGone
	}
	return f.File.WriteAt(p, off)
}

func (f *chaosFile) Truncate(n int64) error {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	if last, err := f.c.step(); err != nil || last {
		return errors.Join(err, errGone)
	}
	return f.File.Truncate(n)
}

func (f *chaosFile) Fdatasync() error {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	last, err := f.c.step()
	if err != nil || last {
		return errors.Join(err, errGone)
	}
	if f.c.fail && f.c.tripped() {
		return unix.EIO
	}
	if !f.c.lie {
		delete(f.c.files, f.path)
	}
	return nil
}

// lose takes a part of what was not synced away.
func (c *chaos) lose(r *rand.Rand) {
	for i := len(c.names) - 1; i >= 0; i-- {
		if r.IntN(2) == 0 {
			break
		}
		c.names[i]()
	}
	for path, list := range c.files {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		for i := len(list) - 1; i >= r.IntN(len(list)+1); i-- {
			f.WriteAt(list[i].old, list[i].at)
			f.Truncate(list[i].size)
		}
		f.Close()
	}
}

// work enters, seals and signs until it is done or the disk ends it. It gives how many entries of each stream were answered.
func work(c Config, from [2]int) (answered [2]int, opened bool) {
	j, err := Open(c)
	if err != nil {
		return from, false
	}
	defer j.Close()
	answered = from
	for i := range 12 {
		a, b := 7+i, i%3
		list := append(entriesOf(sekisho.Reader, answered[0], a), entriesOf(sekisho.Gate, answered[1], b)...)
		if j.Append(list...) != nil {
			return answered, true
		}
		answered[0] += a
		answered[1] += b
		switch i {
		case 3, 6, 11:
			j.Sign()
		case 5, 8:
			j.Seal()
		}
	}
	return answered, true
}

func entriesOf(role sekisho.Role, first, n int) []ledger.Entry { return entries(role, 0, first, n) }

func chaosConfig(t *testing.T, dir string, d Disk) Config {
	c := config(t, dir)
	c.Rows, c.Segment, c.Disk, c.Checkpoint = 40, 4<<10, d, 1<<40
	return c
}

// present demands that the first entries of both streams are exactly those that were answered, in their order.
func present(t *testing.T, dir string, answered [2]int) {
	t.Helper()
	b := read(t, dir)
	for i, role := range []sekisho.Role{sekisho.Reader, sekisho.Gate} {
		s := b.Stream(ledger.Stream{Role: role})
		if s == nil {
			if answered[i] > 0 {
				t.Fatalf("%s: all %d answered entries are lost", role, answered[i])
			}
			continue
		}
		if s.Size() < uint64(answered[i]) {
			t.Fatalf("%s: %d entries, %d were answered", role, s.Size(), answered[i])
		}
		rows, err := s.Rows(0, s.Size())
		if err != nil {
			t.Fatal(err)
		}
		for n := range uint64(answered[i]) {
			e, _ := ledger.ParseRow(rows[n*ledger.RowLen : (n+1)*ledger.RowLen])
			if e.Object != n {
				t.Fatalf("%s: entry %d is %d", role, n, e.Object)
			}
		}
	}
}

// Power lost at every single change of the disk: every answered entry is there, the ledger verifies, and goes on.
func TestPowerLossEverywhere(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 7
	}
	for n := 1; ; n += step {
		r := rand.New(rand.NewPCG(uint64(n), 1))
		dir := t.TempDir()
		c := &chaos{left: n, files: map[string][]undo{}}
		answered, _ := work(chaosConfig(t, dir, c), [2]int{})
		ended := c.tripped()
		c.lose(r)
		j, err := Open(chaosConfig(t, dir, nil))
		if err != nil {
			t.Fatalf("after %d changes: %v", n, err)
		}
		j.Sign() // what was entered and not answered is there or not, and signed now
		j.Close()
		present(t, dir, answered)
		whole(t, dir)
		if t.Failed() {
			t.Fatalf("after %d changes", n)
		}
		if n%5 == 0 {
			at := sizes(t, dir)
			more, _ := work(chaosConfig(t, dir, nil), at)
			whole(t, dir)
			if more[0] <= at[0] {
				t.Fatal("it does not go on")
			}
		}
		if !ended {
			t.Logf("%d changes", n)
			return
		}
		os.RemoveAll(dir)
	}
}

func sizes(t *testing.T, dir string) (out [2]int) {
	b := read(t, dir)
	for i, role := range []sekisho.Role{sekisho.Reader, sekisho.Gate} {
		if s := b.Stream(ledger.Stream{Role: role}); s != nil {
			out[i] = int(s.Size())
		}
	}
	return out
}

// A disk that says "durable" and lies, and then loses power: either nothing that a checkpoint vouches for is missing, or the
// journal says what is. Never does it open onto a ledger that does not verify.
func TestDiskThatLies(t *testing.T) {
	caught := 0
	for n := 1; n < 240; n += 3 {
		r := rand.New(rand.NewPCG(uint64(n), 2))
		dir := t.TempDir()
		c := &chaos{left: n, lie: true, files: map[string][]undo{}}
		work(chaosConfig(t, dir, c), [2]int{})
		c.lose(r)
		j, err := Open(chaosConfig(t, dir, nil))
		if sekisho.KindOf(err) == sekisho.Corrupt {
			caught++
			continue
		}
		if err != nil {
			t.Fatalf("after %d changes: %v", n, err)
		}
		j.Sign()
		j.Close()
		whole(t, dir)
		if t.Failed() {
			t.Fatalf("after %d changes", n)
		}
	}
	if caught == 0 {
		t.Error("nothing was lost that mattered: the test tries nothing")
	}
}

// A disk that is full, or whose fdatasync fails: from then on nothing is answered; what was answered is there.
func TestDiskThatFails(t *testing.T) {
	for name, full := range map[string]bool{"full": true, "fdatasync": false} {
		for n := 30; n < 200; n += 20 {
			t.Run(fmt.Sprintf("%s after %d", name, n), func(t *testing.T) {
				dir := t.TempDir()
				d := &chaos{left: n, full: full, fail: !full, files: map[string][]undo{}}
				answered, opened := work(chaosConfig(t, dir, d), [2]int{})
				if opened && !d.tripped() {
					t.Skip("it was done before")
				}
				j, err := Open(chaosConfig(t, dir, nil))
				if err != nil {
					t.Fatal(err)
				}
				j.Close()
				present(t, dir, answered)
				whole(t, dir)
			})
		}
	}
}

// A full disk is passed: when there is space again, entries are taken again.
func TestFullDiskPasses(t *testing.T) {
	dir := t.TempDir()
	d := &chaos{full: true, left: 1 << 30, files: map[string][]undo{}}
	j := open(t, chaosConfig(t, dir, d))
	if err := j.Append(entriesOf(sekisho.Reader, 0, 5)...); err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	d.left = 0
	d.mu.Unlock()
	if err := j.Append(entriesOf(sekisho.Reader, 5, 5)...); sekisho.KindOf(err) != sekisho.Full {
		t.Fatalf("on a full disk: %v", err)
	}
	d.mu.Lock()
	d.left = 1 << 30
	d.mu.Unlock()
	if err := j.Append(entriesOf(sekisho.Reader, 5, 5)...); err != nil {
		t.Fatal(err)
	}
	j.Close()
	present(t, dir, [2]int{10, 0})
	whole(t, dir)
}

// Every byte of every file of a small ledger: changed, and the verification says so; every file: dropped, cut short, put back
// to what it was.
func TestVerifyFindsEverything(t *testing.T) {
	dir := t.TempDir()
	c := chaosConfig(t, dir, nil)
	c.Rows = 512
	var ticks atomic.Int64
	c.Clock = func() time.Time { return day.Add(time.Duration(ticks.Add(1)) * time.Second) }
	answered := [2]int{}
	grow := func() {
		j := open(t, c)
		for i := range 9 {
			if i == 7 {
				j.Seal() // the log lets go of it
			}
			if err := j.Append(append(entriesOf(sekisho.Reader, answered[0], 130), entriesOf(sekisho.Gate, answered[1], 9)...)...); err != nil {
				t.Fatal(err)
			}
			answered[0], answered[1] = answered[0]+130, answered[1]+9
			j.Sign()
		}
		for range 70 { // so that the head log has stored hashes too
			j.Append(append(entriesOf(sekisho.Reader, answered[0], 1), entriesOf(sekisho.Gate, answered[1], 1)...)...)
			answered[0], answered[1] = answered[0]+1, answered[1]+1
			j.Sign()
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	grow()
	early := snapshot(t, dir)
	grow()
	whole(t, dir)
	now := snapshot(t, dir)
	faults := func() []book.Fault { return verify(t, dir).Faults }
	bad := func(what string) {
		t.Helper()
		list := faults()
		if len(list) == 0 {
			t.Errorf("%s: nothing was found", what)
		} else if list[0].Stream == "" {
			t.Errorf("%s: %+v names nothing", what, list[0])
		}
	}
	r := rand.New(rand.NewPCG(1, 9))
	for name, b := range now {
		path := filepath.Join(dir, name)
		put := func(x []byte) {
			if err := os.WriteFile(path, x, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		tries := min(len(b), 150)
		if testing.Short() {
			tries = min(tries, 20)
		}
		for range tries {
			i := r.IntN(len(b))
			x := bytes.Clone(b)
			x[i] ^= 1 << r.IntN(8)
			put(x)
			bad(fmt.Sprintf("%s: byte %d of %d changed", name, i, len(b)))
		}
		for _, cut := range []int{0, len(b) / 3, len(b) - 1} {
			put(b[:cut])
			if filepath.Dir(name) == book.Log {
				continue // a torn end is none; the cases that matter are below
			}
			bad(fmt.Sprintf("%s: cut to %d of %d bytes", name, cut, len(b)))
		}
		os.Remove(path)
		if filepath.Dir(name) != book.Log && name != book.Key {
			bad(name + ": dropped")
		}
		if old, ok := early[name]; ok && !bytes.Equal(old, b) && filepath.Dir(name) != book.Log {
			put(old)
			bad(name + ": put back")
		}
		put(b)
		if t.Failed() {
			break
		}
	}
	if list := faults(); len(list) > 0 {
		t.Fatalf("the test did not put everything back: %v", list)
	}
	os.RemoveAll(filepath.Join(dir, book.Log))
	bad("the log dropped")
	restore(t, dir, now)
	blocks, _ := filepath.Glob(filepath.Join(dir, book.Streams, "0-reader-0", "*.block"))
	x, y := now[rel(dir, blocks[0])], now[rel(dir, blocks[1])]
	os.WriteFile(blocks[0], y, 0o600)
	os.WriteFile(blocks[1], x, 0o600)
	bad("two blocks changed places")
	restore(t, dir, now)
	os.RemoveAll(filepath.Join(dir, book.Streams, "0-reader-0"))
	bad("a stream dropped")
}

func rel(dir, path string) string { p, _ := filepath.Rel(dir, path); return p }

func snapshot(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out[rel(dir, path)] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func restore(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, b := range files {
		path := filepath.Join(dir, name)
		os.MkdirAll(filepath.Dir(path), 0o700)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A whole directory put back to what it was verifies in itself; an earlier verification and a witness know better.
func TestRollBackOfEverything(t *testing.T) {
	dir := t.TempDir()
	c := chaosConfig(t, dir, nil)
	for range 4 {
		work(c, sizes(t, dir))
	}
	early := snapshot(t, dir)
	r := whole(t, dir)
	work(c, sizes(t, dir))
	later := whole(t, dir)
	v := signer(t).Verifier
	if again := book.Verify(read(t, dir), &v, r.Since); len(again.Faults) > 0 || again.Entries >= later.Entries {
		t.Errorf("since the first verification: %+v", again)
	}
	os.RemoveAll(dir)
	restore(t, dir, early)
	if back := book.Verify(read(t, dir), &v, later.Since); len(back.Faults) == 0 {
		t.Error("a ledger that was rolled back passed")
	}
	j := open(t, c)
	known, err := ledger.ParseCheckpoint([]byte(later.Checkpoint))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Submission(known.Size); sekisho.KindOf(err) != sekisho.Invalid {
		t.Errorf("towards a witness that has seen more: %v", err)
	}
}

// Pruning that ends anywhere leaves a ledger that verifies, with one piece of each stream, and can be done again.
func TestPruneEndsAnywhere(t *testing.T) {
	for n := range 14 {
		dir := t.TempDir()
		d := &chaos{left: 1 << 30, files: map[string][]undo{}}
		c := chaosConfig(t, dir, d)
		c.Rows = 256
		var later atomic.Int64
		c.Clock = func() time.Time { return day.Add(time.Duration(later.Load())) }
		j := open(t, c)
		for i := range 5 {
			if err := j.Append(entriesOf(sekisho.Reader, 256*i, 256)...); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Seal(); err != nil {
			t.Fatal(err)
		}
		later.Store(int64(2 * Retention))
		d.mu.Lock()
		d.left = n
		d.mu.Unlock()
		j.Prune(0, 1)
		j.Close()
		d.lose(rand.New(rand.NewPCG(uint64(n), 3)))
		c.Disk = nil
		j = open(t, c)
		j.Sign()
		whole(t, dir)
		if list, err := j.Prune(0, 1); err != nil || j.Streams()[0].First != 1024 {
			t.Errorf("after %d changes: %+v %v, first %d", n, list, err, j.Streams()[0].First)
		}
		j.Close()
		whole(t, dir)
		if t.Failed() {
			t.Fatalf("after %d changes", n)
		}
	}
}
