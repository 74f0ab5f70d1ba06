// Package draw draws pages of PDF documents as pictures, and reads their texts.
//
// A page is drawn anew from what its program says: paths, pictures, texts in the fonts that the document carries. What is
// never done is what makes documents dangerous: nothing is fetched, run or asked, no script is read. What cannot be drawn
// is left out and the page goes on. Fonts that the document does not carry are replaced by one face for Latin letters; of
// other letters, grey boxes show where they stand.
//
// Everything is bounded: points of the picture, steps, memory; time by the context.
package draw

import (
	"context"
	"errors"
	"image"
	"math"
	"strings"

	"sekisho/scan/pdf"
	"sekisho/scan/shape"
)

// Limits of one page.
const (
	// MaxWidth is how wide a picture of a page can be.
	MaxWidth   = 1200
	maxHeight  = 2400
	maxContent = 16 << 20  // bytes of a page's program
	maxSteps   = 2_000_000 // operators of a page, with all that it draws by others
	maxForms   = 16        // programs in programs
	maxRead    = 30        // pages whose text is read
	maxStates  = 256       // states that are kept
)

// ErrTime says that there was no time left before anything was drawn.
var ErrTime = errors.New("no time left")

// Page draws a page, the first is 1, at most so many points wide. When ctx ends, the picture shows what was drawn by
// then. The error is pdf.ErrNoPage, or pdf.ErrBroken for a page that cannot be drawn at all.
func Page(ctx context.Context, f *pdf.File, n, width int) (img *image.RGBA, err error) {
	if ctx.Err() != nil {
		return nil, ErrTime
	}
	p, err := f.Page(n)
	if err != nil {
		return nil, err
	}
	size, base := fit(p, min(MaxWidth, max(16, width)))
	m := newMachine(ctx, f, p)
	to := m.newCanvas(image.Rectangle{Max: size})
	for i := range to.Pix {
		to.Pix[i] = 255
	}
	defer func() {
		if recover() != nil {
			img, err = to.RGBA, nil // as far as it came
		}
	}()
	m.to = to
	m.base = base
	m.s.ctm = base
	m.s.clip = clip{rect: to.Rect}
	m.run(f.Content(p, maxContent), 0)
	m.notes(p)
	return to.RGBA, nil
}

// fit finds how large a picture is, and how the page is mapped onto it.
func fit(p *pdf.Page, width int) (image.Point, shape.Matrix) {
	w, h := p.Box[2]-p.Box[0], p.Box[3]-p.Box[1]
	m := shape.Matrix{1, 0, 0, 1, -p.Box[0], -p.Box[1]}
	switch p.Rotate {
	case 0:
		m = m.Then(shape.Matrix{1, 0, 0, -1, 0, h})
	case 90:
		m = m.Then(shape.Matrix{0, 1, 1, 0, 0, 0})
		w, h = h, w
	case 180:
		m = m.Then(shape.Matrix{-1, 0, 0, 1, w, 0})
	default:
		m = m.Then(shape.Matrix{0, -1, -1, 0, h, w})
		w, h = h, w
	}
	k := min(float64(width)/w, maxHeight/h, 8)
	size := image.Pt(max(1, int(math.Ceil(w*k-0.001))), max(1, int(math.Ceil(h*k-0.001))))
	return size, m.Then(shape.Matrix{k, 0, 0, k, 0, 0})
}

// Text reads what people see as letters on the first pages, at most so many bytes. Lines follow the order in which the
// page draws them.
func Text(ctx context.Context, f *pdf.File, most int) (text string) {
	var b strings.Builder
	defer func() {
		if recover() != nil {
			text = b.String()
		}
	}()
	for n := 1; n <= min(maxRead, f.Pages()) && b.Len() < most && ctx.Err() == nil; n++ {
		p, err := f.Page(n)
		if err != nil {
			break
		}
		m := newMachine(ctx, f, p)
		m.text = &writing{b: &b, most: most}
		m.s.clip = clip{rect: image.Rect(-1<<20, -1<<20, 1<<20, 1<<20)}
		m.run(f.Content(p, maxContent/4), 0)
		m.notes(p)
		b.WriteByte('\n')
	}
	return b.String()
}

// writing is a text that is being read.
type writing struct {
	b    *strings.Builder
	most int
	last shape.Point // where the last letter ended
	any  bool
}

// notes draws what lies on the page: filled fields, stamps, marks.
func (m *machine) notes(p *pdf.Page) {
	list := m.f.Array(p.Dict["Annots"])
	for _, x := range list[:min(len(list), 1000)] {
		d := m.f.Dict(x)
		if d == nil || m.int(d["F"])&(2|32) != 0 || m.f.Resolve(d["Subtype"]) == pdf.Name("Popup") {
			continue
		}
		look := m.f.Resolve(m.f.Dict(d["AP"])["N"])
		if states, is := look.(pdf.Dict); is {
			name, _ := m.f.Resolve(d["AS"]).(pdf.Name)
			look = m.f.Resolve(states[name])
		}
		s, is := look.(*pdf.Stream)
		rect := m.f.Floats(d["Rect"])
		if !is || len(rect) < 4 || m.spent() {
			continue
		}
		m.stamp(s, rect)
	}
}

// stamp draws a form so that its box fills a rectangle (ISO 32000-1 section 12.5.5).
func (m *machine) stamp(s *pdf.Stream, rect []float64) {
	limits := m.f.Floats(s.Dict["BBox"])
	if len(limits) < 4 {
		return
	}
	own := m.matrix(s.Dict["Matrix"])
	x0, y0, x1, y1 := shape.Bounds([]shape.Polyline{{Points: around(limits, own)}})
	if x1-x0 < 1e-6 || y1-y0 < 1e-6 {
		return
	}
	left, right := min(rect[0], rect[2]), max(rect[0], rect[2])
	low, high := min(rect[1], rect[3]), max(rect[1], rect[3])
	sx, sy := (right-left)/(x1-x0), (high-low)/(y1-y0)
	m.stack = nil
	m.s = m.fresh()
	m.s.ctm = shape.Matrix{sx, 0, 0, sy, left - x0*sx, low - y0*sy}.Then(m.base)
	if m.to != nil {
		m.s.clip = clip{rect: m.to.Rect}
	} else {
		m.s.clip = clip{rect: image.Rect(-1<<20, -1<<20, 1<<20, 1<<20)}
	}
	m.form(s, 0)
}

// around are the corners of a box, mapped.
func around(b []float64, m shape.Matrix) []shape.Point {
	return []shape.Point{m.Apply(shape.Point{X: b[0], Y: b[1]}), m.Apply(shape.Point{X: b[2], Y: b[1]}),
		m.Apply(shape.Point{X: b[2], Y: b[3]}), m.Apply(shape.Point{X: b[0], Y: b[3]})}
}
