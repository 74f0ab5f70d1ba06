// Package pdf looks into PDF files for what acts or hides: JavaScript, actions that start programs, files inside, forms
// that send, links, and encryption.
//
// It does not build the document. It reads all objects in the order in which they stand in the file, those in compressed
// object streams too, so that nothing can hide behind a damaged table; what an old version of the file contained counts
// as well.
package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"io"
	"strings"
)

// File is a file inside.
type File struct {
	Name string
	Data []byte
}

// Document is what was found.
type Document struct {
	Script    bool // has JavaScript
	Auto      bool // does something when it is opened or a page is shown
	Launch    bool // starts a program
	Submit    bool // sends a form
	Media     bool // has rich media
	Encrypted bool
	Cut       bool // not all was looked at
	Bomb      bool // a stream expands more than 200-fold, to the limit
	Links     []string
	Files     []File
	Pictures  [][]byte // JPEG files
	Rasters   []Raster // pictures that are no files

	tried int // links that were read
}

// Raster is a picture as rows of points, each row beginning with a new byte.
type Raster struct {
	Width, Height int
	Bits, Colours int // bits of one colour: 1 or 8; colours of one point: 1 or 3
	Data          []byte
}

// Limits of one document.
const (
	maxStreams = 5000
	maxStream  = 16 << 20
	maxTotal   = 64 << 20
	maxLinks   = 500
)

// Read looks through data. It never fails; time is bounded by the limits.
func Read(data []byte) *Document {
	d := &Document{}
	left := int64(maxTotal)
	at := 0
	for n := 0; ; n++ {
		start, end, next := stream(data, at)
		if start < 0 {
			d.objects(data[at:])
			return d
		}
		d.objects(data[at:start])
		if n >= maxStreams || left <= 0 {
			d.Cut = true
		} else {
			left -= d.stream(dictionary(data[at:start]), data[start:end], left)
		}
		at = next
	}
}

// stream finds the next stream from at on: its content and what follows it.
func stream(data []byte, at int) (start, end, next int) {
	for {
		i := bytes.Index(data[at:], []byte("stream"))
		if i < 0 {
			return -1, 0, 0
		}
		start = at + i + 6
		if i >= 3 && string(data[at+i-3:at+i]) == "end" || start >= len(data) || data[start] != '\r' && data[start] != '\n' {
			at = start
			continue
		}
		if data[start] == '\r' {
			start++
		}
		if start < len(data) && data[start] == '\n' {
			start++
		}
		j := bytes.Index(data[start:], []byte("endstream"))
		if j < 0 {
			return start, len(data), len(data)
		}
		return start, start + j, start + j + 9
	}
}

// dictionary is the dictionary at the end of b.
func dictionary(b []byte) string {
	b = b[max(0, len(b)-8192):]
	if i := bytes.LastIndex(b, []byte("obj")); i >= 0 {
		b = b[i:]
	}
	return string(names(b))
}

// stream looks into one stream and gives how many bytes it became.
func (d *Document) stream(dict string, body []byte, left int64) int64 {
	objects := strings.Contains(dict, "/ObjStm")
	file := strings.Contains(dict, "/EmbeddedFile")
	switch {
	case strings.Contains(dict, "/DCTDecode") && strings.Contains(dict, "/Image"):
		if len(d.Pictures) < 20 {
			d.Pictures = append(d.Pictures, body)
		}
		return 0
	case strings.Contains(dict, "/Image"):
		return d.raster(dict, body, left)
	case strings.Contains(dict, "/FontFile"):
		return 0
	}
	if !objects && !file && !strings.Contains(dict, "/JavaScript") && !strings.Contains(dict, "/XML") && len(dict) > 0 && strings.Contains(dict, "/Length1") {
		return 0 // a font
	}
	if !objects && !file {
		return 0
	}
	out, cut := expand(dict, body, min(maxStream, left))
	d.Cut = d.Cut || cut
	d.Bomb = d.Bomb || cut && len(out) > 1<<20 && len(out) > 200*len(body)
	if objects {
		d.objects(out)
	}
	if file && len(out) > 0 && len(d.Files) < 100 {
		d.Files = append(d.Files, File{Data: out})
	}
	return int64(len(out)) + 1
}

// raster takes a picture that is only compressed, without prediction. Only small ones can be codes made by programs.
func (d *Document) raster(dict string, body []byte, left int64) int64 {
	r := Raster{Width: number(dict, "/Width"), Height: number(dict, "/Height"), Bits: number(dict, "/BitsPerComponent"), Colours: 1}
	if strings.Contains(dict, "/DeviceRGB") || strings.Contains(dict, "/CalRGB") {
		r.Colours = 3
	} else if !strings.Contains(dict, "/DeviceGray") && !strings.Contains(dict, "/CalGray") && r.Bits != 1 {
		return 0
	}
	if r.Width < 21 || r.Height < 21 || r.Width > 4000 || r.Height > 4000 || r.Bits != 1 && r.Bits != 8 || len(d.Rasters) >= 10 || strings.Contains(dict, "/Predictor") {
		return 0
	}
	need := (r.Width*r.Bits*r.Colours + 7) / 8 * r.Height
	if int64(need) > min(maxStream, left) {
		return 0
	}
	out, _ := expand(dict, body, int64(need))
	if len(out) < need {
		return int64(len(out))
	}
	r.Data = out[:need]
	d.Rasters = append(d.Rasters, r)
	return int64(need)
}

// number is the number behind a name; 0 when there is none.
func number(dict, name string) int {
	i := strings.Index(dict, name)
	if i < 0 {
		return 0
	}
	n := 0
	for _, c := range strings.TrimLeft(dict[i+len(name):], " \r\n\t") {
		if c < '0' || c > '9' || n > 1<<20 {
			break
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// expand undoes the filters of a stream.
func expand(dict string, body []byte, most int64) (out []byte, cut bool) {
	i := strings.Index(dict, "/Filter")
	if i < 0 {
		return body, false
	}
	list := dict[i+7:]
	if j := strings.IndexByte(list, ']'); strings.HasPrefix(strings.TrimLeft(list, " \r\n"), "[") && j >= 0 {
		list = list[:j]
	} else if j := strings.IndexByte(strings.TrimLeft(list, " /\r\n"), '/'); j >= 0 {
		list = list[:min(len(list), j+2)]
	}
	out = body
	for _, f := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(" /[]<>\r\n\t", r) }) {
		switch f {
		case "FlateDecode", "Fl":
			out, cut = inflate(out, most)
		case "ASCIIHexDecode", "AHx":
			out = unhex(out)
		case "ASCII85Decode", "A85":
			out = un85(out)
		case "LZWDecode", "LZW", "Crypt", "RunLengthDecode", "RL":
			return nil, true
		}
	}
	return out, cut
}

func inflate(b []byte, most int64) ([]byte, bool) {
	z, err := zlib.NewReader(bytes.NewReader(bytes.TrimLeft(b, "\r\n")))
	if err != nil {
		return nil, true
	}
	out, _ := io.ReadAll(io.LimitReader(z, most+1))
	if int64(len(out)) > most {
		return out[:most], true
	}
	return out, false
}

func un85(b []byte) []byte {
	if i := bytes.Index(b, []byte("~>")); i >= 0 {
		b = b[:i]
	}
	out := make([]byte, len(b)+4)
	n, _, _ := ascii85.Decode(out, b, true)
	return out[:n]
}

func unhex(b []byte) []byte {
	var out []byte
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

func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// names writes names in the clear: any letter of a name may stand as # and its code.
func names(b []byte) []byte {
	if bytes.IndexByte(b, '#') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '#' && i+2 < len(b) && digit(b[i+1]) >= 0 && digit(b[i+2]) >= 0 {
			out = append(out, byte(digit(b[i+1])<<4|digit(b[i+2])))
			i += 2
			continue
		}
		out = append(out, b[i])
	}
	return out
}

// objects looks at the objects in b.
func (d *Document) objects(b []byte) {
	b = names(b)
	for {
		i := bytes.IndexByte(b, '/')
		if i < 0 {
			return
		}
		b = b[i+1:]
		n := 0
		for n < len(b) && n < 40 && (b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z' || b[n] >= '0' && b[n] <= '9') {
			n++
		}
		d.name(string(b[:n]), b[n:])
		b = b[n:]
	}
}

// name acts on one name; rest is what follows it.
func (d *Document) name(n string, rest []byte) {
	next := byte(0) // what follows, after white space
	if t := bytes.TrimLeft(rest[:min(len(rest), 20)], " \r\n\t"); len(t) > 0 {
		next = t[0]
	}
	object := next == '(' || next == '<' || next >= '0' && next <= '9'
	switch n {
	case "JavaScript":
		d.Script = true
	case "JS":
		d.Script = d.Script || object
	case "OpenAction":
		d.Auto = true
	case "AA":
		d.Auto = d.Auto || object
	case "Launch":
		d.Launch = true
	case "SubmitForm", "ImportData":
		d.Submit = true
	case "RichMedia", "Flash":
		d.Media = true
	case "Encrypt":
		d.Encrypted = d.Encrypted || object && next != '('
	case "URI":
		if d.tried++; d.tried > 4*maxLinks || len(d.Links) >= maxLinks {
			return
		}
		if s := text(rest); s != "" {
			d.Links = append(d.Links, s)
		}
	}
}

// text reads a string object: in parentheses, or hexadecimal in angle brackets.
func text(b []byte) string {
	b = bytes.TrimLeft(b, " \r\n\t")
	if len(b) < 2 {
		return ""
	}
	if b[0] == '<' && b[1] != '<' {
		end := bytes.IndexByte(b[:min(len(b), 8192)], '>')
		if end < 0 {
			return ""
		}
		return string(unhex(b[1:end]))
	}
	if b[0] != '(' {
		return ""
	}
	var out []byte
	depth := 0
	for i := 0; i < len(b) && i < 8192; i++ {
		switch c := b[i]; c {
		case '\\':
			if i++; i < len(b) {
				out = append(out, b[i])
			}
		case '(':
			if depth++; depth > 1 {
				out = append(out, c)
			}
		case ')':
			if depth--; depth == 0 {
				return string(out)
			}
			out = append(out, c)
		default:
			out = append(out, c)
		}
	}
	return string(out)
}
