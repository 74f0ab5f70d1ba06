package inspect

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"testing"

	"sekisho"
	"sekisho/wire"
)

func previewed(t *testing.T, q wire.Preview) (wire.MadePreview, image.Image) {
	t.Helper()
	i, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	i.Service(func(sekisho.Caller, string, error) {})
	got, err := i.preview(context.Background(), sekisho.Caller{}, q)
	if err != nil {
		t.Fatal(err)
	}
	if got.Refused != "" {
		return got, nil
	}
	img, err := png.Decode(bytes.NewReader(got.Data))
	if err != nil || img.Bounds().Dx() != got.Width || img.Bounds().Dy() != got.Height {
		t.Fatalf("%d by %d: %v", got.Width, got.Height, err)
	}
	return got, img
}

// TestPreview: what is asked for comes as a new PNG picture, or with the word that says why not.
func TestPreview(t *testing.T) {
	file := func(path string) []byte {
		b, err := os.ReadFile("../../scan/" + path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 3000, 1000)), nil); err != nil {
		t.Fatal(err)
	}
	plain := file("pdf/testdata/plain.pdf")
	for name, c := range map[string]struct {
		q             wire.Preview
		width, height int
		pages         int
	}{
		"a page":          {wire.Preview{Data: plain, Page: 1}, 1200, 1692, 2},
		"the second":      {wire.Preview{Data: plain, Page: 2, Width: 300}, 300, 423, 2},
		"too wide":        {wire.Preview{Data: plain, Page: 2, Width: 1 << 30}, 1200, 1692, 2},
		"encrypted":       {wire.Preview{Data: file("pdf/testdata/aes-256.pdf"), Page: 1, Width: 300}, 300, 423, 2},
		"a photograph":    {wire.Preview{Data: append(photo.Bytes(), "<script>"...), Page: 1}, 1200, 400, 1},
		"junk in between": {wire.Preview{Data: append([]byte("junk\n"), plain...), Page: 1, Width: 300}, 300, 423, 2},
	} {
		got, img := previewed(t, c.q)
		if got.Refused != "" || got.Width != c.width || got.Height != c.height || got.Pages != c.pages || bytes.Contains(got.Data, []byte("script")) {
			t.Errorf("%s: %q %d by %d, %d pages", name, got.Refused, got.Width, got.Height, got.Pages)
		}
		_ = img
	}
	_, img := previewed(t, wire.Preview{Data: plain, Page: 1, Width: 298})
	if r, g, _, _ := img.At(90, 195).RGBA(); r>>8 != 255 || g != 0 {
		t.Errorf("the red box is %d %d", r>>8, g>>8)
	}
	for name, c := range map[string]struct {
		q    wire.Preview
		want string
	}{
		"locked":           {wire.Preview{Data: file("pdf/testdata/locked.pdf"), Page: 1}, "locked"},
		"no such page":     {wire.Preview{Data: plain, Page: 3}, "no-page"},
		"page before":      {wire.Preview{Data: plain, Page: -1}, "no-page"},
		"a photo's second": {wire.Preview{Data: photo.Bytes(), Page: 2}, "no-page"},
		"half a photo":     {wire.Preview{Data: photo.Bytes()[:100], Page: 1}, "unreadable"},
		"no document":      {wire.Preview{Data: []byte("%PDF-1.7 nothing"), Page: 1}, "unreadable"},
		"a program":        {wire.Preview{Data: []byte("MZ\x90\x00"), Page: 1}, "unreadable"},
		"nothing":          {wire.Preview{Page: 1}, "unreadable"},
		"a drawing in SVG": {wire.Preview{Data: []byte("<svg onload=alert(1)>"), Page: 1}, "unreadable"},
		"a page in HTML":   {wire.Preview{Data: []byte("<!doctype html><p>"), Page: 1}, "unreadable"},
	} {
		if got, _ := previewed(t, c.q); got.Refused != c.want || len(got.Data) > 0 {
			t.Errorf("%s: %q", name, got.Refused)
		}
	}
	for name, want := range map[string]int{"pdf/testdata/plain.pdf": 2, "pdf/testdata/locked.pdf": 0, "pdf/testdata/bundled.pdf": 2, "draw/testdata/fax.pdf": 1, "draw/testdata/fax-1.png": 1} {
		if got := pages(file(name)); got != want {
			t.Errorf("%s has %d pages", name, got)
		}
	}
}
