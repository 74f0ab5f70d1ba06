package jpeg2000

import (
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wanted is the picture that all files of testdata were made from.
func wanted(t testing.TB) image.Image {
	t.Helper()
	f, err := os.Open("testdata/want.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// off is how far a picture is from the one that is wanted, on the mean, when it is by so much smaller.
func off(p *Picture, want image.Image, smaller int) float64 {
	sum := 0
	for y := range p.Height {
		for x := range p.Width {
			r, g, b, _ := want.At(x*smaller, y*smaller).RGBA()
			list := []int{int(r >> 8), int(g >> 8), int(b >> 8)}
			if p.Components == 1 {
				list = []int{(int(r>>8)*299 + int(g>>8)*587 + int(b>>8)*114) / 1000}
			}
			for k, v := range list {
				d := int(p.Pix[(y*p.Width+x)*p.Components+k]) - v
				sum += max(d, -d)
			}
		}
	}
	return float64(sum) / float64(len(p.Pix))
}

func TestDecode(t *testing.T) {
	want := wanted(t)
	for name, most := range map[string]float64{"whole.jp2": 0, "tiles.jp2": 0, "cprl.j2k": 0, "pcrl.j2k": 0, "rlcp.j2k": 0, "lossy.jp2": 4, "grey.jp2": 1} {
		p, err := decode(t.Context(), file(t, name), 120, 90)
		if err != nil || p.Width != 120 || p.Height != 90 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := off(p, want, 1); got > most {
			t.Errorf("%s is off by %v", name, got)
		}
	}
}

// TestResolution: of a picture that is wanted small, no more than that is decoded.
func TestResolution(t *testing.T) {
	for _, c := range [][4]int{{60, 45, 60, 45}, {59, 40, 60, 45}, {61, 45, 120, 90}, {1, 1, 4, 3}, {0, 0, 4, 3}} {
		p, err := decode(t.Context(), file(t, "whole.jp2"), c[0], c[1])
		if err != nil || p.Width != c[2] || p.Height != c[3] {
			t.Errorf("%v: %v", c, err)
			continue
		}
		if got := off(p, wanted(t), 120/c[2]); c[2] >= 60 && got > 12 {
			t.Errorf("%v is off by %v", c, got)
		}
	}
}

func TestDamaged(t *testing.T) {
	whole := file(t, "whole.jp2")
	for _, n := range []int{0, 10, 100, 150} {
		if _, err := Decode(t.Context(), whole[:n], 120, 90); err == nil {
			t.Errorf("%d bytes are a picture", n)
		}
	}
	if p, err := Decode(t.Context(), whole[:len(whole)/2], 120, 90); err != nil || off(p, wanted(t), 1) > 100 {
		t.Errorf("half of a picture: %v", err)
	}
	large := append([]byte{}, file(t, "cprl.j2k")...)
	binary.BigEndian.PutUint32(large[8:], 1<<19)
	binary.BigEndian.PutUint32(large[12:], 1<<19)
	if _, err := Decode(t.Context(), large, 120, 90); !errors.Is(err, ErrLarge) {
		t.Errorf("a picture of 2^38 points: %v", err)
	}
	if _, err := Decode(t.Context(), []byte("\xff\xd8\xff\xe0"), 1, 1); !errors.Is(err, ErrFormat) {
		t.Errorf("a JPEG file: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	list, _ := filepath.Glob("testdata/*.j*")
	for _, p := range list {
		f.Add(file(f, filepath.Base(p)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := decode(context.Background(), b, 50, 50)
		if err == nil && (p.Width*p.Height > maxKept || len(p.Pix) != p.Width*p.Height*p.Components) {
			t.Fatal(p.Width, p.Height)
		}
	})
}
