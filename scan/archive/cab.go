package archive

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"

	"sekisho/mail/message"
)

// How a folder of a cabinet is packed ([MS-CAB] 2.2).
const (
	cabStored = 0
	cabZip    = 1
	cabMethod = 0x0f
)

// cab reads a cabinet ([MS-CAB]): folders that are stored or packed with MSZIP. The files of others are named.
func (w *walk) cab() {
	c, err := openCabinet(w.data)
	if err != nil {
		w.note("broken", err.Error())
		return
	}
	open := map[int]*folderReader{}
	for _, f := range c.files {
		if !w.more() {
			return
		}
		if f.folder >= len(c.folders) {
			w.unread(f.name, "it goes on in another cabinet")
			continue
		}
		d := c.folders[f.folder]
		if m := d.method & cabMethod; m != cabStored && m != cabZip {
			w.unread(f.name, "packed by a method that is not read")
			continue
		}
		r := open[f.folder]
		if r == nil {
			r = &folderReader{c: c, folder: d, block: d.first}
			open[f.folder] = r
		}
		if r.at > f.at { // files of a folder lie in it one behind the other
			w.note("conflict", f.name+" lies where another file is")
			w.each(&Member{Name: f.name, Cut: true})
			continue
		}
		if err := w.skip(r, f.at-r.at); err != nil {
			w.note("broken", f.name+": "+err.Error())
			continue
		}
		w.member(f.name, io.LimitReader(r, f.size), 0, false)
	}
}

// cabinet is the directory of one.
type cabinet struct {
	data    []byte
	extra   int // bytes kept free in each block
	folders []cabFolder
	files   []cabFile
}

type cabFolder struct {
	first, blocks int
	method        uint16
}

type cabFile struct {
	name     string
	folder   int
	at, size int64
}

var errCabinet = errors.New("the directory of the cabinet is wrong")

func openCabinet(b []byte) (*cabinet, error) {
	if len(b) < 36 {
		return nil, errCabinet
	}
	c := &cabinet{data: b}
	folders, files, flags := int(binary.LittleEndian.Uint16(b[26:])), int(binary.LittleEndian.Uint16(b[28:])), binary.LittleEndian.Uint16(b[30:])
	at, each := 36, 8
	if flags&4 != 0 { // reserved areas
		if len(b) < 40 {
			return nil, errCabinet
		}
		at, each, c.extra = 40+int(binary.LittleEndian.Uint16(b[36:])), 8+int(b[38]), int(b[39])
	}
	for range int(flags&1+flags&2/2) * 2 { // names of the cabinets before and behind
		if at > len(b) {
			return nil, errCabinet
		}
		n := bytes.IndexByte(b[at:], 0)
		if n < 0 {
			return nil, errCabinet
		}
		at += n + 1
	}
	for range folders {
		if at+each > len(b) {
			return nil, errCabinet
		}
		c.folders = append(c.folders, cabFolder{int(binary.LittleEndian.Uint32(b[at:])), int(binary.LittleEndian.Uint16(b[at+4:])), binary.LittleEndian.Uint16(b[at+6:])})
		at += each
	}
	at = int(binary.LittleEndian.Uint32(b[16:]))
	for range files {
		if at < 0 || at+17 > len(b) {
			return nil, errCabinet
		}
		name, _, ok := bytes.Cut(b[at+16:min(len(b), at+16+257)], []byte{0})
		if !ok {
			return nil, errCabinet
		}
		charset := ""
		if binary.LittleEndian.Uint16(b[at+14:])&0x80 != 0 {
			charset = "utf-8"
		}
		c.files = append(c.files, cabFile{message.Decode(name, charset), int(binary.LittleEndian.Uint16(b[at+8:])), int64(binary.LittleEndian.Uint32(b[at+4:])),
			int64(binary.LittleEndian.Uint32(b[at:]))})
		at += 16 + len(name) + 1
	}
	return c, nil
}

// folderReader expands a folder block by block; each is packed on top of the one before.
type folderReader struct {
	c      *cabinet
	folder cabFolder
	block  int // where the next one begins
	done   int // how many were read
	at     int64
	out    []byte // of the present one, what is left
	last   []byte // the present one, whole
}

// skip expands n bytes that belong to no file. They count as what is expanded.
func (w *walk) skip(r io.Reader, n int64) error {
	for n > 0 {
		if w.ctx.Err() != nil || w.b.bytes >= w.b.Bytes {
			return errPacked
		}
		got, err := io.CopyN(io.Discard, r, min(n, 1<<18))
		n -= got
		w.b.bytes += got
		if err != nil {
			return err
		}
	}
	return nil
}

// Read gives the bytes of the folder.
func (r *folderReader) Read(p []byte) (int, error) {
	for len(r.out) == 0 {
		if r.done == r.folder.blocks {
			return 0, io.EOF
		}
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	r.at += int64(n)
	return n, nil
}

func (r *folderReader) next() error {
	b := r.c.data
	head := r.block + 8 + r.c.extra
	if r.block < 0 || head > len(b) {
		return io.ErrUnexpectedEOF
	}
	packed, size := int(binary.LittleEndian.Uint16(b[r.block+4:])), int(binary.LittleEndian.Uint16(b[r.block+6:]))
	if head+packed > len(b) {
		return io.ErrUnexpectedEOF
	}
	data := b[head : head+packed]
	if packed == 0 {
		return errPacked // it would go on for nothing
	}
	r.block, r.done = head+packed, r.done+1
	if r.folder.method&cabMethod == cabStored {
		r.out, r.last = data, nil
		return nil
	}
	if size == 0 || size > 1<<15 || !bytes.HasPrefix(data, []byte("CK")) {
		return errPacked
	}
	z := flate.NewReaderDict(bytes.NewReader(data[2:]), r.last)
	out := make([]byte, size)
	n, err := io.ReadFull(z, out)
	if err == io.ErrUnexpectedEOF && n > 0 || err == nil {
		r.last = out[:n]
		r.out = r.last
		return nil
	}
	return errPacked
}
