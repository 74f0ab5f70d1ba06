package disk

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"
)

// unpacked reads a file of testdata. They were made with mkfs.fat and mtools, mkfs.exfat and exfat-fuse, mkntfs, ntfscp and ntfs-3g (one directory
// packed), genisoimage, xorriso, mkudffs, sfdisk and qemu-img; each holds the three files of contents.
func unpacked(t testing.TB, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := xz.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// contents are the files in each image, by the ends of their names.
func contents() map[string][]byte {
	var numbers bytes.Buffer
	for i := range 12000 {
		fmt.Fprintf(&numbers, "%06d\n", i)
	}
	program := "MZ" + strings.Repeat("\x00", 58) + "\x80\x00\x00\x00" + strings.Repeat("\x00", 64) + "PE\x00\x00" + strings.Repeat("x", 3000)
	return map[string][]byte{".txt": []byte("MZ-not-really hello\n"), "numbers.dat": numbers.Bytes(), ".exe": []byte(program)}
}

func TestImages(t *testing.T) {
	list, err := filepath.Glob("testdata/*.xz")
	if err != nil || len(list) < 20 {
		t.Fatal(err, len(list))
	}
	want := contents()
	for _, path := range list {
		left := map[string]bool{}
		for k := range want {
			left[k] = !strings.Contains(path, "/u_") // these are empty
		}
		names := ""
		notes := Walk(unpacked(t, path), func(f *File) bool {
			if f.Reader == nil {
				return true
			}
			got, err := io.ReadAll(f)
			if err != nil {
				t.Errorf("%s: %s: %v", path, f.Name, err)
			}
			for k, v := range want {
				if bytes.HasSuffix(bytes.ToLower([]byte(f.Name)), []byte(k)) {
					left[k] = false
					if !bytes.Equal(got, v) {
						t.Errorf("%s: %s has %d bytes that are not those of %s", path, f.Name, len(got), k)
					}
				}
			}
			names += f.Name + "\n"
			return true
		})
		for k, missing := range left {
			if missing {
				t.Errorf("%s: no %s in\n%s", path, k, names)
			}
		}
		if len(notes) > 0 {
			t.Errorf("%s: %v", path, notes)
		}
		if !strings.Contains(path, "/u_") && !strings.Contains(path, "plain") && !strings.Contains(names, "請求書") {
			t.Errorf("%s: the long name is lost:\n%s", path, names)
		}
	}
}

// What stands in no directory that a reader knows is found by how programs begin.
func TestUnknownSystem(t *testing.T) {
	data := append(make([]byte, 4096), contents()[".exe"]...)
	n := 0
	notes := Walk(append(data, make([]byte, 1024)...), func(f *File) bool { n++; return true })
	if n != 1 || len(notes) != 1 || notes[0].Name != "unread" {
		t.Errorf("%d files, %v", n, notes)
	}
}

// The hidden stream of a file on NTFS is given with its name.
func TestHiddenStream(t *testing.T) {
	found := false
	Walk(unpacked(t, "testdata/ntfs.img.xz"), func(f *File) bool {
		found = found || f.Name == "small.txt:hidden" && f.Size == 3132
		return true
	})
	if !found {
		t.Error("no hidden stream")
	}
}

// A directory that is its own child, and a file that is its own continuation, end.
func TestLoops(t *testing.T) {
	data := unpacked(t, "testdata/fat12.img.xz")
	fat := data[512:]
	for i := range 4608 { // every cluster leads to cluster 3
		fat[i] = []byte{0x03, 0x30, 0x00}[i%3]
	}
	files := 0
	Walk(data, func(f *File) bool {
		files++
		_, err := io.Copy(io.Discard, io.LimitReader(f, 1<<20))
		return err == nil || files < 100
	})
	if files == 0 {
		t.Error("no file")
	}
}

// Places that differ between the two orders of bytes are stated: readers take one or the other.
func TestTwoPlaces(t *testing.T) {
	data := unpacked(t, "testdata/iso_plain.iso.xz")
	i := bytes.Index(data, []byte("SMALL.TXT;1"))
	data[i-33+9]++ // the last byte of the place, the highest first
	notes := Walk(data, func(*File) bool { return true })
	if len(notes) != 1 || notes[0].Name != "conflict" {
		t.Error(notes)
	}
}

// FuzzWalk changes bytes of images that other tools made: three bytes of data say where, one says what.
func FuzzWalk(f *testing.F) {
	var images [][]byte
	for _, name := range []string{"iso_u.iso", "xorriso.iso", "u_dvdram.img", "fat12.img", "ntfs.img", "exfat.img", "c.vmdk", "c.vpc", "cc.qcow2", "gpt.img"} {
		images = append(images, unpacked(f, "testdata/"+name+".xz"))
		for _, at := range []int{0, 11, 512, 32768, 0x8000 + 156, 0x8800, 256 * 2048, 257*2048 + 440} {
			f.Add(uint8(len(images)-1), []byte{byte(at >> 16), byte(at >> 8), byte(at), 0xff, byte(at >> 16), byte(at >> 8), byte(at + 1), 1})
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, patch []byte) {
		data := bytes.Clone(images[int(which)%len(images)])
		for ; len(patch) >= 4; patch = patch[4:] {
			data[(int(patch[0])<<16|int(patch[1])<<8|int(patch[2]))%len(data)] = patch[3]
		}
		left := int64(4 << 20)
		Walk(data, func(file *File) bool {
			if file.Reader != nil {
				n, _ := io.Copy(io.Discard, io.LimitReader(file, left))
				left -= n
			}
			return left > 0
		})
		Walk(patch, func(*File) bool { return true })
	})
}
