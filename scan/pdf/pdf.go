// Package pdf reads PDF files: for what acts or hides in them, and as documents whose pages can be drawn.
//
// Read looks for JavaScript, actions that start programs, files inside, forms that send, links, and encryption. It reads
// all objects in the order in which they stand in the file, those in compressed object streams too, so that nothing can
// hide behind a damaged table; what an old version of the file contained counts as well.
//
// Open gives a File, in which objects are found as programs that show documents find them. Both decrypt what the empty
// password opens, and both are bounded in everything they take.
package pdf

import (
	"bytes"
	"slices"
	"strings"
)

// Embedded is a file inside.
type Embedded struct {
	Name string
	Data []byte
}

// Document is what was found.
type Document struct {
	Script    bool   // has JavaScript
	Auto      bool   // does something when it is opened or a page is shown
	Launch    bool   // starts a program
	Command   string // which, when it says so
	Submit    bool   // sends a form
	Media     bool   // has rich media
	Form      bool   // has a form of the XFA kind, which is a program
	Remote    string // a file elsewhere that it opens, on a server by its name
	Encrypted bool   // needs a password
	Word      string // the one of the words that opens it
	Cut       bool   // not all was looked at
	Bomb      bool   // a stream expands more than 200-fold, to the limit
	Links     []string
	Files     []Embedded
	Pictures  [][]byte // JPEG files
	Rasters   []Raster // pictures that are no files

	tried   int             // links that were read
	names   map[int]string  // of files inside, by the number of their stream
	taken   map[int]bool    // streams that were taken as files
	numbers []int           // of the streams of Files
	known   map[string]bool // Links
	forms   []Ref           // streams of XFA forms and scripts
	left    int             // bytes that may still be decoded
	file    *File           // nil when only bytes can be looked at
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
	maxFiles   = 100
)

// Read looks through data, which is decrypted with the empty password or one of the words. It never fails; time is bounded by the limits.
func Read(data []byte, words ...string) *Document {
	d := &Document{names: map[int]string{}, taken: map[int]bool{}, known: map[string]bool{}, left: maxTotal}
	f, err := open(data, words)
	d.Encrypted, d.Word = err == ErrLocked, f.word
	f.left = max(f.left, maxTotal)
	d.file = f
	d.plain(data)
	streams := 0
	for at := range begins(data) {
		o, r, _, err := f.take(at)
		if err != nil {
			d.Cut = d.Cut || f.work <= 0
			continue
		}
		if f.crypt != nil {
			o = f.crypt.strings(o, r)
		}
		d.object(o, 0)
		if s, is := o.(*Stream); is {
			if streams++; streams > maxStreams || d.left <= 0 {
				d.Cut = true
				continue
			}
			d.stream(s)
		}
	}
	d.rest()
	d.file = nil
	return d
}

// plain looks at the names that stand in the file outside of streams: no damage of an object hides them.
func (d *Document) plain(data []byte) {
	at := 0
	for n := 0; ; n++ {
		start, end, next := stream(data, at)
		if start < 0 {
			d.objects(data[at:])
			return
		}
		d.objects(data[at:start])
		if n >= maxStreams {
			d.Cut = true
		}
		at = max(end, next)
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
		j := bytes.Index(data[start:], []byte("endstream"))
		if j < 0 {
			return start, len(data), len(data)
		}
		return start, start + j, start + j + 9
	}
}

// stream looks into one stream.
func (d *Document) stream(s *Stream) {
	kind, sub := d.file.Resolve(s.Dict["Type"]), d.file.Resolve(s.Dict["Subtype"])
	switch {
	case kind == Name("ObjStm"):
		d.bundle(d.decode(s))
	case kind == Name("EmbeddedFile") || sub == Name("EmbeddedFile"):
		d.embed(s)
	case sub == Name("Image"):
		d.image(s)
	}
}

// decode takes a stream, and notes when it is no honest one.
func (d *Document) decode(s *Stream) []byte {
	out, coded, err := d.file.Decode(s, min(maxStream, d.left))
	d.left -= len(out)
	if err != nil || coded.Filter != "" {
		d.Cut = true
		d.Bomb = d.Bomb || err == ErrLimit && len(out) > 1<<20 && len(out) > 200*len(s.Raw)
	}
	return out
}

// bundle looks at the objects of an object stream one after the other: its table may leave some out.
func (d *Document) bundle(data []byte) {
	d.objects(data)
	l := &Lexer{b: data, refs: true}
	for {
		o, ok := l.Next()
		if !ok {
			return
		}
		d.object(o, 0)
	}
}

// embed takes a file inside.
func (d *Document) embed(s *Stream) {
	if len(d.Files) >= maxFiles || d.taken[s.Ref.Number] {
		return
	}
	out := d.decode(s)
	if len(out) == 0 {
		return
	}
	if s.Ref.Number > 0 {
		d.taken[s.Ref.Number] = true
	}
	d.Files = append(d.Files, Embedded{Data: out})
	d.numbers = append(d.numbers, s.Ref.Number)
}

// image takes a picture in which there may be a code: a JPEG file, or a small one that is only compressed.
func (d *Document) image(s *Stream) {
	width, height := Int(d.file.Resolve(s.Dict["Width"])), Int(d.file.Resolve(s.Dict["Height"]))
	bits, colours := Int(d.file.Resolve(s.Dict["BitsPerComponent"])), d.colours(s)
	need := 0
	if width >= 21 && height >= 21 && width <= 4000 && height <= 4000 && (bits == 1 || bits == 8) && colours > 0 && len(d.Rasters) < 10 {
		need = (width*bits*colours + 7) / 8 * height
	}
	jpeg := slices.ContainsFunc(d.file.filters(s.Dict), func(x filter) bool { return x.name == "DCTDecode" })
	if jpeg {
		need = len(s.Raw) * 4
	}
	if need == 0 || need > min(maxStream, d.left) {
		return
	}
	out, coded, _ := d.file.Decode(s, need)
	d.left -= len(out)
	switch {
	case coded.Filter == "DCTDecode":
		if len(d.Pictures) < 20 {
			d.Pictures = append(d.Pictures, out)
		}
	case coded.Filter == "" && !jpeg && len(out) >= need:
		d.Rasters = append(d.Rasters, Raster{Width: width, Height: height, Bits: bits, Colours: colours, Data: out[:need]})
	}
}

// colours is how many a picture has: 1 or 3; 0 when that cannot be said at once.
func (d *Document) colours(s *Stream) int {
	if d.file.Resolve(s.Dict["ImageMask"]) == true {
		return 0
	}
	space := d.file.Resolve(s.Dict["ColorSpace"])
	a, _ := space.(Array)
	if len(a) > 0 {
		space = d.file.Resolve(a[0])
	}
	switch space {
	case Name("DeviceRGB"), Name("CalRGB"), Name("RGB"):
		return 3
	case Name("DeviceGray"), Name("CalGray"), Name("G"), nil:
		return 1
	case Name("ICCBased"):
		if len(a) > 1 {
			if n := Int(d.file.Resolve(d.file.Dict(a[1])["N"])); n == 1 || n == 3 {
				return n
			}
		}
	}
	return 0
}

// rest takes what objects referred to: files that do not say that they are, and forms.
func (d *Document) rest() {
	numbers := make([]int, 0, len(d.names))
	for n := range d.names {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		if s, is := d.file.object(n).(*Stream); is {
			d.embed(s)
		}
	}
	for i, r := range d.forms {
		if s, is := d.file.Resolve(r).(*Stream); is && i < maxFiles && d.left > 0 {
			out := d.decode(s)
			d.code(string(out))
		}
	}
	for i := range d.Files {
		d.Files[i].Name = d.names[d.numbers[i]]
	}
}

// link notes a link once.
func (d *Document) link(s string) {
	if s == "" || d.known[s] || len(d.Links) >= maxLinks {
		return
	}
	d.known[s] = true
	d.Links = append(d.Links, s)
}

// code looks at a script or a form for what it calls.
func (d *Document) code(s string) {
	low := strings.ToLower(s)
	d.Script = d.Script || strings.Contains(low, "<script") || strings.Contains(low, ":script")
	d.Submit = d.Submit || strings.Contains(low, "<submit") || strings.Contains(low, "submitform(")
	for n := 0; n < 50; n++ {
		i := strings.Index(low, "http")
		if i < 0 {
			return
		}
		low, s = low[i:], s[i:]
		end := strings.IndexAny(low, "\"'()<>\\ \r\n\t;,")
		if end < 0 {
			end = len(low)
		}
		if strings.HasPrefix(low, "http://") || strings.HasPrefix(low, "https://") {
			if !strings.Contains(low[:end], "://www.xfa.org/") && !strings.Contains(low[:end], "://ns.adobe.com/") && !strings.Contains(low[:end], "://www.w3.org/") {
				d.link(s[:end])
			}
		}
		low, s = low[end:], s[end:]
	}
}
