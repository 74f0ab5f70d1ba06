package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sekisho/scan/file"
	"sekisho/test/corpus"
)

// zipped makes a zip of files.
func zipped(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(files[i+1]))
	}
	z.Close()
	return b.Bytes()
}

// walked lists what Walk gives, as "name=content" and "!remark".
func walked(data []byte, l Limit) []string {
	var out []string
	notes := Walk(context.Background(), file.Sniff(data), data, NewBudget(l), func(m *Member) {
		s := m.Name + "=" + string(m.Data[:min(len(m.Data), 20)])
		if m.Encrypted {
			s = m.Name + " is encrypted"
		}
		out = append(out, s)
	})
	for _, n := range notes {
		out = append(out, "!"+n.Name)
	}
	return out
}

func TestZip(t *testing.T) {
	good := zipped(t, "a.txt", "hello", "b/c.txt", "world")
	if got := walked(good, Limit{}); !slices.Equal(got, []string{"a.txt=hello", "b/c.txt=world"}) {
		t.Errorf("%q", got)
	}
	// The first local header gets another name than the directory says.
	other := bytes.Replace(good, []byte("a.txt"), []byte("x.exe"), 1)
	if got := walked(other, Limit{}); !slices.Contains(got, "!conflict") {
		t.Errorf("two names: %q", got)
	}
	// The end is cut off: what stands in front is read all the same.
	if got := walked(good[:len(good)-30], Limit{}); !slices.Contains(got, "!conflict") || !slices.Contains(got, "a.txt=hello") {
		t.Errorf("cut: %q", got)
	}
	if got := walked(append([]byte("PK\x03\x04junk before it "), good...), Limit{}); !slices.Contains(got, "a.txt=hello") {
		t.Errorf("moved: %q", got)
	}
	if got := walked(zipped(t, "a", "1", "a", "2"), Limit{}); !slices.Contains(got, "!conflict") {
		t.Errorf("two of one name: %q", got)
	}
}

func TestLimits(t *testing.T) {
	zeros := strings.Repeat("\x00", 8<<20)
	for name, c := range map[string]struct {
		data []byte
		l    Limit
		want string
	}{
		"ratio":   {zipped(t, "zero", zeros), Limit{}, "!bomb"},
		"bytes":   {zipped(t, "zero", zeros), Limit{Ratio: 1e9, Bytes: 1 << 20}, "!bomb"},
		"member":  {zipped(t, "zero", zeros), Limit{Ratio: 1e9, Member: 1 << 20}, "!cut"},
		"entries": {zipped(t, "a", "1", "b", "2", "c", "3"), Limit{Entries: 2}, "!bomb"},
	} {
		if got := walked(c.data, c.l); !slices.Contains(got, c.want) {
			t.Errorf("%s: %.100q", name, got)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	notes := Walk(ctx, file.Zip, zipped(t, "a", "1"), NewBudget(Limit{}), func(m *Member) { t.Errorf("%s after the end", m.Name) })
	if len(notes) != 1 || notes[0].Name != "cut" {
		t.Errorf("%v", notes)
	}
}

// TestSharedData is an attack: many directory entries that lead to the same bytes.
func TestSharedData(t *testing.T) {
	one := zipped(t, "a", strings.Repeat("x", 1000))
	i := bytes.Index(one, []byte(sigCentral))
	j := bytes.Index(one, []byte(sigEnd))
	entry := one[i:j]
	data := append([]byte{}, one[:i]...)
	for range 500 {
		data = append(data, entry...)
	}
	end := append([]byte{}, one[j:]...)
	copy(end[8:], fmt.Sprintf("%c%c%c%c", 500&255, 500>>8, 500&255, 500>>8))
	size := len(entry) * 500
	end[8], end[9], end[10], end[11] = 500&255, 500>>8, 500&255, 500>>8
	end[12], end[13], end[14] = byte(size), byte(size>>8), byte(size>>16)
	data = append(data, end...)
	got := walked(data, Limit{})
	if !slices.Contains(got, "!bomb") || len(got) > 40 {
		t.Errorf("%d members and remarks", len(got))
	}
}

func TestStreams(t *testing.T) {
	var g bytes.Buffer
	for _, s := range []string{"first ", "second"} { // two gzip files behind each other are one
		w := gzip.NewWriter(&g)
		w.Write([]byte(s))
		w.Close()
	}
	if got := walked(g.Bytes(), Limit{}); !slices.Equal(got, []string{"content=first second"}) {
		t.Errorf("%q", got)
	}
	var b bytes.Buffer
	tw := tar.NewWriter(&b)
	tw.WriteHeader(&tar.Header{Name: "a", Size: 2, Mode: 0o600})
	tw.Write([]byte("hi"))
	tw.WriteHeader(&tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"})
	tw.Close()
	if got := walked(b.Bytes(), Limit{}); !slices.Equal(got, []string{"a=hi", "l=/etc/passwd"}) {
		t.Errorf("%q", got)
	}
	if got := walked(g.Bytes()[:20], Limit{}); !slices.Contains(got, "!broken") {
		t.Errorf("cut: %q", got)
	}
}

// TestGoArchives reads the files that Go's own archive packages are tested with: nothing may fail.
func TestGoArchives(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus.Path(t, "data/attach/go-archive-testdata"), "*", "*"))
	want := map[string]string{"zip64.zip": "README=This small file is", "zip64-2.zip": "README=This small file is", "unix.zip": "hello=world ", "test-trailing-junk.zip": "test.txt=This is a test text"}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got := walked(data, Limit{Bytes: 10 << 20})
		if w := want[filepath.Base(f)]; w != "" && (!slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, strings.TrimSpace(w)) }) || slices.Contains(got, "!conflict")) {
			t.Errorf("%s: %q", filepath.Base(f), got)
		}
	}
}

func FuzzWalk(f *testing.F) {
	f.Add([]byte("Rar!\x1a\x07\x01\x00 and nothing"))
	f.Add([]byte("7z\xbc\xaf\x27\x1c\x00\x04 and nothing"))
	f.Add(zipped(f, "a", "hello", "b/", "", "c.txt", strings.Repeat("z", 100)))
	var g bytes.Buffer
	w, _ := gzip.NewWriterLevel(&g, flate.BestSpeed)
	w.Write([]byte("hello"))
	w.Close()
	f.Add(g.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		b := NewBudget(Limit{Entries: 50, Bytes: 1 << 20, Member: 1 << 18})
		Walk(context.Background(), file.Sniff(data), data, b, func(m *Member) {
			if int64(len(m.Data)) > b.Member+1 {
				t.Fatalf("%s has %d bytes", m.Name, len(m.Data))
			}
		})
		if b.held != 0 {
			t.Fatalf("%d bytes are held", b.held)
		}
	})
}

// rar4 makes a rar of version 4 with one stored file.
func rar4(name, content string, flags uint16) []byte {
	le := binary.LittleEndian
	head := func(kind byte, flags uint16, body []byte) []byte {
		b := append([]byte{kind}, le.AppendUint16(le.AppendUint16(nil, flags), uint16(7+len(body)))...)
		b = append(b, body...)
		return append(le.AppendUint16(nil, uint16(crc32.ChecksumIEEE(b))), b...)
	}
	f := le.AppendUint32(nil, uint32(len(content)))
	f = le.AppendUint32(f, uint32(len(content)))
	f = append(f, 2)
	f = le.AppendUint32(f, crc32.ChecksumIEEE([]byte(content)))
	f = le.AppendUint32(f, 0x5a215a21)
	f = append(f, 20, 0x30)
	f = le.AppendUint16(f, uint16(len(name)))
	f = le.AppendUint32(f, 0x20)
	f = append(f, name...)
	out := append([]byte("Rar!\x1a\x07\x00"), head(0x73, 0, make([]byte, 6))...)
	out = append(out, head(0x74, 0x8000|flags, f)...)
	out = append(out, content...)
	return append(out, head(0x7b, 0x4000, nil)...)
}

func TestRar(t *testing.T) {
	if got := walked(rar4("a.txt", "hello", 0), Limit{}); !slices.Equal(got, []string{"a.txt=hello"}) {
		t.Errorf("%q", got)
	}
	if got := walked(rar4("a.txt", "hello", 4), Limit{}); !slices.Contains(got, "a.txt is encrypted") {
		t.Errorf("encrypted: %q", got)
	}
	if got := walked(rar4("a.txt", "hello", 0)[:40], Limit{}); len(got) == 0 {
		t.Error("a cut rar without a remark")
	}
}
