// Package picture reads QR codes in pictures: a link in a picture is a link that no filter of texts sees.
//
// Decoding pictures costs time and memory, so both are bounded: by the number of points before anything is decoded, and
// by making large pictures coarser before codes are looked for.
package picture

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/multi/qrcode"

	"sekisho/scan/file"
)

// Limits of one picture.
const (
	maxPoints  = 16 << 20  // of the picture
	bombPoints = 200 << 20 // of a picture that is an attack
	maxSide    = 1400      // of the coarser picture in which codes are looked for
	maxBytes   = 20 << 20
	maxCodes   = 10
)

// ErrLarge says that the picture is over the limits and was not read.
var ErrLarge = errors.New("picture is too large to be read")

// ErrBomb says that the picture claims a size that no picture in a mail has.
var ErrBomb = errors.New("picture expands beyond all limits")

// Codes are the texts of the QR codes in data, a picture of type t. Pictures that no decoder here reads have none; the
// error is ErrLarge, or what the decoder says.
func Codes(t file.Type, data []byte) (texts []string, err error) {
	defer func() {
		if p := recover(); p != nil {
			texts, err = nil, errors.New("the decoder fails")
		}
	}()
	decode, config := decoder(t)
	if decode == nil {
		return nil, nil
	}
	c, err := config(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if int64(c.Width)*int64(c.Height) > bombPoints && int64(c.Width)*int64(c.Height) > 200*int64(len(data)) {
		return nil, ErrBomb
	}
	if len(data) > maxBytes || c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > maxPoints {
		return nil, ErrLarge
	}
	if c.Width < 21 || c.Height < 21 {
		return nil, nil // the smallest code has 21 points a side
	}
	img, err := decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return find(coarse(img)), nil
}

func decoder(t file.Type) (func(r *bytes.Reader) (image.Image, error), func(r *bytes.Reader) (image.Config, error)) {
	switch t {
	case file.PNG:
		return func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) },
			func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) }
	case file.JPEG:
		return func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) },
			func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) }
	case file.GIF:
		return func(r *bytes.Reader) (image.Image, error) { return gif.Decode(r) },
			func(r *bytes.Reader) (image.Config, error) { return gif.DecodeConfig(r) }
	}
	return nil, nil
}

// Raster are the texts of the QR codes in rows of points: width and height in points, bits (1 or 8) of one colour, colours
// (1 or 3) of one point, each row beginning with a new byte.
func Raster(width, height, bits, colours int, data []byte) (texts []string) {
	defer func() {
		if recover() != nil {
			texts = nil
		}
	}()
	row := (width*bits*colours + 7) / 8
	if width < 21 || height < 21 || width*height > maxPoints || len(data) < row*height || bits != 1 && bits != 8 {
		return nil
	}
	img := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		line := data[y*row:]
		for x := range width {
			v := byte(0)
			if bits == 1 {
				v = line[x/8] >> (7 - x%8) & 1 * 255
			} else {
				v = line[x*colours]
			}
			img.Pix[y*img.Stride+x] = v
		}
	}
	return find(coarse(img))
}

// gray is a picture of brightnesses, as the code reader wants it.
type gray struct {
	gozxing.LuminanceSourceBase
	points []byte
}

func (g *gray) GetRow(y int, row []byte) ([]byte, error) {
	if y < 0 || y >= g.Height {
		return row, errors.New("no such row")
	}
	return g.points[y*g.Width : (y+1)*g.Width : (y+1)*g.Width], nil
}

func (g *gray) GetMatrix() []byte { return g.points }

func (g *gray) Invert() gozxing.LuminanceSource { return g.inverted() }

func (g *gray) String() string { return "gray" }

func (g *gray) inverted() *gray {
	out := &gray{LuminanceSourceBase: g.LuminanceSourceBase, points: make([]byte, len(g.points))}
	for i, p := range g.points {
		out.points[i] = 255 - p
	}
	return out
}

// coarse makes brightnesses of img, every n-th point only when it is large, stretched to the whole range.
func coarse(img image.Image) *gray {
	b := img.Bounds()
	n := max(1, (max(b.Dx(), b.Dy())+maxSide-1)/maxSide)
	w, h := b.Dx()/n, b.Dy()/n
	g := &gray{LuminanceSourceBase: gozxing.LuminanceSourceBase{Width: w, Height: h}, points: make([]byte, w*h)}
	low, high := byte(255), byte(0)
	for y := range h {
		for x := range w {
			v := bright(img, b.Min.X+x*n, b.Min.Y+y*n)
			g.points[y*w+x] = v
			low, high = min(low, v), max(high, v)
		}
	}
	if high > low && high-low < 160 {
		for i, p := range g.points {
			g.points[i] = byte(int(p-low) * 255 / int(high-low))
		}
	}
	return g
}

// bright is the brightness of one point; what is transparent is white.
func bright(img image.Image, x, y int) byte {
	switch p := img.(type) {
	case *image.YCbCr:
		return p.Y[p.YOffset(x, y)]
	case *image.Gray:
		return p.GrayAt(x, y).Y
	}
	c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
	v := (int(c.R)*3 + int(c.G)*6 + int(c.B)) / 10
	return byte((v*int(c.A) + 255*(255-int(c.A))) / 255)
}

// find reads the codes, dark on light or light on dark.
func find(g *gray) []string {
	for _, src := range []*gray{g, g.inverted()} {
		for _, bin := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(src), gozxing.NewGlobalHistgramBinarizer(src)} {
			bmp, err := gozxing.NewBinaryBitmap(bin)
			if err != nil {
				continue
			}
			hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
			list, err := qrcode.NewQRCodeMultiReader().DecodeMultiple(bmp, hints)
			if err != nil || len(list) == 0 {
				continue
			}
			var out []string
			for _, r := range list[:min(len(list), maxCodes)] {
				out = append(out, strings.ToValidUTF8(r.GetText(), "?"))
			}
			return out
		}
	}
	return nil
}
