package blob

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"sekisho"
)

func readAll(dir string) (out []string, err error) {
	err = Read(os.DirFS(filepath.Dir(dir)), filepath.Base(dir), func(b []byte) error { out = append(out, string(b)); return nil })
	return out, err
}

// Read finds what Scan finds, of a log that is open, and takes a torn end for none.
func TestReadAsScan(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	if got, err := readAll(dir); err != nil || len(got) != 0 {
		t.Fatalf("no directory: %v %v", got, err)
	}
	l := open(t, dir, Options{Size: 2000})
	var at []Pos
	for i := range 50 {
		at = append(at, put(t, l, string(bytes.Repeat([]byte{'a' + byte(i%26)}, 100))))
	}
	if err := l.Forget(at[3]); err != nil {
		t.Fatal(err)
	}
	want := all(t, l)
	if got, err := readAll(dir); err != nil || len(got) != len(want) || got[20] != want[20] {
		t.Fatalf("%d records, want %d: %v", len(got), len(want), err)
	}
	if err := l.Drop(2); err != nil {
		t.Fatal(err)
	}
	want = all(t, l)
	got, err := readAll(dir)
	if err != nil || len(got) != len(want) {
		t.Fatalf("after dropping: %d records, want %d: %v", len(got), len(want), err)
	}
	l.Close()
	files, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
	last := files[len(files)-1]
	b, _ := os.ReadFile(last)
	os.WriteFile(last, b[:len(b)-5], 0o600)
	if got, err := readAll(dir); err != nil || len(got) != len(want)-1 {
		t.Errorf("torn: %d records, want %d: %v", len(got), len(want)-1, err)
	}
	os.WriteFile(last, append(bytes.Clone(b[:segmentHead+30]), append([]byte{b[segmentHead+30] ^ 1}, b[segmentHead+31:]...)...), 0o600)
	if _, err := readAll(dir); sekisho.KindOf(err) != sekisho.Corrupt && len(b) > segmentHead+2*(groupHead+recordHead+100) {
		t.Errorf("damage before a later group: %v", err)
	}
	os.WriteFile(last, b, 0o600)
	os.Remove(files[1])
	if _, err := readAll(dir); sekisho.KindOf(err) != sekisho.Corrupt {
		t.Errorf("a segment is missing: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	dir := f.TempDir()
	l, err := Open(dir, Options{})
	if err != nil {
		f.Fatal(err)
	}
	for range 3 {
		if _, err := l.Append([][]byte{[]byte("a record")}, [][]byte{[]byte("another")}); err != nil {
			f.Fatal(err)
		}
	}
	l.Close()
	b, err := os.ReadFile(filepath.Join(dir, segmentName(1)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:segmentHead])
	f.Fuzz(func(t *testing.T, b []byte) {
		fsys := fstest.MapFS{"log/" + segmentName(1): {Data: b}}
		Read(fsys, "log", func([]byte) error { return nil })
	})
}
