package jpeg2000

import "math"

// samples are the values of a component of a tile at one resolution. Whole numbers up to 24 bits are exact in them.
type samples struct {
	x0, y0, x1, y1 int
	at             []float32
}

// samples decodes a component of a tile up to the resolution that is shown.
func (p *plane) samples(drop int) samples {
	var low samples
	for r := range max(1, len(p.resolutions)-drop) {
		res := &p.resolutions[r]
		out := samples{x0: res.x0, y0: res.y0, x1: res.x1, y1: res.y1, at: make([]float32, max(0, res.x1-res.x0)*max(0, res.y1-res.y0))}
		if r > 0 {
			out.weave(&low, low.x0, low.y0, 0, 0)
		}
		for i := range res.precincts {
			for k := range res.precincts[i].bands {
				part := &res.precincts[i].bands[k]
				for j := range part.blocks {
					p.block(&part.blocks[j], part.band, &out, r > 0)
				}
			}
		}
		if r > 0 {
			out.compose(p.c.coding.reversible)
		}
		low = out
	}
	return low
}

// weave puts the values of the resolution below at the even places.
func (s *samples) weave(low *samples, x0, y0, dx, dy int) {
	w, lw := s.x1-s.x0, low.x1-low.x0
	for y := low.y0; y < low.y1; y++ {
		for x := low.x0; x < low.x1; x++ {
			px, py := 2*x+dx-s.x0, 2*y+dy-s.y0
			if px >= 0 && px < w && py >= 0 && py < s.y1-s.y0 {
				s.at[py*w+px] = low.at[(y-y0)*lw+x-x0]
			}
		}
	}
}

// block decodes a code block into its places: with woven subbands, every second one.
func (p *plane) block(c *block, b *band, to *samples, woven bool) {
	if c.passes == 0 {
		return
	}
	v := c.decode(b, p.c.coding.style)
	w, bw := to.x1-to.x0, c.x1-c.x0
	for y := c.y0; y < c.y1; y++ {
		for x := c.x0; x < c.x1; x++ {
			px, py := x, y
			if woven {
				px, py = 2*x, 2*y
				if b.high[0] {
					px++
				}
				if b.high[1] {
					py++
				}
			}
			px, py = px-to.x0, py-to.y0
			if px >= 0 && py >= 0 && px < w && py < to.y1-to.y0 {
				to.at[py*w+px] = v.value((y-c.y0)*bw+x-c.x0, p.c.coding.reversible) * b.step
			}
		}
	}
}

// compose makes one resolution of woven subbands (section F.3): rows first, then columns.
func (s *samples) compose(reversible bool) {
	w, h := s.x1-s.x0, s.y1-s.y0
	if w <= 0 || h <= 0 {
		return // no sample of the component falls into this resolution
	}
	lift := irreversible
	if reversible {
		lift = whole
	}
	line := make([]float32, max(w, h)+8)
	for y := range h {
		row := s.at[y*w : (y+1)*w]
		line = extended(line, row, 1, w)
		lift(line[:w+8], s.x0)
		copy(row, line[4:4+w])
	}
	for x := range w {
		line = extended(line, s.at[x:], w, h)
		lift(line[:h+8], s.y0)
		for y := range h {
			s.at[y*w+x] = line[4+y]
		}
	}
}

// extended copies n values, each step apart, with four more on each side, mirrored.
func extended(line, from []float32, step, n int) []float32 {
	for i := range n {
		line[4+i] = from[i*step]
	}
	for i := 1; i <= 4; i++ {
		line[4-i] = line[4+mirror(-i, n)]
		line[3+n+i] = line[4+mirror(n-1+i, n)]
	}
	return line
}

func mirror(i, n int) int {
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	i = ((i % period) + period) % period
	if i >= n {
		i = period - i
	}
	return i
}

// whole is the inverse of the 5-3 filter. Four values on each side are an extension; first is the place of the others.
func whole(v []float32, first int) {
	n := len(v) - 8
	if n == 1 {
		if first&1 == 1 {
			v[4] = float32(math.Floor(float64(v[4]) / 2))
		}
		return
	}
	floor := func(x float32) float32 { return float32(math.Floor(float64(x))) }
	odd := first & 1 // of the value at 4
	for i := 4 - 2 + odd; i < n+6; i += 2 {
		v[i] -= floor((v[i-1] + v[i+1] + 2) / 4)
	}
	for i := 4 - 1 + odd; i < n+5; i += 2 {
		v[i] += floor((v[i-1] + v[i+1]) / 2)
	}
}

// irreversible is the inverse of the 9-7 filter.
func irreversible(v []float32, first int) {
	const alpha, beta, gamma, delta, k = -1.586134342059924, -0.052980118572961, 0.882911075530934, 0.443506852043971, 1.230174104914001
	n := len(v) - 8
	if n == 1 {
		if first&1 == 1 {
			v[4] /= 2
		}
		return
	}
	odd := first & 1
	for i := range v {
		if (i+odd)&1 == 0 {
			v[i] *= k
		} else {
			v[i] /= k
		}
	}
	lift := func(from int, by float32) {
		for i := from; i < len(v)-1; i += 2 {
			if i > 0 {
				v[i] -= by * (v[i-1] + v[i+1])
			}
		}
	}
	lift(odd, delta)
	lift(1-odd+0, gamma)
	lift(odd, beta)
	lift(1-odd+0, alpha)
}

// mix undoes the transform of the first three components (section G).
func mix(v []samples, reversible bool) {
	n := min(len(v[0].at), len(v[1].at), len(v[2].at))
	a, b, c := v[0].at, v[1].at, v[2].at
	for i := range n {
		y, u, w := a[i], b[i], c[i]
		if reversible {
			g := y - float32(math.Floor(float64(u+w)/4))
			a[i], b[i], c[i] = w+g, g, u+g
		} else {
			a[i], b[i], c[i] = y+1.402*w, y-0.344136*u-0.714136*w, y+1.772*u
		}
	}
}
