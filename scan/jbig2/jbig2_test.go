package jbig2

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// wanted are the rows of the picture that all files of testdata hold, each coded in another way; jbig2dec reads them all
// to the same.
func wanted(t testing.TB) (rows []byte, w, h int) {
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
	b := &bitmap{w: img.Bounds().Dx(), h: img.Bounds().Dy()}
	for y := range b.h {
		for x := range b.w {
			r, _, _, _ := img.At(x, y).RGBA()
			b.pix = append(b.pix, uint8(1-r>>15))
		}
	}
	return pack(b), b.w, b.h
}

func files(t testing.TB) map[string][]byte {
	t.Helper()
	list, err := filepath.Glob("testdata/*.jb2")
	if err != nil || len(list) < 20 {
		t.Fatal(list, err)
	}
	out := map[string][]byte{}
	for _, p := range list {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(p)] = b
	}
	return out
}

func TestDecode(t *testing.T) {
	want, w, h := wanted(t)
	for name, b := range files(t) {
		got, err := Decode(t.Context(), nil, b, w, h)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A dictionary may stand in what several pictures share: the second segment of the file.
	b := files(t)["text1.jb2"]
	_, rest, _ := next(b)
	_, text, _ := next(rest)
	if got, err := Decode(t.Context(), rest[:len(rest)-len(text)], text, w, h); err != nil || !bytes.Equal(got, want) {
		t.Errorf("shared: %v", err)
	}
}

func TestDamaged(t *testing.T) {
	_, w, h := wanted(t)
	for name, b := range files(t) {
		if _, err := Decode(t.Context(), nil, b[:20], w, h); err == nil {
			t.Errorf("%s: the header alone is a picture", name)
		}
		if got, err := Decode(t.Context(), nil, b[:len(b)*3/4], w, h); err == nil && len(got) != (w+7)/8*h {
			t.Errorf("%s: %d bytes", name, len(got))
		}
	}
	if _, err := Decode(t.Context(), nil, files(t)["points0.jb2"], 1<<16, 1<<16); err == nil {
		t.Error("a picture of 2^32 points")
	}
}

func FuzzDecode(f *testing.F) {
	for _, b := range files(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d := &decoder{ctx: context.Background(), left: 1 << 20, symbols: map[uint32][]*bitmap{}}
		d.page, _ = d.bitmap(200, 90)
		d.segments(b)
	})
}
