package draw

import (
	"image/color"
	"math"

	"sekisho/scan/function"
	"sekisho/scan/pdf"
)

// maxDeep bounds colour spaces in colour spaces.
const maxDeep = 12

// space is a colour space.
type space struct {
	n       int
	rgb     func(v []float64) color.NRGBA
	start   []float64 // the colour at first
	decode  []float64 // of pictures, when nothing is said
	device  bool      // of grey, or of red, green and blue
	indexed bool      // one number picks a colour
	top     int       // the last colour that can be picked
	pattern bool      // of patterns; under is the space of their colour
	under   *space
}

func byteOf(v float64) uint8 {
	if !(v > 0) {
		return 0
	}
	return uint8(min(255, v*255+0.5))
}

func get(v []float64, i int) float64 {
	if i < len(v) {
		return min(1, max(0, v[i]))
	}
	return 0
}

func gray() *space {
	return &space{n: 1, device: true, start: []float64{0}, rgb: func(v []float64) color.NRGBA {
		g := byteOf(get(v, 0))
		return color.NRGBA{g, g, g, 255}
	}}
}

func rgb() *space {
	return &space{n: 3, device: true, start: []float64{0, 0, 0}, rgb: func(v []float64) color.NRGBA {
		return color.NRGBA{byteOf(get(v, 0)), byteOf(get(v, 1)), byteOf(get(v, 2)), 255}
	}}
}

func cmyk() *space {
	return &space{n: 4, start: []float64{0, 0, 0, 1}, rgb: func(v []float64) color.NRGBA {
		return ink(get(v, 0), get(v, 1), get(v, 2), get(v, 3))
	}}
}

// paper is how inks look on paper: none, cyan, magenta, both, yellow, and so on; black leaves an eighth of each.
var paper = [8][3]float64{
	{1, 1, 1}, {0, 0.68, 0.94}, {0.92, 0, 0.55}, {0.18, 0.19, 0.57},
	{1, 0.95, 0}, {0, 0.65, 0.31}, {0.93, 0.11, 0.14}, {0.21, 0.21, 0.22},
}

// ink mixes cyan, magenta, yellow and black.
func ink(c, m, y, k float64) color.NRGBA {
	var out [3]float64
	for i, p := range paper {
		w := 1.0
		for bit, v := range [3]float64{c, m, y} {
			if i>>bit&1 == 1 {
				w *= v
			} else {
				w *= 1 - v
			}
		}
		for j := range out {
			out[j] += w * p[j]
		}
	}
	for j := range out {
		out[j] *= 1 - k*0.87
	}
	return color.NRGBA{byteOf(out[0]), byteOf(out[1]), byteOf(out[2]), 255}
}

// byCount is the device space with so many colours.
func byCount(n int) *space {
	switch n {
	case 1:
		return gray()
	case 3:
		return rgb()
	case 4:
		return cmyk()
	}
	return nil
}

// space reads a colour space; nil when it cannot be read.
func (m *machine) space(o pdf.Object, deep int) *space {
	if deep > maxDeep {
		return nil
	}
	o = m.f.Resolve(o)
	if n, is := o.(pdf.Name); is {
		return m.named(n, deep)
	}
	a, is := o.(pdf.Array)
	if !is || len(a) == 0 {
		return nil
	}
	kind, _ := m.f.Resolve(a[0]).(pdf.Name)
	if len(a) == 1 {
		return m.named(kind, deep)
	}
	switch kind {
	case "CalGray":
		return gray()
	case "CalRGB":
		return rgb()
	case "Lab":
		return m.lab(m.f.Dict(a[1]))
	case "ICCBased":
		d := m.f.Dict(a[1])
		if s := byCount(m.int(d["N"])); s != nil {
			return s
		}
		return m.space(d["Alternate"], deep+1)
	case "Indexed", "I":
		return m.picked(a, deep)
	case "Separation", "DeviceN":
		return m.inks(a, deep)
	case "Pattern":
		return &space{pattern: true, under: m.space(a[1], deep+1)}
	}
	return nil
}

func (m *machine) named(n pdf.Name, deep int) *space {
	switch n {
	case "DeviceGray", "G", "CalGray":
		return gray()
	case "DeviceRGB", "RGB", "CalRGB":
		return rgb()
	case "DeviceCMYK", "CMYK":
		return cmyk()
	case "Pattern":
		return &space{pattern: true}
	}
	if x := m.resource("ColorSpace", n); x != nil && x != pdf.Object(n) {
		return m.space(x, deep+1)
	}
	return nil
}

// lab is CIE L*a*b*.
func (m *machine) lab(d pdf.Dict) *space {
	white, limits := m.f.Floats(d["WhitePoint"]), m.f.Floats(d["Range"])
	if len(white) < 3 {
		white = []float64{0.9505, 1, 1.089}
	}
	if len(limits) < 4 {
		limits = []float64{-100, 100, -100, 100}
	}
	cube := func(v float64) float64 {
		if v > 6.0/29 {
			return v * v * v
		}
		return 108.0 / 841 * (v - 4.0/29)
	}
	gamma := func(v float64) uint8 {
		if v <= 0.0031308 {
			return byteOf(12.92 * v)
		}
		return byteOf(1.055*math.Pow(v, 1/2.4) - 0.055)
	}
	return &space{n: 3, start: []float64{0, 0, 0}, decode: append([]float64{0, 100}, limits[:4]...), rgb: func(v []float64) color.NRGBA {
		if len(v) < 3 {
			return color.NRGBA{A: 255}
		}
		l := (v[0] + 16) / 116
		x, y, z := white[0]*cube(l+v[1]/500), white[1]*cube(l), white[2]*cube(l-v[2]/200)
		return color.NRGBA{gamma(3.2406*x - 1.5372*y - 0.4986*z), gamma(-0.9689*x + 1.8758*y + 0.0415*z), gamma(0.0557*x - 0.2040*y + 1.0570*z), 255}
	}}
}

// picked is a table of colours.
func (m *machine) picked(a pdf.Array, deep int) *space {
	if len(a) < 4 {
		return nil
	}
	base := m.space(a[1], deep+1)
	if base == nil || base.rgb == nil || base.indexed {
		return nil
	}
	var table []byte
	switch t := m.f.Resolve(a[3]).(type) {
	case pdf.String:
		table = []byte(t)
	case *pdf.Stream:
		table, _, _ = m.f.Decode(t, 1<<16)
	}
	top := min(255, max(0, m.int(a[2])))
	colors := make([]color.NRGBA, top+1)
	v := make([]float64, base.n)
	for i := range colors {
		for k := range v {
			if at := i*base.n + k; at < len(table) {
				v[k] = float64(table[at]) / 255
				if base.decode != nil {
					v[k] = function.Along(v[k], 0, 1, base.decode[2*k], base.decode[2*k+1])
				}
			}
		}
		colors[i] = base.rgb(v)
	}
	return &space{n: 1, start: []float64{0}, indexed: true, top: top, rgb: func(v []float64) color.NRGBA {
		i := 0
		if len(v) > 0 && v[0] > 0 {
			i = int(min(float64(top), v[0]))
		}
		return colors[i]
	}}
}

// inks is a space of inks of one's own, given by a function to another space.
func (m *machine) inks(a pdf.Array, deep int) *space {
	if len(a) < 4 {
		return nil
	}
	n := 1
	if list, many := m.f.Resolve(a[1]).(pdf.Array); many {
		n = min(32, len(list))
	} else if m.f.Resolve(a[1]) == pdf.Name("None") {
		return &space{n: 1, start: []float64{1}, rgb: func([]float64) color.NRGBA { return color.NRGBA{} }}
	}
	base, fn := m.space(a[2], deep+1), function.Read(m.f, a[3])
	if base == nil || base.rgb == nil || fn == nil {
		return nil
	}
	start := make([]float64, n)
	for i := range start {
		start[i] = 1
	}
	return &space{n: n, start: start, rgb: func(v []float64) color.NRGBA { return base.rgb(fn(v)) }}
}
