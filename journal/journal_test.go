package journal

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sekisho"
	"sekisho/blob"
	"sekisho/ledger"
	"sekisho/ledger/book"
)

var day = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func signer(t testing.TB) *ledger.Signer {
	t.Helper()
	s, err := ledger.NewSigner("log.test.example", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func config(t testing.TB, dir string) Config {
	return Config{Dir: dir, Signer: signer(t), Clock: func() time.Time { return day }, Rows: 1000, Segment: 256 << 10, Checkpoint: time.Millisecond}
}

func open(t testing.TB, c Config) *Journal {
	t.Helper()
	j, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// entries makes n entries of one component; Object counts from first, so that a test can see which are there.
func entries(role sekisho.Role, cell uint16, first, n int) []ledger.Entry {
	out := make([]ledger.Entry, n)
	for i := range out {
		out[i] = ledger.Entry{Time: uint64(day.UnixMilli()), Kind: ledger.Opening, Role: role, Cell: cell, Process: 5, Class: sekisho.ClassBody,
			Contract: 3, Account: 4, Session: 9, Object: uint64(first + i), Count: 1}
	}
	return out
}

func read(t testing.TB, dir string) *book.Book {
	t.Helper()
	fsys := os.DirFS(dir)
	b, err := book.Open(fsys, func(f func([]byte) error) error { return blob.Read(fsys, book.Log, f) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func verify(t testing.TB, dir string) book.Report {
	t.Helper()
	v := signer(t).Verifier
	return book.Verify(read(t, dir), &v, nil)
}

func whole(t testing.TB, dir string) book.Report {
	t.Helper()
	r := verify(t, dir)
	for _, f := range r.Faults {
		t.Error(f)
	}
	if t.Failed() {
		t.FailNow()
	}
	return r
}

func TestAppendSealReopen(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	var readers, gates int
	for range 4 {
		j := open(t, config(t, dir))
		for range 40 {
			a, b := 1+r.IntN(90), 1+r.IntN(3)
			if err := j.Append(append(entries(sekisho.Reader, 2, readers, a), entries(sekisho.Gate, 0, gates, b)...)...); err != nil {
				t.Fatal(err)
			}
			readers, gates = readers+a, gates+b
		}
		if j.Size() != uint64(readers+gates) {
			t.Fatalf("%d entries, want %d", j.Size(), readers+gates)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if got := whole(t, dir); got.Entries != uint64(readers+gates) || !got.Signed {
			t.Fatalf("verified %+v, want %d entries", got, readers+gates)
		}
	}
	j := open(t, config(t, dir))
	for _, i := range j.Streams() {
		if i.Stream.Role == sekisho.Reader && i.Blocks < readers/1000-1 {
			t.Errorf("%s: %d blocks of %d entries", i.Stream, i.Blocks, readers)
		}
	}
	list, from, next := j.Recent(0, 10, true, 0)
	if len(list) != 10 || next != j.Size() || from != next-10 {
		t.Errorf("%d recent ones from %d to %d", len(list), from, next)
	}
}

func TestLargeFrame(t *testing.T) {
	dir := t.TempDir()
	j := open(t, config(t, dir))
	if err := j.Append(entries(sekisho.Reader, 0, 0, 3500)...); err != nil { // more than three blocks in one frame
		t.Fatal(err)
	}
	if err := j.Seal(); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if got := whole(t, dir); got.Entries != 3500 {
		t.Errorf("%+v", got)
	}
}

func TestManyCallers(t *testing.T) {
	dir := t.TempDir()
	j := open(t, config(t, dir))
	var all sync.WaitGroup
	for c := range 20 {
		all.Go(func() {
			for i := range 50 {
				if err := j.Append(entries(sekisho.Reader, uint16(c%3), i, 2)...); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	j.Close()
	if got := whole(t, dir); got.Entries != 2000 {
		t.Errorf("%d entries, want 2000", got.Entries)
	}
}

// The log lets go of what is sealed, and a start does not need what it let go.
func TestRelease(t *testing.T) {
	dir := t.TempDir()
	j := open(t, config(t, dir))
	for i := range 60 {
		if err := j.Append(entries(sekisho.Reader, 0, i*500, 500)...); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Seal(); err != nil {
		t.Fatal(err)
	}
	j.Close()
	segments, _ := filepath.Glob(filepath.Join(dir, book.Log, "*.seg"))
	if len(segments) > 2 {
		t.Errorf("%d segments are left", len(segments))
	}
	whole(t, dir)
	open(t, config(t, dir))
}

func TestProve(t *testing.T) {
	dir := t.TempDir()
	j := open(t, config(t, dir))
	for i := range 25 {
		if err := j.Append(entries(sekisho.Reader, 1, i*100, 100)...); err != nil {
			t.Fatal(err)
		}
	}
	stream := ledger.Stream{Role: sekisho.Reader, Cell: 1}
	for _, n := range []uint64{0, 1, 255, 256, 999, 1000, 1700, 2047, 2499} {
		p, err := j.Prove(stream, n)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ledger.ParseProof(p.Text())
		if err != nil {
			t.Fatal(err)
		}
		e, _, err := again.Check(signer(t).Verifier)
		if err != nil || e.Object != n || e.Stream() != stream {
			t.Errorf("entry %d: %+v %v", n, e, err)
		}
	}
	if _, err := j.Prove(stream, 2500); err == nil {
		t.Error("an entry that is not there was proven")
	}
	old, err := j.Sign()
	if err != nil {
		t.Fatal(err)
	}
	was, _ := ledger.OpenCheckpoint(old, signer(t).Verifier)
	j.Append(entries(sekisho.Reader, 1, 2500, 700)...)
	j.Sign()
	s, err := j.Submission(was.Size)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Judge(signer(t).Verifier, was); err != nil {
		t.Errorf("the checkpoint does not continue the one before: %v", err)
	}
}

func TestOldFormat(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "0000000001.seg"), []byte("x"), 0o600)
	if _, err := Open(config(t, dir)); !errors.Is(err, book.ErrOld) || sekisho.KindOf(err) != sekisho.Corrupt {
		t.Errorf("%v", err)
	}
	if _, err := book.Open(os.DirFS(dir), nil); !errors.Is(err, book.ErrOld) {
		t.Errorf("%v", err)
	}
}

func TestPrune(t *testing.T) {
	dir := t.TempDir()
	var later atomic.Int64 // after day
	now := func() time.Time { return day.Add(time.Duration(later.Load())) }
	c := config(t, dir)
	c.Clock, c.Rows = now, 1024
	j := open(t, c)
	n := 0
	for range 5 {
		for range 3 {
			e := entries(sekisho.Reader, 0, n, 500)
			for i := range e {
				e[i].Time = uint64(now().UnixMilli())
			}
			j.Append(e...)
			n += 500
		}
		later.Add(int64(300 * 24 * time.Hour))
	}
	j.Seal()
	stream := ledger.Stream{Role: sekisho.Reader}
	before, err := j.Prove(stream, 100)
	if err != nil {
		t.Fatal(err)
	}
	id, err := j.AddHold(Hold{From: day.Add(290 * 24 * time.Hour), Until: day.Add(310 * 24 * time.Hour), Reason: "case 7", By: 1})
	if err != nil {
		t.Fatal(err)
	}
	got, err := j.Prune(0, 1)
	if err != nil || len(got) != 1 || got[0].To != 1024 || got[0].Held == 0 {
		t.Fatalf("%+v %v", got, err)
	}
	j.Sign()
	if r := whole(t, dir); r.Streams[0].First != got[0].To || r.Streams[0].First == 0 {
		t.Errorf("%+v", r.Streams)
	}
	if _, err := j.Prove(stream, 100); err == nil || !strings.Contains(err.Error(), "pruned") {
		t.Errorf("a pruned entry was proven: %v", err)
	}
	if _, _, err := before.Check(signer(t).Verifier); err != nil {
		t.Errorf("an old proof: %v", err)
	}
	if err := j.LiftHold(id, 1); err != nil {
		t.Fatal(err)
	}
	if again, err := j.Prune(0, 1); err != nil || len(again) != 1 || again[0].To <= got[0].To {
		t.Errorf("%+v %v", again, err)
	}
	if _, err := j.Prune(100*24*time.Hour, 1); sekisho.KindOf(err) != sekisho.Denied {
		t.Errorf("less than the retention: %v", err)
	}
	if p, err := j.Prove(stream, j.Streams()[0].First); err != nil {
		t.Error(err)
	} else if _, _, err := p.Check(signer(t).Verifier); err != nil {
		t.Error(err)
	}
	j.Close()
	open(t, c)
	r := whole(t, dir)
	first, _ := filepath.Glob(filepath.Join(dir, book.Streams, "*", "*.block"))
	if err := os.Remove(first[0]); err != nil {
		t.Fatal(err)
	}
	if bad := verify(t, dir); len(bad.Faults) == 0 {
		t.Errorf("a block was taken away beyond what was pruned, and nothing was found: %+v, before %+v", bad.Streams, r.Streams)
	}
}

// When nothing is entered, nothing is written: no checkpoint follows from a checkpoint.
func TestIdleWritesNothing(t *testing.T) {
	dir := t.TempDir()
	j := open(t, config(t, dir))
	if err := j.Append(entries(sekisho.Reader, 0, 0, 5)...); err != nil {
		t.Fatal(err)
	}
	note, err := j.Sign()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		time.Sleep(20 * time.Millisecond) // many times what a checkpoint waits here
		again, err := j.Sign()
		if err != nil || !bytes.Equal(again, note) {
			t.Fatalf("%s %v", again, err)
		}
	}
	if r := whole(t, dir); r.Heads != 1 {
		t.Errorf("%d heads of one burst", r.Heads)
	}
}
