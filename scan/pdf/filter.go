package pdf

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
)

// ErrFilter says that a stream has a filter that nobody here reads.
var ErrFilter = errors.New("unknown filter")

// ErrLimit says that a stream is longer than what may be spent on it; what came before the limit is given.
var ErrLimit = errors.New("the stream expands beyond the limit")

// maxFilters bounds the filters of one stream.
const maxFilters = 8

// filter is one step of decoding.
type filter struct {
	name Name
	parm Dict
}

// Coded says that a stream is a picture in a form that is not rows of points.
type Coded struct {
	Filter Name // DCTDecode, JPXDecode, CCITTFaxDecode, JBIG2Decode; "" none
	Parm   Dict
}

// filters are those of a stream's dictionary; short names stand in inline images.
func (f *File) filters(d Dict) []filter {
	var out []filter
	names, parms := f.Get(d, "Filter", "F"), f.Get(d, "DecodeParms", "DP")
	list, many := names.(Array)
	if !many {
		list = Array{names}
	}
	plist, many := parms.(Array)
	if !many {
		plist = Array{parms}
	}
	for i, n := range list {
		name, ok := f.Resolve(n).(Name)
		if !ok || i >= maxFilters {
			continue
		}
		x := filter{name: long(name)}
		if i < len(plist) {
			x.parm, _ = f.Resolve(plist[i]).(Dict)
		}
		out = append(out, x)
	}
	return out
}

func long(n Name) Name {
	switch n {
	case "Fl":
		return "FlateDecode"
	case "LZW":
		return "LZWDecode"
	case "A85":
		return "ASCII85Decode"
	case "AHx":
		return "ASCIIHexDecode"
	case "RL":
		return "RunLengthDecode"
	case "CCF":
		return "CCITTFaxDecode"
	case "DCT":
		return "DCTDecode"
	}
	return n
}

// Decode undoes the filters of s, to at most so many bytes. A picture's own filter, which must be the last, is left and
// named. What could be decoded is given with the error.
func (f *File) Decode(s *Stream, most int) (out []byte, coded Coded, err error) {
	out = f.decrypt(s)
	for i, x := range f.filters(s.Dict) {
		if x.name == "Crypt" {
			continue
		}
		if i > 0 && len(out) > most {
			return out[:most], coded, ErrLimit
		}
		most = min(most, f.left)
		switch x.name {
		case "FlateDecode":
			out, err = inflate(out, most)
			out = f.unpredict(out, x.parm)
		case "LZWDecode":
			early := true
			if v, ok := f.Resolve(x.parm["EarlyChange"]).(int); ok {
				early = v != 0
			}
			out, err = unlzw(out, early, most)
			out = f.unpredict(out, x.parm)
		case "ASCIIHexDecode":
			out = unhex(out)
		case "ASCII85Decode":
			out = un85(out)
		case "RunLengthDecode":
			out, err = unrun(out, most)
		case "DCTDecode", "JPXDecode", "CCITTFaxDecode", "JBIG2Decode":
			return out, Coded{Filter: x.name, Parm: x.parm}, err
		default:
			return nil, coded, ErrFilter
		}
		f.left -= len(out)
		if err != nil {
			return out, coded, err
		}
	}
	if len(out) > most {
		return out[:max(0, most)], coded, ErrLimit
	}
	return out, coded, nil
}

// Pictured says whether the bytes of s are a picture in a form of its own, as far as its last filter says.
func (f *File) Pictured(s *Stream) bool {
	list := f.filters(s.Dict)
	if len(list) == 0 {
		return false
	}
	switch list[len(list)-1].name {
	case "DCTDecode", "JPXDecode", "CCITTFaxDecode", "JBIG2Decode":
		return true
	}
	return false
}

// inflate gives what can be decompressed: a stream that ends early or whose checksum is wrong counts as far as it goes.
func inflate(b []byte, most int) ([]byte, error) {
	b = bytes.TrimLeft(b, "\r\n")
	if len(b) < 3 || most <= 0 {
		return nil, nil
	}
	raw := b
	if b[0]&0x0f == 8 && (int(b[0])<<8|int(b[1]))%31 == 0 {
		raw = b[2:]
	}
	out, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(raw)), int64(most)+1))
	if len(out) == 0 && err != nil && len(raw) == len(b) {
		out, _ = io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b[2:])), int64(most)+1))
	}
	if len(out) > most {
		return out[:most], ErrLimit
	}
	return out, nil
}

// unpredict undoes PNG and TIFF predictors (ISO 32000-1 section 7.4.4.4).
func (f *File) unpredict(b []byte, parm Dict) []byte {
	p := Int(f.Resolve(parm["Predictor"]))
	if p < 2 {
		return b
	}
	get := func(n Name, otherwise int) int {
		if v := Int(f.Resolve(parm[n])); v > 0 {
			return min(v, 1<<20)
		}
		return otherwise
	}
	colors, bits, columns := min(get("Colors", 1), 32), min(get("BitsPerComponent", 8), 16), get("Columns", 1)
	row := (colors*bits*columns + 7) / 8
	point := max(1, colors*bits/8)
	if p == 2 {
		return untiff(b, row, colors, bits)
	}
	return unpng(b, row, point)
}

// unpng undoes the filters of PNG, in place.
func unpng(b []byte, row, point int) []byte {
	out := b[:0]
	prior := make([]byte, row)
	line := make([]byte, row)
	for at := 0; at < len(b); at += row + 1 {
		kind := b[at]
		n := copy(line, b[min(len(b), at+1):min(len(b), at+1+row)])
		clear(line[n:])
		unline(kind, line, prior, point)
		out = append(out, line[:n]...)
		line, prior = prior, line
	}
	return out
}

// unline undoes the filter of one row, of so many bytes to a point.
func unline(kind byte, line, prior []byte, point int) {
	for i := range line {
		var left, corner byte
		if i >= point {
			left, corner = line[i-point], prior[i-point]
		}
		switch kind {
		case 1:
			line[i] += left
		case 2:
			line[i] += prior[i]
		case 3:
			line[i] += byte((int(left) + int(prior[i])) / 2)
		case 4:
			line[i] += paeth(left, prior[i], corner)
		}
	}
}

func paeth(a, b, c byte) byte {
	pa, pb := int(b)-int(c), int(a)-int(c)
	pc := pa + pb
	pa, pb, pc = max(pa, -pa), max(pb, -pb), max(pc, -pc)
	if pa <= pb && pa <= pc {
		return a
	}
	if pb <= pc {
		return b
	}
	return c
}

// untiff undoes differences along a row, in place, for whole bytes.
func untiff(b []byte, row, colors, bits int) []byte {
	if bits != 8 {
		return b
	}
	for at := 0; at < len(b); at += row {
		line := b[at:min(len(b), at+row)]
		for i := colors; i < len(line); i++ {
			line[i] += line[i-colors]
		}
	}
	return b
}

// unlzw decompresses LZW (ISO 32000-1 section 7.4.4).
func unlzw(b []byte, early bool, most int) ([]byte, error) {
	const clearCode, end = 256, 257
	type entry struct {
		prior int
		last  byte
		size  int
	}
	table := make([]entry, 258, 4097)
	for i := range 256 {
		table[i] = entry{prior: -1, last: byte(i), size: 1}
	}
	var out []byte
	change := 0
	if early {
		change = 1
	}
	bits, width, have, prior := 0, 9, 0, -1
	for _, c := range b {
		bits, have = bits<<8|int(c), have+8
		if have < width {
			continue
		}
		code := bits >> (have - width) & (1<<width - 1)
		have -= width
		bits &= 1<<have - 1
		if code == end {
			break
		}
		if code == clearCode {
			table, width, prior = table[:258], 9, -1
			continue
		}
		if code > len(table) || code == len(table) && prior < 0 {
			break
		}
		word := code
		if code == len(table) {
			word = prior
		}
		n := table[word].size
		start := len(out)
		if start+n+1 > most {
			return out, ErrLimit
		}
		out = append(out, make([]byte, n)...)
		for i, at := n-1, word; i >= 0 && at >= 0; i-- {
			out[start+i] = table[at].last
			at = table[at].prior
		}
		if code == len(table) {
			out = append(out, out[start])
		}
		if prior >= 0 && len(table) < 4096 {
			table = append(table, entry{prior: prior, last: out[start], size: table[prior].size + 1})
		}
		prior = code
		if w := len(table) + change; w >= 1<<width && width < 12 {
			width++
		}
	}
	return out, nil
}

// un85 undoes ASCII85; what is no digit is passed over.
func un85(b []byte) []byte {
	out := make([]byte, 0, len(b)*4/5+4)
	var v uint32
	n := 0
	for _, c := range b {
		switch {
		case c == '~':
			return tail85(out, v, n)
		case c == 'z' && n == 0:
			out = append(out, 0, 0, 0, 0)
		case c >= '!' && c <= 'u':
			v = v*85 + uint32(c-'!')
			if n++; n == 5 {
				out = append(out, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
				v, n = 0, 0
			}
		}
	}
	return tail85(out, v, n)
}

func tail85(out []byte, v uint32, n int) []byte {
	if n < 2 {
		return out
	}
	for i := n; i < 5; i++ {
		v = v*85 + 84
	}
	return append(out, []byte{byte(v >> 24), byte(v >> 16), byte(v >> 8)}[:n-1]...)
}

func unhex(b []byte) []byte {
	out := make([]byte, 0, len(b)/2+1)
	half, have := 0, false
	for _, c := range b {
		v := digit(c)
		if c == '>' {
			break
		}
		if v < 0 {
			continue
		}
		if have {
			out = append(out, byte(half<<4|v))
		}
		half, have = v, !have
	}
	if have {
		out = append(out, byte(half<<4))
	}
	return out
}

// unrun undoes run lengths.
func unrun(b []byte, most int) ([]byte, error) {
	var out []byte
	for at := 0; at < len(b) && b[at] != 128; {
		n := int(b[at])
		at++
		if n < 128 {
			end := min(len(b), at+n+1)
			out = append(out, b[at:end]...)
			at = end
		} else if at < len(b) {
			out = append(out, bytes.Repeat(b[at:at+1], 257-n)...)
			at++
		}
		if len(out) > most {
			return out[:max(0, most)], ErrLimit
		}
	}
	return out, nil
}
