package pdf

import (
	"bytes"
	"compress/flate"
	"io"
)

// Rows takes the rows of a picture off a stream one after the other, so that a large one needs little memory.
type Rows struct {
	in          io.Reader
	line, prior []byte
	point       int
	png, tiff   bool
	colors      int
}

// Rows begins to read rows of so many bytes; nil when the stream is not one that is only deflated.
func (f *File) Rows(s *Stream, row int) *Rows {
	list := f.filters(s.Dict)
	if len(list) != 1 || list[0].name != "FlateDecode" || row <= 0 || row > maxStream {
		return nil
	}
	b := bytes.TrimLeft(f.decrypt(s), "\r\n")
	if len(b) < 3 {
		return nil
	}
	parm := list[0].parm
	get := func(n Name, otherwise int) int {
		if v := Int(f.Resolve(parm[n])); v > 0 {
			return min(v, 32)
		}
		return otherwise
	}
	r := &Rows{in: flate.NewReader(bytes.NewReader(b[2:])), line: make([]byte, row+1), colors: get("Colors", 1)}
	bits := get("BitsPerComponent", 8)
	r.point = max(1, r.colors*bits/8)
	if p := Int(f.Resolve(parm["Predictor"])); p == 2 {
		if bits != 8 {
			return nil
		}
		r.tiff = true
	} else if p > 2 {
		if columns := Int(f.Resolve(parm["Columns"])); (r.colors*bits*columns+7)/8 != row {
			return nil
		}
		r.png, r.prior = true, make([]byte, row)
	}
	return r
}

// Next reads a row into to; false at the end.
func (r *Rows) Next(to []byte) bool {
	if !r.png {
		if _, err := io.ReadFull(r.in, to); err != nil {
			return false
		}
		if r.tiff {
			untiff(to, len(to), r.colors, 8)
		}
		return true
	}
	if _, err := io.ReadFull(r.in, r.line); err != nil {
		return false
	}
	copy(to, r.line[1:])
	unline(r.line[0], to, r.prior, r.point)
	copy(r.prior, to)
	return true
}
