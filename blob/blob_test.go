package blob

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"sekisho"
)

func open(t *testing.T, dir string, o Options) *Log {
	t.Helper()
	l, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func put(t *testing.T, l *Log, text string) Pos {
	t.Helper()
	p, err := l.Append([][]byte{[]byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return p[0]
}

func all(t *testing.T, l *Log) []string {
	t.Helper()
	var out []string
	if err := l.Scan(Pos{}, func(_ Pos, b []byte) error { out = append(out, string(b)); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAppendReadScan(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{Size: 4096})
	var want []string
	var at []Pos
	for i := range 100 {
		text := fmt.Sprintf("record %d %s", i, strings.Repeat("x", i*3))
		p, err := l.Append([][]byte{[]byte(text[:5]), nil, []byte(text[5:])})
		if err != nil {
			t.Fatal(err)
		}
		want, at = append(want, text), append(at, p[0])
	}
	check := func(l *Log) {
		t.Helper()
		if got := all(t, l); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("scan gives %q", got)
		}
		for i, p := range at {
			whole, err := l.Read(p, 0, -1)
			if err != nil || string(whole) != want[i] {
				t.Fatalf("record %d: %q, %v", i, whole, err)
			}
			part, err := l.Read(p, 2, 4)
			if err != nil || string(part) != want[i][2:6] {
				t.Fatalf("part of record %d: %q, %v", i, part, err)
			}
			rest, err := l.Read(p, 7, -1)
			if err != nil || string(rest) != want[i][7:] {
				t.Fatalf("rest of record %d: %q, %v", i, rest, err)
			}
		}
	}
	check(l)
	if at[99].Segment < 3 {
		t.Fatalf("no new segments were begun: %v", at[99])
	}
	l.Close()
	l = open(t, dir, Options{Size: 4096})
	check(l)
	var half []string
	if err := l.Scan(at[50], func(p Pos, b []byte) error { half = append(half, string(b)); return nil }); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(half) != fmt.Sprint(want[50:]) {
		t.Fatalf("scan from the middle gives %q", half)
	}
}

func TestManyCallers(t *testing.T) {
	l := open(t, t.TempDir(), Options{Size: 64 << 10, Group: 2048})
	var wg sync.WaitGroup
	for c := range 32 {
		wg.Go(func() {
			for i := range 50 {
				a, b := fmt.Sprintf("%d/%d/a", c, i), fmt.Sprintf("%d/%d/b", c, i)
				p, err := l.Append([][]byte{[]byte(a)}, [][]byte{[]byte(b)})
				if err != nil {
					t.Error(err)
					return
				}
				for k, want := range []string{a, b} {
					if got, err := l.Read(p[k], 0, -1); err != nil || string(got) != want {
						t.Errorf("%q, %v; want %q", got, err, want)
					}
				}
			}
		})
	}
	wg.Wait()
	if got := all(t, l); len(got) != 32*50*2 {
		t.Fatalf("%d records", len(got))
	}
}

// TestFewFilesOpen: many segments, few open at once, many readers; nobody notices.
func TestFewFilesOpen(t *testing.T) {
	l := open(t, t.TempDir(), Options{Size: 200, files: 3})
	var at []Pos
	for i := range 60 {
		at = append(at, put(t, l, fmt.Sprintf("record %d", i)))
	}
	var wg sync.WaitGroup
	for c := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(c)))
			for range 500 {
				i := r.IntN(len(at))
				if b, err := l.Read(at[i], 0, -1); err != nil || string(b) != fmt.Sprintf("record %d", i) {
					t.Errorf("record %d: %q, %v", i, b, err)
					return
				}
			}
		})
	}
	for range 20 {
		put(t, l, "meanwhile")
	}
	wg.Wait()
	if len(l.files) > 3 {
		t.Fatalf("%d files are open", len(l.files))
	}
	if got := all(t, l); len(got) != 80 {
		t.Fatal(len(got))
	}
}

// TestTornTail cuts the file at every length: the groups before stay, the unfinished one goes, appending works.
func TestTornTail(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{})
	texts := []string{"first", "second record", "third"}
	var ends []int64
	for _, s := range texts {
		put(t, l, s)
		e, _ := l.End()
		ends = append(ends, e.Offset)
	}
	l.Close()
	path := filepath.Join(dir, segmentName(1))
	whole, _ := os.ReadFile(path)
	for n := int64(0); n <= int64(len(whole)); n++ {
		os.WriteFile(path, whole[:n], 0o600)
		l, err := Open(dir, Options{})
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		want := 0
		for want < len(ends) && ends[want] <= n {
			want++
		}
		put(t, l, "after")
		if got := all(t, l); fmt.Sprint(got) != fmt.Sprint(append(append([]string{}, texts[:want]...), "after")) {
			t.Fatalf("cut at %d: %q", n, got)
		}
		l.Close()
	}
}

// TestFlippedByte: damage before the last group is an error that names the place; in the last group it cannot be told
// from a torn write.
func TestFlippedByte(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{})
	for i := range 4 {
		put(t, l, fmt.Sprintf("record %d", i))
	}
	last, _ := l.End()
	l.Close()
	path := filepath.Join(dir, segmentName(1))
	whole, _ := os.ReadFile(path)
	lastGroup := last.Offset - groupHead - recordHead - int64(len("record 0"))
	for i := range whole {
		if i >= 36 && i < segmentHead {
			continue // the header's spare bytes
		}
		b := bytes.Clone(whole)
		b[i] ^= 0x10
		os.WriteFile(path, b, 0o600)
		l, err := Open(dir, Options{})
		if int64(i) >= lastGroup {
			if err != nil {
				t.Fatalf("byte %d: %v", i, err)
			}
			if got := all(t, l); len(got) != 3 {
				t.Fatalf("byte %d: %q", i, got)
			}
			l.Close()
			continue
		}
		if sekisho.KindOf(err) != sekisho.Corrupt || !strings.Contains(err.Error(), segmentName(1)+" at offset ") {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
}

func TestScanFindsDamageInOldSegments(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{Size: 200})
	for i := range 12 {
		put(t, l, fmt.Sprintf("record %d", i))
	}
	l.Close()
	path := filepath.Join(dir, segmentName(2))
	whole, _ := os.ReadFile(path)
	scan := func() error {
		l := open(t, dir, Options{Size: 200})
		defer l.Close()
		return l.Scan(Pos{}, func(Pos, []byte) error { return nil })
	}
	b := bytes.Clone(whole)
	b[len(b)-1] ^= 1
	os.WriteFile(path, b, 0o600)
	if err := scan(); sekisho.KindOf(err) != sekisho.Corrupt || !strings.Contains(err.Error(), segmentName(2)) {
		t.Fatalf("flipped byte in the last group of an old segment: %v", err)
	}
	os.WriteFile(path, whole[:len(whole)-groupHead-recordHead-len("record 0")], 0o600)
	if err := scan(); sekisho.KindOf(err) != sekisho.Corrupt {
		t.Fatalf("group missing at the end of an old segment: %v", err)
	}
	os.Remove(path)
	if _, err := Open(dir, Options{}); sekisho.KindOf(err) != sekisho.Corrupt || !strings.Contains(err.Error(), "missing") {
		t.Fatalf("missing segment: %v", err)
	}
}

func TestCut(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{Size: 200})
	var at []Pos
	for i := range 12 {
		at = append(at, put(t, l, fmt.Sprintf("record %d", i)))
	}
	for _, keep := range []int{10, 9, 4, 0} {
		if err := l.Cut(at[keep]); err != nil {
			t.Fatal(err)
		}
		if got := all(t, l); len(got) != keep+1 {
			t.Fatalf("%d records after a cut behind %d", len(got), keep)
		}
	}
	if err := l.Cut(at[5]); sekisho.KindOf(err) != sekisho.NotFound {
		t.Fatalf("cut behind a record that is gone: %v", err)
	}
	put(t, l, "again")
	l.Close()
	l = open(t, dir, Options{Size: 200})
	if got := all(t, l); fmt.Sprint(got) != "[record 0 again]" {
		t.Fatal(got)
	}
	if err := l.Cut(Pos{}); err != nil {
		t.Fatal(err)
	}
	if got := all(t, l); len(got) != 0 {
		t.Fatal(got)
	}
}

func TestDrop(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{Size: 200})
	var at []Pos
	for i := range 12 {
		at = append(at, put(t, l, fmt.Sprintf("record %d", i)))
	}
	if err := l.Drop(at[6].Segment); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Read(at[0], 0, -1); sekisho.KindOf(err) != sekisho.NotFound {
		t.Fatal(err)
	}
	if l.First() != at[6].Segment {
		t.Fatal(l.First())
	}
	l.Close()
	l = open(t, dir, Options{Size: 200})
	if got := all(t, l); got[len(got)-1] != "record 11" || got[0] == "record 0" {
		t.Fatal(got)
	}
}

// TestForget: forgotten records are gone, their neighbours stay, and the log opens and scans as before.
func TestForget(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{Size: 300 << 10})
	var at []Pos
	for i := range 20 {
		at = append(at, put(t, l, fmt.Sprintf("record %d %s", i, strings.Repeat("x", 40000))))
	}
	blocks := func() (n int64) {
		for s := l.First(); s <= at[19].Segment; s++ {
			var st unix.Stat_t
			if err := unix.Stat(l.path(s), &st); err != nil {
				t.Fatal(err)
			}
			n += st.Blocks * 512
		}
		return n
	}
	before := blocks()
	var gone []Pos
	for i := range at {
		if i%2 == 1 {
			gone = append(gone, at[i])
		}
	}
	for range 2 {
		if err := l.Forget(gone...); err != nil {
			t.Fatal(err)
		}
	}
	if after := blocks(); after > before*2/3 {
		t.Logf("this file system gives nothing back: %d bytes before, %d after", before, after)
	}
	for range 2 {
		if got := all(t, l); len(got) != 10 || !strings.HasPrefix(got[9], "record 18 ") {
			t.Fatal(len(got))
		}
		if _, err := l.Read(at[3], 0, -1); sekisho.KindOf(err) != sekisho.NotFound {
			t.Fatal(err)
		}
		if b, err := l.Read(at[4], 0, -1); err != nil || !strings.HasPrefix(string(b), "record 4 ") {
			t.Fatal(err)
		}
		l.Close()
		l = open(t, dir, Options{Size: 300 << 10})
	}
	if p := put(t, l, "more"); !at[19].Less(p) {
		t.Fatal(p)
	}
}

// faulty is a file that can be told to misbehave.
type faulty struct {
	File
	f *fault
}

type fault struct {
	space  atomic.Int64 // bytes that may still be written; negative: no limit
	tear   atomic.Bool  // a refused write leaves half of its bytes behind
	sync   atomic.Value // error that fdatasync reports, as errorBox
	skip   atomic.Bool  // fdatasync says yes and keeps nothing
	write  atomic.Value // error that writes report although they did what they should, as errorBox
	synced atomic.Int64 // length of the file at the last honest fdatasync
}

type errorBox struct{ error }

func (f *fault) open(path string, flag int) (File, error) {
	x, err := OpenFile(path, flag)
	if err != nil {
		return nil, err
	}
	return faulty{x, f}, nil
}

func (x faulty) WriteAt(p []byte, off int64) (int, error) {
	if s := x.f.space.Load(); s >= 0 && int64(len(p)) > s {
		n := 0
		if x.f.tear.Load() {
			n, _ = x.File.WriteAt(p[:len(p)/2], off)
		}
		return n, &os.PathError{Op: "write", Path: "segment", Err: unix.ENOSPC}
	}
	n, err := x.File.WriteAt(p, off)
	if e, ok := x.f.write.Load().(errorBox); ok && e.error != nil {
		return n, e.error
	}
	return n, err
}

func (x faulty) Fdatasync() error {
	if e, ok := x.f.sync.Load().(errorBox); ok && e.error != nil {
		return e.error
	}
	if !x.f.skip.Load() {
		n, _ := x.Size()
		x.f.synced.Store(n)
	}
	return nil
}

func newFault() *fault {
	f := &fault{}
	f.space.Store(-1)
	return f
}

func TestFullDiskRecovers(t *testing.T) {
	for _, tear := range []bool{false, true} {
		dir, f := t.TempDir(), newFault()
		l := open(t, dir, Options{Size: 4096, Open: f.open})
		put(t, l, "before")
		f.tear.Store(tear)
		for _, size := range []int{10, 5000, 300 << 10} {
			f.space.Store(5)
			if _, err := l.Append([][]byte{bytes.Repeat([]byte("z"), size)}); sekisho.KindOf(err) != sekisho.Full {
				t.Fatalf("tear %v: %v", tear, err)
			}
			f.space.Store(-1)
			put(t, l, fmt.Sprint("after ", size))
		}
		want := "[before after 10 after 5000 after 307200]"
		if got := all(t, l); fmt.Sprint(got) != want {
			t.Fatalf("tear %v: %q", tear, got)
		}
		l.Close()
		if got := all(t, open(t, dir, Options{Size: 4096})); fmt.Sprint(got) != want {
			t.Fatalf("tear %v, opened again: %q", tear, got)
		}
	}
}

func TestFailedSyncIsFinal(t *testing.T) {
	dir, f := t.TempDir(), newFault()
	l := open(t, dir, Options{Open: f.open})
	put(t, l, "kept")
	f.sync.Store(errorBox{unix.EIO})
	if _, err := l.Append([][]byte{[]byte("lost")}); sekisho.KindOf(err) != sekisho.Unavailable {
		t.Fatal(err)
	}
	f.sync.Store(errorBox{})
	if _, err := l.Append([][]byte{[]byte("never")}); sekisho.KindOf(err) != sekisho.Unavailable {
		t.Fatalf("the log went on after a failed fdatasync: %v", err)
	}
	l.Close()
	l = open(t, dir, Options{})
	got := all(t, l)
	// The refused record may be there: its bytes had been written. What was acknowledged is there, the later one is not.
	if s := fmt.Sprint(got); s != "[kept]" && s != "[kept lost]" {
		t.Fatal(s)
	}
}

// TestWriteDoneButReportedFailed: the bytes are there, the answer is an error. Nobody may rely on them, nothing breaks.
func TestWriteDoneButReportedFailed(t *testing.T) {
	dir, f := t.TempDir(), newFault()
	l := open(t, dir, Options{Open: f.open})
	put(t, l, "kept")
	f.write.Store(errorBox{unix.EIO})
	if _, err := l.Append([][]byte{[]byte("unsure")}); sekisho.KindOf(err) != sekisho.Unavailable {
		t.Fatal(err)
	}
	l.Close()
	if got := all(t, open(t, dir, Options{})); fmt.Sprint(got) != "[kept]" {
		t.Fatal(got)
	}
}

// TestLyingDisk: fdatasync says yes, the power goes, the bytes were never there. What the log can do is to stay whole.
func TestLyingDisk(t *testing.T) {
	dir, f := t.TempDir(), newFault()
	l := open(t, dir, Options{Open: f.open})
	put(t, l, "kept")
	honest := f.synced.Load()
	f.skip.Store(true)
	put(t, l, "promised")
	put(t, l, "promised too")
	l.Close()
	path := filepath.Join(dir, segmentName(1))
	if err := os.Truncate(path, honest); err != nil {
		t.Fatal(err)
	}
	if got := all(t, open(t, dir, Options{})); fmt.Sprint(got) != "[kept]" {
		t.Fatal(got)
	}
	// Worse: the later group reached the disk and the earlier did not. That is damage and must be said.
	l = open(t, dir, Options{})
	end, _ := l.End()
	put(t, l, "hole")
	put(t, l, "after the hole")
	l.Close()
	b, _ := os.ReadFile(path)
	clear(b[end.Offset : end.Offset+groupHead+recordHead+4])
	os.WriteFile(path, b, 0o600)
	if _, err := Open(dir, Options{}); sekisho.KindOf(err) != sekisho.Corrupt {
		t.Fatal(err)
	}
}

// TestRecordCannotPassForAGroup: text of a sender that looks like a header does not make damage out of a torn tail.
func TestRecordCannotPassForAGroup(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{})
	put(t, l, "kept")
	fake := group{size: 1, seq: 99, count: 1}.put(nil, 0)
	put(t, l, strings.Repeat(string(fake), 10)+"end")
	end, _ := l.End()
	l.Close()
	if err := os.Truncate(filepath.Join(dir, segmentName(1)), end.Offset-1); err != nil {
		t.Fatal(err)
	}
	if got := all(t, open(t, dir, Options{})); fmt.Sprint(got) != "[kept]" {
		t.Fatal(got)
	}
}

func TestClosed(t *testing.T) {
	l := open(t, t.TempDir(), Options{})
	p := put(t, l, "x")
	l.Close()
	if _, err := l.Append([][]byte{nil}); sekisho.KindOf(err) != sekisho.Unavailable {
		t.Fatal(err)
	}
	if _, err := l.Read(p, 0, -1); !errors.Is(err, os.ErrClosed) {
		t.Fatal(err)
	}
}

func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	l, err := Open(dir, Options{})
	if err != nil {
		f.Fatal(err)
	}
	for i := range 3 {
		if _, err := l.Append([][]byte{fmt.Appendf(nil, "record %d", i)}); err != nil {
			f.Fatal(err)
		}
	}
	l.Close()
	b, _ := os.ReadFile(filepath.Join(dir, segmentName(1)))
	f.Add(b)
	f.Add(b[:len(b)-3])
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, segmentName(1)), b, 0o600)
		l, err := Open(dir, Options{Open: newFault().open})
		if err != nil {
			return
		}
		defer l.Close()
		before := all(t, l)
		put(t, l, "more")
		if got := all(t, l); len(got) != len(before)+1 {
			t.Fatalf("%d records, %d before", len(got), len(before))
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct{ callers, size int }{{1, 100}, {64, 100}, {256, 100}, {50, 8 << 10}} {
		b.Run(fmt.Sprintf("callers=%d,size=%d", c.callers, c.size), func(b *testing.B) {
			l, err := Open(b.TempDir(), Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			row := make([]byte, c.size)
			for i := range row {
				row[i] = byte(rand.Int())
			}
			b.SetBytes(int64(c.size))
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ResetTimer()
			var wg sync.WaitGroup
			for range c.callers {
				wg.Go(func() {
					for left.Add(-1) >= 0 {
						if _, err := l.Append([][]byte{row}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
