package shape

import (
	"image"
	"math"
	"slices"
)

// edge is a side of a shape that goes down.
type edge struct {
	x, slope   float64 // where it is at the row that is being looked at, and what a row adds
	first, end int     // rows, finer than points
	wind       int
}

// maxWork bounds the steps of one filling: rows that all sides cross. A shape that needs more is looked at less finely, and
// at last not at all.
const maxWork = 20_000_000

// Fill finds what the lines enclose: by the even-odd rule, or by the nonzero winding rule. The mask covers what of within
// is touched; nil when that is nothing.
func Fill(list []Polyline, even bool, within image.Rectangle) *image.Alpha {
	x0, y0, x1, y1 := Bounds(list)
	box := image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1)))
	if x1 < x0 || y1 < y0 {
		return nil
	}
	if box = box.Intersect(within); box.Empty() {
		return nil
	}
	fine := 4
	if box.Dy() < 64 {
		fine = 8
	}
	var edges []edge
	for ; fine > 0; fine /= 2 {
		edges = sides(list, box, fine)
		work := 0
		for i := range edges {
			work += edges[i].end - edges[i].first
		}
		if work <= maxWork {
			break
		}
	}
	if len(edges) == 0 || fine == 0 {
		return nil
	}
	slices.SortFunc(edges, func(a, b edge) int { return a.first - b.first })
	mask := image.NewAlpha(box)
	cover := make([]float32, box.Dx()+2)
	var active []edge
	for y := 0; y < box.Dy(); y++ {
		clear(cover)
		for row := y * fine; row < (y+1)*fine; row++ {
			active, edges = begin(active, edges, row)
			sweep(active, even, cover, box)
		}
		if len(active) > 0 || fine > 0 {
			settle(mask.Pix[y*mask.Stride:y*mask.Stride+box.Dx()], cover, float32(fine))
		}
	}
	return mask
}

// sides makes edges of lines, in rows counted from the top of box.
func sides(list []Polyline, box image.Rectangle, fine int) []edge {
	var out []edge
	rows := box.Dy() * fine
	side := func(a, b Point) {
		e := edge{wind: 1}
		if a.Y > b.Y {
			a, b, e.wind = b, a, -1
		}
		ya, yb := (a.Y-float64(box.Min.Y))*float64(fine), (b.Y-float64(box.Min.Y))*float64(fine)
		e.first, e.end = int(math.Ceil(ya-0.5)), int(math.Ceil(yb-0.5))
		e.first, e.end = max(e.first, 0), min(e.end, rows)
		if e.first >= e.end {
			return
		}
		e.slope = (b.X - a.X) / (yb - ya)
		e.x = a.X + (float64(e.first)+0.5-ya)*e.slope - float64(box.Min.X)
		out = append(out, e)
	}
	for _, l := range list {
		for i := 1; i < len(l.Points); i++ {
			side(l.Points[i-1], l.Points[i])
		}
		if n := len(l.Points); n > 1 {
			side(l.Points[n-1], l.Points[0])
		}
	}
	return out
}

// begin takes the edges that begin at a row, drops those that ended, and moves the others on.
func begin(active, waiting []edge, row int) ([]edge, []edge) {
	n := 0
	for i := range active {
		if e := active[i]; e.end > row {
			e.x += e.slope
			active[n] = e
			n++
		}
	}
	active = active[:n]
	for len(waiting) > 0 && waiting[0].first <= row {
		active, waiting = append(active, waiting[0]), waiting[1:]
	}
	// The order hardly changes from row to row, so that moving neighbours is the fastest way.
	for i := 1; i < len(active); i++ {
		for k := i; k > 0 && active[k].x < active[k-1].x; k-- {
			active[k], active[k-1] = active[k-1], active[k]
			if i-k > 64 {
				slices.SortFunc(active, func(a, b edge) int { return sign(a.x - b.x) })
				return active, waiting
			}
		}
	}
	return active, waiting
}

func sign(v float64) int {
	switch {
	case v < 0:
		return -1
	case v > 0:
		return 1
	}
	return 0
}

// sweep adds what one row covers.
func sweep(active []edge, even bool, cover []float32, box image.Rectangle) {
	wind, from := 0, 0.0
	for i := range active {
		e := &active[i]
		was := inside(wind, even)
		wind += e.wind
		if is := inside(wind, even); is && !was {
			from = e.x
		} else if was && !is {
			span(cover, from, e.x, float64(box.Dx()))
		}
	}
}

func inside(wind int, even bool) bool {
	if even {
		return wind&1 != 0
	}
	return wind != 0
}

// span adds what lies between two places of a row, as differences from point to point.
func span(cover []float32, a, b, width float64) {
	a, b = min(width, max(0, a)), min(width, max(0, b))
	if b <= a {
		return
	}
	i, k := int(a), int(b)
	fa, fb := float32(a-float64(i)), float32(b-float64(k))
	cover[i] += 1 - fa
	cover[i+1] += fa
	cover[k] -= 1 - fb
	cover[k+1] -= fb
}

// settle makes the differences into a row of the mask.
func settle(row []uint8, cover []float32, fine float32) {
	sum := float32(0)
	for i := range row {
		sum += cover[i]
		v := sum * 255 / fine
		row[i] = uint8(min(255, max(0, v+0.5)))
	}
}

// Intersect makes a mask of what is in both; nil when that is nothing.
func Intersect(a, b *image.Alpha) *image.Alpha {
	if a == nil || b == nil {
		return nil
	}
	r := a.Rect.Intersect(b.Rect)
	if r.Empty() {
		return nil
	}
	out := image.NewAlpha(r)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		ra, rb := a.Pix[a.PixOffset(r.Min.X, y):], b.Pix[b.PixOffset(r.Min.X, y):]
		to := out.Pix[out.PixOffset(r.Min.X, y):]
		for i := range r.Dx() {
			to[i] = uint8(int(ra[i]) * int(rb[i]) / 255)
		}
	}
	return out
}
