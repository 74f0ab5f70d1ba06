// Package jpeg2000 decodes pictures in JPEG 2000 (ITU-T T.800), at the lowest of their resolutions that is enough.
//
// What is coded in parts that hardly any program writes (regions of interest, changes of the progression, packed packet
// headers) is refused. Everything that takes memory is bounded by the size of the picture, which has a limit.
package jpeg2000

import (
	"context"
	"encoding/binary"
	"errors"
)

// What can be wrong.
var (
	ErrFormat = errors.New("not a JPEG 2000 picture that can be read")
	ErrLarge  = errors.New("the picture is too large")
)

// Limits of one picture.
const (
	maxArea       = 128 << 20 // points
	maxKept       = 5 << 19   // points at the resolution that is decoded
	maxComponents = 16
	maxBlocks     = 200_000 // code blocks of a tile
	maxTiles      = 10_000
)

// Picture is a decoded picture: the bytes of each point one after the other, the first component first.
type Picture struct {
	Width, Height int
	Components    int // 1, 3 or 4
	Pix           []byte
}

// Decode decodes a picture so that it is at least so wide and high, when it has so many points.
func Decode(ctx context.Context, data []byte, width, height int) (p *Picture, err error) {
	defer func() {
		if recover() != nil {
			p, err = nil, ErrFormat
		}
	}()
	return decode(ctx, data, width, height)
}

func decode(ctx context.Context, data []byte, width, height int) (*Picture, error) {
	file := boxes(data)
	s, err := parse(file.code)
	if err != nil {
		return nil, err
	}
	s.choose(width, height)
	n := s.shown()
	w, h := s.reduced(s.x1)-s.reduced(s.x0), s.reduced(s.y1)-s.reduced(s.y0)
	if w <= 0 || h <= 0 || w*h > maxKept {
		return nil, ErrLarge
	}
	p := &Picture{Width: w, Height: h, Components: n, Pix: make([]byte, w*h*n)}
	for i := range s.tiles {
		if ctx.Err() != nil {
			break
		}
		s.tile(ctx, i, p)
	}
	if file.ycc && n == 3 {
		p.unmix()
	}
	return p, nil
}

// container is what the boxes around the codestream say.
type container struct {
	code []byte
	ycc  bool
}

// boxes finds the codestream in a JP2 file; a bare codestream is taken as it is.
func boxes(data []byte) container {
	c := container{}
	c.walk(data, 0)
	if c.code == nil {
		c.code = data
	}
	return c
}

func (c *container) walk(data []byte, depth int) {
	for len(data) >= 8 {
		size, kind := int(binary.BigEndian.Uint32(data)), string(data[4:8])
		head := 8
		if size == 1 && len(data) >= 16 {
			size, head = int(min(uint64(1<<40), binary.BigEndian.Uint64(data[8:]))), 16
		}
		if size == 0 || size > len(data) {
			size = len(data)
		}
		if size < head {
			return
		}
		body := data[head:size]
		switch kind {
		case "jp2c":
			if c.code == nil {
				c.code = body
			}
		case "jp2h":
			if depth < 2 {
				c.walk(body, depth+1)
			}
		case "colr":
			c.ycc = c.ycc || len(body) >= 7 && body[0] == 1 && binary.BigEndian.Uint32(body[3:]) == 18
		}
		data = data[size:]
	}
}

// unmix makes red, green and blue of brightness and two differences.
func (p *Picture) unmix() {
	for i := 0; i+2 < len(p.Pix); i += 3 {
		y, cb, cr := float32(p.Pix[i]), float32(p.Pix[i+1])-128, float32(p.Pix[i+2])-128
		p.Pix[i], p.Pix[i+1], p.Pix[i+2] = level(y+1.402*cr), level(y-0.344136*cb-0.714136*cr), level(y+1.772*cb)
	}
}

func level(v float32) byte {
	if !(v > 0) {
		return 0
	}
	return byte(min(255, v+0.5))
}
