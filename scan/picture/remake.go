package picture

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"sekisho/scan/file"
)

// ErrKind says that the picture is of a kind that is not shown.
var ErrKind = errors.New("no picture of a kind that is shown")

// quality of pictures that are made anew as JPEG.
const quality = 85

// Remake decodes a picture and writes it anew, at most so many points a side: what reaches a browser is made here, and
// nothing of the original but what it shows. Of an animation the first picture is shown. SVG is no picture here.
func Remake(data []byte, side int) (kind string, out []byte, size image.Point, err error) {
	defer func() {
		if recover() != nil {
			kind, out, err = "", nil, errors.New("the decoder fails")
		}
	}()
	img, err := Decode(data, side)
	if err != nil {
		return "", nil, size, err
	}
	var b bytes.Buffer
	if t := file.Sniff(data); t == file.JPEG || t == file.WebP && opaque(img) {
		kind, err = "image/jpeg", jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	} else {
		kind, err = "image/png", (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img)
	}
	return kind, b.Bytes(), img.Bounds().Size(), err
}

// Decode decodes a picture, at most so many points a side.
func Decode(data []byte, side int) (img image.Image, err error) {
	defer func() {
		if recover() != nil {
			img, err = nil, errors.New("the decoder fails")
		}
	}()
	t := file.Sniff(data)
	decode, config := decoder(t)
	if t == file.WebP {
		decode = func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) }
		config = func(r *bytes.Reader) (image.Config, error) { return webp.DecodeConfig(r) }
	}
	if decode == nil {
		return nil, ErrKind
	}
	c, err := config(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if len(data) > maxBytes || c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > maxPoints {
		return nil, ErrLarge
	}
	if img, err = decode(bytes.NewReader(data)); err != nil {
		return nil, err
	}
	return within(img, side), nil
}

func opaque(img image.Image) bool {
	o, is := img.(interface{ Opaque() bool })
	return is && o.Opaque()
}

// within makes a picture smaller when a side has too many points.
func within(img image.Image, side int) image.Image {
	b := img.Bounds()
	long := max(b.Dx(), b.Dy())
	if side <= 0 || long <= side {
		return img
	}
	to := image.NewNRGBA(image.Rect(0, 0, max(1, b.Dx()*side/long), max(1, b.Dy()*side/long)))
	draw.ApproxBiLinear.Scale(to, to.Bounds(), img, b, draw.Src, nil)
	return to
}
