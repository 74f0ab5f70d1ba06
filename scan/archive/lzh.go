package archive

import (
	"bytes"
	"encoding/binary"

	"sekisho/mail/message"
)

// lzh reads an archive of LHA: headers of levels 0 to 2, files that are stored or packed with -lh4- to -lh7-. A file packed otherwise is
// named, and stated as one that cannot be read.
func (w *walk) lzh() {
	for b := w.data; len(b) > 0 && b[0] != 0; {
		var h lzhFile
		ok := len(b) > 21
		if ok {
			h, ok = lzhHeader(b)
		}
		if !ok {
			w.note("broken", "a header of LHA is wrong")
			return
		}
		if h.packed > int64(len(b)-h.size) {
			w.note("broken", h.name+" is longer than the archive")
			h.packed = int64(len(b) - h.size)
		}
		data := b[h.size : int64(h.size)+h.packed]
		b = b[int64(h.size)+h.packed:]
		if h.method == "-lhd-" {
			continue
		}
		if !w.more() {
			return
		}
		w.lzhMember(h, data)
	}
}

// lzhFile is one header.
type lzhFile struct {
	size           int // of the header
	method, name   string
	packed, actual int64
}

func (w *walk) lzhMember(h lzhFile, data []byte) {
	in := bytes.NewReader(data)
	switch h.method {
	case "-lh0-", "-lz4-", "-pm0-":
		w.member(h.name, in, h.packed, false)
	case "-lh4-", "-lh5-":
		w.member(h.name, newUnpacker(in, h.actual, 13, 14, 4), h.packed, false)
	case "-lh6-":
		w.member(h.name, newUnpacker(in, h.actual, 15, 16, 5), h.packed, false)
	case "-lh7-":
		w.member(h.name, newUnpacker(in, h.actual, 16, 17, 5), h.packed, false)
	default:
		w.unread(h.name, "packed as "+h.method)
	}
}

// unread names a file of which nobody here can read the content.
func (w *walk) unread(name, why string) {
	w.note("unread", name+": "+why)
	w.each(&Member{Name: name, Cut: true})
}

// lzhHeader reads the header at the start of b.
func lzhHeader(b []byte) (h lzhFile, ok bool) {
	h.method = string(b[2:7])
	h.packed, h.actual = int64(binary.LittleEndian.Uint32(b[7:])), int64(binary.LittleEndian.Uint32(b[11:]))
	switch level := b[20]; level {
	case 0, 1:
		if len(b) < 22 || len(b) < 24+int(b[21]) {
			return h, false
		}
		h.name = message.Decode(b[22:22+int(b[21])], "")
		if h.size = int(b[0]) + 2; h.size > len(b) || h.size < 24 {
			return h, false
		}
		if level == 0 {
			return h, true
		}
		more, good := h.extended(b, h.size, int(binary.LittleEndian.Uint16(b[h.size-2:])))
		h.size += more
		h.packed -= int64(more)
		return h, good && h.packed >= 0
	case 2:
		if h.size = int(binary.LittleEndian.Uint16(b)); h.size < 26 || h.size > len(b) {
			return h, false
		}
		_, good := h.extended(b[:h.size], 26, int(binary.LittleEndian.Uint16(b[24:])))
		return h, good
	}
	return h, false
}

// extended reads the further headers from at on, the first of which has n bytes: names and folders are in them.
func (h *lzhFile) extended(b []byte, at, n int) (size int, ok bool) {
	folder := ""
	for n != 0 {
		if n < 3 || at+n > len(b) {
			return size, false
		}
		v := b[at+1 : at+n-2]
		switch b[at] {
		case 1:
			h.name = message.Decode(v, "")
		case 2:
			folder = message.Decode(bytes.ReplaceAll(v, []byte{0xff}, []byte("/")), "")
		}
		size += n
		at, n = at+n, int(binary.LittleEndian.Uint16(b[at+n-2:]))
	}
	h.name = folder + h.name
	return size, true
}

// arj reads an archive of ARJ: files that are stored or packed with methods 1 to 3. Others are named.
func (w *walk) arj() {
	b := w.data
	for first := true; ; first = false {
		h, rest, ok := arjHeader(b)
		if !ok {
			w.note("broken", "a header of ARJ is wrong")
			return
		}
		if h == nil {
			return // the end
		}
		b = rest
		if first {
			continue // that of the archive itself
		}
		f := readARJ(h)
		if f.packed > int64(len(b)) {
			w.note("broken", f.name+" is longer than the archive")
			f.packed = int64(len(b))
		}
		data := b[:f.packed]
		b = b[f.packed:]
		if f.folder {
			continue
		}
		if !w.more() {
			return
		}
		w.arjMember(f, data)
	}
}

// arjFile is one local header.
type arjFile struct {
	name           string
	method         byte
	garbled        bool
	folder         bool
	packed, actual int64
}

func (w *walk) arjMember(f arjFile, data []byte) {
	in := bytes.NewReader(data)
	switch {
	case f.garbled:
		w.each(&Member{Name: f.name, Encrypted: true})
	case f.method == 0:
		w.member(f.name, in, f.packed, false)
	case f.method <= 3:
		w.member(f.name, newUnpacker(in, f.actual, 15, 17, 5), f.packed, false)
	default:
		w.unread(f.name, "packed by a method that is not read")
	}
}

// arjHeader gives the header at the start of b, without its marks, and what follows; nil at the end of the archive.
func arjHeader(b []byte) (header, rest []byte, ok bool) {
	if len(b) < 4 || b[0] != 0x60 || b[1] != 0xea {
		return nil, nil, false
	}
	n := int(binary.LittleEndian.Uint16(b[2:]))
	if n == 0 {
		return nil, nil, true
	}
	if n < 30 || n > 2600 || len(b) < 4+n+4+2 {
		return nil, nil, false
	}
	header, b = b[4:4+n], b[4+n+4:]
	for { // further headers
		if len(b) < 2 {
			return nil, nil, false
		}
		more := int(binary.LittleEndian.Uint16(b))
		b = b[2:]
		if more == 0 {
			return header, b, true
		}
		if len(b) < more+4 {
			return nil, nil, false
		}
		b = b[more+4:]
	}
}

func readARJ(h []byte) arjFile {
	f := arjFile{garbled: h[4]&1 != 0, method: h[5], folder: h[6] == 3, packed: int64(binary.LittleEndian.Uint32(h[12:])), actual: int64(binary.LittleEndian.Uint32(h[16:]))}
	first := min(int(h[0]), len(h))
	name, _, _ := bytes.Cut(h[first:], []byte{0})
	f.name = message.Decode(name, "")
	return f
}
