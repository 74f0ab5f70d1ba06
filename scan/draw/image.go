package draw

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"strings"

	"golang.org/x/image/ccitt"

	"sekisho/scan/function"
	"sekisho/scan/jbig2"
	"sekisho/scan/jpeg2000"
	"sekisho/scan/pdf"
	"sekisho/scan/shape"
)

// Limits of one picture.
const (
	maxSide     = 30_000
	maxRows     = 24 << 20  // bytes of its rows
	maxStreamed = 256 << 20 // bytes of its rows, when they can be taken one by one
	maxPixels   = 3 << 20   // of what is kept of it, made smaller when it has more
	maxJPEG     = 56 << 20  // bytes that decoding may take
)

// raster are the rows of a picture: n numbers of so many bits to a point, each row beginning with a new byte.
type raster struct {
	w, h, n, bits int
	pix           []byte
	ycc           *image.YCbCr // instead of pix
	rows          *pdf.Rows    // where the rows come from, when only some are in pix
	first         int          // the row with which pix begins
}

// load has pix hold n rows from y on; rows are asked for in their order.
func (r *raster) load(y, n int) {
	if r.rows == nil {
		return
	}
	row := r.row()
	if len(r.pix) != n*row {
		r.pix = make([]byte, n*row)
	}
	r.first = y
	for i := range n {
		if to := r.pix[i*row : (i+1)*row]; !r.rows.Next(to) {
			clear(to)
		}
	}
}

func (r *raster) row() int { return (r.w*r.n*r.bits + 7) / 8 }

// image draws a picture into the unit square.
func (m *machine) image(s *pdf.Stream) {
	if m.hidden > 0 || m.s.clip.rect.Empty() {
		return
	}
	m.steps += 500
	d := s.Dict
	if m.f.Get(d, "ImageMask", "IM") == true {
		m.stencil(s)
		return
	}
	w, h := m.reach()
	p := m.picture(s, w, h)
	if p == nil {
		m.missing()
		return
	}
	if mask := m.maskOf(d, w, h); mask != nil {
		p.mask = mask
	}
	m.lay(p)
}

// reach is about how many points wide and high the unit square is.
func (m *machine) reach() (float64, float64) {
	c := m.s.ctm
	return max(1, math.Hypot(c[0], c[1])), max(1, math.Hypot(c[2], c[3]))
}

// picture is a decoded picture, made coarser to about the points that it will have.
type picture struct {
	w, h   int
	pix    []uint8 // NRGBA
	mask   *cover
	smooth bool // it is not made much larger
}

// cover is how much of something is there.
type cover struct {
	w, h int
	pix  []uint8
}

// missing marks where a picture stands that nobody here can read.
func (m *machine) missing() {
	var p shape.Path
	p.Rect(0, 0, 1, 1)
	l := m.s.look
	l.alpha *= 0.5
	m.to.fill(shape.Fill(p.Flatten(m.s.ctm, 1), false, m.s.clip.rect), plainSource{225, 225, 225, 255}, m.s.clip, l)
}

// raster decodes a picture to rows. nil when that cannot be done.
func (m *machine) raster(s *pdf.Stream, n, bits int) *raster {
	w, h := pdf.Int(m.f.Get(s.Dict, "Width", "W")), pdf.Int(m.f.Get(s.Dict, "Height", "H"))
	if w <= 0 || h <= 0 || w > maxSide || h > maxSide {
		return nil
	}
	r := &raster{w: w, h: h, n: n, bits: bits}
	need := maxRows
	if n > 0 && bits > 0 && !m.f.Pictured(s) {
		if need = r.row() * h; need > maxRows {
			if need > maxStreamed {
				return nil
			}
			if r.rows = m.f.Rows(s, r.row()); r.rows == nil {
				return nil
			}
			m.steps += need / 1000
			return r
		}
	}
	data, coded, _ := m.f.Decode(s, max(need, len(s.Raw)))
	switch coded.Filter {
	case "DCTDecode":
		return m.jpeg(data)
	case "CCITTFaxDecode":
		return m.fax(data, coded.Parm, w, h)
	case "JPXDecode":
		return m.waves(data)
	case "JBIG2Decode":
		return m.paper(data, coded.Parm, w, h)
	case "":
	default:
		return nil
	}
	if n == 0 || len(data) == 0 {
		return nil
	}
	if len(data) < need {
		data = append(data, make([]byte, need-len(data))...)
	}
	r.pix = data
	return r
}

// jpeg decodes a JPEG file, when its size is one that can be borne.
func (m *machine) jpeg(data []byte) *raster {
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxSide || c.Height > maxSide || float64(c.Width*c.Height)*bytesOfPoint(data) > maxJPEG {
		return nil
	}
	m.steps += c.Width * c.Height / 1000
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	r := &raster{w: c.Width, h: c.Height, bits: 8}
	switch p := img.(type) {
	case *image.Gray:
		r.n, r.pix = 1, compact(p.Pix, p.Stride, c.Width, c.Height)
	case *image.YCbCr:
		r.n, r.ycc = 3, p
	case *image.CMYK:
		// The decoder turns the values of Adobe's files; documents mean them as they stand.
		for i := range p.Pix {
			p.Pix[i] = 255 - p.Pix[i]
		}
		r.n, r.pix = 4, compact(p.Pix, p.Stride, 4*c.Width, c.Height)
	case *image.RGBA:
		r.n, r.pix = 3, make([]byte, 0, 3*c.Width*c.Height)
		for y := range c.Height {
			for x := range c.Width {
				i := y*p.Stride + 4*x
				r.pix = append(r.pix, p.Pix[i:i+3]...)
			}
		}
	default:
		return nil
	}
	return r
}

// bytesOfPoint is how many bytes decoding takes for a point, by the frame header of a JPEG file (ITU-T T.81 section B.2.2):
// a picture whose colours are coarser takes less, one that comes in several scans much more.
func bytesOfPoint(data []byte) float64 {
	for at := 2; at+9 < len(data) && data[at] == 0xff; {
		kind, size := data[at+1], int(data[at+2])<<8|int(data[at+3])
		if kind == 0xff {
			at++
			continue
		}
		if kind != 0xc0 && kind != 0xc1 && kind != 0xc2 {
			at += 2 + size
			continue
		}
		n, most, sum := int(data[at+9]), 1, 0
		for i := 0; i < n && at+11+3*i < len(data); i++ {
			f := int(data[at+11+3*i]>>4) * int(data[at+11+3*i]&15)
			most, sum = max(most, f), sum+f
		}
		each := float64(max(sum, 1)) / float64(most)
		if kind == 0xc2 {
			each *= 5
		}
		if n == 4 {
			each *= 2
		}
		return each
	}
	return 12
}

func compact(pix []uint8, stride, row, h int) []uint8 {
	if stride == row {
		return pix
	}
	for y := range h {
		copy(pix[y*row:(y+1)*row], pix[y*stride:y*stride+row])
	}
	return pix[:row*h]
}

// waves decodes a JPEG 2000 picture, no finer than it is drawn. Its size is not that of the dictionary then.
func (m *machine) waves(data []byte) *raster {
	w, h := m.reach()
	p, err := jpeg2000.Decode(m.ctx, data, int(min(4096, w)), int(min(4096, h)))
	if err != nil {
		return nil
	}
	m.steps += p.Width * p.Height / 100
	return &raster{w: p.Width, h: p.Height, n: p.Components, bits: 8, pix: p.Pix}
}

// paper decodes a JBIG2 picture. In documents, black is 0.
func (m *machine) paper(data []byte, parm pdf.Dict, w, h int) *raster {
	var shared []byte
	if s, ok := m.f.Resolve(parm["JBIG2Globals"]).(*pdf.Stream); ok {
		shared, _, _ = m.f.Decode(s, maxRows)
	}
	rows, err := jbig2.Decode(m.ctx, shared, data, w, h)
	if err != nil {
		return nil
	}
	for i := range rows {
		rows[i] = ^rows[i]
	}
	return &raster{w: w, h: h, n: 1, bits: 1, pix: rows}
}

// fax decodes what a fax machine would send.
func (m *machine) fax(data []byte, parm pdf.Dict, w, h int) *raster {
	k := m.int(parm["K"])
	columns := m.int(parm["Columns"])
	if columns <= 0 {
		columns = 1728
	}
	if columns > maxSide || k > 0 {
		return nil
	}
	format := ccitt.Group3
	if k < 0 {
		format = ccitt.Group4
	}
	align := m.f.Resolve(parm["EncodedByteAlign"]) == true
	r := &raster{w: w, h: h, n: 1, bits: 1}
	from := (columns + 7) / 8
	if from*h > maxRows || r.row()*h > maxRows {
		return nil
	}
	buf := make([]byte, from*h)
	in := ccitt.NewReader(bytes.NewReader(data), ccitt.MSB, format, columns, h, &ccitt.Options{Align: align, Invert: m.f.Resolve(parm["BlackIs1"]) == true})
	n := 0
	for n < len(buf) {
		k, err := in.Read(buf[n:])
		if n += k; err != nil || k == 0 {
			break
		}
	}
	if n == 0 {
		return nil
	}
	if m.f.Resolve(parm["BlackIs1"]) != true {
		for i := n; i < len(buf); i++ {
			buf[i] = 255
		}
	}
	if from == r.row() {
		r.pix = buf
		return r
	}
	r.pix = make([]byte, r.row()*h)
	for y := range h {
		copy(r.pix[y*r.row():(y+1)*r.row()], buf[y*from:(y+1)*from])
	}
	return r
}

// picture decodes a picture with its colours.
func (m *machine) picture(s *pdf.Stream, w, h float64) *picture {
	d := s.Dict
	sp := m.space(m.f.Get(d, "ColorSpace", "CS"), 0)
	bits := pdf.Int(m.f.Get(d, "BitsPerComponent", "BPC"))
	n := 0
	if sp != nil {
		n = sp.n
	}
	if bits != 1 && bits != 2 && bits != 4 && bits != 16 {
		bits = 8
	}
	r := m.raster(s, n, bits)
	if r == nil {
		return nil
	}
	if sp == nil || sp.rgb == nil || sp.n != r.n {
		if sp = byCount(r.n); sp == nil {
			return nil
		}
	}
	kx, ky := coarseness(r.w, r.h, w, h)
	p := &picture{w: (r.w + kx - 1) / kx, h: (r.h + ky - 1) / ky}
	p.smooth = w < 3*float64(p.w) && h < 3*float64(p.h)
	p.pix = make([]uint8, 4*p.w*p.h)
	m.steps += r.w * r.h / 1000
	get := m.pointer(r, sp, m.f.Floats(m.f.Get(d, "Decode", "D")), m.key(d))
	m.average(p, r, kx, ky, get)
	return p
}

// coarseness is how many points of a picture make one.
func coarseness(w, h int, toW, toH float64) (kx, ky int) {
	kx, ky = max(1, int(float64(w)/toW)), max(1, int(float64(h)/toH))
	for (w/kx)*(h/ky) > maxPixels {
		if w/kx > h/ky {
			kx++
		} else {
			ky++
		}
	}
	return kx, ky
}

// average makes of every kx by ky points one.
func (m *machine) average(p *picture, r *raster, kx, ky int, get func(x, y int) color.NRGBA) {
	for y := range p.h {
		if m.ctx.Err() != nil {
			return
		}
		r.load(y*ky, min(ky, r.h-y*ky))
		for x := range p.w {
			var sr, sg, sb, sa, n uint32
			for v := y * ky; v < min(r.h, (y+1)*ky); v++ {
				for u := x * kx; u < min(r.w, (x+1)*kx); u++ {
					c := get(u, v)
					a := uint32(c.A)
					sr, sg, sb, sa, n = sr+uint32(c.R)*a/255, sg+uint32(c.G)*a/255, sb+uint32(c.B)*a/255, sa+a, n+1
				}
			}
			if sa == 0 || n == 0 {
				continue
			}
			i := 4 * (y*p.w + x)
			p.pix[i], p.pix[i+1], p.pix[i+2] = uint8(min(255, sr*255/sa)), uint8(min(255, sg*255/sa)), uint8(min(255, sb*255/sa))
			p.pix[i+3] = uint8(sa / n)
		}
	}
}

// key is the range of numbers that are not drawn; nil for none.
func (m *machine) key(d pdf.Dict) []float64 {
	if _, is := m.f.Resolve(d["Mask"]).(pdf.Array); !is {
		return nil
	}
	return m.f.Floats(d["Mask"])
}

// pointer gives the colour of each point of the rows.
func (m *machine) pointer(r *raster, sp *space, decode, key []float64) func(x, y int) color.NRGBA {
	if r.ycc != nil && len(decode) == 0 && key == nil {
		return func(x, y int) color.NRGBA {
			yi, ci := r.ycc.YOffset(x, y), r.ycc.COffset(x, y)
			cr, cg, cb := color.YCbCrToRGB(r.ycc.Y[yi], r.ycc.Cb[ci], r.ycc.Cr[ci])
			return color.NRGBA{cr, cg, cb, 255}
		}
	}
	if sp.device && r.bits == 8 && len(decode) == 0 && key == nil && r.ycc == nil {
		return r.plain()
	}
	most := float64(uint32(1)<<r.bits - 1)
	if len(decode) < 2*r.n {
		decode = sp.decode
	}
	if len(decode) < 2*r.n {
		decode = nil
		for range r.n {
			top := 1.0
			if sp.indexed {
				top = most
			}
			decode = append(decode, 0, top)
		}
	}
	if len(key) < 2*r.n {
		key = nil
	}
	row := r.row()
	raw := make([]uint32, r.n)
	v := make([]float64, r.n)
	known := map[uint64]color.NRGBA{}
	return func(x, y int) color.NRGBA {
		if r.ycc != nil {
			yi, ci := r.ycc.YOffset(x, y), r.ycc.COffset(x, y)
			cr, cg, cb := color.YCbCrToRGB(r.ycc.Y[yi], r.ycc.Cb[ci], r.ycc.Cr[ci])
			raw[0], raw[1], raw[2] = uint32(cr), uint32(cg), uint32(cb)
		} else {
			for i := range raw {
				raw[i] = function.Field(r.pix, (y-r.first)*row*8+(x*r.n+i)*r.bits, r.bits)
			}
		}
		hash := uint64(0)
		for _, k := range raw {
			hash = hash<<16 ^ hash>>47 ^ uint64(k)
		}
		if r.n <= 4 {
			if c, ok := known[hash]; ok {
				return c
			}
		}
		c := colored(raw, v, most, decode, key, sp)
		if len(known) > 4096 {
			clear(known)
		}
		known[hash] = c
		return c
	}
}

// plain gives the colours of rows that need no reckoning: a byte of grey, or one of red, green and blue each.
func (r *raster) plain() func(x, y int) color.NRGBA {
	row := r.row()
	return func(x, y int) color.NRGBA {
		i := (y-r.first)*row + x*r.n
		if r.n == 1 {
			g := r.pix[i]
			return color.NRGBA{g, g, g, 255}
		}
		p := r.pix[i : i+3 : i+3]
		return color.NRGBA{p[0], p[1], p[2], 255}
	}
}

// colored makes a colour of the numbers of a point.
func colored(raw []uint32, v []float64, most float64, decode, key []float64, sp *space) color.NRGBA {
	hidden := key != nil
	for i, k := range raw {
		v[i] = function.Along(float64(k), 0, most, decode[2*i], decode[2*i+1])
		hidden = hidden && float64(k) >= key[2*i] && float64(k) <= key[2*i+1]
	}
	if hidden {
		return color.NRGBA{}
	}
	return sp.rgb(v)
}

// maskOf is what of a picture is to be seen, by another picture.
func (m *machine) maskOf(d pdf.Dict, w, h float64) *cover {
	if s, ok := m.f.Resolve(d["SMask"]).(*pdf.Stream); ok {
		p := m.picture(&pdf.Stream{Dict: withGray(s.Dict), Raw: s.Raw, Ref: s.Ref}, w, h)
		if p == nil {
			return nil
		}
		c := &cover{w: p.w, h: p.h, pix: make([]uint8, p.w*p.h)}
		for i := range c.pix {
			c.pix[i] = p.pix[4*i]
		}
		return c
	}
	if s, ok := m.f.Resolve(d["Mask"]).(*pdf.Stream); ok {
		c := m.bits(s, w, h)
		return c
	}
	return nil
}

// withGray is a dictionary whose picture is taken as grey.
func withGray(d pdf.Dict) pdf.Dict {
	out := pdf.Dict{}
	for k, v := range d {
		if !strings.Contains("SMask Mask ColorSpace", string(k)) {
			out[k] = v
		}
	}
	out["ColorSpace"] = pdf.Name("DeviceGray")
	return out
}

// bits reads a mask of single bits: what is painted is 255.
func (m *machine) bits(s *pdf.Stream, w, h float64) *cover {
	r := m.raster(s, 1, 1)
	if r == nil || r.n != 1 || r.pix == nil {
		return nil
	}
	decode := m.f.Floats(m.f.Get(s.Dict, "Decode", "D"))
	turned := len(decode) > 0 && decode[0] >= 0.5
	kx, ky := coarseness(r.w, r.h, w, h)
	c := &cover{w: (r.w + kx - 1) / kx, h: (r.h + ky - 1) / ky}
	c.pix = make([]uint8, c.w*c.h)
	m.steps += r.w * r.h / 1000
	row, most := r.row(), uint32(1)<<r.bits-1
	for y := range c.h {
		for x := range c.w {
			set, n := 0, 0
			for v := y * ky; v < min(r.h, (y+1)*ky); v++ {
				for u := x * kx; u < min(r.w, (x+1)*kx); u++ {
					if on := function.Field(r.pix, v*row*8+u*r.bits, r.bits) > most/2; on == turned {
						set++
					}
					n++
				}
			}
			c.pix[y*c.w+x] = uint8(255 * set / max(1, n))
		}
	}
	return c
}

// stencil paints the colour through a mask of bits.
func (m *machine) stencil(s *pdf.Stream) {
	src := m.source(&m.s.fill)
	w, h := m.reach()
	c := m.bits(s, w, h)
	if c == nil || src == nil {
		return
	}
	mask := m.square()
	back, ok := m.s.ctm.Inverse()
	if mask == nil || !ok {
		return
	}
	m.steps += len(mask.Pix) / 500
	smooth := w < 3*float64(c.w) && h < 3*float64(c.h)
	for y := mask.Rect.Min.Y; y < mask.Rect.Max.Y; y++ {
		for x := mask.Rect.Min.X; x < mask.Rect.Max.X; x++ {
			i := mask.PixOffset(x, y)
			if mask.Pix[i] == 0 {
				continue
			}
			p := back.Apply(shape.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
			mask.Pix[i] = uint8(int(mask.Pix[i]) * int(c.at(p.X, 1-p.Y, smooth)) / 255)
		}
	}
	m.to.fill(mask, src, m.s.clip, m.s.look)
}

// square is where the unit square lies; a picture thinner than a point still covers one.
func (m *machine) square() *image.Alpha {
	var p shape.Path
	p.Rect(0, 0, 1, 1)
	list := p.Flatten(m.s.ctm, 1)
	if r, ok := box(list); ok {
		if r = r.Intersect(m.s.clip.rect).Intersect(m.to.Rect); !r.Empty() {
			return whole(r)
		}
		return nil
	}
	return shape.Fill(list, false, m.s.clip.rect.Intersect(m.to.Rect))
}

// at is the value at a place of the unit square, the first row at the top.
func (c *cover) at(u, v float64, smooth bool) uint8 {
	x, y := u*float64(c.w), v*float64(c.h)
	if !smooth {
		return c.pix[inside(int(math.Floor(y)), c.h)*c.w+inside(int(math.Floor(x)), c.w)]
	}
	x0, y0, fx, fy := corner(x, y)
	a := func(x, y int) float64 { return float64(c.pix[inside(y, c.h)*c.w+inside(x, c.w)]) }
	return uint8((a(x0, y0)*(1-fx)+a(x0+1, y0)*fx)*(1-fy) + (a(x0, y0+1)*(1-fx)+a(x0+1, y0+1)*fx)*fy + 0.5)
}

func inside(i, n int) int { return min(n-1, max(0, i)) }

func corner(x, y float64) (x0, y0 int, fx, fy float64) {
	x, y = x-0.5, y-0.5
	x0, y0 = int(math.Floor(x)), int(math.Floor(y))
	return x0, y0, x - float64(x0), y - float64(y0)
}

// laid is a picture as a source.
type laid struct {
	*picture
	back shape.Matrix
}

func (l laid) at(x, y int) color.NRGBA {
	q := l.back.Apply(shape.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
	u, v := q.X, 1-q.Y
	px, py := u*float64(l.w), v*float64(l.h)
	var c color.NRGBA
	if !l.smooth {
		c = l.point(int(math.Floor(px)), int(math.Floor(py)))
	} else {
		x0, y0, fx, fy := corner(px, py)
		a, b := mixed(l.point(x0, y0), l.point(x0+1, y0), fx), mixed(l.point(x0, y0+1), l.point(x0+1, y0+1), fx)
		c = mixed(a, b, fy)
	}
	if l.mask != nil {
		c.A = uint8(int(c.A) * int(l.mask.at(u, v, true)) / 255)
	}
	return c
}

func (p *picture) point(x, y int) color.NRGBA {
	i := 4 * (inside(y, p.h)*p.w + inside(x, p.w))
	q := p.pix[i : i+4 : i+4]
	return color.NRGBA{q[0], q[1], q[2], q[3]}
}

func mixed(a, b color.NRGBA, f float64) color.NRGBA {
	if a == b {
		return a
	}
	t := int(f * 256)
	mix := func(x, y uint8) uint8 { return uint8((int(x)*(256-t) + int(y)*t) / 256) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), mix(a.A, b.A)}
}

// lay draws a picture into the unit square.
func (m *machine) lay(p *picture) {
	back, ok := m.s.ctm.Inverse()
	mask := m.square()
	if !ok || mask == nil {
		return
	}
	m.steps += len(mask.Pix) / 300
	m.to.fill(mask, laid{picture: p, back: back}, m.s.clip, m.s.look)
}

// inline draws a picture that stands in the program itself.
func (m *machine) inline(l *pdf.Lexer) {
	d := pdf.Dict{}
	for {
		k, ok := l.Next()
		if !ok {
			return
		}
		if k == pdf.Keyword("ID") {
			break
		}
		name, is := k.(pdf.Name)
		if v, ok := l.Next(); ok && is {
			d[name] = v
		}
	}
	l.Skip(1)
	rest := l.Rest()
	n := end(rest)
	l.Skip(n)
	l.Next() // EI
	if m.to != nil {
		m.image(&pdf.Stream{Dict: d, Raw: rest[:n]})
	}
}

// end finds the word EI behind a picture: followed by what could be a program.
func end(b []byte) int {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("EI"))
		if i < 0 {
			return len(b)
		}
		at += i
		blank := func(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }
		if (at == 0 || blank(b[at-1])) && (at+2 == len(b) || blank(b[at+2])) && text(b[at+2:min(len(b), at+12)]) {
			return at
		}
		at += 2
	}
}

func text(b []byte) bool {
	for _, c := range b {
		if c < 9 || c > 126 || c > 13 && c < 32 {
			return false
		}
	}
	return true
}
