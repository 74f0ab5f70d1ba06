package archive

import (
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
	"golang.org/x/text/encoding/japanese"
	"unicode/utf8"
)

// entry is one file of a zip, as its central or its local header says (APPNOTE 4.3).
type entry struct {
	name         string
	flags        uint16
	method       uint16
	crc          uint32
	packed, size int64
	offset       int64 // of the local header, in data
	mode         uint32
	made         byte // system that made it
	body         int64
	time         uint16
	aes          bool   // WinZip's encryption:
	strength     byte   // of its key
	inner        uint16 // method below it
}

func (e *entry) encrypted() bool { return e.flags&1 != 0 || e.flags&0x40 != 0 || e.method == 99 }
func (e *entry) dir() bool       { return len(e.name) > 0 && e.name[len(e.name)-1] == '/' }
func (e *entry) link() bool      { return e.made == 3 && e.mode>>28 == 0xa }

const (
	sigLocal   = "PK\x03\x04"
	sigCentral = "PK\x01\x02"
	sigEnd     = "PK\x05\x06"
)

// EndOfZip says whether a directory of a zip stands at the end of data, whatever its beginning is.
func EndOfZip(data []byte) bool {
	i := bytes.LastIndex(data[max(0, len(data)-66000):], []byte(sigEnd))
	return i >= 0 && bytes.Contains(data, []byte(sigCentral))
}

// zip reads a zip by both of its directories.
func (w *walk) zip() {
	list, ok := w.central()
	if !ok {
		w.note("conflict", "the directory at the end is missing or damaged")
	}
	known := make(map[int64]bool, len(list))
	names := make(map[string]bool, len(list))
	for i := range list {
		c := &list[i]
		if known[c.offset] {
			w.note("bomb", "two entries share their data: "+c.name)
			continue
		}
		known[c.offset] = true
		if names[c.name] && !c.dir() {
			w.note("conflict", "two files of one name: "+c.name)
		}
		names[c.name] = true
		if !w.more() {
			return
		}
		w.compare(c)
	}
	w.locals(list, known)
}

// compare reads a file of the central directory together with its local header.
func (w *walk) compare(c *entry) {
	l, ok := w.local(c.offset)
	if !ok {
		w.note("conflict", "no file where the directory says: "+c.name)
		return
	}
	if l.name != c.name {
		w.note("conflict", "two names: "+c.name+" / "+l.name)
	}
	if l.method != c.method {
		w.note("conflict", "two methods: "+c.name)
	}
	if l.flags&8 == 0 && (l.packed != c.packed || l.size != c.size) {
		w.note("conflict", "two sizes: "+c.name)
	}
	c.body = l.body
	if c.encrypted() != l.encrypted() {
		w.note("conflict", "encrypted in one directory only: "+c.name)
		c.flags &^= 0x41 // try to read it in the clear
	}
	w.open(c)
	if l.method != c.method && !l.encrypted() {
		l.packed, l.size = c.packed, c.size
		w.open(&l)
	}
}

// open gives the content of one file.
func (w *walk) open(e *entry) {
	if e.dir() && e.size == 0 {
		return
	}
	end := min(e.body+max(e.packed, 0), int64(len(w.data)))
	if e.encrypted() {
		w.sealed(e, w.data[min(max(e.body, 0), end):end])
		return
	}
	if e.body > end {
		w.note("broken", e.name+": outside of the file")
		return
	}
	if e.body+e.packed > int64(len(w.data)) {
		w.note("broken", e.name+": the end is missing")
	}
	packed := w.data[e.body:end]
	in, err := expand(e.method, packed)
	if err != nil {
		w.note("broken", e.name+": "+err.Error())
		w.each(&Member{Name: e.name, Cut: true})
		return
	}
	w.member(e.name, in, int64(len(packed)), e.link())
}

var errMethod = errors.New("unknown compression")

// expand is the reader of a compression method (APPNOTE 4.4.5).
func expand(method uint16, packed []byte) (io.Reader, error) {
	in := bytes.NewReader(packed)
	switch method {
	case 0:
		return in, nil
	case 8:
		return flate.NewReader(in), nil
	case 12:
		return bzip2.NewReader(in), nil
	case 14:
		if len(packed) < 9 {
			return nil, io.ErrUnexpectedEOF
		}
		// 4 bytes of version and length, 5 of properties; the classic header wants 8 of size behind these
		head := append(append([]byte{}, packed[4:9]...), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
		if binary.LittleEndian.Uint32(head[1:]) > 64<<20 {
			return nil, errDictionary
		}
		return lzma.NewReader(io.MultiReader(bytes.NewReader(head), bytes.NewReader(packed[9:])))
	case 93:
		return zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20), zstd.WithDecoderLowmem(true))
	case 95:
		return xz.ReaderConfig{DictCap: 64 << 20}.NewReader(in)
	}
	return nil, errMethod
}

var errDictionary = errors.New("dictionary too large")

// locals finds files that no directory names: a program that reads from the front sees them.
func (w *walk) locals(list []entry, known map[int64]bool) {
	ends := make(map[int64]int64, len(list))
	for i := range list {
		ends[list[i].offset] = list[i].body + list[i].packed
	}
	for pos := int64(0); pos < int64(len(w.data)); {
		i := bytes.Index(w.data[pos:], []byte(sigLocal))
		if i < 0 {
			return
		}
		at := pos + int64(i)
		if known[at] {
			pos = max(at+4, min(ends[at], int64(len(w.data))))
			continue
		}
		l, ok := w.local(at)
		if !ok || l.method > 99 || len(l.name) == 0 {
			pos = at + 4
			continue
		}
		if !w.more() {
			return
		}
		if len(list) > 0 {
			w.note("conflict", "not in the directory: "+l.name)
		}
		if l.packed == 0 && l.flags&8 != 0 {
			l.packed = int64(len(w.data)) - l.body
		}
		w.open(&l)
		pos = max(at+4, l.body)
		if l.flags&8 == 0 {
			pos = max(pos, min(l.body+l.packed, int64(len(w.data))))
		}
	}
}

// local reads the header before a file.
func (w *walk) local(at int64) (entry, bool) {
	if at < 0 || at+30 > int64(len(w.data)) || string(w.data[at:at+4]) != sigLocal {
		return entry{}, false
	}
	b := w.data[at:]
	le := binary.LittleEndian
	n, x := int64(le.Uint16(b[26:])), int64(le.Uint16(b[28:]))
	if 30+n+x > int64(len(b)) {
		return entry{}, false
	}
	e := entry{flags: le.Uint16(b[6:]), method: le.Uint16(b[8:]), time: le.Uint16(b[10:]), crc: le.Uint32(b[14:]),
		packed: int64(le.Uint32(b[18:])), size: int64(le.Uint32(b[22:])), offset: at, body: at + 30 + n + x}
	e.name = name(b[30:30+n], e.flags)
	e.zip64(b[30+n:30+n+x], false)
	return e, true
}

// name is the name of a file: UTF-8 when marked or valid, else Shift_JIS, as Japanese programs write it.
func name(b []byte, flags uint16) string {
	if flags&0x800 != 0 || utf8.Valid(b) {
		return string(b)
	}
	out, err := japanese.ShiftJIS.NewDecoder().Bytes(b)
	if err != nil {
		return string(b)
	}
	return string(out)
}

// zip64 takes the sizes that do not fit 32 bits from the extra field (APPNOTE 4.5.3).
func (e *entry) zip64(x []byte, central bool) {
	le := binary.LittleEndian
	for len(x) >= 4 {
		id, n := le.Uint16(x), int(le.Uint16(x[2:]))
		if n > len(x)-4 {
			return
		}
		v := x[4 : 4+n]
		x = x[4+n:]
		if id == 0x9901 {
			e.aesExtra(v)
		}
		if id != 1 {
			continue
		}
		for _, f := range []*int64{&e.size, &e.packed, &e.offset} {
			if (*f == 0xffffffff) && (f != &e.offset || central) && len(v) >= 8 {
				*f = int64(le.Uint64(v) & (1<<62 - 1))
				v = v[8:]
			}
		}
	}
}

// central reads the directory at the end. False when there is none that is whole.
func (w *walk) central() ([]entry, bool) {
	le := binary.LittleEndian
	tail := max(0, len(w.data)-66000)
	for end := len(w.data); ; {
		i := bytes.LastIndex(w.data[tail:end], []byte(sigEnd))
		if i < 0 {
			return nil, false
		}
		at := tail + i
		end = at
		b := w.data[at:]
		if len(b) < 22 {
			continue
		}
		count, size, start := int(le.Uint16(b[10:])), int64(le.Uint32(b[12:])), int64(le.Uint32(b[16:]))
		stop := int64(at)
		if at >= 20 && string(w.data[at-20:at-16]) == "PK\x06\x07" { // zip64
			stop, count, size, start = w.end64(at-20, stop, count, size, start)
		}
		base := stop - size - start
		if size < 0 || start < 0 || base < 0 || base > stop {
			continue
		}
		if list, ok := w.directory(start+base, stop, base, count); ok {
			return list, true
		}
	}
}

// end64 reads the second end record of large archives (APPNOTE 4.3.14).
func (w *walk) end64(locator int, stop int64, count int, size, start int64) (int64, int, int64, int64) {
	le := binary.LittleEndian
	at := int64(le.Uint64(w.data[locator+8:]))
	if at < 0 || at+56 > int64(locator) || string(w.data[at:at+4]) != "PK\x06\x06" {
		at = int64(locator) - 56
		if at < 0 || string(w.data[at:at+4]) != "PK\x06\x06" {
			return stop, count, size, start
		}
	}
	b := w.data[at:]
	return at, int(le.Uint64(b[32:]) & 0xffffff), int64(le.Uint64(b[40:]) & (1<<62 - 1)), int64(le.Uint64(b[48:]) & (1<<62 - 1))
}

// directory reads the entries between at and stop.
func (w *walk) directory(at, stop, base int64, count int) ([]entry, bool) {
	le := binary.LittleEndian
	var list []entry
	for at+46 <= stop && string(w.data[at:at+4]) == sigCentral {
		b := w.data[at:stop]
		n, x, c := int64(le.Uint16(b[28:])), int64(le.Uint16(b[30:])), int64(le.Uint16(b[32:]))
		if 46+n+x+c > int64(len(b)) {
			return list, false
		}
		e := entry{made: b[5], flags: le.Uint16(b[8:]), method: le.Uint16(b[10:]), time: le.Uint16(b[12:]), crc: le.Uint32(b[16:]), packed: int64(le.Uint32(b[20:])),
			size: int64(le.Uint32(b[24:])), mode: le.Uint32(b[38:]), offset: int64(le.Uint32(b[42:]))}
		e.name = name(b[46:46+n], e.flags)
		e.zip64(b[46+n:46+n+x], true)
		e.offset += base
		list = append(list, e)
		if len(list) > w.b.Entries+1 {
			break
		}
		at += 46 + n + x + c
	}
	if count != len(list) && count <= w.b.Entries {
		w.note("conflict", "the directory has another number of files than it says")
	}
	return list, len(list) > 0 || count == 0
}
