package draw

import (
	"context"
	"image"
	"image/color"

	"sekisho/scan/shape"
)

// source is what a shape is filled with: a colour for each point, not multiplied with its alpha.
type source interface {
	at(x, y int) color.NRGBA
}

// plainSource is one colour everywhere.
type plainSource color.NRGBA

func (p plainSource) at(int, int) color.NRGBA { return color.NRGBA(p) }

// canvas is a picture that is being drawn. Its points are multiplied with their alpha.
type canvas struct {
	*image.RGBA
	ctx context.Context // ends fillings that take long
}

func (m *machine) newCanvas(r image.Rectangle) *canvas { return &canvas{image.NewRGBA(r), m.ctx} }

// clip bounds where is drawn.
type clip struct {
	rect  image.Rectangle
	mask  *image.Alpha // nil: all of rect
	bytes int          // of masks that may be kept below this one
}

// maxMasks bounds the masks that are kept; beyond it a clip is as large as its box.
const maxMasks = 24 << 20

// with cuts the clip by a shape; a shape that is a rectangle along the rows costs no mask.
func (c clip) with(list []shape.Polyline, even bool) clip {
	if r, ok := box(list); ok {
		return clip{rect: c.rect.Intersect(r), mask: c.mask, bytes: c.bytes}
	}
	if c.bytes > maxMasks {
		x0, y0, x1, y1 := shape.Bounds(list)
		return clip{rect: c.rect.Intersect(image.Rect(int(x0), int(y0), int(x1)+1, int(y1)+1)), mask: c.mask, bytes: c.bytes}
	}
	m := shape.Fill(list, even, c.rect)
	if m == nil {
		return clip{}
	}
	if c.mask != nil {
		if m = shape.Intersect(m, c.mask); m == nil {
			return clip{}
		}
	}
	return clip{rect: c.rect.Intersect(m.Rect), mask: m, bytes: c.bytes + len(m.Pix)}
}

// box says whether lines are one upright rectangle, and gives the points that it touches for the most part.
func box(list []shape.Polyline) (image.Rectangle, bool) {
	if len(list) != 1 || len(list[0].Points) < 4 || len(list[0].Points) > 5 {
		return image.Rectangle{}, false
	}
	p := list[0].Points
	if len(p) == 5 && p[4] != p[0] {
		return image.Rectangle{}, false
	}
	near := func(a, b float64) bool { return a-b < 0.01 && b-a < 0.01 }
	upright := near(p[0].X, p[1].X) && near(p[1].Y, p[2].Y) && near(p[2].X, p[3].X) && near(p[3].Y, p[0].Y)
	flat := near(p[0].Y, p[1].Y) && near(p[1].X, p[2].X) && near(p[2].Y, p[3].Y) && near(p[3].X, p[0].X)
	if !upright && !flat {
		return image.Rectangle{}, false
	}
	x0, x1 := min(p[0].X, p[2].X), max(p[0].X, p[2].X)
	y0, y1 := min(p[0].Y, p[2].Y), max(p[0].Y, p[2].Y)
	r := image.Rect(round(x0), round(y0), round(x1), round(y1))
	if r.Dx() == 0 && x1 > x0 {
		r.Max.X++
	}
	if r.Dy() == 0 && y1 > y0 {
		r.Max.Y++
	}
	return r, true
}

func round(v float64) int {
	if v < 0 {
		return -int(-v + 0.5)
	}
	return int(v + 0.5)
}

// look is how something is put onto what is there.
type look struct {
	alpha float64
	mode  string       // "" Normal
	soft  *image.Alpha // nil: everywhere
	edge  uint8        // of soft outside of its rectangle
	bytes int          // of soft masks that may be kept below this one
}

// fill puts the source where the mask is, within the clip.
func (c *canvas) fill(mask *image.Alpha, src source, in clip, l look) {
	if mask == nil {
		return
	}
	r := mask.Rect.Intersect(in.rect).Intersect(c.Rect)
	alpha := uint32(min(255, max(0, l.alpha*255+0.5)))
	if alpha == 0 {
		return
	}
	one, isPlain := src.(plainSource)
	blend := blends(l.mode)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		if !isPlain && c.ctx.Err() != nil {
			return
		}
		cover := mask.Pix[mask.PixOffset(r.Min.X, y):]
		to := c.Pix[c.PixOffset(r.Min.X, y):]
		for x := r.Min.X; x < r.Max.X; x++ {
			a := uint32(cover[x-r.Min.X])
			if a == 0 {
				continue
			}
			if in.mask != nil {
				a = a * uint32(in.mask.AlphaAt(x, y).A) / 255
			}
			if l.soft != nil {
				a = a * uint32(soft(&l, x, y)) / 255
			}
			if a = a * alpha / 255; a == 0 {
				continue
			}
			p := color.NRGBA(one)
			if !isPlain {
				p = src.at(x, y)
			}
			a = a * uint32(p.A) / 255
			put(to[4*(x-r.Min.X):], p, a, blend)
		}
	}
}

func soft(l *look, x, y int) uint8 {
	if !(image.Point{X: x, Y: y}.In(l.soft.Rect)) {
		return l.edge
	}
	return l.soft.AlphaAt(x, y).A
}

// put blends one point.
func put(to []uint8, p color.NRGBA, a uint32, blend func(b, s uint32) uint32) {
	to = to[:4:4]
	r, g, b := uint32(p.R), uint32(p.G), uint32(p.B)
	if back := uint32(to[3]); blend != nil && back > 0 {
		mix := func(under uint8, over uint32) uint32 {
			u := min(255, uint32(under)*255/back)
			return ((255-back)*over + back*blend(u, over)) / 255
		}
		r, g, b = mix(to[0], r), mix(to[1], g), mix(to[2], b)
	}
	if a >= 255 {
		to[0], to[1], to[2], to[3] = uint8(r), uint8(g), uint8(b), 255
		return
	}
	keep := 255 - a
	to[0] = uint8((r*a + uint32(to[0])*keep + 127) / 255)
	to[1] = uint8((g*a + uint32(to[1])*keep + 127) / 255)
	to[2] = uint8((b*a + uint32(to[2])*keep + 127) / 255)
	to[3] = uint8((255*a + uint32(to[3])*keep + 127) / 255)
}

// blends are the blend modes that look at one colour at a time (ISO 32000-1 section 11.3.5.2); b is what is there, s what
// comes. nil is Normal, and stands for those that are not known.
func blends(mode string) func(b, s uint32) uint32 {
	screen := func(b, s uint32) uint32 { return b + s - b*s/255 }
	multiply := func(b, s uint32) uint32 { return b * s / 255 }
	hard := func(b, s uint32) uint32 {
		if s < 128 {
			return multiply(b, 2*s)
		}
		return screen(b, 2*s-255)
	}
	switch mode {
	case "Multiply":
		return multiply
	case "Screen":
		return screen
	case "Overlay":
		return func(b, s uint32) uint32 { return hard(s, b) }
	case "HardLight", "SoftLight":
		return hard
	case "Darken":
		return func(b, s uint32) uint32 { return min(b, s) }
	case "Lighten":
		return func(b, s uint32) uint32 { return max(b, s) }
	case "Difference":
		return func(b, s uint32) uint32 { return max(b, s) - min(b, s) }
	case "Exclusion":
		return func(b, s uint32) uint32 { return b + s - 2*b*s/255 }
	case "ColorDodge":
		return func(b, s uint32) uint32 {
			if b == 0 || s >= 255 {
				return min(255, b*255)
			}
			return min(255, b*255/(255-s))
		}
	case "ColorBurn":
		return func(b, s uint32) uint32 {
			if b >= 255 || s == 0 {
				return b / 255 * 255
			}
			return 255 - min(255, (255-b)*255/s)
		}
	}
	return nil
}

// canvasSource takes the points of another canvas.
type canvasSource struct{ *canvas }

func (s canvasSource) at(x, y int) color.NRGBA {
	if !(image.Point{X: x, Y: y}.In(s.Rect)) {
		return color.NRGBA{}
	}
	i := s.PixOffset(x, y)
	p := s.Pix[i : i+4 : i+4]
	a := uint32(p[3])
	if a == 0 || a == 255 {
		return color.NRGBA{p[0], p[1], p[2], p[3]}
	}
	return color.NRGBA{uint8(min(255, uint32(p[0])*255/a)), uint8(min(255, uint32(p[1])*255/a)), uint8(min(255, uint32(p[2])*255/a)), p[3]}
}

// whole is a mask of all of r.
func whole(r image.Rectangle) *image.Alpha {
	m := image.NewAlpha(r)
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	return m
}
