package wire

import (
	"bytes"
	"testing"
)

// A list of files reads as it was written, and gives each file its own bytes.
func TestShareList(t *testing.T) {
	l := ShareList{Files: []ShareFile{{Name: "見積.csv", Type: "text/csv", Size: 3, Sum: []byte{1}}, {Name: "", Size: 0}, {Name: "b", Size: 2}}}
	got, err := DecodeShareList(EncodeShareList(l))
	if err != nil || len(got.Files) != 3 || got.Files[0].Name != "見積.csv" || got.Files[2].Size != 2 {
		t.Fatalf("%v %+v", err, got)
	}
	for i, want := range []string{"abc", "", "de"} {
		if b, err := got.Content([]byte("abcde"), i); err != nil || string(b) != want {
			t.Errorf("file %d: %q %v", i, b, err)
		}
	}
	for _, bad := range []int{-1, 3} {
		if _, err := got.Content([]byte("abcde"), bad); err == nil {
			t.Errorf("there is no file %d", bad)
		}
	}
	if _, err := got.Content([]byte("abcd"), 2); err == nil {
		t.Error("more than there is")
	}
}

// Whatever stands where a list should, it is read or refused, and no file reaches beyond the contents.
func FuzzShareList(f *testing.F) {
	f.Add(EncodeShareList(ShareList{}), []byte{})
	f.Add(EncodeShareList(ShareList{Files: []ShareFile{{Name: "a", Size: -1}, {Name: "b", Size: 1 << 62}}}), []byte("abc"))
	f.Add([]byte{shareListVersion, 0xff}, []byte("abc"))
	f.Fuzz(func(t *testing.T, list, all []byte) {
		l, err := DecodeShareList(list)
		if err != nil {
			return
		}
		for i := range l.Files {
			if b, err := l.Content(all, i); err == nil && (int64(len(b)) != l.Files[i].Size || !bytes.Contains(all, b)) {
				t.Fatalf("file %d: %q", i, b)
			}
		}
	})
}
