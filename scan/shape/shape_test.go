package shape

import (
	"image"
	"math"
	"testing"
)

var page = image.Rect(0, 0, 100, 100)

// area is how many points a mask covers.
func area(m *image.Alpha) float64 {
	if m == nil {
		return 0
	}
	n := 0
	for _, v := range m.Pix {
		n += int(v)
	}
	return float64(n) / 255
}

func near(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if math.Abs(got-want) > by {
		t.Errorf("%s: %v, not %v", what, got, want)
	}
}

func TestFill(t *testing.T) {
	var p Path
	p.Rect(10.5, 10.5, 20, 20)
	near(t, "a square", area(Fill(p.Flatten(Identity(), 1), false, page)), 400, 1)
	if m := Fill(p.Flatten(Identity(), 1), false, page); m.AlphaAt(10, 20).A < 126 || m.AlphaAt(10, 20).A > 129 || m.AlphaAt(15, 15).A != 255 {
		t.Errorf("its edge is %d", m.AlphaAt(10, 20).A)
	}
	p.Rect(15.5, 15.5, 10, 10)
	near(t, "a square in it by the nonzero rule", area(Fill(p.Flatten(Identity(), 1), false, page)), 400, 1)
	near(t, "a hole by the even-odd rule", area(Fill(p.Flatten(Identity(), 1), true, page)), 300, 1)
	var hole Path
	hole.Rect(10, 10, 20, 20)
	hole.MoveTo(15, 15)
	hole.LineTo(15, 25)
	hole.LineTo(25, 25)
	hole.LineTo(25, 15)
	near(t, "a hole that turns the other way", area(Fill(hole.Flatten(Identity(), 1), false, page)), 300, 1)
	var round Path
	const k = 0.5522847 * 20
	round.MoveTo(70, 50)
	round.CurveTo(70, 50+k, 50+k, 70, 50, 70)
	round.CurveTo(50-k, 70, 30, 50+k, 30, 50)
	round.CurveTo(30, 50-k, 50-k, 30, 50, 30)
	round.CurveTo(50+k, 30, 70, 50-k, 70, 50)
	near(t, "a disc", area(Fill(round.Flatten(Identity(), 1), false, page)), math.Pi*400, 4)
	near(t, "half a disc outside", area(Fill(round.Flatten(Matrix{1, 0, 0, 1, -50, 0}, 1), false, page)), math.Pi*200, 3)
	if m := Fill(round.Flatten(Matrix{1, 0, 0, 1, -500, 0}, 1), false, page); m != nil {
		t.Error("far outside something is covered")
	}
}

func TestStroke(t *testing.T) {
	var p Path
	p.MoveTo(20, 50)
	p.LineTo(80, 50)
	for name, c := range map[string]struct {
		pen  Pen
		want float64
	}{
		"butt":         {Pen{Width: 10}, 600},
		"square":       {Pen{Width: 10, Cap: 2}, 700},
		"round":        {Pen{Width: 10, Cap: 1}, 600 + math.Pi*25},
		"hair":         {Pen{Width: 0}, 60},
		"dashes":       {Pen{Width: 10, Dash: []float64{10, 5}}, 400},
		"phase":        {Pen{Width: 10, Dash: []float64{10, 5}, Phase: 10}, 400},
		"odd dashes":   {Pen{Width: 10, Dash: []float64{15}}, 300},
		"dash of none": {Pen{Width: 10, Dash: []float64{0, 0}}, 600},
	} {
		near(t, name, area(Fill(p.Stroke(c.pen, Identity()), false, page)), c.want, 4)
	}
	near(t, "wider by the matrix", area(Fill(p.Stroke(Pen{Width: 5}, Matrix{1, 0, 0, 2, 0, -50}), false, page)), 600, 4)
	var corner Path
	corner.MoveTo(20, 80)
	corner.LineTo(20, 20)
	corner.LineTo(80, 20)
	near(t, "miter", area(Fill(corner.Stroke(Pen{Width: 10, Miter: 10}, Identity()), false, page)), 1200, 6)
	near(t, "bevel", area(Fill(corner.Stroke(Pen{Width: 10, Join: 2}, Identity()), false, page)), 1187.5, 6)
	near(t, "a miter over the limit", area(Fill(corner.Stroke(Pen{Width: 10, Miter: 1.1}, Identity()), false, page)), 1187.5, 6)
	var closed Path
	closed.Rect(20, 20, 60, 60)
	near(t, "closed", area(Fill(closed.Stroke(Pen{Width: 10, Miter: 10}, Identity()), false, page)), 70*70-50*50, 8)
}

func TestMatrix(t *testing.T) {
	m := Matrix{2, 1, -1, 3, 5, 7}
	n, ok := m.Inverse()
	if p := n.Apply(m.Apply(Point{11, -4})); !ok || math.Abs(p.X-11) > 1e-9 || math.Abs(p.Y+4) > 1e-9 {
		t.Errorf("%v %v", p, ok)
	}
	if _, ok := (Matrix{1, 1, 1, 1, 0, 0}).Inverse(); ok {
		t.Error("a flat matrix has an inverse")
	}
	if p := m.Then(Matrix{0, 1, -1, 0, 0, 0}).Apply(Point{1, 0}); p != (Point{-8, 7}) {
		t.Errorf("%v", p)
	}
}

func FuzzStroke(f *testing.F) {
	f.Add(10.0, 20.0, 30.0, 40.0, 1.0, 3.0, 2.0, uint8(1))
	f.Add(math.NaN(), math.Inf(1), -1e300, 1e300, 1e-300, 0.0, -1.0, uint8(7))
	f.Fuzz(func(t *testing.T, a, b, c, d, w, dash, phase float64, kind uint8) {
		var p Path
		p.MoveTo(a, b)
		p.LineTo(c, d)
		p.CurveTo(b, a, d, c, a, d)
		p.Close()
		pen := Pen{Width: w, Cap: int(kind & 3), Join: int(kind >> 2 & 3), Miter: w, Dash: []float64{dash, w}, Phase: phase}
		for _, m := range []Matrix{Identity(), {a, b, c, d, w, dash}} {
			if x := Fill(p.Stroke(pen, m), false, page); x != nil && !x.Rect.In(page) {
				t.Fatal(x.Rect)
			}
			Fill(p.Flatten(m, 1), true, page)
		}
	})
}
