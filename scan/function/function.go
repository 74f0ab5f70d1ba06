// Package function reads the functions of PDF documents, which make numbers of numbers: colours of inks, colours along a
// shading (ISO 32000-1 section 7.10).
package function

import (
	"math"

	"sekisho/scan/pdf"
)

// Limits of functions.
const (
	maxSamples = 1 << 20 // bytes of a table
	maxDeep    = 12      // functions in functions
	maxProgram = 20_000  // steps of a function in PostScript, each time
)

// Function makes numbers of numbers. The result is the caller's.
type Function func(in []float64) []float64

// Read reads a function; several in a list are one that gives the results of all. nil when it cannot be read.
func Read(f *pdf.File, o pdf.Object) Function { return (&reader{f}).function(o, 0) }

// reader reads functions of one file.
type reader struct{ f *pdf.File }

func (r *reader) int(o pdf.Object) int { return pdf.Int(r.f.Resolve(o)) }

func (r *reader) function(o pdf.Object, deep int) Function {
	if deep > maxDeep {
		return nil
	}
	if list, many := r.f.Resolve(o).(pdf.Array); many {
		return r.joined(list, deep)
	}
	d := r.f.Dict(o)
	if d == nil {
		return nil
	}
	domain, bounds := r.f.Floats(d["Domain"]), r.f.Floats(d["Range"])
	var fn Function
	switch r.int(d["FunctionType"]) {
	case 0:
		fn = r.sampled(o, d, domain, bounds)
	case 2:
		fn = r.power(d)
	case 3:
		fn = r.stitched(d, domain, deep)
	case 4:
		if s, ok := r.f.Resolve(o).(*pdf.Stream); ok {
			b, _, _ := r.f.Decode(s, 1<<16)
			fn = calculator(b)
		}
	}
	if fn == nil {
		return nil
	}
	return func(in []float64) []float64 {
		x := make([]float64, len(in))
		for i, v := range in {
			x[i] = bounded(v, domain, i)
		}
		out := fn(x)
		for i, v := range out {
			out[i] = bounded(v, bounds, i)
		}
		return out
	}
}

func bounded(v float64, limits []float64, i int) float64 {
	if math.IsNaN(v) {
		v = 0
	}
	if 2*i+1 < len(limits) {
		return min(limits[2*i+1], max(limits[2*i], v))
	}
	return v
}

func (r *reader) joined(list pdf.Array, deep int) Function {
	var parts []Function
	for _, x := range list[:min(len(list), 32)] {
		fn := r.function(x, deep+1)
		if fn == nil {
			return nil
		}
		parts = append(parts, fn)
	}
	return func(in []float64) []float64 {
		var out []float64
		for _, fn := range parts {
			out = append(out, fn(in)...)
		}
		return out
	}
}

// power is an exponential function.
func (r *reader) power(d pdf.Dict) Function {
	c0, c1, n := r.f.Floats(d["C0"]), r.f.Floats(d["C1"]), r.f.Float(d["N"], 1)
	if c0 == nil {
		c0 = []float64{0}
	}
	if c1 == nil {
		c1 = []float64{1}
	}
	return func(in []float64) []float64 {
		out := make([]float64, min(len(c0), len(c1)))
		x := first(in)
		if n != 1 {
			x = math.Pow(x, n)
		}
		for i := range out {
			out[i] = c0[i] + x*(c1[i]-c0[i])
		}
		return out
	}
}

func first(in []float64) float64 {
	if len(in) == 0 {
		return 0
	}
	return in[0]
}

// stitched takes one function or another, by where the number is.
func (r *reader) stitched(d pdf.Dict, domain []float64, deep int) Function {
	var parts []Function
	list := r.f.Array(d["Functions"])
	for _, x := range list[:min(len(list), 256)] {
		fn := r.function(x, deep+1)
		if fn == nil {
			return nil
		}
		parts = append(parts, fn)
	}
	limits, encode := r.f.Floats(d["Bounds"]), r.f.Floats(d["Encode"])
	if len(parts) == 0 || len(limits) < len(parts)-1 || len(encode) < 2*len(parts) || len(domain) < 2 {
		return nil
	}
	return func(in []float64) []float64 {
		x, i := first(in), 0
		for i < len(parts)-1 && x >= limits[i] {
			i++
		}
		low, high := domain[0], domain[1]
		if i > 0 {
			low = limits[i-1]
		}
		if i < len(parts)-1 {
			high = limits[i]
		}
		return parts[i]([]float64{Along(x, low, high, encode[2*i], encode[2*i+1])})
	}
}

// Along maps x from one range to another.
func Along(x, a, b, c, d float64) float64 {
	if a == b {
		return c
	}
	return c + (x-a)*(d-c)/(b-a)
}

// sampled looks up a table, between whose values it goes straight.
func (r *reader) sampled(o pdf.Object, d pdf.Dict, domain, bounds []float64) Function {
	s, ok := r.f.Resolve(o).(*pdf.Stream)
	size := r.f.Floats(d["Size"])
	bits := r.int(d["BitsPerSample"])
	n, outs := len(domain)/2, len(bounds)/2
	if !ok || n == 0 || n > 4 || outs == 0 || outs > 32 || len(size) < n || bits < 1 || bits > 32 {
		return nil
	}
	total := outs
	for _, v := range size[:n] {
		if v < 1 || v > 1<<16 || total > maxSamples*8 {
			return nil
		}
		total *= int(v)
	}
	b, _, _ := r.f.Decode(s, maxSamples)
	if total > maxSamples || (total*bits+7)/8 > len(b) {
		return nil
	}
	encode, decode := r.f.Floats(d["Encode"]), r.f.Floats(d["Decode"])
	if len(decode) < 2*outs {
		decode = bounds
	}
	most := math.Pow(2, float64(bits)) - 1
	sample := func(index, k int) float64 {
		return Along(float64(Field(b, (index*outs+k)*bits, bits)), 0, most, decode[2*k], decode[2*k+1])
	}
	return func(in []float64) []float64 {
		if len(in) < n {
			return make([]float64, outs)
		}
		var low [4]int
		var part [4]float64
		for i := range n {
			top := size[i] - 1
			e0, e1 := 0.0, top
			if len(encode) >= 2*n {
				e0, e1 = encode[2*i], encode[2*i+1]
			}
			x := min(top, max(0, Along(in[i], domain[2*i], domain[2*i+1], e0, e1)))
			low[i] = int(x)
			part[i] = x - float64(low[i])
		}
		return corners(n, outs, size, low, part, sample)
	}
}

// corners weighs the values around a place in a table.
func corners(n, outs int, size []float64, low [4]int, part [4]float64, sample func(index, k int) float64) []float64 {
	out := make([]float64, outs)
	for c := range 1 << n {
		weight, index, stride := 1.0, 0, 1
		for i := range n {
			at := low[i]
			if c>>i&1 == 1 {
				weight *= part[i]
				at = min(at+1, int(size[i])-1)
			} else {
				weight *= 1 - part[i]
			}
			index += at * stride
			stride *= int(size[i])
		}
		if weight == 0 {
			continue
		}
		for k := range out {
			out[k] += weight * sample(index, k)
		}
	}
	return out
}

// Field is a number of so many bits in b.
func Field(b []byte, at, bits int) uint32 {
	if at&7 == 0 && bits == 8 {
		if at>>3 < len(b) {
			return uint32(b[at>>3])
		}
		return 0
	}
	v := uint64(0)
	for n := 0; n < bits; {
		if at>>3 >= len(b) {
			return uint32(v << (bits - n))
		}
		take := min(8-at&7, bits-n)
		v = v<<take | uint64(b[at>>3])>>(8-at&7-take)&(1<<take-1)
		at, n = at+take, n+take
	}
	return uint32(v)
}
