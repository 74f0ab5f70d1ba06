package archive

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sekisho/scan/file"
)

// contents are the files in testdata/packed, which LHA, ARJ and gcab packed.
func contents() map[string]string {
	var text strings.Builder
	x := uint32(1)
	for i := range 400 {
		x = (x*1103515245 + 12345) & 0x7fffffff
		fmt.Fprintf(&text, "%d line %d of the text, %x\r\n", i, x%7, x%997)
	}
	two := make([]byte, 3000)
	for i := range two {
		two[i] = byte(i * i >> 3)
	}
	return map[string]string{"text.txt": text.String(), "two.bin": string(two)}
}

func TestPacked(t *testing.T) {
	want := contents()
	for name, files := range map[string][]string{"lh5.lzh": {"text.txt", "two.bin"}, "lh6.lzh": {"text.txt", "two.bin"}, "lh7.lzh": {"text.txt", "two.bin"},
		"a0.arj": {"two.bin"}, "a1.arj": {"text.txt", "two.bin"}, "z.cab": {"text.txt", "two.bin"}} {
		data, err := os.ReadFile(filepath.Join("testdata", "packed", name))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		notes := Walk(context.Background(), file.Sniff(data), data, NewBudget(Limit{}), func(m *Member) {
			got = append(got, m.Name)
			if string(m.Data) != want[m.Name] || m.Cut {
				t.Errorf("%s: %s is %d bytes, want %d, cut %v", name, m.Name, len(m.Data), len(want[m.Name]), m.Cut)
			}
		})
		if !slices.Equal(got, files) || len(notes) > 0 {
			t.Errorf("%s: %q %+v", name, got, notes)
		}
		for cut := len(data) - 2; cut > 0; cut -= 7 { // what is cut off is said; the last byte is a mark of the end
			if !complains(data[:cut]) {
				t.Fatalf("%s cut to %d of %d: nothing is said", name, cut, len(data))
			}
		}
	}
	data, err := os.ReadFile(filepath.Join("testdata", "packed", "ag.arj"))
	if err != nil {
		t.Fatal(err)
	}
	if got := walked(data, Limit{}); !slices.Equal(got, []string{"two.bin is encrypted"}) {
		t.Errorf("a garbled file: %q", got)
	}
}

// complains says whether something is wrong with an archive that was cut, or it is none any more.
func complains(data []byte) bool {
	k := file.Sniff(data)
	cut := false
	notes := Walk(context.Background(), k, data, NewBudget(Limit{}), func(m *Member) { cut = cut || m.Cut })
	return len(notes) > 0 || cut || !k.Archive()
}

func FuzzPacked(f *testing.F) {
	all, err := filepath.Glob("testdata/packed/*")
	if err != nil || len(all) == 0 {
		f.Fatal("no seeds")
	}
	for _, path := range all {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		total := 0
		Walk(context.Background(), file.Sniff(b), b, NewBudget(Limit{Bytes: 1 << 22, Member: 1 << 20}), func(m *Member) { total += len(m.Data) })
		if total > 1<<23 {
			t.Fatalf("%d bytes", total)
		}
	})
}
