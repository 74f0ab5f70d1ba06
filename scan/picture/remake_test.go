package picture

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

func encoded(t testing.TB, kind string, width, height int) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.White, color.Black, color.RGBA{255, 0, 0, 255}})
	for i := range img.Pix {
		img.Pix[i] = uint8(i % 3)
	}
	var b bytes.Buffer
	var err error
	switch kind {
	case "png":
		err = png.Encode(&b, img)
	case "jpeg":
		err = jpeg.Encode(&b, img, nil)
	case "gif":
		err = gif.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const webp1 = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"

func TestRemake(t *testing.T) {
	for kind, want := range map[string]string{"png": "image/png", "jpeg": "image/jpeg", "gif": "image/png"} {
		marked := append(encoded(t, kind, 30, 20), "<script>alert(1)</script>"...)
		got, out, size, err := Remake(marked, 0)
		if err != nil || got != want || size != image.Pt(30, 20) {
			t.Errorf("%s: %s %v %v", kind, got, size, err)
		}
		if bytes.Contains(out, []byte("script")) {
			t.Errorf("%s: what is not shown was kept", kind)
		}
		if _, _, size, err = Remake(marked, 10); err != nil || size != image.Pt(10, 6) {
			t.Errorf("%s smaller: %v %v", kind, size, err)
		}
	}
	webp, err := base64.StdEncoding.DecodeString(webp1)
	if err != nil {
		t.Fatal(err)
	}
	if kind, _, size, err := Remake(webp, 0); err != nil || kind != "image/jpeg" || size != image.Pt(1, 1) {
		t.Errorf("webp: %s %v %v", kind, size, err)
	}
	for _, s := range []string{"", "x", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "%PDF-1.4", "BM" + strings.Repeat("\x00", 60), "<html>"} {
		if _, _, _, err := Remake([]byte(s), 0); !errors.Is(err, ErrKind) {
			t.Errorf("%.20q: %v", s, err)
		}
	}
	if _, _, _, err := Remake(encoded(t, "png", 5000, 5000), 0); !errors.Is(err, ErrLarge) {
		t.Errorf("a large picture: %v", err)
	}
}

func FuzzRemake(f *testing.F) {
	for _, k := range []string{"png", "jpeg", "gif"} {
		f.Add(encoded(f, k, 8, 8))
	}
	webp, _ := base64.StdEncoding.DecodeString(webp1)
	f.Add(webp)
	f.Fuzz(func(t *testing.T, b []byte) {
		kind, out, _, err := Remake(b, 100)
		if err == nil && (kind != "image/png" && kind != "image/jpeg" || len(out) == 0) {
			t.Fatal(kind, len(out))
		}
	})
}
