package picture

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"sekisho/scan/file"
)

const link = "https://login.phish.example/?id=1"

// code draws a QR code, dark and light as given, with a frame around it.
func code(t testing.TB, text string, dark, light color.Color, frame int) *image.RGBA {
	t.Helper()
	m, err := qrcode.NewQRCodeWriter().EncodeWithoutHint(text, gozxing.BarcodeFormat_QR_CODE, 200, 200)
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, 200+2*frame, 200+2*frame))
	for y := range 200 + 2*frame {
		for x := range 200 + 2*frame {
			img.Set(x, y, light)
			if x >= frame && y >= frame && x < 200+frame && y < 200+frame && m.Get(x-frame, y-frame) {
				img.Set(x, y, dark)
			}
		}
	}
	return img
}

func TestCodes(t *testing.T) {
	var p, j, g, inverted, pale bytes.Buffer
	png.Encode(&p, code(t, link, color.Black, color.White, 20))
	jpeg.Encode(&j, code(t, link, color.Black, color.White, 20), nil)
	gif.Encode(&g, code(t, link, color.Black, color.White, 20), nil)
	png.Encode(&inverted, code(t, link, color.White, color.Black, 20))
	png.Encode(&pale, code(t, link, color.RGBA{200, 120, 120, 255}, color.RGBA{250, 240, 200, 255}, 20))
	for name, c := range map[string]struct {
		kind file.Type
		data []byte
	}{"png": {file.PNG, p.Bytes()}, "jpeg": {file.JPEG, j.Bytes()}, "gif": {file.GIF, g.Bytes()}, "inverted": {file.PNG, inverted.Bytes()}, "pale": {file.PNG, pale.Bytes()}} {
		got, err := Codes(c.kind, c.data)
		if err != nil || !slices.Equal(got, []string{link}) {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

func TestNoCode(t *testing.T) {
	var p bytes.Buffer
	png.Encode(&p, image.NewGray(image.Rect(0, 0, 100, 100)))
	if got, err := Codes(file.PNG, p.Bytes()); err != nil || len(got) != 0 {
		t.Errorf("%q %v", got, err)
	}
	if got, err := Codes(file.BMP, []byte("BM")); err != nil || got != nil {
		t.Errorf("%q %v", got, err)
	}
	if _, err := Codes(file.PNG, p.Bytes()[:30]); err == nil {
		t.Error("half a picture is read")
	}
	// A header that claims 60,000 by 60,000 points must not make anybody take that memory.
	large := bytes.Clone(p.Bytes())
	copy(large[16:], []byte{0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60})
	if _, err := Codes(file.PNG, large); err == nil || errors.Is(err, nil) {
		t.Error("a large picture is read")
	}
}

func FuzzCodes(f *testing.F) {
	var p bytes.Buffer
	png.Encode(&p, image.NewGray(image.Rect(0, 0, 30, 30)))
	f.Add(p.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, k := range []file.Type{file.PNG, file.JPEG, file.GIF} {
			Codes(k, b)
		}
	})
}

func TestRaster(t *testing.T) {
	img := code(t, link, color.Black, color.White, 20)
	var bits, gray, rgb []byte
	for y := range 240 {
		line := make([]byte, 30)
		for x := range 240 {
			r, _, _, _ := img.At(x, y).RGBA()
			gray = append(gray, byte(r>>8))
			rgb = append(rgb, byte(r>>8), 0, 0)
			line[x/8] |= byte(r>>15) << (7 - x%8)
		}
		bits = append(bits, line...)
	}
	for name, got := range map[string][]string{"bits": Raster(240, 240, 1, 1, bits), "gray": Raster(240, 240, 8, 1, gray), "rgb": Raster(240, 240, 8, 3, rgb)} {
		if !slices.Equal(got, []string{link}) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := Raster(240, 240, 8, 3, gray); got != nil {
		t.Errorf("too few points: %q", got)
	}
}
