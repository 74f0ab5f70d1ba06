package pdf

import (
	"bytes"
	"errors"
)

// What can be wrong with a file as a whole.
var (
	ErrLocked  = errors.New("the document is locked with a password")
	ErrBroken  = errors.New("the document cannot be read")
	ErrNoPage  = errors.New("there is no such page")
	errMissing = errors.New("no such object")
)

// Limits of one file.
const (
	maxObjects = 200_000   // of the table
	maxFollow  = 32        // references to references
	maxCached  = 300_000   // nodes of the objects that are kept
	maxObjStm  = 8 << 20   // bytes of an object stream
	maxBundles = 4         // object streams that are kept
	maxDecoded = 256 << 20 // bytes that all decoding of one File may give
)

// entry says where an object stands.
type entry struct {
	at         int // offset, or the number of the object stream
	generation int
	bundled    bool // in an object stream
}

// File is a PDF file whose objects are taken as they are asked for. It is not safe for use by several goroutines.
type File struct {
	data    []byte
	table   map[int]entry
	trailer Dict
	crypt   *crypt
	words   []string // passwords to be tried
	word    string   // the one that fits
	cache   map[int]Object
	nodes   int // in cache
	open    map[int]bool
	bundles map[int]*bundle
	order   []int // of bundles
	left    int   // bytes that may still be decoded
	work    int   // bytes of the file that may still be read: objects can be written over each other
	rebuilt bool
	pages   []Dict
}

// bundle is an object stream, decoded.
type bundle struct {
	data []byte
	at   map[int]int
}

// Open reads the tables of a file; when they are damaged it makes new ones from what looks like objects. The error is
// ErrLocked when the document needs a password that is none of the words, ErrBroken when there is no document.
func Open(data []byte, words ...string) (*File, error) {
	f, err := open(data, words)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// open gives what could be read with the error too.
func open(data []byte, words []string) (*File, error) {
	f := &File{data: data, words: words, left: maxDecoded, work: 16<<20 + 8*len(data)}
	f.forget()
	if !f.tables() || !f.sound() {
		f.rebuild()
	}
	if err := f.unlock(); err != nil {
		return f, err
	}
	if !f.sound() {
		f.rebuild()
		if err := f.unlock(); err != nil {
			return f, err
		}
		if !f.sound() && len(f.found()) == 0 {
			return f, ErrBroken
		}
	}
	return f, nil
}

// forget drops what was read.
func (f *File) forget() {
	f.table, f.trailer = map[int]entry{}, Dict{}
	f.cache, f.nodes, f.open = map[int]Object{}, 0, map[int]bool{}
	f.bundles, f.order = map[int]*bundle{}, nil
}

// sound says whether the trailer leads to a tree of pages.
func (f *File) sound() bool {
	root, ok := f.Resolve(f.trailer["Root"]).(Dict)
	if !ok {
		return false
	}
	if f.crypt == nil && f.trailer["Encrypt"] != nil {
		return true // what stands in it is not known yet
	}
	_, ok = f.Resolve(root["Pages"]).(Dict)
	return ok
}

// Trailer is the dictionary at the end.
func (f *File) Trailer() Dict { return f.trailer }

// Root is the catalog; nil when there is none.
func (f *File) Root() Dict {
	d, _ := f.Resolve(f.trailer["Root"]).(Dict)
	return d
}

// Get resolves the first of these names that d has.
func (f *File) Get(d Dict, names ...Name) Object {
	for _, n := range names {
		if o, ok := d[n]; ok {
			return f.Resolve(o)
		}
	}
	return nil
}

// Dict resolves to a dictionary; that of a stream counts. nil for anything else.
func (f *File) Dict(o Object) Dict {
	switch v := f.Resolve(o).(type) {
	case Dict:
		return v
	case *Stream:
		return v.Dict
	}
	return nil
}

// Array resolves to an array; nil for anything else.
func (f *File) Array(o Object) Array {
	a, _ := f.Resolve(o).(Array)
	return a
}

// Resolve follows references. What does not exist, and what refers to itself, is nil.
func (f *File) Resolve(o Object) Object {
	for range maxFollow {
		r, is := o.(Ref)
		if !is {
			return o
		}
		o = f.object(r.Number)
	}
	return nil
}

// object is an object of the table.
func (f *File) object(n int) Object {
	if o, ok := f.cache[n]; ok {
		return o
	}
	e, ok := f.table[n]
	if !ok || f.open[n] {
		return nil
	}
	f.open[n] = true
	defer delete(f.open, n)
	var o Object
	var nodes int
	if e.bundled {
		o, nodes = f.bundled(e.at, n)
	} else {
		o, nodes = f.plain(e, n)
	}
	if f.nodes += nodes; f.nodes > maxCached {
		clear(f.cache)
		f.nodes = nodes
	}
	f.cache[n] = o
	return o
}

// plain reads an object that stands in the file. An object of another number there means that the table is wrong: then a
// new one is made, once.
func (f *File) plain(e entry, n int) (Object, int) {
	o, r, nodes, err := f.take(e.at)
	if err == nil && r.Number == n {
		if f.crypt != nil {
			o = f.crypt.strings(o, r)
		}
		return o, nodes
	}
	if !f.rebuilt {
		encrypt := f.trailer["Encrypt"]
		f.rebuild()
		if _, ok := f.trailer["Encrypt"]; !ok && encrypt != nil {
			f.trailer["Encrypt"] = encrypt
		}
		delete(f.open, n)
		return f.object(n), 0
	}
	return nil, 0
}

// take reads "7 0 obj ..." at an offset.
func (f *File) take(at int) (o Object, r Ref, nodes int, err error) {
	if at < 0 || at >= len(f.data) || f.work <= 0 {
		return nil, r, 0, errMissing
	}
	l := &Lexer{b: f.data, at: at}
	defer func() { f.work -= l.at - at }()
	number, _ := l.Next()
	generation, _ := l.Next()
	word, _ := l.Next()
	n, ok := number.(int)
	g, ok2 := generation.(int)
	if !ok || !ok2 || word != Keyword("obj") || n < 0 {
		return nil, r, 0, errMissing
	}
	r = Ref{Number: n, Generation: g}
	l.refs = true
	o, _ = l.Next()
	nodes = l.nodes
	if _, word := o.(Keyword); word {
		return nil, r, nodes, nil // "endobj"
	}
	d, is := o.(Dict)
	if !is {
		return o, r, nodes, nil
	}
	if start, ok := streamStart(f.data, l); ok {
		return &Stream{Dict: d, Raw: f.body(d, start), Ref: r}, r, nodes, nil
	}
	return d, r, nodes, nil
}

// streamStart is where the bytes behind the word "stream" begin.
func streamStart(data []byte, l *Lexer) (int, bool) {
	l.blank()
	at := l.at
	if !bytes.HasPrefix(data[at:], []byte("stream")) {
		return 0, false
	}
	at += 6
	if at < len(data) && data[at] == ' ' {
		at++
	}
	if at < len(data) && data[at] == '\r' {
		at++
	}
	if at < len(data) && data[at] == '\n' {
		at++
	}
	return at, true
}

// body is a stream's bytes: as many as its dictionary says, when the end stands there; otherwise up to the next
// "endstream".
func (f *File) body(d Dict, start int) []byte {
	start = min(start, len(f.data))
	if n, ok := f.Resolve(d["Length"]).(int); ok && n >= 0 && n <= len(f.data)-start {
		rest := f.data[start+n:]
		if bytes.HasPrefix(bytes.TrimLeft(rest[:min(len(rest), 24)], " \r\n\t\x00"), []byte("endstream")) {
			return f.data[start : start+n]
		}
	}
	rest := f.data[start:]
	f.work -= len(rest) / 8
	if i := bytes.Index(rest, []byte("endstream")); i >= 0 {
		rest = rest[:i]
		rest = bytes.TrimSuffix(rest, []byte("\n"))
		return bytes.TrimSuffix(rest, []byte("\r"))
	}
	if i := bytes.Index(rest, []byte("endobj")); i >= 0 {
		return rest[:i]
	}
	return rest
}

// bundled reads an object of an object stream.
func (f *File) bundled(stream, n int) (Object, int) {
	b := f.bundle(stream)
	if b == nil {
		return nil, 0
	}
	at, ok := b.at[n]
	if !ok {
		return nil, 0
	}
	l := &Lexer{b: b.data, at: at, refs: true}
	o, _ := l.Next()
	if _, word := o.(Keyword); word {
		o = nil
	}
	return o, l.nodes
}

// bundle decodes an object stream; the last few are kept.
func (f *File) bundle(n int) *bundle {
	if b, ok := f.bundles[n]; ok {
		return b
	}
	if e, ok := f.table[n]; !ok || e.bundled {
		return nil
	}
	s, ok := f.object(n).(*Stream)
	if !ok {
		return nil
	}
	b := f.unbundle(s)
	if len(f.order) >= maxBundles {
		delete(f.bundles, f.order[0])
		f.order = f.order[1:]
	}
	f.bundles[n] = b
	f.order = append(f.order, n)
	return b
}

// unbundle reads the table of an object stream.
func (f *File) unbundle(s *Stream) *bundle {
	data, _, _ := f.Decode(s, maxObjStm)
	first := Int(f.Resolve(s.Dict["First"]))
	b := &bundle{data: data, at: map[int]int{}}
	if first < 0 || first > len(data) {
		return b
	}
	l := &Lexer{b: data[:first]}
	for range min(max(0, Int(f.Resolve(s.Dict["N"]))), maxObjects) {
		n, ok := l.Next()
		at, ok2 := l.Next()
		number, is := n.(int)
		offset, is2 := at.(int)
		if !ok || !ok2 || !is || !is2 || offset < 0 || offset > len(data)-first {
			break
		}
		if _, twice := b.at[number]; !twice {
			b.at[number] = first + offset
		}
	}
	return b
}

// Float resolves to a number; otherwise, to what is given.
func (f *File) Float(o Object, otherwise float64) float64 {
	if v, ok := Float(f.Resolve(o)); ok {
		return v
	}
	return otherwise
}

// maxFloats bounds an array of numbers.
const maxFloats = 4096

// Floats resolves to an array of numbers; nil when it is none.
func (f *File) Floats(o Object) []float64 {
	a := f.Array(o)
	if a == nil {
		return nil
	}
	out := make([]float64, 0, min(len(a), maxFloats))
	for _, x := range a[:min(len(a), maxFloats)] {
		v, _ := Float(f.Resolve(x))
		out = append(out, v)
	}
	return out
}
