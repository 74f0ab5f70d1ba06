package scan

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"

	"sekisho"
)

// What is in an image of a disk is inspected as what is in an archive, whatever the image is called and whatever it begins with.
func TestDiskImage(t *testing.T) {
	s := scanner(t)
	for _, name := range []string{"iso_j.iso", "fat12.img", "ntfs.img", "exfat.img", "c.vhdx", "mbr.img"} {
		raw, err := os.ReadFile("disk/testdata/" + name + ".xz")
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
		images := map[string][]byte{"plain": data}
		if strings.HasSuffix(name, ".iso") {
			images["behind a picture"] = append([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), data[14:]...)
		}
		for how, data := range images {
			r := s.File(context.Background(), "report.dat", data)
			inner := false
			for _, f := range r.Findings {
				inner = inner || f.Kind == sekisho.KindExecutable && f.Name == "program" && strings.HasSuffix(f.Where, ".exe") && strings.HasSuffix(f.Evidence, "pe")
			}
			if !inner || r.Unscannable {
				t.Errorf("%s, %s: %+v", name, how, r.Findings)
			}
		}
	}
}
